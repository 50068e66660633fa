"""A stored state that cannot be read whole: what of it still can be used."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from operator import attrgetter

import msgspec

from pulsetui.core.state.state import CheckState
from pulsetui.core.storable import MAX_INTEGER, is_instant


def salvage(document: bytes) -> CheckState | None:
    """The state without what is wrong in it, if that is nothing that anything is judged by."""
    try:
        found = msgspec.json.decode(document, type=dict[str, object])
    except Exception:  # noqa: BLE001 - as above
        return None
    for mend in (_finite, _essential):
        found = mend(found)
        with contextlib.suppress(Exception):
            return usable(msgspec.convert(found, CheckState))
    return None


def _finite(value: dict[str, object]) -> dict[str, object]:
    """Without numbers that are none: NaN and infinity were stored as null before they were no metrics."""
    mended: dict[str, object] = {}
    for name, part in value.items():
        if name in ("last_metrics", "metrics") and isinstance(part, dict):
            mended[name] = {metric: number for metric, number in part.items() if number is not None}
        elif name == "durations" and isinstance(part, list):
            mended[name] = [number for number in part if number is not None]
        elif isinstance(part, list):
            mended[name] = [_finite(one) if isinstance(one, dict) else one for one in part]
        else:
            mended[name] = _finite(part) if isinstance(part, dict) else part
    return mended


_ORNAMENTS = frozenset(
    {
        *("last_metrics", "durations", "last_duration", "history", "last_line", "aside", "orphans", "noted"),
        *("last_run", "last_source", "detail", "failing_since", "skip_why", "catch_ups"),
        *("unproven", "usual", "unprovable_why"),
    }
)
"""What is shown and judged by nobody."""


def _essential(value: dict[str, object]) -> dict[str, object]:
    return {name: part for name, part in value.items() if name not in _ORNAMENTS}


_OWN_INSTANTS = attrgetter(
    *("created_at", "since", "latest", "last_ping", "last_success", "slot", "due"),
    *("edited_at", "set_back_at", "good_began", "bad_began", "failing_since"),
)


def _is_plain(state: CheckState) -> bool:
    """Whether it has no instants but its own."""
    return not (
        state.runs
        or state.incident is not None
        or state.last_run is not None
        or state.unproven is not None
        or state.orphans
        or state.catch_ups
    )


def _other_instants(state: CheckState) -> Iterator[datetime | None]:
    """Those of its runs and of its incident."""
    if state.unproven is not None:
        yield from (state.unproven.success_before, state.unproven.run.ended_at)
    last = () if state.last_run is None else (state.last_run,)
    for run in (*state.runs, *state.orphans, *state.catch_ups, *last):
        yield from (run.started_at, run.ended_at, run.slot)
    if state.incident is not None:
        yield from (state.incident.started_at, state.incident.failing_since, *state.incident.missed)


def usable(state: CheckState) -> CheckState:
    """Raises ValueError for instants that nothing could be added to: nothing of the check could be judged."""
    own = _OWN_INSTANTS(state)
    for one in own if _is_plain(state) else (*own, *_other_instants(state)):
        # Nearly all are of these years, and a start reads a million.
        if one is not None and not (one.tzinfo is UTC and 1970 <= one.year < 2900) and not is_instant(one):
            raise ValueError(f"{one} is not an instant that can be kept")
    if state.n_pings > MAX_INTEGER or state.incidents > MAX_INTEGER:
        raise ValueError("a number has more than 64 bits")
    return state
