"""What is told to somebody, and the durable queue it waits in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from msgspec import Struct

from pulsetui.core.state.status import Reason, Status


class AlertEvent(StrEnum):
    """What happened."""

    DOWN = "down"  # a reminder, too
    UP = "up"  # recovered
    ACKNOWLEDGED = "acknowledged"  # only to hooks that pass it on: the others know by asking
    UNWATCHED = "unwatched"  # a digest: deadlines passed while PulseTUI was not running
    NOTE = "note"  # an overlap, a duplicate run, a job that flaps, a window that is announced
    TEST = "test"  # somebody tries the hook


class Alert(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One thing to tell. All text may come from outside: a hook cleans it for the place it goes to.

    ``title`` and ``body`` say all of it in words; the fields after them say it in parts, for a hook that has
    a place of its own for each. What does not apply, or is not known, is empty.
    """

    event: AlertEvent
    at: datetime  # of the flip, UTC
    title: str  # one line: "Sync invoices is overdue"
    body: str  # a few lines: since when, what was missed, what the job said last
    slug: str = ""  # empty for a digest
    name: str = ""
    status: Status | None = None
    reason: Reason | None = None
    tags: tuple[str, ...] = ()
    key: str = ""  # the same for all that is told of one incident, and of no other; empty without one
    since: datetime | None = None  # when the incident began: of several failures in a row, the first
    detail: str = ""  # what is wrong, in words
    missed: tuple[datetime, ...] = ()  # the scheduled instants without a report, oldest first; the first few
    missed_count: int = 0  # all of them
    last_success: datetime | None = None
    output: str = ""  # last line of what the job said last
    owner: str = ""  # whom to ask
    runbook: str = ""  # where it says what to do: a URL, or words
    reminder: int = 0  # the third reminder is 3; 0 for the first word
    down_for_s: float = 0.0  # seconds; of a recovery
    acknowledged_by: str = ""
    note: str = ""  # of the acknowledgement
    drill: bool = False  # nothing is wrong: somebody tries whether alerts arrive


OnAlert = Callable[[Alert], None]
"""Called from another thread; must return at once."""


Verb = Literal["acknowledge", "snooze"]
"""What can be answered to an alert."""


class Answer(Struct, frozen=True, kw_only=True):
    """What a person pressed in a message. ``by`` is who, as the other side names them; unsafe text."""

    verb: Verb
    key: str  # of the alert (Alert.key)
    by: str
    hook: str = ""  # by which way it came; the one who calls the hook fills it in


TakeAnswer = Callable[[Answer], Awaitable[str]]
"""Does what was asked. Returns one line for the person who pressed: what was done, or why not."""


class Delivery(Struct, frozen=True, kw_only=True, gc=False):
    """One alert on its way through one hook."""

    id: int
    hook: str
    alert: Alert
    tries: int  # made so far
    created_at: datetime
    check_id: int | None = None  # None for a digest and a trial: they stand in no line


class Queue(Struct, frozen=True, kw_only=True):
    """What waits in the outbox for one hook."""

    waiting: int
    next_at: datetime  # when the first of it may be tried


class Outbox(Protocol):
    """The queue of deliveries, committed together with the flips that caused them.

    At least once: a crash between sending and ``delivered`` sends again. Deliveries of one check through one
    hook stand in line: a later one waits until the earlier ones are told or given up, or "down" could be the
    last word on a check that is up. Each is told, even a "down" that its "up" has caught up with: whoever
    opens a ticket for the one closes it for the other.
    """

    async def queues(self) -> Mapping[str, Queue]:
        """By hook, where anything waits."""

    async def due(self, hook: str, now: datetime, limit: int) -> Sequence[Delivery]:
        """Deliveries of a hook whose next try is not later than ``now``, nor that of one before them in line;
        oldest first."""

    async def delivered(self, deliveries: Sequence[Delivery], at: datetime) -> None: ...

    async def failed(
        self, deliveries: Sequence[Delivery], at: datetime, error: str, next_try_at: datetime | None
    ) -> None:
        """Records a failed try of each; ``next_try_at`` None gives them up."""

    async def held(self, deliveries: Sequence[Delivery], why: str, next_try_at: datetime | None) -> None:
        """Puts deliveries off without counting a try; ``next_try_at`` None gives them up."""

    async def release(self, hook: str, now: datetime) -> None:
        """Makes due what was tried or held for this hook; not what is for a later hour."""

    async def pauses(self) -> Mapping[str, datetime]:
        """The hooks that are paused, and since when."""

    async def pause(self, hook: str, at: datetime | None) -> None:
        """Remembers that a hook is paused; None: that it is not any more."""
