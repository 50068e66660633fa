"""In which zone this host lives: any TZ that the C library takes, and files under wrong names."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulsetui.config import host_zone as host
from pulsetui.config import host_zone_name as host_name
from pulsetui.config.host_zone import SystemZone, host_zone
from pulsetui.config.host_zone_name import HostZone, host_zone_name
from pulsetui.core.schedule.zone import zone_files
from tests.programs import private_mounts

BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"
WINTER, SUMMER = datetime(2027, 1, 15, 12, tzinfo=UTC), datetime(2027, 7, 15, 12, tzinfo=UTC)

SetTZ = Callable[[str | None], None]


@pytest.fixture
def tz(monkeypatch: pytest.MonkeyPatch) -> Iterator[SetTZ]:
    """Sets ``TZ`` for Python and the C library alike."""

    def use(value: str | None) -> None:
        if value is None:
            monkeypatch.delenv("TZ", raising=False)
        else:
            monkeypatch.setenv("TZ", value)
        time.tzset()

    yield use
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Copies of and links to rules, as containers and old hosts have them."""
    shutil.copy(zone_files("Europe/Copenhagen")[-1], tmp_path / "copy")
    (tmp_path / "link").symlink_to(zone_files("Asia/Kolkata")[-1])
    (tmp_path / "zoneinfo" / "Etc").mkdir(parents=True)
    shutil.copy(zone_files("Europe/Berlin")[-1], tmp_path / "zoneinfo" / "Etc" / "UTC")  # mounted over it
    (tmp_path / "broken").write_bytes(b"no rules" * 20)
    return tmp_path


ODD = [
    *(BERLIN, "UTC0", "", ":", " ", "  Europe/Berlin", "Europe/Berlin ", "CET-1CEST", "<+0330>-3:30", "XYZ"),
    *(
        "Nowhere/Land",
        "europe/berlin",
        "localtime",
        "Factory",
        "posixrules",
        "../etc/passwd",
        "\x1b[31m",
        "ü",
    ),
    *("UTC0,", "EST5EDT4,M3", "A" * 5000, ":/nowhere", "/etc", ":/etc/passwd", "/dev/null", "right/UTC"),
]


@pytest.mark.parametrize("value", ODD)
def test_any_tz_gives_the_clock_that_the_c_library_has(value: str, tz: SetTZ) -> None:
    tz(value)
    zone = host_zone()

    for when in (WINTER, SUMMER):
        expected = time.localtime(when.timestamp()).tm_gmtoff
        assert when.astimezone(zone).utcoffset() == timedelta(seconds=expected)
    assert str(zone).isprintable()
    assert host_zone_name().name


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20))
def test_no_tz_at_all_is_an_error(value: str) -> None:
    old = os.environ.get("TZ")
    os.environ["TZ"] = value
    time.tzset()
    try:
        assert WINTER.astimezone(host_zone()).utcoffset() is not None
    finally:
        if old is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = old
        time.tzset()


def test_rules_without_a_name_change_the_clock_like_the_zone_that_has_them(tz: SetTZ) -> None:
    tz(BERLIN)
    zone, same = host_zone(), ZoneInfo("Europe/Berlin")

    assert isinstance(zone, SystemZone)
    assert str(zone) == "CET/CEST"
    at = datetime(2026, 10, 24, 20, 30, tzinfo=UTC)
    for hours in range(8):  # through the hour that comes twice
        ours, theirs = (
            (at + timedelta(hours=hours)).astimezone(zone),
            (at + timedelta(hours=hours)).astimezone(same),
        )
        assert (ours.replace(tzinfo=None), ours.fold) == (theirs.replace(tzinfo=None), theirs.fold)
        assert (ours.utcoffset(), ours.tzname()) == (theirs.utcoffset(), theirs.tzname())
        assert ours.astimezone(UTC) == at + timedelta(hours=hours)
    for edge in (datetime.min.replace(tzinfo=zone), datetime.max.replace(tzinfo=zone)):
        assert edge.utcoffset() is not None


