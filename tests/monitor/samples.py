"""What the tests of the engine have in common."""

from __future__ import annotations

import base64
import json
import logging
from datetime import datetime
from pathlib import Path

from pulsetui.cli.process import logs
from tests.monitor.harness import Harness

REPORT = "0123456789abcdef" * 2
"""An id that a job gave to its report."""


def spool(tmp_path: Path, slug: str, at: str, **fields: object) -> Path:
    directory = tmp_path / "state" / "spool"
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{datetime.fromisoformat(at).timestamp():019.0f}-1-{slug}.json"
    body = base64.b64encode(b"spooled").decode()
    path.write_text(json.dumps({"v": 1, "slug": slug, "kind": "success", "at": at, "body": body} | fields))
    return path


def notice(engine: Harness, key: str) -> str:
    found = engine.engine.notices.get(key)
    return "" if found is None else found.text


class Ticks:
    """A clock for allowances."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def logs_into(state: Path) -> None:
    root = logging.getLogger()
    before, raising = list(root.handlers), logging.raiseExceptions
    try:
        logs.start(state, stderr=False)
        logging.getLogger("pulsetui").warning("something")
    finally:
        for handler in [handler for handler in root.handlers if handler not in before]:
            root.removeHandler(handler)
            handler.close()
        logging.raiseExceptions = raising
