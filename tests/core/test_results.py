"""Proof that a good run did its work: what it does to the check, which had its report long before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pulsetui.core.state.status import Outcome
from tests.core.ladder import Ladder, at

PROVE = ["file:/b/dump newer 26h"]


def test_a_good_run_counts_at_once_and_stays_good_when_it_is_proven() -> None:
    check = Ladder("1h", prove=PROVE)
    check.ping("success", "01:00")
    assert (check.status("01:00"), check.state.due) == ("up", at("02:00"))
    check.found("proven", "01:01", dump=9)
    assert check.status("01:01") == "up"
    assert (check.runs[1].outcome, check.runs[1].proof) == (Outcome.SUCCESS, "proven: proven seen")
    assert check.state.usual == {PROVE[0]: (9.0,)}
    assert check.told == ["01:00 new>up"]


def test_a_good_run_that_did_nothing_takes_the_check_down_by_what_was_seen() -> None:
    check = Ladder("1h", prove=PROVE)
    check.ping("success", "01:00")
    check.found("proven", "01:01", dump=9)
    check.ping("success", "02:00")
    check.found("unmet", "02:01", dump=1)
    assert check.status("02:01") == "down unmet"
    assert check.state.detail == "unmet seen"
    assert (check.runs[2].outcome, check.runs[2].proof) == (Outcome.UNMET, "unmet: unmet seen")
    assert check.state.last_success == at("01:00")
    assert check.state.usual == {PROVE[0]: (9.0,)}, "what did nothing makes nothing usual"
    assert check.state.history[::2] == "su"
    assert check.incidents[1].started_at == at("02:00")
    assert check.state.due == at("03:00"), "it did run: its slot is answered"


def test_a_check_that_is_down_comes_up_when_its_good_run_is_believed() -> None:
    """Else each night would be told of as a recovery, and of the next incident a moment later."""
    check = Ladder("1h", prove=PROVE)
    check.ping("success", "01:00")
    check.found("unmet", "01:01")
    check.ping("success", "02:00")
    assert check.status("02:00") == "down unmet"
    assert check.state.detail == "it has reported well; proof of that is being looked for"
    check.found("unmet", "02:01")
    assert (check.status("02:01"), len(check.incidents)) == ("down unmet", 1)
    check.ping("success", "03:00")
    check.found("proven", "03:01")
    assert check.status("03:01") == "up"
    assert check.incidents[1].ended_at == at("03:00")
    assert check.told == ["01:00 new>up", "01:00 up>down", "03:00 down>up"]


def test_what_took_it_down_after_the_report_is_not_ended_by_its_proof() -> None:
    check = Ladder("1h", grace=10, max_runtime=5, prove=PROVE)
    check.ping("start", "01:58", 1)
    check.ping("start", "01:59", 2)
    check.ping("success", "02:00", 1)
    assert check.until("02:05") == "down hung"
    check.found("proven", "02:06")
    assert check.status("02:06") == "down hung"
    check.ping("success", "02:07", 3)
    check.until("02:09")
    check.ping("start", "02:10", 4)
    assert check.until("02:15") == "down hung"
    check.found("proven", "02:16")
    assert check.status("02:16") == "down hung", "the run of 02:10 hangs, whatever the one before did"


@pytest.mark.parametrize("kind", ["fail", "success"])
def test_what_was_found_of_a_run_is_nothing_when_a_newer_one_has_ended(kind: str) -> None:
    check = Ladder("1h", prove=PROVE)
    check.ping("success", "01:00")
    check.ping(kind, "01:05")
    before = check.status("01:06")
    check.found("unmet", "01:06", n=1)
    assert check.status("01:06") == before
    assert check.runs[1].outcome is Outcome.SUCCESS
    assert (check.state.unproven is not None) == (kind == "success")


def test_what_nobody_can_prove_is_no_alarm_and_is_told_when_it_lasts() -> None:
    check = Ladder("1h", prove=PROVE)
    for hour in (1, 2, 3, 4):
        check.ping("success", f"0{hour}:00")
        check.found("unprovable", f"0{hour}:01")
        assert check.status(f"0{hour}:01") == "up"
    assert check.notes == ["cannot be proven for 3 runs in a row: unprovable seen"]
    assert check.runs[4].proof == "not provable: unprovable seen"
    check.ping("success", "05:00")
    check.found("proven", "05:01")
    assert (check.state.unprovable, check.state.unprovable_why) == (0, "")


def test_what_nobody_can_prove_recovers_as_every_good_run_does() -> None:
    check = Ladder("1h", prove=PROVE)
    check.ping("fail", "01:00")
    check.ping("success", "02:00")
    assert check.status("02:00") == "down failed"
    check.found("unprovable", "02:01")
    assert check.status("02:01") == "up"


def test_failures_in_a_row_are_counted_through_reports_that_proved_empty() -> None:
    check = Ladder("1h", prove=PROVE, failures_before_down=2)
    check.ping("success", "01:00")
    check.found("unmet", "01:01")
    assert check.status("01:01") == "up"
    assert check.state.detail == "unmet seen (1 of the 2 failures in a row that take it down)"
    check.ping("success", "02:00")
    check.found("unmet", "02:01")
    assert check.status("02:01") == "down unmet"


def test_successes_in_a_row_are_those_that_were_believed() -> None:
    check = Ladder("1h", prove=PROVE, successes_before_up=2)
    check.ping("fail", "01:00")
    for hour, outcome, status in ((2, "proven", "down failed"), (3, "unmet", "down unmet")):
        check.ping("success", f"0{hour}:00")
        check.found(outcome, f"0{hour}:01")
        assert check.status(f"0{hour}:01") == status
    for hour, status in ((4, "down unmet"), (5, "up")):
        check.ping("success", f"0{hour}:00")
        check.found("proven", f"0{hour}:01")
        assert check.status(f"0{hour}:01") == status


def test_a_pause_leaves_nothing_to_look_for_and_its_undoing_does() -> None:
    check = Ladder("1h", prove=PROVE)
    check.ping("success", "01:00")
    check.pause("01:00:30")
    assert check.state.unproven is None
    assert check.undo("01:00:40")
    check.found("unmet", "01:01")
    assert check.status("01:01") == "down unmet"


def test_only_what_is_measured_of_proofs_still_asked_for_is_kept() -> None:
    check = Ladder("1h", prove=PROVE)
    for n in range(20):
        check.ping("success", f"01:{n:02}")
        check.found("proven", f"01:{n:02}", dump=n)
    assert check.state.usual == {PROVE[0]: tuple(float(n) for n in range(5, 20))}
    check.redefine("02:00", prove=["file:/b/other newer 26h"])
    check.ping("success", "02:01")
    check.found("proven", "02:02", other=7)
    assert check.state.usual == {"file:/b/other newer 26h": (7.0,)}


def test_a_run_that_failed_by_itself_is_not_looked_at() -> None:
    check = Ladder("1h", prove=PROVE, expect=["records >= 1"])
    check.ping("success", "01:00")
    assert check.status("01:00") == "down unmet"
    assert check.state.unproven is None


def test_a_run_is_good_for_a_deploy_when_it_was_believed() -> None:
    check = Ladder("1h", prove=PROVE)
    check.ping("start", "00:50", 1)
    check.ping("success", "01:00", 1)
    assert (check.state.good_began, check.state.bad_began) == (None, None)
    check.found("proven", "01:01")
    assert check.state.good_began == at("00:50")
    check.ping("success", "02:00")
    check.found("unmet", "02:01")
    assert (check.state.good_began, check.state.bad_began) == (at("00:50"), at("02:00"))


def test_proof_is_looked_for_of_a_run_that_stands_in_the_list_though_all_have_one_id() -> None:
    check = Ladder("1h", prove=PROVE)
    for hour in (1, 2, 3):
        check.ping("success", f"0{hour}:00", 7)
        check.found("unmet" if hour == 2 else "proven", f"0{hour}:01")
    assert [run.outcome for run in check.runs.values()] == [Outcome.SUCCESS, Outcome.UNMET, Outcome.SUCCESS]
    assert set(check.runs) == {1, 2, 3}


def test_proof_is_looked_for_again_when_the_program_around_the_job_tells_its_end() -> None:
    """Some jobs report, and move their file into place after that."""
    check = Ladder("1h", prove=PROVE)
    check.ping("start", "01:00", 7)
    check.ping("success", "01:10", 7)
    check.found("unmet", "01:11")
    check.ping("success", "01:20", 7, duration=timedelta(minutes=20))
    check.found("proven", "01:21")
    (run,) = check.runs.values()
    assert (run.n, run.outcome, run.ended_at) == (1, Outcome.SUCCESS, at("01:20"))
    assert (check.status("01:21"), check.state.last_success) == ("up", at("01:20"))


def test_what_comes_up_before_it_was_looked_at_is_of_the_same_run() -> None:
    check = Ladder("1h", prove=PROVE)
    check.ping("success", "01:00", 6)
    check.found("proven", "01:01")
    check.ping("start", "02:00", 7)
    check.ping("success", "02:10", 7)
    check.ping("success", "02:20", 7, duration=timedelta(minutes=20))
    check.found("unmet", "02:21")
    assert [run.outcome for run in check.runs.values()] == [Outcome.SUCCESS, Outcome.UNMET]
    assert check.state.last_success == at("01:00")
