"""When a number that a run reports is far outside the usual."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.client.unusual import MIN_RUNS, far_from_usual, unusual_metrics
from pulsetui.client.views import RunView
from pulsetui.core.state.status import Outcome
from tests.cli.samples import RUN

ORDERS = (1377.0, 1290.0, 1402.0, 1351.0, 1420.0, 1388.0, 1377.0, 1366.0)


def newest_first(*values: float) -> Sequence[RunView]:
    good = replace(RUN, outcome=Outcome.SUCCESS)
    return [replace(good, n=n, metrics={"orders": value}) for n, value in enumerate(values, 1)][::-1]


@pytest.mark.parametrize(
    ("value", "before", "usual"),
    [
        (0.0, ORDERS, 1377.0),
        (9000.0, ORDERS, 1377.0),
        (1200.0, ORDERS, None),
        (0.0, ORDERS[:7], None),  # too few to know
        (3.0, (0.0,) * 20, None),  # nothing is usual about zero
        (0.0, (2.0, 1.0, 3.0) * 5, None),  # small counts come and go
        (0.0, (20.0,) * 10, 20.0),
        (0.2, (0.98, 0.97, 0.99) * 4, 0.98),
        (0.0, (*ORDERS, 0.0, 0.0), 1371.5),  # two bad nights do not make zero usual
    ],
)
def test_far_is_what_the_spread_does_not_explain(
    value: float, before: Sequence[float], usual: float | None
) -> None:
    assert far_from_usual(value, before) == usual


@given(st.lists(st.floats(-1e300, 1e300), min_size=MIN_RUNS, max_size=40))
def test_the_median_itself_is_never_unusual(before: list[float]) -> None:
    from statistics import median

    assert far_from_usual(median(before), before) is None


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(MIN_RUNS, 40))
def test_what_never_changed_is_never_unusual(value: float, times: int) -> None:
    assert far_from_usual(value, [value] * times) is None


def test_a_run_is_compared_with_the_good_ones_before_it() -> None:
    assert unusual_metrics(newest_first(*ORDERS, 0.0)) == {9: {"orders": 1377.0}}
    assert unusual_metrics(newest_first(0.0, *ORDERS)) == {}

    failed = replace(newest_first(0.0)[0], n=9, outcome=Outcome.FAILED)
    assert unusual_metrics([failed, *newest_first(*ORDERS)]) == {}  # it is marked already


def test_a_run_that_made_up_for_a_missed_slot_is_neither_usual_nor_unusual() -> None:
    made_up = replace(newest_first(0.0)[0], n=99, catch_up=True)
    runs = newest_first(*ORDERS, 1380.0)
    assert unusual_metrics([made_up, *runs]) == {}
    assert unusual_metrics([*runs[:1], *[made_up] * MIN_RUNS]) == {}
