"""Checks for the command line, seen on a Monday morning, and an engine that has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from msgspec.structs import replace

from pulsetui.client.views import CheckDetails, CheckView, EngineInfo, RunView
from pulsetui.core.state.status import Outcome, Reason, Status
from tests.client.fake import FakeEngine
from tests.client.samples import incident, view

NOW = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)  # a Monday

UP = view(
    "backup",
    uuid="1c6b4b1e-7f1d-4c58-9d2c-3f6a8f1f0a11",
    name="Nightly backup",
    tags=("nightly",),
    since=NOW - timedelta(days=2),
    last_ping=NOW - timedelta(seconds=192),
    last_kind=None,
    last_success=NOW - timedelta(seconds=192),
    last_duration=75.0,
    usual_duration=70.0,
    last_metrics=MappingProxyType({"records": 42.0}),
    next_ping=NOW + timedelta(hours=4, minutes=5),
    deadline=NOW + timedelta(hours=5),
    upcoming=NOW + timedelta(hours=4, minutes=5),
    tz="Europe/Riga",
    schedule_words="at 02:00 every day (Europe/Riga)",
    grace=1800.0,
    max_runtime=1200.0,
    n_pings=7,
    history="",
    created_at=NOW - timedelta(days=9),
    last_line="done",
)

MISSED = tuple(datetime(2026, 11, day, 0, 0, tzinfo=UTC) for day in (14, 15, 16))

OPEN = incident(n=2, started_at=MISSED[0] + timedelta(minutes=30), missed=MISSED)

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


ABOUT_IT = EngineInfo(
    version="1",
    pid=1,
    started_at=NOW,
    now=NOW,
    address="127.0.0.1:8787",
    base_url="http://127.0.0.1:8787/ping/",
    config_path="/c",
    state_dir="/s",
    timezone="Europe/Riga",
)


def engine_with(*views: CheckView) -> FakeEngine:
    """An engine with these checks, on that Monday."""
    engine = FakeEngine(views, now=NOW, about=ABOUT_IT)
    engine.make_details = _details
    return engine


def _details(view: CheckView) -> CheckDetails:
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
