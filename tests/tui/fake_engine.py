"""An engine that exists only for the screen: views made by hand, a clock that moves when told.

``python -m tests.tui.fake_engine`` shows the real screen over it, for looking.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from pulsetui.core import history as past
from pulsetui.core.snooze import Scope
from pulsetui.core.status import Outcome, PingKind, Reason, Status
from pulsetui.errors import EngineUnreachableError, UnknownCheckError
from pulsetui.monitor.alert import Alert, OnAlert
from pulsetui.monitor.client import OnChange
from pulsetui.monitor.view import (
    CheckDetails,
    CheckView,
    CommandResult,
    DeliveryView,
    EngineInfo,
    FieldProblem,
    FlipView,
    IncidentEntry,
    IncidentView,
    LogLine,
    Notice,
    PingView,
    RunView,
    Timeline,
    TimelineLane,
    TimelineRun,
)

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
_NAMESPACE = UUID(int=8787)
HOUR = timedelta(hours=1)
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
            "detail": "exit status 2",
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


class FakeEngine:
    """Implements ``EngineClient``. ``commands`` records what the screen asked for."""

    def __init__(
        self, views: Sequence[CheckView] = (), *, now: datetime = NOW, real_time: bool = False
    ) -> None:
        self.connected = True
        self.commands: list[tuple[Any, ...]] = []
        self.gone = False  # every blocking call then raises EngineUnreachableError
        self.refuse: str = ""  # commands then answer that they could not
        self.problems: tuple[FieldProblem, ...] = ()
        self.details_by_slug: dict[str, CheckDetails] = {}
        self.bodies: dict[tuple[str, int], bytes] = {}
        self.notices: tuple[Notice, ...] = ()
        self.dismissed: list[str] = []
        self.log_lines: tuple[LogLine, ...] = ()
        self.closed = False
        self._real = datetime.now(UTC) if real_time else None
        self._now = now
        self._checks = {v.slug: v for v in views}
        self._listeners: list[OnChange] = []
        self._alerted: list[OnAlert] = []

    # The clock and what happens by itself

    def now(self) -> datetime:
        return self._now if self._real is None else self._now + (datetime.now(UTC) - self._real)

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    def put(self, *views: CheckView) -> None:
        """The engine has new views: told from another thread, as the real one does."""
        self._checks = {**self._checks, **{v.slug: v for v in views}}
        self.tell(*(v.slug for v in views))

    def take_away(self, slug: str) -> None:
        self._checks = {key: value for key, value in self._checks.items() if key != slug}
        self.tell(slug)

    def tell(self, *slugs: str) -> None:
        changed = frozenset(slugs)
        thread = threading.Thread(target=lambda: [listener(changed) for listener in list(self._listeners)])
        thread.start()
        thread.join()

    def alert(self, alert: Alert) -> None:
        thread = threading.Thread(target=lambda: [listener(alert) for listener in list(self._alerted)])
        thread.start()
        thread.join()

    # EngineClient

    def checks(self) -> Mapping[str, CheckView]:
        return self._checks

    def info(self) -> EngineInfo:
        return EngineInfo(
            version="0.1.0",
            pid=4711,
            started_at=NOW - 5 * HOUR,
            now=self.now(),
            address="127.0.0.1:8787",
            base_url="http://127.0.0.1:8787/ping/",
            config_path="/home/eva/.config/pulsetui/checks.toml",
            state_dir="/home/eva/.local/state/pulsetui",
            timezone="Europe/Riga",
            hook_names=("desktop", "ops-mail"),
            pings=1234,
            notices=self.notices,
        )

    def subscribe(self, on_change: OnChange) -> Callable[[], None]:
        self._listeners.append(on_change)
        return lambda: self._listeners.remove(on_change)

    def subscribe_alerts(self, on_alert: OnAlert) -> Callable[[], None]:
        self._alerted.append(on_alert)
        return lambda: self._alerted.remove(on_alert)

    def details(self, slug: str) -> CheckDetails:
        self._reach()
        known = self._checks.get(slug)
        if known is None:
            raise UnknownCheckError(f'no check "{slug}"')
        made = self.details_by_slug.get(slug) or details_of(known)
        return replace(made, view=known)

    def ping_body(self, slug: str, n: int) -> bytes:
        self._reach()
        return self.bodies.get((slug, n), b"")

    def pause(self, slugs: Sequence[str]) -> list[CommandResult]:
        return self._each(
            "pause", slugs, lambda v: replace(v, status=Status.PAUSED, reason=None, incident=None)
        )

    def resume(self, slugs: Sequence[str]) -> list[CommandResult]:
        return self._each("resume", slugs, lambda v: replace(v, status=Status.NEW))

    def acknowledge(self, slugs: Sequence[str], *, by: str, note: str = "") -> list[CommandResult]:
        def known(v: CheckView) -> CheckView:
            assert v.incident is not None
            return replace(
                v, incident=replace(v.incident, acknowledged_at=self.now(), acknowledged_by=by, note=note)
            )

        return self._each("acknowledge", slugs, known, note)

    def unacknowledge(self, slugs: Sequence[str]) -> list[CommandResult]:
        def unknown(v: CheckView) -> CheckView:
            assert v.incident is not None
            return replace(v, incident=replace(v.incident, acknowledged_at=None, acknowledged_by="", note=""))

        return self._each("unacknowledge", slugs, unknown)

    def incidents(self, limit: int = 200) -> tuple[IncidentEntry, ...]:
        self._reach()
        entries = [
            IncidentEntry(slug=v.slug, name=v.name, incident=v.incident)
            for v in self._checks.values()
            if v.incident is not None
        ]
        return tuple(entries[:limit])

    def timeline(self, slugs: Sequence[str], since: datetime, until: datetime) -> Timeline:
        self._reach()
        lanes = []
        for slug in slugs:
            v = self._checks.get(slug)
            if v is None:
                continue
            runs = tuple(
                TimelineRun(n=r.n, started_at=r.started_at, ended_at=r.ended_at, outcome=r.outcome)
                for r in reversed(details_of(v).runs)
                if r.started_at is not None and since <= r.started_at <= until
            )
            missed = v.incident.missed if v.incident is not None else ()
            down = ((v.incident.started_at, v.incident.ended_at),) if v.incident is not None else ()
            upcoming = (v.upcoming,) if v.upcoming is not None else ()
            lanes.append(TimelineLane(slug=slug, runs=runs, missed=missed, down=down, upcoming=upcoming))
        return Timeline(since=since, until=until, lanes=tuple(lanes), unwatched=())

    def log(self, limit: int = 500) -> tuple[LogLine, ...]:
        self._reach()
        return self.log_lines[-limit:]

    def snooze(
        self, scope: Scope, targets: Sequence[str], *, until: datetime, by: str, note: str = ""
    ) -> list[CommandResult]:
        return self._snoozed("snooze", scope, targets, until)

    def unsnooze(self, scope: Scope, targets: Sequence[str]) -> list[CommandResult]:
        return self._snoozed("unsnooze", scope, targets, None)

    def add(self, slug: str, fields: Mapping[str, object]) -> CommandResult:
        self._reach()
        self.commands.append(("add", slug, dict(fields)))
        if self.refuse:
            return CommandResult(slug=slug, ok=False, message=self.refuse, problems=self.problems)
        self.put(new(slug, name=str(fields.get("name", slug))))
        return CommandResult(slug=slug, ok=True, message="added")

    def edit(
        self, slug: str, fields: Mapping[str, object | None], *, new_slug: str | None = None
    ) -> CommandResult:
        self._reach()
        self.commands.append(("edit", slug, dict(fields), new_slug))
        if self.refuse:
            return CommandResult(slug=slug, ok=False, message=self.refuse, problems=self.problems)
        return CommandResult(slug=new_slug or slug, ok=True, message="changed")

    def remove(self, slug: str) -> CommandResult:
        self._reach()
        self.commands.append(("remove", slug))
        if self.refuse:
            return CommandResult(slug=slug, ok=False, message=self.refuse)
        self.take_away(slug)
        return CommandResult(slug=slug, ok=True, message="removed")

    def dismiss(self, key: str) -> None:
        self.dismissed.append(key)
        self.notices = tuple(notice for notice in self.notices if notice.key != key)
        self.tell()

    def close(self) -> None:
        self.closed = True

    # Inside

    def _reach(self) -> None:
        if self.gone:
            raise EngineUnreachableError("no engine answers at http://127.0.0.1:8787")

    def _snoozed(
        self, verb: str, scope: Scope, targets: Sequence[str], until: datetime | None
    ) -> list[CommandResult]:
        self._reach()
        self.commands.append((verb, str(scope), tuple(targets), until))
        if self.refuse:
            return [CommandResult(slug=target, ok=False, message=self.refuse) for target in targets]
        touched = [
            v for v in self._checks.values() if not targets or v.slug in targets or set(v.tags) & set(targets)
        ]
        self.put(*(replace(v, snoozed_until=until) for v in touched))
        return [CommandResult(slug=target, ok=True, message="done") for target in targets or ("",)]

    def _each(
        self, verb: str, slugs: Sequence[str], change: Callable[[CheckView], CheckView], *more: object
    ) -> list[CommandResult]:
        self._reach()
        self.commands.append((verb, tuple(slugs), *more))
        if self.refuse:
            return [CommandResult(slug=slug, ok=False, message=self.refuse) for slug in slugs]
        self.put(*(change(self._checks[slug]) for slug in slugs))
        return [CommandResult(slug=slug, ok=True, message="done") for slug in slugs]


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
            FlipView(
                at=NOW - 200 * HOUR, before=Status.UP, after=Status.DOWN, reason=Reason.FAILED, detail=""
            ),
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


def main() -> None:
    """Shows the screen over a fake engine: ``python -m tests.tui.fake_engine [COUNT]``."""
    import os
    import sys
    from zoneinfo import ZoneInfo

    from pulsetui.tui.app import PulseApp

    count = int(sys.argv[1]) if len(sys.argv) > 1 else -1
    views = household() if count < 0 else crowd(count)
    engine = FakeEngine(views, real_time=True)
    if os.environ.get("FAKE_NOTICE"):
        engine.notices = (Notice(key="config", level="error", text=os.environ["FAKE_NOTICE"]),)
    PulseApp(engine, viewer_zone=ZoneInfo("Europe/Riga")).run()


if __name__ == "__main__":
    main()
