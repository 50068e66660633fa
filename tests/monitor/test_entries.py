"""What stands in columns is what the glances say, and each check is either there or apart."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pulsetui.client.commands import Pause
from pulsetui.client.glance import (
    CalmColumns,
    CheckGlance,
    calm_of,
    entries_of,
    glance_of,
    glances,
    others_of,
)
from pulsetui.config import build
from pulsetui.core.state.snooze import Snooze
from pulsetui.core.state.status import PingKind, Status
from pulsetui.monitor.writing.commands import SetSnoozes
from tests.monitor.harness import FakeClock, Harness, running

HOUR = timedelta(hours=1)
CONFIG = "".join(
    f'[checks.{slug}]\nname = "{slug.upper()}"\nevery = "1h"\ngrace = "5m"\ntags = [{tags}]\n{more}\n'
    for slug, tags, more in (
        ("a", '"x"', ""),
        ("b", '"x", "y"', ""),
        ("c", "", 'depends_on = ["a"]'),
        ("d", '"y"', ""),
        ("e", "", ""),
        ("f", "", 'uuid = "3f2b8c1e-7a4d-4e5f-9b6c-0d1e2f3a4b5c"'),
    )
)


@asynccontextmanager
async def started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Harness]:
    """All have reported, but ``e``, which never did; ``d`` was paused, and the file has a uuid for ``f``."""
    monkeypatch.setattr(build, "_MANY", 0)
    clock = FakeClock()
    async with running(tmp_path, clock, config=CONFIG) as engine:
        for slug in "abcdf":
            await engine.ping(slug)
            clock.run(timedelta(seconds=1))
        await asyncio.to_thread(engine.client.do, Pause(("d",)))
    async with running(tmp_path, clock, config=None) as engine:
        yield engine


def check_agreement(engine: Harness, calm: set[str]) -> None:
    views, now = engine.client.checks(), engine.clock.now()
    columns = calm_of(views)
    assert {slug for slug in views if slug in columns} == calm
    assert {slug for slug, _ in others_of(views)} == set(views) - calm
    said = {one.slug: one for one in glances(views)}
    assert list(said) == list(views) == list("abcdef")
    for slug, view in views.items():
        glance = glance_of(entries_of(views)[slug])
        assert glance == said[slug]
        assert glance == CheckGlance(**{name: getattr(view, name) for name in CheckGlance.__struct_fields__})
    for slug, name, kind, status, due, deadline in columns.at(now, ()):
        one, alike = said[slug], columns.kinds[kind]
        assert (name, status) == (one.name, one.status)
        assert columns.statuses(now)(slug) is status
        never = float("inf")
        assert due == (never if one.next_ping is None else one.next_ping.timestamp())
        assert deadline == (never if one.deadline is None else one.deadline.timestamp())
        assert (alike.tags, alike.schedule_kind, alike.tz) == (one.tags, one.schedule_kind, one.tz)
    check_turns(columns, now)
    assert [one[0] for one in columns.at(now, {"a", "c"})] == [slug for slug in "bdef" if slug in calm]


def check_turns(columns: CalmColumns, now: datetime) -> None:
    there, never = list(columns.at(now, {"b"})), float("inf")
    assert columns.count(now, {"b"}) == Counter((one[2], one[3]) for one in there)
    dues = sorted((one[4], one[0]) for one in there if one[3] is Status.UP and one[4] < never)
    ends = sorted((one[5], one[0]) for one in there if one[3] in (Status.UP, Status.LATE) and one[5] < never)
    for until in (float("-inf"), now.timestamp(), *(at for at, _ in dues + ends), never):
        for most in (1, 2, 9):
            for all_turns, some in ((dues, columns.dues), (ends, columns.deadlines)):
                past = [one for one in all_turns if one[0] <= until]
                later = [one for one in all_turns if one[0] > until]
                found = set(some(now, until, most, {"b"}))
                assert {*past, *later[:most]} <= found <= set(all_turns)


async def test_they_agree_whatever_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with started_again(tmp_path, monkeypatch) as engine:
        check_agreement(engine, set("abce"))
        await engine.ping("b", PingKind.FAIL)
        check_agreement(engine, set("ace"))
        await engine.run(minutes=62)
        check_agreement(engine, {one for one in "ace" if one in calm_of(engine.client.checks())})
        assert engine.status("a") == "late"
        await engine.run(minutes=10)
        check_agreement(engine, {one for one in "e" if one in calm_of(engine.client.checks())})
        assert engine.status("a") == "down missed"


@pytest.mark.parametrize(
    ("scope", "target", "calm"),
    [
        ("check", "a", "bce"),
        ("tag", "y", "ace"),
        ("everything", "", ""),
        ("tag", "nobody", "abce"),
        ("check", "gone", "abce"),
    ],
)
async def test_what_is_snoozed_stands_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scope: str, target: str, calm: str
) -> None:
    async with started_again(tmp_path, monkeypatch) as engine:
        until = engine.clock.now() + HOUR
        snooze = Snooze(scope=scope, target=target, until=until, by="eva")  # type: ignore[arg-type]
        await engine.engine.set_snoozes(SetSnoozes(add=[snooze]))
        check_agreement(engine, set(calm))


async def test_a_check_is_found_by_all_its_names_wherever_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with started_again(tmp_path, monkeypatch) as engine:
        await engine.ping("b")
        checks = engine.engine.checks
        assert [one.check.slug for one in checks] == list(checks.slugs()) == list("abcdef")
        for one in checks:
            assert one.id in checks
            found = [checks.get(one.id), checks.find(one.check.slug), checks.find_uuid(one.uuid)]
            assert [each and (each.id, each.uuid, each.check, each.state) for each in found] == [
                (one.id, one.uuid, one.check, one.state)
            ] * 3
        assert checks.get(99) is checks.find("z") is checks.find_uuid("z" * 36) is None
        assert 99 not in checks
        assert {one.check.slug for one in checks.awake()} == {"b", "d", "f"}
        (child,) = checks.children_of("a")
        assert [one.check.slug for one in (child, *checks.parents_of(child.check))] == ["c", "a"]
        assert [checks.any_has(tag) for tag in ("x", "y", "z")] == [True, True, False]


async def test_a_check_that_waits_for_another_is_told_of_no_sooner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with started_again(tmp_path, monkeypatch) as engine:
        await engine.ping("a", PingKind.FAIL)
        await engine.ping("c", PingKind.FAIL)
        assert engine.client.details("c").waits_for == ("a",)
        assert engine.view("c").status is Status.DOWN
