"""What a table counts and orders by, without the views of all checks, is what their views say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.client.glance import CheckGlance, Unmade, entries_of, glance_of, glances
from pulsetui.client.views import CheckView
from pulsetui.core.calm import calm_of
from pulsetui.core.state import operate
from pulsetui.core.state.check import Check
from pulsetui.core.state.snooze import Snooze
from pulsetui.core.state.state import CheckState, new_state
from pulsetui.core.state.status import Status
from pulsetui.monitor.describe import check_glance, check_view
from pulsetui.monitor.views import moment
from pulsetui.monitor.writing.checks import TrackedCheck
from pulsetui.store.documents import Documents
from pulsetui.store.states import Sealed, encode
from tests.client.samples import view
from tests.core.ladder import DAY
from tests.core.test_machine_properties import Event, all_checks, events, taken
from tests.monitor.harness import running

NAMES = [field.name for field in msgspec.structs.fields(CheckGlance)]


def sealed(check: Check, state: CheckState) -> TrackedCheck | None:
    """The check as a start finds it, when it is calm."""
    if (calm := calm_of(check, state)) is None:
        return None
    documents = Documents()
    documents.add([encode(state)])
    return TrackedCheck(1, "u", check, Sealed(documents, 0, calm))


@given(all_checks, events, st.integers(0, 900), st.booleans())
def test_a_glance_says_what_the_view_says(
    check: Check, history: list[Event], later: int, is_snoozed: bool
) -> None:
    state, now = operate.redefine(check, new_state(DAY), DAY).state, DAY
    for event in history:
        transition, now = taken(check, state, event, now)
        state = transition.state
    now += timedelta(minutes=later)
    snoozes: Sequence[Snooze] = ()
    if is_snoozed:
        snoozes = [Snooze(scope="check", target=check.slug, until=now + timedelta(hours=1), by="eva")]
    tracked = TrackedCheck(1, "u", check, state)
    full = check_view(tracked, ("a",), snoozes, now)
    expected = CheckGlance(**{name: getattr(full, name) for name in NAMES})
    assert check_glance(tracked, snoozes, now) == expected
    if (closed := sealed(check, state)) is not None:
        assert check_glance(closed, snoozes, now) == expected
        assert check_view(closed, ("a",), snoozes, now) == full


async def test_a_view_is_made_when_it_is_asked_for_and_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made: list[str] = []

    def counted(tracked: TrackedCheck, *rest: Any) -> CheckView:
        made.append(tracked.check.slug)
        return check_view(tracked, *rest)

    async with running(tmp_path) as engine:
        monkeypatch.setattr(moment, "check_view", counted)
        checks = engine.client.checks()
        assert list(checks) == ["nightly", "often"]
        assert len(checks) == 2
        assert "often" in checks
        assert "seldom" not in checks
        assert checks.get("seldom") is None
        assert [one.status for one in glances(checks)] == [Status.NEW, Status.NEW]
        assert made == []
        first = checks["often"]
        assert first is engine.client.checks()["often"]
        assert made == ["often"]
        await engine.ping("nightly")
        later = engine.client.checks()
        assert later is not checks
        assert later["often"] is first
        assert later["nightly"].n_pings == 1
        assert checks["nightly"].n_pings == 0  # as it was then
        assert isinstance(entries_of(later)["nightly"], Unmade)


async def test_a_check_that_cannot_be_shown_hides_no_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(tracked: TrackedCheck, *rest: Any) -> CheckView:
        if tracked.check.slug == "often":
            raise ZeroDivisionError("a bug")
        return check_view(tracked, *rest)

    async with running(tmp_path) as engine:
        await engine.ping("often")
        monkeypatch.setattr(moment, "check_view", broken)
        monkeypatch.setattr(moment, "check_glance", broken)
        views = {one.slug: one for one in engine.client.checks().values()}
        assert views["often"].status is Status.UP
        assert views["often"].n_pings == 1
        assert views["nightly"].schedule_words != ""
        assert [one.slug for one in glances(engine.client.checks())] == ["nightly", "often"]
    assert "check=often cannot be shown" in caplog.text


def test_what_is_mirrored_is_its_own_glance() -> None:
    mirror = {"a": view("a"), "b": view("b")}
    assert list(glances(mirror)) == list(mirror.values())
    assert glance_of(mirror["a"]) is mirror["a"]
    assert entries_of(mirror) is mirror
