"""What docs/django.md shows is valid, and names every setting. Its commands are run by ``tests/django``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pulsetui.config.file.load import parse_config
from pulsetui.django.options import Options
from pulsetui.hooks.registry import VALIDATORS

PAGE = (Path(__file__).parents[2] / "docs" / "django.md").read_text("utf-8")


def test_what_the_page_shows_can_be_configured_so() -> None:
    first, followed = (
        parse_config(text, Path("checks.toml"), VALIDATORS).checks
        for text in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    )
    assert first["sync-invoices"].expect
    assert followed["nightly"].source["cron"] == "0 3 * * *"


def test_the_settings_of_the_page_are_known(caplog: pytest.LogCaptureFixture) -> None:
    (text,) = re.findall(r"```python\n(PULSETUI = .*?)```", PAGE, re.DOTALL)
    names: dict[str, dict[str, object]] = {}
    exec(compile(text, "docs/django.md", "exec"), names)
    assert Options("http://127.0.0.1:8787", names["PULSETUI"]).project == "shop"
    assert caplog.records == []
