"""What reports cost a cron job: ``pulsetui ping`` beside curl and beside Python that does nothing, and
``pulsetui run`` over the job alone, beside the two calls of curl that would say as much."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from statistics import median

from tests.benchmarks.processes import PULSETUI, Home, home, needed, serving, slug
from tests.benchmarks.report import Table, ratio_most

_ROUNDS = 25
_QUICK_ROUNDS = 5


def run(*, quick: bool) -> list[Table]:
    curl = needed("curl", "curl")
    table = Table("One report from a job, CPU of the whole process", "curl, or bare Python")
    with home(1) as at, serving(at) as server:
        url = f"http://127.0.0.1:{server.port}"
        commands = {
            "curl": [curl, "-fsS", "-m", "10", "-o", os.devnull, f"{url}/ping/{slug(0)}"],
            "python": [sys.executable, "-c", "pass"],
            "ping": [PULSETUI, "ping", slug(0), "--url", url],
            "found": [PULSETUI, "ping", slug(0), "--state-dir", str(at.state)],
            "true": [needed("true", "coreutils")],
            "run": [PULSETUI, "run", slug(0), "--url", url, "--", "true"],
        }
        spent: dict[str, list[float]] = {name: [] for name in commands}
        took: dict[str, list[float]] = {name: [] for name in commands}
        for round_ in range((_QUICK_ROUNDS if quick else _ROUNDS) + 1):
            for name, command in commands.items():
                cpu, wall = cost_of(command, at)
                if round_:  # the first one compiles
                    spent[name].append(cpu * 1e3)
                    took[name].append(wall * 1e3)
        rounds = at.stored()
    cpu_of = {name: median(values) for name, values in spent.items()}
    wall_of = {name: median(values) for name, values in took.items()}
    table.add(
        "pulsetui ping --url, beside curl", cpu_of["ping"], "ms", floor=cpu_of["curl"], bars=[ratio_most(4)]
    )
    table.add("… beside bare Python", cpu_of["ping"], "ms", floor=cpu_of["python"], bars=[ratio_most(2.5)])
    table.add("… time until it ends, beside curl", wall_of["ping"], "ms", floor=wall_of["curl"])
    table.add(
        "pulsetui ping that looks for its engine, beside curl", cpu_of["found"], "ms", floor=cpu_of["curl"]
    )
    table.add("… beside bare Python", cpu_of["found"], "ms", floor=cpu_of["python"])
    over = (cpu_of["run"] - cpu_of["true"], wall_of["run"] - wall_of["true"])
    table.add("pulsetui run over the bare job, two reports", over[0], "ms", floor=2 * cpu_of["curl"])
    table.add("… time until it ends", over[1], "ms", floor=2 * wall_of["curl"])
    table.notes.append(f"medians of {len(spent['ping'])} interleaved runs; {rounds} pings arrived")
    return [table]


def cost_of(command: Sequence[str], at: Home, *, quiet: bool = False, **more: str) -> tuple[float, float]:
    """CPU and wall seconds of one process, which is ``quiet`` and has ``more`` in its environment. Raises
    RuntimeError when it fails."""
    nowhere = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
    nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    actions = [nothing, nowhere, (os.POSIX_SPAWN_DUP2, 1, 2)] if quiet else []
    began = time.perf_counter()
    pid = os.posix_spawn(command[0], list(command), at.environment(**more), file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise RuntimeError(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - began
