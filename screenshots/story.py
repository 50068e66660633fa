"""Two weeks in the life of a shop's cron jobs, lived through by the real engine under a simulated clock.

What the pictures show is therefore what the product says about such two weeks, not something drawn.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pulsetui.client.commands import Acknowledge, Pause
from pulsetui.core.state.ping import NO_METRICS
from pulsetui.core.state.status import PingKind
from pulsetui.hooks.delivery import DeliveryWorker
from pulsetui.hooks.hook import HookContext
from pulsetui.hooks.registry import VALIDATORS, build_hooks
from pulsetui.monitor.engine import Engine
from pulsetui.monitor.local import LocalEngine
from pulsetui.monitor.outbox import StoreOutbox
from pulsetui.monitor.sink import IncomingPing, Receipt

NOW = datetime(2026, 11, 24, 8, 12, 30, tzinfo=UTC)  # a Tuesday, in the morning after a bad weekend
BEGIN = NOW - timedelta(days=14)
_GATHERED_S = 4.0  # of real time: two weeks of alerts are gathered and told

CHECKS = """\
timezone = "Europe/Berlin"

[listener]
listen = "127.0.0.1:8787"

[hooks.terminal]
type = "terminal"

[hooks.pager]
type = "command"
command = ["true"]
repeat = "2h"
quiet = "22:00-07:00"

[hooks.boss]
type = "email"
host = "localhost"
port = 9
security = "none"
from = "pulse@localhost"
to = "boss@localhost"
after = "1d"
days = "mon-fri"

[checks.sync-invoices]
name = "Sync invoices"
cron = "0 2 * * *"
grace = "30m"
max_runtime = "20m"
expect = ["records >= 1"]
tags = ["billing", "nightly"]
desc = "Without it nobody pays."

[checks.payment-reminders]
name = "Payment reminders"
cron = "30 8 * * 1-5"
grace = "1h"
tags = ["billing", "mail"]

[checks.stock-import]
name = "Import stock levels"
cron = "*/15 * * * *"
grace = "5m"
max_runtime = "12m"
keep_pings = 3000
tags = ["shop", "import"]

[checks.order-sync]
name = "Sync orders to the warehouse"
every = "1h"
grace = "10m"
tags = ["shop", "import"]

[checks.search-index]
name = "Rebuild the search index"
cron = "45 5 * * *"
grace = "1h"
max_runtime = "2h"
tags = ["shop", "nightly"]

[checks.session-cleanup]
name = "Clean up sessions"
cron = "15 4 * * *"
grace = "1h"
tags = ["house", "nightly"]

[checks.backup]
name = "Database backup"
cron = "0 3 * * *"
grace = "1h"
max_runtime = "1h"
expect = ["megabytes >= 500"]
tags = ["house", "nightly"]

[checks.worker]
name = "Task worker is alive"
every = "5m"
grace = "2m"
keep_pings = 5000
tags = ["house"]

[checks.certificates]
name = "Renew certificates"
calendar = "Mon..Sun 06:00"
grace = "12h"
tags = ["house"]

[checks.newsletter]
name = "Send the newsletter"
cron = "0 9 * * 4"
grace = "1h"
tags = ["mail"]

[checks.exchange-rates]
name = "Fetch exchange rates"
cron = "5 * * * *"
grace = "10m"
tags = ["billing", "import"]

