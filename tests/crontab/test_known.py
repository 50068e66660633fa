"""The checks of checks.toml, as lines of a host are held against them, are the same when they are many."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from pulsetui.config import build
from pulsetui.config.file.load import parse_config
from pulsetui.crontab.known import of_config
from tests.crontab.host import WORLD

TEXT = """
[checks.a]
every = "1h"
[checks.b]
cron = "0 2 * * *"
uuid = "3f2b8c1e-7a4d-4e5f-9b6c-0d1e2f3a4b5c"
source = { from = "crontab", key = "0 2 * * * b" }
"""


def test_many_are_as_few(monkeypatch: pytest.MonkeyPatch) -> None:
    few = of_config(parse_config(TEXT, Path("checks.toml"), {}))
    monkeypatch.setattr(build, "_MANY", 0)
    many = of_config(parse_config(TEXT, Path("checks.toml"), {}))
    assert type(few) is not type(many)
    assert list(few) == list(many)
    assert len(few) == len(many)
    assert all(one in many for one in few)
    worlds = [msgspec.structs.replace(WORLD, checks=checks) for checks in (few, many)]
    for name in ("a", "b", "3f2b8c1e-7a4d-4e5f-9b6c-0d1e2f3a4b5c", "c", ""):
        assert worlds[0].check(name) == worlds[1].check(name)
    assert [one.slug for one in many.made()] == ["b"]  # type: ignore[attr-defined]
