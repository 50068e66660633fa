"""Whatever lies in the spool: the engine starts, takes what can be taken, and sets the rest aside."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulsetui.monitor.pings.spool import Spool
from pulsetui.monitor.sink import Receipt
from tests.monitor.harness import running

GOOD = {"v": 1, "slug": "often", "kind": "success", "at": "2026-11-19T23:59:00Z", "body": ""}


def text(**fields: object) -> str:
    return json.dumps(GOOD | fields)


BAD_TEXTS = {
    "before every calendar": text(at="0001-01-01T00:00:00+14:00"),
    "after every calendar": text(at="9999-12-31T23:59:59-12:00"),
    "no zone": text(at="2026-11-19T23:59:00"),
    "endless": text(duration=1e300),
    "negative": text(duration=-1),
    "not a number": text(duration=float("nan")),
    "infinite": text(duration=float("inf")),
    "65 bits": text(exit_status=2**63),
    "minus 65 bits": text(exit_status=-(2**63) - 1),
    "many digits": text(exit_status=1).replace(": 1}", ": " + "9" * 5000 + "}"),
    "nan metric": text(metrics={"records": float("nan")}),
    "huge metric": text(metrics={"records": 1}).replace(": 1}", ": 1e999}"),
    "many metrics": text(metrics={f"m{n}": n for n in range(100)}),
    "long metric": text(metrics={"m" * 5000: 1}),
    "nested": "[" * 20_000 + "]" * 20_000,
    "nested inside": text(extra=1).replace(": 1}", ": " + '{"a":' * 20_000 + "1" + "}" * 20_000 + "}"),
    "ignored": text(kind="ign"),
    "unknown kind": text(kind="maybe"),
    "no base64": text(body="!!!"),
    "no rid": text(rid="7"),
    "surrogate": text(slug="\ud800"),
    "unknown slug": text(slug="gone"),
    "endless slug": text(slug="\x1b[31m" + "x" * 10**6),
    "a list": "[]",
    "a number": "7",
    "nothing": "",
    "binary": "\x00\x01\x02",
}


def put_text(content: str) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content.encode("utf-8", "surrogatepass"))


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10**12)


def unreadable(path: Path) -> None:
    path.write_text(text())
    path.chmod(0)


def full_directory(path: Path) -> None:
    path.mkdir()
    (path / "inside").touch()


BAD = {name: put_text(content) for name, content in BAD_TEXTS.items()} | {
    "directory": full_directory,
    "pipe": os.mkfifo,
    "link to a report": lambda path: path.symlink_to("../good.json"),
    "link to nothing": lambda path: path.symlink_to("nowhere"),
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
    "huge": huge,
}
if os.getuid():
    BAD["unreadable"] = unreadable


def good_report(directory: Path) -> Path:
    path = directory / "1763596800000000009-1-abcdef.json"
    path.write_text(text())
    return path


async def assert_takes_the_others(tmp_path: Path, aside: int) -> None:
    async with running(tmp_path) as engine:
        assert engine.view("often").n_pings == 1, "the good one is taken"
        assert await engine.ping("nightly") is Receipt.OK
        [notice] = [one for one in engine.client.info().notices if one.key == "spool"]
        assert f"{aside} kept report" in notice.text
        assert "\x1b" not in notice.text
        assert len(notice.text) < 1000
        await engine.engine.beat()
        assert len(os.listdir(tmp_path / "state/spool/bad")) == aside  # noqa: PTH208 - names


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("second_start", [False, True], ids=["first", "second"])
async def test_one_bad_report_never_keeps_the_engine_from_starting(
    tmp_path: Path, kind: str, second_start: bool
) -> None:
    if second_start:
        async with running(tmp_path):
            pass
    directory = tmp_path / "state" / "spool"
    directory.mkdir(parents=True)
    BAD[kind](directory / "1763596800000000001-1-abcdef.json")
    (tmp_path / "state/good.json").write_text(text())
    good = good_report(directory)
    await assert_takes_the_others(tmp_path, 1)
    assert not good.exists()


def test_reports_of_one_name_are_all_kept_aside(tmp_path: Path) -> None:
    directory = tmp_path / "spool"
    directory.mkdir()
    spool = Spool(tmp_path)
    for _ in range(3):
        (directory / "1.json").write_text("bad")
        assert spool.waiting() == []
    assert len(list((directory / "bad").iterdir())) == 3
    assert len(spool.news()) == 3
    assert spool.news() == []


@pytest.mark.parametrize("place", ["file", "link"])
def test_what_can_neither_be_used_nor_moved_is_looked_at_once(tmp_path: Path, place: str) -> None:
    directory, elsewhere = tmp_path / "spool", tmp_path / "elsewhere"
    directory.mkdir()
    elsewhere.mkdir()
    for n in range(1001):
        (directory / f"{n:04}.json").write_text("bad")
    good = directory / "9999.json"
    good.write_text(text())
    if place == "file":
        (directory / "bad").touch()
    else:
        (directory / "bad").symlink_to(elsewhere)
    spool = Spool(tmp_path)
    assert spool.waiting() == []
    assert [path for path, _ in spool.waiting()] == [good]
    assert len(spool.news()) == 1001
    assert [path for path, _ in spool.waiting()] == [good]
    assert spool.news() == []
    assert list(elsewhere.iterdir()) == []


def test_a_spool_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    good = good_report(elsewhere)
    (tmp_path / "spool").symlink_to(elsewhere)
    spool = Spool(tmp_path)
    assert spool.waiting() == []
    assert "cannot be read" in spool.news()[0]
    assert good.exists()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
fields = st.dictionaries(
    st.sampled_from(
        ["slug", "kind", "at", "id", "rid", "exit_status", "metrics", "duration", "body", "host"]
    ),
    values,
)
contents = fields.map(lambda given: json.dumps(GOOD | given).encode()) | st.binary(max_size=60)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(contents)
def test_no_content_of_a_file_raises_anything(tmp_path: Path, content: bytes) -> None:
    directory = tmp_path / "spool"
    directory.mkdir(exist_ok=True)
    path = directory / "1.json"
    path.write_bytes(content)
    spool = Spool(tmp_path)
    taken = spool.waiting()
    assert path.exists() == bool(taken)
    assert len(taken) + len(spool.news()) == 1
    path.unlink(missing_ok=True)


def test_a_body_is_taken_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool/1.json").write_text(text(body=base64.b64encode(b"\xff\x00").decode()))
    [(_, arrival)] = Spool(tmp_path).waiting()
    assert arrival.body == b"\xff\x00"
