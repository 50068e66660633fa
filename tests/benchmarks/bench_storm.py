"""All checks go down at one instant: how many messages each hook sends of it, and what pings notice of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import nan

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.core.state.status import Status
from pulsetui.service import Service, open_service
from tests.benchmarks.open_loop import Generator, Outcome
from tests.benchmarks.prime import feed, success
from tests.benchmarks.processes import Home, home
from tests.benchmarks.report import Table, least, most, percentile, ratio_most

HOOKS = 2
RATE = 100
_PATIENCE_S = 60.0
_GENERATOR_S = 1.0
"""A generator takes so long to begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Checks, their schedule, and for how long pings are timed from the instant of the deadlines on."""

    checks: int
    every: int
    grace: int
    seconds: float


@dataclass(slots=True)
class Storm:
    """What was told, and until when, in seconds from the deadline."""

    digests: list[Alert]
    told: float  # until the last digest
    recorded: float  # until nothing waits in the outbox
    pings: Outcome


def run(*, quick: bool) -> list[Table]:
    if quick:
        plan = Plan(checks=2000, every=6, grace=6, seconds=4)
    else:
        plan = Plan(checks=10_000, every=20, grace=20, seconds=12)
    table = Table(f"Storm: {plan.checks:,} checks down at once, {HOOKS} hooks", "the same, quiet")
    with home(plan.checks + 1, f"{plan.every}s", f"{plan.grace}s") as at:
        hooks = "".join(f'[hooks.screen-{number}]\ntype = "terminal"\n' for number in range(HOOKS))
        at.config.write_text(at.config.read_text() + hooks)
        with open_service(at.config, at.state, ("127.0.0.1", 0)) as service:
            quiet = _quiet(at, service, plan)
            storm = _storm(at, service, plan)
    table.add("messages for each hook", len(storm.digests) / HOOKS, bars=[least(1), most(1)])
    counted = sum(f"{plan.checks} checks" in alert.title for alert in storm.digests)
    table.add("messages that count every check", counted, bars=[least(HOOKS), most(HOOKS)])
    table.add("from the deadline to the last message", storm.told, "s")
    table.add("from the deadline to an empty outbox", storm.recorded, "s")
    during, before = ([one * 1e3 for one in found.latencies] for found in (storm.pings, quiet))
    table.add(f"pings meanwhile ({RATE}/s), p50", percentile(during, 50), "ms", floor=percentile(before, 50))
    table.add(
        f"pings meanwhile ({RATE}/s), p99",
        percentile(during, 99),
        "ms",
        floor=percentile(before, 99),
        bars=[ratio_most(2)],
    )
    table.add("pings meanwhile, longest", max(during), "ms", floor=max(before))
    table.add("pings not answered", storm.pings.failed + quiet.failed, bars=[most(0)])
    return [table]


def _quiet(at: Home, service: Service, plan: Plan) -> Outcome:
    """Before anything is expected of the checks."""
    return _generator(at, service, plan).result()


def _storm(at: Home, service: Service, plan: Plan) -> Storm:
    """Lets every check report once, at one instant, and then miss its deadline."""
    instant = datetime.now(UTC)
    feed(service.engine, [success(number, instant) for number in range(plan.checks + 1)])
    deadline = instant.timestamp() + plan.every + plan.grace
    told: list[tuple[float, Alert]] = []
    leave = service.client.subscribe_alerts(lambda alert: told.append((time.time(), alert)))
    try:
        time.sleep(max(deadline - _GENERATOR_S - time.time(), 0.0))
        generator = _generator(at, service, plan)
        try:
            recorded = _until_recorded(service, plan, deadline, told)
            pings = generator.result()
        finally:
            generator.kill()
    finally:
        leave()
    down = [(at_, alert) for at_, alert in told if alert.event is AlertEvent.DOWN]
    last = max((at_ for at_, _ in down), default=nan) - deadline
    return Storm([alert for _, alert in down], last, recorded, pings)


def _until_recorded(
    service: Service, plan: Plan, deadline: float, told: Sequence[tuple[float, Alert]]
) -> float:
    """What looks shares the interpreter with what is measured: it looks no closer than it has to."""
    patience = deadline + _PATIENCE_S
    while time.time() < patience:
        time.sleep(0.25)
        if len(told) < HOOKS or service.engine.queries.delivery_queues():
            continue
        # Not the views: to make ten thousand of them is what a screen costs, which is another question.
        down = sum(one.state.status is Status.DOWN for one in service.engine.checks)
        if down >= plan.checks:
            return time.time() - deadline
    return nan


def _generator(at: Home, service: Service, plan: Plan) -> Generator:
    """Pings the one check that does not go down."""
    port = int(service.engine_url.rpartition(":")[2])
    return Generator(at, port, RATE, plan.seconds + _GENERATOR_S, 1)
