"""The IANA name of this host's zone, for the line ``timezone = "…"`` of a first checks.toml.

A wrong name there is a wrong alarm months later, so a name is either certain or told with a doubt.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from pulsetui.config.host_zone import LOCALTIME, agrees, clock_now, is_zone, name_in_path, tz_name
from pulsetui.config.problem import quoted
from pulsetui.core.schedule.zone import zone, zone_files, zone_names

TIMEZONE = Path("/etc/timezone")

_MAX_BYTES = 65_536  # bytes of a file of rules; real ones have 4,000
_UTC_WORDS = frozenset({"UTC", "UCT", "GMT", "Universal", "Zulu"})


class HostZone(Struct, frozen=True):
    """Which zone to write down. Without a doubt the name is certain."""

    name: str  # "UTC" when none fits
    doubt: str = ""  # a sentence for the person, which says what to do


def host_zone_name() -> HostZone:
    """What this host is in, by what names it, and only as far as its clock agrees. Never fails."""
    tz, clock = os.environ.get("TZ"), clock_now()
    named = tz_name(tz) if tz is not None else name_in_path(LOCALTIME)
    file = LOCALTIME if tz is None else Path(tz.removeprefix(":"))
    rules = _read(file) if file.is_absolute() else b""
    told = _read(TIMEZONE).decode("utf-8", "replace").strip()
    if tz is not None and not tz.removeprefix(":").startswith("/") and is_zone(named):
        doubt = (
            f"TZ names {named}, but date and cron of this host run on another clock:"
            " it may have no zone database (the package tzdata)."
        )
        return HostZone(named, "" if agrees(named, clock, any_copy=True) else doubt)
    same = _same_rules(rules)
    certain = [named, told] if told in same else [named, *_best_first(same), told]
    for any_copy in (False, True):
        for name in certain if tz is None or rules else ():
            if is_zone(name) and agrees(name, clock, any_copy=any_copy):
                return HostZone(name)
    return _by_the_clock(clock, _said(tz), told)


def _by_the_clock(clock: dict[int, int], said: str, told: str) -> HostZone:
    """Nothing names it for certain: the zone that has the same clock these years."""
    if set(clock.values()) == {0}:
        if set(time.tzname) <= _UTC_WORDS:
            return HostZone("UTC")
        return HostZone("UTC", f"{said} names no zone that this host knows, so it runs in UTC. {_CORRECT}")
    alike = [name for name in sorted(zone_names()) if agrees(name, clock)]
    if told in alike:
        return HostZone(told)
    for name in _best_first(alike):
        return HostZone(name, f"{said} names no zone; {name} has the same clock these years. {_CORRECT}")
    return HostZone(
        "UTC", f"{said} follows the clock of no zone that has a name, so UTC stands here. {_CORRECT}"
    )


_CORRECT = 'Correct the line timezone = "…" if your jobs run in another zone.'


def _said(tz: str | None) -> str:
    return str(LOCALTIME) if tz is None else f"TZ={quoted(tz)}"


def _best_first(names: Iterable[str]) -> list[str]:
    """Names with one clock, the likeliest first.

    Those that stand for a clock (CET, Etc/GMT-3), then those that call it as this host does (IST), then
    places before the older names of places.
    """
    places = _places()

    def rank(name: str) -> tuple[bool, bool, bool, bool, str]:
        is_clock = "/" not in name and name.startswith(time.tzname[0])
        other_words = set(time.tzname) != _words(name)
        return (
            not (is_clock or name.startswith("Etc/GMT")),
            other_words,
            name not in places,
            name.startswith("Antarctica/"),
            name,
        )

    return sorted(names, key=rank)


def _words(name: str) -> set[str | None]:
    """What the clock of a zone is called in winter and summer."""
    year = datetime.now(UTC).year
    return {datetime(year, month, 1, tzinfo=zone(name)).tzname() for month in (1, 7)}


def _places() -> frozenset[str]:
    """The current names, one for each place, without the older ones that are kept for some."""
    for tab in zone_files("zone1970.tab"):
        lines = _read(tab).decode("utf-8", "replace").splitlines()
        return frozenset(line.split("\t")[2] for line in lines if line[:1].isalpha() and line.count("\t") > 1)
    return frozenset()


def _same_rules(rules: bytes) -> list[str]:
    """The zones whose file is ``rules``, byte for byte."""
    if not rules.startswith(b"TZif"):
        return []
    return [
        name
        for name in sorted(zone_names())
        if any(_size(path) == len(rules) and _read(path) == rules for path in zone_files(name))
    ]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _read(path: Path) -> bytes:
    """What is in a regular file; nothing when it cannot be read."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(_MAX_BYTES)
    except (OSError, ValueError):
        return b""
