"""How long schedules take: ``python -m tests.benchmarks.bench_schedules``. CPU time of one core."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from pulsetui.core.schedule.calendar import Calendar
from pulsetui.core.schedule.cron import Cron
from pulsetui.core.schedule.cron import _parse as parse_uncached
from pulsetui.core.schedule.schedule import Schedule

START = datetime(2031, 1, 1, tzinfo=UTC)
ZONE = "Europe/Berlin"
EXPRESSIONS = (
    *("* * * * *", "*/5 * * * *", "0 2 * * *", "30 6 * * 1-5", "0 0 1 * *", "15,45 8-18 * * *"),
    *("0 7 LW * *", "0 12 29 2 1", "40 2 * * *", "@hourly", "0 6 13 * 5", "0 9 * * 5#3"),
)


def _cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU time that one call takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


def _each(label: str, calls: Sequence[Callable[[], object]]) -> None:
    spent = sorted(_cpu(call) * 1e6 for call in calls)
    _row(label, f"median {statistics.median(spent):8.1f} us", f"worst {spent[-1]:9.1f} us")


def _row(label: str, *columns: str) -> None:
    print(f"{label:<42}" + "  ".join(columns))


def _walk(schedule: Schedule, days: int) -> None:
    found = schedule.between(START, START + timedelta(days=days), 1_000_000)
    assert found


def main() -> None:
    """Print the table; the budgets stand in the last column."""
    imports = [
        sys.executable,
        "-c",
        "import time; import pulsetui.core.schedule.cron; print(time.process_time())",
    ]
    spent = subprocess.run(imports, capture_output=True, text=True, check=True).stdout
    _row("import pulsetui.core.schedule.cron, with start", f"{float(spent) * 1e3:.0f} ms")
    _row("first parse (imports croniter)", f"{_cpu(lambda: Cron.parse('1 2 3 4 *')) * 1e3:.0f} ms")

    _each("parse cron", [partial(parse_uncached.__wrapped__, e, ZONE) for e in EXPRESSIONS * 20])
    crons = [Cron.parse(e, ZONE) for e in EXPRESSIONS]
    calendars = [Calendar.parse(e, ZONE) for e in ("hourly", "Mon..Fri 06:00", "*-*-01 02:00", "*:0/15")]
    instants = [START + timedelta(hours=7.3 * step) for step in range(1200)]
    kinds: tuple[tuple[str, Sequence[Schedule]], ...] = (("cron", crons), ("calendar", calendars))
    for kind, schedules in kinds:
        _each(f"{kind}.next over a year", [partial(s.next, t) for s in schedules for t in instants])
        _each(f"{kind}.prev over a year", [partial(s.prev, t) for s in schedules for t in instants])
    early = timedelta(minutes=1)
    _each("cron.slot over a year", [partial(s.slot, t, early) for s in crons for t in instants])
    changes = [datetime(2031, 3, 29, 22, tzinfo=UTC) + timedelta(minutes=7 * step) for step in range(60)]
    _each("cron.next around a clock change", [partial(s.next, t) for s in crons for t in changes])

    many = [Cron.parse(f"{n % 60} {n // 60 % 24} * * {n % 7}", ZONE) for n in range(10_000)]
    _row("10,000 next dues, parsed", f"{_cpu(lambda: [s.next(START) for s in many]):.2f} s", "budget 1.5 s")
    parse_uncached.cache_clear()
    from_text = [f"{n % 60} {n // 60 % 24} 1-{2 + n % 28} * *" for n in range(10_000)]
    spent_text = _cpu(lambda: [Cron.parse(e, ZONE).next(START) for e in from_text])
    _row("10,000 next dues, from text", f"{spent_text:.2f} s", "budget 4 s")
    _row("30 days of */5", f"{_cpu(lambda: _walk(crons[1], 30)):.2f} s", "budget 0.8 s")
    _row("30 days of every minute", f"{_cpu(lambda: _walk(crons[0], 30)):.2f} s", "budget 3 s")


if __name__ == "__main__":
    main()
