"""The schedules of this project, read out of every place in which they may stand."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from pulsetui.django.options import Options
from pulsetui.django.sources import apscheduler, celery_beat, crontab, crontask, django_q
from pulsetui.django.sources.collected import Project
from pulsetui.errors import UsageError
from pulsetui.provision.found import SourceReading

_READERS: Mapping[str, Callable[[Project], Iterator[SourceReading]]] = {
    "celery-beat": celery_beat.read,
    "django-q": django_q.read,
    "apscheduler": apscheduler.read,
    "crontask": crontask.read,
    "crontab": crontab.read,
}


def this_project(options: Options, crontabs: Sequence[str] = ()) -> Project:
    """The project that Django was set up for."""
    from django.conf import settings

    package = str(getattr(settings, "SETTINGS_MODULE", "")).partition(".")[0]
    return Project(
        name=options.project or package or "django",
        package=package,
        root=_root(package),
        options=options,
        now=datetime.now(UTC),
        zone=str(settings.TIME_ZONE or "UTC"),
        crontabs=tuple(crontabs),
    )


def readings_of(project: Project) -> Sequence[SourceReading]:
    """What stands in each place. One that cannot be read says so, and hides no other.

    Raises UsageError for a crontab or a module that was named and cannot be read."""
    for name in project.options.modules:
        try:
            import_module(name)
        except Exception as error:  # noqa: BLE001 - code of other people
            raise UsageError(f'PULSETUI["modules"]: {name}: {type(error).__name__}: {error}') from None
    return [found for name in _READERS for found in _read(project, name)]


def _read(project: Project, name: str) -> Iterator[SourceReading]:
    try:
        yield from _READERS[name](project)
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001 - code and tables of other people
        yield SourceReading(origin=project.origin(name), problem=f"{type(error).__name__}: {error}")


def _root(package: str) -> Path:
    """Where manage.py is: it was started by that, or it is beside the package of the settings."""
    started = Path(sys.argv[0])
    if started.name == "manage.py":
        return started.absolute().parent
    spec = find_spec(package) if package else None
    place = Path(spec.origin) if spec and spec.origin else Path.cwd() / "x"
    return place.parent.parent if place.name == "__init__.py" else place.parent
