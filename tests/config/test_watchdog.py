"""``[watchdog.NAME]`` in checks.toml: who is told that PulseTUI itself is alive."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pulsetui.config.file.load import parse_config
from pulsetui.config.model import Config
from pulsetui.config.problem import ConfigProblems
from pulsetui.config.tables.watchdog import WatchdogConfig

KEY = "5f0c1a7e-secret-of-the-other-side"
URL = f"https://hc-ping.example.org/{KEY}"


def load(text: str, path: Path = Path("checks.toml")) -> Config:
    return parse_config(text, path, {})


def test_a_watchdog_needs_only_a_url() -> None:
    [one] = load(f'[watchdog.other]\nurl = "{URL}"\n').watchdogs
    assert one == WatchdogConfig(
        name="other",
        url=URL,
        fail_url="",
        every=timedelta(minutes=1),
        timeout=timedelta(seconds=10),
        method="GET",
    )


def test_there_may_be_several_and_all_can_be_said() -> None:
    text = (
        f'[watchdog.a]\nurl = "{URL}"\nfail_url = "{URL}/fail?msg={{reason}}"\nevery = "5m"\ntimeout = "3s"\n'
        f'method = "POST"\n[watchdog.b]\nurl = "http://127.0.0.1:8787/ping/x"\n'
    )
    first, second = load(text).watchdogs
    assert (first.every, first.timeout, first.method) == (timedelta(minutes=5), timedelta(seconds=3), "POST")
    assert first.fail_url.endswith("{reason}")
    assert second.name == "b"
    assert load("").watchdogs == ()


def test_the_url_may_be_kept_elsewhere_and_is_secret_in_any_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "url").write_text(f"{URL}\n")
    monkeypatch.setenv("FAIL", f"{URL}/fail")
    text = '[watchdog.a]\nurl = "file:url"\nfail_url = "env:FAIL"\n'
    config = load(text, tmp_path / "checks.toml")
    assert (config.watchdogs[0].url, config.watchdogs[0].fail_url) == (URL, f"{URL}/fail")
    assert {URL, f"{URL}/fail"} <= config.secrets
    assert URL in load(f'[watchdog.a]\nurl = "{URL}"\n').secrets


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("[watchdog.a]\n", "[watchdog.a] url: is missing."),
        (f'[watchdog]\nurl = "{URL}"\n', "a watchdog has a name. Write [watchdog.NAME]"),
        ('[watchdog.a]\nurl = "ftp://x/y"\n', "[watchdog.a] url: must begin with https:// or http://"),
        ("[watchdog.a]\nurl = 3\n", "url: must be a URL in quotes"),
        (f'[watchdog.a]\nurl = "{URL}"\nfail_url = "x y"\n', "fail_url: has a blank"),
        (f'[watchdog.a]\nurl = "{URL}"\nevery = "2d"\n', 'every "2d": must be from 1s to a day.'),
        (f'[watchdog.a]\nurl = "{URL}"\ntimeout = "2m"\n', 'timeout "2m": must be from 1s to a minute.'),
        (f'[watchdog.a]\nurl = "{URL}"\nmethod = "post"\n', 'must be "GET" or "POST". Try "POST".'),
        (f'[watchdog.a]\nulr = "{URL}"\n', 'ulr: unknown key. Did you mean "url"?'),
        ('[watchdog.a]\nurl = "file:gone"\n', "there is no file"),
        (f'[watchdog."a b"]\nurl = "{URL}"\n', "has only letters, digits, - and _"),
        ('watchdog = "x"\n', "watchdog"),
        ("[watchdog]\na = 3\n", "must be a table, not a whole number"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_without_its_secret(table: str, said: str) -> None:
    with pytest.raises(ConfigProblems) as raised:
        load(table)
    assert said in str(raised.value)
    assert "checks.toml:" in str(raised.value)
    assert KEY not in str(raised.value)


@pytest.mark.parametrize("key", ["url", "fail_url", "ulr", "token"])
def test_a_broken_file_shows_no_secret_of_a_watchdog(key: str) -> None:
    with pytest.raises(ConfigProblems) as raised:
        load(f'[watchdog.a]\n{key} = "{URL}\n')
    assert KEY not in str(raised.value)
