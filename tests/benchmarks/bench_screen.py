"""The installed screen in a terminal: first frame, idle costs, key to paint, beside an empty Textual app."""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.benchmarks.machine import cpu_seconds, rss_mib
from tests.benchmarks.open_loop import Generator
from tests.benchmarks.prime import prime
from tests.benchmarks.processes import PULSETUI, Home, free_port, home, serving, wait_for_port
from tests.benchmarks.report import Bar, Table, most, percentile, ratio_most
from tests.benchmarks.tmux import Pane, pane

SIZES = (10, 1000, 10_000)
HUGE = 100_000
_RUNS = 5  # of history for each check
_NAME = re.compile(rb"Check \d{5}")
_ROW = re.compile(r"^.{0,6}(Check \d{5})", re.MULTILINE)  # not the name in the line above the table
_FRAME = re.compile(rb"(?:Check \d{5}.*?){4}", re.DOTALL)
_PATIENCE_S = 30.0
_PINGS_A_SECOND = 200
_COST_PINGS_A_SECOND = 100
_WARM_S = 1.5  # until a generator is at work
_SETTLE_S = 4.0


@dataclass(slots=True)
class Seen:
    """What was measured at one number of checks; seconds unless said otherwise."""

    frames: list[float] = field(default_factory=list)
    frame_cpu: list[float] = field(default_factory=list)
    idle_percent: float = 0.0
    idle_bytes: float = 0.0  # a second
    rss: float = 0.0  # MiB
    down: list[float] = field(default_factory=list)
    page_down: list[float] = field(default_factory=list)
    down_under_pings: list[float] = field(default_factory=list)
    pings_percent: float = 0.0  # CPU that 100 pings a second cost
    attached_frames: list[float] = field(default_factory=list)  # of a screen over HTTP


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long to look."""

    starts: int
    idle_s: float
    presses: int


def run(*, quick: bool, huge: bool = False) -> list[Table]:
    effort = Effort(starts=1, idle_s=3, presses=5) if quick else Effort(starts=5, idle_s=12, presses=30)
    sizes = (*SIZES, HUGE) if huge else SIZES
    empty = Seen()
    seen = {size: _watch(size, effort, empty) for size in sizes}
    table = Table("The screen with its engine inside, in a tmux pane of 120x40", "empty Textual app")
    for size, one in seen.items():
        _add(table, size, one, empty)
    apart = seen[10_000].idle_percent - seen[10].idle_percent
    table.add("idle CPU at 10,000 less that at 10, points", apart, "%", bars=[most(0.3)])
    return [table]


def _add(table: Table, size: int, one: Seen, empty: Seen) -> None:
    def bars(*where: int, bar: Bar) -> list[Bar]:
        return [bar] if size in where else []

    def add(
        what: str, value: float, unit: str, floor: float | None = None, limits: list[Bar] | None = None
    ) -> None:
        table.add(f"{size:,} checks: {what}", value, unit, floor=floor, bars=limits or [])

    def ms(values: list[float], percent: float = 50) -> float:
        return percentile(values, percent) * 1e3

    add("first frame", ms(one.frames), "ms", ms(empty.frames), bars(1000, bar=most(400)))
    add(
        "CPU until the first frame",
        ms(one.frame_cpu),
        "ms",
        ms(empty.frame_cpu),
        bars(1000, bar=ratio_most(1.25)),
    )
    add("idle CPU of a core", one.idle_percent, "%", empty.idle_percent, bars(1000, bar=most(1)))
    add("written while idle", one.idle_bytes / 1e3, "kB/s", None, [most(6)])
    add("CPU for 100 pings/s, less idle", one.pings_percent, "%")
    add("memory (RSS)", one.rss * 1.048576, "MB", empty.rss * 1.048576, bars(10_000, bar=most(80)))
    add("Down to paint, p50", ms(one.down), "ms", None, bars(10_000, bar=most(50)))
    add("Down to paint, p95", ms(one.down, 95), "ms")
    if one.page_down:
        add("PageDown to paint, p50", ms(one.page_down), "ms", None, bars(10_000, bar=most(50)))
        add("PageDown to paint, p95", ms(one.page_down, 95), "ms")
    if one.attached_frames:
        add(
            "first frame, attached (floor: with the engine inside)",
            ms(one.attached_frames),
            "ms",
            ms(one.frames),
            [ratio_most(2)],
        )
    if one.down_under_pings:
        add("Down to paint at 200 pings/s, p50", ms(one.down_under_pings), "ms", None, [most(50)])
        add("Down to paint at 200 pings/s, p95", ms(one.down_under_pings, 95), "ms")


def _watch(size: int, effort: Effort, empty: Seen) -> Seen:
    """Everything at one number of checks; the empty app is started in between."""
    seen = Seen()
    with home(size) as at, pane(at) as terminal:
        prime(at, size, _RUNS)
        port = free_port()
        product = [PULSETUI, *at.options(port)]
        floor = [sys.executable, str(Path(__file__).with_name("empty_app.py"))]
        for start in range(effort.starts + 1):
            _first_frame(terminal, floor, re.compile(b"nothing to see"), empty, counts=start > 0)
            if start == effort.starts and not empty.idle_percent:
                _idle(terminal, effort, empty)
            terminal.leave("C-q")
            _first_frame(terminal, product, _FRAME, seen, counts=start > 0)
            if start < effort.starts:
                terminal.leave("q q")
        wait_for_port(port)
        _idle(terminal, effort, seen)
        seen.pings_percent = _cost_of_pings(at, terminal, port, size, effort) - seen.idle_percent
        seen.down = _downs(terminal, effort)
        if size >= 1000:
            seen.page_down = _page_downs(terminal, effort)
        if size == 10_000:
            seen.down_under_pings = _downs_under_pings(at, terminal, port, size, effort)
        terminal.leave("q q")
        if size == 10_000:
            _attach(at, terminal, effort, seen)
    return seen


def _attach(at: Home, terminal: Pane, effort: Effort, into: Seen) -> None:
    """The same checks over HTTP, the engine in a process of its own."""
    with serving(at) as server:
        command = [PULSETUI, "--attach", f"http://127.0.0.1:{server.port}", "--state-dir", str(at.state)]
        for start in range(effort.starts + 1):
            seen = Seen()
            _first_frame(terminal, command, _FRAME, seen, counts=start > 0)
            into.attached_frames += seen.frames
            terminal.leave("q")


def _first_frame(
    terminal: Pane, command: list[str], shown: re.Pattern[bytes], into: Seen, *, counts: bool
) -> None:
    began = terminal.launch(command)
    pid = terminal.pid()
    painted = terminal.wait_for(shown.search, _PATIENCE_S)
    spent = cpu_seconds(pid)
    if counts:  # the first start compiles and fills the caches
        into.frames.append(painted - began)
        into.frame_cpu.append(spent)


def _idle(terminal: Pane, effort: Effort, into: Seen) -> None:
    time.sleep(_SETTLE_S)
    pid = terminal.pid()
    cpu, written, began = cpu_seconds(pid), terminal.written, time.perf_counter()
    time.sleep(effort.idle_s)
    seconds = time.perf_counter() - began
    into.idle_percent = (cpu_seconds(pid) - cpu) / seconds * 100
    into.idle_bytes = (terminal.written - written) / seconds
    into.rss = rss_mib(pid)


def _cost_of_pings(at: Home, terminal: Pane, port: int, size: int, effort: Effort) -> float:
    """Percent of a core while 100 pings a second come, painting included."""
    with _pinged(at, port, _COST_PINGS_A_SECOND, effort.idle_s + 1, size):
        pid = terminal.pid()
        cpu, began = cpu_seconds(pid), time.perf_counter()
        time.sleep(effort.idle_s)
        return (cpu_seconds(pid) - cpu) / (time.perf_counter() - began) * 100


@contextmanager
def _pinged(at: Home, port: int, rate: float, seconds: float, checks: int) -> Iterator[None]:
    """Pings come all the while, for at least ``seconds``; every one has to be answered."""
    generator = Generator(at, port, rate, _WARM_S + seconds, checks)
    try:
        time.sleep(_WARM_S)
        yield
        outcome = generator.result()
    finally:
        generator.kill()
    if outcome.failed:
        raise RuntimeError(f"{outcome.failed} pings were not answered")


def _press(terminal: Pane, key: str, shown: Callable[[bytes], object]) -> float:
    time.sleep(random.uniform(0.15, 0.25))
    terminal.mark()
    pressed = terminal.press(key)
    return terminal.wait_for(shown, _PATIENCE_S) - pressed


def _downs(terminal: Pane, effort: Effort) -> list[float]:
    """From the key to the first output that holds the row which the cursor moves to."""
    times: list[float] = []
    while len(times) < effort.presses:
        for name in _from_top(terminal)[1:]:
            times.append(_press(terminal, "Down", partial(_holds, name)))
    return times[: effort.presses]


def _downs_under_pings(at: Home, terminal: Pane, port: int, size: int, effort: Effort) -> list[float]:
    with _pinged(at, port, _PINGS_A_SECOND, 1.5 + effort.presses * 0.3, size):
        return _downs(terminal, effort)


def _page_downs(terminal: Pane, effort: Effort) -> list[float]:
    """From the key to the first output that holds a row which was not on the screen."""
    times: list[float] = []
    while len(times) < effort.presses // 2:
        names = _from_top(terminal)
        for _ in range(10):
            times.append(_press(terminal, "PageDown", partial(_holds_other, frozenset(names))))
            names = _names(terminal)
    return times[: effort.presses // 2]


def _from_top(terminal: Pane) -> list[bytes]:
    """Puts the cursor on the first row; returns what is on the screen."""
    terminal.press("Home")
    time.sleep(0.4)
    return _names(terminal)


def _names(terminal: Pane) -> list[bytes]:
    """The checks of the table on the screen, from top to bottom. Below a short one some are named again."""
    return [name.encode() for name in dict.fromkeys(_ROW.findall(terminal.screen()))]


def _holds(name: bytes, output: bytes) -> bool:
    return name in output


def _holds_other(names: frozenset[bytes], output: bytes) -> bool:
    return not names.issuperset(_NAME.findall(output))
