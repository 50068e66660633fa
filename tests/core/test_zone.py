"""Zone names come from users, and the newest rules count."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulsetui.core.schedule import zone as zones
from pulsetui.core.schedule.zone import zone, zone_names
from pulsetui.errors import ScheduleError
from tests.core.instants import utc


def test_a_known_name_is_a_zone_by_that_name() -> None:
    assert zone("Europe/Berlin").key == "Europe/Berlin"
    assert zone("UTC").utcoffset(utc("2031-01-01")) == utc("2031-01-01").utcoffset()


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("europe/berlin", "Europe/Berlin"),
        ("Europe/Berln", "Europe/Berlin"),
        (" Europe/Berlin", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("utc", "UTC"),
        ("Asia/Calcuta", "Asia/Calcutta"),
        ("CEST", None),
        ("America", None),
        ("", None),
        ("localtime", None),
        ("Factory", None),
        ("../../etc/passwd", None),
        ("/etc/localtime", None),
        ("posix/Europe/Berlin", "Europe/Berlin"),
        ("x" * 5000, None),
        ("Europe/Berlin\0", "Europe/Berlin"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_one(name: str, nearest: str | None) -> None:
    with pytest.raises(ScheduleError) as caught:
        zone(name)
    assert caught.value.suggestion == nearest
    assert caught.value.field == "timezone"
    assert len(str(caught.value)) < 200
    assert "\0" not in str(caught.value)


@pytest.mark.parametrize("value", [None, 5, ["UTC"], b"UTC"])
def test_a_name_that_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(ScheduleError, match="a time zone is a name"):
        zone(value)


def test_every_listed_name_loads() -> None:
    assert len(zone_names()) > 400
    for name in sorted(zone_names())[::10]:
        assert zone(name).key == name


@pytest.fixture
def _no_caches() -> Iterator[None]:
    caches = (zones._load, zones._system_version, zones._package_version, zones._package_is_newer)
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


@pytest.mark.usefixtures("_no_caches")
def test_the_newer_of_the_two_databases_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONTZPATH", raising=False)
    monkeypatch.setattr(zoneinfo, "TZPATH", (str(tmp_path),))
    (tmp_path / "tzdata.zi").write_text("# version 2020a\n")
    assert zones._system_version() == "2020a"
    assert zones._package_is_newer()

    zones._system_version.cache_clear()
    zones._package_is_newer.cache_clear()
    (tmp_path / "tzdata.zi").write_text("# version 2099z\n")
    assert zones._system_version() == "2099z"
    assert not zones._package_is_newer()


@pytest.mark.usefixtures("_no_caches")
def test_a_chosen_tz_path_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONTZPATH", str(tmp_path))
    monkeypatch.setattr(zoneinfo, "TZPATH", (str(tmp_path),))
    assert zones._system_version() == ""
    assert not zones._package_is_newer()


@pytest.mark.usefixtures("_no_caches")
def test_rules_newer_than_the_systems_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """British Columbia keeps UTC-7 from November 2026; copies before 2026 do not know."""
    monkeypatch.delenv("PYTHONTZPATH", raising=False)
    monkeypatch.setattr(zones, "_system_version", lambda: "2025b")
    offset = utc("2027-01-15 12:00").astimezone(zone("America/Vancouver")).isoformat()[-6:]
    assert offset == "-07:00"
