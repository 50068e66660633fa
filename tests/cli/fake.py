"""An engine that answers from memory and records what it was told to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from msgspec.structs import replace

from pulsetui.client.alert import OnAlert
from pulsetui.client.client import OnChange
from pulsetui.client.views import (
    CheckDetails,
    CheckView,
    CommandResult,
    EngineInfo,
    FieldProblem,
    IncidentView,
    Notice,
    RefusedPing,
    RunView,
)
from pulsetui.core.state.status import Outcome, Reason, Status
from pulsetui.errors import UnknownCheckError
from tests.quiet_client import QuietClient

NOW = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)  # a Monday

UP = CheckView(
    slug="backup",
    uuid="1c6b4b1e-7f1d-4c58-9d2c-3f6a8f1f0a11",
    name="Nightly backup",
    desc="",
    tags=("nightly",),
    hooks=("desktop",),
    status=Status.UP,
    reason=None,
    detail="",
    since=NOW - timedelta(days=2),
    started=False,
    started_at=None,
    run_bound=None,
    running=0,
    unwatched=False,
    last_ping=NOW - timedelta(seconds=192),
    last_kind=None,
    last_success=NOW - timedelta(seconds=192),
    last_duration=75.0,
    usual_duration=70.0,
    last_metrics=MappingProxyType({"records": 42.0}),
    next_ping=NOW + timedelta(hours=4, minutes=5),
    deadline=NOW + timedelta(hours=5),
    upcoming=NOW + timedelta(hours=4, minutes=5),
    first_due=None,
    schedule_kind="cron",
    schedule="0 2 * * *",
    tz="Europe/Riga",
    schedule_words="at 02:00 every day (Europe/Riga)",
    grace=1800.0,
    max_runtime=1200.0,
    n_pings=7,
    manual_resume=False,
    incident=None,
    history="",
    created_at=NOW - timedelta(days=9),
    last_line="done",
)

MISSED = tuple(datetime(2026, 11, day, 0, 0, tzinfo=UTC) for day in (14, 15, 16))

OPEN = IncidentView(
    n=2,
    reason=Reason.MISSED,
    detail="",
    started_at=MISSED[0] + timedelta(minutes=30),
    ended_at=None,
    missed=MISSED,
    missed_count=3,
    acknowledged_at=None,
    acknowledged_by="",
    note="",
)

OVERDUE = replace(
    UP,
    slug="sync",
    name="Sync invoices",
    tags=("billing",),
    status=Status.DOWN,
    reason=Reason.MISSED,
    since=OPEN.started_at,
    last_ping=datetime(2026, 11, 13, 0, 4, tzinfo=UTC),
    last_success=datetime(2026, 11, 13, 0, 4, tzinfo=UTC),
    next_ping=MISSED[0],
    deadline=OPEN.started_at,
    incident=OPEN,
)

LATE = replace(
    UP, slug="late-one", name="late-one", status=Status.LATE, next_ping=NOW - timedelta(minutes=12)
)
NEW = replace(
    UP,
    slug="fresh",
    name="fresh",
    status=Status.NEW,
    last_ping=None,
    last_success=None,
    next_ping=None,
    deadline=None,
    first_due=NOW + timedelta(hours=1),
)
PAUSED = replace(
    UP, slug="resting", name="resting", status=Status.PAUSED, started=True, running=1, started_at=NOW
)

HOSTILE = replace(
    OVERDUE,
    slug="evil",
    name="\x1b]0;owned\x07[/x] #[fg=red]|\u202e\nname",
    desc="\x1b[2Jgone",
    tags=("\x1b[31mred",),
    schedule_words="every\r1h",
    last_line="\x9b31mx",
    incident=replace(OPEN, acknowledged_at=NOW, acknowledged_by="\x1b[1mkim", note="\x07note"),
)

RUN = RunView(
    n=6,
    rid=None,
    started_at=datetime(2026, 11, 13, 0, 0, tzinfo=UTC),
    ended_at=datetime(2026, 11, 13, 0, 4, tzinfo=UTC),
    slot=None,
    outcome=Outcome.FAILED,
    duration=240.0,
    exit_status=3,
    metrics=MappingProxyType({"records": 42.0}),
    overlaps=None,
    duplicate=False,
    detail="exit status 3",
)


class FakeEngine(QuietClient):
    """Implements ``EngineClient``. ``refuse`` makes every command fail with that message."""

    def __init__(self, *views: CheckView) -> None:
        self.views = {view.slug: view for view in views}
        self.calls: list[tuple[object, ...]] = []
        self.refuse = ""
        self.problems: tuple[FieldProblem, ...] = ()
        self.notices: tuple[Notice, ...] = ()
        self.refused: tuple[RefusedPing, ...] = ()
        self.closed = False

    @property
    def connected(self) -> bool:
        return not self.closed

    def now(self) -> datetime:
        return NOW

    def checks(self) -> Mapping[str, CheckView]:
        return MappingProxyType(self.views)

    def info(self) -> EngineInfo:
        return EngineInfo(
            version="1",
            pid=1,
            started_at=NOW,
            now=NOW,
            address="127.0.0.1:8787",
            base_url="http://127.0.0.1:8787/ping/",
            config_path="/c",
            state_dir="/s",
            timezone="UTC",
            notices=self.notices,
            refused=self.refused,
        )

    def subscribe(self, on_change: OnChange) -> Callable[[], None]:
        return lambda: None

    def subscribe_alerts(self, on_alert: OnAlert) -> Callable[[], None]:
        return lambda: None

    def details(self, slug: str) -> CheckDetails:
        if slug not in self.views:
            raise UnknownCheckError(slug)
        view = self.views[slug]
        return CheckDetails(
            view=view,
            fields=MappingProxyType({"cron": "0 2 * * *"}),
            runs=(RUN,),
            pings=(),
            incidents=(view.incident,) if view.incident else (),
            flips=(),
            deliveries=(),
            due_next=tuple(datetime(2026, 11, day, 0, 0, tzinfo=UTC) for day in range(17, 22)),
            schedule_warnings=("skipped when clocks go forward",),
        )

    def ping_body(self, slug: str, n: int) -> bytes:
        return b""

    def pause(self, slugs: Sequence[str], *, by: str = "") -> list[CommandResult]:
        return self._answer(slugs, "pause", tuple(slugs))

    def resume(self, slugs: Sequence[str]) -> list[CommandResult]:
        return self._answer(slugs, "resume", tuple(slugs))

    def acknowledge(
        self, slugs: Sequence[str], *, by: str, note: str = "", any_reason: bool = False
    ) -> list[CommandResult]:
        return self._answer(slugs, "acknowledge", tuple(slugs), by, note)

    def unacknowledge(self, slugs: Sequence[str]) -> list[CommandResult]:
        return self._answer(slugs, "unacknowledge", tuple(slugs))

    def add(self, slug: str, fields: Mapping[str, object]) -> CommandResult:
        return self._answer([slug], "add", slug, dict(fields))[0]

    def edit(
        self, slug: str, fields: Mapping[str, object | None], *, new_slug: str | None = None
    ) -> CommandResult:
        return self._answer([slug], "edit", slug, dict(fields), new_slug)[0]

    def remove(self, slug: str) -> CommandResult:
        return self._answer([slug], "remove", slug)[0]

    def dismiss(self, key: str) -> None:
        self.calls.append(("dismiss", key))

    def close(self) -> None:
        self.closed = True

    def _answer(self, slugs: Sequence[str], *call: object) -> list[CommandResult]:
        self.calls.append(call)
        return [
            CommandResult(
                slug=slug,
                ok=not self.refuse,
                message=self.refuse or f"{slug} done",
                problems=self.problems,
            )
            for slug in slugs
        ]
