"""Entries of Celery's beat: those in the code, and the rows of django-celery-beat.

With its scheduler beat writes the entries of the code into the table when it starts, so one that stands in
both is the code's, unless its row is disabled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from pulsetui.django.sources.collected import Collected, Project
from pulsetui.provision.found import SourceReading

_PLACE = "celery-beat"
_CONNECT = "its runs are not reported: call pulsetui.celery.connect(app) where the Celery app is made"


def read(project: Project) -> Iterator[SourceReading]:
    """One reading if the project has Celery, with everything that its beat starts."""
    if find_spec("celery") is None:
        return
    if _has_module(project.package, "celery"):
        import_module(f"{project.package}.celery")
    apps = _apps()
    rows = _rows()
    if apps or rows:
        yield _reading(project, apps, rows)


def _has_module(package: str, name: str) -> bool:
    try:
        return bool(package) and find_spec(f"{package}.{name}") is not None
    except ModuleNotFoundError:  # the settings are a module of their own
        return False


def _apps() -> list[Any]:
    """The Celery apps of this process that report or have entries, their modules loaded as beat would."""
    from celery._state import _get_active_apps

    from pulsetui.celery.connect import connected_apps

    connected = [each.app for each in connected_apps()]
    others = (app for app in _get_active_apps() if app not in connected)
    apps = [*connected, *sorted(others, key=lambda app: str(app.main))]
    for app in apps:
        app.loader.import_default_modules()
        app.finalize()
    return [app for app in apps if app in connected or app.conf.beat_schedule]


def _rows() -> list[Any]:
    from django.apps import apps

    if not apps.is_installed("django_celery_beat"):
        return []
    from django_celery_beat.models import PeriodicTask

    related = ("interval", "crontab", "solar", "clocked")
    return list(PeriodicTask.objects.select_related(*related).order_by("pk"))


def _reading(project: Project, apps: list[Any], rows: list[Any]) -> SourceReading:
    from pulsetui.celery.beat import BEAT_CHECK
    from pulsetui.celery.connect import connected_apps

    collected = Collected(project, _PLACE)
    by_app = {id(each.app): each for each in connected_apps()}
    disabled = {row.name for row in rows if not row.enabled}
    in_code: set[str] = set()
    for app in apps:
        connection = by_app.get(id(app))
        entries = {name: _entry(name, given, app) for name, given in app.conf.beat_schedule.items()}
        in_code |= entries.keys()
        alike = Counter(_work(entry) for entry in entries.values())
        for name, entry in entries.items():
            if name in disabled:
                collected.leave_out(name, "its row is disabled")
                continue
            work = _work(entry)
            key = work if alike[work] == 1 else f"entry {name}"
            _collect(collected, connection, app, name, entry.schedule, key, f"beat_schedule: {name}")
        if connection is not None and connection.beat and (entries or rows):
            collected.add(
                key="beat", slug=connection.beat, name=connection.beat, keys=BEAT_CHECK, place="beat itself"
            )
    connection = next(iter(connected_apps()), None)
    app = connection.app if connection else (apps[0] if apps else None)
    for row in rows:
        if row.name in in_code:
            continue
        if why := _idle(row, project):
            collected.leave_out(row.name, why)
            continue
        _collect(
            collected, connection, app, row.name, row.schedule, f"row {row.pk}", f"periodic task {row.pk}"
        )
    return collected.reading()


def _collect(
    collected: Collected, connection: Any, app: Any, name: str, schedule: Any, key: str, place: str
) -> None:
    from pulsetui.celery.schedules import check_keys

    if connection is None:
        collected.cannot_watch(name, _CONNECT)
        return
    slug = connection.slug(name)
    if slug is None:
        if not name.startswith("celery."):
            collected.leave_out(name, "connect(…, slugs=…) has no check for it")
        return
    keys: Mapping[str, str] = check_keys(schedule, app.timezone)
    collected.add(key=key, slug=slug, name=name, keys=keys, place=place)


def _idle(row: Any, project: Project) -> str:
    """Why beat does not start a row; "" for one that it does."""
    if not row.enabled:
        return "is disabled"
    if row.expires and row.expires <= project.now:
        return f"expired on {row.expires:%Y-%m-%d %H:%M}"
    if row.start_time and row.start_time > project.now:
        return f"begins on {row.start_time:%Y-%m-%d %H:%M}: sync again then"
    if row.one_off and row.clocked is None:
        return "runs only once"
    return ""


def _entry(name: str, given: Any, app: Any) -> Any:
    from celery.beat import ScheduleEntry

    if isinstance(given, ScheduleEntry):
        return given
    return ScheduleEntry(**{**given, "name": name, "app": app})


def _work(entry: Any) -> str:
    """What an entry does, whatever its name. Its arguments may be secrets, and are not shown."""
    if not entry.args and not entry.kwargs:
        return str(entry.task)
    given = repr((list(entry.args or ()), sorted((entry.kwargs or {}).items())))
    return f"{entry.task} {sha256(given.encode('utf-8', 'replace')).hexdigest()[:8]}"
