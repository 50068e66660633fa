"""The figures of ``bench_schedules`` as a table: it prints lines, some of them with a budget in seconds."""

from __future__ import annotations

import re
import subprocess

from tests.benchmarks.processes import PLACE, module
from tests.benchmarks.report import Table, most

_UNITS = {"us": "µs"}
_VALUE = re.compile(r"(median |worst |budget |)\s*([\d.]+) (us|ms|s)\b")
_TIMEOUT_S = 300


def run() -> list[Table]:
    command = module("bench_schedules")
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=True, cwd=PLACE)
    table = Table("Schedules, CPU time")
    for line in done.stdout.splitlines():
        label = line[:42].strip()
        found = {name.strip(): (float(value), unit) for name, value, unit in _VALUE.findall(line[42:])}
        budget = found.pop("budget", None)
        for name, (value, unit) in found.items():
            bars = [] if budget is None else [most(budget[0])]
            table.add(f"{label}, {name}" if name else label, value, _UNITS.get(unit, unit), bars=bars)
    return [table]
