"""What is filled into the ways to ping. tests/e2e/test_recipes.py runs each of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.core.schedule.schedule import ScheduleKind
from pulsetui.recipes.recipes import BY_ID, NO_TIMES, RECIPES, Target, times_of

CHECK = Target(
    slug="sync-invoices",
    url="http://127.0.0.1:8787/ping/sync-invoices",
    schedule_kind="cron",
    schedule="30 4 * * 1-5",
    tz="Europe/Riga",
)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.id)
def test_every_way_names_the_check_and_leaves_nothing_to_fill_in(recipe: object) -> None:
    for target in (CHECK, replace(CHECK, max_runtime=90.5)):
        text = BY_ID[recipe.id].text(target)  # type: ignore[attr-defined]
        assert "sync-invoices" in text
        assert "@" not in text.replace("@-", "").replace("@shared_task", "").replace("@task_", "")


def test_ids_and_titles_are_unique() -> None:
    assert len(BY_ID) == len(RECIPES) == len({recipe.title for recipe in RECIPES})


@pytest.mark.parametrize(
    ("kind", "schedule", "times"),
    [
        ("cron", "30 4 * * 1-5", "30 4 * * 1-5"),
        ("every", "15m", "*/15 * * * *"),
        ("calendar", "Mon..Fri 06:00", "0 6 * * 1-5"),
    ],
)
def test_a_schedule_that_cron_can_say_becomes_its_five_fields(
    kind: ScheduleKind, schedule: str, times: str
) -> None:
    target = replace(CHECK, schedule_kind=kind, schedule=schedule)
    assert times_of(target).text == times
    for name in ("cron", "run", "ping", "django-cron", "kubernetes", "github"):
        assert times in BY_ID[name].text(target)
        assert not any("no words" in note for note in BY_ID[name].notes(target))


@pytest.mark.parametrize(
    ("kind", "schedule"), [("every", "20s"), ("every", "25m"), ("calendar", "*-*~01 02:00")]
)
def test_where_cron_has_no_words_no_time_is_made_up(kind: ScheduleKind, schedule: str) -> None:
    target = replace(CHECK, schedule_kind=kind, schedule=schedule)
    for name in ("cron", "run", "ping", "django-cron", "kubernetes", "github"):
        assert NO_TIMES in BY_ID[name].text(target)
        assert any(f'no words for "{schedule}"' in note for note in BY_ID[name].notes(target))


def test_the_zone_of_the_times_is_said_where_there_is_one() -> None:
    tokyo = replace(CHECK, schedule_kind="calendar", schedule="06:00 Asia/Tokyo")
    assert any("These times are Asia/Tokyo" in note for note in BY_ID["cron"].notes(tokyo))
    assert 'timeZone: "Asia/Tokyo"' in BY_ID["kubernetes"].text(tokyo)
    period = replace(CHECK, schedule_kind="every", schedule="15m", tz="UTC")
    assert not any("time zone" in note for note in BY_ID["cron"].notes(period))


def test_a_zone_that_only_tz_names_is_doubted() -> None:
    there = replace(CHECK, host_tz="Europe/Riga", system_tz="UTC")
    assert any("a cron that was started without TZ reads UTC" in note for note in BY_ID["cron"].notes(there))
    period = replace(there, schedule_kind="every", schedule="15m")
    assert not any("TZ" in note for note in BY_ID["cron"].notes(period))


def test_the_limit_follows_max_runtime() -> None:
    limited = replace(CHECK, max_runtime=1200.0)
    for name in ("cron", "cron-exit-code", "script", "django-cron", "kubernetes"):
        assert "timeout 1200 " in BY_ID[name].text(limited)
        assert "timeout" not in BY_ID[name].text(CHECK)
    assert "TimeoutStartSec=1200" in BY_ID["systemd"].text(limited)
    assert "TimeoutStartSec" not in BY_ID["systemd"].text(CHECK)
    assert "timeout-minutes: 20" in BY_ID["github"].text(limited)
    assert "timeout-minutes" not in BY_ID["github"].text(CHECK)
    assert "--timeout 1200s" in BY_ID["run"].text(limited)


def test_an_address_that_nobody_else_reaches_is_pointed_out_where_the_job_runs_elsewhere() -> None:
    far = replace(CHECK, url="https://pulse.example.org/ping/KEY/sync-invoices")
    for name in ("kubernetes", "github"):
        assert any("127.0.0.1" in note for note in BY_ID[name].notes(CHECK))
        assert not any("127.0.0.1" in note for note in BY_ID[name].notes(far))


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=60))
def test_any_slug_gives_names_that_python_and_kubernetes_accept(slug: str) -> None:
    target = replace(CHECK, slug=slug, url=f"http://127.0.0.1:8787/ping/{slug}")
    compile(BY_ID["celery"].text(target), "tasks.py", "exec")
    compile(BY_ID["django"].text(target), "command.py", "exec")
    name = next(
        line.split('"')[1] for line in BY_ID["kubernetes"].text(target).splitlines() if "  name: " in line
    )
    assert 0 < len(name) <= 52
    assert name.replace("-", "").isalnum()
    assert name.strip("-") == name
