"""A check's times for the crontab of a host in another zone.

Cron reads the host's clock. Times are translated where they can be, with a word on what summer time does to
them. Days that are other dates there cannot be: then ``CRON_TZ`` names the zone, which not every cron reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from pulsetui.core.schedule.clock_change import changes, offset_at
from pulsetui.core.schedule.english import clock, listed, span_words
from pulsetui.core.schedule.zone import zone
from pulsetui.errors import ScheduleError
from pulsetui.recipes.crontab_fields import CrontabFields, day_field, field_text

HORIZON = timedelta(days=731)
_DAY = 24 * 60
_MAX_TIMES = 3
"""At most this many times of day are named in a remark; with more the expression says it better."""
_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)


class HostTimes(Struct, frozen=True):
    """The five fields as the host's cron has to read them, and what a person should know of them."""

    text: str
    remark: str = ""  # to stand behind the line: "02:00 CET; an hour late in summer time, from 2027-03-28"
    cron_tz: str = ""  # the zone that a line before it has to name
    note: str = ""  # a sentence for the person


def host_times(fields: CrontabFields, host: str, now: datetime) -> HostTimes:
    """``fields`` in the zone ``host``, as of ``now``. An empty ``host`` is not known."""
    if not fields.zone or not fields.minutes:
        return HostTimes(fields.text)
    try:
        here, there = zone(host), zone(fields.zone)
        now + HORIZON
    except (ScheduleError, OverflowError):  # not known, or an engine elsewhere says what cannot be
        return HostTimes(fields.text, note=f"These times are {fields.zone}'s; cron reads them as the host's.")
    shifts = _shifts(here, there, now)
    texts = {shift: shifted(fields, shift) for _, shift in shifts}
    first = texts[shifts[0][1]]
    if set(texts.values()) == {fields.text}:
        return HostTimes(fields.text)
    if first is None:
        return HostTimes(fields.text, cron_tz=fields.zone, note=_cron_tz_note(fields.zone, host))
    remark = _meaning(fields, there, now)
    change = next(((at, shift) for at, shift in shifts if texts[shift] != first), None)
    if change is None:
        return HostTimes(
            first, remark, note=f"Cron reads the host's zone, {host}: translated from {fields.zone}."
        )
    at, shift = change
    off = _off(shifts[0][1] - shift)
    remark += f"; {off} in {_season(here, there, at)} time, from {at.astimezone(there):%Y-%m-%d}"
    return HostTimes(first, remark, note=_summer_note(fields.zone, host, off))


def _shifts(here: ZoneInfo, there: ZoneInfo, now: datetime) -> list[tuple[datetime, int]]:
    """From when on the host's clock is how many minutes before the check's; the first holds now."""
    instants = {now}
    for each in (here, there):
        instants.update(change.at for change in changes(each, now, now + HORIZON))
    found: list[tuple[datetime, int]] = []
    for at in sorted(instants):
        shift = (offset_at(here, at) - offset_at(there, at)) // _MINUTE
        if not found or found[-1][1] != shift:
            found.append((at, shift))
    return found


def shifted(fields: CrontabFields, shift: int) -> str | None:
    """The same instants on a clock that is ``shift`` minutes ahead; None where five fields cannot say it."""
    days: dict[int, set[int]] = {}
    for minute in fields.minutes:
        day, moved = divmod(minute + shift, _DAY)
        days.setdefault(day, set()).add(moved)
    minutes = sorted(set().union(*days.values()))
    hours = sorted({minute // 60 for minute in minutes})
    each = sorted({minute % 60 for minute in minutes})
    if len(hours) * len(each) != len(minutes):
        return None  # half past one and two o'clock: no hours with the same minutes
    if set(minutes) == set(fields.minutes):
        time = fields.text.split()[:2]
    else:
        time = [field_text(each, 0, 59), field_text(hours, 0, 23)]
    month_day, month, weekday = fields.text.split()[2:]
    if set(days) == {0} or (month_day, month, weekday) == ("*", "*", "*"):
        return " ".join((*time, month_day, month, weekday))
    if len(days) > 1 or (month_day, month) != ("*", "*"):
        return None  # other dates
    (day,) = days
    return " ".join((*time, month_day, month, day_field((each + day) % 7 for each in fields.weekdays)))


def _meaning(fields: CrontabFields, there: ZoneInfo, now: datetime) -> str:
    """What the check's own clock shows then: ``02:00 CET``, or the expression in its zone."""
    if len(fields.minutes) > _MAX_TIMES or fields.text.split()[2:] != ["*", "*", "*"]:
        return f"{fields.text} in {fields.zone}"
    times = listed([clock(*divmod(minute, 60)) for minute in fields.minutes])
    name = now.astimezone(there).tzname() or ""
    return f"{times} {name}" if name.isalpha() else f"{times} in {fields.zone}"


def _off(minutes: int) -> str:
    """``an hour late``, ``30 minutes early``."""
    span = span_words(timedelta(minutes=abs(minutes)))
    named = {"hour": "an hour", "minute": "a minute"}.get(span, span)
    return f"{named} {'late' if minutes > 0 else 'early'}"


def _season(here: ZoneInfo, there: ZoneInfo, at: datetime) -> str:
    """What begins with the change ``at``, by the zone whose clock moves: forward is summer."""
    moves = [offset_at(each, at) - offset_at(each, at - _SECOND) for each in (there, here)]
    return "summer" if next((move for move in moves if move), timedelta(1)) > timedelta(0) else "winter"


def _summer_note(own: str, host: str, off: str) -> str:
    return (
        f"Cron reads the host's zone, {host}: translated from {own} as the clocks stand now; the job is {off}"
        f' after their next change. Right all year: timezone = "{host}" in the check, or a systemd timer.'
    )


def _cron_tz_note(own: str, host: str) -> str:
    return (
        f"Cron reads the host's zone, {host}, in which these days cannot be said. CRON_TZ names {own}: cronie"
        " (Fedora, RHEL, Arch) reads it, for all lines below. Debian's cron does not: take a systemd timer."
    )


def times_header(times: HostTimes) -> Sequence[str]:
    """The lines before a line of the crontab."""
    if not times.cron_tz:
        return ()
    return (
        "# Put this last: cronie reads CRON_TZ, for every line below it. Debian's cron does not read it.",
        f"CRON_TZ={times.cron_tz}",
    )
