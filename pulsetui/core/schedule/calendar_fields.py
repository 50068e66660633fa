"""The components of an OnCalendar line as sets of numbers, judged as systemd judges them.

The rules are those of systemd 252; tests/core/test_calendar_systemd.py holds them against ``systemd-analyze
calendar``. What surprises in them is meant: in a range a step may be too large (its first value is left),
without an end it may not; ``7..7`` is 7 for hours, but for seconds it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from pulsetui.core.schedule.expression import MAX_NUMBER, quoted
from pulsetui.core.schedule.wall_clock import MICROSECONDS
from pulsetui.errors import ScheduleError

YEARS = range(1970, 2200)
"""The years that systemd knows."""
_MAX_TIMES_A_MINUTE = 600
"""Nothing reports more often, and systemd would take a step of a microsecond."""
_LAST_FROM_END = 28
"""systemd counts at most so many days back from the end of a month."""
_LOST_BY_EACH = 3
"""... and in a list, with each item that comes before, so many fewer."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBER_OF = {name: day for day, name in enumerate(WEEKDAYS)} | {
    name[:3]: day for day, name in enumerate(WEEKDAYS)
}


class Component(Struct, frozen=True):
    """One part of a line: its name in messages and its values, in microseconds for seconds."""

    name: str
    low: int
    high: int
    unit: int = 1

    @property
    def range(self) -> str:
        return f"{self.low // self.unit}-{self.high // self.unit}"


YEAR = Component("year", YEARS[0], YEARS[-1])
MONTH = Component("month", 1, 12)
DAY = Component("day", 1, 31)
DAY_FROM_END = Component("day", 1, _LAST_FROM_END)
HOUR = Component("hour", 0, 23)
MINUTE = Component("minute", 0, 59)
SECOND = Component("second", 0, 60 * MICROSECONDS - 1, MICROSECONDS)

_WHOLE, _DECIMAL = r"[0-9]+", r"[0-9]+(?:\.[0-9]+)?"
_ITEMS = {
    unit: re.compile(rf"({number})(?:\.\.({number}))?(?:/({number}))?", re.ASCII)
    for unit, number in ((1, _WHOLE), (MICROSECONDS, _DECIMAL))
}


class Components(Struct, frozen=True, kw_only=True):
    """All the values of a line, ascending. Weekday 0 is Monday; days from a month's end are negative."""

    weekdays: Sequence[int] = range(7)
    years: Sequence[int] = YEARS
    months: Sequence[int] = range(1, 13)
    days: Sequence[int] = range(1, 32)
    hours: Sequence[int] = (0,)
    minutes: Sequence[int] = (0,)
    microseconds: Sequence[int] = (0,)


def parse_components(line: str) -> Components:
    """The parts of ``Mon..Fri *-*-* 06:00:00``, each of which may be missing. Raises ScheduleError."""
    words = line.split()
    found: dict[str, Sequence[int]] = {}
    if words and words[0][0].isalpha():
        found["weekdays"] = _weekdays(words.pop(0), line)
    if words and ":" not in words[0]:
        found.update(_date(words.pop(0), line))
    if words and ":" in words[0]:
        found.update(_time(words.pop(0), line))
    if words or not found:
        raise unreadable(line)
    return Components(**found)


def unreadable(line: str) -> ScheduleError:
    """What to say where the shape itself is wrong."""
    return ScheduleError(
        f"{quoted(line)} is not an OnCalendar expression: write one like Mon..Fri *-*-* 06:00:00",
        quotes=True,
    )


def _weekdays(word: str, line: str) -> Sequence[int]:
    """``Mon..Fri,Sun``: names in any case, whole or of three letters; ``-`` is the older ``..``."""
    if not re.match(rf"(?:{'|'.join(name[:3] for name in WEEKDAYS)})", word, re.IGNORECASE):
        raise unreadable(line)
    days: set[int] = set()
    for item in word.removesuffix(",").split(","):
        ends = [_NUMBER_OF.get(name.lower()) for name in re.split(r"\.\.|-", item)]
        if not 1 <= len(ends) <= 2 or None in ends:
            raise ScheduleError(f"weekday must be Mon-Sun, got {item:.20}", of=line, field="weekday")
        first, last = ends[0], ends[-1]
        assert first is not None
        assert last is not None
        if last < first:
            raise ScheduleError(
                f"weekday must be Mon-Sun in this order, and {item:.20} runs backwards",
                of=line,
                field="weekday",
                suggestion=line.replace(item, _unwound_week(first, last), 1),
            )
        days.update(range(first, last + 1))
    return tuple(sorted(days))


def _unwound_week(first: int, last: int) -> str:
    """``Sat..Mon`` as systemd takes it: ``Sat..Sun,Mon``."""
    ranges = ((first, 6), (0, last))
    names = [name[:3].title() for name in WEEKDAYS]
    return ",".join(names[a] if a == b else f"{names[a]}..{names[b]}" for a, b in ranges)


def _date(word: str, line: str) -> Mapping[str, Sequence[int]]:
    """``2027-01-01``, ``*-*~01`` (from the end of the month), or without the year."""
    match = re.fullmatch(r"(?:([^-~]+)-)?([^-~]+)([-~])([^-~]+)", word)
    if match is None:
        raise unreadable(line)
    year, month, mark, day = match.groups()
    found: dict[str, Sequence[int]] = {"months": _values(MONTH, month, line)}
    if year is not None:
        found["years"] = _values(YEAR, year, line)
    if mark == "-" or day == "*":
        found["days"] = _values(DAY, day, line)
    else:
        found["days"] = tuple(-back for back in reversed(_values(DAY_FROM_END, day, line)))
    return found


