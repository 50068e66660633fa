"""One cell for each run, the newest on the right."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from pulsetui.core.state import history as past
from pulsetui.tui.draw.heartbeat_bar import bar, caption


def past_of(*entries: tuple[str, float | None]) -> str:
    history = ""
    for letter, seconds in entries:
        history = past.append(history, letter, None if seconds is None else timedelta(seconds=seconds))
    return history


def drawn(history: str, width: int, *, ascii_only: bool = False) -> str:
    return "".join(text for text, _ in bar(history, width, ascii_only=ascii_only))


def test_height_is_the_duration_against_the_median() -> None:
    history = past_of(("s", 10), ("s", 10), ("s", 10), ("s", 1), ("s", 60))

    assert drawn(history, 5) == "▄▄▄▁█"


def test_every_outcome_has_a_shape_of_its_own_colour_aside() -> None:
    letters = list(past.LETTERS.values())
    letters += [past.RAN_TWICE, past.OVERLAP, past.MISSED, past.UNWATCHED]
    history = past_of(*((letter, 10.0) for letter in letters))

    assert drawn(history, len(letters)) == "▄✖≠▾◌◌»⇉╪·?"
    assert drawn(history, len(letters), ascii_only=True) == ".x!!!!/2#_?"


def test_the_newest_stand_right_and_the_oldest_fall_off() -> None:
    history = past_of(("f", None), ("s", 5), ("m", None))

    assert drawn(history, 6) == "   ✖▄·"
    assert drawn(history, 2) == "▄·"
    assert drawn(history, 0) == ""


def test_a_missed_slot_is_red_and_a_success_is_not() -> None:
    history = past_of(("s", 5), ("m", None))

    assert dict(bar(history, 2)) == {"▄": "bar-success", "·": "bar-missed"}


def test_the_caption_counts() -> None:
    history = past_of(("s", 5), ("f", 5), ("m", None), ("m", None), ("w", None))

    assert caption(history) == "2 runs, 1 bad, 2 missed, 1 unwatched"
    assert caption(past_of(("s", 1))) == "1 run"


@given(
    st.lists(
        st.tuples(st.sampled_from([*past.LETTERS.values(), "m", "w", "Z"]), st.none() | st.floats(0, 1e9)),
        max_size=80,
    ),
    st.integers(0, 70),
    st.booleans(),
)
def test_a_bar_is_exactly_as_wide_as_asked(
    entries: list[tuple[str, float | None]], width: int, ascii_only: bool
) -> None:
    text = drawn(past_of(*entries), width, ascii_only=ascii_only)

    assert cell_len(text) == width
    assert not ascii_only or text.isascii()
