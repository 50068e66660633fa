"""The log of the engine: a private file at its path."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from pulsetui.cli.process import logs
from pulsetui.monitor.lock import prepare_state_dir


def test_a_log_that_was_deleted_goes_on_at_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    before, raising = list(root.handlers), logging.raiseExceptions
    state = tmp_path / "state"
    try:
        logs.start(state, stderr=False)
        logging.getLogger("pulsetui").warning("first")
        (state / "pulsetui.log").unlink()
        logging.getLogger("pulsetui").warning("second")
        state.rmdir()  # it is not made anew at once
        monkeypatch.setattr(logs, "_MADE_ANEW_AFTER_S", 0.0)
        logging.getLogger("pulsetui").warning("third")
        prepare_state_dir(state)
        logging.getLogger("pulsetui").warning("fourth")
        logged = (state / "pulsetui.log").read_text()
        assert [word for word in ("second", "third", "fourth") if word in logged] == [
            "second",
            "third",
            "fourth",
        ]
        assert (state / "pulsetui.log").stat().st_mode & 0o777 == 0o600
    finally:
        for handler in [handler for handler in root.handlers if handler not in before]:
            root.removeHandler(handler)
            handler.close()
        logging.raiseExceptions = raising
