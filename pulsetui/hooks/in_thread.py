"""Blocking work of a hook in a thread of its own, which is bounded and never piles up.

Not ``asyncio.to_thread``: its pool is shared with all else, and a thread in it that hangs holds up the end of
the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

from pulsetui.errors import HookError

_T = TypeVar("_T")


class OneThread:
    """Runs one piece of work at a time. Used from one event loop."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._busy = False

    async def run(self, work: Callable[[], _T], timeout_s: float, abort: Callable[[], None]) -> _T:
        """What ``work`` returns or raises. After ``timeout_s``, and when cancelled, ``abort`` is called:
        it is to make it end soon. Raises HookError when it took too long, or the last has not ended yet."""
        if self._busy:
            raise HookError("the try before still hangs")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[_T] = loop.create_future()

        def finish(result: _T | None, error: BaseException | None) -> None:
            if done.done():
                return
            if error is not None:
                done.set_exception(error)
            else:
                done.set_result(result)  # type: ignore[arg-type]  # what work returned, whatever that is

        def body() -> None:
            result, error = None, None
            try:
                result = work()
            except BaseException as raised:  # noqa: BLE001 - it is raised where the result is waited for
                error = raised
            self._busy = False
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(finish, result, error)

        self._busy = True
        threading.Thread(target=body, name=self._name, daemon=True).start()
        try:
            async with asyncio.timeout(timeout_s):
                return await done
        except TimeoutError:
            if done.done() and not done.cancelled():
                return done.result()  # it ended in this very moment, perhaps by a timeout of its own
            raise HookError(f"did not finish within {timeout_s:g} s") from None
        finally:
            if self._busy:
                abort()
