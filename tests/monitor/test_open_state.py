"""Opening a state directory: whose it is, what is in it, and what a person is told."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pulsetui.errors import ConfigError, EngineError, StateHeldError, StoreError
from pulsetui.store.database import FILE_NAME
from tests.monitor.harness import running


async def test_a_held_state_directory_says_who_holds_it(tmp_path: Path) -> None:
    async with running(tmp_path):
        with pytest.raises(StateHeldError, match=str(os.getpid())) as caught:
            async with running(tmp_path, config=None):
                pass
        assert caught.value.pid == os.getpid()


async def test_a_state_directory_from_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    async with running(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / "state" / FILE_NAME)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer PulseTUI"):
        async with running(tmp_path, config=None):
            pass


def test_a_state_directory_that_is_a_file_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")

    async def scenario() -> None:
        async with running(tmp_path):
            pass

    with pytest.raises(EngineError, match="--state-dir"):
        asyncio.run(scenario())


def test_a_database_that_is_none_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    database = tmp_path / "state" / "pulsetui.sqlite3"
    database.write_bytes(b"this is no database" * 100)

    async def scenario() -> None:
        async with running(tmp_path):
            pass

    with pytest.raises(StoreError, match="is damaged, or was not made by PulseTUI") as caught:
        asyncio.run(scenario())
    assert str(caught.value).startswith(str(database))
    assert "Move it away" in str(caught.value)
    assert "permissions" not in str(caught.value)


async def test_state_and_keys_are_private(tmp_path: Path) -> None:
    async with running(tmp_path):
        state = tmp_path / "state"
        assert state.stat().st_mode & 0o777 == 0o700
        assert [path.name for path in state.iterdir() if path.stat().st_mode & 0o077] == []


def test_a_missing_configuration_says_what_to_do(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(tmp_path, config=None):
            pass

    with pytest.raises(ConfigError, match="pulsetui init"):
        asyncio.run(scenario())
