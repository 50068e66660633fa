"""Views made by hand: a check of every kind there is, and their details."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from msgspec.structs import replace

from pulsetui.client.user import user_name
from pulsetui.client.views import (
    CheckDetails,
    CheckView,
    DeliveryView,
    EngineInfo,
    IncidentView,
    PingView,
    RunView,
)
from pulsetui.core.state import history as past
from pulsetui.core.state.incident import Flip
from pulsetui.core.state.status import Outcome, PingKind, Reason, Status

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
_NAMESPACE = UUID(int=8787)
HOUR = timedelta(hours=1)
ME = user_name()
"""Who gives commands from a screen or a shell here."""
ABOUT = EngineInfo(
    version="0.1.0",
    pid=4711,
    started_at=NOW - 5 * HOUR,
    now=NOW,
    address="127.0.0.1:8787",
    base_url="http://127.0.0.1:8787/ping/",
    config_path="/home/eva/.config/pulsetui/checks.toml",
    state_dir="/home/eva/.local/state/pulsetui",
    timezone="Europe/Riga",
    hook_names=("desktop", "ops-mail"),
)
GOOD = "".join(
    past.append("", past.LETTERS[Outcome.SUCCESS], timedelta(seconds=10 + (i * 7) % 9)) for i in range(24)
)


def view(slug: str = "sync-invoices", **changes: Any) -> CheckView:
    """A check that is up: last success an hour ago, due in two hours, an hour of grace."""
    made = CheckView(
        slug=slug,
        uuid=str(uuid5(_NAMESPACE, slug)),
        name=slug.replace("-", " ").capitalize(),
        desc="",
        tags=(),
        hooks=("desktop",),
        status=Status.UP,
        reason=None,
        detail="",
        since=NOW - 50 * HOUR,
        started=False,
        started_at=None,
        run_bound=None,
        running=0,
        unwatched=False,
        last_ping=NOW - HOUR,
        last_kind=PingKind.SUCCESS,
        last_success=NOW - HOUR,
        last_duration=12.0,
        usual_duration=11.0,
        last_metrics={},
        first_due=None,
        next_ping=NOW + 2 * HOUR,
        deadline=NOW + 3 * HOUR,
        upcoming=NOW + 2 * HOUR,
        schedule_kind="cron",
        schedule="0 2 * * *",
        tz="Europe/Berlin",
        schedule_words="at 02:00 every day (Europe/Berlin)",
        grace=3600.0,
        max_runtime=None,
        n_pings=48,
        manual_resume=False,
        incident=None,
        snoozed_until=None,
        history=GOOD,
        created_at=NOW - 90 * 24 * HOUR,
        last_line="",
    )
    return replace(made, **changes)


def incident(**changes: Any) -> IncidentView:
    """An open one: three nights missed, nobody has acknowledged it."""
    made = IncidentView(
        n=1,
        reason=Reason.MISSED,
        detail="",
        started_at=NOW - 55 * HOUR,
        ended_at=None,
        missed=tuple(NOW - hours * HOUR for hours in (56, 32, 8)),
        missed_count=3,
        acknowledged_at=None,
        acknowledged_by="",
        note="",
    )
    return replace(made, **changes)


def overdue(slug: str = "backup-db", **changes: Any) -> CheckView:
    """A check that is down because nothing came for three nights."""
    made = view(
        slug,
        status=Status.DOWN,
        reason=Reason.MISSED,
        detail="no success by Sun 03:30",
        since=NOW - 55 * HOUR,
        last_ping=NOW - 80 * HOUR,
        last_success=NOW - 80 * HOUR,
        next_ping=NOW - 56 * HOUR,
        deadline=NOW - 55 * HOUR,
        upcoming=NOW + 16 * HOUR,
        incident=incident(),
        history=GOOD[:-6] + "m-m-m-",
    )
    return replace(made, **changes)


def failed(slug: str = "rotate-logs", **changes: Any) -> CheckView:
    """A check whose job said that it failed."""
    return overdue(
        slug,
        **{
            "reason": Reason.FAILED,
            "detail": "exit status 2: gzip: /var/log/app.log: No space left on device",
            "since": NOW - timedelta(minutes=12),
            "last_ping": NOW - timedelta(minutes=12),
            "last_kind": PingKind.FAIL,
            "next_ping": NOW + HOUR,
            "deadline": NOW + 2 * HOUR,
            "incident": incident(
                reason=Reason.FAILED, missed=(), missed_count=0, started_at=NOW - timedelta(minutes=12)
            ),
            "history": GOOD[:-4] + "s5f2",
            "last_line": "gzip: /var/log/app.log: No space left on device",
            **changes,
        },
    )


def late(slug: str = "import-prices", **changes: Any) -> CheckView:
    """A check in its grace."""
    return view(
        slug,
        **{
            "status": Status.LATE,
            "next_ping": NOW - timedelta(minutes=7, seconds=4),
            "deadline": NOW + timedelta(minutes=23),
            **changes,
        },
    )


def new(slug: str = "fresh-one", **changes: Any) -> CheckView:
    """A check that has never reported."""
    return view(
        slug,
        **{
            "status": Status.NEW,
            "last_ping": None,
            "last_kind": None,
            "last_success": None,
            "last_duration": None,
            "usual_duration": None,
            "next_ping": None,
            "deadline": None,
            "n_pings": 0,
            "history": "",
            **changes,
        },
    )


def household() -> list[CheckView]:
    """A dozen checks, one of every kind there is."""
    return [
        view("sync-invoices", tags=("billing", "nightly"), last_line="412 invoices, 0 errors"),
        overdue("backup-db", name="Back up the database", tags=("nightly", "ops")),
        failed("rotate-logs", tags=("ops",)),
        late(
            "import-prices",
            tags=("billing",),
            schedule_words="every 15 minutes",
            schedule_kind="every",
            schedule="15m",
            tz="UTC",
        ),
        view(
            "thumbnails",
            started=True,
            started_at=NOW - timedelta(minutes=3, seconds=20),
            running=1,
            next_ping=NOW + timedelta(minutes=4, seconds=10),
            deadline=NOW + timedelta(minutes=9),
        ),
        new("payroll-export", tags=("billing",)),
        view("newsletter", status=Status.PAUSED, tags=("mail",), since=NOW - 6 * HOUR),
        overdue(
            "sensor-poll",
            tags=("iot",),
            incident=incident(
                acknowledged_at=NOW - HOUR, acknowledged_by="eva", note="gateway is at the repair shop"
            ),
        ),
        view(
            "report-monday",
            next_ping=NOW + 140 * HOUR,
            deadline=NOW + 141 * HOUR,
            last_duration=1830.0,
            usual_duration=900.0,
        ),
        view("certificates", unwatched=True, next_ping=NOW - HOUR, deadline=NOW - timedelta(minutes=5)),
        view(
            "cache-warm",
            next_ping=NOW + timedelta(seconds=42),
            deadline=NOW + timedelta(minutes=3),
            last_ping=NOW - timedelta(seconds=18),
            schedule_words="every minute",
            last_duration=0.35,
            usual_duration=0.4,
        ),
        view("search-index", tags=("nightly",), history=GOOD[:20] + "f:s9s:u7s9"),
    ]


def crowd(count: int) -> list[CheckView]:
    """``count`` checks, a few of them in trouble."""
    makers = [overdue, failed, late, new]
    made = []
    for i in range(count):
        slug = f"job-{i:05}"
        spread = timedelta(seconds=37 * (i % 997))
        if i % 20 == 0:
            made.append(makers[(i // 20) % 4](slug))
        else:
            made.append(
                view(
                    slug,
                    next_ping=NOW + HOUR + spread,
                    deadline=NOW + 2 * HOUR + spread,
                    last_ping=NOW - spread,
                )
            )
    return made


def details_of(known: CheckView) -> CheckDetails:
    """Plausible details of any view."""
    runs = tuple(
        RunView(
            n=40 - i,
            rid=None,
            started_at=NOW - HOUR - 24 * i * HOUR - timedelta(seconds=12 + i),
            ended_at=NOW - HOUR - 24 * i * HOUR,
            slot=NOW - HOUR - 24 * i * HOUR,
            outcome=Outcome.FAILED if i == 4 else Outcome.SUCCESS,
            duration=12.0 + i,
            exit_status=1 if i == 4 else 0,
            metrics={"records": 400.0 + i},
            overlaps=None,
            duplicate=False,
            detail="exit status 1" if i == 4 else "",
        )
        for i in range(20)
    )
    pings = tuple(
        PingView(
            n=48 - i,
            kind=PingKind.START if i % 2 else PingKind.SUCCESS,
            at=NOW - HOUR - 12 * i * HOUR,
            received_at=NOW - HOUR - 12 * i * HOUR,
            method="POST",
            scheme="http",
            remote_addr="127.0.0.1",
            ua="curl/8.5.0",
            rid=None,
            run=None,
            exit_status=None if i % 2 else 0,
            body_size=0 if i % 2 else 22,
            body_start="" if i % 2 else "412 invoices, 0 errors",
        )
        for i in range(30)
    )
    closed = incident(
        n=1,
        reason=Reason.FAILED,
        detail="exit status 1",
        started_at=NOW - 200 * HOUR,
        ended_at=NOW - 190 * HOUR,
        missed=(),
        missed_count=0,
        acknowledged_at=NOW - 199 * HOUR,
        acknowledged_by="eva",
        note="disk was full",
    )
    incidents = (replace(known.incident, n=2), closed) if known.incident is not None else (closed,)
    return CheckDetails(
        view=known,
        fields={
            "name": known.name,
            "cron": "0 2 * * *",
            "timezone": "Europe/Berlin",
            "grace": "1h",
            "expect": ["records >= 1"],
            "tags": list(known.tags),
        },
        runs=runs,
        pings=pings,
        incidents=incidents,
        flips=(
            Flip(at=NOW - 200 * HOUR, before=Status.UP, after=Status.DOWN, reason=Reason.FAILED, detail=""),
        ),
        deliveries=(
            DeliveryView(
                hook="desktop",
                event="down",
                flip_at=NOW - 200 * HOUR,
                tries=1,
                delivered_at=NOW - 200 * HOUR,
                next_try_at=None,
                error="",
            ),
            DeliveryView(
                hook="ops-mail",
                event="down",
                flip_at=NOW - 200 * HOUR,
                tries=3,
                delivered_at=None,
                next_try_at=NOW + timedelta(minutes=4),
                error="smtp.example.org:587 refused the connection",
            ),
        ),
        due_next=tuple(NOW + (16 + 24 * i) * HOUR for i in range(5)),
        schedule_warnings=("skipped on the night when clocks go forward",),
    )
