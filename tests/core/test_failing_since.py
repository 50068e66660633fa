"""Where several failures in a row take a check down: since when it is broken."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.state import machine
from pulsetui.core.state.ping import Ping
from pulsetui.core.state.state import CheckState, new_state
from pulsetui.core.state.status import PingKind, Reason
from tests.core.ladder import DAY, Ladder, at, make_check


def twice(**fields: Any) -> Ladder:
    return Ladder("4h", failures_before_down=2, **fields)


def since(ladder: Ladder) -> tuple[str, str]:
    """Since when the open incident says that the job is broken, and when the check went down."""
    incident = ladder.state.incident
    assert incident is not None
    return f"{incident.since:%H:%M}", f"{incident.started_at:%H:%M}"


def test_it_is_broken_since_the_first_failure_and_down_since_the_last() -> None:
    check = twice()
    check.ping("fail", "03:30")
    assert check.status("03:31") == "up"
    check.ping("fail", "03:45")
    assert since(check) == ("03:30", "03:45")
    assert check.flips[-1].at == at("03:45"), "nobody is told earlier"
    check.ping("fail", "04:00")
    assert since(check) == ("03:30", "03:45")
    check.ping("success", "04:15")
    assert check.incidents[1].since == at("03:30")
    assert check.state.failing_since is None


def test_one_failure_is_its_own_first() -> None:
    check = Ladder("4h")
    check.ping("fail", "03:30")
    incident = check.state.incident
    assert incident is not None
    assert (incident.failing_since, incident.since) == (None, at("03:30"))


def test_a_success_in_between_begins_anew() -> None:
    check = twice()
    for kind, when in (("fail", "01:00"), ("success", "02:00"), ("fail", "03:00"), ("fail", "03:10")):
        check.ping(kind, when)
    assert since(check) == ("03:00", "03:10")


def test_a_success_whose_proof_is_missing_is_one_of_the_failures() -> None:
    check = twice(prove=("file:/b/a newer 26h",))
    check.ping("success", "01:00")
    check.found("unmet", "01:01")
    check.ping("success", "02:00")
    assert check.state.failing_since == at("01:00"), "nobody has seen yet whether it was good"
    check.found("unmet", "02:01")
    assert since(check) == ("01:00", "02:00")

    check = twice(prove=("file:/b/a newer 26h",))
    check.ping("fail", "01:00")
    check.ping("success", "02:00")
    check.found("proven", "02:01")
    assert check.state.failing_since is None


def test_a_run_skipped_in_between_changes_nothing() -> None:
    check = twice()
    check.ping("fail", "01:00")
    check.ping("skip", "02:00")
    check.ping("fail", "03:00")
    assert since(check) == ("01:00", "03:00")


def test_a_catch_up_run_is_no_failure_in_a_row_and_no_success() -> None:
    check = twice()
    check.ping("success", "00:10")
    check.ping("fail", "01:00", catch_up=at("00:10"))
    assert check.state.failing_since is None
    check.ping("fail", "02:00")
    check.ping("success", "02:30", catch_up=at("00:10"))
    check.ping("fail", "03:00")
    assert since(check) == ("02:00", "03:00")


def test_a_pause_begins_anew_and_its_undo_goes_on() -> None:
    check = twice()
    check.ping("fail", "01:00")
    check.pause("01:10")
    assert check.state.failing_since is None
    assert check.undo("01:20")
    check.ping("fail", "02:00")
    assert since(check) == ("01:00", "02:00")

    check = twice()
    check.ping("fail", "01:00")
    check.pause("01:10")
    check.resume("01:20")
    check.ping("fail", "02:00")
    check.ping("fail", "02:10")
    assert since(check) == ("02:00", "02:10")


def test_silence_after_a_failure_is_overdue_since_its_own_deadline() -> None:
    check = twice()
    check.ping("fail", "01:00")
    assert check.until("05:30") == "down missed"
    assert since(check) == ("05:30", "05:30")


def test_time_that_nobody_watched_changes_nothing() -> None:
    check = twice()
    check.ping("fail", "01:00")
    check.skip("01:10", "06:00")
    check.ping("fail", "07:00")
    assert since(check) == ("01:00", "07:00")


def test_reports_out_of_a_spool_never_end_before_they_begin() -> None:
    check = twice()
    check.ping("success", "01:00")
    check.pause("01:10")
    check.resume("06:00")
    check.ping("fail", "02:00", now="07:00")
    assert check.state.failing_since == at("07:00"), "what came in a pause counts as of now"
    check.ping("fail", "06:30", now="07:10")
    assert since(check) == ("06:30", "06:30")


def test_an_older_report_that_comes_late_is_none_of_them() -> None:
    check = twice()
    check.ping("fail", "02:00")
    check.ping("fail", "01:00", now="02:30")
    assert check.status("02:30") == "up"
    check.ping("fail", "03:00")
    assert since(check) == ("02:00", "03:00")


def test_an_end_told_again_as_good_takes_the_first_failure_back() -> None:
    check = twice(expect=("rows >= 1",))
    check.ping("success", "01:00", 1, metrics={"other": 1.0})
    assert check.state.failing_since == at("01:00")
    check.ping("success", "01:00:05", 1, metrics={"rows": 3.0})
    assert check.state.failures == 0
    assert check.state.failing_since is None


def test_a_state_of_before_it_was_noted_says_what_is_known() -> None:
    before = msgspec.json.encode(new_state(DAY)).replace(b'"since"', b'"failures":1,"since"')
    check = Ladder("4h", failures_before_down=3)
    check.state = msgspec.json.decode(before, type=CheckState)
    check.ping("fail", "02:00")
    check.ping("fail", "03:00")
    assert since(check) == ("02:00", "03:00")
    check.state = msgspec.json.decode(before.replace(b'"failures":1', b'"failures":2'), type=CheckState)
    check.ping("fail", "03:00")
    assert since(check) == ("03:00", "03:00")


@given(st.integers(1, 4), st.lists(st.tuples(st.sampled_from(PingKind), st.integers(1, 90)), max_size=30))
def test_it_is_the_first_failure_since_the_last_success_also_across_restarts(
    wanted: int, reports: list[tuple[PingKind, int]]
) -> None:
    check = make_check("7d", failures_before_down=wanted, skips_before_down=99)
    state, now = new_state(DAY), DAY
    fails: list[datetime] = []
    for kind, minutes in reports:
        now += timedelta(minutes=minutes)
        state = machine.receive(check, state, Ping(kind=kind, at=now), now).state
        state = msgspec.json.decode(msgspec.json.encode(state), type=CheckState)
        if kind is PingKind.SUCCESS:
            fails = []
        if kind is PingKind.FAIL:
            fails.append(now)
        assert state.failing_since == (fails[0] if fails else None)
        incident = state.incident
        if len(fails) >= wanted:
            assert incident is not None
        if incident is not None and incident.reason is Reason.FAILED:
            assert (incident.since, incident.started_at) == (fails[0], fails[wanted - 1])
