"""Pings while a person watches: each timed from when it was due; and what they do to the screen."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.benchmarks.open_loop import Outcome, generated
from tests.benchmarks.prime import FAILED, prime
from tests.benchmarks.processes import PULSETUI, Home, free_port, home, module, nginx, serving, wait_for_port
from tests.benchmarks.report import Bar, Table, least, most, percentile, ratio_most
from tests.benchmarks.tmux import Pane, pane

CHECKS = 100
_RUNS = 5
_PATIENCE_S = 30.0
_SETTLE_S = 2.0


def run(*, quick: bool) -> list[Table]:
    seconds, rounds = (3.0, 1) if quick else (10.0, 3)
    return [_latency(seconds, rounds), _ticker(seconds, rounds)]


def _latency(seconds: float, rounds: int) -> Table:
    table = Table("Open loop: 100 pings/s, latency from the due moment (100 checks)", "nginx `return 200`")
    beside, alone, bare = Outcome(), Outcome(), Outcome()
    with home(CHECKS) as other, nginx(other) as floor, serving(other) as server, _screen() as (at, port, _):
        before = at.stored()
        for _ in range(rounds):
            for into, target in ((bare, floor.port), (alone, server.port), (beside, port)):
                into.add(generated(other, target, 100, seconds, CHECKS))
        stored, stored_alone = at.settled() - before, other.settled()
    _add(table, "beside the screen", beside, bare, p50=[most(2)], p99=[most(80)])
    _add(table, "serve", alone, bare)
    for how, outcome, kept in (("beside the screen", beside, stored), ("serve", alone, stored_alone)):
        answered = len(outcome.latencies)
        table.add(f"{how}: answered 200 and stored", kept, floor=None, bars=[least(answered), most(answered)])
        table.add(f"{how}: not answered", outcome.failed, bars=[most(0)])
    late = percentile(bare.sent_late + beside.sent_late, 99) * 1e3
    table.notes.append(f"the generator itself was late by {late:.2f} ms (p99), which is in the figures")
    return table


def _add(
    table: Table,
    how: str,
    ours: Outcome,
    bare: Outcome,
    *,
    p50: list[Bar] | None = None,
    p99: list[Bar] | None = None,
) -> None:
    for percent, bars in ((50, p50), (99, p99), (100, None)):
        name = "longest" if percent == 100 else f"p{percent}"
        measured, floor = (percentile(one.latencies, percent) * 1e3 for one in (ours, bare))
        table.add(f"{how}: {name}", measured, "ms", floor=floor, bars=bars or ())


def _ticker(seconds: float, rounds: int) -> Table:
    """The lag of a timer on the screen's own loop, without and with many pings."""
    table = Table("What 1,000 pings/s do to the screen (100 checks)", "no pings")
    quiet: list[tuple[float, float]] = []
    busy: list[tuple[float, float]] = []
    sent = Outcome()
    with _screen(ticking=True) as (at, port, terminal):
        for _ in range(rounds):
            time.sleep(_SETTLE_S)
            began = time.monotonic()
            time.sleep(seconds)
            quiet.append((began, time.monotonic()))
            began = time.monotonic()
            sent.add(generated(at, port, 1000, seconds, CHECKS))
            busy.append((began + 1, time.monotonic()))  # the generator needs a moment to start
        terminal.leave("q q")
        lags = json.loads((at.path / "lags.json").read_text())
    for percent, bars in ((50, []), (99, [ratio_most(1.3)])):
        with_pings, without = (
            percentile([lag * 1e3 for due, lag in lags if any(a <= due <= b for a, b in spans)], percent)
            for spans in (busy, quiet)
        )
        table.add(f"lag of the screen's timer, p{percent}", with_pings, "ms", floor=without, bars=bars)
    table.add("latency of the pings, p50", percentile(sent.latencies, 50) * 1e3, "ms")
    table.add("latency of the pings, p99", percentile(sent.latencies, 99) * 1e3, "ms")
    table.add("pings not answered", sent.failed, bars=[most(0)])
    return table


@contextmanager
def _screen(*, ticking: bool = False) -> Iterator[tuple[Home, int, Pane]]:
    """The screen with its engine in a tmux pane, and the engine's port."""
    with home(CHECKS) as at, pane(at) as terminal:
        prime(at, CHECKS, _RUNS)
        port = free_port()
        command = [PULSETUI, *at.options(port)]
        if ticking:
            command = module("ticker", str(at.path), str(port), str(at.path / "lags.json"))
        terminal.launch(command)
        terminal.wait_for(lambda out: b"Check 0" in out, _PATIENCE_S)
        wait_for_port(port)
        time.sleep(_SETTLE_S)
        yield at, port, terminal
        if not ticking:
            assert at.stored() >= CHECKS * _RUNS + FAILED
