"""``pulsetui ping``: one report, as fast as a Python program can send it.

Exit codes: 0 sent, or spooled for later (monitoring never fails a job), 1 the engine has no such check or
refuses the report, 2 usage, 3 nobody answered and it could not be kept, 130 interrupted. It prints nothing
when all is well: cron mails every line.
"""

from __future__ import annotations

import os
import sys

from pulsetui.job.options import ENGINE_OPTIONS, Command, last
from pulsetui.job.report import (
    BODY_LIMIT,
    LOST,
    REFUSED,
    SENT,
    UNKNOWN,
    Report,
    UsageError,
    check_rid,
    check_slug,
    printable,
)

COMMAND = Command(
    usage="pulsetui ping SLUG [--start | --fail | --log | --exit-code N] [options]",
    about="""\
Tells the engine that a job finished (or started, or failed). When no engine can be reached, the report
is kept in the state directory and taken in later, and the exit code is 0.
""",
    options=(
        ("--start", "", "the job begins"),
        ("--fail", "", "the job failed"),
        ("--log", "", "a note: recorded, changes nothing"),
        ("--exit-code", "N", "0 is a success, 1-255 a fail: pulsetui ping x --exit-code $?"),
        ("--message", "TEXT", "-m TEXT: a line to keep with the report"),
        ("--metric", "NAME=VALUE", "a number the run produced; may be given again"),
        ("--rid", "UUID", "the run's id: the same for its start and its end"),
        ("--body", "FILE", "keep the first 100 kB of FILE with the report; - is standard input"),
        *ENGINE_OPTIONS,
    ),
    short={"-m": "--message"},
)

_KINDS = {"--start": "start", "--fail": "fail", "--log": "log"}
_METRIC_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")
_LONGEST_METRIC = 64

EXIT_CODES = {SENT: 0, "spooled": 0, UNKNOWN: 1, REFUSED: 1, LOST: 3}


def main(arguments: list[str]) -> int:
    """Runs the command with the arguments after its name; returns its exit code."""
    try:
        options, words = COMMAND.parse(arguments)
        if "--help" in options:
            sys.stdout.write(COMMAND.help_text())
            return 0
        return _ping(options, words)
    except UsageError as error:
        _say(f"{error}\nusage: {COMMAND.usage}")
        return 2
    except KeyboardInterrupt:
        return 130


def _ping(options: dict[str, list[str]], words: list[str]) -> int:
    from pulsetui.job import place
    from pulsetui.job.client import send_or_keep
    from pulsetui.job.wire import parse_address

    report = build(options, words)
    state = place.state_dir(last(options, "--state-dir"))
    address = parse_address(place.engine_url(last(options, "--url"), state))
    outcome = send_or_keep(report, address, state)
    if outcome.state == UNKNOWN:
        from pulsetui.job.hint import unknown_check

        _say(unknown_check(report.slug, address, place.config_file(last(options, "--config"))))
    elif outcome.message:
        _say(outcome.message)
    return EXIT_CODES[outcome.state]


def build(options: dict[str, list[str]], words: list[str]) -> Report:
    """The report that the command line describes. Reads the body. Raises UsageError."""
    if len(words) != 1:
        got = printable(" ".join(words), 60)
        raise UsageError(f"one slug at a time, got {got!r}" if words else "which check? Name its slug")
    slug = check_slug(words[0])
    told = [name for name in (*_KINDS, "--exit-code") if name in options]
    if len(told) > 1:
        raise UsageError(f"{told[0]} and {told[1]} contradict each other; give one of them")
    status = last(options, "--exit-code")
    rid = last(options, "--rid")
    return Report(
        slug=slug,
        kind=_KINDS.get(told[0], "success") if told else "success",
        exit_status=None if status is None else _exit_status(status),
        rid=None if rid is None else check_rid(rid),
        metrics=[_metric(text) for text in options.get("--metric", ())],
        body=_body(last(options, "--message"), last(options, "--body")),
    )


def _exit_status(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 255:
        return int(text)
    raise UsageError(f"--exit-code {text!r} is no exit code; it is a number from 0 to 255, as $? gives it")


def _metric(text: str) -> tuple[str, float]:
    name, found, literal = text.partition("=")
    if not found or not name or len(name) > _LONGEST_METRIC or not _METRIC_CHARACTERS.issuperset(name):
        raise UsageError(f"--metric {text!r} is no metric; write it like --metric records=42")
    try:
        value = float(literal)
    except ValueError:
        value = float("nan")
    if value - value != 0:  # what float() took but is not finite
        raise UsageError(f"--metric {text!r}: {literal!r} is not a number; write it like --metric records=42")
    return name, value


def _body(message: str | None, source: str | None) -> bytes:
    text = b"" if message is None else os.fsencode(message)
    if source is None:
        return text
    try:
        kept = _read_stdin() if source == "-" else _read_file(source)
    except OSError as error:
        # The report matters more than what was to go with it.
        _say(f"--body {source}: {error.strerror or error}; sent without it")
        kept = b""
    return b"\n".join(part for part in (text, kept) if part)


def _read_file(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib costs more than the ping
        return file.read(BODY_LIMIT)


def _read_stdin() -> bytes:
    """The first part of standard input. The rest is read and dropped: the writer must not get SIGPIPE."""
    if sys.stdin is None:  # closed by whoever started us
        return b""
    stdin = sys.stdin.buffer
    kept = stdin.read(BODY_LIMIT)
    while stdin.read(65_536):
        pass
    return kept


def _say(text: str) -> None:
    try:
        sys.stderr.write(f"pulsetui ping: {text}\n")
    except OSError:
        pass  # nobody is there to read it; the exit code says it too
