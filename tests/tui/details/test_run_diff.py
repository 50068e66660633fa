"""A failing run's output against the last good one's."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.tui.details.run_diff import COMPARED, compare, side_lines, unified_lines
from pulsetui.tui.draw.lines import Span, width_of


def diff_lines(good: bytes, bad: bytes) -> list[Span]:
    return list(unified_lines(compare(good, bad)))


def texts(good: bytes, bad: bytes) -> list[str]:
    return [text for text, _ in diff_lines(good, bad)]


def test_the_lines_that_differ_have_signs_and_colours() -> None:
    good = b"connecting\nimported 312 records\ndone\n"
    bad = b"connecting\nHTTP 502 Bad Gateway\n"

    assert diff_lines(good, bad) == [
        ("@@ -1,3 +1,2 @@", "accent"),
        ("  connecting", "text"),
        ("- imported 312 records", "calm"),
        ("- done", "calm"),
        ("+ HTTP 502 Bad Gateway", "up"),
    ]


def test_only_line_ends_are_made_alike() -> None:
    assert texts(b"a\r\nb\r\n", b"a\nb\n") == ["The output is identical."]
    assert "- a" in texts(b"a\n", b" a\n")


@pytest.mark.parametrize(
    ("good", "bad", "removed", "added"),
    [
        (b"ok\n", b"\x1b[31mok\x1b[0m\n", "- ok", r"+ \x1b[31mok\x1b[0m"),
        (b"a b \n", b"a b\n", "- a·b·", "+ a·b"),
        (b"x\n", "x\u200b\n".encode(), "- x", r"+ x\u200b"),
    ],
)
def test_a_change_that_cannot_be_seen_is_spelled_out(
    good: bytes, bad: bytes, removed: str, added: str
) -> None:
    assert texts(good, bad)[1:] == [removed, added]


def test_long_outputs_are_bounded_with_a_note() -> None:
    long = b"".join(b"line %d\n" % n for n in range(COMPARED + 40))
    lines = texts(long, b"other\n")

    assert lines[0] == "The first 40 lines of the good run are left out."
    assert len(lines) <= COMPARED + 10
    assert texts(b"x\n" * (COMPARED + 1), b"y\n")[0] == "The first line of the good run is left out."


def test_binary_output_is_not_compared_by_line() -> None:
    assert texts(b"\0\1", b"\0\2") == ["Binary output: not compared line by line."]
    assert texts(b"\0\1", b"\0\1") == ["Both outputs are identical."]


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_whatever_was_sent_is_shown_as_nothing_but_text(good: bytes, bad: bytes) -> None:
    for text, _ in diff_lines(good, bad):
        assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in text)


def sides(good: bytes, bad: bytes, width: int = 63, *, ascii_only: bool = False) -> list[str]:
    lines = side_lines(compare(good, bad), ("good", "this one"), width, ascii_only=ascii_only)
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def test_side_by_side_lines_that_stand_in_both_are_on_one_height() -> None:
    good = b"connecting\nimported 312 records\nmailed 3\ndone\n"
    bad = b"connecting\nHTTP 502 Bad Gateway\ndone\nbye\n"
    assert sides(good, bad) == [
        "- good                         │ + this one",
        "@@ 1,4                         │ @@ 1,4",
        "  connecting                   │   connecting",
        "- imported 312 records         │ + HTTP 502 Bad Gateway",
        "- mailed 3                     │",
        "  done                         │   done",
        "                               │ + bye",
    ]
    assert all("|" in line for line in sides(good, bad, ascii_only=True))


def test_side_by_side_a_long_line_goes_on_below_itself_and_nothing_is_cut() -> None:
    shown = sides(b"same\n", b"same\n" + b"abcdefghij" * 5 + b"\n", 43)
    assert shown[3:] == [
        "                     │ + abcdefghijabcdefgh",
        "                     │   ijabcdefghijabcdef",
        "                     │   ghijabcdefghij",
    ]


def test_side_by_side_more_lines_around_a_change_are_shown_but_not_all() -> None:
    lines = [b"line %d\n" % n for n in range(100)]
    shown = sides(b"".join(lines), b"".join([*lines[:50], b"new\n", *lines[51:]]))
    assert "  line 40                      │   line 40" in shown
    assert not any("line 10 " in line for line in shown)


def test_side_by_side_what_is_not_compared_says_so() -> None:
    assert sides(b"\0\1", b"\0\2")[1:] == ["Binary output: not compared line by line."]
    assert sides(b"a\n", b"a\r\n")[1:] == ["The output is identical."]


@given(st.binary(max_size=300), st.binary(max_size=300), st.integers(40, 240))
def test_side_by_side_whatever_was_sent_keeps_its_width(good: bytes, bad: bytes, width: int) -> None:
    for line in side_lines(compare(good, bad), ("a", "b"), width, ascii_only=False):
        assert width_of(line) <= max(width, 41)
        for text, _ in line:
            assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in text)
