"""Texts in, the keys of a check's table out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.state.check import SLUG
from pulsetui.tui.form.model import FIELDS, SPECS, FormModel, as_text, as_value, slug_for
from tests.client.samples import NOW

WRITTEN: dict[str, Any] = {
    "name": "Sync invoices",
    "cron": "0 2 * * *",
    "timezone": "Europe/Berlin",
    "grace": 1800,
    "tags": ["billing", "nightly"],
    "expect": ["records >= 1"],
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
