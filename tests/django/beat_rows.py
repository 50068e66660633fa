"""Run by a test, since Django can be set up once in a process: beat's entries in the code and in the tables.

Prints as JSON what ``sync`` makes of them.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
from celery import Celery
from django.conf import settings
from django.core.management import call_command

import pulsetui.celery
from pulsetui.django.options import Options
from pulsetui.django.sources import celery_beat
from pulsetui.django.sources.collected import Project
from pulsetui.provision.compare import schedule_in
from pulsetui.provision.plan import plan


def main() -> None:
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=["django_celery_beat"],
        USE_TZ=True,
        TIME_ZONE="Europe/Riga",
    )
    django.setup()
    call_command("migrate", verbosity=0)
    make_rows()
    app = Celery("shop", broker="memory://")
    app.conf.beat_schedule = {
        "in code": {"task": "shop.in_code", "schedule": 600.0},
        "twice a": {"task": "shop.twice", "schedule": 60.0},
        "twice b": {"task": "shop.twice", "schedule": 120.0},
        "off in code": {"task": "shop.off", "schedule": 60.0},
    }
    pulsetui.celery.connect(app, slugs={"none": None})
    project = Project(
        name="shop",
        package="",
        root=Path.cwd(),
        options=Options("http://127.0.0.1:8787", {}),
        now=datetime(2026, 11, 28, tzinfo=UTC),
        zone="Europe/Riga",
    )
    (found,) = celery_beat.read(project)
    past = {"from": "shop/celery-beat", "key": "row 2", "slug": "past", "calendar": "2020-01-01 12:00:00"}
    tables = {
        "past": {"calendar": "2020-01-01 12:00:00", "timezone": "UTC", "source": {**past, "timezone": "UTC"}}
    }
    steps = plan([found], tables, zone="UTC").of("gone")
    print(
        json.dumps(
            {
                "found": [
                    [one.slug, one.key, str(schedule_in(one.fields(), "UTC"))] for one in found.schedules
                ],
                "left_out": found.left_out,
                "unwatched": found.unwatched,
                "gone when clocked is over": ["-" for step in steps if step.slug == "past"],
            }
        )
    )


def make_rows() -> None:
    from django_celery_beat import models

    long_ago, far = datetime(2020, 1, 1, 12, tzinfo=UTC), datetime(2090, 12, 24, 18, tzinfo=UTC)
    minutes = models.IntervalSchedule.objects.create(every=5, period="minutes")
    clocked: Any = models.ClockedSchedule.objects.create
    add: Any = models.PeriodicTask.objects.create
    cron = models.CrontabSchedule.objects.create(minute="0", hour="2", timezone="Europe/Berlin")
    add(name="nightly", task="shop.t", crontab=cron)
    add(name="past", task="shop.t", clocked=clocked(clocked_time=long_ago), one_off=True)
    add(name="xmas", task="shop.t", clocked=clocked(clocked_time=far), one_off=True)
    add(name="off", task="shop.t", interval=minutes, enabled=False)
    add(name="off in code", task="shop.off", interval=minutes, enabled=False)
    add(name="in code", task="shop.in_code", interval=minutes)
    add(name="expired", task="shop.t", interval=minutes, expires=long_ago)
    add(name="later", task="shop.t", interval=minutes, start_time=far)
    add(name="one run", task="shop.t", crontab=cron, one_off=True)
    add(name="none", task="shop.t", interval=minutes)


main()
