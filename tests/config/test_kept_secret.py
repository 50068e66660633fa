"""Secrets that checks.toml only points to: read with it, and never shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pulsetui.config.file.load import load_config
from pulsetui.config.kept_secret import MAX_SECRET_BYTES
from pulsetui.config.model import Config
from pulsetui.config.problem import ConfigProblems
from pulsetui.config.secret import without
from pulsetui.hooks.hook import Options
from pulsetui.hooks.options import OptionReader, line, validator


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One with a short name: long paths are cut in messages."""
    return tmp_path_factory.mktemp("k")


TOKEN = "hunter2-hunter2"


def _read(reader: OptionReader) -> object:
    token = reader.require_secret("token", line, "", 'token = "…"')
    return token, reader.take("chat", str, ""), reader.secret("headers", str, "")


def load(folder: Path, options: str, listener: str = "") -> Config:
    path = folder / "checks.toml"
    path.write_text(f'[listener]\n{listener}\n[hooks.boss]\ntype = "mail"\n{options}\n')
    return load_config(path, {"mail": validator(_read)})


def options(config: Config) -> Options:
    return config.hooks["boss"].options


def problem(folder: Path, options: str, listener: str = "") -> str:
    with pytest.raises(ConfigProblems) as raised:
        load(folder, options, listener)
    assert len(raised.value.problems) == 1
    return str(raised.value).removeprefix(str(folder / "checks.toml"))


@pytest.mark.parametrize(
    ("content", "secret"),
    [
        (TOKEN, TOKEN),
        (f"{TOKEN}\n", TOKEN),
        (f"{TOKEN}\r\n", TOKEN),
        (f"file:{TOKEN}\n", f"file:{TOKEN}"),
    ],
)
def test_a_file_holds_the_secret_and_a_last_line_break(tmp_path: Path, content: str, secret: str) -> None:
    (tmp_path / "token").write_bytes(content.encode())

    assert options(load(tmp_path, f'token = "file:{tmp_path}/token"'))["token"] == secret


def test_a_relative_file_is_beside_checks_toml(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "token").write_text(TOKEN)

    assert options(load(tmp_path, 'token = "file:secrets/token"'))["token"] == TOKEN


def test_a_variable_holds_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOSS_TOKEN", TOKEN)

    assert options(load(tmp_path, 'token = "env:BOSS_TOKEN"'))["token"] == TOKEN


def test_each_text_of_a_secret_table_may_be_kept_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOSS_TOKEN", TOKEN)

    config = load(tmp_path, 'token = "x"\nheaders = { Authorization = "env:BOSS_TOKEN", Accept = "*/*" }')

    assert options(config)["headers"] == {"Authorization": TOKEN, "Accept": "*/*"}


def test_what_is_no_secret_is_taken_as_it_is_written(tmp_path: Path) -> None:
    config = load(tmp_path, 'token = "x"\nchat = "env:BOSS_TOKEN"')

    assert options(config)["chat"] == "env:BOSS_TOKEN"


def test_keys_of_the_listener_may_be_kept_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_PING_KEY", "ping-key")
    (tmp_path / "api").write_text("api-key\n")

    keys = 'ping_key = "env:PULSE_PING_KEY"\napi_key = "file:api"'
    listener = load(tmp_path, 'token = "x"', keys).listener

    assert (listener.ping_key, listener.api_key) == ("ping-key", "api-key")


def test_what_was_read_is_a_secret_and_where_it_is_kept_is_none(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")

    config = load(tmp_path, 'token = "file:token"')

    assert without(f"could not log in with {TOKEN} of file:token", config.secrets) == (
        "could not log in with … of file:token"
    )


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("file:nowhere", 'there is no file "{folder}/nowhere".'),
        ("file:", 'names no file. Write "file:/path/to/secret".'),
        ("file:folder", 'the secret\'s file "{folder}/folder" is not a regular file.'),
        ("file:empty", 'the file "{folder}/empty" is empty.'),
        ("file:binary", 'the file "{folder}/binary" is not UTF-8 text.'),
        ("file:large", 'the file "{folder}/large" is larger than 64 kB; is it the right file?'),
        (
            "env:NOT_SET_ANYWHERE",
            (
                "the environment variable NOT_SET_ANYWHERE is not set. "
                "Set it where PulseTUI is started (a service has an environment of its own)."
            ),
        ),
        ("env:EMPTY", "the environment variable EMPTY is empty."),
        ("env:two words", 'names no environment variable. Write "env:NAME".'),
    ],
)
def test_a_secret_that_cannot_be_read_is_a_problem_of_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str, said: str
) -> None:
    monkeypatch.setenv("EMPTY", "")
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "large").write_bytes(b"x" * (MAX_SECRET_BYTES + 1))

    expected = f":5: [hooks.boss] token: {said.format(folder=tmp_path)}"
    assert problem(tmp_path, f'token = "{reference}"') == expected


def test_a_key_of_the_listener_that_cannot_be_read_is_a_problem_of_its_line(tmp_path: Path) -> None:
    said = problem(tmp_path, 'token = "x"', 'ping_key = "file:nowhere"')

    assert said == f':2: [listener] ping_key: there is no file "{tmp_path}/nowhere".'


def test_a_file_that_others_own_is_said_to_be_unreadable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text(TOKEN)
    opened = Path.open

    def refuse(path: Path, mode: str = "r", encoding: str | None = None, **more: Any) -> object:
        if path.name == "token":  # as root, tests may read everything
            raise PermissionError
        return opened(path, mode, encoding=encoding, **more)

    monkeypatch.setattr(Path, "open", refuse)

    assert problem(tmp_path, 'token = "file:token"') == (
        f':5: [hooks.boss] token: the file "{tmp_path}/token" may not be read by this user.'
        " Give it to the user that PulseTUI runs as."
    )


def test_what_is_wrong_with_a_secret_of_a_file_does_not_quote_it(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n{TOKEN}-2\n")

    said = problem(tmp_path, 'token = "file:token"')

    assert said == ":5: [hooks.boss] token: has a line break or a control character in it."
