"""The command line of ``pulsetui run``, read so that nothing on it can stop the job.

An option that cannot be used is warned of, and the job runs without it.
"""

from __future__ import annotations

from pulsetui.core.text.printable import printable
from pulsetui.errors import UsageError
from pulsetui.job.options import ENGINE_OPTIONS, CommandLine, last
from pulsetui.job.wrapper.numbers import path_option, pattern_option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from pulsetui.core.text.json_path import JsonPath
    from pulsetui.core.text.metric import Pattern
    from pulsetui.job.options import Options

    T = TypeVar("T")
    Say = Callable[[str], None]

_SCHEDULES = ("every", "cron", "calendar")

COMMAND = CommandLine(
    usage="pulsetui run SLUG [options] -- COMMAND…",
    about="""\
Runs a job and reports its start, how far it is, its end, how long it took, its exit code, the end of its
output, and the memory (memory_mb) and CPU time (cpu_s) that it used. Output, signals and exit code are the
job's own; what goes wrong with the reports never harms it. Lines of its output like
"PULSETUI_METRIC records=312" are metrics, and "PULSETUI_PROGRESS 40 page 3" says how far it is.
""",
    options=(
        ("--timeout", "SPAN", "ask the job to end (SIGTERM) after 20m, 1h30m, …"),
        ("--kill-after", "SPAN", "so long after that end it (SIGKILL); default: 10s"),
        ("--lock", "[=FILE]", "skip this run while another one holds the lock (default: one for each slug)"),
        ("--skip-code", "N", "exit code N says that there was nothing to do: skipped; may be repeated"),
        (
            "--metric",
            "NAME=REGEX",
            "a number in the output: the first group of the last line's match; may be repeated",
        ),
        (
            "--json-metric",
            "NAME=PATH",
            "a number in the last JSON document on standard output: rows=.summary.rows; may be repeated",
        ),
        ("--catch-up", "TIME", "the run makes up for the slot at TIME that was missed: recorded, not judged"),
        ("--every", "SPAN", "make the check if there is none: it runs every 15m, 1h, …"),
        ("--cron", "EXPR", "the same: by five fields of cron"),
        ("--calendar", "EXPR", "the same: by an OnCalendar expression of systemd"),
        ("--timezone", "ZONE", "the zone of --cron and --calendar, for the check that is made"),
        ("--grace", "SPAN", "how long after due is tolerated, for the check that is made"),
        *ENGINE_OPTIONS,
    ),
    short={},
)

_MAX_STATUS = 255


class RunOptions:
    """What the options say, as far as they can be used. Spans are in seconds."""

    __slots__ = ("create", "kill_after", "lock", "metrics", "paths", "skip_codes", "timeout")

    def __init__(self, options: Options, say: Say) -> None:
        self.timeout = usable(_timeout, last(options, "--timeout"), say)
        self.kill_after = usable(_kill_after, last(options, "--kill-after"), say)
        if self.kill_after is not None and self.timeout is None:
            say("--kill-after means nothing without --timeout")
        self.lock = last(options, "--lock")  # "" for the slug's own, None for none
        self.skip_codes: list[int] = []
        for text in options.get("--skip-code", ()):
            code = usable(_skip_code, text, say)
            self.skip_codes += [] if code is None else [code]
        self.metrics: dict[str, Pattern] = {}
        for text in options.get("--metric", ()):
            self.metrics.update(usable(pattern_option, text, say) or {})
        self.paths: dict[str, JsonPath] = {}
        for text in options.get("--json-metric", ()):
            self.paths.update(usable(path_option, text, say) or {})
        self.create = _create(options, say)


def usable(read: Callable[[str], T], text: str | None, say: Say) -> T | None:
    """What an option says; None, with a warning, when it cannot be used."""
    try:
        return None if text is None else read(text)
    except UsageError as error:
        say(f"{error}; the job runs without it")
        return None


def _create(options: Options, say: Say) -> Sequence[tuple[str, str]]:
    """The keys of a check that is made if there is none; the engine judges them."""
    given = [(name, value) for name in _SCHEDULES if (value := last(options, f"--{name}")) is not None]
    others = [
        (name, value) for name in ("timezone", "grace") if (value := last(options, f"--{name}")) is not None
    ]
    if len(given) > 1:
        say(f"--{given[0][0]} and --{given[1][0]} contradict each other; no check is made by them")
        return ()
    if others and not given:
        say(f"--{others[0][0]} is for a check that is made: give --every, --cron or --calendar, too")
        return ()
    return (*given, *others)


def catch_up(text: str) -> str:
    """``--catch-up`` as the engine takes it. Raises UsageError: the run must not pass for the regular one."""
    from datetime import datetime

    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at.isoformat()
    except ValueError:
        pass
    raise UsageError(
        f"--catch-up {printable(text, 60)!r} is not a time with its offset; write it like"
        " 2026-11-21T02:00+01:00, as pulsetui catch-up does"
    )


def with_host_zone(create: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """The same with this host's zone, by which its cron starts the job, where none was given and it is
    certain: the engine may have another one. Takes a while to load."""
    names = {name for name, _ in create}
    if "timezone" in names or names.isdisjoint(("cron", "calendar")):
        return create
    from pulsetui.config.host_zone_name import host_zone_name

    found = host_zone_name()
    return create if found.doubt else (*create, ("timezone", found.name))


def _timeout(text: str) -> float:
    seconds = _span("--timeout", text)
    if seconds <= 0:
        raise UsageError(f"--timeout {text}: must be longer than nothing")
    return seconds


def _kill_after(text: str) -> float:
    return max(_span("--kill-after", text), 0.0)


def _span(option: str, text: str) -> float:
    from pulsetui.core.schedule.duration import DurationError, parse_duration

    try:
        return parse_duration(text).total_seconds()
    except DurationError as error:
        raise UsageError(f"{option}: {error}") from None


def _skip_code(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 0 < int(text) <= _MAX_STATUS):
        raise UsageError(f"--skip-code {text!r} is not an exit code from 1 to {_MAX_STATUS}")
    return int(text)