[checks.weekly-report]
name = "Weekly report"
cron = "0 8 * * 1"
grace = "2h"
tags = ["billing", "mail"]
"""


class Clock:
    """Stands still until told."""

    def __init__(self, now: datetime) -> None:
        self.instant = now

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return self.instant.timestamp()

    def boottime(self) -> float:
        return self.instant.timestamp()


@dataclass(frozen=True, order=True)
class Event:
    """One ping of the story."""

    at: datetime
    slug: str = field(compare=False)
    kind: PingKind = field(compare=False)
    metrics: Mapping[str, float] = field(compare=False, default_factory=lambda: NO_METRICS)
    body: bytes = field(compare=False, default=b"")
    exit_status: int | None = field(compare=False, default=None)


def _run(slug: str, start: datetime, seconds: float, **end: object) -> Iterator[Event]:
    yield Event(start, slug, PingKind.START)
    values: dict[str, object] = {"kind": PingKind.SUCCESS, **end}
    yield Event(start + timedelta(seconds=seconds), slug, **values)  # type: ignore[arg-type]


def events(chance: random.Random) -> Iterator[Event]:
    """The pings of the two weeks, in no order. Berlin is an hour ahead of UTC throughout."""
    for day in range(15):
        midnight = (BEGIN + timedelta(days=day)).replace(hour=0, minute=0, second=0, microsecond=0)
        yield from _nightly(midnight, day, chance)
        for hour in range(24):
            at = midnight + timedelta(hours=hour, minutes=20)
            yield Event(at + timedelta(seconds=chance.randint(0, 40)), "order-sync", PingKind.SUCCESS)
            if not (day == 13 and hour in (3, 4)):
                yield from _run("exchange-rates", at - timedelta(minutes=15), chance.uniform(1, 4))
            yield from _quarters(midnight + timedelta(hours=hour), chance)


def _nightly(midnight: datetime, day: int, chance: random.Random) -> Iterator[Event]:
    records = chance.randint(180, 460)
    if day < 11:  # silent since Saturday: somebody moved the virtualenv on Friday
        body = b"connecting to the bank\nimported %d records\n" % records
        yield from _run(
            "sync-invoices",
            midnight + timedelta(hours=1, seconds=2),
            chance.uniform(60, 200),
            metrics={"records": float(records)},
            body=body,
        )
    seconds = chance.uniform(900, 1500) + day * 40  # it grows
    size = 640.0 + day * 3 if day != 14 else 12.0  # and tonight it wrote nearly nothing
    body = b"pg_dump shop\nwrote %d MB\n" % int(size)
    yield from _run(
        "backup", midnight + timedelta(hours=2, seconds=1), seconds, metrics={"megabytes": size}, body=body
    )
    yield from _run("session-cleanup", midnight + timedelta(hours=3, minutes=15), chance.uniform(2, 9))
    yield from _run(
        "search-index", midnight + timedelta(hours=4, minutes=45, seconds=1), chance.uniform(1500, 2600)
    )
    yield Event(midnight + timedelta(hours=5, seconds=20), "certificates", PingKind.SUCCESS)
    if midnight.weekday() < 5 and day < 14:
        yield from _run(
            "payment-reminders", midnight + timedelta(hours=7, minutes=30), chance.uniform(20, 50)
        )
    if midnight.weekday() == 3:
        yield Event(midnight + timedelta(hours=8, seconds=44), "newsletter", PingKind.SUCCESS)
    if midnight.weekday() == 0:
        yield Event(midnight + timedelta(hours=7, seconds=9), "weekly-report", PingKind.SUCCESS)


def _quarters(hour: datetime, chance: random.Random) -> Iterator[Event]:
    for quarter in range(4):
        start = hour + timedelta(minutes=15 * quarter, seconds=1)
        for minute in (1, 6, 11):
            yield Event(hour + timedelta(minutes=15 * quarter + minute), "worker", PingKind.SUCCESS)
        if start > NOW - timedelta(minutes=20):
            failed = start + timedelta(seconds=31)
            if start < NOW:
                yield Event(start, "stock-import", PingKind.START)
            if failed < NOW - timedelta(minutes=8):
                body = b"GET https://supplier.example/stock\nHTTP 502 Bad Gateway\n"
                yield Event(failed, "stock-import", PingKind.FAIL, exit_status=3, body=body)
            continue
        yield from _run("stock-import", start, chance.uniform(25, 140))


@asynccontextmanager
async def told(directory: Path, silent_hours: float = 0) -> AsyncIterator[LocalEngine]:
    """The engine after the two weeks, as a screen sees it at ``NOW``, or so many silent hours later."""
    path = directory / "checks.toml"
    path.write_text(CHECKS)
    clock = Clock(BEGIN)
    engine = Engine(path, directory / "state", clock=clock, hook_validators=VALIDATORS)
    client = LocalEngine(engine)
    await engine.start()
    try:
        for event in sorted(events(random.Random(7))):  # noqa: S311 - the same story each time
            if event.at <= NOW:
                clock.instant = event.at
                await _ping(engine, event)
        clock.instant = NOW + timedelta(hours=silent_hours)
        await engine.judge()
        known = Acknowledge(slugs=("stock-import",), by="mara", note="asked the supplier, back at ten")
        await asyncio.to_thread(client.do, known)
        await asyncio.to_thread(client.do, Pause(slugs=("newsletter",)))
        client.listening("127.0.0.1", 8787)
        async with _telling(engine, client):
            yield client
    finally:
        await engine.stop()


@asynccontextmanager
async def _telling(engine: Engine, client: LocalEngine) -> AsyncIterator[None]:
    """The hooks tell what is to be told; ``boss`` asks a mail server that is not there."""
    context = HookContext(publish=lambda _: 1)  # as if a screen saw it that is in no picture
    hooks = build_hooks(engine.config.hooks, context)
    worker = DeliveryWorker(
        StoreOutbox(engine), hooks, engine.clock, lambda *_: None, on_state=client.hooks_changed
    )
    client.know_hooks(worker.states)
    engine.hook_control = worker
    engine.on_alerts.subscribe(worker.wake)
    working = asyncio.create_task(worker.run())
    await asyncio.sleep(_GATHERED_S)
    try:
        yield
    finally:
        worker.stop()
        await working


async def _ping(engine: Engine, event: Event) -> None:
    await engine.judge()  # deadlines that passed since the last event, each at its own instant
    done: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
    arrival = IncomingPing(
        kind=event.kind,
        slug=event.slug,
        metrics=event.metrics,
        body=event.body,
        exit_status=event.exit_status,
        method="POST",
        remote_addr="127.0.0.1",
        ua="curl/8.14.1",
    )
    engine.door.receive(arrival, done.set_result)
    await done
