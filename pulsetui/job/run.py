"""``pulsetui run SLUG -- COMMAND…``: a job with its start, end, exit code, duration and output reported.

The job must not notice: output passes unchanged and at once, signals are forwarded, the exit code is the
job's own (128 + signal when one ended it, 127 and 126 as in a shell when it cannot be started). Whatever goes
wrong with the reports costs at most two seconds and never the job.
"""

from __future__ import annotations

import os
import sys
import time

from pulsetui.job import place
from pulsetui.job.client import send_or_keep
from pulsetui.job.options import ENGINE_OPTIONS, Command, last
from pulsetui.job.report import BODY_LIMIT, LOST, REFUSED, UNKNOWN, Outcome, Report, UsageError, check_slug
from pulsetui.job.wire import Address, parse_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    import threading
    from collections.abc import Sequence

    from pulsetui.job.options import Options

COMMAND = Command(
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
            "a number in the output: the first group of the last match; may be repeated",
        ),
        *ENGINE_OPTIONS,
    ),
    short={},
)

START_PATIENCE_S = 0.9
END_PATIENCE_S = 0.9
"""Together the two seconds that a job may be delayed at most."""
_KNOWN_AWAY_PATIENCE_S = 0.3
"""For the end, when the start has just found nobody."""


def main(arguments: list[str]) -> int:
    """Runs the job; returns its exit code, or 2 when the command line is wrong and nothing was run."""
    try:
        split = arguments.index("--") if "--" in arguments else len(arguments)
        options, words = COMMAND.parse(arguments[:split])
        if "--help" in options:
            sys.stdout.write(COMMAND.help_text())
            return 0
        job = arguments[split + 1 :]
        watch = _Watch(options, words, job)
    except UsageError as error:
        _say(f"{error}\nusage: {COMMAND.usage}")
        return 2
    return watch.run(job)


class _Watch:
    """One run of a job."""

    def __init__(self, options: Options, words: Sequence[str], job: Sequence[str]) -> None:
        """Raises UsageError: a wrong command line is told before anything runs."""
        if len(words) != 1:
            raise UsageError(
                "name one slug, then -- and the command" if words else "which check? Name its slug"
            )
        if not job:
            raise UsageError("there is no command; write it after --")
        self._slug = check_slug(words[0])
        self._timeout = _timeout(last(options, "--timeout"))
        self._metrics = [_pattern(text) for text in options.get("--metric", ())]
        self._state = place.state_dir(last(options, "--state-dir"))
        self._config = place.config_file(last(options, "--config"))
        self._address = self._find(last(options, "--url"))
        self._rid = _new_rid()
        self._told: list[Outcome] = []

    def _find(self, option: str | None) -> Address:
        try:
            return parse_address(place.engine_url(option, self._state))
        except UsageError as error:
            if option is not None:
                raise
            _say(str(error))  # of the environment or the lock: no reason to hold the job
            return parse_address(place.DEFAULT_URL)

    def run(self, job: Sequence[str]) -> int:
        """Runs the job between its two reports."""
        from pulsetui.job.child import run_job

        starting = self._report_start()
        began = time.monotonic()
        ended = run_job(job, timeout=self._timeout)
        took = time.monotonic() - began
        report = Report(
            slug=self._slug,
            # A job that was asked to end because it took too long has failed, whatever it says.
            kind="fail" if ended.timed_out else "success",
            exit_status=None if ended.timed_out and ended.exit_code == 0 else ended.exit_code,
            rid=self._rid,
            metrics=self._find_metrics(ended.tail),
            body=_with_note(ended.tail, self._timeout) if ended.timed_out else ended.tail,
            duration=took,
        )
        starting.join(START_PATIENCE_S + 0.1)
        away = any(outcome.state not in ("sent", UNKNOWN, REFUSED) for outcome in self._told)
        self._tell(report, _KNOWN_AWAY_PATIENCE_S if away else END_PATIENCE_S)
        self._complain()
        ended.let_go()
        return ended.exit_code

    def _report_start(self) -> threading.Thread:
        """The job does not wait for its own start to be reported."""
        import threading

        report = Report(slug=self._slug, kind="start", rid=self._rid)
        thread = threading.Thread(target=self._tell, args=(report, START_PATIENCE_S), daemon=True)
        thread.start()
        return thread

    def _tell(self, report: Report, patience: float) -> None:
        try:
            self._told.append(send_or_keep(report, self._address, self._state, patience=patience))
        except Exception as error:  # noqa: BLE001 - a bug of ours must not become the job's failure
            self._told.append(Outcome(LOST, f"the report failed: {type(error).__name__}: {error}"))

    def _complain(self) -> None:
        """Says once what a person has to change; a spooled report is on its way and needs nobody."""
        for outcome in self._told:
            if outcome.state == UNKNOWN:
                from pulsetui.job.hint import unknown_check

                _say(unknown_check(self._slug, self._address, self._config))
                return
            if outcome.state in (REFUSED, LOST):
                _say(outcome.message)
                return

    def _find_metrics(self, tail: bytes) -> list[tuple[str, float]]:
        """A pattern that does not match reports nothing: what is expected of it then fails, as it should."""
        if not self._metrics:
            return []
        text = tail.decode("utf-8", "replace")
        found: list[tuple[str, float]] = []
        for name, pattern in self._metrics:
            number = None
            for match in pattern.finditer(text):
                number = match
            literal = "" if number is None else (number[1] if pattern.groups else number[0]) or ""
            try:
                value = float(literal)
            except ValueError:
                continue
            if value - value == 0:  # finite
                found.append((name, value))
        return found


def _with_note(tail: bytes, timeout: float | None) -> bytes:
    note = f"\npulsetui run: asked to end after {timeout:g} s\n".encode()
    return tail[-(BODY_LIMIT - len(note)) :] + note


def _timeout(text: str | None) -> float | None:
    if text is None:
        return None
    from pulsetui.core.duration import DurationError, parse_duration

    try:
        seconds = parse_duration(text).total_seconds()
    except DurationError as error:
        raise UsageError(f"--timeout: {error}") from None
    if seconds <= 0:
        raise UsageError(f"--timeout {text}: it must be longer than nothing")
    return seconds


def _pattern(text: str) -> tuple[str, re.Pattern[str]]:
    import re

    name, found, expression = text.partition("=")
    if not found or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}", name) or not expression:
        raise UsageError(f"--metric {text!r} is no metric; write it like --metric 'records=(\\d+) rows'")
    try:
        return name, re.compile(expression, re.MULTILINE)
    except (re.error, RecursionError, OverflowError) as error:
        raise UsageError(f"--metric {name}: {expression!r} is no pattern: {error}") from None


def _new_rid() -> str:
    """A random uuid (version 4) without loading the module for it."""
    raw = bytearray(os.urandom(16))
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _say(text: str) -> None:
    try:
        sys.stderr.write(f"pulsetui run: {text}\n")
        sys.stderr.flush()
    except OSError:
        pass  # nobody is there to read it
