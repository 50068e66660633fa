"""Numbers in the JSON that a job prints."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.text.output import Output
from pulsetui.errors import UsageError
from pulsetui.job.wrapper.numbers import Found, by_paths, last_document, path_option, pattern_option

FOREVER = float("inf")


def found(output: bytes, *paths: str) -> tuple[dict[str, float], dict[str, str], list[str]]:
    said: list[str] = []
    result = Found()
    wanted = {name: path for text in paths for name, path in path_option(text).items()}
    by_paths(wanted, Output(output), result, said.append, FOREVER)
    return result.values, result.unread, said


DOCUMENT = b"""\
starting [up]
{"summary": {"rows": 1}}
{
  "summary": {"rows": 312, "free": "12,5 GB", "size": "1,234", "ok": true, "none": null},
  "files": [{"size": 10}, {"size": 20}],
  "odd key": 3
}
done
"""


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (".summary.rows", 312.0),
        (".summary.size", 1234.0),
        (".summary.ok", 1.0),
        (".files", 2.0),
        (".files[1].size", 20.0),
        (".files[-1].size", 20.0),
        (".odd key", 3.0),
        (".", 3.0),
        (".summary.none", None),
        (".summary.missing", None),
        (".files[7].size", None),
        (".summary[0]", None),
        (".files.size", None),
    ],
)
def test_the_last_document_is_read_by_a_path(path: str, value: float | None) -> None:
    assert found(DOCUMENT, f"n={path}") == ({} if value is None else {"n": value}, {}, [])


def test_what_is_no_number_is_told_of() -> None:
    values, unread, said = found(DOCUMENT, "free=.summary.free")
    assert (values, unread) == ({}, {"free": "12,5 GB"})
    assert said == ["--json-metric free: 12,5 GB is not a number"]


@pytest.mark.parametrize("output", [b"", b"no json\n", b'{"a": 1', b"x {}", b"[" * 100_000, b"\xff{}"])
def test_without_a_document_that_is_said(output: bytes) -> None:
    values, _, said = found(output, "n=.a")
    assert values == {}
    assert said == ["--json-metric n: there is no JSON document on the job's standard output"]


@pytest.mark.parametrize("number", ["1e999", "NaN", "1" + "0" * 400, "9" * 5000])
def test_a_number_that_is_none_is_none(number: str) -> None:
    values, _, _ = found(f'{{"a": {number}}}'.encode(), "n=.a")
    assert values == {}


def test_of_a_document_whose_beginning_is_lost_no_part_is_taken_for_the_whole() -> None:
    whole = json.dumps({"rows": [{"n": i, "text": "x" * 50} for i in range(40_000)], "n": 7}, indent=1)
    assert found(whole.encode(), "n=.n")[0] == {}
    assert found(whole.encode() + b'\n{"n": 8}\n', "n=.n")[0] == {"n": 8.0}


values = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.lists(st.dictionaries(st.text(max_size=3), values, max_size=3), min_size=1, max_size=4), st.booleans()
)
def test_of_several_documents_the_last_one_counts(documents: list[dict[str, object]], pretty: bool) -> None:
    text = "\nnoise\n".join(json.dumps(one, indent=1 if pretty else None) for one in documents)
    assert last_document(text.encode(), FOREVER) == documents[-1]


@given(st.binary(max_size=300))
def test_no_output_is_too_odd(output: bytes) -> None:
    last_document(output, FOREVER)


@pytest.mark.parametrize(
    "text", ["rows", "rows=", "rows=summary", "7=.a", "n=.a[", "n=.a[x]", "n=..a", "n=.a[1"]
)
def test_a_path_that_is_none_says_how_to_write_it(text: str) -> None:
    with pytest.raises(UsageError, match=r"rows=\.summary\.rows"):
        path_option(text)


def test_what_run_measures_cannot_be_named_otherwise() -> None:
    with pytest.raises(UsageError, match="run measures memory_mb itself"):
        path_option("memory_mb=.a")
    with pytest.raises(UsageError, match="run measures cpu_s itself"):
        pattern_option(r"cpu_s=(\d+)")


def test_a_document_is_not_searched_for_longer_than_a_job_can_wait() -> None:
    assert last_document(b'{"a": 1}', 0.0) is None
