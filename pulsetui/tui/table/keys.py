"""``[keys]`` of checks.toml against all that the screens bind: one judge for screen and command line."""

from __future__ import annotations

from collections.abc import Mapping

from pulsetui.tui.base.keys import UserKeys, read_keys
from pulsetui.tui.table.verbs import SUBSET_KEYS
from pulsetui.tui.table.widget import CheckTable


def user_keys(written: Mapping[str, str]) -> UserKeys:
    """What of it can be, and sentences on what cannot."""
    return read_keys(written, [*CheckTable.BINDINGS, *SUBSET_KEYS])
