"""Details with runs that have pings and outputs: good nights, slow ones, and the one that failed."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from pulsetui.client.views import CheckDetails, CheckView, DeliveryView, PingView, RunView
from pulsetui.core.state.status import Outcome, PingKind
from tests.client.fake import FakeEngine
from tests.client.samples import HOUR, NOW, details_of, failed, incident, overdue

GOOD_OUTPUT = b"connecting to the bank\nimported 312 records\ndone in 2m 55s\n"
BAD_OUTPUT = b"connecting to the bank\n\x1b[31mHTTP 502 Bad Gateway\x1b[0m [/x]\n"
SECONDS = (175.0, 160.0, 190.0, 170.0, 182.0, 168.0, 400.0, 178.0, 165.0)


def run(n: int, nights: int, **changes: object) -> RunView:
    """Run ``n``, so many nights ago: pings ``n`` and ``n + 1``."""
    started = NOW - (nights * 24 + 9) * HOUR
    seconds = SECONDS[nights % len(SECONDS)]
    made = RunView(
        n=n,
        rid=None,
        started_at=started,
        ended_at=started + timedelta(seconds=seconds),
        slot=started.replace(second=0),
        outcome=Outcome.SUCCESS,
        duration=seconds,
        exit_status=0,
        metrics={"records": 300.0 + n},
        overlaps=None,
        duplicate=False,
        detail="",
    )
    return replace(made, **changes)


def ping(n: int, kind: PingKind, of: RunView, body: bytes = b"") -> PingView:
    at = of.started_at if kind is PingKind.START else of.ended_at
    assert at is not None
    return PingView(
        n=n,
        kind=kind,
        at=at,
        received_at=at,
        method="POST",
        scheme="http",
        remote_addr="10.0.0.7",
        ua="pulsetui-run/0.1.0",
        rid=of.rid,
        exit_status=of.exit_status if kind is not PingKind.START else None,
        body_size=len(body),
        body_start=body.decode()[:60],
        run=of.n,
    )


def nights() -> list[RunView]:
    """Newest first: tonight failed and did nothing, one before hung, one overlapped, one ran twice."""
    return [
        run(41, 0, outcome=Outcome.FAILED, exit_status=3, detail="exit status 3", metrics={"records": 0.0}),
        run(39, 1),
        run(37, 2, outcome=Outcome.HUNG, duration=None, ended_at=None, metrics={}, detail="no end in 20m"),
        run(35, 3, overlaps=33),
        run(33, 4, duplicate=True),
        *(run(31 - 2 * i, 5 + i) for i in range(12)),
    ]


def details(known: CheckView) -> CheckDetails:
    """Those nights, with what the hooks did about the incidents."""
    runs = nights()
    pings: list[PingView] = []
    for one in runs:
        kind = PingKind.FAIL if one.outcome is Outcome.FAILED else PingKind.SUCCESS
        if one.ended_at is not None:
            body = BAD_OUTPUT if kind is PingKind.FAIL else GOOD_OUTPUT
            pings.append(ping(one.n + 1, kind, one, body))
        pings.append(ping(one.n, PingKind.START, one))
    made = details_of(known)
    open_one = known.incident or incident()
    told = DeliveryView(
        hook="desktop",
        event="down",
        flip_at=open_one.started_at,
        tries=1,
        delivered_at=open_one.started_at,
        next_try_at=None,
        error="",
    )
    later = replace(told, hook="ops-mail", event="reminder", flip_at=open_one.started_at + HOUR / 60)
    return replace(
        made,
        runs=tuple(runs),
        pings=tuple(pings),
        deliveries=(later, told, *made.deliveries),
        schedule_warnings=(),
    )


def engine_of(known: CheckView) -> FakeEngine:
    """An engine that serves them, bodies too."""
    engine = FakeEngine([known])
    engine.details_by_slug[known.slug] = made = details(known)
    for one in made.pings:
        if one.body_size:
            engine.bodies[known.slug, one.n] = BAD_OUTPUT if one.kind is PingKind.FAIL else GOOD_OUTPUT
    return engine


def broken() -> CheckView:
    """A check whose last run failed."""
    return failed(
        "sync-invoices",
        last_metrics={"records": 0.0},
        usual_duration=175.0,
        last_success=nights()[1].ended_at,
        last_ping=nights()[0].ended_at,
    )


def silent() -> CheckView:
    """A check that misses its runs."""
    return overdue("sync-invoices", usual_duration=175.0, last_success=nights()[1].ended_at)
