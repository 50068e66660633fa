"""The Healthchecks ping dialect: uuids, and ping key with slug.

The answers and the order of the errors are Healthchecks' own: an unknown check is 404 before anything else
is looked at, then an exit status above 255, then the run id.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import NAMESPACE_URL, UUID, uuid5

from pulsetui.core.check import SLUG
from pulsetui.core.ping import NO_METRICS, NO_REASONS
from pulsetui.core.status import PingKind
from pulsetui.listener import answers, extras
from pulsetui.listener.message import Request, Respond, Response
from pulsetui.listener.origin import remote, user_agent
from pulsetui.listener.outcome import outcome
from pulsetui.monitor.intake import Arrival, Intake, Receipt, report_id

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_UUID_LENGTH = 36
_RID = re.compile(_UUID.pattern, re.IGNORECASE)
_SLUG_ANY_CASE = re.compile(r"[A-Za-z0-9_-]{1,100}")
_LARGEST_STATUS = 255
_MOST_NOTES = 5  # of one ping
_TOO_LARGE_STATUS = 256  # stands for every larger one

# ``success`` is not Healthchecks' own word, but a handful of services with this shape have it.
_ACTIONS = {
    "start": (PingKind.START, None),
    "fail": (PingKind.FAIL, None),
    "log": (PingKind.LOG, None),
    "success": (PingKind.SUCCESS, None),
}
_SEEN = {
    Receipt.UNKNOWN: "unknown check",
    Receipt.REFUSED: "check not created",
    Receipt.BUSY: "busy",
}

Action = tuple[PingKind, int | None]
"""What the path says of a run, with the exit status if it was one."""


def is_uuid(text: str) -> bool:
    """Canonical lower-case dashed form: the only one that names a check."""
    return len(text) == _UUID_LENGTH and _UUID.fullmatch(text) is not None


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


class PingTaker:
    """Turns requests that name a check into arrivals, and receipts into answers."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def by_uuid(self, request: Request, respond: Respond, code: str, rest: Sequence[str]) -> None:
        """``<uuid>[/action]``; ``rest`` are the segments after the uuid."""
        action = None
        if rest:
            action = action_of(rest[0])
            if action is None or len(rest) > 1:
                self.refuse(respond, answers.NOT_FOUND, "unknown path")
                return
        self._take(request, respond, action, code=code)

    def by_slug(self, request: Request, respond: Respond, slug: str, action: Action | None) -> None:
        """A slug that the request is allowed to name."""
        if SLUG.fullmatch(slug) is None:
            if _SLUG_ANY_CASE.fullmatch(slug):
                self.refuse(respond, answers.BAD_URL, "bad url")
            else:
                self.refuse(respond, answers.NOT_FOUND, "unknown path")
            return
        self._take(request, respond, action, slug=slug)

    def refuse(self, respond: Respond, response: Response, why: str) -> None:
        """Answers and counts. ``why`` is one of a fixed few, never text from the request."""
        self._intake.reject(why)
        respond(response)

    def _take(
        self,
        request: Request,
        respond: Respond,
        action: Action | None,
        *,
        code: str = "",
        slug: str | None = None,
    ) -> None:
        if action is not None and (action[1] or 0) > _LARGEST_STATUS:
            self._refuse_known(respond, answers.BAD_URL, "bad url", code, slug)
            return
        rid = None
        create = False
        if request.query_string:
            create = slug is not None and request.last("create") == "1"
            given = request.last("rid")
            if given is not None:
                if _RID.fullmatch(given) is None:
                    self._refuse_known(respond, answers.BAD_RID, "bad rid", code, None if create else slug)
                    return
                rid = UUID(given)
            elif series := request.last("series"):
                rid = _run_of_series(series)
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
    ) -> Arrival:
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
        return Arrival(
            kind=kind,
            uuid=uuid,
            slug=slug,
            create=create,
            rid=rid,
            exit_status=exit_status,
            metrics=metrics,
            unread=unread,
            duration=duration,
            body=request.body,
            rest=request.rest,
            body_size=request.body_size if request.body_size > len(request.body) else 0,
            method=request.method,
            scheme=scheme,
            remote_addr=address,
            ua=user_agent(request),
            notes=tuple(notes[:_MOST_NOTES]),
            report="" if report is None else report_id(report.decode("latin-1")),
        )

    def _refuse_known(
        self, respond: Respond, response: Response, why: str, code: str, slug: str | None
    ) -> None:
        """An error of a request for a known check; an unknown one is not found, whatever else is wrong."""
        known = self._intake.knows_uuid(code) if code else slug is None or self._intake.knows(slug)
        if known:
            self.refuse(respond, response, why)
        else:
            self.refuse(respond, answers.NOT_FOUND, "unknown check")


class _Answer:
    """Carries a receipt back to its request."""

    __slots__ = ("_arrival", "_intake", "_respond")

    def __init__(self, intake: Intake, respond: Respond, arrival: Arrival) -> None:
        self._intake = intake
        self._respond = respond
        self._arrival = arrival

    def __call__(self, receipt: Receipt) -> None:
        if receipt is Receipt.OK and not self._arrival.notes:  # the usual one, without hashing an enum
            self._respond(answers.OK)
            return
        if receipt in _SEEN:
            self._intake.reject(_SEEN[receipt])
        self._respond(answers.noted(answers.BY_RECEIPT[receipt], self._arrival.notes))
