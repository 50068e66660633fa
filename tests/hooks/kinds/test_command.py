"""The command hook with real programs."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.errors import HookError
from pulsetui.hooks.facts import FACTS
from pulsetui.hooks.hook import Hook, HookContext
from pulsetui.hooks.kinds.command import KIND
from tests.hooks.fakes import an_alert

CONTEXT = HookContext(publish=lambda alert: 0)


def a_hook(*command: str, **options: object) -> Hook:
    given: Mapping[str, object] = {"command": list(command), **options}
    assert KIND.options(given) == []
    return KIND.build(given, CONTEXT)


def send(hook: Hook, alert: Alert | None = None) -> None:
    asyncio.run(hook.send(alert or an_alert()))


def refused(hook: Hook, alert: Alert | None = None) -> HookError:
    with pytest.raises(HookError) as caught:
        send(hook, alert)
    return caught.value


def a_program(path: Path, script: str) -> Path:
    path.write_text(f"#!{sys.executable}\n{script}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def pid_in(path: Path) -> int:
    deadline = time.monotonic() + 20
    while not (path.exists() and path.read_text().endswith("\n")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return int(path.read_text())


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def gone_soon(pid: int) -> bool:
    deadline = time.monotonic() + 20
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not is_alive(pid)


def test_the_program_gets_the_facts_in_its_environment_and_on_standard_input(tmp_path: Path) -> None:
    program = a_program(
        tmp_path / "tell",
        "import json, os, sys\n"
        "facts = {k: v for k, v in os.environ.items() if k.startswith('PULSETUI_')}\n"
        f"json.dump([facts, json.load(sys.stdin)], open({str(tmp_path / 'out')!r}, 'w'))\n",
    )
    send(a_hook(str(program)))
    environment, document = json.loads((tmp_path / "out").read_text())
    told = {name: text for name, text in environment.items() if text}
    assert told == {
        "PULSETUI_EVENT": "down",
        "PULSETUI_SLUG": "sync-invoices",
        "PULSETUI_NAME": "Sync invoices",
        "PULSETUI_STATUS": "down",
        "PULSETUI_REASON": "missed",
        "PULSETUI_TITLE": "sync-invoices is overdue",
        "PULSETUI_BODY": "Due at 02:00.\nLast success yesterday.",
        "PULSETUI_AT": "2026-03-01T02:30:00+00:00",
        "PULSETUI_TAGS": "billing nightly",
    }
    assert environment.keys() == {f"PULSETUI_{fact.upper()}" for fact in FACTS}
    assert document == {
        **{name[9:].lower(): value for name, value in environment.items()},
        "tags": ["billing", "nightly"],
        "missed": [],
        "missed_count": 0,
        "reminder": 0,
        "down_for_s": 0,
        "drill": False,
    }


def test_facts_that_do_not_apply_are_empty(tmp_path: Path) -> None:
    hook = a_hook("sh", "-c", f'printf "[%s]" "$PULSETUI_REASON" "$PULSETUI_STATUS" > {tmp_path}/out')
    send(hook, an_alert("", AlertEvent.TEST, status=None, reason=None))
    assert (tmp_path / "out").read_text() == "[][]"


def test_hostile_text_reaches_the_program_as_text_only(tmp_path: Path) -> None:
    hostile = an_alert(title="$(touch x); `id`\0\x1b]0;owned\x07 'quote\" \\", body="a\0b\x1b[2J\nc\ud800")
    hook = a_hook(
        "sh",
        "-c",
        f'printf "%s|%s|%s" "$1" "$2" "$PULSETUI_BODY" > {tmp_path}/out',
        "sh",
        "{title}",
        "{slug}",
    )
    send(hook, hostile)
    assert (tmp_path / "out").read_text() == "$(touch x); `id` 'quote\" \\|sync-invoices|ab\nc\ufffd"


def test_text_that_begins_with_a_dash_does_not_become_an_option(tmp_path: Path) -> None:
    facts = [f"{{{fact}}}" for fact in FACTS]
    hook = a_hook("sh", "-c", f'printf "%s|" "$@" > {tmp_path}/out', "sh", *facts)
    send(hook, an_alert("--help", name="-n", title="--exec=evil", body="-x", tags=("-t",)))
    arguments = (tmp_path / "out").read_text().split("|")
    assert len(arguments) == len(FACTS) + 1
    assert not any(argument.startswith("-") for argument in arguments)
    assert " --help" in arguments


def test_extra_environment_is_added_and_facts_cannot_be_faked(tmp_path: Path) -> None:
    env = {"TOKEN": "s3cret", "PULSETUI_SLUG": "fake"}
    send(a_hook("sh", "-c", f'printf "%s %s" "$TOKEN" "$PULSETUI_SLUG" > {tmp_path}/out', env=env))
    assert (tmp_path / "out").read_text() == "s3cret sync-invoices"


def test_a_huge_body_neither_blocks_nor_breaks_the_program() -> None:
    send(a_hook("true"), an_alert(body="long line " * 20_000 + "\n" * 5000 + "測試" * 100_000))


def test_a_failing_program_is_told_with_its_last_line() -> None:
    error = refused(
        a_hook("sh", "-c", "echo first >&2; printf '\\033[31mno such user\\033[0m\\n\\n' >&2; exit 3")
    )
    assert str(error) == "sh ended with exit code 3: no such user"
    assert not error.permanent


def test_a_program_killed_by_a_signal_says_which() -> None:
    assert str(refused(a_hook("sh", "-c", "kill -TERM $$"))) == "sh was killed by SIGTERM"


def test_a_flood_on_standard_error_is_taken_and_its_end_kept() -> None:
    error = refused(a_hook("sh", "-c", "yes noise | head -c 5000000 >&2; echo >&2; echo the end >&2; exit 1"))
    assert str(error) == "sh ended with exit code 1: the end"


def test_a_program_that_is_not_there_is_a_permanent_failure() -> None:
    error = refused(a_hook("pulsetui-no-such-program"))
    assert error.permanent
    assert '"pulsetui-no-such-program"' in str(error)


def test_a_file_that_is_no_program_is_a_permanent_failure(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("echo hello\n")
    assert refused(a_hook(str(plain))).permanent
    assert "chmod" in str(refused(a_hook(str(plain))))
    plain.chmod(0o700)
    plain.write_bytes(b"\x00\x01\x02")
    error = refused(a_hook(str(plain)))
    assert error.permanent
    assert "#!/bin/sh" in str(error)


def test_a_program_that_takes_too_long_is_killed_with_its_children(tmp_path: Path) -> None:
    script = f"trap '' TERM; sleep 300 & echo $! > {tmp_path}/pid; wait"
    error = refused(a_hook("sh", "-c", script, timeout=1))
    assert str(error) == "sh did not finish within 1 s and was killed"
    assert not error.permanent
    assert gone_soon(pid_in(tmp_path / "pid"))


async def test_a_cancelled_send_leaves_nothing_running(tmp_path: Path) -> None:
    hook = a_hook("sh", "-c", f"sleep 300 & echo $! > {tmp_path}/pid; wait")

    sending = asyncio.create_task(hook.send(an_alert()))
    await asyncio.to_thread(pid_in, tmp_path / "pid")
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert gone_soon(pid_in(tmp_path / "pid"))


async def test_a_send_that_is_cancelled_while_its_program_starts_leaves_nothing_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program runs already, and asyncio has not yet handed it over."""
    begun, handed_over = asyncio.Event(), asyncio.Event()
    real = asyncio.create_subprocess_exec

    async def slowly(*argv: Any, **options: Any) -> asyncio.subprocess.Process:
        process = await real(*argv, **options)
        await asyncio.to_thread(pid_in, tmp_path / "pid")
        begun.set()
        await handed_over.wait()
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", slowly)
    hook = a_hook("sh", "-c", f"sleep 300 & echo $! > {tmp_path}/pid; wait")
    sending = asyncio.create_task(hook.send(an_alert()))
    await begun.wait()
    sending.cancel()
    await asyncio.sleep(0)
    handed_over.set()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert gone_soon(pid_in(tmp_path / "pid"))


