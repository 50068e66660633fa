"""A clock that only moves when told, an outbox in memory, hooks that remember."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from pulsetui.client.alert import Alert, AlertEvent, Delivery, Queue
from pulsetui.core.state.status import Reason, Status
from pulsetui.errors import HookError
from pulsetui.hooks.hook import Hook

START = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)


def an_alert(slug: str = "sync-invoices", event: AlertEvent = AlertEvent.DOWN, **changes: object) -> Alert:
    fields: dict[str, object] = {
        "event": event,
        "at": START,
        "title": f"{slug} is {'overdue' if event is AlertEvent.DOWN else 'up'}",
        "body": "Due at 02:00.\nLast success yesterday.",
        "slug": slug,
        "name": slug.replace("-", " ").capitalize(),
        "status": Status.DOWN if event is AlertEvent.DOWN else Status.UP,
        "reason": Reason.MISSED if event is AlertEvent.DOWN else None,
        "tags": ("billing", "nightly"),
    }
    return Alert(**{**fields, **changes})  # type: ignore[arg-type]  # a test names only what matters to it


class FakeTime:
    """Wall clock and sleep in one; nothing passes by itself."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def boottime(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.seconds + seconds, woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Moves on, waking sleepers in order and letting each do what it does."""
        end = self.seconds + seconds
        await settle()
        while (earliest := self._earliest()) is not None and earliest <= end:
            self.seconds = max(self.seconds, earliest)
            for at, woken in self._sleepers:
                if at <= self.seconds and not woken.done():
                    woken.set_result(None)
            await settle()
        self.seconds = end
        await settle()

    async def until(self, happened: Callable[[], bool], *, at_most: float = 200_000) -> None:
        """Moves from sleeper to sleeper until something has happened."""
        await settle()
        while not happened():
            earliest = self._earliest()
            assert earliest is not None, "everybody waits for somebody else"
            assert earliest <= at_most, "it never happened"
            await self.advance(max(earliest - self.seconds, 0))

    def _earliest(self) -> float | None:
        self._sleepers = [(at, woken) for at, woken in self._sleepers if not woken.done()]
        return min((at for at, _ in self._sleepers), default=None)


async def settle() -> None:
    """Lets everything that is ready run."""
    for _ in range(60):
        await asyncio.sleep(0)


class MemoryOutbox:
    """Keeps deliveries in a list, and what became of them."""

    def __init__(self, time: FakeTime) -> None:
        self._time = time
        self._waiting: dict[int, tuple[Delivery, datetime]] = {}  # by id
        self._check_ids: dict[str, int] = {}
        self._last_id = 0
        self.told: list[Delivery] = []
        self.failures: list[tuple[Delivery, str, datetime | None]] = []
        self.broken = False
        self.asked: list[int] = []
        self.writes = 0  # of what was delivered or failed
        self.paused: dict[str, datetime] = {}
        self._put_off_ids: set[int] = set()

    def put(
        self, hook: str, alert: Alert, *, wait: timedelta = timedelta(0), hour: timedelta = timedelta(0)
    ) -> None:
        """``wait``: it was held before; ``hour``: it is for a later hour."""
        self._last_id += 1
        now = self._time.now()
        check_id = self._check_ids.setdefault(alert.slug, len(self._check_ids) + 1) if alert.slug else None
        delivery = Delivery(
            id=self._last_id, hook=hook, alert=alert, tries=0, created_at=now, check_id=check_id
        )
        self._waiting[delivery.id] = (delivery, now + wait + hour)
        if wait:
            self._put_off_ids.add(delivery.id)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def tries(self) -> list[int]:
        """Of what waits, in order."""
        return [delivery.tries for _, (delivery, _) in sorted(self._waiting.items())]

    async def queues(self) -> Mapping[str, Queue]:
        self._check()
        found: dict[str, Queue] = {}
        for delivery, at in self._in_line():
            before = found.get(delivery.hook, Queue(waiting=0, next_at=at))
            found[delivery.hook] = Queue(waiting=before.waiting + 1, next_at=min(before.next_at, at))
        return found

    async def due(self, hook: str, now: datetime, limit: int) -> Sequence[Delivery]:
        self._check()
        self.asked.append(limit)
        return [delivery for delivery, at in self._in_line() if delivery.hook == hook and at <= now][:limit]

    def _in_line(self) -> Iterator[tuple[Delivery, datetime]]:
        """In order, each with the instant at which nothing keeps it from being tried."""
        last: dict[tuple[str, int | None], datetime] = {}
        for _, (delivery, at) in sorted(self._waiting.items()):
            line = (delivery.hook, delivery.check_id or -delivery.id)
            last[line] = max(at, last.get(line, at))
            yield delivery, last[line]

    async def delivered(self, deliveries: Sequence[Delivery], at: datetime) -> None:
        self._check()
        self.writes += 1
        for delivery in deliveries:
            del self._waiting[delivery.id]
            self.told.append(delivery)

    async def failed(
        self, deliveries: Sequence[Delivery], at: datetime, error: str, next_try_at: datetime | None
    ) -> None:
        self._check()
        self.writes += 1
        for delivery in deliveries:
            self.failures.append((delivery, error, next_try_at))
            del self._waiting[delivery.id]
            if next_try_at is not None:
                self._put_off(replace(delivery, tries=delivery.tries + 1), next_try_at)

    async def held(self, deliveries: Sequence[Delivery], why: str, next_try_at: datetime | None) -> None:
        self._check()
        for delivery in deliveries:
            del self._waiting[delivery.id]
            if next_try_at is None:
                self.failures.append((delivery, why, None))
            else:
                self._put_off(delivery, next_try_at)

    def _put_off(self, delivery: Delivery, until: datetime) -> None:
        self._waiting[delivery.id] = (delivery, until)
        self._put_off_ids.add(delivery.id)

    async def release(self, hook: str, now: datetime) -> None:
        self._check()
        self._waiting = {
            key: (delivery, min(at, now) if delivery.hook == hook and key in self._put_off_ids else at)
            for key, (delivery, at) in self._waiting.items()
        }

    async def pauses(self) -> Mapping[str, datetime]:
        self._check()
        return dict(self.paused)

    async def pause(self, hook: str, at: datetime | None) -> None:
        self._check()
        self.paused = {name: since for name, since in self.paused.items() if name != hook}
        if at is not None:
            self.paused[hook] = at

    def _check(self) -> None:
        if self.broken:
            raise OSError("disk full")


class RecordingHook(Hook):
    """Remembers what it was told; fails while ``error`` is set, hangs while ``gate`` is closed."""

    def __init__(self, *, digest: bool = False, needs_audience: bool = False) -> None:
        self.digest = digest
        self.acknowledges = False
        self.rate_s = 0.0
        self.needs_audience = needs_audience
        self.alerts: list[Alert] = []
        self.tries = 0
        self.error: BaseException | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.at_once = 0
        self.most_at_once = 0
        self.cancelled = 0

    async def send(self, alert: Alert) -> None:
        self.tries += 1
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            await asyncio.sleep(0)
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.at_once -= 1
        if self.error is not None:
            raise self.error
        self.alerts.append(alert)

    @property
    def slugs(self) -> list[str]:
        return [alert.slug for alert in self.alerts]

    @property
    def events(self) -> list[str]:
        return [f"{alert.slug} {alert.event}" for alert in self.alerts]


def refusal(message: str = "no", *, permanent: bool = False) -> HookError:
    return HookError(message, permanent=permanent)
