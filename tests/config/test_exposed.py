"""Secrets in files that everybody on this host can read are told of."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulsetui.config.doubts.exposed import exposed_secrets
from pulsetui.config.file.load import load_config
from pulsetui.config.model import Config
from pulsetui.hooks.options import OptionReader, line, validator


def _read(reader: OptionReader) -> object:
    return reader.secret("token", line, ""), reader.secret("headers", str, ""), reader.take("chat", str, "")


def said(folder: Path, hook: str, listener: str = "", mode: int = 0o644) -> list[str]:
    path = folder / "checks.toml"
    path.write_text(f'[listener]\n{listener}\n[hooks.boss]\ntype = "mail"\n{hook}\n')
    path.chmod(mode)
    return [one.replace(str(folder), "") for one in exposed_secrets(_load(path))]


def _load(path: Path) -> Config:
    return load_config(path, {"mail": validator(_read)})


@pytest.fixture
def public(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that everybody may enter, as those above it."""
    monkeypatch.setattr("pulsetui.config.doubts.exposed.parents_of", lambda path: [tmp_path])
    tmp_path.chmod(0o755)
    return tmp_path


def test_secrets_in_a_file_that_everybody_can_read_are_told_of(public: Path) -> None:
    [text] = said(public, 'token = "hunter2"', 'ping_key = "abc"\napi_key = "def"')
    assert text == (
        "Every user of this host can read /checks.toml (mode 0644), and in it are [hooks.boss] token,"
        " [listener] ping_key and [listener] api_key. Fix it: chmod o-r /checks.toml"
    )


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o660])
def test_what_others_cannot_read_is_well_kept(public: Path, mode: int) -> None:
    assert said(public, 'token = "hunter2"', mode=mode) == []


def test_without_a_secret_anybody_may_read_it(public: Path) -> None:
    assert said(public, 'chat = "42"') == []


def test_a_private_directory_above_is_enough(public: Path) -> None:
    public.chmod(0o750)
    assert said(public, 'token = "hunter2"') == []


def test_the_file_of_a_secret_is_looked_at_likewise(public: Path) -> None:
    secret = public / "token"
    secret.write_text("hunter2\n")
    secret.chmod(0o604)

    [text] = said(public, 'token = "file:token"')
    assert text == (
        "Every user of this host can read /token (mode 0604), and it holds [hooks.boss] token."
        " Fix it: chmod o-r /token"
    )
    secret.chmod(0o600)
    assert said(public, 'token = "file:token"') == []


def test_a_variable_is_in_no_file(public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOSS_TOKEN", "hunter2")
    assert said(public, 'token = "env:BOSS_TOKEN"') == []


def test_of_many_secrets_a_few_are_named(public: Path) -> None:
    headers = ", ".join(f'h{n} = "x"' for n in range(6))
    [text] = said(public, f"headers = {{ {headers} }}")
    assert "[hooks.boss] headers.h0, [hooks.boss] headers.h1, [hooks.boss] headers.h2 and 3 more" in text


def test_the_secret_itself_is_never_said(public: Path) -> None:
    assert "hunter2" not in str(said(public, 'token = "hunter2"'))
