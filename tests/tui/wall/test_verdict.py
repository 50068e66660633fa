"""The wall is green only where nothing at all speaks against it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.client.hooks import UNHEARD
from pulsetui.client.views import CheckView, EngineInfo, Notice
from pulsetui.core.state.status import PingKind, Status
from pulsetui.tui.wall.verdict import MAX_SILENT, MAX_UNJUDGED, Kind, WallVerdict, judge, sort_out
from tests.client.samples import ABOUT, HOUR, NOW, failed, household, incident, late, new, overdue, view
from tests.monitor.harness import running

MINUTE = timedelta(minutes=1)
KNOWN = incident(acknowledged_at=NOW - HOUR, acknowledged_by="eva", note="disk is ordered")
DEAF = Notice(key=UNHEARD, level="warning", text="Nobody would be told.")
PAUSED = view("old", status=Status.PAUSED, next_ping=None, deadline=None)


def verdict(*views: CheckView, connected: bool = True, **info: Any) -> WallVerdict:
    about: EngineInfo = replace(ABOUT, **{"now": NOW, **info})
    return judge(sort_out(views, NOW), about, NOW, connected=connected)


UP = [view(f"job-{n}") for n in range(42)]
STALE: list[tuple[str, list[CheckView], dict[str, Any], str, str]] = [
    ("down", [failed()], {}, "1 DOWN", "alarm"),
    ("acknowledged", [overdue(incident=KNOWN)], {}, "1 DOWN", "calm"),
    ("snoozed", [overdue(snoozed_until=NOW + HOUR)], {}, "1 DOWN", "calm"),
    ("maintained", [overdue(maintained_until=NOW + HOUR)], {}, "1 DOWN", "calm"),
    ("snooze over", [overdue(snoozed_until=NOW)], {}, "1 DOWN", "alarm"),
    ("maintenance over", [overdue(maintained_until=NOW)], {}, "1 DOWN", "alarm"),
    ("late", [late()], {}, "1 LATE", "warn"),
    ("late by the clock alone", [view("a", next_ping=NOW)], {}, "1 LATE", "warn"),
    ("late and known", [late(), overdue(incident=KNOWN)], {}, "1 LATE", "warn"),
    ("never reported", [new()], {}, "42/43 OK", "open"),
    ("unwatched", [view("a", unwatched=True)], {}, "1 UNWATCHED", "warn"),
    ("unheard", [], {"unheard": "Nobody would be told."}, "UNHEARD", "warn"),
    ("unheard, older", [], {"notices": (DEAF,)}, "UNHEARD", "warn"),
    ("fault", [], {"notices": (Notice(key="config", level="error", text="line 3"),)}, "FAULT", "warn"),
    ("silent", [], {"now": NOW - MAX_SILENT - timedelta(seconds=1)}, "LOST", "alarm"),
    ("lost", [failed()], {"connected": False}, "LOST", "alarm"),
    ("not judged", [view("a", next_ping=NOW - HOUR, deadline=NOW - 2 * MAX_UNJUDGED)], {}, "STUCK", "alarm"),
    ("hangs", [view("a", started=True, run_bound=NOW - 2 * MAX_UNJUDGED)], {}, "STUCK", "alarm"),
]  # fmt: skip


def test_all_is_well_where_all_is() -> None:
    assert verdict(*UP) == WallVerdict("ALL 42 OK", "well")
    assert verdict(*UP, PAUSED) == WallVerdict("42 OK", "well")
    hint = Notice(key=UNHEARD, level="info", text="Without a screen nobody would be told")
    assert verdict(*UP, notices=(hint,)).tone == "well", "here is a screen"


@pytest.mark.parametrize(
    ("views", "info", "words", "tone"), [row[1:] for row in STALE], ids=[r[0] for r in STALE]
)
def test_whatever_is_wrong_takes_the_green_away(
    views: list[CheckView], info: dict[str, Any], words: str, tone: str
) -> None:
    judged = verdict(*UP, *views, **info)
    assert (judged.words, judged.tone) == (words, tone)


def test_nothing_to_watch_is_not_well() -> None:
    assert verdict() == WallVerdict("NO CHECKS", "open")
    assert verdict(PAUSED) == WallVerdict("ALL PAUSED", "open")


def test_where_all_are_snoozed_nobody_would_be_told_of_any() -> None:
    some = [view("a", snoozed_until=NOW + HOUR), view("b", maintained_until=NOW + HOUR)]
    assert verdict(*some).tone == "open"
    assert "Nobody would be told" in verdict(*some).notes[0]
    assert verdict(*some, view("c")) == WallVerdict("ALL 3 OK", "well")


def test_what_is_wrong_besides_the_word_is_said() -> None:
    fault = Notice(key="config", level="error", text="checks.toml:3: no such key")
    judged = verdict(failed(), late(), notices=(fault,), unheard="Nobody would be told.")
    assert judged == WallVerdict("1 DOWN", "alarm", ("checks.toml:3: no such key", "Nobody would be told."))


def test_what_wants_somebody_most_and_is_newest_stands_first() -> None:
    rows = sort_out([*household(), overdue("older"), failed("newest", since=NOW - MINUTE)], NOW).rows
    kinds = [row.kind for row in rows]
    assert kinds == sorted(kinds, key=list(Kind).index)
    assert [row.view.slug for row in rows[:2]] == ["newest", "rotate-logs"]


SPANS = st.one_of(st.none(), st.integers(-4000, 4000).map(lambda s: NOW + timedelta(seconds=s)))


@settings(max_examples=60)
@given(
    st.lists(
        st.builds(
            lambda make, **changes: make("a", **changes),
            st.sampled_from([view, overdue, failed, late, new]),
            next_ping=SPANS, deadline=SPANS, run_bound=SPANS, snoozed_until=SPANS, maintained_until=SPANS,
            unwatched=st.booleans(), started=st.booleans(),
        ),
        max_size=4,
    ),
    st.integers(0, 5000),
)  # fmt: skip
def test_until_its_edge_the_clock_alone_changes_nothing(views: list[CheckView], seconds: int) -> None:
    """The screen looks at all checks again at the edge and not before."""
    found, later = sort_out(views, NOW), NOW + timedelta(seconds=seconds)
    if found.until is None or later < found.until:
        assert replace(sort_out(views, later), until=found.until) == found


async def test_an_engine_that_is_well_is_never_said_to_be_stuck(tmp_path: Path) -> None:
    """Whatever a check is like, its deadline and the bound of its run are judged when they have passed."""
    config = "".join(
        f'[checks.c{n}]\nevery = "15m"\ngrace = "5m"\n{more}\n'
        for n, more in enumerate(
            [
                "",
                "failures_before_down = 3",
                'max_runtime = "40m"',
                'start_grace = "2m"',
                "wait_for_first = true",
                "manual_resume = true",
                "successes_before_up = 2",
            ]
        )
    )
    async with running(tmp_path, config=config) as engine:
        seen: set[Kind] = set()
        for minute in range(100):
            for n in range(7):
                if minute in (1, 20, 60):
                    await engine.ping(f"c{n}", PingKind.START if minute == 20 else PingKind.SUCCESS)
            await engine.run(minutes=1)
            found = sort_out(engine.client.checks().values(), engine.clock.now())
            assert found.oldest_unjudged is None, (minute, found.rows)
            seen |= found.counts.keys()
        assert {Kind.UP, Kind.LATE, Kind.DOWN, Kind.NEW} <= seen
