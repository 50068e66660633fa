"""What comes with a ping in whatever dialect: who sent it, its body, and what its query says of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from pulsetui.core import storable
from pulsetui.core.state.ping import NO_METRICS, NO_REASONS
from pulsetui.core.state.status import PingKind
from pulsetui.core.text.number import number
from pulsetui.listener.http.message import Query, Request
from pulsetui.listener.pings import extras
from pulsetui.listener.pings.origin import remote, user_agent
from pulsetui.listener.pings.outcome import Say, outcome
from pulsetui.monitor.sink import IncomingPing, report_id, split_body

Action = tuple[PingKind, int | None]
"""What the path says of a run, with the exit status if it was one."""

_MAX_AT_DIGITS = 20  # digits
_FULL = 100.0  # percent
_MAX_NOTES = 5  # of one ping
_NOT_WELL = (PingKind.FAIL, PingKind.LOG, PingKind.SKIP)


class Said(Struct, frozen=True):
    """What a ping says of its run. ``notes`` are sentences for the sender and the person, ``flaws`` the same
    in fixed words: what could not be used."""

    kind: PingKind
    exit_status: int | None
    metrics: Mapping[str, float]
    unread: Mapping[str, str]
    duration: timedelta | None
    notes: Sequence[str]
    flaws: Sequence[str]


_NOTHING_MORE = Said(PingKind.SUCCESS, None, NO_METRICS, NO_REASONS, None, (), ())
"""A plain heartbeat: nearly all pings."""


def said(request: Request, action: Action | None) -> Said:
    """By the path (``action``) and the query, whose words are those of all dialects."""
    if action is None and not request.query_string:
        return _NOTHING_MORE
    kind, exit_status = action or (PingKind.SUCCESS, None)
    if not request.query_string:
        return Said(kind, exit_status, NO_METRICS, NO_REASONS, None, (), ())
    query: Query = request.query
    notes: list[str] = []
    flaws: list[str] = []
    say, reject = notes.append, flaws.append
    if action is None:
        kind, exit_status = outcome(query, reject, say)
    elif kind is PingKind.SUCCESS:
        known, status = outcome(query, reject, say)
        if known in _NOT_WELL:  # never read over
            kind, exit_status = known, status
    elif kind is PingKind.SKIP:
        _, exit_status = outcome(query, _ignore, _ignore)  # the exit code that says "nothing to do"
    metrics, unread = extras.metrics(query, reject, say)
    duration = extras.duration(query, reject, say)
    return Said(kind, exit_status, metrics, unread, duration, notes, flaws)


def incoming(
    request: Request,
    said: Said,
    *,
    uuid: str | None = None,
    slug: str | None = None,
    create: bool = False,
    definition: Mapping[str, str] = NO_REASONS,
    rid: UUID | None = None,
) -> IncomingPing:
    """The ping of a check, which ``uuid`` or ``slug`` names."""
    headers = request.headers
    address, scheme = remote(request)
    body, rest, keeps_end = request.body, request.rest, False
    if rest and headers.get(b"pulsetui-keep") == b"end":
        body, rest = split_body(body + rest, keeps_end=True)
        keeps_end = True
    report = headers.get(b"pulsetui-report")
    notes = [*said.notes]
    given = headers.get(b"pulsetui-at")
    return IncomingPing(
        kind=said.kind,
        uuid=uuid,
        slug=slug,
        create=create,
        definition=definition,
        rid=rid,
        exit_status=said.exit_status,
        metrics=said.metrics,
        unread=said.unread,
        duration=said.duration,
        body=body,
        rest=rest,
        keeps_end=keeps_end,
        body_size=request.body_size if request.body_size > len(request.body) else 0,
        method=request.method,
        scheme=scheme,
        remote_addr=address,
        ua=user_agent(request),
        at=None if given is None else _kept_at(given, notes.append),
        progress=_progress(request.query) if said.kind is PingKind.LOG and request.query_string else None,
        notes=tuple(notes[:_MAX_NOTES]),
        report="" if report is None else report_id(report.decode("latin-1")),
    )


def _progress(query: Query) -> str | None:
    """``progress=40``: in percent; None when the ping does not speak of it."""
    if "progress" not in query:
        return None
    percent = number(query["progress"][-1].removesuffix("%"))
    return f"{percent:g}%" if percent is not None and 0 <= percent <= _FULL else ""


def _ignore(flaw: str) -> None:
    """For what changes nothing."""


def _kept_at(text: bytes, say: Say) -> datetime | None:
    """When a report that ``pulsetui ping`` or ``run`` had to keep happened: nanoseconds since 1970.

    Anybody who may ping may say so: a report never speaks for a later instant than that at which it came.
    """
    try:
        if text.isdigit() and len(text) <= _MAX_AT_DIGITS:
            return storable.instant(
                datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(text) // 1000)
            )
    except (OverflowError, storable.UnstorableError):
        pass
    say("the instant of a kept report cannot be read: it counts as of now")
    return None
