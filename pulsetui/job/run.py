"""``pulsetui run SLUG -- COMMAND…``: a job with its start, end, exit code, duration and output reported.

The job must not notice: output passes unchanged and at once, signals are forwarded, the exit code is the
job's own (128 + signal when one ended it, 127 and 126 as in a shell when it cannot be started). Whatever goes
wrong with the reports costs at most two seconds and never the job; nor does an option that cannot be used: it
is warned of and the job runs without it, unwatched where its check cannot be told.
"""

from __future__ import annotations

import os
import sys
import time

from pulsetui.core.slug import check_slug
from pulsetui.core.text.printable import printable
from pulsetui.errors import UsageError
from pulsetui.job import locate
from pulsetui.job.client import send_or_keep
from pulsetui.job.options import ENGINE_OPTIONS, CommandLine, last
from pulsetui.job.report import LOST, REFUSED, UNKNOWN, PingReport, SendResult, is_metric_name
from pulsetui.job.run_id import RUN_ID_VARIABLE, new_rid
from pulsetui.job.wire import Address, parse_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from pulsetui.core.text.metric import Pattern
    from pulsetui.core.text.output import Output
    from pulsetui.job.options import Options

    T = TypeVar("T")

COMMAND = CommandLine(
    usage="pulsetui run SLUG [--timeout SPAN] [--metric NAME=REGEX] -- COMMAND…",
    about="""\
Runs a job and reports its start, its end, how long it took, its exit code and the end of its output.
Output, signals and exit code are the job's own; what goes wrong with the reports never harms it.
""",
    options=(
        ("--timeout", "SPAN", "ask the job to end (SIGTERM, ten seconds later SIGKILL) after 20m, 1h30m, …"),
        (
            "--metric",
            "NAME=REGEX",
            "a number in the output: the first group of the last line's match; may be repeated",
        ),
        *ENGINE_OPTIONS,
    ),
    short={},
)

START_PATIENCE_S = 0.9
END_PATIENCE_S = 0.9
"""Together the two seconds that a job may be delayed at most."""
_SEARCH_S = 0.7
"""For finding numbers in the output: some milliseconds are enough for a usual pattern."""
_MAX_LITERAL_LENGTH = 200  # characters of what should have been a number
_KNOWN_AWAY_PATIENCE_S = 0.3
"""For the end, when the start has just reached no engine."""


