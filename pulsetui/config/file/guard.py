"""Whether a checks.toml is what somebody meant, or a file that is being written, was cut off or emptied.

Editors, rsync and scripts write over a file in pieces, a full disk cuts it off, a mistyped redirection
empties it. Each of these is valid TOML at some moment, with fewer checks than before; and a check that is
gone is one whose silence nobody is told of. So the fewer checks are left, the longer it must stay so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

LOSS_S = 1.0
"""How long a file that lost a check must stay unchanged: pauses in the middle of writing are shorter."""
DOUBT_S = 10.0
"""The same for one that lost most checks, or all: long enough for a person to notice."""

_MANY = 3


def lost(before: Collection[str], after: Collection[str]) -> list[str]:
    """The slugs that are gone."""
    return [slug for slug in before if slug not in after]


def is_doubtful(before: Collection[str], after: Collection[str]) -> bool:
    """Whether so many checks are gone at once that it looks like an accident: all, or most of many."""
    gone = len(lost(before, after))
    return bool(gone) and (not after or (gone >= _MANY and gone > len(before) / 2))


def stays_s(before: Collection[str], after: Collection[str]) -> float:
    """For how many seconds a file must not change before it is taken over; 0 when a second look is enough."""
    if is_doubtful(before, after):
        return DOUBT_S
    return LOSS_S if lost(before, after) else 0.0


def slugs_in(document: Mapping[str, Any]) -> Collection[str]:
    """The slugs of a file that was read."""
    checks = document.get("checks")
    return checks.keys() if isinstance(checks, dict) else ()
