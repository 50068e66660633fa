"""Numbers as jobs write them."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.text.number import MAX_NUMBER_LENGTH, number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("42", 42.0),
        (" 42\t", 42.0),
        ("007", 7.0),
        ("-3", -3.0),
        ("+3", 3.0),
        ("−3", -3.0),  # as ICU and many a spreadsheet write it
        ("0.1", 0.1),
        (".5", 0.5),
        ("5.", 5.0),
        ("-.5", -0.5),
        ("1e3", 1000.0),
        ("1.5E-3", 0.0015),
        ("1e+3", 1000.0),
        ("1,234", 1234.0),
        ("-1,234", -1234.0),
        ("12,345,678", 12345678.0),
        ("1,234,567.8", 1234567.8),
        ("1,234.", 1234.0),
        ("42,", 42.0),
        ("1,234,", 1234.0),
        ("42;", 42.0),
        ("9007199254740993", 9007199254740992.0),
    ],
)
def test_a_number_is_read_as_it_was_meant(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *(
            "12,5",
            "0,5",
            "0,125",
            "00,125",
            "012,345",
            "1,23",
            "1,2345",
            "1234,567",
            "1,234,56",
            ",5",
            "1,,234",
        ),
        *("1.234.567", "1.234,56", "1,234.5,6", "1,234.5.6"),
        *("1 234", "1\u00a0234", "1\u202f234", "1'234", "1’234", "1_234"),
        *("", " ", "-", "+", ".", ",", "e5", ".e5", "--5", "+-5", "- 5", "5-"),
        *("1e", "1e+", "1e5.5", "1e12345", "1,234e5", "1e1,000"),
        *("nan", "inf", "-Infinity", "1e999", "-1e999", "0x10", "1j", "42%", "42 kB", "12.5GB", "1/2", "½"),
        *("٤٢", "４２", "²"),  # digits, but not ours
        *("4\x002", "4\u200b2", "\x1b[1m42"),  # nobody cleaned it
        *("9" * (MAX_NUMBER_LENGTH + 1), "9" * 100_000),
    ],
)
def test_what_could_mean_something_else_is_no_number(text: str) -> None:
    assert number(text) is None


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_is_read_as_python_writes_it(value: float) -> None:
    assert number(repr(value)) == value


@given(st.integers(min_value=-(10**14), max_value=10**14), st.integers(min_value=0, max_value=99))
def test_thousands_separators_read_back(whole: int, cents: int) -> None:
    assert number(f"{whole:,}.{cents:02}") == float(f"{whole}.{cents:02}")


@given(st.text(alphabet="0123456789.,+-eE '_ \u00a0\u202f", max_size=24))
def test_it_never_means_more_than_its_digits_say(text: str) -> None:
    """A comma never makes a number larger: it is a separator of thousands, or there is no number."""
    value = number(text)
    if value is None:
        return
    assert math.isfinite(value)
    core = text.strip().rstrip(".,;:")
    assert re.fullmatch(
        r"[+-]?(?:[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)", core
    )
    assert value == float(core.replace(",", ""))


@given(st.text(max_size=200))
def test_no_text_crashes_it(text: str) -> None:
    value = number(text)
    assert value is None or math.isfinite(value)
