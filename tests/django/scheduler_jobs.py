"""Run by a test, since Django can be set up once in a process: prints what ``sync`` reads of schedulers."""

from __future__ import annotations

import json

import django
from django.conf import settings


def main() -> None:
    settings.configure(
        INSTALLED_APPS=["crontask", "bills"],
        USE_TZ=True,
        TIME_ZONE="Europe/Riga",
        PULSETUI={"tasks": ["sync_*"], "modules": ["bills.jobs"], "project": "shop"},
    )
    django.setup()
    from pulsetui.django.options import read_options
    from pulsetui.django.schedules import readings_of, this_project
    from pulsetui.provision.compare import schedule_in

    for found in readings_of(this_project(read_options())):
        if found.origin not in ("shop/apscheduler", "shop/crontask"):
            continue
        schedules = [
            [one.slug, one.key, str(schedule_in(one.fields(), "UTC")), one.place] for one in found.schedules
        ]
        print(json.dumps([schedules, found.left_out, found.unwatched, found.notes]))


main()
