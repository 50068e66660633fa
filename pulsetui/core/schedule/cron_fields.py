"""The syntax gate of cron expressions: what Debian's cron takes, and ``L LW 5L 5#3`` in the day fields.

croniter turns items into values, but it also takes much that cron refuses or reads differently. So each
item is judged here first, and croniter is shown only canonical text: see ``FieldText.plain``.
"""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct
from msgspec import field as struct_field

from pulsetui.core.schedule.expression import MAX_NUMBER, quoted, refuse_strange_characters
from pulsetui.core.text.nearest import nearest
from pulsetui.errors import ScheduleError

MAX_EXPRESSION_LENGTH = 250
"""Characters; croniter's time grows with the text."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")

MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


class Field(Struct, frozen=True):
    """One of the five: its name in messages, its range, and names that stand for numbers."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    @property
    def range(self) -> str:
        return f"{self.low}-{self.high}"


MINUTE = Field("minute", 0, 59)
HOUR = Field("hour", 0, 23)
MONTH_DAY = Field("day of month", 1, 31)
MONTH = Field("month", 1, 12, _MONTHS)
WEEKDAY = Field("day of week", 0, 7, _WEEKDAYS)
FIELDS = (MINUTE, HOUR, MONTH_DAY, MONTH, WEEKDAY)


class FieldText(Struct, frozen=True, kw_only=True):
    """A field that passed the gate, split into what croniter reads and what only we do."""

    text: str  # as written, in lower case
    plain: tuple[str, ...] = ()  # items for croniter: ``*``, ``*/n``, ``a``, ``a-b``, ``a-b/n``, in numbers
    last_day: bool = False  # L
    last_weekday: bool = False  # LW
    last: frozenset[int] = frozenset()  # 5L: the weekdays, 0-6
    nth: frozenset[tuple[int, int]] = frozenset()  # 5#3: (weekday, which)
    open_step: str | None = None  # the first ``a/n``, spelled ``a-max/n``

    @property
    def star(self) -> bool:
        """Whether cron takes the field for a wildcard: by its first character alone."""
        return self.text.startswith("*")

    @property
    def stepped(self) -> bool:
        return "/" in self.text

    @property
    def extended(self) -> tuple[str, ...]:
        """The items that cron itself does not know, as written."""
        return tuple(item for item in self.text.split(",") if item.endswith(("l", "lw")) or "#" in item)


_ITEM = re.compile(r"(?:\*|([0-9]+|[a-z]+)(?:-([0-9]+|[a-z]+))?)(?:/([0-9]+))?", re.ASCII)
_LAST_OF = re.compile(r"([0-7]|[a-z]{3})l", re.ASCII)
_NTH_OF = re.compile(r"([0-7]|[a-z]{3})#([0-9]+)", re.ASCII)


def split_expression(expression: str) -> tuple[str, ...]:
    """The five fields' texts, macros spelled out. Raises ScheduleError for anything of another shape."""
    if len(expression) > MAX_EXPRESSION_LENGTH:
        raise ScheduleError(
            f"the cron expression has {len(expression)} characters, more than {MAX_EXPRESSION_LENGTH}"
        )
    refuse_strange_characters(expression, "cron expression")
    words = expression.split()
    if not words:
        raise ScheduleError("the cron expression is empty; write five fields like 0 2 * * *")
    if words[0].startswith("@"):
        return tuple(_macro(words).split())
    if len(words) != len(FIELDS):
        raise _wrong_count(words)
    return tuple(words)


def parse_field(field: Field, words: tuple[str, ...]) -> FieldText:
    """Judge one field of a whole expression. Raises ScheduleError with a message that names the field."""
    index = FIELDS.index(field)
    text = words[index].lower()
    try:
        return _field_text(index, text)
    except _BadItemError as bad:
        fixed = None
        if bad.better is not None:
            items = text.split(",")
            better = ",".join((*items[: bad.place], bad.better, *items[bad.place + 1 :]))
            fixed = " ".join((*words[:index], better, *words[index + 1 :]))
        raise ScheduleError(
            f"{field.name} {bad.why}", of=" ".join(words), field=field.name, suggestion=fixed
        ) from None


