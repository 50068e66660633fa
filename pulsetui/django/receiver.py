"""Receivers of signals in other people's workers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any


def guarded(name: str, act: Callable[[Any], None]) -> Callable[..., None]:
    """``act`` on what a signal gives by that name, as a receiver that never raises: a worker is not to fail
    because of us."""

    def receive(**given: Any) -> None:
        try:
            act(given[name])
        except Exception as error:  # noqa: BLE001 - a bug of ours must not become the task's failure
            logging.getLogger("pulsetui").warning(
                "a task is not reported: %s: %s", type(error).__name__, error
            )

    return receive
