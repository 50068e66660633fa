"""Reports on disk."""

from __future__ import annotations

import base64
import json
import os
import re
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.job import spool
from pulsetui.job.report import PingReport

AT_NS = 1_794_812_645_000_123_456  # 2026-11-16T07:04:05.000123456Z
RID = "1c6b4b1e-7f1d-4c58-9d2c-3f6a8f1f0a11"


def test_a_kept_report_says_everything_and_its_own_instant(tmp_path: Path) -> None:
    report = PingReport(
        slug="sync",
        exit_status=2,
        rid=RID,
        metrics=[("records", 42.0)],
        body=b"\xff\x00 oops",
        at_ns=AT_NS,
    )

    path = Path(spool.keep(report, str(tmp_path)))

    record = json.loads(path.read_bytes())
    assert base64.b64decode(record.pop("body")) == b"\xff\x00 oops"
    assert record.pop("host") == os.uname().nodename
    assert record.pop("user")
    assert record.pop("id") == report.id
    assert record == {
        "v": 1,
        "slug": "sync",
        "kind": "fail",
        "at": datetime.fromtimestamp(AT_NS // 10**9, UTC).isoformat()[:19] + ".000123+00:00",
        "rid": RID,
        "exit_status": 2,
        "metrics": {"records": 42.0},
    }


def test_the_file_is_named_by_its_instant_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    state = tmp_path / "deep" / "state"

    path = Path(spool.keep(PingReport(slug="a", at_ns=AT_NS), str(state)))

    assert path.parent == state / "spool"
    assert re.fullmatch(rf"{AT_NS}-{os.getpid()}-[0-9a-f]{{6}}\.json", path.name)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


def test_reports_of_one_instant_do_not_replace_each_other(tmp_path: Path) -> None:
    for _ in range(5):
        spool.keep(PingReport(slug="a", at_ns=AT_NS), str(tmp_path))

    assert len(list((tmp_path / "spool").iterdir())) == 5


@pytest.mark.parametrize(("keeps_end", "kept"), [(False, b"a"), (True, b"z")])
def test_a_crowd_of_kept_reports_has_short_bodies(keeps_end: bool, kept: bytes, tmp_path: Path) -> None:
    report = PingReport(slug="a", body=b"a" * 100_000 + b"z" * 100_000)
    report.keeps_end = keeps_end
    long = Path(spool.keep(report, str(tmp_path)))
    for number in range(spool._CROWD):
        (tmp_path / "spool" / f"{number}.json").touch()
    short = Path(spool.keep(report, str(tmp_path)))

    assert len(base64.b64decode(json.loads(long.read_bytes())["body"])) == 200_000
    assert base64.b64decode(json.loads(short.read_bytes())["body"]) == kept * 100_000


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space"):
        spool.keep(PingReport(slug="a"), str(tmp_path))

    assert list((tmp_path / "spool").iterdir()) == []


def test_the_bytes_are_on_disk_before_the_name_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real_sync, real_rename = os.fsync, os.rename

    def fsync(descriptor: int) -> None:
        seen.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        real_sync(descriptor)

    def rename(old: str, new: str) -> None:
        seen.append("rename")
        real_rename(old, new)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "rename", rename)

    spool.keep(PingReport(slug="a"), str(tmp_path))

    assert seen == ["file", "rename", "folder"]


@given(st.binary(max_size=300), st.integers(min_value=0, max_value=4 * 10**18))
def test_any_body_and_instant_read_back(body: bytes, at_ns: int) -> None:
    record = json.loads(spool.encode(PingReport(slug="a", body=body, at_ns=at_ns)))

    assert base64.b64decode(record["body"]) == body
    at = datetime.fromisoformat(record["at"])
    assert at.tzinfo is not None
    assert (at - datetime(1970, 1, 1, tzinfo=UTC)) // (at.resolution) == at_ns // 1000


def test_what_is_made_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = Path(spool.keep(PingReport(slug="a"), str(tmp_path / "a/b/state")))
    finally:
        os.umask(before)
    made = [tmp_path / "a", tmp_path / "a/b", path.parent.parent, path.parent]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in made} == {0o700}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_is_kept_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "state").mkdir()
    (tmp_path / "state/spool").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="link"):
        spool.keep(PingReport(slug="a"), str(tmp_path / "state"))
    assert list((tmp_path / "elsewhere").iterdir()) == []


HUGE = "9" * 400


@pytest.mark.parametrize(
    "content",
    [
        "[" * 50_000,
        "[]",
        "7",
        "null",
        '"text"',
        f'{{"slug": "a", "kind": "success", "duration": {HUGE}}}',
        f'{{"slug": "a", "kind": "success", "metrics": {{"n": {HUGE}}}}}',
        '{"slug": "a", "kind": "success", "exit_status": 1e999}',
        '{"slug": "a", "kind": "success", "exit_status": NaN}',
        '{"slug": "a", "kind": [], "metrics": 7}',
        '{"slug": "a", "kind": "success", "body": "é"}',
        "\x00",
    ],
)
def test_a_file_that_is_no_report_holds_no_job_up(tmp_path: Path, content: str) -> None:
    path = tmp_path / f"{AT_NS}-1-abcdef.json"
    path.write_text(content)
    assert spool.read(str(path), lambda _: True) is None


def test_a_pipe_or_a_link_in_the_place_of_a_report_holds_no_job_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / f"{AT_NS}-1-a.json")
    (tmp_path / f"{AT_NS}-1-b.json").symlink_to("/dev/zero")
    (tmp_path / f"{AT_NS}-1-c.json").mkdir()
    for name in "abc":
        assert spool.read(str(tmp_path / f"{AT_NS}-1-{name}.json"), lambda _: True) is None


def test_a_kept_catch_up_is_one_when_it_is_read_and_no_other_report_becomes_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = "2026-11-15T02:00:00+00:00"
    spool.keep(PingReport(slug="a", catch_up=slot, at_ns=AT_NS), str(tmp_path))
    spool.keep(PingReport(slug="a", at_ns=AT_NS + 1), str(tmp_path))
    monkeypatch.setenv("PULSETUI_CATCH_UP", f"a {slot}")
    found = [spool.read(path, lambda _: True) for path in spool.waiting(str(tmp_path))]
    assert [one.catch_up for one in found if one is not None] == [slot, ""]
