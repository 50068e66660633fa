"""What ``pulsetui run`` can do besides: locks, skipped runs, live progress, numbers of all kinds."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pulsetui.job import run as run_module
from pulsetui.job.wrapper import live
from pulsetui.job.wrapper.heard import Heard
from tests.job.server import NOT_FOUND, OK, Server, serving
from tests.job.test_ping import PULSETUI, spooled
from tests.job.test_run import environment, said, shell, targets


def outcome(server: Server, *arguments: str) -> tuple[int, str, dict[str, list[str]], bytes]:
    """Exit code, and path, query and body of the last report."""
    code = run_module.main(["a", "--url", server.url, *arguments])
    path, query = targets(server)[-1]
    return code, path, query, server.body


@contextmanager
def held(path: Path) -> Iterator[None]:
    path.parent.mkdir(exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("named", [False, True])
def test_while_the_lock_is_held_the_job_does_not_run(named: bool, tmp_path: Path) -> None:
    path = tmp_path / "mine" if named else tmp_path / "locks" / "a.lock"
    option = f"--lock={path}" if named else "--lock"
    mark = tmp_path / "mark"
    with serving(OK) as server:
        with held(path):
            code, target, query, body = outcome(server, option, *shell(f"touch {mark}"))
            assert (code, target) == (0, "/ping/a/skip")
            assert body in (f"lock held by pid {os.getpid()}".encode(), b"lock held by another run")
            assert len(query["rid"]) == len(server.requests) == 1, "there was no start"
            assert not mark.exists()
            assert outcome(server, option, "--skip-code", "75", *shell("true"))[0] == 75
        assert outcome(server, option, *shell(f"touch {mark}"))[1] == "/ping/a/0"
        assert mark.exists()
        assert outcome(server, option, *shell("true"))[1] == "/ping/a/0", "it was given back"


def test_of_two_runs_at_once_one_is_skipped(tmp_path: Path) -> None:
    with serving(OK) as server:
        command = [PULSETUI, "run", "a", "--lock"]
        env = environment(tmp_path, server.url)
        with subprocess.Popen(
            [*command, *shell("echo begun; read line")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=env,
        ) as first:
            assert first.stdin is not None
            assert first.stdout is not None
            assert first.stdout.readline() == b"begun\n"
            second = subprocess.run([*command, *shell("echo second")], capture_output=True, env=env)
            first.stdin.close()
        assert (second.returncode, second.stdout, second.stderr) == (0, b"", b"")
        assert [path for path, _ in targets(server)].count("/ping/a/skip") == 1


def test_what_the_job_leaves_behind_does_not_keep_the_lock(tmp_path: Path) -> None:
    with serving(OK) as server:
        outcome(server, "--lock", *shell("sleep 30 >/dev/null 2>&1 & echo $! > pid"))
        assert outcome(server, "--lock", *shell("kill $(cat pid); rm pid"))[1] == "/ping/a/0"


@pytest.mark.parametrize("lock", ["/proc/no/such/lock", "/dev/null/x", "a\0b"])
def test_a_lock_that_cannot_be_had_keeps_no_job_from_running(
    lock: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with serving(OK) as server:
        assert outcome(server, f"--lock={lock}", *shell("exit 3"))[:2] == (3, "/ping/a/3")
    assert "--lock: " in (err := capfd.readouterr().err)
    assert "runs without it" in err


def test_a_skip_that_meets_no_engine_is_kept(tmp_path: Path) -> None:
    with held(tmp_path / "locks" / "a.lock"):
        assert run_module.main(["a", "--lock", *shell("true")]) == 0
    assert [one["kind"] for one in spooled(tmp_path)] == ["skip"]


@pytest.mark.parametrize(
    ("script", "code", "target"),
    [
        ("exit 75", 75, "/ping/a/skip"),
        ("exit 3", 3, "/ping/a/skip"),
        ("exit 1", 1, "/ping/a/1"),
        ("exit 0", 0, "/ping/a/0"),
        ("kill -9 $$", 137, "/ping/a/137"),
    ],
)
def test_a_skip_code_says_that_there_was_nothing_to_do(script: str, code: int, target: str) -> None:
    with serving(OK) as server:
        codes = ["--skip-code", "75", "--skip-code", "3", "--skip-code", "137"]
        got = outcome(server, *codes, *shell(f"echo nothing to import; {script}"))
        assert got[:2] == (code, target)
        assert got[3] == b"nothing to import\n"
        if target.endswith("skip"):
            assert got[2]["exit_code"] == [str(code)]


def test_a_job_that_minds_no_asking_is_killed_soon() -> None:
    with serving(OK) as server:
        options = ["--timeout", "1s", "--kill-after", "0s", "--skip-code", "137"]
        script = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
        code, target, _, body = outcome(server, *options, "--", sys.executable, "-c", script)
        assert (code, target) == (137, "/ping/a/137"), "killed: no skip"
        assert b"asked to end after 1 s" in body


def test_numbers_come_from_lines_json_patterns_and_the_kernel(capfd: pytest.CaptureFixture[str]) -> None:
    lines = "PULSETUI_METRIC records=312 free=lots\nPULSETUI_METRIC cpu_s=99\n"
    document = '{"summary": {"rows": 7}}\n'
    script = f"import sys\nsys.stderr.write({lines!r})\nprint({document!r}, end='')\nx = b'x' * 60_000_000"
    with serving(OK) as server:
        options = ["--json-metric", "rows=.summary.rows", "--metric", r"n=records=(\d+)"]
        _, _, query, _ = outcome(server, *options, "--", sys.executable, "-c", script)
    assert sorted(said(query)) == ["free:lots", "n:312", "records:312", "rows:7"]
    measured = dict(one.split(":") for one in query["metric"] if one not in said(query))
    assert float(measured["memory_mb"]) > 60
    assert 0 < float(measured["cpu_s"]) < 60
    assert capfd.readouterr() == (document, lines), "what is read is passed on"


def test_a_run_tells_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(live, "EVERY_S", 0.02)
    first, second = Path("first").absolute(), Path("second").absolute()
    waiting = "while [ ! -e {} ]; do sleep 0.02; done; ".format
    script = f"echo reading; {waiting(first)} echo PULSETUI_PROGRESS 40 page 3; {waiting(second)}"
    with serving(OK) as server:

        def told(what: bytes) -> None:
            while not any(b"/log?" in one and what in one for one in server.requests):
                polling.wait(0.01)

        def watch() -> None:
            told(b"reading")
            first.touch()
            told(b"progress=40")
            second.touch()

        # The job's signals are handled in the main thread, so that is where it runs.
        polling = threading.Event()
        threading.Thread(target=watch, daemon=True).start()
        assert run_module.main(["a", "--url", server.url, *shell(script)]) == 0
        rids = {path.rpartition("/")[2]: query["rid"] for path, query in targets(server)}
        assert rids["log"] == rids["start"] == rids["0"]
        assert targets(server)[-1][0] == "/ping/a/0"
    capfd.readouterr()


def test_an_engine_that_takes_no_start_hears_no_progress(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(live, "EVERY_S", 0.01)
    with serving(NOT_FOUND) as server:
        run_module.main(["a", "--url", server.url, *shell("echo x; sleep 0.3; echo y")])
        assert [path for path, _ in targets(server)] == ["/ping/a/start", "/ping/a/0"]
    capfd.readouterr()


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (["--skip-code", "0"], "from 1 to 255"),
        (["--skip-code", "x"], "from 1 to 255"),
        (["--kill-after", "1s"], "without --timeout"),
        (["--json-metric", "rows"], "rows=.summary.rows"),
        (["--metric", r"memory_mb=(\d)"], "run measures memory_mb itself"),
        (["--every", "1h", "--cron", "0 2 * * *"], "contradict"),
        (["--grace", "1h"], "give --every"),
        (["--lock", "file"], "--lock=FILE"),
    ],
)
def test_what_cannot_be_used_is_told_and_the_job_runs(
    option: list[str], says: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with serving(OK) as server:
        assert outcome(server, *option, *shell("exit 7"))[:2] == (7, "/ping/a/7")
        assert len(server.requests) == 2
        assert not any(b"create=1" in one for one in server.requests)
    assert says in capfd.readouterr().err


@pytest.mark.parametrize(
    ("schedule", "zone", "sent"),
    [
        (["--cron", "0 2 * * *"], "Europe/Riga", ["Europe/Riga"]),
        (["--calendar", "daily"], "Europe/Riga", ["Europe/Riga"]),
        (["--cron", "0 2 * * *", "--timezone", "UTC"], "Europe/Riga", ["UTC"]),
        (["--cron", "0 2 * * *"], "XYZ-3:17", None),  # a clock of no zone that has a name
        (["--every", "1h"], "Europe/Riga", None),
    ],
)
def test_a_schedule_by_the_clock_is_by_the_clock_of_the_jobs_host(
    schedule: list[str], zone: str, sent: list[str] | None, tmp_path: Path
) -> None:
    """The engine may have another default, and then all that is due would be hours off."""
    with serving(OK) as server:
        env = {**environment(tmp_path, server.url), "TZ": zone}
        subprocess.run([PULSETUI, "run", "a", *schedule, *shell("true")], env=env, check=True)
        assert [query.get("timezone") for _, query in targets(server)] == [sent, sent]


def test_a_run_brings_the_schedule_of_a_check_that_is_not_there(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    schedule = ["--cron", "0 2 * * 1-5", "--timezone", "Europe/Riga", "--grace", "30m"]
    with serving(OK) as server:
        outcome(server, *schedule, *shell("true"))
        for _, query in targets(server):
            assert query["create"] == ["1"]
            assert (query["cron"], query["timezone"]) == (["0 2 * * 1-5"], ["Europe/Riga"])
    run_module.main(["a", *schedule, *shell("true")])
    kept = spooled(tmp_path)
    assert [one["create"] for one in kept] == [
        {"cron": "0 2 * * 1-5", "timezone": "Europe/Riga", "grace": "30m"}
    ] * 2
    capfd.readouterr()


def test_no_flaw_of_ours_ends_a_job(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(Heard, "add", broken)
    monkeypatch.setattr(run_module, "by_patterns", broken)
    monkeypatch.setattr(run_module, "with_host_zone", broken)
    with serving(OK) as server:
        assert outcome(server, "--every", "1h", *shell("echo x; echo y >&2; exit 7"))[:2] == (7, "/ping/a/7")
        assert [query["every"] for _, query in targets(server)] == [["1h"], ["1h"]]
    out, err = capfd.readouterr()
    assert out == "x\n"
    assert err == "y\npulsetui run: not all numbers of the output could be read: RuntimeError: a bug\n"


SLOT = "2026-11-21T02:00:00+01:00"


def test_a_catch_up_says_so_at_its_start_and_end_and_so_does_what_runs_inside_it() -> None:
    with serving(OK) as server:
        inside = f"{PULSETUI} ping a --url {server.url}; {PULSETUI} ping b --url {server.url}"
        code, _, _, _ = outcome(server, "--catch-up", SLOT, *shell(inside))
        told = sorted((path, query.get("catch_up")) for path, query in targets(server))
    assert code == 0
    assert told == [
        ("/ping/a", [SLOT]),
        ("/ping/a/0", [SLOT]),
        ("/ping/a/start", [SLOT]),
        ("/ping/b", None),
    ], "of another check it is the regular report"


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--url", "http://127.0.0.1:9/ping/KEY"], "http://127.0.0.1:9/ping/KEY|outer"),
        (["--attach=http://127.0.0.1:9"], "http://127.0.0.1:9|outer"),
        (["--url", "nonsense"], "http://127.0.0.1:8|outer"),
        (["--state-dir", "mine"], "http://127.0.0.1:8|HERE/mine"),
        ([], "http://127.0.0.1:8|outer"),
    ],
)
def test_the_job_finds_the_engine_that_its_run_reports_to(
    options: list[str],
    found: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PULSETUI_URL", "http://127.0.0.1:8")
    monkeypatch.setenv("PULSETUI_STATE_DIR", "outer")
    monkeypatch.setattr(run_module, "START_PATIENCE_S", 0.1)
    monkeypatch.setattr(run_module, "END_PATIENCE_S", 0.1)
    assert run_module.main(["a", *options, *shell('echo "$PULSETUI_URL|$PULSETUI_STATE_DIR"')]) == 0
    assert capfd.readouterr().out.strip() == found.replace("HERE", str(tmp_path))


@pytest.mark.parametrize("text", ["yesterday", "2026-11-21T02:00", ""])
def test_a_slot_that_cannot_be_read_reports_nothing_for_it_would_pass_for_the_regular_run(
    text: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with serving(OK) as server:
        assert (
            run_module.main(["a", "--url", server.url, "--catch-up", text, *shell("echo ran; exit 3")]) == 3
        )
        assert server.requests == []
    out, err = capfd.readouterr()
    assert out == "ran\n"
    assert "is not a time with its offset" in err
    assert "the job runs anyway, and is not reported" in err
