"""What of a check is as it was found, what changed there since, and what a person has written.

Three texts are held against each other: what stands in the check's table, what its ``source`` remembers of
the last time, and what was found now. What differs from the remembered was written by a person.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from pulsetui.core.schedule.duration import DurationError, format_duration, parse_duration
from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.schedule.schedule import ScheduleKind
from pulsetui.errors import ScheduleError
from pulsetui.provision.found import FoundSchedule

KINDS: tuple[ScheduleKind, ...] = ("every", "cron", "calendar")

Keys = Mapping[str, object]
"""Keys of a check's table, or of its ``source``."""

_SCHEDULE = ("every", "cron", "calendar", "timezone")


class WrittenSchedule(Struct, frozen=True):
    """A schedule as it is written, however it is spelled."""

    kind: str
    expression: str
    zone: str  # "" for a period, which has none

    def __str__(self) -> str:
        return f'{self.kind} "{self.expression}"' + (f" ({self.zone})" if self.zone else "")


class Merged(Struct, frozen=True, kw_only=True):
    """What is to be written into a check's table, and what stays as a person wrote it."""

    changes: Mapping[str, object]  # None takes a key out
    # And in words:
    followed: tuple[str, ...] = ()
    by_a_person: tuple[str, ...] = ()


def source_of(table: Keys) -> Mapping[str, str]:
    """The source of a check; empty for one that a person wrote."""
    source = table.get("source")
    if not isinstance(source, Mapping) or not {"from", "key"} <= source.keys():
        return {}
    return {str(name): str(value) for name, value in source.items()}


def schedule_in(keys: Keys, zone: str) -> WrittenSchedule | None:
    """The schedule in these keys; ``zone`` is that of one which names none."""
    for kind in KINDS:
        if kind in keys:
            written, named = str(keys[kind]), str(keys.get("timezone") or zone)
            try:
                written = parse_schedule(kind, written, named).expression
            except ScheduleError:
                pass  # compared as it is written
            return WrittenSchedule(kind, written, "" if kind == "every" else named)
    return None


def schedules_differ(one: Keys, other: Keys, zone: str) -> bool:
    """Whether the two are due at other times, as far as their texts say."""
    return schedule_in(one, zone) != schedule_in(other, zone)


def flaw_in(one: FoundSchedule) -> None:
    """Raises ScheduleError for a schedule that no check can have."""
    parse_schedule(one.kind, one.schedule, one.timezone or "UTC")


def merged(table: Keys, one: FoundSchedule | None, zone: str, slug: str) -> Merged:
    """The check ``table``, which is or will be called ``slug``, with what was found now; where that is None,
    only what a person has edited is said."""
    before = source_of(table)
    now: Keys = before if one is None else one.fields()
    changes: dict[str, object] = {}
    remembered = {key: before[key] for key in ("from", "key", "slug") if key in before}
    if one is not None:
        named = one.slug if one.slug == slug else before.get("slug", slug)
        remembered = {"from": one.origin, "key": one.key, "slug": named}
    followed, by_a_person = [], []
    for part in (("name",), _SCHEDULE, ("grace",)):
        written, last, found = (_said(part, keys, zone, slug) for keys in (table, before, now))
        if written not in (last, found):
            by_a_person.append(f"a person wrote {_text(part, written)}; found is {_text(part, found)}")
            remembered |= {key: before[key] for key in part if key in before}
            continue
        remembered |= {key: str(now[key]) for key in part if key in now}
        if written != found:
            followed.append(f"{_text(part, written)} becomes {_text(part, found)}")
            changes |= {key: now.get(key) for key in part if now.get(key) != table.get(key)}
    if one is not None and remembered != before:
        changes["source"] = remembered
    return Merged(changes=changes, followed=tuple(followed), by_a_person=tuple(by_a_person))


def _said(part: tuple[str, ...], keys: Keys, zone: str, slug: str) -> object:
    """What keys say of one thing, so that two can be compared."""
    if part == _SCHEDULE:
        return schedule_in(keys, zone)
    value = keys.get(part[0])
    if part == ("name",) and value == keys.get("slug", slug):
        return None  # as where none is written
    if part == ("grace",) and value is not None:
        try:
            return format_duration(parse_duration(value))
        except DurationError:
            return value
    return value


def _text(part: tuple[str, ...], said: object) -> str:
    if part == _SCHEDULE:
        return str(said)
    return f"no {part[0]}" if said is None else f'{part[0]} "{said}"'
