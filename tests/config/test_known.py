"""A large file that was read before: what is kept of it means the same, and anything else is not known."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.config.build import build_config
from pulsetui.config.file import known as known_module
from pulsetui.config.file.known import pack, unpack
from pulsetui.config.file.load import parse_toml
from pulsetui.config.model import Config
from pulsetui.core.schedule.parse import guess_schedule
from pulsetui.core.state.check import Check
from pulsetui.hooks.registry import VALIDATORS

SAMPLE = Path(__file__).parents[2] / "sample_checks.toml"
PLAIN = """
timezone = "Europe/Berlin"
[hooks.a]
type = "terminal"
[checks.nightly]
name = "Nightly ☾"
cron = "0 2 * * *"
grace = "30m"
tags = ["shop", "billing"]
uuid = "3f2b8c1e-7a4d-4e5f-9b6c-0d1e2f3a4b5c"
hooks = []
[checks.often]
every = "15m"
on_overlap = "down"
manual_resume = true
max_runtime = "90s"
depends_on = ["nightly"]
[checks.twin]
cron = "0 2 * * *"
tags = ["shop", "billing"]
[checks.zoned]
calendar = "Mon..Fri 06:00"
timezone = "Asia/Tokyo"
"""
SPECIAL = """
[checks.searches]
every = "1h"
expect = ["records >= 1"]
metrics = { records = 'records=(\\d+)' }
[checks.told]
every = "1h"
alerts = { a = { after = "1h" } }
[checks.bare]
every = "1h"
grace = 30
"""


def read(text: str) -> tuple[Config, bytes]:
    """What the text means, and what is kept of that."""
    document = parse_toml(text, Path("checks.toml"))
    config = build_config(document, text, Path("checks.toml"), VALIDATORS)
    rest = {name: table for name, table in document.items() if name != "checks"}
    return config, pack(text, rest, config)


def plain(config: Config) -> object:
    """To compare: schedules of a wall clock are equal to no other object."""
    checks = {
        slug: (
            msgspec.structs.replace(check, schedule=None),
            (check.schedule.kind, check.schedule.expression, check.schedule.timezone),
        )
        for slug, check in config.checks.items()
    }
    fields = {slug: dict(found) for slug, found in config.fields.items()}
    rest = msgspec.structs.replace(config, checks={}, fields={})
    return list(checks.items()), fields, rest


@pytest.mark.parametrize("text", [PLAIN, PLAIN + SPECIAL, SAMPLE.read_text(), "", 'timezone = "UTC"\n'])
def test_what_is_kept_means_the_same(text: str) -> None:
    config, packed = read(text)
    known = unpack(packed, text)
    assert known is not None
    again = build_config(known.document, text, Path("checks.toml"), VALIDATORS, known)
    assert plain(again) == plain(config)


def test_plain_checks_are_not_read_again_and_share_what_is_the_same() -> None:
    _, packed = read(PLAIN + SPECIAL)
    known = unpack(packed, PLAIN + SPECIAL)
    assert known is not None
    assert known.checks.special() == ["searches", "told", "bare"]
    nightly, twin = known.checks["nightly"], known.checks["twin"]
    assert nightly.schedule is twin.schedule
    assert nightly.tags is twin.tags


def test_each_field_of_a_check_is_kept_or_read_again() -> None:
    """A field that is new must not be lost on the way."""
    fields = {field.name for field in msgspec.structs.fields(Check)}
    assert fields == {*known_module._PLAIN, *known_module._OTHERS, "schedule"}
    assert {"alerts", "metrics", "expect", "prove"} <= set(known_module._OTHERS)


def test_another_text_or_version_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    _, packed = read(PLAIN)
    assert unpack(packed, PLAIN + "\n") is None
    monkeypatch.setattr(known_module, "__version__", "0.0.1")
    assert unpack(packed, PLAIN) is None


def test_a_date_of_toml_is_not_kept() -> None:
    config, _ = read(PLAIN)
    rest = {"x": parse_toml("at = 2026-11-28", Path("x"))}
    assert pack(PLAIN, rest, config) == b""


@given(st.binary(max_size=80), st.integers(0, 400))
def test_whatever_stands_there_it_is_only_not_known(junk: bytes, cut: int) -> None:
    _, packed = read(PLAIN)
    assert unpack(junk, PLAIN) is None
    assert unpack(packed[:cut] + junk, PLAIN) is None or junk == packed[cut:]
    flipped = bytes((*packed[:cut], packed[cut] ^ 1, *packed[cut + 1 :]))
    assert unpack(flipped, PLAIN) is None


def test_a_zone_that_is_gone_since_then_is_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    _, packed = read(PLAIN)
    monkeypatch.setattr(known_module, "parse_schedule", lambda *_: guess_schedule("0 2 * * *", "Mars/Base"))
    assert unpack(packed, PLAIN) is None
