"""The project of the tests of ``manage.py pulsetui sync``: commands, a Celery app, a crontab."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

COMMAND = """
from django.core.management.base import BaseCommand

class Command(BaseCommand):
    def add_arguments(self, parser):
        parser.add_argument("--all", action="store_true")

    def handle(self, *args, **options):
        return "imported 312 records"
"""

CELERY = """
import json
import os
from datetime import timedelta

import pulsetui.celery
from celery import Celery
from celery.schedules import crontab

app = Celery("shop", broker="memory://")
app.conf.timezone = "Europe/Riga"
app.conf.beat_schedule = {
    name: {"task": task, "schedule": crontab(hour=hour, minute=0)}
    for name, (task, hour) in json.loads(os.environ.get("BEAT", "{}")).items()
}
if "UNCONNECTED" not in os.environ:
    pulsetui.celery.connect(app)
"""

SETTINGS = """
import os

SECRET_KEY = "x"
INSTALLED_APPS = ["pulsetui.django", "billing", "django.contrib.sessions"]
USE_TZ = True
TIME_ZONE = "America/New_York"
PULSETUI = {"project": os.environ.get("PROJECT", "")}
"""

MANAGE = """
import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
execute_from_command_line(sys.argv)
"""

CRONTAB = (
    "PULSETUI_URL=http://127.0.0.1:8787\n0 2 * * * cd /srv/app && .venv/bin/python manage.py sync_invoices\n"
)


def make_project(root: Path) -> Path:
    """Its root, with manage.py in it."""
    commands = root / "billing" / "management" / "commands"
    commands.mkdir(parents=True)
    (root / "shop").mkdir()
    for package in (root / "shop", root / "billing", root / "billing" / "management", commands):
        (package / "__init__.py").touch()
    (commands / "sync_invoices.py").write_text(COMMAND)
    (root / "shop" / "celery.py").write_text(CELERY)
    (root / "shop" / "settings.py").write_text(SETTINGS)
    (root / "manage.py").write_text(MANAGE)
    (root / "deploy").mkdir()
    (root / "deploy" / "crontab").write_text(CRONTAB)
    return root


def manage(
    project: Path,
    home: Path,
    *arguments: str,
    beat: Mapping[str, tuple[str, int]] | None = None,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """``manage.py pulsetui …`` in an environment of its own. ``beat``: names of entries → task and hour."""
    given = {"HOME": str(home), "PATH": os.environ["PATH"], "TZ": "UTC", "BEAT": json.dumps(beat or {})}
    given["PULSETUI_STATE_DIR"] = str(home / "state")
    return subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", "pulsetui", *arguments],
        env={**given, **environment},
        cwd=project,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
