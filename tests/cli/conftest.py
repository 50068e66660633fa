"""A command line that runs in this process against an engine in memory."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import pytest

from pulsetui.cli import connect as connecting
from pulsetui.client.client import EngineClient
from tests.client.fake import FakeEngine

Connect = Callable[[FakeEngine], FakeEngine]


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Connect:
    """Makes every command talk to the given engine."""
    monkeypatch.setenv("PULSETUI_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("PULSETUI_CONFIG", str(tmp_path / "checks.toml"))

    def use(fake: FakeEngine) -> FakeEngine:
        def connect(options: argparse.Namespace, *, live: bool = False) -> EngineClient:
            return fake

        monkeypatch.setattr(connecting, "connect", connect)
        return fake

    return use
