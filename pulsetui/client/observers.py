"""Those who are told when something happens: the one way in which parts of PulseTUI hear of each other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Generic, ParamSpec

logger = logging.getLogger(__name__)

P = ParamSpec("P")


class Observers(Generic[P]):
    """Of one kind of event. Call it to tell them all, in the order in which they came.

    They are called on the thread that tells, and one may leave, or another come, from any thread while that
    goes on. What one of them raises is logged.
    """

    def __init__(self) -> None:
        self._observers: list[Callable[P, None]] = []

    def __len__(self) -> int:
        return len(self._observers)

    def __bool__(self) -> bool:
        return True

    def subscribe(self, observer: Callable[P, None]) -> Callable[[], None]:
        """Tells ``observer`` from now on. Returns what ends that; ending it twice does no harm."""
        self._observers.append(observer)

        def leave() -> None:
            if observer in self._observers:
                self._observers.remove(observer)

        return leave

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        for observer in tuple(self._observers):
            try:
                observer(*args, **kwargs)
            except Exception:  # one observer's mistake is no reason to leave the others in the dark
                logger.exception("an observer failed")
