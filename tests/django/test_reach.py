"""Through what the checks of the engine are reached that a project reports to."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulsetui.django.reach import OutOfReachError, checks_of
from pulsetui.errors import PulseError
from pulsetui.provision.checks import ChecksInFile, ChecksOfEngine
from tests.listener.fakes import API_KEY, READ_KEY
from tests.listener.served import Served

NOBODY = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _a_user_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSETUI_CONFIG", str(tmp_path / "checks.toml"))
    monkeypatch.setenv("PULSETUI_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("PULSETUI_API_KEY", raising=False)


def a_file(tmp_path: Path, port: int) -> None:
    (tmp_path / "checks.toml").write_text(
        f'timezone = "Europe/Riga"\n[listener]\nlisten = "127.0.0.1:{port}"\n[checks.a]\nevery = "1h"\n'
    )


@pytest.mark.parametrize("path", ["", "/", "/ping", "/ping/aPingKey"])
def test_with_its_key_the_engine_is_asked(
    served: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str
) -> None:
    a_file(tmp_path, served.port)
    monkeypatch.setenv("PULSETUI_API_KEY", API_KEY)
    with checks_of(served.url + path) as checks:
        assert isinstance(checks, ChecksOfEngine)
        assert checks.place == f"the engine at {served.url}"
        assert set(checks.slugs()) == set(served.engine.checks())
        checks.add("new", {"every": "1h"})
        with pytest.raises(PulseError):
            checks.remove("never-there")
    assert "new" in served.engine.checks()


def test_a_wrong_key_is_an_error_and_no_reason_to_write_elsewhere(
    served: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    a_file(tmp_path, served.port)
    monkeypatch.setenv("PULSETUI_API_KEY", "wrong")
    with pytest.raises(PulseError, match="key") as caught, checks_of(served.url):
        pass
    assert not isinstance(caught.value, OutOfReachError)


def test_a_key_that_may_only_read_shows_and_changes_nothing(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULSETUI_API_KEY", READ_KEY)
    with checks_of(served.url) as checks:
        assert checks.slugs()
        with pytest.raises(PulseError, match="key"):
            checks.add("new", {"every": "1h"})
    assert "new" not in served.engine.checks()


@pytest.mark.parametrize("key", ["", API_KEY])
def test_while_it_does_not_run_its_own_file_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str
) -> None:
    a_file(tmp_path, 9)
    monkeypatch.setenv("PULSETUI_API_KEY", key)
    with checks_of("http://localhost:9/ping/aPingKey") as checks:
        assert isinstance(checks, ChecksInFile)
        assert (checks.zone, list(checks.tables()), checks.down()) == ("Europe/Riga", ["a"], ())


def test_the_file_of_another_engine_is_not_taken(tmp_path: Path) -> None:
    a_file(tmp_path, 8787)
    with pytest.raises(OutOfReachError, match="PULSETUI_API_KEY"), checks_of(NOBODY):
        pass
    (tmp_path / "checks.toml").write_text("[checks.a]\n")
    with pytest.raises(OutOfReachError), checks_of(NOBODY):
        pass


def test_a_file_that_is_named_needs_no_engine(tmp_path: Path) -> None:
    with checks_of("", str(tmp_path / "mine.toml")) as checks:
        assert (checks.tables(), checks.zone) == ({}, "UTC")
        checks.add("a", {"every": "1h"})
        assert list(checks.slugs()) == ["a"]


@pytest.mark.parametrize("url", ["", "nowhere", "ftp://x"])
def test_what_is_no_address_is_said(url: str) -> None:
    with pytest.raises(PulseError, match=r"http://127\.0\.0\.1:8787"), checks_of(url):
        pass