def _time(word: str, line: str) -> Mapping[str, Sequence[int]]:
    """``06:00:00``, or without the seconds."""
    parts = word.split(":")
    if len(parts) > 3:
        raise unreadable(line)
    found = {"hours": _values(HOUR, parts[0], line), "minutes": _values(MINUTE, parts[1], line)}
    if len(parts) == 3:
        found["microseconds"] = _values(SECOND, parts[2], line)
    return found


def _values(component: Component, text: str, line: str) -> Sequence[int]:
    """``*``, or a list of ``a``, ``a..b``, ``a/step`` and ``a..b/step``."""
    if text == "*":
        return range(component.low, component.high + 1, component.unit)
    items = sorted({_item(component, item, line) for item in text.split(",")}, key=_order)
    values: set[int] = set()
    for place, item in enumerate(items):
        if component is DAY_FROM_END and item.last > _LAST_FROM_END - _LOST_BY_EACH * place:
            raise _out_of_range(component, item.text, line)
        found = item.values(component)
        # Before they are counted out: a step may be a microsecond.
        if component is SECOND and len(found) + len(values) > 2 * _MAX_TIMES_A_MINUTE:
            raise _too_often(line)
        values.update(found)
    if component is SECOND and len(values) > _MAX_TIMES_A_MINUTE:
        raise _too_often(line)
    return tuple(sorted(values))


def _too_often(line: str) -> ScheduleError:
    return ScheduleError(
        f"{quoted(line)} elapses more than ten times a second: nothing reports so often",
        quotes=True,
        field="second",
    )


class _Item(Struct, frozen=True):
    """``start..stop/step``; without a stop it goes on to the end. A single value has neither."""

    start: int
    stop: int | None
    step: int | None
    text: str

    @property
    def last(self) -> int:
        return self.start if self.stop is None else self.stop

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Item) and _order(self) == _order(other)

    def __hash__(self) -> int:
        return hash(_order(self))

    def values(self, component: Component) -> Sequence[int]:
        if self.step is None:
            return (self.start,)
        if self.stop is not None:
            return range(self.start, self.stop + 1, self.step)
        if component is DAY_FROM_END:  # they count backwards: towards the end of the month
            return range(self.start, component.low - 1, -self.step)
        return range(self.start, component.high + 1, self.step)


def _order(item: _Item) -> tuple[int, int, int]:
    return item.start, -1 if item.stop is None else item.stop, item.step or 0


def _item(component: Component, text: str, line: str) -> _Item:
    if not text:
        raise ScheduleError(f"{quoted(line)} has an empty item: look for a comma too many", quotes=True)
    match = _ITEMS[component.unit].fullmatch(text)
    if match is None:
        raise _out_of_range(component, text, line)
    start, stop = _value(component, match[1], line), _value(component, match[2], line)
    step = _number(component, match[3], line)
    assert start is not None
    if step == 0 or not component.low <= start <= component.high:
        raise _out_of_range(component, text, line)
    if stop is not None:
        return _range(component, (start, stop, step), text, line)
    if step is not None:
        second = start - step if component is DAY_FROM_END else start + step
        if not component.low <= second <= component.high:
            raise _no_second_value(component, text, line)
    return _Item(start, None, step, text)


def _range(component: Component, numbers: tuple[int, int, int | None], text: str, line: str) -> _Item:
    start, stop, step = numbers
    if stop < start:
        raise ScheduleError(
            f"the {component.name} range {text:.30} runs backwards", of=line, field=component.name
        )
    last = stop - (stop - start) % (step or component.unit)
    if last > component.high:
        raise _out_of_range(component, text, line)
    if last > start:
        return _Item(start, last, step or component.unit, text)
    if step is None and component is SECOND:
        raise _no_second_value(component, text, line)
    return _Item(start, None, None, text)


def _number(component: Component, text: str | None, line: str) -> int | None:
    """A number as written, in the component's unit; systemd rounds to whole microseconds."""
    if text is None:
        return None
    whole, _, part = text.partition(".")
    number: int = MAX_NUMBER + 1
    if len(whole.lstrip("0")) <= len(str(MAX_NUMBER)):
        number = int(whole) * component.unit
    if part:
        number += int(part[:6].ljust(6, "0")) + int(len(part) > 6 and part[6] >= "5")
    if number > MAX_NUMBER:
        raise ScheduleError(
            f"{component.name} has the number {text:.20}, which systemd finds too large",
            of=line,
            field=component.name,
        )
    return number


def _value(component: Component, text: str | None, line: str) -> int | None:
    number = _number(component, text, line)
    if number is not None and component is YEAR:
        # As systemd reads years of two digits.
        number += 2000 if number < 70 else 1900 if number < 100 else 0
    return number


def _out_of_range(component: Component, item: str, line: str) -> ScheduleError:
    got = f", got {item:.20}"
    back = " from the end of the month" if component is DAY_FROM_END else ""
    return ScheduleError(
        f"{component.name} must be {component.range}{back}{got}", of=line, field=component.name
    )


def _no_second_value(component: Component, item: str, line: str) -> ScheduleError:
    """systemd refuses a repetition that never comes to its first."""
    what = "step" if "/" in item else "range"
    start = re.split(r"\.\.|/", item, maxsplit=1)[0]
    return ScheduleError(
        f"systemd refuses the {component.name} {what} {item:.20}: it has no second value",
        of=line,
        field=component.name,
        suggestion=line.replace(item, start, 1),
    )
