"""Who is at the keyboard: the name that pauses, acknowledgements and snoozes carry."""

from __future__ import annotations

import os
from typing import Literal


def user_name() -> str:
    """The name of the user running this process, or the number where it has none, as in many containers."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid {os.getuid()}"


def user_via(way: Literal["CLI", "screen"]) -> str:
    """The same with the way they took, as an answer by a hook has it: ``ann via CLI``."""
    return f"{user_name()} via {way}"
