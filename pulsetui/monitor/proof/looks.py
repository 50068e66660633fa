"""Looks that may hang, each in a thread of its own: a file on a server that is gone holds its reader.

What hangs takes no place from others, and is not looked at again before it has ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

from pulsetui.errors import PulseError

LOOK_TIMEOUT_S = 10.0
AT_ONCE = 4
"""Looks that go on at the same time: at midnight a thousand jobs end, and their disks have other work."""
MAX_HANGING = 32
"""Threads that are left hanging. With so many, whatever they hang on is no matter of one file any more."""

_T = TypeVar("_T")


class UnseenError(PulseError):
    """What should be looked at cannot be seen. The message says what it is and why."""


class Looks:
    """Used from one event loop."""

    def __init__(self, timeout_s: float = LOOK_TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._places = asyncio.Semaphore(AT_ONCE)
        self._hanging: set[str] = set()

    async def run(self, what: str, look: Callable[[], _T]) -> _T:
        """What ``look`` returns or raises. ``what`` names the thing that is looked at: of two looks at one
        thing the second waits for no first that hangs. Raises UnseenError when there is no answer in time."""
        async with self._places:
            if what in self._hanging:
                raise UnseenError("an earlier look at it has not come back yet")
            if len(self._hanging) >= MAX_HANGING:
                raise UnseenError(f"{MAX_HANGING} looks at other things hang")
            try:
                async with asyncio.timeout(self._timeout_s):
                    return await self._in_thread(what, look)
            except TimeoutError:
                self._hanging.add(what)
                raise UnseenError(f"no answer within {self._timeout_s:g} s") from None

    def _in_thread(self, what: str, look: Callable[[], _T]) -> asyncio.Future[_T]:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[_T] = loop.create_future()

        def finish(outcome: Callable[[], None]) -> None:
            self._hanging.discard(what)
            if not done.done():
                outcome()

        def body() -> None:
            try:
                result = look()
            except Exception as error:  # noqa: BLE001 - it is raised where the result is waited for
                outcome = _bound(done.set_exception, error)
            else:
                outcome = _bound(done.set_result, result)
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(finish, outcome)

        threading.Thread(target=body, name="pulsetui-proof", daemon=True).start()
        return done


def _bound(function: Callable[[_T], None], value: _T) -> Callable[[], None]:
    return lambda: function(value)
