"""Texts in, the keys of a check's table out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.state.check import SLUG
from pulsetui.tui.form.model import FormModel, slug_for
from pulsetui.tui.form.specs import FIELDS, SPECS, as_text, as_value
from tests.client.samples import NOW

WRITTEN: dict[str, Any] = {
    "name": "Sync invoices",
    "cron": "0 2 * * *",
    "timezone": "Europe/Berlin",
    "grace": 1800,
    "tags": ["billing", "nightly"],
    "expect": ["records >= 1"],
    "prove": ["file:/b/x newer 26h, size > 1kB", "file:/b/y newer 26h"],
    "hooks": [],
    "manual_resume": True,
    "failures_before_down": 2,
    "metrics": {"records": r"(\d+) records"},
    "desc": "First line\nsecond line",
}


def problems(model: FormModel) -> dict[str, str]:
    found = model.problems(default_timezone="UTC", hook_names=("desktop",))
    return {problem.field: f"{problem.message} {problem.suggestion}" for problem in found}


def test_a_form_that_was_only_looked_at_changes_nothing() -> None:
    model = FormModel("sync", WRITTEN)

    assert model.changes() == {}
    assert not model.changed
    assert model.fields() == WRITTEN
    assert problems(model) == {}


def test_a_span_that_is_typed_has_a_unit_and_one_in_the_file_stays_what_it_is() -> None:
    model = FormModel("sync", {**WRITTEN, "early": 90})
    assert problems(model) == {}

    model.set_text("max_runtime", " 20 ")
    model.set_text("grace", "30")
    assert problems(model) == {
        "grace": "30 has no unit Write 30s, 30m or 30h.",
        "max_runtime": "20 has no unit Write 20s, 20m or 20h.",
    }

    model = FormModel("sync", {"every": 3600, "alerts": {"after": 20, "repeat": 30}})
    assert problems(model) == {}
    model.set_text("alerts.after", "5")
    assert problems(model) == {"alerts.after": "5 has no unit Write 5s, 5m or 5h."}
    model.set_text("alerts.after", "5m")
    model.set_text("schedule", "15")
    assert problems(model) == {"schedule": "15 has no unit Write 15s, 15m or 15h."}


@pytest.mark.parametrize(
    ("key", "text", "change"),
    [
        ("name", "New name", {"name": "New name"}),
        ("grace", "45m", {"grace": "45m"}),
        ("grace", "", {"grace": None}),
        ("tags", "billing", {"tags": ["billing"]}),
        ("tags", " a ,, b ", {"tags": ["a", "b"]}),
        ("hooks", "desktop", {"hooks": ["desktop"]}),
        ("hooks", "", {"hooks": None}),
        (
            "prove",
            "file:/b/x newer 1h, size > 1\n\n file:/b/y newer 1h",
            {"prove": ["file:/b/x newer 1h, size > 1", "file:/b/y newer 1h"]},
        ),
        ("manual_resume", "no", {"manual_resume": False}),
        ("failures_before_down", "3", {"failures_before_down": 3}),
        ("max_runtime", "20m", {"max_runtime": "20m"}),
        ("metrics", "rows = (\\d+) = rows", {"metrics": {"rows": "(\\d+) = rows"}}),
        ("schedule", "5 4 * * *", {"cron": "5 4 * * *"}),
    ],
)
def test_only_what_was_changed_is_sent(key: str, text: str, change: dict[str, object]) -> None:
    model = FormModel("sync", WRITTEN)
    model.set_text(key, text)

    assert model.changes() == change
    assert model.changed


def test_another_kind_of_schedule_takes_the_old_key_out() -> None:
    model = FormModel("sync", WRITTEN)
    model.kind = "every"
    model.set_text("schedule", "15m")

    assert model.changes() == {"every": "15m", "cron": None}
    model.kind = "cron"
    assert model.changes() == {}


def test_keys_that_the_form_does_not_know_are_kept() -> None:
    model = FormModel("sync", {**WRITTEN, "future_key": 1})

    assert model.fields()["future_key"] == 1
    assert "future_key" not in model.changes()


def test_an_empty_new_check_says_what_is_missing() -> None:
    assert set(problems(FormModel(None, {}))) == {"name", "schedule"}


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("schedule", "0 25 * * *", "25"),
        ("timezone", "Europe/Rigga", "Europe/Riga"),
        ("grace", "soon", "soon"),
        ("expect", "records", "records >= 1"),
        ("prove", "file:/b/x", "newer 26h"),
        ("hooks", "desktp", "desktop"),
        ("manual_resume", "maybe", "maybe"),
        ("slug", "Not A Slug", "not-a-slug"),
    ],
)
def test_a_problem_stands_at_its_field_and_names_the_way_out(key: str, text: str, said: str) -> None:
    model = FormModel("sync", WRITTEN)
    model.set_text(key, text)

    found = problems(model)
    assert set(found) == {key}
    assert said in found[key]


def test_the_preview_says_the_schedule_and_the_next_five() -> None:
    model = FormModel("sync", WRITTEN)
    preview = model.preview(NOW, default_timezone="UTC")

    assert preview is not None
    assert preview.tz == "Europe/Berlin"
    assert len(preview.upcoming) == 5
    assert all(a < b for a, b in zip((NOW, *preview.upcoming), preview.upcoming, strict=False))
    assert "02:00" in preview.words


def test_the_preview_is_in_the_zone_that_the_expression_names() -> None:
    model = FormModel("sync", {"calendar": "03:00 America/New_York"})
    preview = model.preview(NOW, default_timezone="Asia/Tokyo")
    assert preview is not None
    assert preview.tz == "America/New_York"


def test_no_preview_while_the_schedule_cannot_be_read() -> None:
    model = FormModel(None, {})
    assert model.preview(NOW, default_timezone="UTC") is None
    model.set_text("schedule", "0 2 *")
    assert model.preview(NOW, default_timezone="UTC") is None


@given(st.dictionaries(st.sampled_from([spec.key for spec in FIELDS]), st.text(max_size=40)))
def test_whatever_is_typed_is_judged_and_never_raises(typed: dict[str, str]) -> None:
    model = FormModel("sync", WRITTEN)
    for key, text in typed.items():
        model.set_text(key, text)

    model.problems(default_timezone="UTC", hook_names=("desktop",))
    model.changes()
    model.preview(NOW, default_timezone="UTC")


@given(st.lists(st.from_regex(r"[a-z0-9 _-]{1,12}", fullmatch=True).map(str.strip).filter(bool), min_size=1))
def test_a_list_survives_its_text(items: list[str]) -> None:
    spec = SPECS["tags"]

    assert as_value(spec, as_text(spec, items)) == items


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Sync invoices", "sync-invoices"),
        ("  Größe & Länge (neu)  ", "grosse-lange-neu"),
        ("db_backup", "db_backup"),
        ("日本語", ""),
        ("", ""),
        ("Taken", "taken-3"),
        ("x" * 300, "x" * 90),
    ],
)
def test_a_slug_is_made_from_a_name(name: str, slug: str) -> None:
    assert slug_for(name, {"taken", "taken-2"}) == slug


@given(st.text())
def test_a_slug_made_from_any_name_is_one(name: str) -> None:
    slug = slug_for(name, ())
    assert slug == "" or SLUG.fullmatch(slug)


RULED: dict[str, Any] = {
    "cron": "0 2 * * *",
    "depends_on": ["db"],
    "owner": "Ilze",
    "alerts": {
        "after": "10m",
        "holidays": ["2026-12-25"],
        "phone": {"quiet": "22:00-07:00", "days": ["mon", "tue"], "recovery": False},
    },
}
HOOKS = ("phone", "boss")


def test_rules_that_were_only_looked_at_stay_as_they_are() -> None:
    model = FormModel("sync", RULED)
    assert (model.text("alerts.after"), model.text("alerts.holidays")) == ("10m", "2026-12-25")
    model.rules.hook = "phone"
    shown = [model.text(f"alerts.{rule}") for rule in ("quiet", "days", "recovery", "after")]
    assert shown == ["22:00-07:00", "mon, tue", "no", ""]
    assert (model.rules.count(""), model.rules.count("phone"), model.rules.count("boss")) == (2, 3, 0)
    assert model.changes() == {}


@pytest.mark.parametrize(
    ("hook", "rule", "text", "rules"),
    [
        ("", "after", "5m", {**RULED["alerts"], "after": "5m"}),
        ("", "reasons", "missed, hung", {**RULED["alerts"], "reasons": ["missed", "hung"]}),
        ("", "holidays", "days.ics", {**RULED["alerts"], "holidays": "days.ics"}),
        (
            "",
            "holidays",
            "2026-12-25, 2026-12-26",
            {**RULED["alerts"], "holidays": ["2026-12-25", "2026-12-26"]},
        ),
        ("boss", "quiet", "12:00-13:00", {**RULED["alerts"], "boss": {"quiet": "12:00-13:00"}}),
        (
            "boss",
            "quiet",
            "1:00-2:00,3:00-4:00",
            {**RULED["alerts"], "boss": {"quiet": ["1:00-2:00", "3:00-4:00"]}},
        ),
        ("boss", "recovery", "no", {**RULED["alerts"], "boss": {"recovery": False}}),
        (
            "phone",
            "days",
            "mon-fri",
            {**RULED["alerts"], "phone": {**RULED["alerts"]["phone"], "days": "mon-fri"}},
        ),
    ],
)
def test_a_rule_that_is_typed_changes_that_rule_only(hook: str, rule: str, text: str, rules: object) -> None:
    model = FormModel("sync", RULED)
    model.rules.hook = hook
    model.set_text(f"alerts.{rule}", text)
    assert model.changes() == {"alerts": rules}
    assert model.problems(default_timezone="UTC", hook_names=HOOKS, slugs=["db"]) == []


def test_a_hook_without_rules_has_no_table_and_a_check_without_any_neither() -> None:
    model = FormModel("sync", RULED)
    for hook, rule in (("phone", "quiet"), ("phone", "days"), ("phone", "recovery")):
        model.rules.hook = hook
        model.set_text(f"alerts.{rule}", " ")
    assert model.changes() == {"alerts": {"after": "10m", "holidays": ["2026-12-25"]}}
    model.rules.hook = ""
    model.set_text("alerts.after", "")
    model.set_text("alerts.holidays", "")
    assert model.changes() == {"alerts": None}


def test_what_is_wrong_with_a_rule_is_said_at_its_field_and_of_which_hook() -> None:
    model = FormModel("sync", RULED)
    model.set_text("alerts.after", "soon")
    model.rules.hook = "boss"
    model.set_text("alerts.days", "mon-fir")
    model.rules.hook = ""
    model.set_text("depends_on", "dbb")
    found = {one.field: one for one in model.problems(default_timezone="UTC", hook_names=HOOKS, slugs=["db"])}
    assert set(found) == {"alerts.after", "alerts.days", "depends_on"}
    assert "soon" in found["alerts.after"].message
    assert found["alerts.days"].message.startswith("For boss: ")
    assert found["depends_on"].suggestion == 'Did you mean "db"?'


def test_a_file_of_holidays_is_the_engines_to_read() -> None:
    model = FormModel("sync", {"every": "1h"})
    model.set_text("alerts.holidays", "on-another-host.ics")
    assert model.problems(default_timezone="UTC", hook_names=HOOKS) == []
    assert model.fields() == {"every": "1h", "alerts": {"holidays": "on-another-host.ics"}}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "phone", "boss"]), st.sampled_from(sorted(SPECS)), st.text(max_size=12)
        )
    )
)
def test_whatever_is_typed_into_rules_and_taken_back_changes_nothing(
    typed: list[tuple[str, str, str]],
) -> None:
    model = FormModel("sync", RULED)
    rules = [(hook, key, text) for hook, key, text in typed if key.startswith("alerts.")]
    for hook, key, text in rules:
        model.rules.hook = hook
        model.set_text(key, text)
        model.problems(default_timezone="UTC", hook_names=HOOKS, slugs=["db"])
    fresh = FormModel("sync", RULED)
    for hook, key, _ in rules:
        model.rules.hook = fresh.rules.hook = hook
        model.set_text(key, fresh.text(key))
    assert model.changes() == {}
