"""``python -m tests.benchmarks [NAME …] [--quick]``: runs the benchmarks, prints their tables in Markdown."""

from __future__ import annotations

import argparse
import importlib
import signal
import sys
from types import FrameType

from tests.benchmarks.machine import describe
from tests.benchmarks.report import Skipped, Table

NAMES = ("pings", "beside", "deadlines", "storm", "screen", "command", "django", "schedules")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(NAMES)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="short runs: to see that all works")
    parser.add_argument("--huge", action="store_true", help="the screen with 100,000 checks, too")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in NAMES]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(NAMES)}")
    signal.signal(signal.SIGTERM, _end)  # so that what was started is ended
    print(f"## Benchmarks\n\n{describe()}\n", flush=True)
    for name in options.names or NAMES:
        print(f"{name} …", file=sys.stderr, flush=True)
        for table in _tables(name, quick=options.quick, huge=options.huge):
            print(table.markdown(), flush=True)
    return 0


def _tables(name: str, *, quick: bool, huge: bool) -> list[Table]:
    if name == "schedules":
        from tests.benchmarks.schedules import run as run_schedules

        return run_schedules()
    module = importlib.import_module(f"tests.benchmarks.bench_{name}")
    try:
        tables: list[Table] = (
            module.run(quick=quick, huge=huge) if name == "screen" else module.run(quick=quick)
        )
    except Skipped as reason:
        return [Table(name, notes=[f"skipped: {reason}"])]
    return tables


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
