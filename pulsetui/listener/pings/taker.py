"""Gives pings to the engine and its receipts back to the senders, whatever dialect they speak."""

from __future__ import annotations

from pulsetui.listener import answers
from pulsetui.listener.browser import Guard
from pulsetui.listener.http.message import Request, Respond
from pulsetui.listener.pings.dialect import Declined, Reading, Understood, forbidden
from pulsetui.listener.pings.origin import remote, user_agent
from pulsetui.monitor.pings.refusals import NOT_CREATED, UNKNOWN_CHECK
from pulsetui.monitor.sink import PingSink, Receipt, Refused

_SEEN = {
    Receipt.UNKNOWN: UNKNOWN_CHECK,
    Receipt.REFUSED: NOT_CREATED,
    Receipt.FULL: f"{NOT_CREATED}: too many",
    Receipt.TOO_FAST: f"{NOT_CREATED}: too fast",
}


class PingTaker:
    """Takes what a dialect has read."""

    def __init__(self, sink: PingSink, guard: Guard) -> None:
        self._sink = sink
        self._guard = guard

    def take(self, request: Request, respond: Respond, reading: Reading) -> None:
        """Answers once, when the ping has been committed."""
        if isinstance(reading, Declined):
            self.decline(request, respond, reading)
            return
        ping = reading.ping
        if ping.create and (declined := self._against_making(request, ping.slug or "")) is not None:
            self.decline(request, respond, declined)
            return
        for flaw in reading.flaws:
            self._sink.reject(flaw)
        self._sink.receive(ping, _Answer(self._sink, respond, reading))

    def decline(self, request: Request, respond: Respond, declined: Declined) -> None:
        """Answers and counts."""
        response, name = declined.response, declined.name
        near = ""
        if name:
            address, _scheme = remote(request)
            near = self._sink.refuse(
                Refused(name=name, why=declined.why, remote_addr=address, ua=user_agent(request))
            )
        elif declined.why:
            self._sink.reject(declined.why)
        if near and declined.did_you_mean is not None:
            response = declined.did_you_mean(near)
        respond(response)

    def _against_making(self, request: Request, slug: str) -> Declined | None:
        """Why no check may be made of that slug for this request, if there is none yet."""
        if self._sink.knows(slug):
            return None
        why = self._guard.against_change(request)
        return forbidden(request, why, slug) if why else None


class _Answer:
    """Carries a receipt back to its request."""

    __slots__ = ("_reading", "_respond", "_sink")

    def __init__(self, sink: PingSink, respond: Respond, reading: Understood) -> None:
        self._sink = sink
        self._respond = respond
        self._reading = reading

    def __call__(self, receipt: Receipt) -> None:
        ping, known = self._reading.ping, self._reading.answers
        if receipt is Receipt.OK and not ping.notes:
            self._respond(known.ok)
            return
        answer, near = known.ok if receipt is Receipt.OK else known.others[receipt], ""
        if receipt in _SEEN:
            near = self._sink.refuse(
                Refused(
                    name=ping.slug or ping.uuid or "",
                    why=_SEEN[receipt],
                    remote_addr=ping.remote_addr,
                    ua=ping.ua,
                )
            )
        elif receipt is Receipt.BUSY:
            self._sink.reject("busy")
        if near and known.did_you_mean is not None and ping.slug is not None:
            answer = known.did_you_mean(near)
        self._respond(answers.noted(answer, ping.notes))
