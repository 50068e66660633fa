"""How each configured hook, and each watchdog, is doing, as a screen or the command line shows it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

UNHEARD: Final = "unheard"
"""The key of the notice that nobody would be told of a failure."""


class Circuit(StrEnum):
    """Whether what waits for a hook is sent."""

    CLOSED = "closed"  # yes
    OPEN = "open"  # it failed again and again: now and then one alert tries whether it works again


class HookState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One hook now. ``EngineInfo.hooks`` has all that are configured, in the order of the file.

    What was told, failed or given up is counted from the start of the engine on; ``waiting`` and
    ``paused_at`` are kept over a restart. ``error`` and ``answers_error`` are one line each, unsafe text.

    A line for a person: ``paused_at`` says that somebody holds it; else ``circuit`` is OPEN since
    ``open_since`` and ``next_try`` is when it is tried next; else ``ok`` says how the last try went
    (None: none yet), ``last_at`` when, and ``error`` what went wrong if it did.
    """

    name: str
    type: str  # as in its table: "telegram"
    rules: str = ""  # when it tells, in words: "after 1h, not 22:00-07:00"; empty: at once
    waiting: int = 0  # alerts in the outbox for it, those for a later hour too
    next_try: datetime | None = None  # when the next of them is sent; None: nothing waits, or it is paused
    paused_at: datetime | None = None  # somebody paused it then: its alerts are held, and nothing is lost
    circuit: Circuit = Circuit.CLOSED
    open_since: datetime | None = None  # set while the circuit is open
    failures: int = 0  # tries in a row that failed, up to now
    last_at: datetime | None = None  # when it was tried last
    ok: bool | None = None  # how that went
    error: str = ""  # why the last try failed; empty once one succeeds
    told: int = 0  # alerts that were delivered; a digest counts as all that it stands for
    given_up: int = 0  # alerts that will not be tried again
    listening: bool = False  # it takes answers (buttons) at this moment
    answers_error: str = ""  # why it does not, if it should


class WatchdogState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One ``[watchdog.NAME]`` now. Texts are one line each, unsafe."""

    name: str
    last_at: datetime | None = None  # when it was last asked, whatever came of it
    ok: bool | None = None  # whether that succeeded; None: it was not asked yet
    error: str = ""  # why the last try failed; empty once one succeeds
    failures: int = 0  # tries in a row that failed, up to now
    silent: str = ""  # why it is not told that all is well: what is wrong with the engine
