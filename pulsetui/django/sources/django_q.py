"""Rows of django-q2's schedules.

Its daily, weekly and monthly ones keep the time of day of their next run in the project's zone, through
changes of the clock: a period would be late by an hour on such a day. Where a month may be shorter than the
day that a row runs on, or its months are counted in twos and threes, the longest period stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pulsetui.django.options import Options
from pulsetui.django.queue_runs import name_of
from pulsetui.django.sources.collected import Collected, Project
from pulsetui.provision.found import SourceReading

_PLACE = "django-q"
_LONGEST_DAYS = {"M": 31, "BM": 62, "Q": 92, "Y": 366}
_EVERY_MONTH = range(1, 29)  # days that each month has


def read(project: Project) -> Iterator[SourceReading]:
    """One reading if the project has django-q2."""
    from django.apps import apps

    if not apps.is_installed("django_q"):
        return
    from django_q.models import Schedule

    collected = Collected(project, _PLACE)
    for row in Schedule.objects.order_by("pk"):
        _collect(project.options, project.zone, collected, row)
    yield collected.reading()


def _collect(options: Options, zone: str, collected: Collected, row: Any) -> None:
    name, place = name_of(row), f"schedule {row.pk}"
    if not row.name:
        collected.note(f"{place} runs {row.func} and has no name: it reports to {options.slug(name, {})}")
    if not options.watches(name):
        collected.leave_out(name, f"{place}: is not watched (see PULSETUI: allow, deny)")
    elif row.repeats == 0 or row.next_run is None:
        collected.leave_out(name, f"{place}: has no run left")
    elif row.schedule_type == row.ONCE or row.repeats > 0:
        collected.leave_out(name, f"{place}: runs only a few times, and is then gone")
    else:
        keys = keys_of(row, zone)
        collected.add(
            key=f"schedule {row.pk}", slug=options.slug(name, {}), name=name, keys=keys, place=place
        )


def keys_of(row: Any, zone: str) -> Mapping[str, str]:
    """The keys of a check for a row; empty for a kind that nobody knows."""
    kind = str(row.schedule_type)
    if kind == "C":
        return {"cron": str(row.cron or ""), "timezone": zone}
    if kind == "I":
        return {"every": f"{row.minutes or 1}m"}
    if kind == "H":
        return {"every": "1h"}
    next_run: datetime = row.next_run
    local = (next_run if next_run.tzinfo else next_run.replace(tzinfo=UTC)).astimezone(ZoneInfo(zone))
    times = f"{local.minute} {local.hour}"
    if kind == "D":
        return {"cron": f"{times} * * *", "timezone": zone}
    if kind == "W":
        return {"cron": f"{times} * * {local.isoweekday() % 7}", "timezone": zone}
    if kind == "BW":
        return {"every": "14d", "grace": "2h"}
    if kind == "M" and local.day in _EVERY_MONTH:
        return {"cron": f"{times} {local.day} * *", "timezone": zone}
    if kind in _LONGEST_DAYS:
        return {"every": f"{_LONGEST_DAYS[kind]}d", "grace": "2h"}
    return {}
