"""A failing run's output against the last good one's."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.tui.details.run_diff import COMPARED, diff_lines


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
