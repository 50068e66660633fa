"""What the Django app costs a management command: the same command without it, with it, and reported."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

from tests.benchmarks.bench_command import cost_of
from tests.benchmarks.processes import Home, home, serving, slug
from tests.benchmarks.report import Table, most
from tests.django.shop import MANAGE

_ROUNDS = 25
_QUICK_ROUNDS = 5
_MOST_MS = 30.0

_SETTINGS = """
SECRET_KEY = "x"
INSTALLED_APPS = [{apps}]
PULSETUI = {{"slugs": {{"work": "{slug}"}}}}
"""
_COMMAND = """
from django.core.management.base import BaseCommand

class Command(BaseCommand):
    requires_system_checks = ()

    def handle(self, *args, **options):
        return "imported 312 records"
"""


def run(*, quick: bool) -> list[Table]:
    table = Table("A management command that reports, until it ends", "the same command without the app")
    with home(1) as at, serving(at) as server:
        project = _project(at)
        url = f"http://127.0.0.1:{server.port}"
        kinds = {"bare": ("bare", ""), "no engine is named": ("app", ""), "reported": ("app", url)}
        took: dict[str, list[float]] = {kind: [] for kind in kinds}
        spent: dict[str, list[float]] = {kind: [] for kind in kinds}
        command = [sys.executable, str(project / "manage.py"), "work"]
        for round_ in range((_QUICK_ROUNDS if quick else _ROUNDS) + 1):
            for kind, (settings, address) in kinds.items():
                more = {"DJANGO_SETTINGS_MODULE": f"shop.{settings}", "PULSETUI_URL": address}
                cpu, wall = cost_of(command, at, quiet=True, **more)
                if round_:  # the first one compiles
                    took[kind].append(wall * 1e3)
                    spent[kind].append(cpu * 1e3)
        arrived = at.settled()
    rounds = len(took["bare"])
    bare, named, reported = (median(took[kind]) for kind in kinds)
    table.add("the command with the app, two reports", reported, "ms", floor=bare)
    table.add("… what that adds", reported - bare, "ms", bars=[most(_MOST_MS)])
    table.add("… of it CPU", median(spent["reported"]) - median(spent["bare"]), "ms")
    table.add("the command with the app, where no engine is named", named, "ms", floor=bare)
    table.notes.append(f"medians of {rounds} interleaved runs; {arrived} pings arrived")
    return [table]


def _project(at: Home) -> Path:
    """Its root: manage.py, two settings, and a command."""
    root = at.path / "project"
    commands = root / "billing" / "management" / "commands"
    commands.mkdir(parents=True)
    (root / "shop").mkdir()
    for package in (root / "shop", root / "billing", root / "billing" / "management", commands):
        (package / "__init__.py").touch()
    (commands / "work.py").write_text(_COMMAND)
    (root / "manage.py").write_text(MANAGE)
    for name, apps in {"bare": '"billing"', "app": '"pulsetui.django", "billing"'}.items():
        (root / "shop" / f"{name}.py").write_text(_SETTINGS.format(apps=apps, slug=slug(0)))
    return root