def main(arguments: list[str]) -> int:
    """Runs the job; returns its exit code, or 2 when there is no job on the command line."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    job = arguments[split + 1 :]
    options, words = COMMAND.parse(arguments[:split], _say)
    if "--help" in options:
        sys.stdout.write(COMMAND.help_text())
        return 0
    if not job:
        missing = "there is no command; write it after --" if words else "which check? Name its slug"
        _say(f"{missing}\nusage: {COMMAND.usage}")
        return 2
    try:
        watch = _Watch(options, words)
    except UsageError as error:
        _say(f"{error}\nusage: {COMMAND.usage}")
        return _unwatched(job)
    return watch.run(job)


def _unwatched(job: Sequence[str]) -> int:
    """The job is what matters, also where no engine can be told of it."""
    from pulsetui.job.child import run_job

    _say("the job runs anyway, and is not reported")
    ended = run_job(job, timeout=None)
    ended.let_go()
    return ended.exit_code


class _Watch:
    """One run of a job."""

    def __init__(self, options: Options, words: Sequence[str]) -> None:
        """Raises UsageError when there is no telling which check it is."""
        if not words:
            raise UsageError("which check? Name its slug")
        self._slug = check_slug(words[0])
        if len(words) > 1:
            _say(f"name one slug, then -- and the command; reported as {self._slug}")
        self._timeout = _usable(_timeout, last(options, "--timeout"))
        self._metrics: dict[str, Pattern] = {}
        for text in options.get("--metric", ()):
            self._metrics.update(_usable(_pattern, text) or {})
        self._config = locate.config_file(last(options, "--config"))
        self._route = locate.route(
            last(options, "--url") or last(options, "--attach"), last(options, "--state-dir")
        )
        self._address: Address | None = None
        if self._route.url is not None:
            self._address = _usable(parse_address, self._route.url)
        if self._address is None and self._route.url is not None:
            self._route.why, self._route.url = f"{self._route.url!r} is not an address", None
        self._rid = new_rid()
        self._told: list[SendResult] = []

    def run(self, job: Sequence[str]) -> int:
        """Runs the job between its two reports."""
        from pulsetui.job.child import run_job

        os.environ[RUN_ID_VARIABLE] = self._rid
        starting = self._report_start()
        began = time.monotonic()
        ended = run_job(job, timeout=self._timeout)
        took = time.monotonic() - began
        metrics, unread = self._find_metrics(ended.output)
        # To an engine on this host it costs no time to send all that it searches for the check's metrics.
        is_near = self._address is None or self._address.is_local
        output = ended.output.joined() if is_near else ended.output.end
        report = PingReport(
            slug=self._slug,
            # A job that was asked to end because it took too long has failed, whatever it says.
            kind="fail" if ended.timed_out else "success",
            exit_status=None if ended.timed_out and ended.exit_code == 0 else ended.exit_code,
            rid=self._rid,
            metrics=metrics,
            unread=unread,
            body=_with_note(output, self._timeout) if ended.timed_out else output,
            duration=took,
        )
        report.keeps_end = True
        starting.join(START_PATIENCE_S + 0.1)
        away = any(outcome.state not in ("sent", UNKNOWN, REFUSED) for outcome in self._told)
        self._tell(report, _KNOWN_AWAY_PATIENCE_S if away else END_PATIENCE_S)
        self._complain()
        ended.let_go()
        return ended.exit_code

    def _report_start(self) -> threading.Thread:
        """The job does not wait for its own start to be reported."""
        import threading

        report = PingReport(slug=self._slug, kind="start", rid=self._rid)
        thread = threading.Thread(target=self._tell, args=(report, START_PATIENCE_S), daemon=True)
        thread.start()
        return thread

    def _tell(self, report: PingReport, patience: float) -> None:
        try:
            self._told.append(send_or_keep(report, self._address, self._route, patience=patience))
        except Exception as error:  # noqa: BLE001 - a bug of ours must not become the job's failure
            self._told.append(SendResult(LOST, f"the report failed: {type(error).__name__}: {error}"))

    def _complain(self) -> None:
        """Says once what a person has to change; a report that its engine will take in needs no action."""
        for outcome in self._told:
            if outcome.state == UNKNOWN and self._address is not None:
                from pulsetui.job.unknown_check import unknown_check

                _say(unknown_check(self._slug, self._address, self._config))
                return
            if outcome.state in (REFUSED, LOST) or outcome.is_urgent:
                _say(outcome.message)
                return

    def _find_metrics(self, output: Output) -> tuple[list[tuple[str, float]], list[tuple[str, str]]]:
        """Numbers by name, and what was found where one should be: the engine says so in the alarm.

        A pattern that does not match reports nothing: what is expected of it then fails, as it should.
        """
        if not self._metrics:
            return [], []
        from pulsetui.core.text.number import number

        values: list[tuple[str, float]] = []
        unread: list[tuple[str, str]] = []
        for name, literal in self._search(output).items():
            value = number(literal)
            if value is not None:
                values.append((name, value))
            else:
                unread.append((name, literal[:_MAX_LITERAL_LENGTH]))
                _say(f"--metric {name}: {printable(literal, 40)} is not a number")
        return values, unread

    def _search(self, output: Output) -> dict[str, str]:
        """What the patterns match, as far as the job can wait for it."""
        from pulsetui.core.text.metric import Text, TookTooLongError

        until = time.monotonic() + _SEARCH_S
        text = Text(output.head, output.rest, output.skipped)
        found: dict[str, str] = {}
        for name, pattern in self._metrics.items():
            try:
                literal = pattern.last(text, lambda: time.monotonic() > until)
            except TookTooLongError:
                _say(f"--metric {name}: the output took too long to search")
                continue
            if literal is not None:
                found[name] = literal
        return found


def _usable(read: Callable[[str], T], text: str | None) -> T | None:
    """What an option says; None, with a warning, when it cannot be used."""
    try:
        return None if text is None else read(text)
    except UsageError as error:
        _say(f"{error}; the job runs without it")
        return None


def _with_note(output: bytes, timeout: float | None) -> bytes:
    return output + f"\npulsetui run: asked to end after {timeout:g} s\n".encode()


def _timeout(text: str) -> float:
    from pulsetui.core.schedule.duration import DurationError, parse_duration

    try:
        seconds = parse_duration(text).total_seconds()
    except DurationError as error:
        raise UsageError(f"--timeout: {error}") from None
    if seconds <= 0:
        raise UsageError(f"--timeout {text}: must be longer than nothing")
    return seconds


def _pattern(text: str) -> dict[str, Pattern]:
    from pulsetui.core.text.metric import Pattern, PatternError

    name, found, expression = text.partition("=")
    if not found or not is_metric_name(name) or not expression:
        raise UsageError(
            f"--metric {text!r} is not a valid metric; write it like --metric 'records=(\\d+) rows'"
        )
    try:
        return {name: Pattern(expression)}
    except PatternError as error:
        raise UsageError(f"--metric {name}: {expression!r} is not a valid pattern: {error}") from None


def _say(text: str) -> None:
    try:
        sys.stderr.write(f"pulsetui run: {text}\n")
        sys.stderr.flush()
    except OSError:
        pass  # there is no reader
