"""PulseTUI: a heartbeat monitor for scheduled jobs, in a terminal.

For jobs written in Python: ``pulsetui.heartbeat``, loaded when it is asked for. What else is in here is no
interface for programs.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pulsetui.job.heartbeat import heartbeat as heartbeat

__all__ = ["heartbeat"]


def __getattr__(name: str) -> object:
    if name == "heartbeat":
        from pulsetui.job.heartbeat import heartbeat

        return heartbeat
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
