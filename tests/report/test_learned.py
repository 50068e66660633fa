"""What is proposed by what runs have been: no false alarm on them, no later one, and nothing from noise."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.client.views import CheckDetails, IncidentView, RunView
from pulsetui.config.check_fields import validate_check
from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.state.check import Check
from pulsetui.core.state.machine import advance, receive
from pulsetui.core.state.ping import Ping
from pulsetui.core.state.state import new_state
from pulsetui.core.state.status import Outcome, PingKind, Reason, Status
from pulsetui.report.learned.observed import observed
from pulsetui.report.learned.proposal import Proposal
from pulsetui.report.learned.proposals import learned as learned_on
from tests.cli.samples import OPEN, RUN, UP, engine_with
from tests.client.samples import details_of

RIGA = ZoneInfo("Europe/Riga")
FIRST = datetime(2026, 10, 5, tzinfo=RIGA)  # a Monday; the clocks go back on the 25th
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def learned(details: CheckDetails, host_tz: str = "Europe/Riga") -> Sequence[Proposal]:
    """On a host whose cron reads the zone of the check."""
    return learned_on(details, host_tz)


def ran(
    begin: datetime, took: timedelta | None = 2 * MINUTE, metrics: Mapping[str, float] | None = None
) -> RunView:
    """A good run; ``took`` None: it reported its end only."""
    start = begin.astimezone(UTC)
    return replace(
        RUN,
        started_at=None if took is None else start,
        ended_at=start + (took or timedelta()),
        slot=None,
        outcome=Outcome.SUCCESS,
        duration=None if took is None else took.total_seconds(),
        metrics=metrics or {},
    )


def seen(runs: Sequence[RunView], *incidents: IncidentView, **fields: object) -> CheckDetails:
    """A check with these keys and runs, the oldest first."""
    fields = fields or {"every": "1d", "grace": "1h"}
    kind = next(key for key in ("every", "cron", "calendar") if key in fields)
    view = replace(
        UP,
        schedule_kind=kind,
        schedule=str(fields[kind]),
        tz="Europe/Riga",
        status=Status.UP,
        n_pings=2 * len(runs),
        incident=None,
    )
    numbered = [replace(run, n=n) for n, run in enumerate(runs, 1)]
    return replace(
        engine_with(view).details(view.slug),
        runs=tuple(numbered[::-1]),
        incidents=incidents,
        pings=details_of(view).pings[:1],  # from this host
        fields={**fields, "hooks": ["a hook of another host"]},
    )


def nights(count: int, *, hour: int = 2, spread: int = 0, **more: object) -> list[RunView]:
    """Each at ``hour`` on the clock of Riga, up to ``spread`` minutes later."""
    return [
        ran(FIRST + n * DAY + timedelta(hours=hour, minutes=n * 7 % (spread + 1)), **more)  # type: ignore[arg-type]
        for n in range(count)
    ]


def written(details: CheckDetails) -> list[str]:
    return [one.written for one in learned(details)]


def test_a_nightly_job_that_is_watched_by_a_period_gets_its_line_of_the_crontab() -> None:
    first, *_ = learned(seen(nights(23, spread=4), every="1d", grace="2h"))

    assert first.fields == {"every": None, "cron": "0 2 * * *", "grace": "20m"}
    assert first.written == 'cron = "0 2 * * *", grace = "20m"'
    assert first.evidence == "23 runs since Mon 5 Oct, always between 02:00 and 02:04 (Europe/Riga)"


def test_a_job_of_weekdays_is_one_after_three_weeks_of_them() -> None:
    week = [0, 1, 2, 3, 4]
    begins = [FIRST + timedelta(weeks=w, days=d, hours=6, minutes=17) for w in range(5) for d in week]
    runs = [ran(begin) for begin in begins]

    assert learned(seen(runs[:15], every="1d", grace="3d"))[0].fields["cron"] == "17 6 * * 1-5"
    assert not any("cron" in one.fields for one in learned(seen(runs[:10], every="1d", grace="3d")))


@pytest.mark.parametrize(
    ("fields", "apart", "proposed"),
    [
        ({"every": "1h", "grace": "1h"}, 15 * MINUTE, {"every": "15m"}),
        ({"every": "1h", "grace": "1h"}, 5 * MINUTE + timedelta(seconds=7), {"every": "5m"}),
        ({"cron": "0 * * * *", "grace": "1h"}, 15 * MINUTE, {"cron": "*/15 * * * *"}),
        ({"cron": "0 0 * * *", "grace": "1d"}, 6 * HOUR, {"cron": "0 */6 * * *"}),
        ({"cron": "0 * * * *", "grace": "1h"}, 7 * MINUTE, {"cron": None, "every": "7m"}),
        ({"every": "20m", "grace": "1h"}, 15 * MINUTE, {}),
        ({"cron": "*/15 * * * *", "grace": "1h"}, 15 * MINUTE, {}),
    ],
)
def test_a_job_that_runs_far_more_often_than_is_expected_of_it(
    fields: dict[str, object], apart: timedelta, proposed: dict[str, object]
) -> None:
    found = learned(seen([ran(FIRST + n * apart, MINUTE) for n in range(200)], **fields))

    times = {key: value for one in found for key, value in one.fields.items() if key in ("every", "cron")}
    assert times == proposed


def test_an_hour_of_grace_is_too_much_for_what_is_done_within_minutes() -> None:
    assert written(seen(nights(20), cron="0 2 * * *", grace="1h"))[0] == 'grace = "10m"'
    assert 'grace = "10m"' not in written(seen(nights(20), cron="0 2 * * *", grace="15m"))


@pytest.mark.parametrize(
    ("every", "apart", "least"), [("2m", 2 * MINUTE, "1m"), ("15m", 15 * MINUTE, "2m"), ("1h", HOUR, "5m")]
)
def test_however_exactly_it_runs_some_grace_is_left(every: str, apart: timedelta, least: str) -> None:
    runs = [ran(FIRST + n * apart, None) for n in range(150)]
    assert written(seen(runs, every=every, grace="1h")) == [f'grace = "{least}"']


def test_a_deadline_that_good_runs_miss_is_put_off_by_as_little_as_they_need() -> None:
    runs = [ran(FIRST + n * DAY + 2 * HOUR, (8 if n % 5 == 4 else 3) * MINUTE) for n in range(20)]
    late = [
        replace(OPEN, missed=(), missed_count=0, started_at=run.started_at, ended_at=run.ended_at)
        for run in runs[4::5]
    ]
    (proposal,) = learned(seen(runs, *late, cron="0 2 * * *", grace="5m"))

    assert proposal.fields == {"grace": "30m"}
    assert proposal.evidence == "4 of 20 runs since Mon 5 Oct ended well, but up to 3m after the deadline"


def test_a_job_that_mostly_comes_late_needs_another_schedule_and_not_more_grace() -> None:
    assert learned(seen(nights(20, hour=3), cron="0 2 * * *", grace="5m")) == ()


def test_how_long_it_may_take_and_must() -> None:
    runs = [ran(FIRST + n * DAY + 2 * HOUR, (4 + n % 3) * MINUTE) for n in range(20)]

    found = {key: value for one in learned(seen(runs)) for key, value in one.fields.items()}
    assert (found["max_runtime"], found["min_runtime"]) == ("20m", "2m")
    without_starts = {key for one in learned(seen(nights(20, took=None))) for key in one.fields}
    assert not without_starts & {"max_runtime", "min_runtime"}


@pytest.mark.parametrize(
    ("values", "proposed"),
    [
        ([312, 480, 1488, 900], "rows >= 100"),
        ([3, 1, 2, 1], "rows >= 1"),
        ([1, 1, 1, 1], "rows >= 1"),
        ([0.8, 0.9, 0.85, 0.8], "rows >= 0.2"),
        ([0, 0, 0, 0], ""),
        ([312, 0, 480, 900], ""),
        ([-1, -2, -3, -4], ""),
        ([1, 5000, 7000, 6000], "rows >= 1"),
    ],
)
def test_a_floor_for_what_each_run_reports_and_none_from_zeros(values: list[float], proposed: str) -> None:
    runs = [replace(run, metrics={"rows": float(values[n % 4])}) for n, run in enumerate(nights(20))]
    expect = [one.fields["expect"] for one in learned(seen(runs)) if "expect" in one.fields]
    assert expect == ([[proposed]] if proposed else [])


@pytest.mark.parametrize("name", ["errors", "memory_mb", "cpu_s", "failed_rows", "latency_ms", "queue_depth"])
def test_what_may_well_fall_to_nothing_has_no_floor(name: str) -> None:
    runs = [replace(run, metrics={name: 20.0}) for run in nights(20)]
    assert not any("expect" in one.fields for one in learned(seen(runs)))


def test_what_is_expected_already_stays_and_is_not_proposed_again() -> None:
    runs = [replace(run, metrics={"rows": 100.0, "files": 3.0}) for run in nights(20)]
    found = learned(seen(runs, every="1d", grace="1h", expect=["rows >= 1"]))
    assert [one.fields["expect"] for one in found if "expect" in one.fields] == [["rows >= 1", "files >= 1"]]


def test_a_metric_that_one_run_did_not_report_is_not_expected() -> None:
    runs = [replace(run, metrics={"rows": 9.0} if n else {}) for n, run in enumerate(nights(20))]
    assert not any("expect" in one.fields for one in learned(seen(runs)))


@pytest.mark.parametrize("count", [0, 1, 9])
def test_nothing_is_known_from_a_few_runs(count: int) -> None:
    assert learned(seen(nights(count))) == ()


def test_only_what_ran_since_anything_was_wrong_counts() -> None:
    runs = nights(20)
    failed = replace(runs[12], outcome=Outcome.FAILED)
    wrong = replace(OPEN, reason=Reason.FAILED, started_at=runs[12].ended_at, ended_at=runs[13].ended_at, n=1)
    assert learned(seen([*runs[:12], failed, *runs[13:]])) == ()
    assert learned(seen(runs, wrong)) == ()
    assert learned(seen(runs, replace(wrong, ended_at=None))) == ()
    assert learned(seen([*nights(15), *(ran(FIRST + 60 * DAY + n * DAY) for n in range(9))])) == ()


@pytest.mark.parametrize("status", [Status.DOWN, Status.PAUSED, Status.NEW])
def test_nothing_is_proposed_while_it_is_not_up(status: Status) -> None:
    made = seen(nights(20))
    assert learned(replace(made, view=replace(made.view, status=status))) == ()


def test_times_without_any_order_are_no_schedule() -> None:
    hours = [2, 9, 17, 5, 23, 11, 3, 20, 8, 14, 1, 19, 6]
    runs = [ran(FIRST + n * DAY + timedelta(hours=hour)) for n, hour in enumerate(hours)]
    assert not any("cron" in one.fields for one in learned(seen(runs, every="1d", grace="2d")))


def test_a_job_that_rests_at_night_or_at_weekends_is_not_taken_for_one_that_never_does() -> None:
    office = [FIRST + timedelta(days=d, hours=h) for d in range(4) for h in range(8, 19)]
    assert not {"grace", "every"} & keys(learned(seen([ran(at) for at in office], every="1h", grace="15h")))
    assert not {"grace", "every"} & keys(
        learned(seen([ran(at) for at in office[:11]], every="1h", grace="15h"))
    )
    monday = [ran(FIRST + n * HOUR / 2) for n in range(48)]
    assert not {"grace", "every"} & keys(learned(seen(monday, every="1h", grace="3d")))


def keys(found: Sequence[Proposal]) -> set[str]:
    return {key for one in found for key in one.fields}


@pytest.mark.parametrize(
    ("host_tz", "address"), [("", "127.0.0.1"), ("UTC", "127.0.0.1"), ("Europe/Riga", "10.0.0.9")]
)
def test_hours_are_named_only_by_a_clock_that_the_job_is_known_to_have(host_tz: str, address: str) -> None:
    made = seen(nights(18), every="1d", grace="6h")
    made = replace(made, pings=tuple(replace(ping, remote_addr=address) for ping in made.pings))

    assert "cron" in keys(learned(seen(nights(18), every="1d", grace="6h"), "Europe/Vilnius")), (
        "the same clock"
    )
    assert "cron" not in keys(learned(made, host_tz))
    assert learned(made, host_tz)[0].fields == {"grace": "1h30m"}, "an hour for the change of clocks"
    both_sides = seen(nights(30), every="1d", grace="6h")
    assert "cron" in keys(learned(both_sides, "")), "it kept to the clock through its change"


# --- what must hold of all ------------------------------------------------------------------------------


def as_check(details: CheckDetails, proposals: Sequence[Proposal]) -> Check:
    fields = {key: value for key, value in details.fields.items() if key != "hooks"}
    expect = list(fields.get("expect", []))  # type: ignore[call-overload]
    for one in proposals:
        fields |= one.fields
        expect += [text for text in one.fields.get("expect", []) if text not in expect]  # type: ignore[attr-defined]
    fields = {key: value for key, value in fields.items() if value is not None}
    if expect:
        fields["expect"] = expect
    return validate_check("job", fields, default_timezone="Europe/Riga", hook_names=())


def life_of(check: Check, details: CheckDetails) -> tuple[bool, datetime | None]:
    """Whether it ever went down while the runs came in, and when it does if then no other comes."""
    pings: list[Ping] = []
    for run in details.runs:
        rid = UUID(int=run.n)
        assert run.ended_at is not None
        if run.started_at is not None:
            pings.append(Ping(kind=PingKind.START, at=run.started_at, rid=rid))
        pings.append(Ping(kind=PingKind.SUCCESS, at=run.ended_at, rid=rid, metrics=run.metrics))
    pings.sort(key=lambda ping: ping.at)
    state, alarmed = new_state(pings[0].at), False
    for ping in pings:
        alarmed = alarmed or advance(check, state, ping.at).state.status is Status.DOWN
        state = receive(check, state, ping, ping.at).state
        alarmed = alarmed or state.status is Status.DOWN
    flips = advance(check, state, pings[-1].at + 60 * DAY).flips
    return alarmed, next((flip.at for flip in flips if flip.after is Status.DOWN), None)


SCHEDULES = st.sampled_from(
    [
        ("every", "5m"),
        ("every", "1h"),
        ("every", "1d"),
        ("every", "1w"),
        ("cron", "*/15 * * * *"),
        ("cron", "17 * * * *"),
        ("cron", "0 2 * * *"),
        ("cron", "30 3 * * *"),
        ("cron", "30 6 * * 1-5"),
        ("calendar", "Mon,Thu 04:00"),
        ("cron", "0 8-18 * * *"),
    ]
)


@st.composite
def histories(draw: st.DrawFn) -> CheckDetails:
    """Runs by one schedule, each some time late, of a check that is defined by the same or another one."""
    runs_by, defined_by = draw(SCHEDULES), draw(SCHEDULES)
    schedule = parse_schedule(*runs_by, "Europe/Riga")  # type: ignore[arg-type]
    count = draw(st.integers(0, 40))
    late, took = draw(st.integers(0, 4000)), draw(st.integers(0, 4000))
    has_starts = draw(st.booleans())
    chance = random.Random(draw(st.integers(0, 2**32)))
    at, runs = FIRST.astimezone(UTC), []
    for _ in range(count):
        at = schedule.next(at) or at
        begin = at + timedelta(seconds=chance.randint(0, late))
        rows = float(chance.choice([0, 1, 30, 31, 400, 0.5]))
        length = timedelta(seconds=chance.randint(0, took)) if has_starts else None
        runs.append(ran(begin, length, {"rows": rows} if chance.randint(0, 9) else {}))
    grace = draw(st.sampled_from(["1m", "30m", "1h", "3d"]))
    return seen(runs, **{defined_by[0]: defined_by[1], "grace": grace})


@settings(max_examples=100, deadline=None)
@given(histories())
def test_no_proposal_alarms_on_the_runs_it_was_learned_from_alone_or_with_the_others(
    details: CheckDetails,
) -> None:
    found = learned(details)
    if not found:
        return
    taught = replace(details, runs=tuple(reversed(observed(details).runs)))  # the check may forget older ones
    before, told_before = life_of(as_check(details, []), taught)
    for chosen in (*([one] for one in found), list(found)):
        alarmed, told = life_of(as_check(details, chosen), taught)
        assert not alarmed, [one.written for one in chosen]
        if not before:
            assert told is not None
            assert told_before is None or told <= told_before, "a job that stops is told of no later"


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(
        ["*/15 * * * *", "17 * * * *", "0 */6 * * *", "0 2 * * *", "0 8-18 * * *", "30 6 * * 1-5"]
    ),
    st.sampled_from(["Europe/Riga", "UTC", "America/New_York"]),
    st.booleans(),
    st.sampled_from([("every", "1h", "3d"), ("every", "1d", "3d"), ("every", "15m", "15h")]),
    st.integers(10, 60),
    st.integers(0, 40),
)
def test_a_job_that_goes_on_as_it_did_does_not_alarm_through_nights_weekends_and_changes_of_clocks(
    line: str, zone: str, is_here: bool, defined: tuple[str, str, str], count: int, late_s: int
) -> None:
    schedule = parse_schedule("cron", line, zone)
    begins = schedule.between(FIRST.astimezone(UTC), FIRST + 400 * DAY, 700)
    runs = [ran(at + timedelta(seconds=at.day * 7 % (late_s + 1)), MINUTE) for at in begins]
    kind, period, grace = defined
    past = seen(runs[:count], **{kind: period, "grace": grace})
    host_tz = zone if is_here else ""
    if not is_here:
        past = replace(past, pings=tuple(replace(ping, remote_addr="10.0.0.9") for ping in past.pings))
    found = learned(past, host_tz)
    whole = seen(runs, **{kind: period, "grace": grace})
    if not found or life_of(as_check(past, []), whole)[0]:
        return  # as it was it alarmed already

    alarmed, _ = life_of(as_check(past, found), whole)
    assert not alarmed, [one.written for one in found]


@settings(max_examples=25, deadline=None)
@given(histories())
def test_what_was_accepted_is_not_proposed_again(details: CheckDetails) -> None:
    found = learned(details)
    if not found:
        return
    check = as_check(details, found)
    fields: dict[str, object] = dict(details.fields)
    for one in found:
        fields |= one.fields
    if check.expect:
        fields["expect"] = [one.text for one in check.expect]
    fields = {key: value for key, value in fields.items() if value is not None and key != "hooks"}
    view = replace(details.view, schedule_kind=check.schedule.kind, schedule=check.schedule.expression)
    again = learned(replace(details, view=view, fields=fields))
    keys = {key for one in found for key in one.fields}
    assert not {key for one in again for key in one.fields} & (keys - {"grace"})


def test_nothing_is_learned_from_runs_that_made_up_for_missed_slots() -> None:
    runs = nights(20)
    odd = [
        replace(one, n=one.n + 1000, catch_up=True, metrics={"records": 1.0}) for one in nights(20, hour=15)
    ]
    mixed = sorted([*runs, *odd], key=lambda run: run.ended_at or FIRST)
    assert written(seen(mixed, every="1d")) == written(seen(runs, every="1d"))