@lru_cache(maxsize=4096)
def _field_text(index: int, text: str) -> FieldText:
    """Of thousands of expressions most fields are the same. Raises _BadItemError."""
    items, parts = text.split(","), _Parts()
    for place, item in enumerate(items):
        try:
            parts.take(FIELDS[index], item)
        except _BadItemError as bad:
            bad.place = place
            raise
    return FieldText(
        text=",".join(items),
        plain=tuple(parts.plain),
        last_day=parts.last_day,
        last_weekday=parts.last_weekday,
        last=frozenset(parts.last),
        nth=frozenset(parts.nth),
        open_step=parts.open_step,
    )


class _Parts(Struct):
    """A field's items while they are being judged; see FieldText."""

    plain: list[str] = struct_field(default_factory=list)
    last_day: bool = False
    last_weekday: bool = False
    last: set[int] = struct_field(default_factory=set)
    nth: set[tuple[int, int]] = struct_field(default_factory=set)
    open_step: str | None = None

    def take(self, field: Field, item: str) -> None:
        """Judge one item and keep it. Raises _BadItemError."""
        if field is MONTH_DAY and item == "l":
            self.last_day = True
        elif field is MONTH_DAY and item == "lw":
            self.last_weekday = True
        elif field is WEEKDAY and (match := _LAST_OF.fullmatch(item)):
            self.last.add(_number(field, match[1]) % 7)
        elif field is WEEKDAY and (match := _NTH_OF.fullmatch(item)):
            self.nth.add((_number(field, match[1]) % 7, _which(match[2])))
        else:
            self.plain.append(_plain_item(field, item))
            start, _, step = item.partition("/")
            if step and start != "*" and "-" not in start:
                self.open_step = self.open_step or f"{start}-{top_of(field)}/{step}"


class _BadItemError(Exception):
    """Why an item is refused, to follow the field's name, and how it should be spelled."""

    def __init__(self, why: str, better: str | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.better = better
        self.place = 0  # among the items of its field


def _plain_item(field: Field, item: str) -> str:
    """The item in canonical spelling for croniter, in numbers; ``a-a`` is ``a``."""
    if not item:
        raise _BadItemError("has an empty item: look for a comma too many")
    match = _ITEM.fullmatch(item)
    if not match:
        raise _BadItemError(*_strange(field, item))
    step = _step(field, match[3]) if match[3] is not None else None
    if match[1] is None:
        if step is None:
            return "*"
        # croniter refuses some steps that are larger than the range.
        return f"*/{step}" if step <= field.high - field.low else str(field.low)
    start = _number(field, match[1])
    if match[2] is not None:
        end = _number(field, match[2])
        if end < start:
            raise _BadItemError(
                f"has the range {item}, which runs backwards: cron would never run it",
                _unwound(field, start, end, step or 1),
            )
    else:
        end = top_of(field) if step is not None else start
    if start >= end or (step is not None and step > end - start):
        return str(start)
    return f"{start}-{end}" + (f"/{step}" if step is not None else "")


def top_of(field: Field) -> int:
    """Where a step without an end stops: Sunday counts as 0."""
    return 6 if field is WEEKDAY else field.high


def _step(field: Field, digits: str) -> int:
    step = _small(digits)
    if step == 0:
        raise _BadItemError("has the step 0, which never moves; a step is at least 1")
    if step > MAX_NUMBER - field.high:  # Debian's cron adds it to a value, in an int
        raise _BadItemError(f"has the step {digits:.20}, which no cron can hold; write the first value alone")
    return step


def _which(digits: str) -> int:
    which = _small(digits)
    if not 1 <= which <= 5:
        raise _BadItemError(f"has #{digits[:9]}: a month has a 1st to 5th of each weekday")
    return which


def _small(digits: str) -> int:
    """A number of any length, without a large conversion: more than ten digits are all the same."""
    return int(digits) if len(digits.lstrip("0")) <= 10 else 10**10


def _number(field: Field, word: str) -> int:
    if word.isdigit():
        number = _small(word)
        if not field.low <= number <= field.high:
            raise _BadItemError(f"must be {field.range}, got {word[:20]}", _wrapped(field, number))
        return number
    if word in field.names:
        return field.names.index(word) + field.low
    raise _BadItemError(*_strange(field, word))


def _wrapped(field: Field, number: int) -> str | None:
    """The value somebody may have meant: 24 o'clock is 0, minute 60 is 0; else the nearest one."""
    if number >= 10**10:
        return None
    if field in (MINUTE, HOUR):
        return str(number % (field.high + 1))
    return str(field.low if number < field.low else field.high)


def _unwound(field: Field, start: int, end: int, step: int) -> str:
    """A backwards range as two that cron understands: ``20-4`` is ``20-23,0-4``."""
    if field is WEEKDAY and end == 0:
        return f"{start}-7" + (f"/{step}" if step > 1 else "")
    top = top_of(field)
    if step > 1:
        size = top - field.low + 1
        values = range(start, end + size + 1, step)
        return ",".join(str((value - field.low) % size + field.low) for value in values)
    parts = ((start, top), (field.low, end))
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)


