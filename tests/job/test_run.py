"""The installed ``pulsetui run``: the job does not notice, and the engine hears of everything."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from pulsetui.job import run as run_module
from pulsetui.job.run_id import new_rid
from tests.job.server import BUSY, NOT_FOUND, OK, SILENCE, Server, free_port, serving
from tests.job.test_ping import PULSETUI, spooled


def environment(state: Path, url: str | None = None) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PULSETUI_", "COV"))}
    address = url or f"http://127.0.0.1:{free_port()}"
    return {**clean, "PULSETUI_STATE_DIR": str(state), "PULSETUI_URL": address}


def run(
    *arguments: str, state: Path, url: str | None = None, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [PULSETUI, "run", *arguments],
        input=stdin,
        capture_output=True,
        timeout=60,
        env=environment(state, url),
    )


def shell(script: str) -> list[str]:
    return ["--", "sh", "-c", script]


def targets(server: Server) -> list[tuple[str, dict[str, list[str]]]]:
    """Path and query of each request, in order."""
    lines = [request.split(b"\r\n")[0].decode().split()[1] for request in server.requests]
    return [(urlsplit(line).path, parse_qs(urlsplit(line).query)) for line in lines]


def said(query: dict[str, list[str]]) -> list[str]:
    """The metrics of a request but for those that every run has, which are what was measured."""
    return [one for one in query.get("metric", []) if not one.startswith(("memory_mb:", "cpu_s:"))]


def test_start_and_end_carry_one_run_id_and_the_end_what_happened(tmp_path: Path) -> None:
    with serving(OK) as server:
        job = shell("echo 42 rows; echo oops >&2; sleep 0.3; exit 3")
        done = run("sync", "--metric", r"rows=(\d+) rows", *job, state=tmp_path, url=server.url)

        (start, first), (end, second) = targets(server)
        assert (start, end) == ("/ping/sync/start", "/ping/sync/3")
        assert first["rid"] == second["rid"]
        assert re.fullmatch(
            r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", first["rid"][0]
        )
        assert said(second) == ["rows:42"]
        assert 0.3 <= float(second["duration"][0]) < 10
        assert sorted(server.body.splitlines()) == [b"42 rows", b"oops"]
    assert (done.returncode, done.stdout, done.stderr) == (3, b"42 rows\n", b"oops\n")


@pytest.mark.parametrize("code", [0, 1, 2, 77, 130, 255])
def test_the_exit_code_is_the_jobs_own(code: int, tmp_path: Path) -> None:
    with serving(OK) as server:
        assert run("a", *shell(f"exit {code}"), state=tmp_path, url=server.url).returncode == code
        assert targets(server)[1][0] == f"/ping/a/{code}"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV])
def test_a_job_that_a_signal_ended_is_128_and_the_signal(number: signal.Signals, tmp_path: Path) -> None:
    with serving(OK) as server:
        done = run("a", *shell(f"kill -{int(number)} $$"), state=tmp_path, url=server.url)

        assert done.returncode == 128 + number
        assert targets(server)[1][0] == f"/ping/a/{128 + number}"


@pytest.mark.parametrize(
    ("make", "code"), [(lambda p: None, 127), (lambda p: p.write_text("x"), 126), (lambda p: p.mkdir(), 126)]
)
def test_a_command_that_cannot_be_started_fails_as_in_a_shell(
    make: object, code: int, tmp_path: Path
) -> None:
    job = tmp_path / "job"
    make(job)  # type: ignore[operator]
    with serving(OK) as server:
        done = run("a", "--", str(job), state=tmp_path, url=server.url)

        assert done.returncode == code
        assert targets(server)[1][0] == f"/ping/a/{code}"
        assert str(job).encode() in server.body
    assert b"Traceback" not in done.stderr


def test_output_passes_byte_by_byte_and_its_end_is_kept(tmp_path: Path) -> None:
    script = "import os\nos.write(1, bytes(range(256)) * 4000)\nos.write(2, b'\\xff' * 10)"
    with serving(OK) as server:
        done = run("a", "--", sys.executable, "-c", script, state=tmp_path, url=server.url)

        assert done.stdout == bytes(range(256)) * 4000
        assert done.stderr == b"\xff" * 10
        assert b"\r\nPulsetui-Keep: end\r\n" in server.requests[1]
        assert len(server.body) == 1_024_010  # to an engine on this host: it is searched for metrics


def test_output_comes_through_while_the_job_still_runs(tmp_path: Path) -> None:
    with (
        serving(OK) as server,
        subprocess.Popen(
            [PULSETUI, "run", "a", *shell("echo early; read line; echo got $line")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(tmp_path, server.url),
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == b"early\n"
        process.stdin.write(b"late\n")
        process.stdin.close()
        assert process.stdout.readline() == b"got late\n"
        assert process.wait(30) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1])
def test_signals_reach_the_job(number: signal.Signals, tmp_path: Path) -> None:
    script = (
        "import signal, sys, time\n"
        f"signal.signal({int(number)}, lambda *_: sys.exit(42))\n"
        "print('ready', flush=True)\ntime.sleep(60)"
    )
    with (
        serving(OK) as server,
        subprocess.Popen(
            [PULSETUI, "run", "a", "--", sys.executable, "-c", script],
            stdout=subprocess.PIPE,
            env=environment(tmp_path, server.url),
            start_new_session=True,  # no terminal: nobody else sends it to the job
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(number)
        assert process.wait(30) == 42
        assert targets(server)[1][0] == "/ping/a/42"


def test_a_signal_that_was_ignored_stays_ignored(tmp_path: Path) -> None:
    with serving(OK) as server:
        script = f"trap '' HUP; exec {PULSETUI} run a -- sh -c 'kill -HUP $PPID; kill -HUP $$; echo alive'"
        done = subprocess.run(
            ["sh", "-c", script], capture_output=True, timeout=30, env=environment(tmp_path, server.url)
        )

    assert (done.returncode, done.stdout) == (0, b"alive\n")


@pytest.mark.parametrize("answer", [None, BUSY, SILENCE], ids=["refused", "503", "silent"])
def test_no_engine_costs_two_seconds_at_most_and_both_reports_are_kept(
    answer: bytes | None, tmp_path: Path
) -> None:
    (tmp_path / "engine.lock").touch()  # an engine will come back to it
    began = time.monotonic()
    if answer is None:
        done = run("a", *shell("echo x; exit 4"), state=tmp_path)
    else:
        with serving(answer) as server:
            done = run("a", *shell("echo x; exit 4"), state=tmp_path, url=server.url)
    took = time.monotonic() - began

    assert (done.returncode, done.stdout, done.stderr) == (4, b"x\n", b"")
    assert took < 2.0 + 1.5  # and what Python and a busy machine need to start
    start, end = spooled(tmp_path)
    assert (start["kind"], end["kind"], end["exit_status"]) == ("start", "fail", 4)
    assert start["rid"] == end["rid"]
    assert isinstance(end["duration"], float)
    assert base64.b64decode(str(end["body"])) == b"x\n"


def test_an_unknown_check_is_told_once_and_changes_nothing(tmp_path: Path) -> None:
    with serving(NOT_FOUND) as server:
        done = run("nope", *shell("exit 5"), state=tmp_path, url=server.url)

    assert done.returncode == 5
    assert done.stderr.count(b'no check "nope"') == 1
    assert spooled(tmp_path) == []


def test_reports_that_cannot_even_be_kept_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    done = run("a", *shell("echo fine"), state=tmp_path / "file")

    assert (done.returncode, done.stdout) == (0, b"fine\n")
    assert b"could not be kept" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_nonsense_address_in_the_environment_does_not_hold_the_job(tmp_path: Path) -> None:
    done = subprocess.run(
        [PULSETUI, "run", "a", *shell("echo fine")],
        capture_output=True,
        timeout=30,
        env={**environment(tmp_path), "PULSETUI_URL": "nonsense"},
    )

    assert (done.returncode, done.stdout) == (0, b"fine\n")


def test_a_job_that_takes_too_long_is_ended_and_has_failed(tmp_path: Path) -> None:
    with serving(OK) as server:
        job = shell("trap 'exit 0' TERM; echo begun; while :; do sleep 0.05; done")
        done = run("a", "--timeout", "1s", *job, state=tmp_path, url=server.url)

        assert done.returncode == 0  # the job's own
        assert targets(server)[1][0] == "/ping/a/fail"
        assert server.body.startswith(b"begun\n")
        assert b"asked to end after 1 s" in server.body


def test_what_the_job_leaves_in_the_background_lives_and_holds_nobody(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    script = f"(sleep 4; echo late; echo done > {mark}) & echo early"
    with serving(OK) as server:
        output = tmp_path / "output"
        with output.open("wb") as file:
            done = subprocess.run(
                [PULSETUI, "run", "a", *shell(script)],
                stdout=file,
                timeout=30,
                env=environment(tmp_path, server.url),
            )
            was_held = mark.exists()

    assert done.returncode == 0
    assert not was_held
    until = time.monotonic() + 10
    while output.read_bytes() != b"early\nlate\n" and time.monotonic() < until:
        time.sleep(0.05)  # what the job has written is on its way for a moment
    assert output.read_bytes() == b"early\nlate\n"
    assert mark.exists()


def test_a_reader_that_had_enough_ends_the_job_as_it_would_without_us(tmp_path: Path) -> None:
    with serving(OK) as server:
        script = f"{PULSETUI} run a -- yes | head -n 1; echo ${{PIPESTATUS[0]}}"
        done = subprocess.run(
            ["bash", "-c", script], capture_output=True, timeout=30, env=environment(tmp_path, server.url)
        )

    assert done.stdout.split() == [b"y", b"141"]
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Name its slug"),
        (["a"], "no command"),
        (["a", "--"], "no command"),
        (["a", "echo"], "after --"),
    ],
)
def test_without_a_job_nothing_runs(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_module.main(arguments) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert says in err


@pytest.mark.parametrize(
    ("arguments", "says", "reports"),
    [
        (["A B"], "not a valid slug", 0),
        ([], "Name its slug", 0),
        (["a", "--timeout", "soon"], "90s", 2),
        (["a", "--timeout", "0"], "longer than nothing", 2),
        (["a", "--timeout"], "--timeout", 2),
        (["a", "--metric", "rows"], "records=", 2),
        (["a", "--metric", "rows=("], "is not a valid pattern", 2),
        (["a", "--metric", r"rows=(?=x)(\d)"], "looks ahead", 2),
        (["a", "--time", "1"], "did you mean --timeout", 2),
        (["a", "--quiet"], "no option", 2),
        (["a", "b"], "one slug", 2),
    ],
)
def test_an_option_that_cannot_be_used_never_stops_the_job(
    arguments: list[str], says: str, reports: int, capfd: pytest.CaptureFixture[str]
) -> None:
    with serving(OK) as server:
        code = run_module.main(["--url", server.url, *arguments, *shell("echo ran; exit 7")])

        assert len(server.requests) == reports
    out, err = capfd.readouterr()
    assert (code, out) == (7, "ran\n")
    assert says in err


def test_an_address_that_is_none_keeps_the_reports_of_a_job(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run_module.main(["a", "--url", "x", *shell("exit 7")]) == 7

    assert "http://127.0.0.1:8787" in capfd.readouterr().err
    assert [record["kind"] for record in spooled(tmp_path)] == ["start", "fail"]


@pytest.mark.parametrize(
    ("script", "sent"),
    [
        ("printf '\\033[32mfree:\\033[0m 42 GB'", ["n:42"]),
        ("printf 'free: 1,234 GB'", ["n:1234"]),
        ("printf 'free: 12,5 GB'", ["n:12,5"]),  # the engine says in the alarm that this is no number
        ("printf 'free: 42 GB'; yes noise | head -c 300000", ["n:42"]),
        ("yes noise | head -c 300000; printf 'free: 42 GB'", ["n:42"]),
        ("head -c 1000000 /dev/zero | tr '\\0' x; printf 'free: 42 GB'", ["n:42"]),
        ("printf 'free: none GB'", None),
    ],
)
def test_a_metric_is_read_as_everywhere(script: str, sent: list[str] | None, tmp_path: Path) -> None:
    with serving(OK) as server:
        done = run("a", "--metric", r"n=free: ([\d.,]+) GB", *shell(script), state=tmp_path, url=server.url)

        assert said(targets(server)[1][1]) == (sent or [])
    assert (b"12,5 is not a number" in done.stderr) == (sent == ["n:12,5"])


def test_a_search_that_takes_long_holds_no_job(tmp_path: Path) -> None:
    bits = "import random; print(''.join(random.choices('01', k=1_500_000)))"
    with serving(OK) as server:
        began = time.monotonic()
        job = ["--", sys.executable, "-c", bits]
        done = run("a", "--metric", r"n=1[01]{900}[a-z](\d)", *job, state=tmp_path, url=server.url)

        assert time.monotonic() - began < 5
        assert (done.returncode, len(server.requests)) == (0, 2)
    assert b"took too long to search" in done.stderr


def test_options_after_the_dashes_are_the_jobs(tmp_path: Path) -> None:
    with serving(OK) as server:
        done = run("a", "--", "echo", "--help", "--", "--timeout", state=tmp_path, url=server.url)

    assert done.stdout == b"--help -- --timeout\n"


def test_a_metric_is_the_last_match_and_absent_when_there_is_none(tmp_path: Path) -> None:
    with serving(OK) as server:
        options = ["--metric", r"n=n=(\S+)", "--metric", r"all=\d+$", "--metric", "none=(x)yz"]
        run("a", *options, *shell("echo n=1; echo n=2.5; echo total 7"), state=tmp_path, url=server.url)

        assert said(targets(server)[1][1]) == ["n:2.5", "all:7"]


def test_every_run_id_is_a_random_uuid() -> None:
    made = [new_rid() for _ in range(200)]

    assert len(set(made)) == 200
    assert all(str(UUID(rid)) == rid and UUID(rid).version == 4 for rid in made)


def test_nothing_heavy_is_loaded_beside_a_job(tmp_path: Path) -> None:
    with serving(OK) as server:
        arguments = ["run", "a", "--url", server.url, "--state-dir", str(tmp_path), "--", "true"]
        code = (
            f"import sys\nfrom pulsetui.cli.main import main\ncode = main({arguments!r})\n"
            "import json\nprint(json.dumps([code, sorted(sys.modules)]))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)

    exit_code, modules = json.loads(done.stdout)
    heavy = {
        "textual",
        "httpx",
        "asyncio",
        "logging",
        "sqlite3",
        "ssl",
        "http.client",
        "email",
        "argparse",
        "re2",
    }
    assert exit_code == 0
    assert not heavy & set(modules)
