"""A report on its way to the engine, and what became of it."""

from __future__ import annotations

import os
import time

from pulsetui.core.text.printable import printable
from pulsetui.errors import UsageError
from pulsetui.job.run_id import inherited_catch_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_BODY = 100_000
"""Bytes of a body that the engine keeps."""

MAX_SENT = 2_000_000
"""Bytes of a body that are sent: what the engine searches for numbers besides, and a word on what was cut."""

_METRIC = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")
_NOT_FIRST = frozenset("0123456789.-")
_MAX_METRIC_LENGTH = 64
_HEX = frozenset("0123456789abcdef")

SENT = "sent"
SPOOLED = "spooled"  # kept on disk until an engine takes it in
UNKNOWN = "unknown"  # the engine has no such check
REFUSED = "refused"  # the engine will never take it
UNREACHABLE = "unreachable"  # no answer, or "not now"
ELSEWHERE = "elsewhere"  # what answered is not the engine that may have it
LOST = "lost"  # no answer, and it could not be kept


class PingReport:
    """One ping as the job means it.

    ``kind`` is ``success``, ``start``, ``fail``, ``skip`` or ``log``; an ``exit_status`` decides between
    success and fail on its own, but a skip stays one. ``duration`` is in seconds, as measured beside the job.
    ``at_ns`` is when it happened (Unix time in nanoseconds), ``rid`` a canonical uuid. ``id`` tells this
    report from every other: an engine that gets it twice, by HTTP and out of the spool, counts it once.
    ``unread`` are metrics that are not numbers, as they were written: the engine says so in the alarm.
    ``is_kept``: it comes out of the spool. ``keeps_end``: of a long body the engine is to keep the end, not
    the beginning. ``is_progress``: a log that says how far its run is, in words and in percent
    (``progress``). ``create`` are keys of the check (its schedule, ``grace``), with which the engine makes it
    if it has none of that slug. ``catch_up`` is the missed slot (ISO 8601) that its run makes up for, "" for
    none; None leaves it to the ``pulsetui run`` around this process.
    """

    __slots__ = (
        *("at_ns", "body", "duration", "exit_status", "id", "is_kept", "kind", "metrics", "rid", "slug"),
        *("catch_up", "create", "is_progress", "keeps_end", "progress", "unread"),
    )

    def __init__(
        self,
        *,
        slug: str,
        kind: str = "success",
        rid: str | None = None,
        exit_status: int | None = None,
        metrics: Sequence[tuple[str, float]] = (),
        body: bytes = b"",
        at_ns: int | None = None,
        duration: float | None = None,
        unread: Sequence[tuple[str, str]] = (),
        progress: float | None = None,
        create: Sequence[tuple[str, str]] = (),
        catch_up: str | None = None,
        id: str = "",  # noqa: A002 - the field's name
    ) -> None:
        self.slug = slug
        told = exit_status is None or kind == "skip"
        self.kind = kind if told else ("fail" if exit_status else "success")
        self.rid = rid
        self.exit_status = exit_status
        self.metrics = tuple(metrics)
        self.unread = tuple(unread)
        self.body = body[:MAX_SENT]
        self.duration = duration
        self.progress = progress
        self.create = tuple(create)
        self.catch_up = inherited_catch_up(slug) if catch_up is None else catch_up
        self.id = id or os.urandom(16).hex()
        self.is_kept = False
        self.keeps_end = False
        self.is_progress = False
        self.at_ns = time.time_ns() if at_ns is None else at_ns


class SendResult:
    """What became of a report: ``state`` is one of the words above, ``message`` says more (for a person), and
    ``is_urgent`` that a person must hear of it, since nothing will happen by itself."""

    __slots__ = ("is_urgent", "message", "state")

    def __init__(self, state: str, message: str = "", *, is_urgent: bool = False) -> None:
        self.state = state
        self.message = message
        self.is_urgent = is_urgent


def check_rid(text: str) -> str:
    """``text`` as a canonical lowercase uuid, else UsageError."""
    lowered = text.lower()
    parts = lowered.split("-")
    if [len(part) for part in parts] == [8, 4, 4, 4, 12] and _HEX.issuperset(lowered.replace("-", "")):
        return lowered
    raise UsageError(
        f"--rid {printable(text, 60)!r} is not a valid run id: write a uuid with its dashes,"
        " as uuidgen prints it"
    )


def is_metric_name(text: str) -> bool:
    """Whether ``text`` may name a metric: a letter or _ first, then letters, digits, _ . -, at most 64."""
    return 0 < len(text) <= _MAX_METRIC_LENGTH and _METRIC.issuperset(text) and text[0] not in _NOT_FIRST
