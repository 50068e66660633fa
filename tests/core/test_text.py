"""What a hostile text may not do to a screen."""

from __future__ import annotations

import time
import unicodedata

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.text.clean import clean, clean_lines, columns, decode

HOSTILE_PIECES = st.sampled_from(
    [
        *("\x1b", "\x1b[", "\x1b]", "\x1bP", "\x9b", "\x9d", "\x07", "\x1b\\", "\x9c", "31m", "0;"),
        *("\r\n", "\t", "\x85", "\u202e", "\u200b", "\ufeff", "\ud800", "\u0301", "\ufe0f", "\u3000"),
        *("\x00", "\x7f", "a", " ", "測"),
    ]
)
ANY_TEXT = st.text(st.characters(exclude_categories=()))
HOSTILE_TEXT = st.lists(HOSTILE_PIECES | ANY_TEXT, max_size=30).map("".join)


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("Sync invoices", "Sync invoices"),
        ("  two\twords\r\n", "two words"),
        ("a\nb\u2028c\u2029d\x85e\x0bf", "a b c d e f"),
        ("a     b\u00a0\u3000c", "a b c"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x9b31mred\x9b0m", "red"),
        ("\x1b[?25lhidden cursor\x1b[2J", "hidden cursor"),
        ("\x1b]0;owned\x07title", "title"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9d52;c;ZXZpbA==\x9cclip", "clip"),
        ("\x1bPq#0~~\x1b\\sixel", "sixel"),
        ("\x1b_apc\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\text", "text"),
        ("\x1b(Bcharset\x1bc", "charset"),
        ("cut off \x1b[38;5", "cut off"),
        ("ends in \x1b", "ends in"),
        ("bell\x07 back\x08space del\x7f nul\x00", "bell backspace del nul"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("zero\u200bwidth\u2060joined\ufeff", "zerowidthjoined"),
        ("lone \ud83d half", "lone \ufffd half"),
        ("unassigned \u0378", "unassigned \ufffd"),
        ("Größe 測試 naïve", "Größe 測試 naïve"),
        ("heart ❤\ufe0f", "heart ❤"),
        ("\u3164\u2800\u115f", ""),
        ("[bold]not our business[/x]", "[bold]not our business[/x]"),
        ("", ""),
    ],
)
def test_one_line_is_what_a_person_should_read(given_text: str, shown: str) -> None:
    assert clean(given_text) == shown


def test_an_unfinished_sequence_does_not_hide_what_follows() -> None:
    assert clean("\x1b]0;title that never ends\ndisk full") == "0;title that never ends disk full"


def test_marks_cannot_pile_up() -> None:
    assert clean("e" + "\u0301" * 50 + "x") == "e" + "\u0301" * 4 + "x"


@pytest.mark.parametrize(
    ("limit", "shown"),
    [
        (20, "Sync invoices"),
        (13, "Sync invoices"),
        (12, "Sync invoic…"),
        (6, "Sync…"),
        (1, "…"),
        (0, ""),
        (-3, ""),
    ],
)
def test_a_limit_cuts_the_end_and_says_so(limit: int, shown: str) -> None:
    assert clean("Sync invoices", limit) == shown


@given(HOSTILE_TEXT)
def test_nothing_unsafe_ever_comes_out(text: str) -> None:
    line = clean(text)
    assert not [c for c in line if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}]
    assert "  " not in line
    assert line == line.strip()
    line.encode()


@given(HOSTILE_TEXT, st.none() | st.integers(0, 40))
def test_cleaning_twice_changes_nothing(text: str, limit: int | None) -> None:
    once = clean(text, limit)
    assert clean(once, limit) == once
    assert clean(once) == once
    assert limit is None or len(once) <= limit


@given(HOSTILE_TEXT)
def test_a_terminal_shows_cleaned_text_as_it_is(text: str) -> None:
    """A terminal emulator is the judge: the cursor stays on the line and no attribute changes."""
    line = clean("".join(c for c in text if c.isascii()))
    screen = pyte.Screen(len(line) + 10, 3)
    pyte.Stream(screen).feed(line)
    assert screen.display[0].rstrip() == line
    assert (screen.cursor.y, screen.title) == (0, "")


@given(HOSTILE_TEXT, st.integers(0, 6), st.integers(0, 20), st.booleans())
def test_lines_keep_their_bounds(text: str, max_lines: int, max_columns: int, tail: bool) -> None:
    lines = clean_lines(text, max_lines, max_columns, tail=tail)
    assert len(lines) <= max_lines
    for line in lines:
        assert columns(line) <= max_columns
        assert not [c for c in line if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}]


def test_lines_keep_indents_and_drop_blank_ends() -> None:
    text = "\n \nTraceback:\r\n  File \x1b[1mx.py\x1b[0m\n\tValueError\n\n\x0c\n"
    assert clean_lines(text, 10, 80) == ["Traceback:", "  File x.py", "        ValueError"]


def test_a_progress_bar_does_not_overwrite_its_line() -> None:
    assert clean_lines("10%\r20%\rdone\r\n", 10, 80) == ["10%", "20%", "done"]


def test_lines_that_do_not_fit_are_counted() -> None:
    text = "\n".join(f"line {n}" for n in range(1, 11))
    assert clean_lines(text, 3, 80) == ["line 1", "line 2", "… 8 more lines"]
    assert clean_lines(text, 3, 80, tail=True) == ["… 8 earlier lines", "line 9", "line 10"]
    assert clean_lines(text, 0, 80) == []
    assert clean_lines(text, 10, 80)[-1] == "line 10"


def test_lines_are_cut_by_cells_not_characters() -> None:
    assert clean_lines("測試測試測試", 1, 7) == ["測試測…"]
    assert clean_lines("測試測試測試", 1, 12) == ["測試測試測試"]


def test_bytes_that_are_not_utf_8_are_still_text() -> None:
    assert decode("naïve".encode()) == "naïve"
    assert decode(b"caf\xe9") == "caf\ufffd"


@pytest.mark.timed
@pytest.mark.parametrize("piece", ["\x1b]", "\x9d", "\x1b[0;", "\x1bP0", "\u0301", "\x1b[\x1b]0;a", "\t"])
def test_a_hostile_body_of_full_size_is_cleaned_in_linear_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    clean(text, 200)
    clean_lines(text, 50, 120)
    assert time.process_time() - started < 2
