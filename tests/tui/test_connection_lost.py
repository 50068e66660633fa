"""A lost connection is told to the end, and nothing is claimed that is not known."""

from __future__ import annotations

import pytest

from pulsetui.errors import EngineUnreachableError
from tests.client.fake import FakeEngine
from tests.client.samples import overdue
from tests.tui.support.night_samples import busy_engine
from tests.tui.support.screen_driver import press, screen_text, settled, showing

REASON = (
    "no engine answers at http://127.0.0.1:8787/: [Errno 111] Connection refused. Start one there with"
    " pulsetui serve, or check the address and the network between here and there"
)


class Gone(FakeEngine):
    """An engine that nobody reaches."""

    def _reach(self) -> None:
        raise EngineUnreachableError(REASON)


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 20)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("keys", [("enter",), ("i",), ("L",), ("t",)], ids="-".join)
async def test_the_reason_is_told_to_its_end(keys: tuple[str, ...], size: tuple[int, int]) -> None:
    async with showing(Gone([overdue("a")]), size) as (app, pilot):
        await press(app, pilot, *keys)
        await pilot.pause(0.05)
        await settled(app, pilot)
        assert REASON.replace(" ", "") in "".join(screen_text(app).split())


async def test_what_is_known_stays_below_the_reason() -> None:
    engine = busy_engine()
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "i")
        assert "5 resolved" in screen_text(app)
        engine.gone = True
        await press(app, pilot, "escape", "i")
        assert "no engine answers" in screen_text(app)
        assert "Open: 3" in screen_text(app)


async def test_incidents_that_nobody_has_told_of_are_not_counted() -> None:
    async with showing(Gone([])) as (app, pilot):
        app.go.incidents()
        await settled(app, pilot)
        assert " over" not in screen_text(app).splitlines()[0]
        assert "No check has ever been down" not in screen_text(app)
