"""What is said of runs by looking at several."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from pulsetui.core.state.status import Outcome
from pulsetui.tui.details.run_model import (
    against_usual,
    good_before,
    host_of,
    is_slow,
    last_good_metrics,
    output_of,
    pings_by_run,
    run_notes,
    usual_duration,
)
from pulsetui.tui.draw.plot import Band
from tests.tui.support.run_samples import broken, details, nights

DETAILS = details(broken())


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (100.0, "usual"),
        (109.0, "usual"),
        (150.0, "+50%"),
        (80.0, "-20%"),
        (230.0, "2.3x"),
        (1e9, ">99x"),
        (None, ""),
    ],
)
def test_a_duration_is_told_against_the_usual(seconds: float | None, said: str) -> None:
    assert against_usual(seconds, Band(90.0, 100.0, 110.0)) == said
    assert against_usual(seconds, None) == ""


@pytest.mark.parametrize(("seconds", "slow"), [(100.0, False), (130.0, False), (139.0, False), (141.0, True)])
def test_slow_is_beyond_the_spread_of_the_usual(seconds: float, slow: bool) -> None:
    assert is_slow(seconds, Band(90.0, 100.0, 110.0)) is slow


def test_the_usual_is_made_of_good_runs_only() -> None:
    usual = usual_duration(DETAILS)
    assert usual is not None
    assert usual.low <= usual.middle <= usual.high < 200

    only_bad = replace(DETAILS, runs=tuple(replace(one, outcome=Outcome.FAILED) for one in DETAILS.runs))
    assert usual_duration(only_bad) is None
    assert last_good_metrics(only_bad) == {}


def test_the_last_good_run_says_what_it_did() -> None:
    assert last_good_metrics(DETAILS) == {"records": 339.0}


def test_each_ping_belongs_to_its_run() -> None:
    found = pings_by_run(DETAILS)

    assert [ping.n for ping in found[41]] == [41, 42]
    assert host_of(found[41]) == "10.0.0.7 pulsetui-run/0.1.0"
    output = output_of(found[41])
    assert output is not None
    assert output.n == 42


def test_an_engine_that_does_not_tell_is_helped_by_numbers_and_run_ids() -> None:
    runs = (replace(DETAILS.runs[0], rid="r-1"), *DETAILS.runs[1:])
    pings = tuple(replace(ping, run=None, rid="r-1" if ping.n == 42 else None) for ping in DETAILS.pings)
    found = pings_by_run(replace(DETAILS, runs=runs, pings=pings))

    assert [ping.n for ping in found[41]] == [41, 42]
    assert [ping.n for ping in found[39]] == [39]


def test_a_run_is_compared_with_the_good_one_before_it_not_with_a_duplicate() -> None:
    by_number = {one.n: one for one in DETAILS.runs}

    def before(n: int) -> int | None:
        good = good_before(DETAILS, by_number[n])
        return None if good is None else good.n

    assert (before(41), before(37), before(35)) == (39, 35, 31)
    assert before(DETAILS.runs[-1].n) is None


def test_oddities_are_told_in_words() -> None:
    failed, _, hung, overlapping, duplicate, *_ = nights()

    assert run_notes(failed) == ["exit status 3"]
    assert run_notes(hung) == ["no end in 20m"]
    assert run_notes(overlapping) == ["overlapped run 33, which was still running"]
    assert run_notes(duplicate) == ["duplicate: too soon after the previous run"]
    assert run_notes(replace(hung, outcome=Outcome.ORPHAN, detail="")) == ["started but never finished"]
