"""A stored state that is partly wrong: what is judged by comes back, what is shown may be lost."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.core.state.state import CheckState
from pulsetui.store.salvage import salvage, usable
from tests.store.samples import NOW, quick, states

encode = msgspec.json.encode
SHOWN = ["last_metrics", "durations", "last_duration", "history", "last_line", "last_run", "detail"]
JUDGED_BY = ["created_at", "since", "status", "reason", "due", "n_pings", "runs", "incident"]
wrong = st.sampled_from([{"no": "such"}, [[1]], "2026-13-45T00:00:00Z", -(2.5)])


def document(state: CheckState, **fields: object) -> bytes:
    found = msgspec.json.decode(encode(state), type=dict[str, object])
    return encode(found | fields)


@quick
@given(states)
def test_a_state_that_is_whole_comes_back_whole(state: CheckState) -> None:
    assert salvage(encode(state)) == state


@quick
@given(states, st.sampled_from(SHOWN), wrong)
def test_what_is_only_shown_is_no_reason_to_lose_the_rest(
    state: CheckState, name: str, value: object
) -> None:
    found = salvage(document(state, **{name: value}))
    assert found is not None
    for kept in JUDGED_BY:
        assert getattr(found, kept) == getattr(state, kept)


@quick
@given(states, st.sampled_from(["since", "status", "incident", "runs"]))
def test_what_is_judged_by_is_not_guessed(state: CheckState, name: str) -> None:
    assert salvage(document(state, **{name: {"no": "such"}})) is None


@quick
@given(states)
def test_a_metric_that_is_no_number_goes_alone(state: CheckState) -> None:
    broken = document(state, last_metrics={"rows": None, "files": 2.0}, durations=[None, 3.0])
    found = salvage(broken)
    assert found is not None
    assert (dict(found.last_metrics), tuple(found.durations)) == ({"files": 2.0}, (3.0,))
    assert replace(found, last_metrics=state.last_metrics, durations=state.durations) == state


@given(st.binary(max_size=60) | st.text(max_size=60).map(encode) | st.lists(st.integers()).map(encode))
def test_what_is_no_state_is_none(content: bytes) -> None:
    assert salvage(content) is None


@pytest.mark.parametrize("name", ["since", "due", "last_ping"])
def test_an_instant_that_nothing_could_be_added_to_is_not_usable(name: str) -> None:
    state = CheckState(created_at=NOW, since=NOW)
    assert usable(state) is state
    with pytest.raises(ValueError, match="is not an instant"):
        usable(replace(state, **{name: datetime.max.replace(tzinfo=UTC)}))
