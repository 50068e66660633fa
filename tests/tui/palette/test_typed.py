"""What a typed line offers, and what comes of choosing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.client.views import CheckView
from pulsetui.core.state.status import Status
from pulsetui.tui.base.answers import Known, SnoozeAnswer
from pulsetui.tui.draw.lines import plain
from pulsetui.tui.palette.offer import Offer
from pulsetui.tui.palette.targets import nearest_target, targets_of
from pulsetui.tui.palette.typed import MAX_OFFERS, Moment, offers_for
from pulsetui.tui.table.order import SortBy
from tests.client.samples import NOW, failed, overdue, view

RIGA = ZoneInfo("Europe/Riga")
CHECKS = [
    overdue("backup-db", name="Backup of the database", tags=("nightly",)),
    view("billing", tags=("money", "nightly")),
    view("billing-eu", name="Billing for [b]Europe[/b]", tags=("money",)),
    view("sync-invoices", tags=("money",)),
    failed("rotate-logs"),
    view("old-report", status=Status.PAUSED),
]
MOMENT = Moment({one.slug: one for one in CHECKS}, NOW, RIGA, sorts=tuple(SortBy))


class Done:
    """Keeps what was asked for, in words."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def open_check(self, slug: str, pane: str = "") -> None:
        self.said.append(f"open {slug}{pane}")

    def do(self, verb: str, views: Sequence[CheckView]) -> None:
        self.said.append(f"{verb} {' '.join(view.slug for view in views)}")

    def snooze(self, views: Sequence[CheckView], tag: str = "") -> None:
        self.said.append(f"ask to snooze {' '.join(view.slug for view in views)} {tag}".rstrip())

    def snooze_so(self, answer: SnoozeAnswer) -> None:
        target = answer.target
        until = "off" if answer.until is None else str(answer.until - NOW)
        self.said.append(f"snooze {target.scope} {','.join(target.names)} {until} {answer.note}".rstrip())

    def acknowledge_so(self, views: Sequence[CheckView], known: Known) -> None:
        assert not known.any_reason
        self.said.append(f"ack {' '.join(view.slug for view in views)}: {known.note}")

    def sort_table(self, by: str, *, reverse: bool) -> None:
        self.said.append(f"sort {by}{' reversed' if reverse else ''}")


def offers(line: str, moment: Moment = MOMENT) -> tuple[list[Offer], Done]:
    done = Done()
    return offers_for(line, moment, done), done


def first(line: str) -> str:
    """What comes of taking the first offer for a line."""
    found, done = offers(line)
    assert found[0].run is not None, found[0]
    found[0].run()
    (said,) = done.said
    return said


@pytest.mark.parametrize(
    ("line", "done"),
    [
        ("snooze billing 1h", "snooze check billing 1:00:00"),
        ("snooze billing 1h 30m", "snooze check billing 1:30:00"),
        ("snooze billing 90m deploy at noon", "snooze check billing 1:30:00 deploy at noon"),
        ("SNOOZE Billing 1h", "snooze check billing 1:00:00"),
        ("snooze billing tomorrow 08:00 moved", "snooze check billing 20:30:00 moved"),
        ("snooze billing until 14:30", "snooze check billing 3:00:00"),
        ("snooze billing off", "snooze check billing off"),
        ("snooze tag:money 2d", "snooze tag money 2 days, 0:00:00"),
        ("snooze money 2d", "snooze tag money 2 days, 0:00:00"),
        ("snooze all 20m", "snooze everything  0:20:00"),
        ("snooze billing", "ask to snooze billing"),
        (
            "snooze tag:nightly",
            "ask to snooze backup-db billing nightly",
        ),
        ("ack backup looking at it", "ack backup-db: looking at it"),
        ("acknowledge all", "ack backup-db rotate-logs: "),
        ("pause billing", "pause billing"),
        ("pause tag:money", "pause billing billing-eu sync-invoices"),
        ("resume all", "pause old-report"),
        ("open invoices", "open sync-invoices"),
        ("edit sync-inv", "edit sync-invoices"),
        ("delete billing-eu", "delete billing-eu"),
        ("copy billing", "copy billing"),
        ("ways billing", "ways billing"),
        ("timeline billing", "timeline billing"),
        ("file billing", "file billing"),
        ("sort due", "sort due"),
        ("sort last", "sort last ping"),
        ("sort ping reverse", "sort last ping reversed"),
        ("sort problems", "sort problems first"),
    ],
)
def test_a_line_does_what_it_says(line: str, done: str) -> None:
    assert first(line) == done


