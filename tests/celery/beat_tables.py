"""Run by a test, since Django can be set up once in a process: a DatabaseScheduler with a row of each kind.

Prints a line of JSON for each report of beat.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import django
from celery import Celery, signals
from django.conf import settings
from django.core.management import call_command

from pulsetui.celery.beat import BeatWatch
from pulsetui.job.report import PingReport
from pulsetui.job.report_queue import ReportQueue


class _Printed(ReportQueue):
    def put(self, report: PingReport) -> None:
        print(json.dumps([report.slug, report.kind, dict(report.create)]), flush=True)


def main() -> None:
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=["django_celery_beat"],
        USE_TZ=True,
        TIME_ZONE="Europe/Riga",
    )
    django.setup()
    call_command("migrate", verbosity=0)
    from django_celery_beat import models
    from django_celery_beat.schedulers import DatabaseScheduler

    cron = models.CrontabSchedule.objects.create(minute="0", hour="2", timezone="Europe/Berlin")
    minutes = models.IntervalSchedule.objects.create(every=5, period="minutes")
    once = models.ClockedSchedule.objects.create(clocked_time=datetime(2090, 1, 1, 12, tzinfo=UTC))
    add: Any = models.PeriodicTask.objects.create
    add(name="nightly", task="shop.t", crontab=cron)
    add(name="often", task="shop.t", interval=minutes, last_run_at=datetime(2026, 1, 1, tzinfo=UTC))
    add(name="once", task="shop.t", clocked=once, one_off=True)
    add(name="off", task="shop.t", interval=minutes, enabled=False)
    app = Celery("shop", broker="memory://")
    watch = BeatWatch(app, _Printed(), slugs={}, slug="celery-beat", create=True)
    signals.before_task_publish.connect(watch.before_publish, weak=False)
    scheduler = DatabaseScheduler(app=app)
    watch.begin(sender=SimpleNamespace(scheduler=scheduler))
    scheduler.tick()


main()
