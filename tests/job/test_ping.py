"""The installed command ``pulsetui ping``."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import pytest

from pulsetui.errors import UsageError
from pulsetui.job import ping
from tests.job.server import BUSY, NOT_FOUND, OK, SILENCE, free_port, serving

PULSETUI = shutil.which("pulsetui", path=sysconfig.get_path("scripts")) or "pulsetui"
RID = "1C6B4B1E-7f1d-4c58-9d2c-3f6a8f1f0a11"

NEVER_LOADED = {
    *("textual", "rich", "httpx", "aiohttp", "asyncio", "logging", "sqlite3", "ssl", "http.client", "email"),
    *("urllib.request", "importlib.metadata", "click", "typer", "pydantic", "tomli_w", "tomllib", "croniter"),
    *("cronsim", "apprise", "concurrent.futures", "argparse", "dataclasses", "inspect", "typing"),
    *("re2", "msgspec", "pulsetui.core.text.metric", "pulsetui.core.text.clean"),
    *("platformdirs", "pulsetui.monitor", "pulsetui.config", "pulsetui.store"),
}


def run(
    *arguments: str, state: Path, stdin: bytes = b"", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PULSETUI_", "COV"))}
    return subprocess.run(
        [PULSETUI, *arguments],
        input=stdin,
        capture_output=True,
        timeout=30,
        env={**clean, "PULSETUI_STATE_DIR": str(state), **(env or {})},
    )


def spooled(state: Path) -> list[dict[str, object]]:
    folder = state / "spool"
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))] if folder.exists() else []


def test_a_ping_that_arrives_is_silent_and_well(tmp_path: Path) -> None:
    with serving(OK) as server:
        done = run("ping", "sync-invoices", "--url", server.url, state=tmp_path)

        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        assert server.request_line == "GET /ping/sync-invoices HTTP/1.1"
        head = server.requests[0].decode()
        assert f"Host: 127.0.0.1:{server.port}\r\n" in head
        assert "User-Agent: pulsetui/" in head


def test_all_options_reach_the_wire(tmp_path: Path) -> None:
    with serving(OK) as server:
        done = run(
            *("--state-dir", str(tmp_path), "ping", "--exit-code=3", "-m", "42 rows", "sync", "--body", "-"),
            *("--metric", "records=42", "--metric=rate=1e-3", "--rid", RID, f"--url={server.url}/"),
            state=tmp_path / "other",
            stdin=b"first\nsecond\n",
        )

        assert done.returncode == 0, done.stderr
        line = server.request_line
        assert line == f"POST /ping/sync/3?rid={RID.lower()}&metric=records:42&metric=rate:0.001 HTTP/1.1"
        assert server.body == b"42 rows\nfirst\nsecond\n"


@pytest.mark.parametrize("kind", ["start", "fail", "skip", "log"])
def test_each_kind_has_its_option(kind: str, tmp_path: Path) -> None:
    with serving(OK) as server:
        assert run("ping", "a", f"--{kind}", "--url", server.url, state=tmp_path).returncode == 0
        assert server.request_line == f"GET /ping/a/{kind} HTTP/1.1"


def test_the_engine_is_found_by_the_lock_of_its_state_directory(tmp_path: Path) -> None:
    with serving(OK) as server:
        (tmp_path / "engine.lock").write_text(json.dumps({"pid": 1, "url": server.url, "version": "0"}))

        assert run("ping", "a", state=tmp_path).returncode == 0
        assert len(server.requests) == 1


def test_a_large_standard_input_is_read_to_its_end(tmp_path: Path) -> None:
    """Else the writer would die of SIGPIPE: the job would fail because it is watched."""
    with serving(OK) as server:
        env = {**os.environ, "PULSETUI_URL": server.url, "PULSETUI_STATE_DIR": str(tmp_path)}
        script = (
            "set -o pipefail; (head -c 3000000 /dev/zero; echo; echo records: 42)"
            f" | {PULSETUI} ping a --body - -m nightly"
        )
        done = subprocess.run(["bash", "-c", script], env=env, timeout=30)

        assert done.returncode == 0
        assert server.body.startswith(b"nightly\n\0")
        assert b"\n[... 1401013 bytes were left out here ...]\n\0" in server.body
        assert server.body.endswith(b"\0\nrecords: 42\n")
        assert len(server.body) < 1_700_000


def test_a_body_that_cannot_be_read_does_not_stop_the_report(tmp_path: Path) -> None:
    with serving(OK) as server:
        done = run("ping", "a", "--body", str(tmp_path / "absent"), "--url", server.url, state=tmp_path)

        assert done.returncode == 0
        assert b"sent without it" in done.stderr
        assert server.request_line.startswith("GET /ping/a ")


@pytest.mark.parametrize("answer", [None, BUSY, SILENCE], ids=["refused", "503", "silent"])
def test_a_ping_that_reaches_nobody_is_spooled_and_never_fails_the_job(
    answer: bytes | None, tmp_path: Path
) -> None:
    if answer is None:
        done = run(
            "ping", "a", "--fail", "-m", "x", "--url", f"http://127.0.0.1:{free_port()}", state=tmp_path
        )
    else:
        with serving(answer) as server:
            done = run("ping", "a", "--fail", "-m", "x", "--url", server.url, state=tmp_path)

    assert done.returncode == 0
    assert done.stdout == b""
    assert b"kept for the engine" in done.stderr
    [record] = spooled(tmp_path)
    assert (record["slug"], record["kind"], record["body"]) == ("a", "fail", "eA==")


def test_a_report_that_cannot_be_kept_is_the_only_unreachable_that_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    done = run("ping", "a", "--url", f"http://127.0.0.1:{free_port()}", state=tmp_path / "file")

    assert done.returncode == 3
    assert b"could not be kept" in done.stderr
    assert b"Errno" not in done.stderr
    assert b"Traceback" not in done.stderr


def test_an_unknown_check_names_the_nearest_one(tmp_path: Path) -> None:
    config = tmp_path / "checks.toml"
    config.write_text('\ufeff[checks.sync-invoices]\nevery = "1h"\n')  # as Windows editors begin it
    with serving(NOT_FOUND) as server:
        done = run("ping", "sync-invoice", "--config", str(config), "--url", server.url, state=tmp_path)

    assert done.returncode == 1
    assert b'did you mean "sync-invoices"?' in done.stderr
    assert spooled(tmp_path) == []


def test_an_unknown_check_without_a_near_one_says_how_to_add_it(tmp_path: Path) -> None:
    with serving(NOT_FOUND) as server:
        done = run("ping", "a", "--config", str(tmp_path / "none"), "--url", server.url, state=tmp_path)

    assert done.returncode == 1
    assert b"pulsetui add a" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Name its slug"),
        (["a", "b"], "one slug"),
        (["Sync Invoices"], 'try "sync-invoices"'),
        (["../../etc"], "is not a valid slug"),
        (["a\x1b[31m\r\nX: y"], "is not a valid slug"),
        ([""], "empty"),
        (["a" * 101], "is not a valid slug"),
        (["ä"], "is not a valid slug"),
        (["--start", "--fail", "a"], "contradict"),
        (["--start", "--exit-code", "0", "a"], "contradict"),
        (["--exit-code", "0", "--fail", "a"], "contradict"),
        (["a", "--strat"], "did you mean --start"),
        (["a", "--start=1"], "takes no value"),
        (["a", "-x"], "no option"),
    ],
)
def test_wrong_usage_says_how_to_write_it(
    arguments: list[str],
    says: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    assert ping.main(arguments) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert "\x1b" not in err
    assert spooled(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "says", "target"),
    [
        (["--exit-code", "256"], "0 to 255", "/ping/a/fail"),
        (["--exit-code", "-65"], "0 to 255", "/ping/a/fail"),
        (["--exit-code", "3221225786"], "0 to 255", "/ping/a/fail"),  # a crash, as Windows tells it
        (["--exit-code", "²"], "0 to 255", "/ping/a/fail"),
        (["--exit-code", "killed"], "0 to 255", "/ping/a/fail"),
        (["--exit-code", ""], "0 to 255", "/ping/a/fail"),
        (["--exit-code"], "0 to 255", "/ping/a/fail"),
        (["--exit-code=1.0"], "0 to 255", "/ping/a/fail"),
        (["--metric", "records"], "records=42", "/ping/a"),
        (["--metric", "=1"], "records=42", "/ping/a"),
        (["--metric", "1st=1"], "records=42", "/ping/a"),
        (["--metric", "a&b=1", "--metric", "c=2"], "records=42", "/ping/a?metric=c:2"),
        (["--metric"], "records=42", "/ping/a"),
        (["--metric", "free=12,5"], "free: 12,5 is not a number", "/ping/a?metric=free:12%2C5"),
        (["--metric", "free="], "free: nothing is not a number", "/ping/a?metric=free:"),
        (["--metric", "r=nan"], "nan is not a number", "/ping/a?metric=r:nan"),
        (["--metric", "r=\x1b[31mx"], "r: ?[31mx is not", "/ping/a?metric=r:%1B%5B31mx"),
        (["--rid", "1234"], "uuid", "/ping/a"),
        (["--rid", "1c6b4b1e7f1d4c589d2c3f6a8f1f0a11", "--fail"], "uuid", "/ping/a/fail"),
        (["--rid", "\udcff"], "uuid", "/ping/a"),
    ],
)
def test_a_value_that_cannot_be_used_is_told_and_the_report_made(
    arguments: list[str], says: str, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(OK) as server:
        assert ping.main(["--url", server.url, "a", *arguments]) == 0

        assert server.request_line.split()[1] == target
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert "\x1b" not in err


@pytest.mark.parametrize(
    ("code", "target"),
    [
        ("0", "/ping/a/0"),
        ("255", "/ping/a/255"),
        ("-9", "/ping/a?exit_code=-9"),
        ("-15", "/ping/a?exit_code=-15"),
        ("-64", "/ping/a?exit_code=-64"),
        (" 3\n", "/ping/a/3"),
        ("007", "/ping/a/7"),
    ],
)
@pytest.mark.parametrize("glued", [True, False])
def test_exit_codes_are_those_of_shells_and_of_python(code: str, target: str, glued: bool) -> None:
    with serving(OK) as server:
        arguments = [f"--exit-code={code}"] if glued else ["--exit-code", code]

        assert ping.main(["a", *arguments, "--url", server.url]) == 0
        assert server.request_line.split()[1] == target


@pytest.mark.parametrize(
    ("literal", "value"), [("1,234", "1234"), (" 42 ", "42"), ("1e-3", "0.001"), ("−5", "-5"), ("42.", "42")]
)
def test_metrics_are_read_as_everywhere(literal: str, value: str) -> None:
    with serving(OK) as server:
        assert ping.main(["a", "--metric", f"n={literal}", "--url", server.url]) == 0
        assert server.request_line.split()[1] == f"/ping/a?metric=n:{value}"


def test_an_address_that_is_none_keeps_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ping.main(["a", "--url", "nowhere"]) == 0

    assert "http://127.0.0.1:8787" in capsys.readouterr().err
    [record] = spooled(tmp_path)
    assert record["slug"] == "a"


def test_wrong_usage_of_the_installed_command_is_exit_code_2(tmp_path: Path) -> None:
    done = run("ping", "--no-such-option", state=tmp_path)

    assert done.returncode == 2
    assert b"usage: pulsetui ping" in done.stderr
    assert b"Traceback" not in done.stderr


def test_an_argument_that_is_no_utf8_crashes_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "PULSETUI_STATE_DIR": str(tmp_path)}
    for arguments in ([b"\xff"], [b"a", b"--\xff"]):
        done = subprocess.run(
            [PULSETUI, "ping", *arguments], env=environment, capture_output=True, timeout=30
        )
        assert done.returncode == 2, done.stderr
        assert b"Traceback" not in done.stderr


def test_a_message_that_is_no_utf8_travels_unchanged(tmp_path: Path) -> None:
    with serving(OK) as server:
        command: Sequence[bytes | str] = [PULSETUI, "ping", "a", "--url", server.url, "-m", b"caf\xe9"]
        done = subprocess.run(command, env={**os.environ, "PULSETUI_STATE_DIR": str(tmp_path)}, timeout=30)

        assert done.returncode == 0
        assert server.body == b"caf\xe9"


def test_ctrl_c_ends_with_130(tmp_path: Path) -> None:
    with serving(SILENCE) as server:
        environment = {**os.environ, "PULSETUI_STATE_DIR": str(tmp_path)}
        process = subprocess.Popen([PULSETUI, "ping", "a", "--url", server.url], env=environment)
        while not server.requests and process.poll() is None:
            pass
        process.send_signal(signal.SIGINT)

        assert process.wait(10) == 130


def test_the_help_names_every_option_that_the_parser_takes(tmp_path: Path) -> None:
    done = run("ping", "--help", state=tmp_path)

    assert done.returncode == 0
    for name, _value, _help in ping.COMMAND.options:
        assert name in done.stdout.decode()


def test_nothing_heavy_is_loaded_to_send_a_ping(tmp_path: Path) -> None:
    """Each of these costs more than the ping itself."""
    with serving(OK) as server:
        code = (
            "import sys\nfrom pulsetui.cli.main import main\n"
            f"code = main(['ping', 'a', '--metric', 'n=1', '--exit-code', '0', '--url', {server.url!r}])\n"
            "print(code, *sorted(sys.modules))"
        )
        clean = {k: v for k, v in os.environ.items() if not k.startswith("COV")}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=clean, timeout=30
        )

    code_and_modules = done.stdout.split()
    assert code_and_modules[0] == "0"
    assert "pulsetui.job.wire" in code_and_modules
    assert not NEVER_LOADED & set(code_and_modules)
    assert not {"socket", "enum", "re", "json", "collections"} & set(code_and_modules)


def test_a_spooled_ping_loads_nothing_heavy_either(tmp_path: Path) -> None:
    arguments = ["ping", "a", "--url", f"http://127.0.0.1:{free_port()}", "--state-dir", str(tmp_path)]
    code = (
        f"import sys\nfrom pulsetui.cli.main import main\ncode = main({arguments!r})\n"
        "print(code, *sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)

    assert done.stdout.split()[0] == "0"
    assert len(spooled(tmp_path)) == 1
    assert not NEVER_LOADED & set(done.stdout.split())


def test_options_may_be_glued_or_apart() -> None:
    apart, _ = ping.COMMAND.parse(["-m", "x", "--rid", "y", "a"])
    glued, words = ping.COMMAND.parse(["-mx", "--rid=y", "--", "a"])

    assert apart == glued == {"--message": ["x"], "--rid": ["y"]}
    assert words == ["a"]
    with pytest.raises(UsageError):
        ping.COMMAND.parse(["-mx", "-hx"])
