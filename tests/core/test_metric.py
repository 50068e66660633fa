"""Numbers out of outputs: what the screen shows is what is searched, in linear time."""

from __future__ import annotations

import random
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.text.metric import Pattern, PatternError, Text, TookTooLongError, read
from pulsetui.core.text.output import KEPT, SEARCHED, Output


def found(pattern: str, body: bytes) -> float | str | None:
    """The number, or why there is none."""
    output = Output(body)
    values, unread = read({"n": Pattern(pattern)}, Text(output.head, output.rest, output.skipped))
    return values.get("n", unread.get("n"))


@pytest.mark.parametrize(
    "body",
    [
        b"imported 42 records",
        b"\x1b[32mimported\x1b[0m 42 records",
        b"\x1b[1;32mimported \x1b[4m4\x1b[24m2\x1b[0m records",
        b"\x9b32mimported 42 records".replace(b"\x9b", "\x9b".encode()),
        b"\x1b]0;records 7\x07imported 42 records",
        b"\x1b]8;;http://x/7\x1b\\imported\x1b]8;;\x1b\\ 42 records",
        b"\x1b[2K\x1b[1Gimported 42 records",
        b"\x1b(Bimported 42 records\x1b[K",
        b"impo\x00rted 4\x002 records",
        "imported\u00a042\u202frecords".encode(),
        "imported\u3000 42 records".replace("\u3000 ", "\u3000").encode(),
        "imported 4\u200b2 rec\u00adords\ufeff".encode(),
        "\u202eimported\u202c 42 \u2066records\u2069".encode(),
        b"\xef\xbb\xbfimported 42 records",
        *("imported 42 records\r\n".encode(f"utf-{bits}") for bits in (16, 32)),
        b"\xfe\xff" + "imported 42 records".encode("utf-16-be"),
        b"\x00\x00\xfe\xff" + "imported 42 records".encode("utf-32-be"),
        "imported 42 records".encode("utf-16-le"),  # without its mark
        b"imported 1 records\rimported 17 records\rimported 42 records\r",
        b"imported 1 records\r\nimported 42 records\r\n",
        b"imported 1 records\x0bimported 42 records",
        "imported 1 records\u2028imported 42 records".encode(),
        b"imported\t42 records",
        b"imported\x1b[1C42\x1b[Crecords",
        b"imported 7 records\x1b[1Gimported 42 records",
        b"imported 7 records\x1b[2K\x1b[Gimported 42 records",
        b"\x1b[2J\x1b[Himported 7 records\x1b[H\x1b[Jimported 42 records",
        b"imported 7 records\n\x1b[1Aimported 42 records",
        b"imported 10\b\b42 records",
        b"i\bim\bmp\bported 42 r\bre\becords",  # bold, as nroff prints it
        b"\b\bimported 42 records",
        b"\xff imported 42 records \xff",
        b"x" * 1_000_000 + b"imported 42 records" + b"y" * 100_000,
        b'{"pad": "' + b"x" * 1_000_000 + b'", "summary": "imported 42 records"}',
        b"noise\n" * 500_000 + b"imported 42 records\n",
        b"imported 42 records\n" + b"noise\n" * 500_000,
    ],
)
def test_a_number_is_found_where_a_person_sees_it(body: bytes) -> None:
    assert found(r"imported (\d+) records", body) == 42


@pytest.mark.parametrize(
    ("pattern", "body", "said"),
    [
        (r"free: ([\d.,]+) GB", b"free: 12,5 GB", "12,5 is not a number"),
        (r"free: (.*) GB", b"free: \x1b[31mlots\x1b[0m GB", "lots is not a number"),
        (r"free: ([\d.,]+)", b"free: 1.234,5", "1.234,5 is not a number"),
        (r"free: (.+)", b"free: " + b"x" * 100, "x" * 39 + "… is not a number"),
        (r"free: (\S+)", b"free: 20\nfree: 12,5", "12,5 is not a number"),  # the last one is what counts
        (r"free: (\d+)", b"nothing of it", None),
        (r"(\d+)", b"\x1b[31mno digit is seen\x1b[0m", None),
        (r"free: (\d*)", b"free: ", None),
        (r"a(\d+)|b", b"b", None),
        (r"free: (\d+)", b"free:\n42", None),
    ],
)
def test_what_is_no_number_is_said(pattern: str, body: bytes, said: str | None) -> None:
    assert found(pattern, body) == said


