"""A scheduler of the project, as its settings name it."""

from __future__ import annotations

from apscheduler.schedulers.background import BackgroundScheduler

import pulsetui.apscheduler


def prune() -> None: ...


scheduler = BackgroundScheduler(timezone="Europe/Riga")
pulsetui.apscheduler.connect(scheduler, slugs={"quiet": None})
scheduler.add_job(prune, "cron", hour=5)
scheduler.add_job(prune, "interval", minutes=10, id="feed:acme")
scheduler.add_job(prune, "interval", minutes=10, id="quiet")
scheduler.add_job(prune, "interval", minutes=10, id="paused", next_run_time=None)
scheduler.add_job(prune, "cron", year=2020, id="over")
