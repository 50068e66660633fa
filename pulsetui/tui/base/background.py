"""Work that must not hold up the screen."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.worker import Worker


def in_background(
    node: DOMNode,
    work: Callable[[], Coroutine[Any, Any, None]],
    *,
    group: str = "default",
    exclusive: bool = False,
) -> Worker[None]:
    """Runs ``work`` on the loop for as long as ``node`` is there; what it raises does not end the app.

    A function and not a coroutine is handed over: one that is cancelled before it has begun complains that
    nobody awaited it.
    """
    # Textual takes such functions; its types mean other ones as well, and mypy finds none that fits.
    run = cast(Callable[..., "Worker[None]"], node.run_worker)
    return run(work, group=group, exclusive=exclusive, exit_on_error=False)
