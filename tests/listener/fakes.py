"""An engine in memory: the door pings come in by, and the client screens look through."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from pulsetui.client.alert import Alert, OnAlert
from pulsetui.client.client import OnChange
from pulsetui.client.views import CheckDetails, CheckView, CommandResult, EngineInfo, FieldProblem
from pulsetui.core.state.status import Status
from pulsetui.errors import UnknownCheckError
from pulsetui.monitor.pings.refusals import nearest_slug
from pulsetui.monitor.sink import ApiKeys, IncomingPing, OnReceipt, Receipt, Refused
from tests.quiet_client import QuietClient

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
    view = CheckView(
        slug=slug,
        uuid=CODE if slug == "sync-invoices" else str(UUID(int=abs(hash(slug)))),
        name=slug.replace("-", " ").capitalize(),
        desc="",
        tags=("nightly",),
        hooks=("desktop",),
        status=Status.UP,
        reason=None,
        detail="",
        since=NOON,
        started=False,
        started_at=None,
        run_bound=None,
        running=0,
        unwatched=False,
        last_ping=NOON,
        last_kind=None,
        last_success=NOON,
        last_duration=12.5,
        usual_duration=12.0,
        last_metrics={"records": 312.0},
        next_ping=NOON,
        deadline=NOON,
        upcoming=NOON,
        first_due=None,
        schedule_kind="cron",
        schedule="0 2 * * *",
        tz="Europe/Riga",
        schedule_words="at 02:00 every day",
        grace=1800.0,
        max_runtime=None,
        n_pings=3,
        manual_resume=False,
        incident=None,
        history="s0s1",
        created_at=NOON,
        last_line="",
    )
    return replace(view, **changes)


class FakeEngine(QuietClient):
    """EngineClient over a dict. ``change`` is what an engine does when a view becomes different."""

    def __init__(self, slugs: Sequence[str] = ("sync-invoices", "backup")) -> None:
        self.views: dict[str, CheckView] = {slug: a_view(slug) for slug in slugs}
        self.bodies: dict[tuple[str, int], bytes] = {}
        self.calls: list[tuple[Any, ...]] = []
        self.listeners: list[OnChange] = []
        self.alert_listeners: list[OnAlert] = []
        self.fails_with: Exception | None = None
        self.subscribed = threading.Event()
        self.clock = NOON
        self.engine_info = EngineInfo(
            version="0.1.0",
            pid=4711,
            started_at=NOON,
            now=NOON,
            address="127.0.0.1:8787",
            base_url="http://127.0.0.1:8787/ping/",
            config_path="checks.toml",
            state_dir="state",
            timezone="Europe/Riga",
        )

    @property
    def connected(self) -> bool:
        return True

    def now(self) -> datetime:
        return self.clock

    def checks(self) -> Mapping[str, CheckView]:
        return dict(self.views)

    def info(self) -> EngineInfo:
        return replace(self.engine_info, now=self.clock)

    def change(self, *views: CheckView, removed: Sequence[str] = ()) -> None:
        for view in views:
            self.views[view.slug] = view
        for slug in removed:
            del self.views[slug]
        self.tell(frozenset(removed).union(view.slug for view in views))

    def tell(self, slugs: frozenset[str] = frozenset()) -> None:
        for listener in list(self.listeners):
            listener(slugs)

    def alert(self, alert: Alert) -> None:
        for listener in list(self.alert_listeners):
            listener(alert)

    def subscribe(self, on_change: OnChange) -> Callable[[], None]:
        self.listeners.append(on_change)
        self.subscribed.set()
        return lambda: self.listeners.remove(on_change)

    def subscribe_alerts(self, on_alert: OnAlert) -> Callable[[], None]:
        self.alert_listeners.append(on_alert)
        return lambda: self.alert_listeners.remove(on_alert)

    def details(self, slug: str) -> CheckDetails:
        return CheckDetails(
            view=self._view(slug),
            fields={"cron": "0 2 * * *", "grace": "30m", "tags": ["nightly"], "manual_resume": True},
            runs=(),
            pings=(),
            incidents=(),
            flips=(),
            deliveries=(),
            due_next=(NOON,),
            schedule_warnings=("skipped when clocks go forward",),
        )

    def ping_body(self, slug: str, n: int) -> bytes:
        self._view(slug)
        return self.bodies.get((slug, n), b"")

    def _view(self, slug: str) -> CheckView:
        if self.fails_with is not None:
            raise self.fails_with
        if slug not in self.views:
            raise UnknownCheckError(f'there is no check "{slug}"')
        return self.views[slug]

    def _command(self, *call: Any) -> list[CommandResult]:
        if self.fails_with is not None:
            raise self.fails_with
        self.calls.append(call)
        return [
            CommandResult(slug=slug, ok=slug in self.views, message=f"{call[0]} {slug}") for slug in call[1]
        ]

    def pause(self, slugs: Sequence[str], *, by: str = "") -> list[CommandResult]:
        return self._command("pause", tuple(slugs))

    def resume(self, slugs: Sequence[str]) -> list[CommandResult]:
        return self._command("resume", tuple(slugs))

    def undo_pause(self, slugs: Sequence[str]) -> list[CommandResult]:
        return self._command("undo_pause", tuple(slugs))

    def undo_resume(self, slugs: Sequence[str]) -> list[CommandResult]:
        return self._command("undo_resume", tuple(slugs))

    def acknowledge(
        self, slugs: Sequence[str], *, by: str, note: str = "", any_reason: bool = False
    ) -> list[CommandResult]:
        return self._command("acknowledge", tuple(slugs), by, note)

    def unacknowledge(self, slugs: Sequence[str]) -> list[CommandResult]:
        return self._command("unacknowledge", tuple(slugs))

    def add(self, slug: str, fields: Mapping[str, object]) -> CommandResult:
        self.calls.append(("add", slug, dict(fields)))
        problem = FieldProblem(field="cron", message="hour must be 0-23", suggestion="0 1 * * *")
        return CommandResult(slug=slug, ok=False, message="not added", problems=(problem,))

    def edit(
        self, slug: str, fields: Mapping[str, object | None], *, new_slug: str | None = None
    ) -> CommandResult:
        self.calls.append(("edit", slug, dict(fields), new_slug))
        return CommandResult(slug=new_slug or slug, ok=True, message="changed")

    def remove(self, slug: str) -> CommandResult:
        return self._command("remove", (slug,))[0]

    def undo_remove(self, slug: str, fields: Mapping[str, object]) -> CommandResult:
        self.calls.append(("undo_remove", slug, dict(fields)))
        return CommandResult(slug=slug, ok=True, message="back")

    def dismiss(self, key: str) -> None:
        self.calls.append(("dismiss", key))

    def close(self) -> None:
        self.calls.append(("close",))


def _conforms(intake: FakeIntake, engine: FakeEngine) -> None:
    """mypy proves here that the fakes have the shapes they stand for."""
    from pulsetui.client.client import EngineClient
    from pulsetui.monitor.sink import PingSink

    _: tuple[PingSink, EngineClient] = (intake, engine)
