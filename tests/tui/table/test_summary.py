"""The lines on top: rate, snoozes, marks, what was refused; and the notices in full."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.client.attention import Attention
from pulsetui.client.views import CheckView, Notice
from pulsetui.core.state.snooze import Scope, Snooze
from pulsetui.tui.dialogs.help import engine_lines, in_full
from pulsetui.tui.draw.lines import width_of
from pulsetui.tui.table.model import TableModel
from pulsetui.tui.table.ping_rate import PingRate
from pulsetui.tui.table.screen import HomeScreen
from pulsetui.tui.table.summary import SummaryContext, facts_line, facts_of, summary_line, title_words
from tests.client.fake import FakeEngine
from tests.client.samples import HOUR, NOW, household, incident, late, new, overdue, view
from tests.tui.support.screen_driver import press, screen_text, settled, showing
from tests.tui.test_snapshots import HOSTILE_NAMES


@pytest.mark.parametrize(
    ("a_second", "shown"),
    [
        (0, "0 pings in the last minute"),
        (0.2, "12 pings in the last minute"),
        (1, "1.0 pings/s"),
        (3.24, "3.2 pings/s"),
        (2000, "2000 pings/s"),
    ],
)
def test_the_rate_is_the_mean_of_the_last_minute(a_second: float, shown: str) -> None:
    rate = PingRate()
    for second in range(200):
        # What was before the last minute is not in it.
        rate.see(second, 5000 + round(max(second - 100, 0) * a_second))
    assert rate.text == shown


def test_before_there_is_a_minute_a_few_pings_are_counted_and_not_extrapolated() -> None:
    rate = PingRate()
    for second in range(11):
        rate.see(second, min(second, 4))
    assert rate.text == "4 pings in the last 10s"
    for second in range(11, 60):
        rate.see(second, 4)
    assert rate.text == "4 pings in the last 59s"
    rate.see(60, 4)
    assert rate.text == "4 pings in the last minute"
    rate.see(63, 4)
    assert rate.text == "1 ping in the last minute"


def test_the_minute_is_whole_although_the_seconds_of_a_timer_are_a_little_long() -> None:
    rate = PingRate()
    for second in range(201):
        rate.see(second * 1.04, second // 10)
    assert rate.text == "6 pings in the last minute"


def test_no_rate_is_told_before_it_is_known_and_another_engine_begins_anew() -> None:
    rate = PingRate()
    assert rate.text == ""
    for second in range(5):
        rate.see(second, 100 * second)
    assert rate.text == ""
    for second in range(5, 20):
        rate.see(second, second)
    assert rate.text == "1.0 pings/s"


def facts(engine: FakeEngine, model: TableModel, **standing: Any) -> str:
    made = facts_of(model, SummaryContext(info=engine.info(), now=engine.now(), **standing))
    return " | ".join("".join(text for text, _ in fact) for fact in made)


def loaded() -> TableModel:
    model = TableModel()
    model.load({v.slug: v for v in household()}, NOW)
    return model


def test_facts_name_the_most_important_first() -> None:
    engine = FakeEngine(household())
    engine.rejected = {"404: unknown check": 3, "401: wrong key": 1}
    model = loaded()
    model.toggle_mark("newsletter")
    model.toggle_mark("backup-db")
    model.set_filter("status:down")

    assert facts(engine, model, connected=False, held=True, following=True, rate="2.0 pings/s") == (
        "connection lost: these are the last values known | sorting paused while you move"
        " | 1 marked, 1 more not shown"
        " | 3 of 12 shown | following | engine here | next deadline Cache warm in 3m"
        " | times in UTC | 4 pings refused (N) | listening on 127.0.0.1:8787 | 2.0 pings/s"
        " | schedules in Europe/Berlin"
    )


@pytest.mark.parametrize(
    ("attached", "said"),
    [
        (None, "engine here | next deadline Cache warm in 3m | times in UTC | listening on 127.0.0.1:8787"),
        ("", "attached to pid 4711 | next deadline Cache warm in 3m | times in UTC | listening on 127.0"),
        ("http://ops.example:8787", "attached to http://ops.example:8787 | next deadline Cache warm in 3m"),
        ("http://[::1]:87/\x1b[2J", "attached to http://[::1]:87/"),
    ],
)
def test_the_header_says_where_the_engine_is(attached: str | None, said: str) -> None:
    shown = facts(FakeEngine(household()), loaded(), attached=attached)
    assert shown.startswith(said)
    assert ("listening on" in shown) is not bool(attached)
    assert "\x1b" not in shown


def test_snoozes_of_tags_and_of_everything_are_named_with_what_is_left() -> None:
    engine = FakeEngine(household())
    running: list[tuple[Scope, str, timedelta]] = [
        ("check", "backup-db", HOUR),
        ("tag", "[/x]\x1b[31m", HOUR / 2),
        ("tag", "ops", 5 * HOUR),
        ("tag", "mail", 9 * HOUR),
        ("everything", "", 3 * HOUR),
        ("tag", "over", -HOUR),
    ]
    engine.snoozes = tuple(
        Snooze(scope=scope, target=target, until=NOW + left, by="", note="")
        for scope, target, left in running
    )
    said = facts(engine, loaded())
    assert said.startswith("z everything 3h | z tag [/x]")
    assert " | z 2 more tags | engine here | next deadline" in said
    assert "\x1b" not in said


def counted(*views: CheckView, width: int = 120) -> str:
    model = TableModel()
    model.load({v.slug: v for v in views}, NOW)
    return "".join(shown for shown, _ in summary_line(model, [], width)).split("   ")[0].strip()


def test_what_is_snoozed_counts_under_its_status_and_every_check_that_is_down_once() -> None:
    until = NOW + HOUR
    known = incident(acknowledged_at=NOW)
    snoozed = [replace(v, snoozed_until=until) for v in (overdue("a"), overdue("b"), view("c"), late("d"))]

    assert counted(*snoozed) == "◐ 1 late  ✖ 2 snoozed  ● 1 up  z 4 snoozed"
    assert counted(*snoozed[:2]) == "✖ 2 snoozed"
    assert counted(overdue("e", incident=known, snoozed_until=until), view("f")) == (
        "◇ 1 acknowledged  ● 1 up  z 1 snoozed"
    )


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"up": 9}, "all well"),
        ({"down": 2, Attention.WANTED: 2, "late": 1}, "2 down"),
        (
            {"down": 4, Attention.WANTED: 1, Attention.ACKNOWLEDGED: 2, Attention.SNOOZED: 1},
            "1 down, 2 acknowledged, 1 snoozed",
        ),
        ({"down": 3, Attention.SNOOZED: 3, "late": 1}, "1 late, 3 snoozed"),
        ({"down": 1, "acknowledged": 1}, "1 acknowledged"),
    ],
)
def test_the_title_tells_what_wants_attention_from_what_does_not(counts: dict[str, int], words: str) -> None:
    assert title_words(Counter(counts)) == words


def test_a_narrow_summary_says_first_what_is_down() -> None:
    known = [overdue(f"k{n}", incident=incident(acknowledged_at=NOW)) for n in range(2)]

    assert counted(*known, *(view(f"u{n}") for n in range(9)), late("l"), new("n"), width=40) == (
        "◐ 1 late  ◇ 2 acknowledged  ● 9 up"
    )


@given(st.integers(20, 240), st.sampled_from(HOSTILE_NAMES), st.booleans())
def test_both_lines_are_exactly_as_wide_as_the_screen(width: int, name: str, ascii_only: bool) -> None:
    engine = FakeEngine([view(name=name)])
    engine.snoozes = (Snooze(scope="tag", target=name, until=NOW + HOUR, by="", note=""),)
    model = TableModel()
    model.load(engine.checks(), NOW)
    made = facts_of(model, SummaryContext(info=engine.info(), now=NOW, rate="1.0 pings/s"))

    assert width_of(facts_line(made, width)) == width
    assert width_of(summary_line(model, made, width, ascii_only=ascii_only)) == width


async def test_the_notices_say_what_was_refused_and_how_often() -> None:
    engine = FakeEngine([view("a")])
    engine.rejected = {"404: no check [/x]": 1, "401: wrong ping key": 12}
    async with showing(engine) as (app, pilot):
        assert "13 pings refused" in screen_text(app)
        await press(app, pilot, "N")
        shown = screen_text(app)
        assert "Refused since the engine started  13" in shown
        assert shown.index("12  401: wrong ping key") < shown.index("1  404: no check [/x]")


@pytest.mark.parametrize("width", [33, 81])
def test_every_line_of_the_notices_fits_and_holds_no_escape(width: int) -> None:
    engine = FakeEngine()
    engine.rejected = {f"404: {name}": 1 for name in HOSTILE_NAMES}
    notices = [Notice(key="x", level="error", text=name * 9) for name in HOSTILE_NAMES]
    for line in [*in_full(notices, width), *engine_lines(engine.info(), width)]:
        assert width_of(line) <= width
        assert not any("\x1b" in shown for shown, _ in line)


async def test_the_rate_appears_once_it_is_known() -> None:
    engine = FakeEngine([view("a")])
    async with showing(engine) as (app, pilot):
        home = app.screen
        assert isinstance(home, HomeScreen)
        assert "pings/" not in screen_text(app)
        for _ in range(10):
            engine.pings += 4
            engine.advance(1)
            home.tick()
        await settled(app, pilot)
        assert "4.0 pings/s" in screen_text(app)


async def test_the_countdown_of_the_next_deadline_goes_on() -> None:
    engine = FakeEngine([view("a", deadline=NOW + timedelta(seconds=90))])
    async with showing(engine) as (app, pilot):
        assert "next deadline A in 1m 30s" in screen_text(app)
        engine.advance(31)
        home = app.screen
        assert isinstance(home, HomeScreen)
        home.tick()
        await settled(app, pilot)
        assert "next deadline A in 59s" in screen_text(app)
