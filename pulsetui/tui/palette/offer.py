"""One line of the palette."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct


class Offer(Struct, frozen=True):
    """What may be chosen; without ``run`` it only says something."""

    title: str
    about: str
    run: Callable[[], None] | None = None
    fills: str = ""  # chosen, it puts this into the input instead: what was typed, carried on


def unchanged() -> None:
    """Nothing is done."""