def _strange(field: Field, item: str) -> tuple[str, str | None]:
    """Why an item of no known shape is refused, and a spelling that works."""
    shown = item if len(item) <= 20 else item[:20] + "…"
    if item == "?":
        return 'cannot be "?", which is Quartz; write *', "*"
    if item[0] in "hr" and (len(item) == 1 or item[1] in "(/"):
        return (
            f'cannot be "{shown.upper()}": cron draws no numbers, choose one of {field.range}',
            None,
        )
    if item[0] in "+-" and item[1:].isdigit():
        return f'"{shown}" has a sign; write a number {field.range}', item[1:]
    if item.endswith(("l", "w", "lw")) and field in (MONTH_DAY, WEEKDAY):
        known = "L or LW" if field is MONTH_DAY else "5L (last Friday) or 5#3 (third Friday)"
        return f'cannot read "{shown.upper()}"; write {known}', None
    if field.names and item.isalpha():
        # "monday" begins like the name meant; a typing error is looked up.
        near = next((n for n in field.names if item.startswith(n)), "") or nearest(item, field.names)
        names = f"{field.names[0]}-{field.names[-1]}"
        return f'cannot be "{shown}"; write {field.range} or {names}', near or None
    return f'cannot read "{shown}"; write *, */n, a, a-b or a-b/n with numbers {field.range}', None


def _macro(words: list[str]) -> str:
    name = words[0]
    if name in MACROS and len(words) == 1:
        return MACROS[name]
    if name.lower() == "@every":
        period = words[1] if len(words) == 2 else "15m"
        raise ScheduleError(
            f"cron has no @every; give the period as every = {quoted(period)}",
            of=" ".join(words),
            suggestion=period,
            suggests=True,
        )
    if name.lower() == "@reboot":
        message = '"@reboot" is not a time: nothing can be due. Give the check a period instead'
        raise ScheduleError(message, quotes=True)
    if name in MACROS:
        raise ScheduleError(f"{name} stands alone", of=" ".join(words), suggestion=name)
    near = nearest(name, MACROS)
    raise ScheduleError(
        f"{quoted(name, 20)} is none of {' '.join(MACROS)}", quotes=True, suggestion=near or None
    )


def _wrong_count(words: list[str]) -> ScheduleError:
    whole = " ".join(words)
    message = (
        f"a cron expression has 5 fields (minute, hour, day of month, month, day of week), got {len(words)}"
    )
    if len(words) in (6, 7):
        # Quartz and others put seconds first and a year last.
        five = " ".join(words[1:6]).replace("?", "*")
        return ScheduleError(message + "; there are no seconds and no year", of=whole, suggestion=five)
    if len(words) == 4:
        return ScheduleError(message, of=whole, suggestion=" ".join((*words, "*")))
    return ScheduleError(message, of=whole)