@pytest.mark.parametrize(
    ("pattern", "body", "value"),
    [
        (r"(\d+) records", b"10 records\n20 records", 20),
        (r"(\d+) records", b"10 records of 20 records", 10),
        (r"^Files: +(\d+)$", b"x Files: 1\nFiles:  12\ny", 12),
        (r"\AFiles: (\d+)\Z", b"x\nFiles: 12\ny", 12),
        (r"imported ([\d,]+)", b"imported 1,234, skipped 3", 1234),
        (r"imported ([\d.,]+)", b"imported 1,234.", 1234),
        (r"(\d+) Dateien \w+", "12 Dateien gelöscht".encode(), 12),
        (r"(\d+) \W+ done", "12 — done".encode(), 12),
        (r"[^\W\d]+: (\d+)", "größe: 12".encode(), 12),
        (r"(?i)GRÖSSE: (\d+)", "grösse: 12".encode(), 12),
        (r"übrig: (\d+)", "übrig: 12".encode(), 12),
        ("n\u00a0=\u200b (\\d+)", b"n = 12", 12),
        (r"n\t(\d+)", b"n\t12", 12),
        (r"n (\d+)", b"n\t12", 12),
        (r"\u00fcbrig: (\d+)", "übrig: 12".encode(), 12),
        (r"x{,2}: (\d+)", b"xx: 12", 12),
        (r"[\[:] (\d+)", b"[ 12", 12),
        (r"\d+$", b"total 7", 7),
        (r"(-?[\d.]+(?:e[+-]?\d+)?) s", b"-1.5e-3 s", -0.0015),
    ],
)
def test_patterns_mean_what_they_mean_in_python(pattern: str, body: bytes, value: float) -> None:
    assert found(pattern, body) == value


@given(st.text(alphabet="ab1 _.é-ü\u2014", max_size=30))
def test_words_and_spaces_are_those_of_python(line: str) -> None:
    line = line.strip()
    for pattern in (r"(\w+)", r"(\W+)", r"([\w.]+)", r"([^\w]+)", r"([\W1]+)", r"(\S+)", r"(\d)", r"(.+)"):
        theirs = re.search(pattern, line)
        assert Pattern(pattern).last(Text(line.encode())) == (theirs and theirs[1])


SLOW = [
    (r"(\d+)\s*\w*\s*\w*\s*rows", "1"),
    (r".*.*.*=(\d+)", "x"),
    (r".*imported.*?(\d+).*records", "imported "),
    (r"(\d+)(?:.*Z)?", "1"),
    (r"(?:a|a)*b(\d)", "a"),
    (r"(?:(?:a+)+)+(\d)$", "a"),
    (r"(\d+)*x", "1"),
    (r"\A(.*)(.*)(.*)(.*)(\d)\Z", "y"),
    (r"([^,]*,){20}(\d)", "z,"),
]