@pytest.mark.parametrize(
    ("value", "name", "doubted"),
    [
        ("Europe/Riga", "Europe/Riga", False),
        (":Europe/Riga", "Europe/Riga", False),
        ("posix/Europe/Riga", "Europe/Riga", False),
        ("UTC0", "UTC", False),
        ("", "UTC", False),
        ("{files}/copy", "Europe/Copenhagen", False),
        (":{files}/copy", "Europe/Copenhagen", False),
        (":{files}/link", "Asia/Kolkata", False),
        (":{files}/zoneinfo/Etc/UTC", "Europe/Berlin", False),
        (BERLIN, "CET", True),
        ("GMT0BST,M3.5.0/1,M10.5.0", "Europe/London", True),
        ("IST-5:30", "Asia/Kolkata", True),
        ("<+03>-3", "Etc/GMT-3", True),
        ("CET-1CEST,M3.1.2,M10.1.2", "UTC", True),
        ("Nowhere/Land", "UTC", True),
        ("Europe/Berlin ", "UTC", True),
        (":{files}/broken", "UTC", True),
        (":/nowhere", "UTC", True),
    ],
)
def test_the_zone_of_a_host_is_named_or_doubted(
    value: str, name: str, doubted: bool, tz: SetTZ, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_name, "TIMEZONE", files / "absent")
    tz(value.replace("{files}", str(files)))

    found = host_zone_name()
    assert (found.name, bool(found.doubt)) == (name, doubted)


def test_etc_timezone_is_believed_as_far_as_the_clock_agrees(
    tz: SetTZ, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_name, "TIMEZONE", files / "timezone")
    tz(BERLIN)
    (files / "timezone").write_text("Europe/Stockholm\n")
    assert host_zone_name() == HostZone("Europe/Stockholm")
    (files / "timezone").write_text("America/New_York\n")
    assert host_zone_name().name == "CET"
    (files / "timezone").write_bytes(b"\xff\xfe\0")
    assert host_zone_name().name == "CET"


def test_a_link_is_believed_as_far_as_the_clock_agrees(
    tz: SetTZ, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tz("Asia/Kolkata")
    monkeypatch.delenv("TZ")  # the C library goes on in Kolkata
    monkeypatch.setattr(host, "LOCALTIME", files / "link")
    assert host_zone() is ZoneInfo("Asia/Kolkata") or str(host_zone()) == "Asia/Kolkata"
    monkeypatch.setattr(host, "LOCALTIME", files / "zoneinfo" / "Etc" / "UTC")
    assert isinstance(host_zone(), SystemZone)


@private_mounts
@pytest.mark.parametrize("told", ["", "Europe/Oslo"])
def test_a_file_mounted_over_etc_localtime_is_what_counts(tmp_path: Path, told: str) -> None:
    """As ``docker run -v /etc/localtime:/etc/localtime`` does it: the link goes on saying UTC."""
    rules = zone_files("Europe/Oslo")[-1]
    (tmp_path / "timezone").write_text(told)
    shutil.copy(rules, tmp_path / "rules")
    script = (
        f"mount --bind {tmp_path}/rules $(readlink -f /etc/localtime)"
        f" && if [ -e /etc/timezone ]; then mount --bind {tmp_path}/timezone /etc/timezone; fi"
        f" && exec {sys.executable} -c"
        " 'from pulsetui.config.host_zone_name import *; print(host_zone_name())'"
    )
    environment = {name: value for name, value in os.environ.items() if name != "TZ"}
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, env=environment, timeout=30
    )
    expected = "Europe/Oslo" if told else "Europe/Berlin"
    found = done.stdout.partition("name='")[2].partition("'")[0]
    clock = {name: ZoneInfo(name).utcoffset(SUMMER.replace(tzinfo=None)) for name in (found, expected)}
    assert clock[found] == clock[expected], done.stderr
    assert "doubt=''" in done.stdout
    assert not told or found == told or not Path("/etc/timezone").exists()


@pytest.mark.parametrize(
    ("value", "other"),
    [
        (None, ""),
        ("Asia/Kolkata", ""),
        ("Asia/Calcutta", ""),
        ("IST-5:30", ""),
        ("Europe/Berlin", "Asia/Kolkata"),
        (BERLIN, "Asia/Kolkata"),
    ],
)
def test_what_cron_reads_without_the_tz_of_this_shell(
    value: str | None, other: str, files: Path, tz: SetTZ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host, "LOCALTIME", files / "link")
    if value is None:
        monkeypatch.delenv("TZ", raising=False)
    else:
        tz(value)
    assert host.zone_without_tz() == other
