"""What docs/apscheduler.md shows runs, and names every option."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

from pulsetui.apscheduler import connect
from pulsetui.apscheduler.connect import connected_schedulers

PAGE = (Path(__file__).parents[2] / "docs" / "apscheduler.md").read_text("utf-8")


def test_the_python_of_the_page_runs_and_connects_its_job() -> None:
    (source,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(source, "docs/apscheduler.md", "exec"), names)
    (ours,) = (one for one in connected_schedulers() if one.scheduler is names["scheduler"])
    assert [ours.slug(job) for job in names["scheduler"].get_jobs()] == ["sync-invoices"]


def test_the_page_names_every_option() -> None:
    options = [name for name in inspect.signature(connect).parameters if name != "scheduler"]
    table = PAGE.partition("## Options")[2].partition("## Schedules")[0]
    named = re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)))
    assert named == options
