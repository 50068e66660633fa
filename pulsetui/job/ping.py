"""``pulsetui ping``: one report, as fast as a Python program can send it.

Exit codes: 0 sent, or spooled for later (monitoring never fails a job), 1 the engine has no such check or
refuses the report, 2 usage, 3 no answer and it could not be kept, 130 interrupted. It prints nothing
when all goes right: cron mails every line.

A value that cannot be used (an invalid metric or run id) is warned of, and the report
made without it: the job is not to look missing for it. An invalid exit code is never a success. Only a
command line that does not say which check, or what happened to it, reports nothing.
"""

from __future__ import annotations

import os
import sys

from pulsetui.core.slug import check_slug
from pulsetui.core.text.printable import printable
from pulsetui.errors import UsageError
from pulsetui.job.options import ENGINE_OPTIONS, CommandLine, last
from pulsetui.job.report import LOST, REFUSED, SENT, UNKNOWN, PingReport, check_rid, is_metric_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO

    from pulsetui.core.text.output import Output

COMMAND = CommandLine(
    usage="pulsetui ping SLUG [--start | --fail | --skip | --log | --exit-code N] [options]",
    about="""\
Tells the engine that a job finished (or started, or failed). If no engine can be reached, the report is
kept in the state directory for later, and the exit code is 0.
""",
    options=(
        ("--start", "", "the job begins"),
        ("--fail", "", "the job failed"),
        ("--skip", "", "the job did nothing this time, on purpose; say why with -m"),
        ("--log", "", "a note: recorded, changes nothing"),
        ("--exit-code", "N", "0 is a success, 1-255 a failure, -9 a job that signal 9 ended: --exit-code $?"),
        ("--message", "TEXT", "-m TEXT: a line to keep with the report"),
        ("--metric", "NAME=VALUE", "a number the run produced; may be repeated"),
        ("--rid", "UUID", "the run's id: the same for its start and its end"),
        (
            "--body",
            "FILE",
            "keep the first 100 kB of FILE (-: standard input) and search all of it for the metrics",
        ),
        *ENGINE_OPTIONS,
    ),
    short={"-m": "--message"},
)

_KINDS = {"--start": "start", "--fail": "fail", "--skip": "skip", "--log": "log"}
_MIN_STATUS = -64  # the highest signal's number, below zero
_MAX_STATUS = 255

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
    from pulsetui.job import locate
    from pulsetui.job.client import send_or_keep
    from pulsetui.job.wire import Address, parse_address

    slug = _slug(words)
    kind, exit_status = _what_happened(options)
    route = locate.route(last(options, "--url") or last(options, "--attach"), last(options, "--state-dir"))
    address: Address | None = None
    try:
        address = None if route.url is None else parse_address(route.url)
    except UsageError as error:
        route.url, route.why = None, str(error)
    report = PingReport(
        slug=slug,
        kind=kind,
        exit_status=exit_status,
        body=_body(
            last(options, "--message"), last(options, "--body"), near=address is None or address.is_local
        ),
        **_details(options),
    )
    outcome = send_or_keep(report, address, route)
    if outcome.state == UNKNOWN and address is not None:
        from pulsetui.job.unknown_check import unknown_check

        _say(unknown_check(report.slug, address, locate.config_file(last(options, "--config"))))
    elif outcome.message:
        _say(outcome.message)
    return EXIT_CODES[outcome.state]


def _slug(words: list[str]) -> str:
    if len(words) != 1:
        got = printable(" ".join(words), 60)
        raise UsageError(f"one slug at a time, got {got!r}" if words else "which check? Name its slug")
    return check_slug(words[0])


def _what_happened(options: dict[str, list[str]]) -> tuple[str, int | None]:
    """Kind and exit status. Raises UsageError where the command line contradicts itself."""
    told = [name for name in (*_KINDS, "--exit-code") if name in options]
    if len(told) > 1:
        raise UsageError(f"{told[0]} and {told[1]} contradict each other; give one of them")
    kind = _KINDS.get(told[0], "success") if told else "success"
    text = last(options, "--exit-code")
    if text is None:
        return kind, None
    number = text.strip()
    digits = number.removeprefix("-")
    if (
        digits.isascii()
        and digits.isdigit()
        and len(digits) <= 3
        and _MIN_STATUS <= int(number) <= _MAX_STATUS
    ):
        return kind, int(number)
    _say(
        f"--exit-code {printable(text, 40)!r} is not an exit code: use a number from 0 to 255, as in $?, or"
        " a signal's number below zero, as in Python's returncode. Reported as a failure"
    )
    return "fail", None


def _details(options: dict[str, list[str]]) -> dict[str, Any]:
    """Run id and metrics, as far as they can be used."""
    found: dict[str, Any] = {"rid": None, "metrics": [], "unread": []}
    rid = last(options, "--rid")
    try:
        found["rid"] = None if rid is None else check_rid(rid)
    except UsageError as error:
        _say(f"{error}; reported without it")
    given = options.get("--metric", ())
    if given:
        from pulsetui.core.text.number import number
    for text in given:
        name, mark, literal = text.partition("=")
        if not mark or not is_metric_name(name):
            _say(f"--metric {printable(text, 60)!r} is not a valid metric; write it like --metric records=42")
            continue
        value = number(literal)
        if value is not None:
            found["metrics"].append((name, value))
        else:
            found["unread"].append((name, literal))
            _say(f"--metric {name}: {printable(literal.strip(), 40) or 'nothing'} is not a number")
    return found


def _body(message: str | None, source: str | None, *, near: bool) -> bytes:
    """``near``: the engine is on this host, so that it costs no time to send all that it searches."""
    text = b"" if message is None else os.fsencode(message)
    if source is None:
        return text
    from pulsetui.core.text.output import KEPT, SEARCHED, Output

    output = Output(searched=SEARCHED if near else KEPT)
    try:
        _read(source, output)
    except OSError as error:
        # The report matters more than what was to go with it.
        _say(f"--body {source}: {error.strerror or error}; sent without it")
    return b"\n".join(part for part in (text, output.joined()) if part)


def _read(source: str, output: Output) -> None:
    """All of it: the writer of our standard input must not get SIGPIPE."""
    if source == "-":
        if sys.stdin is not None:  # closed by our parent
            _copy(sys.stdin.buffer, output)
        return
    with open(source, "rb") as file:  # noqa: PTH123 - pathlib costs more than the ping
        _copy(file, output)


def _copy(file: BinaryIO, output: Output) -> None:
    while chunk := file.read(65_536):
        output.add(chunk)


def _say(text: str) -> None:
    try:
        if sys.stderr is not None:  # closed by whoever started us
            sys.stderr.write(f"pulsetui ping: {text}\n")
    except OSError:
        pass  # there is no reader; the exit code says it too
