"""How a ping enters the engine, whatever dialect it was spoken in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol
from uuid import UUID

from msgspec import Struct, field

from pulsetui.core.state.ping import NO_METRICS, NO_REASONS
from pulsetui.core.state.status import PingKind
from pulsetui.core.text.output import KEPT

MAX_BODY = KEPT
"""Bytes of a body that are kept; the rest is read and dropped."""


DEFINABLE = ("every", "cron", "calendar", "timezone", "grace")
"""Keys of a check's table that a ping may bring for a check that it makes: when it runs, and no more."""

_REPORT_ID = re.compile(r"[0-9a-f]{32}")


def split_body(whole: bytes, *, keeps_end: bool) -> tuple[bytes, bytes]:
    """What of a body is kept, and the rest that is searched besides."""
    if keeps_end:
        cut = max(len(whole) - MAX_BODY, 0)
        return whole[cut:], whole[:cut]
    return whole[:MAX_BODY], whole[MAX_BODY:]


def report_id(text: str) -> str:
    """The id that a client gave its report; empty when it is none of ours and says nothing."""
    return text if _REPORT_ID.fullmatch(text) else ""


class IncomingPing(Struct, frozen=True, kw_only=True):
    """One ping as it came in, already translated and authorised by its dialect.

    Exactly one of ``uuid`` and ``slug`` names the check.
    """

    kind: PingKind
    uuid: str | None = None  # canonical
    slug: str | None = None
    create: bool = False  # make the check when the slug is unknown
    definition: Mapping[str, str] = field(default_factory=lambda: NO_REASONS)
    # ^ with these keys of its table in checks.toml; a check that is there stays as it is
    rid: UUID | None = None
    exit_status: int | None = None
    metrics: Mapping[str, float] = field(default_factory=lambda: NO_METRICS)
    unread: Mapping[str, str] = field(default_factory=lambda: NO_REASONS)
    # ^ metrics that came and could not be read: why, in words
    duration: timedelta | None = None
    body: bytes = b""  # at most MAX_BODY
    rest: bytes = b""  # the end of what followed it, which is searched for metrics and not kept
    keeps_end: bool = False  # body is the end of what came, and rest what was before it
    body_size: int = 0  # bytes that came, those between body and rest included; 0 when nothing was cut
    method: str = ""
    scheme: str = "http"
    remote_addr: str = ""
    ua: str = ""  # at most 200 characters
    at: datetime | None = None  # when it happened, if not now (spool)
    progress: str | None = None  # of a log: how far its run is, in percent ("40%", "" when it did not say)
    notes: tuple[str, ...] = ()  # what of it could not be used, in sentences for the person; few and cleaned
    catch_up: datetime | None = None  # the missed slot that its run makes up for
    report: str = ""  # the id of a report that may come again, by HTTP or out of the spool; it counts once


class Refused(Struct, frozen=True, kw_only=True):
    """A ping that was not taken, and what it named. Texts are unsafe and may be long."""

    name: str  # a slug or uuid, never a key
    why: str  # one of a fixed few
    remote_addr: str = ""
    ua: str = ""


class Receipt(Enum):
    """What became of an arrival."""

    OK = "ok"  # committed to disk (ignored ones too)
    CREATED = "created"  # the check was made, the ping is committed
    UNKNOWN = "unknown"  # no such check
    REFUSED = "refused"  # create=1 could not make the check (the configuration cannot be written)
    FULL = "full"  # create=1 makes no further check: there are as many as it may make
    TOO_FAST = "too fast"  # create=1 has made too many just now
    BUSY = "busy"  # the store cannot take it now: nothing was recorded


class ApiKeys(Struct, frozen=True, kw_only=True):
    """``full`` keys allow everything: the state directory's, for whoever may read it there, and the
    configured one. ``read_only`` keys allow no commands."""

    full: Sequence[str]
    read_only: Sequence[str] = ()


OnReceipt = Callable[[Receipt], None]


class PingSink(Protocol):
    """The engine's door. Every method is called on the engine's event loop and does not block."""

    def receive(self, arrival: IncomingPing, done: OnReceipt) -> None:
        """Takes a ping. ``done`` is called exactly once, on the loop: at once when the check is unknown or
        the queue is full, else after the commit."""

    def reject(self, why: str) -> None:
        """Counts a request that was not a ping we know: shown on the screen by ``why``."""

    def refuse(self, refused: Refused) -> str:
        """Counts a ping that is refused, and remembers its name for the person. Returns the slug that was
        probably meant; "" when none is near."""

    def turned_away(self) -> None:
        """A connection was answered 503 unread, since all that there is room for wait for the store: the ping
        may have been anybody's."""

    def knows(self, slug: str) -> bool:
        """Whether a check has this slug."""

    def knows_uuid(self, uuid: str) -> bool:
        """Whether a check has this uuid."""

    def ping_keys(self) -> Sequence[str]:
        """Each allows pings by slug: the one of this host's own jobs, and the configured one."""

    def hosts(self) -> Sequence[str]:
        """Names that the listener has beside this host's own, for requests of browsers and of the API."""

    def state_id(self) -> str:
        """Tells this state directory from every other: jobs that may report to no other engine ask for it."""

    def api_keys(self) -> ApiKeys:
        """Who may use the API."""
