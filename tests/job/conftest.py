"""No test here ever reports to an engine that happens to run on this host."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulsetui.job import locate as place
from pulsetui.job.run_id import CATCH_UP_VARIABLE, RUN_ID_VARIABLE


@pytest.fixture(autouse=True)
def _nobody_elses_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PULSETUI_URL", raising=False)
    monkeypatch.setenv(CATCH_UP_VARIABLE, "")
    monkeypatch.setenv(RUN_ID_VARIABLE, "")  # a run in this process sets it, for those inside it
    monkeypatch.setenv("PULSETUI_STATE_DIR", str(tmp_path))
    monkeypatch.setattr(place, "DEFAULT_URL", "http://127.0.0.1:9")  # the port of nobody: discard
