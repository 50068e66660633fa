"""An engine with all of its parts, in this process."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from pulsetui.monitor.clock import SystemClock
from pulsetui.service import Service


def test_a_stop_that_overtakes_the_opening_of_the_door_leaves_nothing_running(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The opening is woken in the round of the loop in which the end begins, and cancelled in the next: it
    must not begin to deliver from a database that is being closed."""
    config = tmp_path / "checks.toml"
    config.write_text('[hooks.x]\ntype = "terminal"\n\n[checks.a]\nevery = "1h"\n')
    service = Service(config, tmp_path / "state", ("127.0.0.1", 0), SystemClock())
    ended: list[asyncio.Task[None]] = []

    async def overtaken(_: object) -> None:
        ended.append(asyncio.get_running_loop().create_task(service._stop()))
        await asyncio.sleep(0)

    monkeypatch.setattr(service, "_tell_lost", overtaken)
    with caplog.at_level(logging.WARNING):
        service.start()
        service.open_door()
        service._run(_ended(ended))
        assert service._delivery_task is None
        service._end_loop()
    assert caplog.text == ""


async def _ended(tasks: list[asyncio.Task[None]]) -> None:
    while not tasks:  # noqa: ASYNC110 - the engine's loop is another one
        await asyncio.sleep(0.01)
    await tasks[0]
