"""Bars over runs: what they show, and that they always fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from pulsetui.tui.draw.lines import Line
from pulsetui.tui.draw.plot import Band, Sample, Tone, plot, scale_of, shape, usual_band

TONES: tuple[Tone, ...] = ("good", "slow", "bad", "hung", "running", "none")


def text(line: Line) -> str:
    return "".join(part for part, _ in line)


def drawn(*values: float | None, tone: Tone = "good", **how: object) -> list[str]:
    options = {"width": 24, "height": 4, "label": lambda value: f"{value:g}", **how}
    samples = [Sample(value, tone) for value in values]
    return [text(line) for line in plot(samples, **options)]  # type: ignore[arg-type]


def test_bars_stand_on_zero_and_reach_their_value() -> None:
    assert drawn(1, 2, 3, 4, width=8) == [
        "      █ ",
        "    █ █ ",
        "  █ █ █ ",
        "█ █ █ █ ",
        "────────",
    ]


def test_parts_of_a_row_are_seen_and_the_edge_names_the_scale() -> None:
    assert drawn(0.1, 2, 3, width=18, height=2) == [
        " 3 ┤    ▃▃▃ ███   ",
        " 0 ┤▁▁▁ ███ ███   ",
        "   └──────────────",
    ]


def test_the_band_is_seen_behind_the_bars_and_its_middle_is_named() -> None:
    lines = drawn(10, 20, width=20, height=6, band=Band(8.0, 12.0, 16.0))

    assert any("░" in line for line in lines)
    assert any(line.lstrip().startswith("12 ┤") and "┄" in line for line in lines)


def test_a_threshold_is_a_line_with_its_value() -> None:
    lines = drawn(10, 12, 900, width=20, height=4, threshold=500)

    assert any(line.lstrip().startswith("500 ┤") and "╌" in line for line in lines)


@pytest.mark.parametrize(
    ("tone", "mark", "letter"),
    [("bad", "✖", "x"), ("hung", "◌", "!"), ("running", "▶", ">"), ("slow", "▴", "^"), ("none", "·", "?")],
)
def test_what_is_not_good_has_a_shape_of_its_own(tone: Tone, mark: str, letter: str) -> None:
    assert mark in drawn(3, tone=tone)[-1]
    ascii_axis = drawn(3, tone=tone, ascii_only=True)[-1]
    assert letter in ascii_axis
    assert ascii_axis.isascii()


def test_nothing_done_is_a_zero_that_cannot_be_missed() -> None:
    assert "0" in drawn(5, 0, 5, width=8, height=3, mark_zero=True)[-2]
    assert "0" not in drawn(5, 0, 5, width=8, height=3)[-2]


def test_one_run_that_took_a_day_does_not_flatten_the_others() -> None:
    band = usual_band([10.0, 11.0, 12.0])
    assert band is not None
    scale = scale_of([Sample(10.0), Sample(86400.0)], band, None)

    assert scale.is_cut
    assert scale.high < 30
    assert "▲" in drawn(10, 86400, band=band)[0]


@pytest.mark.parametrize(
    ("values", "band"),
    [
        ([], None),
        ([1.0, 2.0], None),
        ([1.0, 2.0, 3.0, 4.0, 5.0], Band(2.0, 3.0, 4.0)),
        ([4.0, 4.0, 4.0], Band(4.0, 4.0, 4.0)),
        ([1.0, float("nan"), 2.0], None),
    ],
)
def test_usual_is_the_middle_half(values: list[float], band: Band | None) -> None:
    assert usual_band(values) == band


@pytest.mark.parametrize(
    ("count", "room", "shown"),
    [
        (0, 10, (0, 1)),
        (3, 0, (0, 1)),
        (3, 60, (3, 4)),
        (20, 60, (20, 3)),
        (50, 60, (50, 1)),
        (99, 60, (60, 1)),
    ],
)
def test_the_newest_that_fit_are_shown_as_wide_as_there_is_room(
    count: int, room: int, shown: tuple[int, int]
) -> None:
    assert shape(count, room) == shown


numbers = st.one_of(st.none(), st.floats(), st.floats(0, 1000), st.integers(-5, 5).map(float))
samples = st.lists(st.builds(Sample, numbers, st.sampled_from(TONES)), max_size=80)


@given(
    samples,
    st.integers(-3, 130),
    st.integers(-1, 12),
    st.lists(st.floats(), max_size=6),
    st.one_of(st.none(), st.floats()),
    st.booleans(),
    st.booleans(),
)
def test_a_plot_never_raises_and_is_as_wide_as_it_should_be(
    samples: list[Sample],
    width: int,
    height: int,
    usual: list[float],
    threshold: float | None,
    mark_zero: bool,
    ascii_only: bool,
) -> None:
    lines = plot(
        samples,
        width=width,
        height=height,
        label=lambda value: f"{value:.3g}",
        band=usual_band(usual),
        threshold=threshold,
        mark_zero=mark_zero,
        ascii_only=ascii_only,
    )

    assert len(lines) == (height + 1 if width > 0 and height > 0 else 0)
    for line in lines:
        assert cell_len(text(line)) == width
        assert not ascii_only or text(line).isascii() or "…" in text(line)
