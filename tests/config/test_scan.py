"""The scanner and tomli must agree about every key of every text."""

from __future__ import annotations

from typing import Any

import pytest
import tomli
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsetui.config.toml.scan import KeyPath, Lines, scan
from tests.config.hand_written import ALL

LEAVES = (
    st.text(max_size=20)
    | st.integers()
    | st.booleans()
    | st.floats(allow_nan=False)
    | st.datetimes()
    | st.times()
)
TABLES = st.dictionaries(
    st.text(max_size=6),
    st.recursive(
        LEAVES,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    ),
    max_size=4,
)

ODD = """
a = 'x' # "
aa = \"\"\"x\"\"\"\"\"  # two quotes at its end
b = '''it's'''''
"c\\"]" = [ "]", '#', # "
  [1, 2,], { d = "}" , 'e.f' = {} } ]
g . "h.i" . j = 1979-05-27 07:32:00
[ k . "l m" ]   # [no]
n = \"\"\"\\
   # no comment \\"\"\"
[no.header]
\"\"\"
[[o]]
p = 1
[[o]]
[o.q]
r = -inf
[[o.q.s]]
t = []
"""


def leaves(value: Any, path: KeyPath = ()) -> dict[KeyPath, Any]:
    if isinstance(value, dict) and value:
        return {k: v for name, inner in value.items() for k, v in leaves(inner, (*path, name)).items()}
    if isinstance(value, list) and value:
        return {k: v for index, inner in enumerate(value) for k, v in leaves(inner, (*path, index)).items()}
    return {path: value}


def assert_agrees(text: str) -> None:
    expected = {
        path: value for path, value in leaves(tomli.loads(text.removeprefix("\ufeff"))).items() if path
    }
    entries = {entry.path: entry for entry in scan(text)}
    for path, value in expected.items():
        if value in ({}, []) and path not in entries:
            continue
        start, end = entries[path].value
        if start != end:  # an empty table may only have a header
            assert tomli.loads(f"x = {text[start:end]}")["x"] == value


@pytest.mark.parametrize("text", [*ALL.values(), ODD])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_each_value_is_found_where_it_is_written(text: str, newline: str) -> None:
    assert_agrees(text.replace("\n", newline))


@settings(max_examples=200, deadline=None)
@given(TABLES, st.booleans())
def test_each_value_of_any_document_is_found(document: dict[str, Any], multiline: bool) -> None:
    assert_agrees(tomli_w.dumps(document, multiline_strings=multiline))


def test_a_key_that_is_not_written_has_the_line_of_the_table_around_it() -> None:
    lines = Lines("\n[a.b]\nc = 1\n[a]\nd = 2\n")
    assert lines.of(("a", "b", "missing")) == 2
    assert lines.of(("a",)) == 4
    assert lines.of(("nowhere",)) == 1
