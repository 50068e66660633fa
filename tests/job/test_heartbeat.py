"""``pulsetui.heartbeat``: the engine hears of everything, and the job notices nothing."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

import pulsetui
from pulsetui.job import reports
from pulsetui.job.run_id import RUN_ID_VARIABLE
from tests.job.server import BUSY, NOT_FOUND, OK, SILENCE, Server, free_port, serving
from tests.job.test_ping import spooled

RID = "0a1b2c3d-0000-4000-8000-000000000001"


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No run around this process, and no state directory named: that alone would ask for reports."""
    monkeypatch.setenv(RUN_ID_VARIABLE, "")
    monkeypatch.setattr(reports, "_inherited", set())
    monkeypatch.delenv("PULSETUI_STATE_DIR")


@pytest.fixture
def engine() -> Iterator[Server]:
    with serving(OK) as server:
        yield server


def told(server: Server) -> list[tuple[str, dict[str, list[str]], str]]:
    """Path, query and body of each request."""
    found = []
    for request in server.requests:
        head, _, body = request.partition(b"\r\n\r\n")
        target = urlsplit(head.split(b" ")[1].decode())
        found.append((target.path, parse_qs(target.query), body.decode()))
    return found


def test_a_run_is_reported_from_its_start_to_its_end(engine: Server) -> None:
    with pulsetui.heartbeat("sync", url=engine.url) as run:
        run.metric(records=311)
        run.metric({"sent.bytes": 1.5}, records=312)
        run.log("all pages fetched")

    (start, started, _), (end, ended, body) = told(engine)
    assert (start, end) == ("/ping/sync/start", "/ping/sync")
    assert started["rid"] == ended["rid"]
    assert ended["metric"] == ["sent.bytes:1.5", "records:312"]
    assert float(ended["duration"][0]) >= 0
    assert body == "all pages fetched\n"


def test_an_exception_is_a_failure_with_its_type_and_message_and_goes_on(engine: Server) -> None:
    with pytest.raises(ValueError, match="no such page"), pulsetui.heartbeat("sync", url=engine.url):
        raise ValueError("no such page")

    path, _, body = told(engine)[-1]
    assert path == "/ping/sync/1"
    assert body.splitlines()[-1] == "ValueError: no such page"
    assert "test_heartbeat.py" in body, "the traceback"


@pytest.mark.parametrize(
    ("error", "path"),
    [
        (SystemExit(), "/ping/sync"),
        (SystemExit(0), "/ping/sync"),
        (SystemExit(4), "/ping/sync/4"),
        (SystemExit(-1), "/ping/sync/255"),
        (SystemExit("the disk is full"), "/ping/sync/1"),
        (KeyboardInterrupt(), "/ping/sync/130"),
        (asyncio.CancelledError(), "/ping/sync/1"),
    ],
)
def test_ways_to_end(engine: Server, error: BaseException, path: str) -> None:
    with pytest.raises(type(error)), pulsetui.heartbeat("sync", url=engine.url):
        raise error

    assert told(engine)[-1][0] == path
    if "the disk is full" in error.args:
        assert told(engine)[-1][2] == "the disk is full\n"


def test_a_run_may_say_that_it_failed_or_had_nothing_to_do(engine: Server) -> None:
    with pulsetui.heartbeat("a", url=engine.url) as run:
        run.fail("half of the pages are missing")
    with pulsetui.heartbeat("b", url=engine.url) as run:
        run.skip("nothing to do")
    with suppress(OSError), pulsetui.heartbeat("c", url=engine.url) as run:
        run.skip("nothing to do")
        raise OSError("later")

    ends = told(engine)[1::2]
    assert [path for path, _, _ in ends] == ["/ping/a/fail", "/ping/b/skip", "/ping/c/1"]
    assert [body.splitlines()[0] for _, _, body in ends][:2] == [
        "half of the pages are missing",
        "nothing to do",
    ]


def test_what_is_no_number_is_reported_as_that(engine: Server, caplog: pytest.LogCaptureFixture) -> None:
    with pulsetui.heartbeat("sync", url=engine.url) as run:
        run.metric(records="many", done=True, rate="1,200")
        run.metric({"a b": 1})

    assert told(engine)[-1][1]["metric"] == ["done:1", "rate:1200", "records:many"]
    assert "'many' is not a number" in caplog.text


def test_progress_is_told_beside_the_job_and_not_too_often(engine: Server) -> None:
    with pulsetui.heartbeat("sync", url=engine.url) as run:
        run.progress(40, "page 3")
        run.progress(41, "page 4")
        run.progress("most", "")  # type: ignore[arg-type]
        deadline = time.monotonic() + 10
        while len(engine.requests) < 2 and time.monotonic() < deadline:
            time.sleep(0.001)  # the thread is not to be waited for by the job itself

    paths = [(path, query.get("progress"), body) for path, query, body in told(engine)]
    assert ("/ping/sync/log", ["40"], "page 3") in paths
    assert len(paths) == 3


def test_without_an_address_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    before = signal.getsignal(signal.SIGTERM)
    with pulsetui.heartbeat("sync") as run:
        run.metric(records=1)
        run.progress(1)
        run.skip()
        assert signal.getsignal(signal.SIGTERM) is before

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("slug", ["Sync Invoices", "", None])
def test_a_slug_that_cannot_be_used_is_warned_of_and_the_job_runs(
    engine: Server, caplog: pytest.LogCaptureFixture, slug: str
) -> None:
    with pulsetui.heartbeat(slug, url=engine.url):
        ran = True

    assert ran
    assert engine.requests == []
    assert "this run is not reported" in caplog.text