@pytest.mark.timed
@pytest.mark.parametrize(("pattern", "unit"), SLOW)
@pytest.mark.parametrize("end", ["", "\n"])
def test_no_pattern_takes_long_whatever_the_text(pattern: str, unit: str, end: str) -> None:
    body = (unit * (1_000_000 // len(unit)) if not end else (unit * 500 + end) * 1000).encode()
    began = time.monotonic()

    found(pattern, body)

    assert time.monotonic() - began < 1.5  # with Python's engine some of these take days


@pytest.mark.timed
def test_a_search_ends_when_there_is_no_more_time() -> None:
    """Whatever the pattern and the text: no single step of it takes longer than a moment."""
    bits = "".join(random.Random(1).choices("01", k=1_500_000)).encode()
    until = time.monotonic() + 0.2

    with pytest.raises(TookTooLongError):
        Pattern(r"1[01]{900}[a-z](\d)").last(Text(bits), lambda: time.monotonic() > until)

    assert time.monotonic() - until < 1.0


@pytest.mark.parametrize("at", [0, 40, 90, 100, 130, 180, 199, 230, 460, 490])
@pytest.mark.parametrize("at_once", [100, 200, 10_000])
def test_lines_longer_than_what_is_searched_at_once_hide_nothing(at: int, at_once: int) -> None:
    line = b"x" * at + b" n=1234567890 " + b"y" * (500 - at)
    for pattern, value in ((r"n=(\d+)", "1234567890"), (r"\bn=(\d+)\b", "1234567890"), (r"^x* n=(\d)", "1")):
        searched = Pattern(pattern)
        searched._at_once = at_once
        if pattern[0] == "^" and at + 10 > at_once:
            continue  # longer than all that is looked at together
        assert searched.last(Text(b"n=1\n" + line + b"\nz\n")) == value
        assert searched.last(Text(b"\n" * 300 + line + b"\n" * 300)) == value


@pytest.mark.parametrize("at", range(60, 130))
def test_a_number_at_the_end_of_a_portion_is_found_whole_or_not_at_all(at: int) -> None:
    line = b"x" * at + b"n=1234567890" + b"y" * 300
    for text in (r"n=(\d+)", r".*n=(\d+)", r"x+n=(\d+)"):
        pattern = Pattern(text)
        pattern._at_once = 100
        assert pattern.last(Text(line)) in ("1234567890", None)


def test_where_a_portion_begins_is_not_where_a_line_begins() -> None:
    pattern = Pattern(r"^n=(\d)")
    pattern._at_once = 100

    assert pattern.last(Text(b"x" * 100 + b"n=1" * 100)) is None
    assert pattern.last(Text(b"x" * 100 + b"n=1" * 100 + b"\nn=2\n" + b"x" * 150)) == "2"


@given(
    st.lists(st.text(alphabet="n=12 x", max_size=40), max_size=12), st.integers(min_value=12, max_value=60)
)
def test_portions_find_what_one_look_finds(lines: list[str], at_once: int) -> None:
    whole, portions = Pattern(r"n=(\d)"), Pattern(r"n=(\d)")
    portions._at_once = at_once
    text = Text("\n".join(lines).encode())

    assert portions.last(text) == whole.last(text)


def test_a_search_without_end_in_sight_leaves_the_interpreter_to_others() -> None:
    """What makes it safe to search in a thread beside the engine's loop."""
    import threading

    bits = "".join(random.Random(1).choices("01", k=400_000)).encode()
    text, pattern = Text(bits[:KEPT], bits[KEPT:]), Pattern(r"1[01]{300}[a-z](\d)")
    thread = threading.Thread(target=pattern.last, args=(text,))
    thread.start()
    turns = 0
    while thread.is_alive():
        time.sleep(0.001)
        turns += 1

    assert turns > 20


@pytest.mark.parametrize("where", [0, KEPT - 3, KEPT, 10 * SEARCHED])
def test_a_number_that_was_cut_in_two_is_none(where: int) -> None:
    """Whatever is dropped of a long output, half a number is never taken for one."""
    body = bytearray(b"x" * (where + 4_000_000))
    body[where : where + 20] = b"records: 123456789 ."
    for kept in (where + 10, where + 12, where + 17):
        output = Output(kept=kept, searched=0)
        output.add(bytes(body))
        assert (
            read({"n": Pattern(r"records: (\d+)")}, Text(output.head, output.rest, output.skipped))[0] == {}
        )
        ended = bytes(body[kept : where + 100])
        assert Pattern(r"(\d+) \.").last(Text(ended, is_end=True)) is None


def test_what_was_not_searched_is_said() -> None:
    body = b"x\n" * 100_000 + b"records: 42\n" + b"x\n" * 2_000_000

    assert (
        found(r"records: (\d+)", body)
        == "not found, and 2.6 MB in the middle of the output were not searched"
    )


def test_patterns_are_equal_when_their_texts_are() -> None:
    assert Pattern(r"(\d)") == Pattern(r"(\d)") != Pattern(r"(\d+)")
    assert len({Pattern(r"(\d)"), Pattern(r"(\d)")}) == 1


@given(st.text(max_size=60) | st.text(alphabet="()[]{}|\\?*+.^$,1aPu<>=!:#-x0", max_size=20))
def test_no_text_crashes_the_reader_of_patterns(text: str) -> None:
    try:
        pattern = Pattern(text)
    except PatternError:
        return
    pattern.last(Text(b"a1 b2\n(3)"))


@given(st.binary(max_size=400), st.binary(max_size=50), st.integers(min_value=0, max_value=9))
def test_no_body_crashes_it(head: bytes, rest: bytes, skipped: int) -> None:
    values, unread = read({"n": Pattern(r"(\S+)")}, Text(head, rest, skipped))

    assert len(values) + len(unread) <= 1
