"""Which commands the project has, and what becomes of their runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pulsetui.django.options import Options

SHIPPED = "django."
"""Apps whose commands nobody schedules, but for a few."""

_SCHEDULED = frozenset({"clearsessions"})


class ProjectCommand:
    """``slug`` is "" for one that is not watched, and holds the template where arguments are part of it."""

    def __init__(self, name: str, app: str, slug: str) -> None:
        self.name = name
        self.app = app
        self.slug = slug

    @property
    def needs_arguments(self) -> bool:
        return "{" in self.slug


def project_commands(options: Options) -> Sequence[ProjectCommand]:
    """All that the project's apps bring, by name; of Django's own only what is scheduled."""
    from django.core.management import get_commands

    found = []
    for name, app in sorted(get_commands().items()):
        label = app if isinstance(app, str) else app.name
        if f"{label}.".startswith(SHIPPED) and name not in _SCHEDULED:
            continue
        template = options.slugs.get(name, "")
        slug = template if "{" in template else options.slug(name, {})
        own = _own_slug(label, name)
        found.append(ProjectCommand(name, label, own or (slug if options.watches(name) else "")))
    return found


def _own_slug(app: str, name: str) -> str:
    """What a command with the mixin reports to."""
    from django.core.management import load_command_class

    try:
        return str(getattr(load_command_class(app, name), "heartbeat_slug", ""))
    except Exception:  # noqa: BLE001 - a command that cannot be loaded is listed all the same
        return ""


def shared_slugs(commands: Sequence[ProjectCommand]) -> Mapping[str, Sequence[str]]:
    """Slugs to which several commands report: a missing one of them would not show."""
    by_slug: dict[str, list[str]] = defaultdict(list)
    for command in commands:
        if command.slug:
            by_slug[command.slug].append(command.name)
    return {slug: names for slug, names in by_slug.items() if len(names) > 1}
