"""The ``every`` schedule: a period counted from the last report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from pulsetui.core.schedule.duration import DurationError, format_duration, parse_duration
from pulsetui.core.schedule.english import span_words
from pulsetui.core.schedule.schedule import WARNED_AHEAD, ScheduleKind, instants_between
from pulsetui.core.storable import instant_or_none, is_instant
from pulsetui.errors import ScheduleError

MIN_PERIOD = timedelta(seconds=1)


def is_row_of_numbers(text: object) -> bool:
    """``0 6 31 4 1``: a cron expression, but as a duration it would be one long number of seconds."""
    return isinstance(text, str) and len(text.split()) > 1 and "".join(text.split()).isdigit()


class Every(Struct, frozen=True):
    """A report is due ``period`` after the last one. ``period`` is whole seconds, at least one."""

    period: timedelta
    timezone: str = "UTC"  # in which its instants are shown; they do not depend on it

    def __post_init__(self) -> None:
        if self.period < MIN_PERIOD or self.period.microseconds:
            raise ScheduleError(
                f"a period is whole seconds and at least 1s, got {self.period.total_seconds():g}s",
                quotes=True,
                suggestion="1m",
            )

    @classmethod
    def parse(cls, text: str | int, timezone: str = "UTC") -> Every:
        """A period from configuration: ``15m``, ``1h30m``, or whole seconds. Raises ScheduleError."""
        if is_row_of_numbers(text):
            message = f'"{text}" is several numbers, not a period; write it like 90s, 15m, 1h30m'
            raise ScheduleError(message, quotes=True)
        try:
            period = parse_duration(text)
        except DurationError as error:
            raise ScheduleError(str(error), quotes=True, suggestion="15m") from error
        return cls(period, timezone)

    @property
    def kind(self) -> ScheduleKind:
        return "every"

    @property
    def runs_again(self) -> bool:
        return True

    @property
    def expression(self) -> str:
        """The canonical spelling: ``90m`` is ``1h30m``."""
        return format_duration(self.period)

    def next(self, after: datetime) -> datetime | None:
        return instant_or_none(after + self.period) if is_instant(after) else None

    def prev(self, before: datetime) -> datetime | None:
        return instant_or_none(before - self.period) if is_instant(before) else None

    def between(self, after: datetime, until: datetime, limit: int) -> Sequence[datetime]:
        """The instants a period apart, counted from ``after``."""
        return instants_between(self.next, after, until, limit)

    def slot(self, at: datetime, early: timedelta) -> datetime:
        """``at`` itself: a period counts from the report, so a report is never early."""
        return at

    def describe(self) -> str:
        return f"every {span_words(self.period)}"

    def over(self, now: datetime) -> str:
        return ""

    def doubts(self, now: datetime) -> Sequence[str]:
        return ()

    def warnings(self, now: datetime, ahead: timedelta = WARNED_AHEAD) -> Sequence[str]:
        return ()
