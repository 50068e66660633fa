"""From the instant of a deadline to the moment a subscriber hears of the flip, with the real clock."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf

from pulsetui.core.state.status import Status
from pulsetui.service import Service, open_service
from tests.benchmarks.machine import cpu_seconds
from tests.benchmarks.open_loop import Generator, Outcome
from tests.benchmarks.prime import feed, success
from tests.benchmarks.processes import Home, home, slug
from tests.benchmarks.report import Bar, Table, least, most, percentile

_PATIENCE_S = 30.0
_EARLY_S = 1.0  # a notice so long before the deadline is about something else: that the check is late

Notices = list[tuple[float, frozenset[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Checks, over how many seconds their deadlines are spread, and their schedule."""

    checks: int
    spread: float
    every: int
    grace: int


@dataclass(slots=True)
class Heard:
    """One series of deadlines: seconds from each to its notice."""

    delays: list[float]
    exact: int  # flips that carry the instant of the deadline itself
    cpu: float
    pings: Outcome  # sent meanwhile


def run(*, quick: bool) -> list[Table]:
    if quick:
        plan = Plan(checks=2000, spread=2, every=6, grace=4)
    else:
        plan = Plan(checks=10_000, spread=10, every=18, grace=12)
    table = Table(f"Deadline to flip, {plan.checks:,} checks")
    with (
        # One more, which is pinged all the time and never late.
        home(plan.checks + 1, f"{plan.every}s", f"{plan.grace}s") as at,
        open_service(at.config, at.state, ("127.0.0.1", 0)) as service,
    ):
        _add(
            table, f"spread over {plan.spread:g} s", plan, _series(at, service, plan, plan.spread), [most(50)]
        )
        _add(table, "all at one instant", plan, _series(at, service, plan, 0.0), [])
    return [table]


def _add(table: Table, how: str, plan: Plan, heard: Heard, bars: Sequence[Bar]) -> None:
    delays = [delay * 1e3 for delay in heard.delays]
    table.add(f"{how}: p50", percentile(delays, 50), "ms")
    table.add(f"{how}: p99", percentile(delays, 99), "ms", bars=bars)
    table.add(f"{how}: longest", max(delays, default=float("nan")), "ms")
    table.add(
        f"{how}: earliest (never before the deadline)",
        min(delays, default=float("nan")),
        "ms",
        bars=[least(0)],
    )
    table.add(
        f"{how}: flips at the deadline's own instant",
        heard.exact,
        bars=[least(plan.checks), most(plan.checks)],
    )
    table.add(f"{how}: CPU for 1000 flips, with the pings", heard.cpu / plan.checks * 1e3, "s")
    latencies = [one * 1e3 for one in heard.pings.latencies]
    table.add(f"{how}: pings meanwhile (100/s), p99", percentile(latencies, 99), "ms")
    table.add(f"{how}: pings not answered", heard.pings.failed, bars=[most(0)])


def _series(at: Home, service: Service, plan: Plan, spread: float) -> Heard:
    """Lets every check report, at instants spread over the past, and then miss its deadline."""
    begin = datetime.now(UTC) - timedelta(seconds=spread)
    apart = timedelta(seconds=spread / plan.checks)
    feed(service.engine, [success(number, begin + apart * number) for number in range(plan.checks + 1)])
    before = service.client.checks()
    if any(view.status is not Status.UP or view.deadline is None for view in before.values()):
        raise RuntimeError("not every check is up: the machine was too slow for this plan")
    ends = {name: view.deadline for name, view in before.items() if view.deadline and name != slug(0)}
    first, last = min(ends.values()).timestamp(), max(ends.values()).timestamp()

    notices: Notices = []
    leave = service.client.subscribe(lambda slugs: notices.append((time.time(), slugs)))
    try:
        time.sleep(max(first - time.time() - 1.5, 0.0))
        cpu = cpu_seconds(os.getpid())
        port = int(service.engine_url.rpartition(":")[2])
        generator = Generator(at, port, 100, last - time.time() + 2, 1)
        try:
            pings = generator.result()
        finally:
            generator.kill()
        deadline = time.time() + _PATIENCE_S
        while _down(service) < plan.checks and time.time() < deadline:
            time.sleep(0.2)
    finally:
        leave()
    return _judge(service, ends, notices, cpu_seconds(os.getpid()) - cpu, pings)


def _down(service: Service) -> int:
    return sum(view.status is Status.DOWN for view in service.client.checks().values())


def _judge(
    service: Service, ends: Mapping[str, datetime], notices: Notices, cpu: float, pings: Outcome
) -> Heard:
    heard: dict[str, float] = {}
    for moment, slugs in notices:
        for name in slugs & ends.keys():
            if name not in heard and moment > ends[name].timestamp() - _EARLY_S:
                heard[name] = moment
    incidents = {name: service.client.checks()[name].incident for name in ends}
    exact = sum(
        incident is not None and incident.started_at == ends[name] for name, incident in incidents.items()
    )
    delays = [heard[name] - ends[name].timestamp() if name in heard else inf for name in ends]
    return Heard(delays, exact, cpu, pings)
