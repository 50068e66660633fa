"""Copies of checks.toml in the state directory: what a large one meant is not read twice."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from pulsetui.config.file import load as load_module
from pulsetui.config.file.edit import ConfigFile, Loaded
from pulsetui.errors import ConfigError
from pulsetui.hooks.registry import VALIDATORS
from pulsetui.monitor.checks_toml import copies as copies_module
from pulsetui.monitor.checks_toml.copies import KNOWN, ConfigCopies

TEXT = '[checks.one]\nevery = "15m"\n[checks.two]\ncron = "0 2 * * *"\nexpect = ["n >= 1"]\n'


@pytest.fixture(autouse=True)
def _all_files_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies_module, "WORTH_KEEPING", 1)


def started(folder: Path) -> Loaded:
    """As an engine does: reads the file, and keeps what it means."""
    copies = ConfigCopies(folder)
    loaded = copies.first_of(ConfigFile(folder / "checks.toml", VALIDATORS))
    copies.keep_good(loaded)
    return loaded


def no_reading(text: str, path: Path) -> None:
    raise AssertionError("the file is read again")


def test_the_second_start_does_not_read_what_has_not_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "checks.toml").write_text(TEXT)
    first = started(tmp_path)
    assert stat.S_IMODE((tmp_path / KNOWN).stat().st_mode) == 0o600
    monkeypatch.setattr(load_module, "parse_toml", no_reading)
    again = started(tmp_path)
    assert list(again.config.checks) == list(first.config.checks)
    assert again.config.fields["one"] == first.config.fields["one"]
    assert again.config.checks["two"].expect == first.config.checks["two"].expect


def test_what_has_changed_is_read(tmp_path: Path) -> None:
    (tmp_path / "checks.toml").write_text(TEXT)
    started(tmp_path)
    (tmp_path / "checks.toml").write_text(TEXT.replace("15m", "30m"))
    assert started(tmp_path).config.checks["one"].schedule.expression == "30m"
    (tmp_path / KNOWN).write_bytes(b"junk")
    assert started(tmp_path).config.checks["one"].schedule.expression == "30m"
    (tmp_path / "checks.toml").write_text("[checks.one]\nevery = 'x'\n")
    with pytest.raises(ConfigError, match="every"):
        started(tmp_path)


def test_a_small_file_is_only_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies_module, "WORTH_KEEPING", 10_000)
    (tmp_path / "checks.toml").write_text(TEXT)
    started(tmp_path)
    assert not (tmp_path / KNOWN).exists()
