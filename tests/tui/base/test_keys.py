"""The person's own keys: what can be is taken, what cannot is told."""

from __future__ import annotations

from pathlib import Path
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.binding import Binding

from pulsetui.tui.base.keys import read_keys
from pulsetui.tui.base.verbs import VERBS
from pulsetui.tui.table.verbs import SUBSET_KEYS
from pulsetui.tui.table.widget import CheckTable


def test_a_verb_gets_the_key_that_is_written() -> None:
    keys = read_keys({"pause": "P", "check.copy": "ctrl+y, F5", "help": "&", "filter": "ctrl+k"})
    assert keys.problems == ()
    assert keys.keymap == {
        "check.pause": "P",
        "check.copy": "ctrl+y,f5",
        "check.help": "ampersand",
        "check.filter": "ctrl+k",
    }
    assert keys.shown == {"pause": "P", "copy": "ctrl+y", "help": "&", "filter": "ctrl+k"}


def test_two_verbs_may_swap_their_keys() -> None:
    keys = read_keys({"pause": "a", "acknowledge": "p"})
    assert keys.problems == ()
    assert keys.keymap == {"check.pause": "a", "check.acknowledge": "p"}


def test_the_table_can_be_steered_by_other_keys() -> None:
    keys = read_keys({"table.down": "ctrl+n"}, CheckTable.BINDINGS)
    assert keys.keymap == {"table.down": "ctrl+n"}
    assert read_keys({"table.down": "ctrl+n"}).problems != ()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"pasue": "P"}, 'did you mean "pause"?'),
        ({"zzz": "P"}, "no such command"),
        ({"pause": "wibble"}, '"wibble" is not a valid key'),
        ({"pause": ""}, "is not a valid key"),
        ({"pause": "P,"}, "is not a valid key"),
        ({"pause": "hypr+p"}, "is not a valid key"),
        ({"pause": "\x1b[2J"}, "is not a valid key"),
        ({"pause": "y"}, "y is already used by copy; pause keeps its default"),
        ({"pause": "j"}, "j is already used by table.down"),
        ({"pause": "@", "copy": "@"}, "is already used by"),
    ],
)
def test_what_cannot_be_is_told_and_left_out(written: dict[str, str], said: str) -> None:
    keys = read_keys(written, CheckTable.BINDINGS)
    assert len(keys.problems) == 1
    assert said in keys.problems[0]
    assert keys.problems[0].isprintable()
    assert len(keys.keymap) == len(written) - 1


@given(
    st.dictionaries(
        st.sampled_from(["pause", "copy", "table.down", "x"]) | st.text(max_size=5), st.text(max_size=8)
    )
)
def test_no_table_of_keys_breaks_anything(written: dict[str, str]) -> None:
    keys = read_keys(written, CheckTable.BINDINGS)
    said = "".join(keys.problems)
    assert not any(category(letter) in ("Cc", "Cf", "Zl", "Zp") for letter in said)
    assert len(keys.keymap) + len(keys.problems) >= len({k.removeprefix("check.") for k in written})


def test_every_name_is_in_the_readme() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    names = [verb.id for verb in VERBS] + [b.id for b in CheckTable.BINDINGS if isinstance(b, Binding)]
    assert [name for name in names if f"`{name}`" not in readme] == []


def test_the_keys_of_the_views_can_be_others() -> None:
    keys = read_keys({"table.view_2": "F2"}, [*CheckTable.BINDINGS, *SUBSET_KEYS])
    assert keys.problems == ()
    assert keys.keymap == {"table.view_2": "f2"}
