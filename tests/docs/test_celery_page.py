"""What docs/celery.md shows is valid, and names every option."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from celery import Celery

from pulsetui.celery import connect
from pulsetui.config.file.load import parse_config
from pulsetui.hooks.registry import VALIDATORS

PAGE = (Path(__file__).parents[2] / "docs" / "celery.md").read_text("utf-8")


def test_what_the_page_shows_can_be_configured_so() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert parse_config(text, Path("checks.toml"), VALIDATORS).checks["sync-invoices"].expect


def test_the_python_of_the_page_runs() -> None:
    first, second = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    for source in (first, second):
        names = {"app": Celery("shop", set_as_current=False)}
        exec(compile(source, "docs/celery.md", "exec"), names)


def test_the_page_names_every_option() -> None:
    options = [name for name in inspect.signature(connect).parameters if name != "app"]
    table = PAGE.partition("## Options")[2].partition("## Schedules")[0]
    named = re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)))
    assert named == options
