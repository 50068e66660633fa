"""Where the engine is."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.job import locate
from pulsetui.job.locate import DEFAULT_URL  # as it is outside of these tests

_ASK = """
import os
from pulsetui.job import locate
import sys
ours = locate.state_dir(), locate.config_file()
loaded = "platformdirs" in sys.modules
import platformdirs
config = platformdirs.user_config_path("pulsetui") / "checks.toml"
theirs = str(platformdirs.user_state_path("pulsetui")), str(config)
print(ours == theirs, loaded, ours)
"""


@pytest.mark.parametrize(
    ("environment", "loads"),
    [
        ({"HOME": "/home/kim"}, False),
        ({"HOME": "/home/kim/"}, False),
        ({"HOME": "/home/kim", "XDG_STATE_HOME": "/var/s", "XDG_CONFIG_HOME": "/etc/x"}, False),
        ({"HOME": "/home/kim", "XDG_STATE_HOME": "/var/s/", "XDG_CONFIG_HOME": "/etc/x//"}, False),
        ({"HOME": "/home/kim", "XDG_STATE_HOME": "", "XDG_CONFIG_HOME": ""}, False),
        ({"HOME": "/"}, False),
        ({"HOME": "/home/kim", "XDG_STATE_HOME": "relative", "XDG_CONFIG_HOME": "~/x"}, True),
        ({"HOME": "/home/kim", "XDG_STATE_HOME": " "}, True),
        ({"HOME": ""}, True),
        ({}, True),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="the table is Linux's")
def test_the_places_are_those_of_platformdirs(environment: dict[str, str], loads: bool) -> None:
    asked = subprocess.run(
        [sys.executable, "-c", _ASK], env=environment, capture_output=True, text=True, check=True
    )

    assert asked.stdout.startswith(f"True {loads} "), asked.stdout


def test_an_option_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSETUI_STATE_DIR", "/env/state")
    monkeypatch.setenv("PULSETUI_CONFIG", "/env/checks.toml")

    assert locate.state_dir() == "/env/state"
    assert locate.state_dir("/option") == "/option"
    assert locate.config_file() == "/env/checks.toml"
    assert locate.config_file("here.toml") == "here.toml"


def test_the_address_comes_from_the_option_then_the_environment_then_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PULSETUI_URL", raising=False)
    assert locate.engine_url(None, str(tmp_path)) == locate.DEFAULT_URL
    assert DEFAULT_URL == "http://127.0.0.1:8787"

    (tmp_path / "engine.lock").write_text('{"pid": 1, "url": "http://127.0.0.1:9", "version": "1"}')
    assert locate.engine_url(None, str(tmp_path)) == "http://127.0.0.1:9"

    monkeypatch.setenv("PULSETUI_URL", "http://env")
    assert locate.engine_url(None, str(tmp_path)) == "http://env"
    assert locate.engine_url("http://option", str(tmp_path)) == "http://option"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": 5}', '{"url": ""}', "\x00" * 50, "null"])
def test_a_lock_that_says_nothing_leaves_the_default_to_the_ways_to_ping(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PULSETUI_URL", raising=False)
    (tmp_path / "engine.lock").write_text(content)

    assert locate.engine_url(None, str(tmp_path)) == locate.DEFAULT_URL


LOCK = '{"pid": 1, "url": "http://127.0.0.1:9", "ping_url": "", "state": "abc", "version": "1"}'


def way(**options: str) -> tuple[str | None, str]:
    found = locate.route(**options)
    return found.url, found.proof


@pytest.mark.parametrize("lock", [None, "", LOCK], ids=["never", "stopped", "running"])
def test_an_address_that_is_given_wins_and_needs_no_proof(
    lock: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lock is not None:
        (tmp_path / "engine.lock").write_text(lock)

    assert way(url="http://there") == ("http://there", "")
    monkeypatch.setenv("PULSETUI_URL", "http://env")
    assert way() == ("http://env", "")
    assert way(state=str(tmp_path)) == ("http://env", "")
    assert locate.route().is_held == (lock is not None)


def test_a_named_state_directory_leads_to_its_own_engine_or_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tmp_path / "named"
    for options in ({"state": str(named)}, {}):
        if not options:
            monkeypatch.setenv("PULSETUI_STATE_DIR", str(named))
        assert way(**options) == (None, "")
        assert not locate.route(**options).is_held
        named.mkdir()
        (named / "engine.lock").write_text("")
        assert way(**options) == (None, "")
        assert locate.route(**options).is_held
        (named / "engine.lock").write_text(LOCK)
        assert way(**options) == ("http://127.0.0.1:9", "abc")
        (named / "engine.lock").unlink()
        (named / "api_key").write_text("x")
        assert way(**options) == (None, "")
        assert locate.route(**options).is_held
        (named / "api_key").unlink()
        named.rmdir()


@pytest.mark.parametrize("variable", ["HOME", "XDG_STATE_HOME"])
def test_a_user_without_an_engine_finds_the_one_at_the_default_address(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PULSETUI_STATE_DIR")
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv(variable, str(tmp_path))
    state = Path(locate.state_dir())
    assert tmp_path in state.parents

    assert way() == (locate.DEFAULT_URL, locate.ANY_ENGINE)
    (state / "spool").mkdir(parents=True)
    assert way() == (locate.DEFAULT_URL, locate.ANY_ENGINE)
    assert not locate.route().is_held

    (state / "engine.lock").write_text("")  # has had one of its own: it is that one's
    assert way() == (None, "")
    (state / "engine.lock").write_text(LOCK)
    assert way() == ("http://127.0.0.1:9", "abc")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": 5}', '{"url": ""}', "\x00" * 50, "null"])
def test_a_lock_that_says_nothing_leads_nowhere(content: str, tmp_path: Path) -> None:
    (tmp_path / "engine.lock").write_text(content)

    assert way(state=str(tmp_path)) == (None, "")


members = st.dictionaries(
    st.sampled_from(["pid", "url", "ping_url", "state", "version", "\N{SNOWMAN}"]),
    st.integers() | st.text(max_size=30) | st.none() | st.lists(st.text(max_size=3), max_size=2),
)


@given(members, st.booleans(), st.none() | st.integers(0, 60))
def test_a_lock_is_read_as_json_is(lock: dict[str, object], spaced: bool, cut: int | None) -> None:
    """By a quicker way where it is plain, and the same way out for one that is half written."""
    written = json.dumps(lock, separators=(", ", ": ") if spaced else (",", ":"), ensure_ascii=False)[:cut]
    try:
        read = json.loads(written)
    except ValueError:
        read = {}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "engine.lock").write_text(written, encoding="utf-8", errors="surrogatepass")
        said = [read.get(name) for name in ("ping_url", "url")]
        wanted = next((one for one in said if isinstance(one, str) and one), locate.DEFAULT_URL)
        assert locate.announced_url(folder) == wanted


def test_the_lock_of_an_older_engine_asks_for_no_proof(tmp_path: Path) -> None:
    (tmp_path / "engine.lock").write_text('{"pid": 1, "url": "http://127.0.0.1:9", "version": "0.1.0"}')

    assert way(state=str(tmp_path)) == ("http://127.0.0.1:9", "")


def test_a_state_directory_that_may_not_be_looked_into_is_somebody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def barred(path: object, *_: object, **__: object) -> object:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("builtins.open", barred)
    monkeypatch.setattr("os.stat", barred)

    assert way(state=str(tmp_path / "x")) == (locate.DEFAULT_URL, locate.ANY_ENGINE)