@pytest.mark.parametrize(
    ("line", "title", "about", "fills"),
    [
        ("snooze", "snooze …", "then how long", "snooze "),
        ("snooze billing 30", "30 what? Write 30m or 30h", "off ends a snooze", ""),
        ("snooze billing soon", '"soon" is not a date or time', "30m, 1h, 2d", ""),
        ("snooze billing 400d", "more than a year away", "", ""),
        ("snooze billing 9999999d", "longer than ten years", "", ""),
        ("snooze billing 2026-01-01", "has passed already", "", ""),
        ("snooze biling 1h", 'no check and no tag "biling"', "did you mean billing?", "snooze billing "),
        ("pause zzz", 'no check and no tag "zzz"', "tag:billing", ""),
        ("pause old-report", "There is nothing to pause", '"Old report" would stay as it is', ""),
        ("resume billing", "There is nothing to resume", '"Billing" would stay as it is', ""),
        ("ack billing", 'Ack "Billing"', "It is not down: there is nothing to acknowledge", ""),
        ("edit tag:money", "Edit tag money", "works on one check, and these are 3 checks", ""),
        ("open all", "Open everything", "works on one check", ""),
        ("sort", "sort …", "by problems first, name, due", "sort "),
        ("sort dur8ion", 'no column "dur8ion"', "did you mean duration?", "sort duration"),
    ],
)
def test_a_line_that_cannot_be_done_says_what_is_missing(
    line: str, title: str, about: str, fills: str
) -> None:
    found, _ = offers(line)
    assert found[0].run is None
    assert title in found[0].title
    assert about in found[0].about
    assert found[0].fills == fills


def test_what_is_not_one_of_our_words_is_left_to_the_search() -> None:
    assert offers("billing 1h")[0] == []
    assert offers("")[0] == []


def test_a_word_that_fits_several_checks_offers_each_and_what_can_be_done_first() -> None:
    moment = replace(MOMENT, checks={**MOMENT.checks, "billing": view("billing", status=Status.PAUSED)})
    assert [offer.title for offer in offers("pause bill", moment)[0]] == [
        'Pause "Billing for [b]Europe[/b]"',
        "There is nothing to pause",
    ]


def test_a_slug_that_is_whole_means_that_check_alone() -> None:
    assert [target.about for target in targets_of("billing", MOMENT.checks)] == ["billing"]
    assert [target.label for target in targets_of("nightly", MOMENT.checks)] == ["tag nightly"]


def test_what_was_probably_meant_is_found_among_thousands_too() -> None:
    checks = {one.slug: one for one in (view(f"other-{n}") for n in range(3000))} | dict(MOMENT.checks)
    assert nearest_target("biling", checks) == "billing"


def test_a_check_called_all_stands_before_everything() -> None:
    checks = {**MOMENT.checks, "all": view("all", name="The lot")}
    assert [target.label for target in targets_of("all", checks)] == ['"The lot"', "everything"]


def test_an_acknowledged_check_is_not_acknowledged_again() -> None:
    down = overdue("backup-db")
    assert down.incident is not None
    known = replace(down, incident=replace(down.incident, acknowledged_at=NOW))
    found, _ = offers("ack backup-db", replace(MOMENT, checks={"backup-db": known}))
    assert found[0].about == '"Backup db": acknowledged already'


def test_without_an_engine_nothing_that_changes_something_is_offered() -> None:
    gone = replace(MOMENT, connected=False)
    assert [offer.run for offer in offers("snooze billing 1h", gone)[0]] == [None]
    assert offers("open billing", gone)[0][0].run is not None


def test_the_order_is_changed_where_the_table_is_in_front() -> None:
    assert offers("sort due", replace(MOMENT, sorts=()))[0][0].title == "The table is not in front"
    seen = replace(MOMENT, sorts=(SortBy.PROBLEMS, SortBy.NAME))
    assert offers("sort due", seen)[0][0].about == "it has problems first, name"


def test_until_when_is_said_on_the_clock_of_the_person() -> None:
    (offer,) = offers("snooze billing 1h oil change")[0]
    assert offer.title == 'Snooze "Billing" for 1h'
    assert offer.about == 'until 12:30; billing; note: "oil change"'


WORDS = st.sampled_from(
    (
        *("snooze", "ack", "pause", "resume", "sort", "open", "edit", "billing", "tag:money", "all", "tag:"),
        *("1h", "0", "off", "tomorrow", "14:30", "until", "due", "reverse", "1" * 50, "٣", "9999-12-31"),
        *("[b]", "\\", "\x1b[2J"),
    )
)


@given(st.lists(WORDS | st.text(max_size=8), max_size=7).map(" ".join))
def test_any_line_is_understood_or_says_why_not(line: str) -> None:
    found, done = offers(line)
    assert len(found) <= max(MAX_OFFERS, len(SortBy))
    for offer in found:
        assert offer.title == plain(offer.title)
        assert offer.about == plain(offer.about)
        if offer.run is not None:
            offer.run()
    assert len(done.said) == sum(offer.run is not None for offer in found)


@given(st.integers(1, 10**6), st.sampled_from("smhd"))
def test_every_length_of_a_snooze_is_that_long(count: int, unit: str) -> None:
    span = {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit] * count
    (offer,) = offers(f"snooze billing {count}{unit}")[0]
    if span <= timedelta(days=366).total_seconds():
        assert first(f"snooze billing {count}{unit}") == f"snooze check billing {timedelta(seconds=span)}"
    else:
        assert offer.run is None
