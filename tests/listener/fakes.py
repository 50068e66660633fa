"""The door that pings come in by, in memory, and an engine of checks that the tests of HTTP share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from pulsetui.client.views import CheckView
from pulsetui.monitor.pings.refusals import nearest_slug
from pulsetui.monitor.sink import ApiKeys, IncomingPing, OnReceipt, PingSink, Receipt, Refused
from tests.client.fake import FakeEngine
from tests.client.samples import view

CODE = "11111111-2222-4333-8444-555555555555"
API_KEY = "hcw_aaaaaaaaaaaaaaaaaaaaaaaaaaaa"
OTHER_KEY = "hcw_dddddddddddddddddddddddddddd"
READ_KEY = "hcr_bbbbbbbbbbbbbbbbbbbbbbbbbbbb"
PING_KEY = "pingkey0123456789abcde"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


STATE_ID = "0123456789abcdef01234567"


class FakeIntake:
    """Knows ``sync-invoices`` (with CODE) and ``backup``; answers at once, or when told after ``hold``."""

    def __init__(self) -> None:
        self.arrivals: list[IncomingPing] = []
        self.rejected: Counter[str] = Counter()
        self.refused: list[Refused] = []
        self.away = 0  # connections that were turned away
        self.slugs = {"sync-invoices", "backup"}
        self.uuids = {CODE}
        self.key: str | None = PING_KEY
        self.answer: Receipt | None = None  # instead of the usual one
        self.holding = False
        self.held: list[OnReceipt] = []
        self.on_receive: Callable[[], None] = lambda: None

    def receive(self, arrival: IncomingPing, done: OnReceipt) -> None:
        receipt = self.answer or self._receipt(arrival)
        if receipt in (Receipt.OK, Receipt.CREATED):
            self.arrivals.append(arrival)
        if self.holding:
            self.held.append(done)
        else:
            done(receipt)
        self.on_receive()

    def state_id(self) -> str:
        return STATE_ID

    def _receipt(self, arrival: IncomingPing) -> Receipt:
        if arrival.uuid in self.uuids or arrival.slug in self.slugs:
            return Receipt.OK
        if arrival.create and arrival.slug is not None:
            self.slugs.add(arrival.slug)
            return Receipt.CREATED
        return Receipt.UNKNOWN

    def turned_away(self) -> None:
        self.away += 1

    def reject(self, why: str) -> None:
        self.rejected[why] += 1

    def refuse(self, refused: Refused) -> str:
        self.refused.append(refused)
        self.reject(refused.why)
        return nearest_slug(refused.name, self.slugs) if refused.why == "unknown check" else ""

    def knows(self, slug: str) -> bool:
        return slug in self.slugs

    def knows_uuid(self, uuid: str) -> bool:
        return uuid in self.uuids

    def ping_keys(self) -> Sequence[str]:
        return (self.key,) if self.key else ()

    def hosts(self) -> Sequence[str]:
        return ("pulse.example",)

    def api_keys(self) -> ApiKeys:
        return ApiKeys(full=(API_KEY, OTHER_KEY), read_only=(READ_KEY,))


def a_view(slug: str, **changes: Any) -> CheckView:
    """A check that is up, as a screen sees it."""
    uuid = {"uuid": CODE} if slug == "sync-invoices" else {}
    return view(slug, **{"since": NOON, "last_metrics": {"records": 312.0}, **uuid, **changes})


def an_engine(slugs: Sequence[str] = ("sync-invoices", "backup")) -> FakeEngine:
    """An engine with these checks, at noon."""
    return FakeEngine([a_view(slug) for slug in slugs], now=NOON)


def _conforms(intake: FakeIntake) -> PingSink:
    """mypy proves here that the fake has the shape it stands for."""
    return intake
