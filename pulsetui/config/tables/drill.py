"""``[drill]``: when PulseTUI tries by itself whether alerts arrive, and whether anybody reacts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from msgspec import Struct

from pulsetui.config import values
from pulsetui.config.flaws import schedule_flaw, unknown_key, zone_flaw
from pulsetui.config.values import Flaw, FlawedError
from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.schedule.schedule import Schedule, ScheduleKind
from pulsetui.core.text.nearest import nearest
from pulsetui.errors import ScheduleError

DRILL = ("calendar", "cron", "check", "wait", "timezone")
DEFAULT_WAIT = timedelta(minutes=10)
_MAX_WAIT = timedelta(days=1)
_FORM = 'Write calendar = "Mon *-*-1..7 10:00": the first Monday of each month.'

FieldFlaw = tuple[str, Flaw]


class DrillConfig(Struct, frozen=True, kw_only=True):
    """A drill that comes by itself."""

    schedule: Schedule  # on a wall clock
    check: str = ""  # by whose rules it goes; "" for every hook
    wait: timedelta = DEFAULT_WAIT  # for somebody to acknowledge it


def read_drill(
    table: Mapping[str, Any], timezone: str, slugs: Collection[str]
) -> tuple[DrillConfig | None, list[FieldFlaw]]:
    """The drill, or None and everything that is wrong with it. ``timezone`` is that of the file."""
    flaws: list[FieldFlaw] = [(key, unknown_key(key, DRILL)) for key in table if key not in DRILL]
    found: dict[str, Any] = {}
    for key, read in (("wait", _wait), ("check", lambda value: _slug(value, slugs))):
        if key in table:
            try:
                found[key] = read(table[key])
            except FlawedError as error:
                flaws += [(key, flaw) for flaw in error.flaws]
    if (flaw := zone_flaw(table.get("timezone", timezone))) is not None:
        flaws.append(("timezone", flaw))
        timezone = "UTC"
    else:
        timezone = str(table.get("timezone", timezone))
    given = [key for key in ("calendar", "cron") if key in table]
    if len(given) != 1:
        wrong = Flaw("is one too many" if given else "is missing", suggestion=_FORM)
        flaws.append((given[1] if given else "calendar", wrong))
    else:
        try:
            found["schedule"] = _schedule(given[0], table[given[0]], timezone)
        except FlawedError as error:
            flaws += [(given[0], flaw) for flaw in error.flaws]
    return (None, flaws) if flaws else (DrillConfig(**found), [])


def _schedule(key: str, value: object, timezone: str) -> Schedule:
    kind: ScheduleKind = "cron" if key == "cron" else "calendar"
    try:
        return parse_schedule(kind, values.text(value, longest=1000), timezone)
    except ScheduleError as error:
        raise FlawedError(schedule_flaw(value, error)) from None


def _slug(value: object, slugs: Collection[str]) -> str:
    slug = values.text(value)
    if slug not in slugs:
        near = nearest(slug, slugs)
        raise FlawedError(Flaw("there is no such check", slug, f'Did you mean "{near}"?' if near else ""))
    return slug


def _wait(value: object) -> timedelta:
    wait = values.duration(value)
    if wait > _MAX_WAIT:
        raise FlawedError(Flaw("must be at most a day", value))
    return wait
