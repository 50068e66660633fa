"""What a service shows of its hooks: how each is doing, and what was not delivered, also after a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from pulsetui.core.state.status import PingKind
from pulsetui.monitor.sink import IncomingPing, Receipt
from pulsetui.service import Service, open_service

_PATIENCE_S = 20.0
CONFIG = """
[hooks.broken]
type = "command"
command = ["/nowhere/to/be/found"]

[hooks.works]
type = "command"
command = ["true"]

[checks.backup]
every = "1h"
"""


def wait_for(service: Service, happened: Callable[[], bool]) -> None:
    """Looks whenever something changes."""

    async def look() -> None:
        changed = asyncio.Event()
        loop = asyncio.get_running_loop()

        def tell(_: frozenset[str]) -> None:
            loop.call_soon_threadsafe(changed.set)

        leave = service.client.subscribe(tell)
        try:
            while not happened():
                await asyncio.wait_for(changed.wait(), _PATIENCE_S)
                changed.clear()
        finally:
            leave()

    asyncio.run(look())


async def fail(service: Service) -> Receipt:
    taken: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
    service.engine.door.receive(IncomingPing(kind=PingKind.FAIL, slug="backup"), taken.set_result)
    return await taken


def keys(service: Service) -> set[str]:
    return {notice.key for notice in service.client.info().notices}


def test_how_each_hook_is_doing_and_what_it_did_not_deliver_is_shown(tmp_path: Path) -> None:
    config = tmp_path / "checks.toml"
    config.write_text(CONFIG)
    with open_service(config, tmp_path / "state", ("127.0.0.1", 0)) as service:
        service.engine.call(lambda: fail(service))
        # A hook has failed before what became of its alert is written down.
        wait_for(service, lambda: all(hook.told or hook.given_up for hook in service.client.info().hooks))
        broken, works = service.client.info().hooks
        assert (broken.name, broken.type, broken.ok) == ("broken", "command", False)
        assert "/nowhere/to/be/found" in broken.error
        assert (works.name, works.ok, works.told, works.error) == ("works", True, 1, "")
        assert broken.given_up == 1
        assert keys(service) >= {"hook:broken", "undelivered:broken"}
    with open_service(config, tmp_path / "state", ("127.0.0.1", 0)) as service:
        wait_for(service, lambda: "undelivered:broken" in keys(service))
        assert "undelivered:works" not in keys(service)
