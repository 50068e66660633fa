"""The engine that runs on a state directory is found by its lock."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pulsetui.attach.find import EngineAddress, find_engine

LOCK = '{"pid": 4711, "url": "http://127.0.0.1:8787", "version": "0.1.0"}'


@contextmanager
def held(state_dir: Path, text: str) -> Iterator[None]:
    """An engine that runs."""
    with (state_dir / "engine.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(text)
        lock.flush()
        yield


def test_running_engine_is_found_with_its_key(tmp_path: Path) -> None:
    (tmp_path / "api_key").write_text("hcw_secret\n")

    with held(tmp_path, LOCK):
        found = find_engine(tmp_path)

    assert found == EngineAddress(url="http://127.0.0.1:8787", api_key="hcw_secret", pid=4711)


def test_lock_of_an_engine_that_died_is_no_engine(tmp_path: Path) -> None:
    (tmp_path / "engine.lock").write_text(LOCK)

    assert find_engine(tmp_path) is None


def test_state_directory_without_engine_or_none_at_all(tmp_path: Path) -> None:
    assert find_engine(tmp_path) is None
    assert find_engine(tmp_path / "missing") is None


def test_an_engine_is_found_whose_lock_file_was_deleted_and_is_put_back(tmp_path: Path) -> None:
    directory = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        assert find_engine(tmp_path, wait_s=0) == EngineAddress(url="", api_key="", pid=None)
        with held(tmp_path, LOCK):
            found = find_engine(tmp_path)
    finally:
        os.close(directory)
    assert found is not None
    assert found.url == "http://127.0.0.1:8787"
    assert find_engine(tmp_path) is None


def test_looking_does_not_take_the_lock(tmp_path: Path) -> None:
    (tmp_path / "engine.lock").write_text(LOCK)
    find_engine(tmp_path)

    with (tmp_path / "engine.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_engine_that_is_starting_is_waited_for(tmp_path: Path) -> None:
    with held(tmp_path, ""):
        writer = threading.Timer(0.05, (tmp_path / "engine.lock").write_text, [LOCK])
        writer.start()
        found = find_engine(tmp_path, wait_s=10)
        writer.join()

    assert found is not None
    assert found.url == "http://127.0.0.1:8787"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"pid": "x", "url": null}', "\x00"])
def test_engine_that_does_not_say_where_it_is_has_no_url(tmp_path: Path, text: str) -> None:
    with held(tmp_path, text):
        found = find_engine(tmp_path, wait_s=0)

    assert found == EngineAddress(url="", api_key="", pid=None)


def test_pipes_in_a_state_directory_hold_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "api_key")
    with held(tmp_path, LOCK):
        found = find_engine(tmp_path)
    assert found is not None
    assert found.api_key == ""
    (tmp_path / "engine.lock").unlink()
    os.mkfifo(tmp_path / "engine.lock")
    assert find_engine(tmp_path) is None
