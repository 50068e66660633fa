"""The one judge of a check's fields, for files and forms alike."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from msgspec.structs import fields

from pulsetui.config.check_fields import FIELDS, validate_check
from pulsetui.config.problem import ConfigProblems, Problem
from pulsetui.core.state.check import Check


def problems(slug: str = "a", **given: object) -> tuple[Problem, ...]:
    with pytest.raises(ConfigProblems) as caught:
        validate_check(slug, given, default_timezone="UTC", hook_names=("desktop",))
    return caught.value.problems


def valid(given: Mapping[str, object]) -> Check:
    return validate_check("a", given, default_timezone="Europe/Riga", hook_names=("desktop",))


def test_the_keys_of_the_file_are_the_fields_of_a_check() -> None:
    ours = {field.name for field in fields(Check)} - {"slug", "schedule"}
    assert set(FIELDS) - {"every", "cron", "calendar", "timezone"} == ours


def test_a_form_is_answered_with_the_field_and_without_file_or_line() -> None:
    (problem,) = problems(cron="0 25 * * *")
    assert (problem.path, problem.line, problem.where) == (None, None, "checks.a")
    assert (problem.field, problem.value) == ("cron", '"0 25 * * *"')
    assert problem.message == "hour must be 0-23, got 25"
    assert problem.suggestion == 'Try "0 1 * * *".'
    assert str(problem) == '[checks.a] cron "0 25 * * *": hour must be 0-23, got 25. Try "0 1 * * *".'


@pytest.mark.parametrize(
    ("field", "value", "better"),
    [
        ("cron", "0 25 * * *", "0 1 * * *"),
        ("cron", "@every 15m", ""),  # a period is no cron expression
        ("calendar", "10:00 europe/berlin", ""),  # the zone alone is no expression
        ("calendar", "dayly", "daily"),
        ("timezone", "europe/berlin", "Europe/Berlin"),
        ("grace", "0s", "1m"),
        ("grace", "soon", ""),
        ("on_overlap", "dwon", "down"),
        ("tags", ["a b"], "a-b"),
    ],
)
def test_what_would_do_instead_is_given_as_it_would_be_typed(field: str, value: object, better: str) -> None:
    schedule = {} if field in ("cron", "calendar") else {"every": "1h"}

    assert [(one.field, one.better) for one in problems("a", **{**schedule, field: value})] == [
        (field, better)
    ]


def test_all_fields_of_a_form_are_judged_at_once() -> None:
    found = problems("Bad Slug", every="x", grace=0, tags=["a b", "c,d"], hooks=["desk"])
    assert [p.field for p in found] == ["slug", "grace", "tags", "tags", "hooks", "every"]
    assert found[0].suggestion == 'Try "bad-slug".'
    assert found[-2].suggestion == 'Did you mean "desktop"?'


def test_a_check_has_exactly_one_schedule() -> None:
    assert [(p.field, p.message) for p in problems()] == [("schedule", "is missing")]
    assert [p.field for p in problems(every="5m", cron="0 2 * * *", calendar="06:00")] == ["cron", "calendar"]


def test_a_second_schedule_that_is_wrong_in_itself_is_said_too() -> None:
    assert [p.field for p in problems(every="5m", cron="nonsense")] == ["cron", "cron"]


def test_a_wrong_zone_does_not_hide_a_wrong_expression() -> None:
    assert {p.field for p in problems(cron="0 25 * * *", timezone="Europe/Rga")} == {"timezone", "cron"}


def test_the_longest_run_must_be_longer_than_the_shortest() -> None:
    (problem,) = problems(every="1d", min_runtime="10m", max_runtime="10m")
    assert (problem.field, problem.message) == (
        "max_runtime",
        "must be longer than min_runtime, which is 10m",
    )
    assert valid({"every": "1d", "min_runtime": "10m", "max_runtime": "11m"}).max_runtime is not None


def test_an_empty_list_of_hooks_means_none_and_no_list_means_all() -> None:
    assert valid({"every": "1d", "hooks": []}).hooks == ()
    assert valid({"every": "1d"}).hooks is None


@pytest.mark.parametrize("count", [1, 720])
def test_counts_go_from_one_to_a_month_of_hours(count: int) -> None:
    assert valid({"every": "1d", "failures_before_down": count}).failures_before_down == count


@pytest.mark.parametrize("count", [0, 721, True, "3", 1.0])
def test_other_counts_are_refused(count: object) -> None:
    assert [p.field for p in problems(every="1d", successes_before_up=count)] == ["successes_before_up"]


@pytest.mark.parametrize(
    "pattern",
    [
        r"records: (\d+)",
        r"^\s*total +([\d.]+) *(?:kB|MB)?$",
        r"(?P<n>\d{1,3}(?:\.\d+)?)",
        r"[(*+]([^)*+]+)\)\*",
        r"(?i:sent) (\d+)",
        r"(a|b) (\d+)",
        r"(?:ab){3}(\d+)",
        r"\((\d+)\)+",
        r"(?#a comment (*+[)(\d+)",
        r"(\d+?) {2,}",
        r"x{,5}(.)",
        # Slow for an engine that backtracks.
        r"(\d+)*x",
        r"(?:(?:x+)y)*(.)",
        r"(.*).*.*.*.*.*.*.*.*",
    ],
)
def test_ordinary_patterns_are_taken(pattern: str) -> None:
    assert valid({"every": "1d", "metrics": {"n": pattern}}).metrics["n"].text == pattern


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (r"(?<=total )(\d+)", "(?<=…), which looks behind, at character 1"),
        (r"(?<!sub)total (\d+)", "(?<!…), which looks behind, at character 1"),
        (r"(\d+)(?= rows)", "(?=…), which looks ahead, at character 6"),
        (r"(\d+) (?!rows)", "(?!…), which looks ahead, at character 7"),
        (r"(['x])(\d+)\1", r"the backreference \1 at character 12"),
        (r"(?P<q>x)(\d+)(?P=q)", "the backreference (?P=…) at character 14"),
        (r"(a)?(?(1)b|c)(\d)", "the backreference (?(…) at character 5"),
        (r"(?>a+)(\d)", "the atomic group (?>…) at character 1"),
        (r"(\d++)", "the possessive repeat ++ at character 4"),
        (r"(?x) ( a+ ) # )", "the flag x of (?x) at character 1"),
        (r"\bübrig: (\d+)", r"\b at character 1 knows only the letters a to z"),
        (r"\q(\d+)", r"\q at character 1 means nothing"),
        (r"(x{1000}y{1000})", "too large"),
    ],
)
def test_what_cannot_be_searched_in_one_pass_is_told_with_its_place(pattern: str, said: str) -> None:
    (problem,) = problems(every="1d", metrics={"n": pattern})
    assert said in problem.message


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(", "is not a regular expression"),
        (r"\d+", "has no group"),
        ("", "must not be empty"),
        ("(" + "x" * 500 + ")", "at most 500 characters"),
        ("(x){99999999999999999999}", "is not a regular expression"),
        ("[[]", "is not a regular expression"),
        ("([[a]b])", "possible nested set at character 2"),
        (5, "must be text"),
    ],
)
def test_patterns_that_are_none_are_refused(pattern: object, said: str) -> None:
    (problem,) = problems(every="1d", metrics={"n": pattern})
    assert said in problem.message


def test_what_a_form_may_send_besides_toml_values_is_refused_and_not_fatal() -> None:
    assert [p.field for p in problems(every=None, name=b"x", tags={"a"})] == ["name", "tags", "every"]


def test_a_source_is_a_table_of_texts_that_says_where_and_under_which_key() -> None:
    given = {"from": "shop/celery-beat", "key": "nightly", "cron": "0 2 * * *"}
    assert valid({"cron": "0 2 * * *", "source": given}).source == given

    (missing,) = problems(every="1h", source={"from": "shop/celery-beat"})
    assert (missing.field, missing.message) == ("source", "key is missing")
    (unknown,) = problems(every="1h", source={**given, "form": "x"})
    assert (unknown.message, unknown.suggestion) == ("unknown key", 'Did you mean "from"?')
    (wrong,) = problems(every="1h", source={**given, "cron": 5})
    assert wrong.message == "must be text in quotes, not a whole number"
    (text,) = problems(every="1h", source="nightly")
    assert text.message == "must be a table, not text"
    assert "sync writes it anew" in text.suggestion
