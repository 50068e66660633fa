"""What the terminal sends becomes keys only where a person pressed them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import AppFocus, Key, MouseEvent, MouseMove, Paste, Resize
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from pulsetui.tui.terminal.key_reader import LATE_S, MAX_PASTE, KeyReader, PasteCut

LATER_S = 0.3
"""Longer than Esc is waited for."""


def read(*reads: str, pause: float = LATER_S, after: float = LATER_S) -> list[Message]:
    """All messages of reads with ``pause`` seconds between them, and ``after`` the last of them."""
    reader, now = KeyReader(), 100.0
    messages: list[Message] = []
    for text in reads:
        messages += reader.feed(text, now)
        now += pause
        messages += reader.tick(now)
    return messages + reader.tick(now + after)


def keys(*reads: str, pause: float = LATER_S) -> list[str]:
    return [message.key for message in read(*reads, pause=pause) if isinstance(message, Key)]


ANSWERS = {
    "device attributes": "\x1b[?62;22c",
    "device attributes of xterm": "\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c",
    "secondary attributes": "\x1b[>41;379;0c",
    "tertiary attributes": "\x1bP!|00000000\x1b\\",
    "version": "\x1bP>|xterm(379)\x1b\\",
    "version, zapped": "\x1bP>|tmux 3.5a\x1b\\",
    "status": "\x1b[0n",
    "colour scheme": "\x1b[?997;1n",
    "background": "\x1b]11;rgb:dada/dada/dada\x1b\\",
    "background, with a bell": "\x1b]11;rgb:dada/dada/dada\x07",
    "palette": "\x1b]4;12;rgb:5c5c/5c5c/ffff\x1b\\",
    "clipboard": "\x1b]52;c;cGFzdGU=\x1b\\",
    "a long clipboard": "\x1b]52;c;" + "cGFzdGUK" * 3000 + "\x1b\\",
    "title": "\x1b]lpulse: 2 down\x1b\\",
    "setting": "\x1bP1$r0m\x1b\\",
    "termcap": "\x1bP1+r544e=787465726d\x1b\\",
    "graphics": "\x1b_Gi=31;OK\x1b\\",
    "privacy message": "\x1b^quit\x1b\\",
    "start of string": "\x1bXdelete\x1b\\",
    "keyboard protocol": "\x1b[?1u",
    "key format": "\x1b[>4;2m",
    "size in cells": "\x1b[8;24;80t",
    "size in pixels": "\x1b[4;600;800t",
    "window state": "\x1b[1t",
    "mode, not known": "\x1b[?2027;0$y",
    "mode of no one": "\x1b[12;2$y",
    "graphics attributes": "\x1b[?2;0;800;600S",
    "parameters": "\x1b[2;1;1;128;128;1;0x",
    "checksum": "\x1bP1!~ABCD\x1b\\",
    "locator": "\x1b[0&w",
    "more numbers than a parser knows": "\x1b[99999999999;1u",
    "longer than a parser knows": "\x1b[" + "1;" * 40 + "a",
    "8 bit attributes": "\x9b?62;22c",
    "8 bit colour": "\x9d11;rgb:dada/dada/dada\x9c",
    "cursor": "\x1b[12;40R",
    "mouse": "\x1b[<35;2;7M",
    "mouse with the button up": "\x1b[<0;118;36m",
    "mouse of urxvt": "\x1b[35;2;7M",
    "mouse of 1985": "\x1b[MC!'",
    "mouse outside of the window": "\x1b[<35;-2;7M",
    "focus": "\x1b[I",
    "mode, known": "\x1b[?2026;2$y",
}
answers = pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)


@answers
def test_no_answer_is_a_key(answer: str) -> None:
    assert keys(answer) == []
    assert keys(answer * 3 + "j") == ["j"]
    assert keys("j" + answer + "k", answer, "p") == ["j", "k", "p"]


@answers
@pytest.mark.parametrize("pause", [0.0, 0.05, LATER_S, 1.5])
def test_no_answer_that_comes_in_two_reads_is_a_key(answer: str, pause: float) -> None:
    for at in range(1, min(len(answer), 60)):
        pressed = keys(answer[:at], answer[at:], pause=pause)
        # The first characters alone cannot be told from a key of a person; they do nothing in any screen.
        assert [key for key in pressed if key != "escape" and not key.startswith("alt+")] == []


@given(st.lists(st.sampled_from([*ANSWERS.values(), "j", "\x1b[A", "\x1b[6~"]), max_size=8), st.data())
def test_however_the_stream_is_cut_only_keys_are_keys(parts: list[str], data: st.DataObject) -> None:
    stream = "".join(parts)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=6)))
    reads = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True) if a != b]
    wanted = [{"j": "j", "\x1b[A": "up", "\x1b[6~": "pagedown"}.get(part, "") for part in parts]
    assert keys(*reads, pause=0.01) == [key for key in wanted if key]


@pytest.mark.parametrize(
    ("sent", "pressed"),
    [
        ("j", ["j"]),
        ("\x1b", ["escape"]),
        ("\x1b\x1b", ["escape", "escape"]),
        ("\x1bj", ["alt+j"]),
        ("\x1bJ", ["alt+shift+j"]),
        ("\x1bf", ["ctrl+right"]),
        ("\x1b]", ["alt+right_square_bracket"]),
        ("\x1bP", ["alt+shift+p"]),
        ("\x1bO", ["alt+shift+o"]),
        ("\x1b[A", ["up"]),
        ("\x1bOA", ["up"]),
        ("\x1b\x1b[A", ["escape", "up"]),
        ("\x1bOP", ["f1"]),
        ("\x1b[[A", ["f1"]),
        ("\x1b[1;5C", ["ctrl+right"]),
        ("\x1b[3$", ["shift+delete"]),
        ("\x1b[5^", ["ctrl+pageup"]),
        ("\x1b[6~", ["pagedown"]),
        ("\x1b[97;5u", ["ctrl+a"]),
        ("\x1b[97;1;112u", ["p"]),
        ("\r\t\x7f", ["enter", "tab", "backspace"]),
        ("jö\u4e2d", ["j", "ö", "中"]),
    ],
)
def test_keys_are_what_they_were(sent: str, pressed: list[str]) -> None:
    assert keys(sent) == pressed


def test_esc_comes_when_nothing_follows_it_and_the_letter_after_it_is_a_letter() -> None:
    assert keys("\x1b", "j") == ["escape", "j"]
    assert keys("\x1b", "[", pause=1.0) == ["escape", "left_square_bracket"]
    assert keys("\x1b", "[x] done", pause=5.0)[:2] == ["escape", "left_square_bracket"]


@pytest.mark.parametrize("begun", ["\x1b[<35;2", "\x1b]11;rgb:da", "\x1bP1$r", "\x1b[200~half a paste"])
def test_a_sequence_that_never_ends_takes_no_key_for_long(begun: str) -> None:
    reader = KeyReader()
    reader.feed(begun, 100.0)
    reader.tick(100.0 + LATE_S)
    assert [event.key for event in reader.feed("j", 101.0 + LATE_S) if isinstance(event, Key)] == ["j"]


@pytest.mark.parametrize("begun", ["\x1b]11;rgb:da", "\x1bP1$r", "\x1b_G"])
def test_a_key_after_half_an_answer_is_a_key(begun: str) -> None:
    assert keys(begun, "j", "k", pause=1.2) == ["j", "k"]
    assert keys(begun, "\x1b", "k") == ["escape", "k"]


def test_what_the_screen_asked_for_arrives() -> None:
    (moved,) = read("\x1b[<35;2", ";7M")
    assert isinstance(moved, MouseMove)
    assert (moved.x, moved.y) == (1.0, 6.0)
    assert [type(message) for message in read("\x1b[I\x1b[?2026;2$y")] == [
        AppFocus,
        TerminalSupportsSynchronizedOutput,
    ]
    (size,) = read("\x1b[48;30;100;600;1000t")
    assert isinstance(size, Resize)
    assert (size.size.width, size.size.height) == (100, 30)


def test_the_mouse_keeps_its_place_over_an_answer() -> None:
    first, second = (
        m for m in read("\x1b[<35;10;10M\x1b[?62;22c\x1b[<35;12;10M") if isinstance(m, MouseEvent)
    )
    assert (second.delta_x, second.x - first.x) == (2, 2.0)


def test_a_paste_is_one_text_however_it_comes() -> None:
    sent = "\x1b[200~pay\x1b[A me\x1b[201~j"
    for at in range(len(sent)):
        pasted, *rest = [m for m in read(sent[:at], sent[at:], pause=0.01) if isinstance(m, Paste | Key)]
        assert isinstance(pasted, Paste)
        assert pasted.text == "pay[A me"
        assert [key.key for key in rest if isinstance(key, Key)] == ["j"]


def test_a_huge_paste_is_cut_and_says_so() -> None:
    reads = ["\x1b[200~", *["x" * 4096] * 300, "\x1b[20", "1~j"]
    reader = KeyReader()
    messages = [message for text in reads for message in reader.feed(text, 1.0)]
    pasted, cut, key = messages
    assert isinstance(pasted, Paste)
    assert pasted.text == "x" * MAX_PASTE
    assert isinstance(cut, PasteCut)
    assert isinstance(key, Key)


@given(st.text(st.characters(codec="utf-8"), max_size=200), st.integers(0, 200))
def test_nothing_that_is_sent_breaks_the_reader(text: str, at: int) -> None:
    read(text[:at], text[at:])
    read("\x1b" + text[:at], text[at:])
    assert keys(text, "\x1b[201~\x1b\\\x1b", "j", pause=LATE_S)[-1] == "j"
