"""Functions of all kinds, each call of which is a run. A generator's run lasts until it is exhausted, not
until it was made: else it would be told of as done before it began."""

from __future__ import annotations

import functools
import inspect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator
    from typing import Any


def decorated(function: Callable[..., Any], heartbeat: Callable[[], Any]) -> Callable[..., Any]:
    """``function`` with a new heartbeat around each call, of those that are good for ``async with``, too."""

    async def asynchronous(*args: Any, **kwargs: Any) -> Any:
        async with heartbeat():
            return await function(*args, **kwargs)

    async def asynchronous_items(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        async with heartbeat():
            async for item in function(*args, **kwargs):
                yield item

    def items(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        with heartbeat():
            return (yield from function(*args, **kwargs))

    def plain(*args: Any, **kwargs: Any) -> Any:
        with heartbeat():
            return function(*args, **kwargs)

    wraps = functools.wraps(function)
    if inspect.iscoroutinefunction(function):
        return wraps(asynchronous)
    if inspect.isasyncgenfunction(function):
        return wraps(asynchronous_items)
    if inspect.isgeneratorfunction(function):
        return wraps(items)
    return wraps(plain)
