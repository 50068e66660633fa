"""What a dialect of pings is: the paths, words and answers of one service, read as a ping of ours.

A new one is a module beside this one and a line in ``dialects``. What dialects have in common stands in
``incoming`` (what comes with any request) and ``usual_form`` (``<check>[/action]?rid=…``). A dialect only
reads: what a web page may not do, the engine and the answer are left to ``taker``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from pulsetui.listener import answers
from pulsetui.listener.browser import Guard, refusal
from pulsetui.listener.http.message import Request, Response
from pulsetui.monitor.sink import IncomingPing, PingSink, Receipt


class Answers(Struct, frozen=True):
    """How a dialect's clients are answered: some compare every byte, some want JSON, some another status."""

    ok: Response
    others: Mapping[Receipt, Response]  # to every other receipt
    did_you_mean: Callable[[str], Response] | None = None  # instead, where a slug is near an unknown one


USUAL_ANSWERS = Answers(answers.OK, answers.OTHERS, answers.did_you_mean)


class Understood(Struct, frozen=True):
    """A request that is a ping."""

    ping: IncomingPing
    answers: Answers = USUAL_ANSWERS
    flaws: Sequence[str] = ()  # what of it could not be used, each one of a fixed few: to be counted


class Declined(Struct, frozen=True):
    """A request in this dialect that is not a ping, or may not be one, with its answer.

    ``why`` is one of a fixed few, never text from the request; "" when it was none of our business and is not
    to be counted. ``name`` is the slug or uuid that it asked for, where it has one. ``did_you_mean`` makes
    the answer where a slug is near, if the sender may learn it.
    """

    response: Response
    why: str
    name: str = ""
    did_you_mean: Callable[[str], Response] | None = None


Reading = Understood | Declined


class Desk(Struct, frozen=True):
    """What a dialect reads with: which checks and keys there are, what web pages may do, and whether a ping
    must prove itself by key or uuid."""

    sink: PingSink
    guard: Guard
    require_key: bool


class Dialect(Protocol):
    """One of them, made from a Desk."""

    @property
    def first_segments(self) -> Collection[str] | None:
        """First segments of the paths that it may claim; None when it can be any. A dialect that names the
        segment is asked even where a page of ours has it, and leaves that page alone."""

    def read(self, request: Request, segments: Sequence[str]) -> Reading | None:
        """The request as a ping; None when it is not in this dialect, and the next one is asked.

        ``segments`` are those of the path, decoded: at least one, which may be empty. Nothing is counted or
        changed by it.
        """


MakeDialect = Callable[[Desk], Dialect]


def forbidden(request: Request, why: str, name: str) -> Declined:
    """Refuses what a web page asked for."""
    return Declined(answers.forbidden(refusal(why, request)), why, name)
