"""Pings per second with durable commits, over a new connection each, beside nginx that keeps nothing."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks import open_loop, wrk
from tests.benchmarks.machine import cpu_seconds, rss_mib
from tests.benchmarks.processes import Home, Server, home, needed, nginx, serving
from tests.benchmarks.report import Bar, Skipped, Table, least, most, ratio_least, ratio_most

CHECKS = 100
BARS: dict[int, tuple[Bar, ...]] = {
    1: (ratio_least(0.05),),
    32: (ratio_least(0.3),),
    256: (ratio_least(0.35),),
}
_BURST = 2000
_CLIENTS = 16
_STALL_S = 0.005


@dataclass(frozen=True, slots=True)
class Round:
    """One load and the CPU seconds that the server spent on it."""

    load: wrk.Load
    cpu: float

    @property
    def cpu_each(self) -> float:
        """CPU seconds per 1000 pings."""
        return self.cpu / max(self.load.answered, 1) * 1000


def run(*, quick: bool) -> list[Table]:
    needed("nginx", "nginx-light")
    needed("wrk", "wrk")
    table = Table(
        "Pings over new connections, committed before the answer (100 checks)", "nginx `return 200`"
    )
    rounds, seconds = (1, 1) if quick else (3, 4)
    with home(CHECKS) as at, nginx(at) as floor, serving(at) as server:
        lua = wrk.script(at.path, CHECKS)
        answered = wrk.load(lua, server.port, 32, 1).answered  # the first second is not what lasts
        most_open = 32
        for connections, bars in BARS.items():
            ours, theirs = _interleaved(lua, server, floor, connections, rounds, seconds)
            _add(table, connections, ours, theirs, bars)
            answered += sum(one.load.answered for one in ours)
            most_open += connections * rounds
            troubled = sum(one.load.refused + one.load.broken for one in ours)
            if troubled:
                table.notes.append(f"{connections} at once: {troubled} pings were refused or broken")
        unheard = at.settled() - answered
        table.add(
            "stored, less answered (wrk leaves with its connections open)",
            unheard,
            bars=[least(0), most(most_open)],
        )
        _exactly(table, at, server)
        table.add(
            "memory of serve after the load (RSS)",
            rss_mib(server.pid),
            "MiB",
            floor=rss_mib(floor.pid),
            bars=[most(60)],
        )
    try:
        _slow_disk(table, seconds=1 if quick else 3)
    except Skipped as reason:
        table.notes.append(f"no figures of a slow disk: {reason}")
    return [table]


def _interleaved(
    lua: Path, server: Server, floor: Server, connections: int, rounds: int, seconds: int
) -> tuple[list[Round], list[Round]]:
    ours, theirs = [], []
    for _ in range(rounds):
        theirs.append(_round(lua, floor, connections, seconds))
        ours.append(_round(lua, server, connections, seconds))
    return ours, theirs


def _round(lua: Path, server: Server, connections: int, seconds: int) -> Round:
    before = cpu_seconds(server.pid)
    load = wrk.load(lua, server.port, connections, seconds)
    return Round(load, cpu_seconds(server.pid) - before)


def _add(
    table: Table, connections: int, ours: list[Round], theirs: list[Round], bars: tuple[Bar, ...]
) -> None:
    def both(what: str, unit: str, figure: Callable[[Round], float], *bars: Bar) -> None:
        table.add(
            f"{connections} at once: {what}",
            median(map(figure, ours)),
            unit,
            floor=median(map(figure, theirs)),
            bars=bars,
        )

    both("pings per second", "/s", lambda one: one.load.rate, *bars)
    cpu_bars = (ratio_most(10),) if connections == 32 else ()
    both("CPU for 1000 pings", "s", lambda one: one.cpu_each, *cpu_bars)
    both("p50", "ms", lambda one: one.load.p50_ms)
    both("p99", "ms", lambda one: one.load.p99_ms, *((ratio_most(3),) if connections == 256 else ()))


def _exactly(table: Table, at: Home, server: Server) -> None:
    """A fixed number of pings: as many are stored as were answered 200."""
    before = at.settled()
    answered = burst(server.port, _BURST)
    table.add(f"of {_BURST:,} pings, answered 200", answered, bars=[least(_BURST)])
    table.add("of these, stored", at.settled() - before, bars=[least(answered), most(answered)])


def burst(port: int, total: int) -> int:
    """Sends ``total`` pings from a few threads; how many were answered 200."""
    prepared = open_loop.requests(CHECKS)
    answered = [0] * _CLIENTS

    def work(client: int) -> None:
        for number in range(client, total, _CLIENTS):
            answered[client] += open_loop.exchange(port, prepared[number % CHECKS])

    clients = [threading.Thread(target=work, args=(client,)) for client in range(_CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return sum(answered)


# -- a slow disk -------------------------------------------------------------------------------------------

_SHIM = """\
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <unistd.h>
int fsync(int fd) { usleep(%(us)d); return syscall(SYS_fsync, fd); }
int fdatasync(int fd) { usleep(%(us)d); return syscall(SYS_fdatasync, fd); }
"""


def _slow_disk(table: Table, seconds: int) -> None:
    """One at a time each ping has a commit of its own; 32 at once share them."""
    with _shim() as library, home(CHECKS) as at, serving(at, LD_PRELOAD=str(library)) as server:
        lua = wrk.script(at.path, CHECKS)
        alone = wrk.load(lua, server.port, 1, seconds).rate
        crowd = wrk.load(lua, server.port, 32, seconds).rate
    what = f"fsync takes {_STALL_S * 1e3:.0f} ms more, 32 at once (floor: one at a time)"
    table.add(what, crowd, "/s", floor=alone, bars=[ratio_least(10)])


@contextmanager
def _shim() -> Iterator[Path]:
    """A library that makes fsync slow. Raises Skipped without a C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise Skipped("there is no C compiler (Debian: apt-get install gcc libc6-dev)")
    with tempfile.TemporaryDirectory(prefix="pulsetui-bench-") as directory:
        source, library = Path(directory, "slow.c"), Path(directory, "slow.so")
        source.write_text(_SHIM % {"us": int(_STALL_S * 1e6)})
        command = [compiler, "-shared", "-fPIC", "-o", str(library), str(source)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise Skipped(f"the C compiler failed: {done.stderr.strip()[:200]}")
        yield library
