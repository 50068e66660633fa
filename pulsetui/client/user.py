"""Who is at the keyboard: the name that pauses, acknowledgements and snoozes carry."""

from __future__ import annotations


def user_name() -> str:
    """The name of the user running this process; "" for a user id without one, as in many containers."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
