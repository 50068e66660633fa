"""What is put into a command stays one text for the shell, whatever it is and wherever it stands."""

from __future__ import annotations

import re
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.text.shell_template import filled

PLACE = re.compile(r"(?<!\$)\{what\}")
TEXT = st.text(st.characters(exclude_characters="\0\r\n", codec="utf-8"))


def with_what(template: str, value: str) -> list[str]:
    """The words that a shell makes of it; nothing in it that a shell would still expand."""
    return shlex.split(filled(template, PLACE, lambda _: value))


@pytest.mark.parametrize(
    ("template", "before", "after"),
    [
        ("echo {what}", "", ""),
        ("echo '{what}'", "", ""),
        ('echo "{what}"', "", ""),
        ("echo 'a \"b{what}'", 'a "b', ""),
        ('echo "it\'s {what}\\""', "it's ", '"'),
        ("echo \\'{what}", "'", ""),
        ("echo x{what}y", "x", "y"),
    ],
)
@given(value=TEXT)
def test_it_is_one_text_in_every_kind_of_quotes(template: str, before: str, after: str, value: str) -> None:
    # What a shell expands in double quotes is unknown to Python's reader: it has a test of its own below.
    said = value.translate({ord("$"): None, ord("`"): None})
    assert with_what(template, said) == ["echo", f"{before}{said}{after}"]


@given(st.text(st.sampled_from('$`\\"ab')))
def test_nothing_is_expanded_in_double_quotes(value: str) -> None:
    shown = filled('"{what}"', PLACE, lambda _: value)[1:-1]
    assert re.sub(r'\\([\\"$`])', r"\1", shown) == value
    assert not re.search(r'(?<!\\)(?:\\\\)*[$`"]', shown)


def test_what_is_no_place_stays() -> None:
    assert filled("awk '{print}' ${what} {what}", PLACE, lambda _: "x y") == "awk '{print}' ${what} 'x y'"
