"""How a problem reads."""

from __future__ import annotations

from pathlib import Path

from pulsetui.config.problem import ConfigProblems, Problem, quoted
from pulsetui.core.text.nearest import nearest


def test_a_problem_reads_as_file_line_table_key_value_message_and_advice() -> None:
    problem = Problem(
        path=Path("checks.toml"),
        line=14,
        where="checks.backup",
        field="cron",
        value='"0 25 * * *"',
        message="hour must be 0-23, got 25",
        suggestion='Try "0 1 * * *".',
    )
    assert str(problem) == (
        'checks.toml:14: [checks.backup] cron "0 25 * * *": hour must be 0-23, got 25. Try "0 1 * * *".'
    )


def test_what_is_not_known_is_left_out() -> None:
    assert str(Problem(message="is wrong")) == "is wrong."
    assert str(Problem(path=Path("x.toml"), message="really?")) == "x.toml: really?"
    assert str(Problem(where="keys", field="a", message="no")) == "[keys] a: no."


def test_all_problems_are_listed_one_a_line() -> None:
    assert str(ConfigProblems([Problem(message="one"), Problem(message="two")])) == "one.\ntwo."


def test_nothing_in_a_problem_can_steer_a_terminal() -> None:
    hostile = "\x1b]0;x\x07\u202e\n\x9b"
    problem = Problem(path=Path(hostile), where=hostile, field=hostile, value=hostile, message=hostile)
    assert str(problem).isprintable()


def test_long_and_strange_values_are_shortened() -> None:
    assert quoted("x" * 200) == f'"{"x" * 79}…"'
    assert quoted(10**5000) == "a very long number"
    assert (quoted([1]), quoted({}), quoted(value=True), quoted(5)) == ("[…]", "{…}", "true", "5")


def test_the_nearest_word_is_found_in_any_case() -> None:
    assert nearest("GARCE", ["grace", "cron"]) == "grace"
    assert nearest("zzz", ["grace", "cron"]) == ""
