"""The page for the morning: what is on record becomes few lines, and none of what is wrong is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.client.hooks import UNHEARD
from pulsetui.client.today import MAX_COMING, Happened, Today, Untold
from pulsetui.client.views import CheckView, Notice
from pulsetui.core.state.incident import Acknowledgement, Incident
from pulsetui.core.state.status import Outcome, Reason, Status
from pulsetui.core.text.clean import clean
from pulsetui.report.today import coming, end_of_day, evening_before, happened_to, in_order
from pulsetui.report.today_page import MAX_ROWS, Page, PageClock, page
from pulsetui.store.queries import RunTally
from tests.client.samples import HOUR, NOW, failed, late, overdue, view
from tests.tui.support.screen_driver import RIGA

SINCE = NOW - 15 * HOUR
CLOCK = PageClock(NOW, RIGA)
ANN = Acknowledgement(at=NOW, by="ann")
EMPTY = Today(
    since=SINCE,
    until=NOW + 12 * HOUR,
    runs=0,
    good=0,
    happened=(),
    told={},
    deploys=(),
    unwatched=(),
    coming=(),
    untold=(),
)


def incident(n: int, reason: Reason, hours_ago: float, lasted: float | None, **changes: Any) -> Incident:
    begun = NOW - timedelta(hours=hours_ago)
    ended = None if lasted is None else begun + timedelta(hours=lasted)
    return Incident(n=n, reason=reason, started_at=begun, ended_at=ended, **changes)


def tally(
    outcome: Outcome, count: int, hours_ago: float, odd: Reason | None = None, detail: str = ""
) -> RunTally:
    return RunTally(outcome, odd, count, NOW - timedelta(hours=hours_ago), detail)


def told(*incidents: Incident, tallies: tuple[RunTally, ...] = ()) -> list[tuple[str, str, int, str]]:
    found = happened_to(view(), incidents, tallies, SINCE)
    return [(one.kind, one.word, one.count, one.text) for one in found]


def test_incidents_of_one_reason_are_one_line_from_the_first_begin_to_the_last_end() -> None:
    newest = incident(3, Reason.FAILED, 2, 1, detail="exit code 1", acknowledgement=ANN)
    missed = incident(2, Reason.MISSED, 8, 3, missed=(NOW - 9 * HOUR,), missed_count=1)
    oldest = incident(1, Reason.FAILED, 12, 1, detail="exit code 2")

    found = list(happened_to(view(), [newest, missed, oldest], [], SINCE))

    assert [(one.word, one.count, one.text) for one in found] == [
        ("failed", 2, "exit code 1; acknowledged by ann"),
        ("overdue", 1, "missed 1 run"),
    ]
    assert (found[0].at, found[0].until) == (oldest.started_at, newest.ended_at)


def test_what_is_still_open_is_not_told_as_over() -> None:
    assert told(incident(1, Reason.FAILED, 3, None, detail="exit code 1")) == []


def test_a_pause_that_ended_an_incident_is_no_recovery() -> None:
    assert told(incident(1, Reason.FAILED, 3, 1, closed_by="pause, root")) == [
        ("down", "failed", 1, "closed by pause, root")
    ]


def test_bad_runs_are_told_unless_their_incident_is() -> None:
    bad = (tally(Outcome.FAILED, 2, 5, detail="exit code 3"),)
    assert told(tallies=bad) == [("failed", "failed", 2, "exit code 3")]
    assert told(incident(1, Reason.FAILED, 5, None), tallies=bad) == []
    assert len(told(incident(1, Reason.FAILED, 5, 1, detail="exit code 3"), tallies=bad)) == 1
    elsewhere = incident(1, Reason.MISSED, 9, 1)
    assert [one[0] for one in told(elsewhere, tallies=bad)] == ["down", "failed"]


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.RUNNING])
def test_no_way_to_end_but_a_good_one_goes_unsaid(outcome: Outcome) -> None:
    assert bool(told(tallies=(tally(outcome, 1, 2),))) is (outcome is not Outcome.SUCCESS)


def test_runs_that_were_too_many_and_runs_that_did_nothing() -> None:
    found = told(
        tallies=(
            tally(Outcome.SUCCESS, 3, 4, odd=Reason.RAN_TWICE),
            tally(Outcome.SKIPPED, 5, 4, detail="lock held"),
            tally(Outcome.UNMET, 1, 4, detail="records was 0"),
        )
    )
    assert found == [
        ("odd", "ran twice", 3, ""),
        ("skipped", "skipped", 5, "lock held"),
        ("failed", "bad result", 1, "records was 0"),
    ]


def test_an_unusual_number_is_of_the_night_only_if_its_run_was() -> None:
    strange = view(unusual="orders=0, usual 1377")
    assert [one.kind for one in happened_to(strange, [], [], SINCE)] == ["unusual"]
    assert list(happened_to(strange, [], [], NOW)) == []


def test_the_next_run_and_how_many_follow_it() -> None:
    hourly = view(schedule="0 * * * *", upcoming=datetime(2026, 3, 10, 10, tzinfo=UTC))
    one = coming(hourly, NOW, NOW + 3 * HOUR)
    assert one is not None
    assert (one.at, one.more) == (hourly.upcoming, 2)
    minutely = view(schedule_kind="every", schedule="1m", upcoming=NOW + timedelta(minutes=1))
    assert getattr(coming(minutely, NOW, NOW + 12 * HOUR), "more", None) == MAX_COMING


@pytest.mark.parametrize(
    "not_coming",
    [view(upcoming=None), view(status=Status.PAUSED), view(upcoming=NOW + 9 * HOUR)],
    ids=["never again", "paused", "tomorrow"],
)
def test_what_is_not_to_run_is_not_promised(not_coming: CheckView) -> None:
    assert coming(not_coming, NOW, NOW + 3 * HOUR) is None


@pytest.mark.parametrize(
    ("clock", "since", "until"),
    [
        ("2026-03-10T07:00", "2026-03-09T18:00+02:00", "2026-03-11T00:00+02:00"),
        ("2026-03-10T18:00", "2026-03-09T18:00+02:00", "2026-03-11T12:00+02:00"),
        ("2026-03-29T09:00", "2026-03-28T18:00+02:00", "2026-03-30T00:00+03:00"),  # clocks went forward
    ],
)
def test_the_page_reaches_from_last_evening_to_the_end_of_the_day(clock: str, since: str, until: str) -> None:
    local = datetime.fromisoformat(clock).replace(tzinfo=RIGA)
    assert evening_before(local) == datetime.fromisoformat(since)
    assert end_of_day(local) == datetime.fromisoformat(until)


# The page


def made(*views: CheckView, today: Today = EMPTY, notices: tuple[Notice, ...] = ()) -> Page:
    return page({one.slug: one for one in views}, today, notices, CLOCK)


def rows(shown: Page, title: str) -> list[str]:
    return [
        "|".join((row.name, row.word, row.when, row.text))
        for section in shown.sections
        if section.title.startswith(title)
        for row in section.rows
    ]


def test_each_check_that_is_wrong_says_since_when_why_and_who_knows() -> None:
    acknowledged = failed("known")
    assert acknowledged.incident is not None
    acknowledged = replace(
        acknowledged,
        incident=replace(acknowledged.incident, acknowledged_at=NOW, acknowledged_by="eva", note="on it"),
    )
    unwatched = view("dark", unwatched=True, upcoming=NOW + HOUR)
    today = replace(EMPTY, told={"backup-db": ("mail", "telegram")})

    shown = made(acknowledged, overdue(), failed(), late(), unwatched, view("well"), today=today)

    assert rows(shown, "Wrong now") == [
        "Backup db|overdue|since Sun 04:30|missed 3 runs; told by mail, telegram",
        f"Rotate logs|failed|since today 11:18|{failed().detail}; nobody was told",
        f"Known|failed|since today 11:18|{failed().detail}; eva: on it",
        "Import prices|late|due today 11:22|overdue from today 11:53",
        "Dark|unwatched||its deadline passed while nobody was watching; judged again from today 12:30",
    ]
    assert shown.wrong == ("backup-db", "rotate-logs", "known", "import-prices", "dark")


def test_what_became_late_by_the_clock_alone_is_wrong_now() -> None:
    assert made(view(next_ping=NOW)).wrong == ("sync-invoices",)
    assert made(view(next_ping=NOW + timedelta(seconds=1))).wrong == ()


def test_an_engine_that_is_broken_or_that_nobody_hears_is_not_well() -> None:
    notices = (
        Notice(key="store", level="error", text="the disk is \x1b[31mfull"),
        Notice(key=UNHEARD, level="warning", text="checks.toml has no hook"),
        Notice(key="config", level="warning", text="a doubt"),
    )
    assert rows(made(view(), notices=notices), "Wrong now") == [
        "PulseTUI|error||the disk is full",
        "PulseTUI|warning||checks.toml has no hook",
    ]


def test_the_night_says_until_when_each_was_down_and_when_nobody_watched() -> None:
    down = Happened(
        slug="a",
        name="A",
        kind="down",
        word="failed",
        count=3,
        at=NOW - 9 * HOUR,
        until=NOW - 7 * HOUR,
        text="exit code 1",
    )
    skipped = replace(down, kind="skipped", word="skipped", until=None, text="lock held", slug="b", name="B")
    today = replace(
        EMPTY,
        runs=40,
        good=34,
        happened=tuple(in_order([skipped, down])),
        unwatched=((NOW - 3 * HOUR, NOW - 2 * HOUR, "restart"),),
    )
    shown = made(view(), today=today)

    assert rows(shown, "Since Mon 20:30") == [
        "PulseTUI|not watching|today 08:30|for 1h: restart",
        "A|failed|today 02:30|until today 04:30, 3 times; exit code 1",
        "B|skipped|today 02:30|3 runs; lock held",
    ]
    assert [one.said for one in shown.sections][:2] == ["Nothing.", "40 runs, 34 good."]


def test_alerts_that_did_not_arrive_are_told_by_hook() -> None:
    today = replace(
        EMPTY,
        untold=(
            Untold(hook="mail", lost=2, waiting=1, error="550 no such user"),
            Untold(hook="telegram", lost=0, waiting=3, error="it is paused"),
        ),
    )
    assert rows(made(view(), today=today), "Alerts") == [
        "mail|2 alerts given up, 1 waits||550 no such user",
        "telegram|3 wait||it is paused",
    ]
    assert rows(made(view()), "Alerts") == []


def test_a_storm_is_counted_to_its_end() -> None:
    shown = made(*(failed(f"job-{n}") for n in range(MAX_ROWS + 7)))
    found = rows(shown, "Wrong now")
    assert len(found) == MAX_ROWS + 1
    assert found[-1] == "… and 7 more|||"
    assert len(shown.wrong) == MAX_ROWS + 7


@given(st.text(max_size=40))
def test_no_text_from_outside_reaches_the_page_as_it_came(text: str) -> None:
    hostile = failed("x", name=text, detail=text)
    happened = Happened(
        slug="x", name=text, kind="failed", word="failed", count=1, at=NOW, until=None, text=text
    )
    today = replace(
        EMPTY,
        happened=(happened,),
        unwatched=((SINCE, NOW, text),),
        untold=(Untold(hook=text, lost=1, waiting=0, error=text),),
    )
    notice = Notice(key="store", level="error", text=text)
    for section in made(hostile, today=today, notices=(notice,)).sections:
        for row in section.rows:
            for shown in (row.name, row.word, row.when, row.text):
                assert clean(shown) == shown
