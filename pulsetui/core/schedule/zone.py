"""Time zones by IANA name, from the newest rules at hand.

Names come from users: ``ZoneInfo`` itself raises ValueError, KeyError or OSError for some of them and
opens files by others, so only listed names reach it.
"""

from __future__ import annotations

import importlib
import os
import zoneinfo
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pulsetui.core.text.nearest import nearest
from pulsetui.errors import ScheduleError

_NOT_ZONES = frozenset({"localtime", "Factory"})
_MAX_NAME_LENGTH = 64
_ABBREVIATION = 4
_VERSION_FILES = ("+VERSION", "tzdata.zi")


def zone(name: object) -> ZoneInfo:
    """The zone of that name. Raises ScheduleError, with the nearest valid name if there is one."""
    if not isinstance(name, str):
        raise ScheduleError(f"a time zone is a name like Europe/Berlin, got {name!r:.40}", field="timezone")
    return _load(name)


@lru_cache(maxsize=1024)
def _load(name: str) -> ZoneInfo:
    if not _is_known(name):
        raise _unknown(name)
    if _package_is_newer():
        path = _package_folder() / "zoneinfo" / name
        if path.is_file():
            with path.open("rb") as file:
                return ZoneInfo.from_file(file, key=name)
    return ZoneInfo(name)


@cache
def zone_names() -> frozenset[str]:
    """Every accepted name. The first call walks the tz database (some 30 ms)."""
    return (frozenset(zoneinfo.available_timezones()) | _package_names()) - _NOT_ZONES


def zone_files(name: str) -> list[Path]:
    """Every copy at hand of a file of the tz database (a zone's rules, a table); the package's first."""
    folders = [_package_folder() / "zoneinfo", *map(Path, zoneinfo.TZPATH)]
    return [path for folder in folders if (path := folder / name).is_file()]


def _is_known(name: str) -> bool:
    if len(name) > _MAX_NAME_LENGTH or name in _NOT_ZONES:
        return False
    # The package's list first: it is one small file, the system's is a tree to walk.
    return name in _package_names() or name in zone_names()


@cache
def _package_folder() -> Path:
    """Where the tzdata package is; a folder without files if it is not installed."""
    try:
        file = importlib.import_module("tzdata").__file__
    except ImportError:
        file = None
    return Path(file).parent if file else Path(os.devnull)


@cache
def _package_names() -> frozenset[str]:
    try:
        return frozenset((_package_folder() / "zones").read_text("ascii").split()) - _NOT_ZONES
    except OSError:
        return frozenset()


@cache
def _package_version() -> str:
    try:
        return str(getattr(importlib.import_module("tzdata"), "IANA_VERSION", ""))
    except ImportError:
        return ""


@cache
def _system_version() -> str:
    """The version of the system's copy (``2025b``), empty if it doesn't say."""
    for folder in zoneinfo.TZPATH:
        for name in _VERSION_FILES:
            try:
                with (Path(folder) / name).open("rb") as file:
                    line = file.readline(100).decode("ascii", "replace")
            except OSError:
                continue
            words = line.split()
            if words:
                return words[-1]
    return ""


@cache
def _package_is_newer() -> bool:
    """Whether to read the package's rules. Setting PYTHONTZPATH chooses a copy, which is kept."""
    if os.environ.get("PYTHONTZPATH") is not None or not _package_version():
        return False
    return _package_version() > _system_version()


def _unknown(name: str) -> ScheduleError:
    shown = name if len(name) <= _MAX_NAME_LENGTH else name[:_MAX_NAME_LENGTH] + "…"
    meant = _meant(name[:_MAX_NAME_LENGTH])
    hint = f'; did you mean "{meant}"?' if meant else "; write an IANA name like Europe/Berlin"
    return ScheduleError(
        f"no time zone {shown!r}{hint}", quotes=True, field="timezone", suggestion=meant, suggests=True
    )


def _meant(name: str) -> str | None:
    """The name somebody meant: other case, blanks for underscores, the city alone, or a typing error."""
    wanted = "_".join(name.split()).casefold()
    if not wanted:
        return None
    names = sorted(zone_names(), key=lambda known: (known.count("/") != 1, known))
    for known in names:
        if known.casefold() == wanted:
            return known
    for known in names:
        if known.casefold().rpartition("/")[2] == wanted:
            return known
    folded = {known.casefold(): known for known in reversed(names)}
    if len(wanted) <= _ABBREVIATION:
        return None  # CEST is like EST in its letters only
    if near := nearest(wanted, folded, among_many=True):
        return folded[near]
    cities = {known.casefold().rpartition("/")[2]: known for known in reversed(names) if "/" in known}
    return cities.get(nearest(wanted.rpartition("/")[2], cities, among_many=True))
