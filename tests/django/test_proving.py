"""``manage.py pulsetui prove`` in a real project, asked as the engine asks."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest

from pulsetui.core.proof.value_sources import DjangoQuery
from pulsetui.monitor.proof.looks import UnseenError
from pulsetui.monitor.proof.project import look_at_project

SETTINGS = """
SECRET_KEY = "x"
INSTALLED_APPS = ["pulsetui.django", "django.contrib.sessions"]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": {name!r}}}}}
USE_TZ = True
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What begins its manage.py. It has two sessions."""
    name = tmp_path / "shop.db"
    with sqlite3.connect(name) as connection:
        connection.execute("CREATE TABLE django_session (session_key TEXT, session_data, expire_date TEXT)")
        instants = [("2026-11-19 22:00:00",), ("2026-11-18 08:00:00",)]
        connection.executemany("INSERT INTO django_session VALUES ('a', '', ?)", instants)
    connection.close()
    (tmp_path / "shop.py").write_text(SETTINGS.format(name=str(name)))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "shop")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return [sys.executable, "-m", "django"]


def ask(project: list[str], model: str, aggregate: str, field: str = "") -> object:
    return look_at_project(project, DjangoQuery("it", model, aggregate, field), 60.0).value


def test_a_model_is_asked_for_its_newest_its_oldest_and_its_count(project: list[str]) -> None:
    assert ask(project, "sessions.Session", "newest", "expire_date") == "2026-11-19T22:00:00Z"
    assert ask(project, "sessions.Session", "oldest", "expire_date") == "2026-11-18T08:00:00Z"
    assert ask(project, "sessions.Session", "count") == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sessions.Nobody", "count"), "App 'sessions' doesn't have a 'Nobody' model"),
        (("sessions.Session", "newest", "made"), "Session has no field named 'made'"),
        (("sessions.Session", "newest"), "write it like: manage.py pulsetui prove"),
    ],
)
def test_what_the_project_does_not_have_is_said(
    project: list[str], words: tuple[str, ...], said: str
) -> None:
    with pytest.raises(UnseenError, match=said):
        ask(project, *words)
