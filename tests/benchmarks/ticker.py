"""The screen with a ticker on its event loop: ``python -m tests.benchmarks.ticker HOME PORT OUT``.

It is the product's screen and engine as ``pulsetui`` starts them. OUT gets a JSON list of (due moment on the
monotonic clock, seconds late) when the screen is left.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from pulsetui.client.client import EngineClient
from pulsetui.service import open_service
from pulsetui.tui.app import PulseApp
from tests.benchmarks.processes import Home

_EVERY_S = 0.02


class TickingApp(PulseApp):
    """Notes how late its own timer is served."""

    def __init__(self, client: EngineClient) -> None:
        super().__init__(client)
        self.lags: list[tuple[float, float]] = []
        self._ticking: asyncio.Task[None] | None = None

    def on_mount(self) -> None:
        super().on_mount()
        self._ticking = asyncio.get_running_loop().create_task(self._tick())

    async def _tick(self) -> None:
        while True:
            due = time.monotonic() + _EVERY_S
            await asyncio.sleep(_EVERY_S)
            self.lags.append((due, time.monotonic() - due))


def main() -> None:
    place, port, out = sys.argv[1:]
    at = Home(Path(place))
    with open_service(at.config, at.state, ("127.0.0.1", int(port))) as service:
        app = TickingApp(service.client)
        app.run()
    Path(out).write_text(json.dumps(app.lags))


if __name__ == "__main__":
    main()