def test_a_child_left_in_the_background_does_not_keep_us_waiting(tmp_path: Path) -> None:
    started = time.monotonic()
    send(a_hook("sh", "-c", f"sleep 300 & echo $! > {tmp_path}/pid", timeout=100))
    assert time.monotonic() - started < 60
    child = pid_in(tmp_path / "pid")
    assert is_alive(child)
    os.kill(child, 9)


def test_a_program_runs_from_the_loop_of_another_thread(tmp_path: Path) -> None:
    """The engine's loop is not on the main thread, where signals about children arrive."""
    problems: list[BaseException] = []

    def engine() -> None:
        try:
            send(a_hook("sh", "-c", f"printf told > {tmp_path}/out"))
            assert str(refused(a_hook("sh", "-c", "exit 7"))) == "sh ended with exit code 7"
            assert "did not finish" in str(refused(a_hook("sleep", "300", timeout=1)))
        except BaseException as error:  # noqa: BLE001 - told to the main thread
            problems.append(error)

    thread = threading.Thread(target=engine)
    thread.start()
    thread.join(60)
    assert (problems, (tmp_path / "out").read_text()) == ([], "told")


def test_many_sends_leave_no_file_open() -> None:
    hook = a_hook("true")
    send(hook)
    before = open_files()
    for _ in range(5):
        send(hook)
        refused(a_hook("pulsetui-no-such-program"))
    assert open_files() == before


@pytest.mark.parametrize(
    ("options", "field", "says"),
    [
        ({}, "command", 'command = ["program", "argument"]'),
        ({"command": "mail root"}, "command", "must be a list"),
        ({"command": []}, "command", "program first"),
        ({"command": ["mail", 3]}, "command", "list of texts"),
        ({"command": ["{title}"]}, "command", "must begin with a program"),
        ({"command": ["a", "x\0y"]}, "command", "NUL"),
        ({"command": ["a", "{titel}"]}, "command", "did you mean {title}?"),
        ({"command": ["a", "--title={title}"]}, "command", "$PULSETUI_TITLE"),
        ({"command": ["a"], "timeout": "soon"}, "timeout", '"soon"'),
        ({"command": ["a"], "timeout": 0}, "timeout", "longer than nothing"),
        ({"command": ["a"], "env": ["A=1"]}, "env", "table"),
        ({"command": ["a"], "env": {"A=B": "1"}}, "env", '"A=B"'),
        ({"command": ["a"], "env": {"A": 1}}, "env", "quotes"),
        ({"command": ["a"], "tiemout": 3}, "tiemout", 'did you mean "timeout"?'),
    ],
)
def test_wrong_options_are_explained(options: Mapping[str, object], field: str, says: str) -> None:
    problems = KIND.options(options)
    assert [name for name, _ in problems] == [field]
    assert says in problems[0][1]


def test_every_problem_is_told_at_once() -> None:
    assert len(KIND.options({"timeout": "x", "env": 1, "shell": True})) == 4


@pytest.mark.parametrize("argument", ["{}", "${name}", "awk {print $1}", "{title"])
def test_braces_that_are_no_placeholder_stay(argument: str, tmp_path: Path) -> None:
    send(a_hook("sh", "-c", f'printf "%s" "$1" > {tmp_path}/out', "sh", argument))
    assert (tmp_path / "out").read_text() == argument
