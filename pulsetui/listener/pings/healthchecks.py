"""The Healthchecks ping dialect: uuids, and ping key with slug.

The answers and the order of the errors are Healthchecks' own: an unknown check is 404 before anything else
is looked at, then an exit status above 255, then the run id.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from pulsetui.core import storable
from pulsetui.core.state.check import NEW_SLUG, SLUG
from pulsetui.core.state.ping import NO_METRICS, NO_REASONS
from pulsetui.core.state.status import PingKind
from pulsetui.listener import answers
from pulsetui.listener.browser import Guard, refusal
from pulsetui.listener.http.message import Request, Respond, Response
from pulsetui.listener.pings import extras
from pulsetui.listener.pings.origin import remote, user_agent
from pulsetui.listener.pings.outcome import Say, outcome
from pulsetui.monitor.pings.refusals import NOT_CREATED, UNKNOWN_CHECK
from pulsetui.monitor.pings.sink import IncomingPing, PingSink, Receipt, Refused, report_id, split_body

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_UUID_LENGTH = 36
_RID = re.compile(_UUID.pattern, re.IGNORECASE)
_UPPER = re.compile(r"(?=[^A-Z]*[A-Z])[A-Za-z0-9_-]{1,100}")
_MAX_STATUS = 255
_MAX_AT_DIGITS = 20  # digits
_MAX_NOTES = 5  # of one ping
_TOO_LARGE_STATUS = 256  # stands for every larger one

# ``success`` is not Healthchecks' own word, but a handful of services with this shape have it.
_ACTIONS = {
    "start": (PingKind.START, None),
    "fail": (PingKind.FAIL, None),
    "log": (PingKind.LOG, None),
    "success": (PingKind.SUCCESS, None),
}
_SEEN = {
    Receipt.UNKNOWN: UNKNOWN_CHECK,
    Receipt.REFUSED: NOT_CREATED,
    Receipt.FULL: f"{NOT_CREATED}: too many",
    Receipt.TOO_FAST: f"{NOT_CREATED}: too fast",
}

Action = tuple[PingKind, int | None]
"""What the path says of a run, with the exit status if it was one."""


def is_uuid(text: str) -> bool:
    """Canonical lower-case dashed form: the only one that names a check."""
    return len(text) == _UUID_LENGTH and _UUID.fullmatch(text) is not None


def is_upper(text: str) -> bool:
    """Whether it would be a slug but for its capital letters; Healthchecks tells that from what is none."""
    return _UPPER.fullmatch(text) is not None


def _why(upper: bool) -> str:
    return "bad url" if upper else "unknown path"


def action_of(text: str) -> Action | None:
    """The action that a path segment names; None when it names none."""
    action = _ACTIONS.get(text)
    if action is None and text.isdecimal() and text.isascii():
        digits = text.lstrip("0")
        status = int(digits or "0") if len(digits) <= 3 else _TOO_LARGE_STATUS
        return (PingKind.FAIL if status else PingKind.SUCCESS), status
    return action


def _run_of_series(series: str) -> UUID:
    """Cronitor's run id, which may be any text: the same text is the same run."""
    return UUID(series) if _RID.fullmatch(series) else uuid5(NAMESPACE_URL, series)


