"""What the configuration says of alerts: rules of hooks, tags and checks, and windows of maintenance."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from pulsetui.config import values
from pulsetui.config.flaws import FieldFlaw, schedule_flaw, unknown_key, zone_flaw
from pulsetui.config.holidays import HolidaysError, read_holidays
from pulsetui.config.values import Flaw, FlawedError
from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.schedule.schedule import ScheduleKind
from pulsetui.core.schedule.zone import zone
from pulsetui.core.state.alert_rules import NO_RULES, AlertRules, Quiet
from pulsetui.core.state.check import Check
from pulsetui.core.state.maintenance import MaintenanceWindow
from pulsetui.core.state.status import Reason
from pulsetui.core.text.nearest import nearest
from pulsetui.errors import ScheduleError

RULES = ("after", "repeat", "reasons", "recovery", "quiet", "days", "holidays", "timezone")
"""Keys of a rule, in ``[hooks.NAME]``, ``[tags.NAME]``, ``[checks.SLUG.alerts]`` and its tables."""
WINDOW = ("at", "cron", "calendar", "duration", "checks", "tags", "announce", "timezone")
"""Keys of ``[maintenance.NAME]``."""

_SPAN = re.compile(r"\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*")
_QUIET_FORM = 'Write it like "22:00-07:00".'
_DAYS_FORM = 'Write it like "mon-fri" or ["mon", "wed"].'


def read_rules(
    table: Mapping[str, Any], timezone: str, directory: Path
) -> tuple[AlertRules, list[FieldFlaw]]:
    """The rules in a table, whose other keys are somebody else's. ``timezone`` is of those that name none;
    files are looked for in ``directory``."""
    found: dict[str, Any] = {}
    flaws: list[FieldFlaw] = []
    parsers: Mapping[str, Callable[[object], object]] = {
        "after": values.span_or_zero,
        "repeat": values.span_or_zero,
        "reasons": _reasons,
        "recovery": values.flag,
        "quiet": _quiet,
        "days": _days,
        "holidays": lambda value: _holidays(value, directory),
        "timezone": _zone,
    }
    for key in RULES:
        if key in table:
            try:
                found[key] = parsers[key](table[key])
            except FlawedError as error:
                flaws += [(key, flaw) for flaw in error.flaws]
    if found.keys() & {"quiet", "days", "holidays"}:
        found.setdefault("timezone", timezone)
    return AlertRules(**found), flaws


def read_check_rules(
    table: object, timezone: str, directory: Path, hook_names: Collection[str]
) -> Mapping[str, AlertRules]:
    """``alerts`` of a check: rules for all of its hooks, under "", and in tables by the names of hooks.

    Raises FlawedError.
    """
    if not isinstance(table, Mapping):
        form = 'Write alerts = { after = "10m" }, or a table [checks.SLUG.alerts].'
        raise FlawedError(Flaw(f"must be a table, not {values.kind_of(table)}", table, form))
    found: dict[str, AlertRules] = {}
    flaws: list[Flaw] = []
    own, wrong = read_rules(table, timezone, directory)
    flaws += [replace(flaw, at=(key, *flaw.at)) for key, flaw in wrong]
    if own != NO_RULES:
        found[""] = own
    for name, rules in table.items():
        if name in RULES:
            continue
        if name not in hook_names or not isinstance(rules, Mapping):
            flaws.append(replace(unknown_key(name, (*RULES, *hook_names)), at=(name,)))
            continue
        found[name], wrong = read_rules(rules, timezone, directory)
        wrong += [(key, unknown_key(key, RULES)) for key in rules if key not in RULES]
        flaws += [replace(flaw, at=(name, key, *flaw.at)) for key, flaw in wrong]
    if flaws:
        raise FlawedError(*flaws)
    return MappingProxyType(found)


def holiday_files(document: Mapping[str, Any]) -> Iterator[str]:
    """The files with holidays that the tables of a whole checks.toml name."""
    checks = document.get("checks")
    with_rules = {
        slug: table
        for slug, table in (checks.items() if isinstance(checks, Mapping) else ())
        if isinstance(table, dict) and "alerts" in table
    }
    document = {**document, "checks": with_rules}

    def tables(*keys: str) -> Iterator[Mapping[str, Any]]:
        found: Iterable[Any] = [document]
        for key in keys:
            found = [
                inner
                for table in found
                if isinstance(table, Mapping)
                for inner in (table.values() if key == "*" else (table[key],) if key in table else ())
            ]
        return (table for table in found if isinstance(table, Mapping))

    ruled = (("hooks", "*"), ("tags", "*"), ("checks", "*", "alerts"), ("checks", "*", "alerts", "*"))
    for keys in ruled:
        yield from (table["holidays"] for table in tables(*keys) if isinstance(table.get("holidays"), str))


def circular(checks: Mapping[str, Check], slug: str) -> bool:
    """Whether a check depends on itself, directly or through others."""
    seen: set[str] = set()
    waiting = list(checks[slug].depends_on)
    while waiting:
        parent = waiting.pop()
        if parent == slug:
            return True
        if parent not in seen and parent in checks:
            seen.add(parent)
            waiting += checks[parent].depends_on
    return False


def read_window(
    name: str, table: Mapping[str, Any], timezone: str
) -> tuple[MaintenanceWindow | None, list[FieldFlaw]]:
    """A window of maintenance, or None and everything that is wrong with it."""
    flaws: list[FieldFlaw] = [(key, unknown_key(key, WINDOW)) for key in table if key not in WINDOW]
    found: dict[str, Any] = {}
    parsers: Mapping[str, Callable[[object], object]] = {
        "timezone": _zone,
        "duration": values.duration,
        "announce": values.duration,
        "checks": lambda value: frozenset(_names(value, "slugs")),
        "tags": lambda value: frozenset(values.tags(value)),
    }
    for key, parse in parsers.items():
        if key in table:
            try:
                found[key] = parse(table[key])
            except FlawedError as error:
                flaws += [(key, flaw) for flaw in error.flaws]
    timezone = found.pop("timezone", timezone)
    if "duration" not in table:
        flaws.append(
            ("duration", Flaw("is missing", suggestion='Write how long it is open: duration = "2h".'))
        )
    given = [key for key in ("at", "cron", "calendar") if key in table]
    if len(given) != 1:
        hint = 'Write one of at = "2026-12-24 22:00", cron = "0 3 * * sun" and calendar = "Sun 03:00".'
        flaw = Flaw("is one too many" if given else "is missing", suggestion=hint)
        flaws.append((given[1] if given else "at", flaw))
    else:
        try:
            found |= _opening(given[0], table[given[0]], timezone)
        except FlawedError as error:
            flaws += [(given[0], flaw) for flaw in error.flaws]
    return (None, flaws) if flaws else (MaintenanceWindow(name=name, **found), [])


def _opening(key: str, value: object, timezone: str) -> dict[str, Any]:
    if key == "at":
        return {"begin": _instant(value, timezone)}
    kind: ScheduleKind = "cron" if key == "cron" else "calendar"
    try:
        return {"schedule": parse_schedule(kind, values.text(value, longest=1000), timezone)}
    except ScheduleError as error:
        raise FlawedError(schedule_flaw(value, error)) from None


def _instant(value: object, timezone: str) -> datetime:
    """A time of TOML, or its text; without an offset it is on the clock of ``timezone``."""
    at = value
    if isinstance(at, str):
        try:
            at = datetime.fromisoformat(at.strip())
        except ValueError:
            form = 'Write it like "2026-12-24 22:00".'
            raise FlawedError(Flaw("is not a date with a time", value, form)) from None
    if not isinstance(at, datetime):
        raise FlawedError(Flaw(f"must be a date with a time, not {values.kind_of(value)}", value))
    return (at if at.tzinfo is not None else at.replace(tzinfo=zone(timezone))).astimezone(UTC)


def _zone(value: object) -> str:
    if (flaw := zone_flaw(value)) is not None:
        raise FlawedError(flaw)
    return str(value)


def _names(value: object, what: str) -> Iterable[str]:
    values.items(value, lambda item: values.text(item), what)  # noqa: PLW0108 - it has further arguments
    return tuple(value) if isinstance(value, list | tuple) else ()


def _reasons(value: object) -> frozenset[Reason]:
    words = [reason.value for reason in Reason]

    def parse(item: str) -> None:
        if item not in words:
            near = nearest(item, words)
            hint = f'Did you mean "{near}"?' if near else f"There are {', '.join(words)}."
            raise FlawedError(Flaw("is not a reason", item, hint))

    values.items(value, parse, "reasons")
    found = frozenset(Reason(item) for item in value) if isinstance(value, list | tuple) else frozenset()
    if not found:
        raise FlawedError(
            Flaw("names no reason, so nothing would ever be told", suggestion="Take the line out.")
        )
    return found


def _quiet(value: object) -> tuple[Quiet, ...]:
    if isinstance(value, str):
        return (_quiet_span(value),)
    spans: list[Quiet] = []
    values.items(value, lambda item: spans.append(_quiet_span(item)), "spans of quiet hours")
    return tuple(spans)


def _quiet_span(text: str) -> Quiet:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise FlawedError(Flaw("is not a span of hours", text, _QUIET_FORM))
    try:
        begin, end = (
            time(hour % 24, minute) if (hour, minute) == (24, 0) else time(hour, minute)
            for hour, minute in ((int(match[1]), int(match[2])), (int(match[3]), int(match[4])))
        )
    except ValueError:
        raise FlawedError(Flaw("has a time that is on no clock", text, _QUIET_FORM)) from None
    if begin == end:
        message = "would be quiet all day, so nothing would ever be told"
        raise FlawedError(Flaw(message, text, _QUIET_FORM))
    return Quiet(begin, end)


def _days(value: object) -> frozenset[int]:
    words = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    found: set[int] = set()
    values.items(words, lambda item: found.update(_weekdays(item)), "weekdays")
    if not found:
        raise FlawedError(Flaw("names no day, so nothing would ever be told", value, _DAYS_FORM))
    return frozenset(found)


def _weekdays(text: str) -> Iterable[int]:
    first, dash, last = (part.strip().lower() for part in text.partition("-"))
    try:
        begin = _weekday(first)
        end = _weekday(last) if dash else begin
    except ValueError:
        raise FlawedError(Flaw("is not a weekday", text, _DAYS_FORM)) from None
    span = (end - begin) % 7
    return [(begin + day) % 7 + 1 for day in range(span + 1)]


def _weekday(word: str) -> int:
    """From 0, Monday. Raises ValueError."""
    if len(word) >= 3:
        for number, name in enumerate(_FULL_DAYS):
            if name.startswith(word):
                return number
    raise ValueError(word)


_FULL_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _holidays(value: object, directory: Path) -> frozenset[date]:
    """Dates, or the name of a file with them."""
    if isinstance(value, str):
        try:
            return read_holidays(directory / Path(value).expanduser(), datetime.now(UTC).date())
        except HolidaysError as error:
            raise FlawedError(Flaw(str(error), value)) from None
    found: list[date] = []
    if isinstance(value, list | tuple) and all(isinstance(item, date) for item in value):
        return frozenset(item.date() if isinstance(item, datetime) else item for item in value)
    values.items(value, lambda item: found.append(_date(item)), "dates")
    return frozenset(found)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise FlawedError(Flaw("is not a date", text, "Write it like 2026-12-25.")) from None
