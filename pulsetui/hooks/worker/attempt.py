"""One try to tell something, in bounded time; whatever a hook does in it stays in it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from pulsetui.client.alert import Alert
from pulsetui.errors import HookError
from pulsetui.hooks.hook import Hook

log = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[None]]
"""The only way in which the time of a test passes."""

STOP_GRACE_S: Final = 3.0
"""For what is cancelled to clean up, in real seconds."""


async def attempt(name: str, hook: Hook, alert: Alert, sleep: Sleep) -> HookError | None:
    """One send of the hook of that name; None if it was delivered."""
    try:
        if not await within(hook.timeout_s, hook.send(alert), sleep):
            return HookError(f"did not answer within {hook.timeout_s:g} s")
    except HookError as error:
        return error
    except Exception as error:
        log.exception("hook=%s raised something unexpected", name)
        return unexpected(error)
    log.info("hook=%s check=%s event=%s told", name, alert.slug or "-", alert.event)
    return None


async def within(seconds: float, work: Awaitable[object], sleep: Sleep) -> bool:
    """Whether ``work`` ended in that time; else it is cancelled. Raises what it raises."""
    task = asyncio.ensure_future(work)
    timer = asyncio.ensure_future(sleep(seconds))
    try:
        await asyncio.wait({task, timer}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            return False
        if task.cancelled():
            raise HookError("was cancelled from inside")
        task.result()
        return True
    finally:
        timer.cancel()
        if not task.done():
            await cancel(task)


async def cancel(task: asyncio.Future[object]) -> None:
    """Lets it clean up, but one that ignores the cancellation holds nothing up for ever."""
    task.cancel()
    await asyncio.wait({task}, timeout=STOP_GRACE_S)
    if task.done() and not task.cancelled():
        task.exception()  # looked at, so that it is not reported as forgotten


def unexpected(error: BaseException) -> HookError:
    """What a hook raised that was no HookError."""
    return HookError(f"failed unexpectedly: {type(error).__name__}: {error}")