def _kept_at(text: bytes, say: Say) -> datetime | None:
    """When a report that ``pulsetui ping`` or ``run`` had to keep happened: nanoseconds since 1970.

    Whoever may ping may say so: a report never speaks for a later instant than that at which it came.
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


class PingTaker:
    """Turns requests that name a check into arrivals, and receipts into answers."""

    def __init__(self, intake: PingSink, guard: Guard) -> None:
        self._intake = intake
        self._guard = guard

    def by_uuid(self, request: Request, respond: Respond, code: str, rest: Sequence[str]) -> None:
        """``<uuid>[/action]``; ``rest`` are the segments after the uuid."""
        action = None
        if rest:
            action = action_of(rest[0])
            if action is None or len(rest) > 1:
                upper = len(rest) == 1 and is_upper(rest[0])
                self.refuse(request, respond, answers.BAD_URL if upper else answers.NOT_FOUND, _why(upper))
                return
        self._take(request, respond, action, code=code)

    def by_slug(self, request: Request, respond: Respond, slug: str, action: Action | None) -> None:
        """A slug that the request is allowed to name."""
        if SLUG.fullmatch(slug) is None:
            upper = is_upper(slug)
            answer = answers.BAD_URL if upper else answers.NOT_FOUND
            self.refuse(request, respond, answer, _why(upper), slug)
            return
        self._take(request, respond, action, slug=slug)

    def refuse(
        self,
        request: Request,
        respond: Respond,
        response: Response,
        why: str,
        name: str = "",
        *,
        hint: bool = False,
    ) -> None:
        """Answers and counts. ``why`` is one of a fixed few, never text from the request; ``name`` is the
        slug or uuid that it asked for, where it has one. ``hint``: the sender may learn the nearest slug."""
        if not name:
            self._intake.reject(why)
            respond(response)
            return
        address, _scheme = remote(request)
        near = self._intake.refuse(Refused(name=name, why=why, remote_addr=address, ua=user_agent(request)))
        respond(answers.did_you_mean(near) if near and hint else response)

    def forbid(self, request: Request, respond: Respond, why: str, name: str) -> None:
        """Refuses what a web page asked for."""
        self.refuse(request, respond, answers.forbidden(refusal(why, request)), why, name)

    def _may_make(self, request: Request, respond: Respond, slug: str) -> bool:
        """Whether a check may be made of that slug, if there is none; refuses it when not."""
        if self._intake.knows(slug):
            return True
        if NEW_SLUG.fullmatch(slug) is None:
            self.refuse(request, respond, answers.BAD_URL, "bad url", slug)
        elif why := self._guard.against_change(request):
            self.forbid(request, respond, why, slug)
        else:
            return True
        return False

    def _take(
        self,
        request: Request,
        respond: Respond,
        action: Action | None,
        *,
        code: str = "",
        slug: str | None = None,
    ) -> None:
        if action is not None and (action[1] or 0) > _MAX_STATUS:
            self._refuse_known(request, respond, answers.BAD_URL, "bad url", code, slug)
            return
        rid = None
        create = False
        if request.query_string:
            query = request.query  # of equal names the last counts, as in Healthchecks
            create = slug is not None and "create" in query and query["create"][-1] == "1"
            if "rid" in query:
                given = query["rid"][-1]
                if _RID.fullmatch(given) is None:
                    self._refuse_known(request, respond, answers.BAD_RID, "bad rid", code, slug)
                    return
                rid = UUID(given)
            elif "series" in query and (series := query["series"][-1]):
                rid = _run_of_series(series)
        if create and slug is not None and not self._may_make(request, respond, slug):
            return
        arrival = self._arrival(request, action, code or None, slug, create=create, rid=rid)
        self._intake.receive(arrival, _Answer(self._intake, respond, arrival))

    def _arrival(
        self,
        request: Request,
        action: Action | None,
        uuid: str | None,
        slug: str | None,
        *,
        create: bool,
        rid: UUID | None,
    ) -> IncomingPing:
        kind, exit_status = action or (PingKind.SUCCESS, None)
        metrics, unread = NO_METRICS, NO_REASONS
        duration = None
        notes: list[str] = []
        if request.query_string:
            query, reject, say = request.query, self._intake.reject, notes.append
            if action is None:
                kind, exit_status = outcome(query, reject, say)
            elif kind is PingKind.SUCCESS:
                said, status = outcome(query, reject, say)
                if said in (PingKind.FAIL, PingKind.LOG):  # what is not well is never read over
                    kind, exit_status = said, status
            metrics, unread = extras.metrics(query, reject, say)
            duration = extras.duration(query, reject, say)
        address, scheme = remote(request)
        report = request.headers.get(b"pulsetui-report")
        body, rest, keeps_end = request.body, request.rest, False
        if rest and request.headers.get(b"pulsetui-keep") == b"end":
            body, rest = split_body(body + rest, keeps_end=True)
            keeps_end = True
        told = request.headers.get(b"pulsetui-at")
        at = None if told is None else _kept_at(told, notes.append)
        return IncomingPing(
            kind=kind,
            uuid=uuid,
            slug=slug,
            create=create,
            rid=rid,
            exit_status=exit_status,
            metrics=metrics,
            unread=unread,
            duration=duration,
            body=body,
            rest=rest,
            keeps_end=keeps_end,
            body_size=request.body_size if request.body_size > len(request.body) else 0,
            method=request.method,
            scheme=scheme,
            remote_addr=address,
            ua=user_agent(request),
            at=at,
            notes=tuple(notes[:_MAX_NOTES]) if notes else (),
            report="" if report is None else report_id(report.decode("latin-1")),
        )

    def _refuse_known(
        self, request: Request, respond: Respond, response: Response, why: str, code: str, slug: str | None
    ) -> None:
        """An error of a request for a known check, or for one that it would make; an unknown one is not
        found, whatever else is wrong."""
        if slug is None:
            known, name = self._intake.knows_uuid(code), code
        else:
            known, name = self._intake.knows(slug) or request.last("create") == "1", slug
        if known:
            self.refuse(request, respond, response, why, name)
        else:
            hint = slug is not None
            self.refuse(request, respond, answers.NOT_FOUND, UNKNOWN_CHECK, name, hint=hint)


class _Answer:
    """Carries a receipt back to its request."""

    __slots__ = ("_arrival", "_intake", "_respond")

    def __init__(self, intake: PingSink, respond: Respond, arrival: IncomingPing) -> None:
        self._intake = intake
        self._respond = respond
        self._arrival = arrival

    def __call__(self, receipt: Receipt) -> None:
        if receipt is Receipt.OK and not self._arrival.notes:  # the usual one, without hashing an enum
            self._respond(answers.OK)
            return
        arrival, answer, near = self._arrival, answers.BY_RECEIPT[receipt], ""
        if receipt in _SEEN:
            near = self._intake.refuse(
                Refused(
                    name=arrival.slug or arrival.uuid or "",
                    why=_SEEN[receipt],
                    remote_addr=arrival.remote_addr,
                    ua=arrival.ua,
                )
            )
        elif receipt is Receipt.BUSY:
            self._intake.reject("busy")
        if near and arrival.slug is not None:
            answer = answers.did_you_mean(near)
        self._respond(answers.noted(answer, arrival.notes))