@pytest.mark.parametrize("answer", [BUSY, SILENCE, None])
def test_an_engine_that_is_away_costs_no_report_and_less_than_two_seconds(
    answer: bytes | None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(OK if answer is None else answer) as server:
        url = server.url if answer is not None else f"http://127.0.0.1:{free_port()}"
        with pulsetui.heartbeat("sync", url=url, state_dir=str(tmp_path)) as run:
            run.metric(records=3)

    assert reports.START_PATIENCE_S + reports.END_PATIENCE_S < 2
    kept = spooled(tmp_path)
    assert [report["kind"] for report in kept] == ["start", "success"]
    assert kept[1]["metrics"] == {"records": 3.0}
    assert kept[0]["rid"] == kept[1]["rid"]


def test_an_unknown_check_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    with (
        serving(NOT_FOUND) as server,
        caplog.at_level(logging.WARNING),
        pulsetui.heartbeat("snc", url=server.url),
    ):
        pass

    assert caplog.text.count('has no check "snc"') == 1


def test_a_run_inside_pulsetui_run_is_that_run_and_the_next_one_is_another(
    engine: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(RUN_ID_VARIABLE, RID)
    for slug in ("a", "a", "b"):
        with pulsetui.heartbeat(slug, url=engine.url):
            pass

    rids = [query["rid"][0] for _, query, _ in told(engine)]
    assert rids[:2] == [RID, RID]
    assert RID not in rids[2:4]
    assert rids[4:] == [RID, RID]


def test_output_is_kept_and_the_streams_are_left_as_they_were(
    engine: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    before = dict(vars(sys.stdout))
    with pulsetui.heartbeat("sync", url=engine.url, output=True):
        print("imported 312 records")
        print("careful", file=sys.stderr)
    print("after")

    assert told(engine)[-1][2] == "imported 312 records\ncareful\n"
    assert dict(vars(sys.stdout)) == before
    assert capsys.readouterr().err == "careful\n"


def test_functions_of_all_kinds_can_be_decorated(engine: Server) -> None:
    beat = pulsetui.heartbeat("sync", url=engine.url)

    @beat
    def plain(n: int) -> int:
        """Doubles."""
        return 2 * n

    @beat
    def items(n: int) -> Iterator[int]:
        assert len(engine.requests) % 2, "the run goes on"
        yield from range(n)

    @beat
    async def later(n: int) -> int:
        await asyncio.sleep(0)
        return 3 * n

    @beat
    async def later_items(n: int) -> AsyncIterator[int]:
        for i in range(n):
            yield i

    async def gathered() -> tuple[int, list[int]]:
        return await later(3), [n async for n in later_items(2)]

    assert plain(2) == 4
    assert plain.__doc__ == "Doubles."
    assert list(items(3)) == [0, 1, 2]
    assert next(iter(items(3))) == 0, "and then nobody wants more"
    assert asyncio.run(gathered()) == (9, [0, 1])
    assert [path for path, _, _ in told(engine)] == ["/ping/sync/start", "/ping/sync"] * 5
    assert len({query["rid"][0] for _, query, _ in told(engine)}) == 5


def test_other_tasks_go_on_while_an_engine_is_silent(tmp_path: Path) -> None:
    async def job(url: str) -> int:
        turns = 0

        async def other() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0.01)

        task = asyncio.create_task(other())
        async with pulsetui.heartbeat("sync", url=url, state_dir=str(tmp_path)):
            pass
        task.cancel()
        return turns

    with serving(SILENCE) as server:
        assert asyncio.run(job(server.url)) > 1


SCRIPT = """
import os, signal, sys, time
import pulsetui
mode, url = sys.argv[1:]
if mode == "own":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
with pulsetui.heartbeat("sync", url=url) as run:
    if mode == "fork":
        if os.fork() == 0:
            sys.exit(3)
        os.wait()
    elif mode != "good":
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(30)
assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
"""


@pytest.mark.parametrize(
    ("mode", "code", "path"),
    [
        ("killed", -signal.SIGTERM, "/ping/sync exit_code=-15"),
        ("own", 7, "/ping/sync/7"),
        ("fork", 0, "/ping/sync"),
    ],
)
def test_sigterm_and_children(engine: Server, tmp_path: Path, mode: str, code: int, path: str) -> None:
    environment = {"PATH": os.environ["PATH"], "PULSETUI_STATE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", SCRIPT, mode, engine.url], env=environment, timeout=60)

    assert done.returncode == code
    (_, end) = told(engine)
    assert path == end[0] + (f" exit_code={end[1]['exit_code'][0]}" if "exit_code" in end[1] else "")


def test_nothing_but_the_standard_library_is_loaded(engine: Server) -> None:
    code = (
        "import pulsetui, sys\n"
        f"with pulsetui.heartbeat('a', url={engine.url!r}): pass\n"
        "print(*{name.partition('.')[0] for name in sys.modules})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(done.stdout.split())
    foreign = {name for name in loaded if name not in sys.stdlib_module_names and not name.startswith("_")}
    assert foreign <= {"pulsetui", "sitecustomize", "usercustomize"}, foreign
    assert not {"asyncio", "inspect", "ssl", "logging"} & loaded
