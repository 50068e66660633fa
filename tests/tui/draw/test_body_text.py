"""Bodies shown as text, with escapes, byte by byte: nothing in them reaches the terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from pulsetui.tui.draw.body_text import (
    MAX_COLUMNS,
    MAX_LINES,
    Way,
    body_lines,
    chunks,
    escaped,
    is_binary,
    split_lines,
)

HOSTILE = b"\x1b[31mred\x1b[0m \x1b]0;title\x07 [/x]\n\tindented\r\nover\rwritten\n" + "\u202eabc".encode()


def test_text_keeps_indents_and_drops_what_cannot_be_shown() -> None:
    assert body_lines(HOSTILE, "text") == ["red  [/x]", "        indented", "over", "written", "abc"]


def test_raw_spells_out_what_text_hides() -> None:
    assert body_lines(HOSTILE, "raw") == [
        r"\x1b[31mred\x1b[0m \x1b]0;title\x07 [/x]",
        r"\tindented\r",
        r"over\rwritten",
        r"\u202eabc",
    ]


def test_hex_shows_every_byte() -> None:
    assert body_lines(b"hello, world\x00\xff!!\n", "hex") == [
        "00000000  68 65 6c 6c 6f 2c 20 77  6f 72 6c 64 00 ff 21 21  |hello, world..!!|",
        "00000010  0a                                                |.|",
    ]


@pytest.mark.parametrize(
    ("body", "binary"),
    [
        (b"", False),
        (b"plain\n", False),
        (HOSTILE, False),
        ("日本語".encode(), False),
        (b"\x89PNG\r\n\x1a\n\x00\x00", True),
        (bytes(range(128, 256)), True),
        (b"one bad byte \xff in a long enough line of text", False),
    ],
)
def test_what_says_nothing_as_text_is_binary(body: bytes, binary: bool) -> None:
    assert is_binary(body) is binary


def test_only_line_ends_are_made_alike() -> None:
    assert split_lines(b"a \r\n\tb\rc\n\n d\n") == ["a ", "\tb", "c", "", " d"]


def test_long_bodies_are_bounded_and_say_so() -> None:
    many = b"x\n" * (MAX_LINES + 7)
    assert body_lines(many, "raw")[-1] == "… 7 more lines"
    assert "more lines" in body_lines(many, "text")[-1]
    assert body_lines(bytes(MAX_LINES * 16 + 5), "hex")[-1] == "… 5 more bytes"
    assert body_lines(many[:-12], "raw")[-1] == "… 1 more line"
    assert len(body_lines(b"y" * 99_999, "raw")[0]) == MAX_COLUMNS


@given(st.binary(max_size=400), st.sampled_from(["text", "raw", "hex"]))
def test_nothing_but_visible_characters_comes_out(body: bytes, way: Way) -> None:
    for line in body_lines(body, way):
        assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in line)


@given(st.text(max_size=120))
def test_escapes_are_visible_whatever_the_text(text: str) -> None:
    assert not any(unicodedata.category(character).startswith("C") for character in escaped(text))


@given(st.text(max_size=200), st.integers(-2, 40))
def test_pieces_join_to_the_line_and_fit(text: str, width: int) -> None:
    pieces = chunks(text, width)

    assert "".join(pieces) == text
    if width > 1:
        assert all(cell_len(piece) <= width for piece in pieces)
