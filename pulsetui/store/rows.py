"""What one transaction writes, and how values become rows and come back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
from msgspec import Struct, field

from pulsetui.core.calm import Calm
from pulsetui.core.deploy import Deploy
from pulsetui.core.state.incident import Acknowledgement, Flip, Incident
from pulsetui.core.state.run import Run
from pulsetui.core.state.snooze import Snooze
from pulsetui.core.state.state import CheckState
from pulsetui.core.state.status import Outcome, PingKind, Reason, Status
from pulsetui.store.aside import Aside
from pulsetui.store.instant import Instants, read, read_or_none, stored, stored_or_none
from pulsetui.store.retention import Retention
from pulsetui.store.shared import Shared
from pulsetui.store.states import NOT_CALM, encode, read_state, sealed_columns

T = TypeVar("T")

_encode = msgspec.json.Encoder().encode
_decode_deploy = msgspec.json.Decoder(Deploy).decode
_decode_metrics = msgspec.json.Decoder(dict[str, float]).decode
_decode_missed = msgspec.json.Decoder(list[int]).decode
_MICROSECOND = timedelta(microseconds=1)

_BEGINNING = read(0)

Value = int | str | bytes | None
Row = tuple[Value, ...]


class PingRow(Struct, frozen=True, kw_only=True, gc=False):
    """A ping as it is kept; everything that the state machine does not read."""

    n: int
    kind: PingKind
    at: datetime
    received_at: datetime
    method: str
    scheme: str
    remote_addr: str
    ua: str
    rid: str | None
    exit_status: int | None
    run: int | None
    body: bytes
    body_size: int = 0  # bytes that came, where that is more than what is kept
    whole: Run | None = None  # the run that this ping is all of: an end without a start


class OutboxRow(Struct, frozen=True, kw_only=True, gc=False):
    """One thing to tell through one hook. ``alert`` is opaque to the store."""

    check_id: int | None
    hook: str
    alert: str
    created_at: datetime
    not_before: datetime | None = None  # for those who do not want to hear of it now


class DeliveryResult(Struct, frozen=True, kw_only=True):
    """How one more try of deliveries went; without a next one those that failed are given up."""

    ids: Sequence[int]
    delivered_at: datetime | None
    next_try_at: datetime | None
    error: str


class DeliveryHold(Struct, frozen=True, kw_only=True):
    """Deliveries that are put off without counting a try; without a next one they are given up."""

    ids: Sequence[int]
    next_try_at: datetime | None
    error: str


class DeliveryRelease(Struct, frozen=True, kw_only=True):
    """Whatever was tried or held and waits for ``hook`` is due at ``at``; not what is for a later hour."""

    hook: str
    at: datetime


class HookPause(Struct, frozen=True, kw_only=True):
    """A hook is paused since ``at``; None: it is not."""

    hook: str
    at: datetime | None


DeliveryChange = DeliveryResult | DeliveryHold | DeliveryRelease | HookPause


class Purge(Struct, frozen=True, kw_only=True):
    """Forgets checks that were removed and deliveries that were settled before ``before``, ids of reports
    that were received before ``reports_before``, and what is too much of other things."""

    before: datetime
    reports_before: datetime


class StoredCheck(Struct, frozen=True, kw_only=True, gc=False):
    """A check as the database knows it; what it is, checks.toml says."""

    id: int
    slug: str
    uuid: str  # canonical
    created_at: datetime
    removed_at: datetime | None
    state: CheckState | None  # None when nothing of it could be read
    n_pings: int = 0  # numbers that were given already, where the state cannot say
    n_incidents: int = 0
    mended: bool = False  # the state could not be read whole


class Changes(Struct):
    """All rows of one transaction. A later state, run or incident takes the place of an earlier one."""

    identities: list[StoredCheck] = field(default_factory=list)
    states: dict[int, CheckState] = field(default_factory=dict)
    calm: dict[int, tuple[Calm, str]] = field(default_factory=dict)  # of those ``states``, with definitions
    pings: list[tuple[int, PingRow]] = field(default_factory=list)
    runs: dict[tuple[int, int], Run] = field(default_factory=dict)
    revised: dict[tuple[int, int], Run] = field(default_factory=dict)  # kept with their pings
    incidents: dict[tuple[int, int], Incident] = field(default_factory=dict)
    flips: list[tuple[int, Flip]] = field(default_factory=list)
    outbox: list[OutboxRow] = field(default_factory=list)
    reports: dict[str, datetime] = field(default_factory=dict)  # by id: when it was received
    unwatched: list[tuple[datetime, datetime, str]] = field(default_factory=list)  # since, until, why
    kept: dict[int, Retention] = field(default_factory=dict)  # by check: what of it stays
    snoozes: tuple[Snooze, ...] | None = None  # these and no others; None leaves them as they are
    deliveries: list[DeliveryChange] = field(default_factory=list)  # in order
    trials: dict[str, tuple[datetime, str]] = field(default_factory=dict)  # by key: its begin, and itself
    deploys: dict[str, Deploy] = field(default_factory=dict)  # by key
    proof: datetime | None = None  # that something can be written
    purge: Purge | None = None  # last, of what is left of the rest

    def __bool__(self) -> bool:
        return self != NO_CHANGES


NO_CHANGES = Changes()


def identity_row(check: StoredCheck) -> Row:
    return check.id, check.slug, check.uuid, stored(check.created_at), stored_or_none(check.removed_at)


def state_row(check_id: int, state: CheckState, calm: tuple[Calm, str] | None = None) -> Row:
    """``calm`` with what ``definition_of`` says of the check."""
    document = encode(state)
    return check_id, document, *(NOT_CALM if calm is None else sealed_columns(document, *calm))


class StateReader:
    """Reads the rows of all checks, one after the other. ``counted`` finds the numbers that a state which
    cannot be read does not tell."""

    def __init__(self, aside: Aside, counted: Callable[[int], tuple[int, int]]) -> None:
        self._aside, self._counted = aside, counted
        self._shared: Shared = {}
        self._instants = Instants()

    def read(self, row: Sequence[object]) -> StoredCheck:
        """``row`` is id, slug, uuid, created_at, removed_at, state, and the columns of a calm one."""
        check_id, slug, uuid, created, removed, document, *_ = row
        state: CheckState | None = None
        wrong = ""
        if document is not None:
            content = document if isinstance(document, bytes) else str(document).encode()
            state, wrong = read_state(content, self._shared)
        if wrong:
            lost = "it is watched as a new one" if state is None else "what is wrong in it is left out"
            self._aside.put(f"the state of {slug}", f"{wrong}; {lost}", document)
        n_pings, n_incidents = (0, 0) if state is not None else self._counted(integer(check_id))
        return StoredCheck(
            id=integer(check_id),
            slug=str(slug),
            uuid=str(uuid),
            created_at=self._instant_or(created, _BEGINNING),
            removed_at=None if removed is None else self._instant_or(removed, None),
            state=state,
            n_pings=n_pings,
            n_incidents=n_incidents,
            mended=bool(wrong),
        )

    def _instant_or(self, value: object, default: T) -> datetime | T:
        try:
            return self._instants[integer(value)]
        except (ValueError, TypeError):
            return default


def deploy_row(deploy: Deploy) -> Row:
    return deploy.key, stored(deploy.begun_at), _encode(deploy).decode()


def read_deploy(key: object, text: object, aside: Aside) -> Deploy | None:
    try:
        return _decode_deploy(str(text))
    except (ValueError, TypeError) as error:
        forget = "DELETE FROM deploys WHERE key IS ?", (key,)
        aside.put("a deploy", f"{error}; it is forgotten", str(text), forget)
        return None


def snooze_row(snooze: Snooze) -> Row:
    return snooze.scope, snooze.target, stored(snooze.until), snooze.by, snooze.note, snooze.source


def read_snooze(row: Sequence[object], aside: Aside) -> Snooze | None:
    scope, target, until, by, note, source = row
    try:
        given = {"scope": scope, "target": target, "until": read(integer(until))}
        return msgspec.convert({**given, "by": str(by), "note": str(note), "source": str(source)}, Snooze)
    except (ValueError, TypeError) as error:
        forget = (
            "DELETE FROM snoozes WHERE scope IS ? AND target IS ? AND source IS ?",
            (scope, target, source),
        )
        aside.put(f"the snooze of {target or 'everything'}", f"{error}; it is over", repr(row), forget)
        return None


def ping_row(check_id: int, ping: PingRow) -> Row:
    return (
        check_id,
        ping.n,
        ping.kind,
        stored(ping.at),
        stored(ping.received_at),
        ping.method,
        ping.scheme,
        ping.remote_addr,
        ping.ua,
        ping.rid,
        ping.exit_status,
        ping.run,
        ping.body_size or len(ping.body),
        *(_NO_RUN if ping.whole is None else _whole_run(ping.whole)),
    )


_NO_RUN: Row = (*(None,) * 6, "")


def _whole_run(run: Run) -> Row:
    """What a run without a start has that its ping does not tell."""
    return (
        run.outcome,
        stored_or_none(run.slot),
        None if run.duration is None else run.duration // _MICROSECOND,
        _metrics(run.metrics),
        int(run.duplicate),
        run.detail,
        run.proof,
    )


def revised_row(check_id: int, run: Run) -> Row:
    """How a run that is kept with its ping ended, after all."""
    return run.outcome, run.detail, run.proof, check_id, run.n


def _metrics(metrics: Mapping[str, float]) -> str:
    return _encode(dict(metrics)).decode() if metrics else "{}"


def run_row(check_id: int, run: Run) -> Row:
    return (
        check_id,
        run.n,
        None if run.rid is None else str(run.rid),
        stored_or_none(run.started_at),
        stored_or_none(run.ended_at),
        stored_or_none(run.slot),
        run.outcome,
        None if run.duration is None else run.duration // _MICROSECOND,
        run.exit_status,
        _metrics(run.metrics),
        run.overlaps,
        int(run.duplicate),
        run.detail,
        int(run.catch_up),
        run.proof,
    )


def incident_row(check_id: int, incident: Incident) -> Row:
    acknowledged = incident.acknowledgement
    return (
        check_id,
        incident.n,
        incident.reason,
        stored(incident.started_at),
        stored_or_none(incident.ended_at),
        incident.detail,
        _encode([stored(instant) for instant in incident.missed]).decode(),
        incident.missed_count,
        None if acknowledged is None else stored(acknowledged.at),
        "" if acknowledged is None else acknowledged.by,
        "" if acknowledged is None else acknowledged.note,
        incident.closed_by,
        stored_or_none(incident.failing_since),
    )


def flip_row(check_id: int, flip: Flip) -> Row:
    return check_id, stored(flip.at), flip.before, flip.after, flip.reason, flip.detail


def outbox_row(row: OutboxRow) -> Row:
    created = stored(row.created_at)
    begin = created if row.not_before is None else stored(row.not_before)
    return row.check_id, row.hook, row.alert, created, begin


class StoredRun(Struct, frozen=True):
    """A run as read back: run ids are text, metrics a dictionary."""

    n: int
    rid: str | None
    started_at: datetime | None
    ended_at: datetime | None
    slot: datetime | None
    outcome: Outcome
    duration: timedelta | None
    exit_status: int | None
    metrics: Mapping[str, float]
    overlaps: int | None
    duplicate: bool
    detail: str
    catch_up: bool = False
    proof: str = ""


def _read_metrics(text: str) -> Mapping[str, float]:
    try:
        return _decode_metrics(text)
    except msgspec.DecodeError:  # with NaN or Infinity in it, from before those were no metrics
        return {}


RUN_COLUMNS = (
    "n, rid, started_at, ended_at, slot, outcome, duration, exit_status, metrics, overlaps, duplicate,"
    " detail, catch_up, proof"
)


def read_run(row: tuple[object, ...]) -> StoredRun:
    n, rid, started, ended, slot, outcome, duration, exit_status, metrics, overlaps, duplicate, *rest = row
    detail, catch_up, proof = rest
    return StoredRun(
        n=integer(n),
        rid=None if rid is None else str(rid),
        started_at=read_or_none(_int_or_none(started)),
        ended_at=read_or_none(_int_or_none(ended)),
        slot=read_or_none(_int_or_none(slot)),
        outcome=Outcome(str(outcome)),
        duration=None if duration is None else timedelta(microseconds=integer(duration)),
        exit_status=_int_or_none(exit_status),
        metrics=_read_metrics(str(metrics)),
        overlaps=_int_or_none(overlaps),
        duplicate=bool(duplicate),
        detail=str(detail),
        catch_up=bool(catch_up),
        proof=str(proof),
    )


INCIDENT_COLUMNS = (
    "n, reason, started_at, ended_at, detail, missed, missed_count, acknowledged_at, acknowledged_by, note,"
    " closed_by, failing_since"
)


def read_incident(row: tuple[object, ...]) -> Incident:
    n, reason, started, ended, detail, missed, missed_count, acknowledged_at, by, note, *rest = row
    closed_by, failing_since = rest
    acknowledged = None
    if acknowledged_at is not None:
        acknowledged = Acknowledgement(at=read(integer(acknowledged_at)), by=str(by), note=str(note))
    return Incident(
        n=integer(n),
        reason=Reason(str(reason)),
        started_at=read(integer(started)),
        ended_at=read_or_none(_int_or_none(ended)),
        detail=str(detail),
        missed=tuple(read(value) for value in _decode_missed(str(missed))),
        missed_count=integer(missed_count),
        acknowledgement=acknowledged,
        closed_by=str(closed_by),
        failing_since=read_or_none(_int_or_none(failing_since)),
    )


def read_flip(row: tuple[object, ...]) -> Flip:
    at, before, after, reason, detail = row
    return Flip(
        at=read(integer(at)),
        before=Status(str(before)),
        after=Status(str(after)),
        reason=None if reason is None else Reason(str(reason)),
        detail=str(detail),
    )


def integer(value: object) -> int:
    """A column that SQLite keeps as an integer."""
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no integer")
    return value


def _int_or_none(value: object) -> int | None:
    return None if value is None else integer(value)
