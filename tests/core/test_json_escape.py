"""JSON on a terminal: nothing that it obeys, nothing that nobody sees, and the same data."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.text.clean import clean
from pulsetui.core.text.json_escape import escape_json

HOSTILE = (
    "\x7f",
    "\x80",
    "\x9b",
    "\x9d",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u2028",
    "\ufeff",
    "\u00ad",
    "\u3164",
)
ASTRAL = ("\U000e0041", "\U000e0100", "\U0001d173")


@pytest.mark.parametrize("character", [*HOSTILE, *ASTRAL])
def test_what_a_terminal_obeys_or_hides_is_an_escape_with_the_same_meaning(character: str) -> None:
    said = {"name": f"sync{character}31mred", "ok": True}
    escaped = escape_json(json.dumps(said, ensure_ascii=False, indent=2))

    assert character not in escaped
    assert json.loads(escaped) == said


def test_letters_of_every_script_stay_readable() -> None:
    text = '{\n  "name": "Prüfung 夜間 ночь مرحبا नमस्ते e\u0301 🙂\u00a0€"\n}'

    assert escape_json(text) == text


@given(st.text())
def test_any_text_means_the_same_and_is_safe(text: str) -> None:
    escaped = escape_json(json.dumps([text], ensure_ascii=False).encode("utf-8", "replace").decode())

    assert json.loads(escaped) == [text.encode("utf-8", "replace").decode()]
    assert all(clean(f"a{c}a") == f"a{c}a" or c.isspace() for c in escaped)


@given(st.text(), st.sampled_from(["ascii", "latin-1", "cp437", "no-such-encoding"]))
def test_what_the_output_cannot_say_is_not_lost(text: str, encoding: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    escaped = escape_json(json.dumps(text, ensure_ascii=False), encoding)

    assert json.loads(escaped) == text
    if encoding != "no-such-encoding":
        escaped.encode(encoding)
