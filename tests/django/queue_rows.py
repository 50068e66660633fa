"""Run by a test, since Django can be set up once in a process: schedules of the real django-q2, run once.

Prints as JSON what ``sync`` makes of them.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from multiprocessing import Queue, Value
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command


def report() -> str:
    return "imported 312 records"


def crash() -> None:
    raise RuntimeError("the bank does not answer")


def main() -> None:
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=["pulsetui.django", "django_q"],
        Q_CLUSTER={"name": "shop", "orm": "default"},
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        USE_TZ=True,
        TIME_ZONE="Europe/Riga",
        SECRET_KEY="x",
        PULSETUI={"deny": ["denied"]},
    )
    django.setup()
    call_command("migrate", verbosity=0)
    make_rows()
    from pulsetui.django.options import read_options
    from pulsetui.django.sources import django_q
    from pulsetui.django.sources.collected import Project
    from pulsetui.provision.compare import schedule_in

    project = Project(
        name="shop",
        package="",
        root=Path.cwd(),
        options=read_options(),
        now=datetime(2026, 11, 28, tzinfo=UTC),
        zone="Europe/Riga",
    )
    (found,) = django_q.read(project)
    print(
        json.dumps(
            {
                "found": [
                    [one.slug, one.key, str(schedule_in(one.fields(), "UTC"))] for one in found.schedules
                ],
                "left_out": found.left_out,
                "notes": found.notes,
                "unwatched": found.unwatched,
            }
        )
    )
    run_what_is_due()


def run_what_is_due() -> None:
    from django_q.models import Schedule
    from django_q.scheduler import scheduler
    from django_q.tasks import async_task

    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    for name in ("nightly", None, "crashes"):
        Schedule.objects.filter(name=name).update(next_run=long_ago)
        scheduler()
        work()
        Schedule.objects.filter(name=name).delete()
    async_task("tests.django.queue_rows.report", group="sent by code")
    async_task("tests.django.queue_rows.report")
    work()


def work() -> None:
    """What a worker of the cluster does with the tasks that wait."""
    from django_q.brokers import get_broker
    from django_q.signing import SignedPackage
    from django_q.worker import worker

    tasks: Any = Queue()
    broker = get_broker()
    while found := broker.dequeue():
        for number, pack in found:
            broker.acknowledge(number)
            tasks.put(SignedPackage.loads(pack))
        if broker.queue_size() == 0:
            break
    tasks.put("STOP")
    worker(tasks, Queue(), Value("f", -1))


def make_rows() -> None:
    from django_q.models import Schedule

    at = datetime(2090, 1, 30, 0, 30, tzinfo=UTC)
    add: Any = Schedule.objects.create
    func = "tests.django.queue_rows.report"
    add(name="nightly", func=func, schedule_type="D", next_run=at)
    add(func=func, schedule_type="C", cron="*/5 * * * *")
    add(name="crashes", func="tests.django.queue_rows.crash", schedule_type="W", next_run=at)
    add(name="minutes", func=func, schedule_type="I", minutes=7, next_run=at)
    add(name="hourly", func=func, schedule_type="H", next_run=at)
    add(name="biweekly", func=func, schedule_type="BW", next_run=at)
    add(name="late in the month", func=func, schedule_type="M", next_run=at)
    add(name="early", func=func, schedule_type="M", next_run=at.replace(day=5))
    add(name="quarterly", func=func, schedule_type="Q", next_run=at)
    add(name="once", func=func, schedule_type="O", next_run=at)
    add(name="thrice", func=func, schedule_type="D", repeats=3, next_run=at)
    add(name="over", func=func, schedule_type="D", repeats=0, next_run=at)
    add(name="denied", func=func, schedule_type="D", next_run=at)


if __name__ == "__main__":
    main()
