"""How each configured watchdog is doing, as the command line and scripts show it."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class WatchdogState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One ``[watchdog.NAME]`` now. Texts are one line each, unsafe."""

    name: str
    last_at: datetime | None = None  # when it was last asked, whatever came of it
    ok: bool | None = None  # whether that succeeded; None: it was not asked yet
    error: str = ""  # why the last try failed; empty once one succeeds
    failures: int = 0  # tries in a row that failed, up to now
    silent: str = ""  # why it is not told that all is well: what is wrong with the engine
