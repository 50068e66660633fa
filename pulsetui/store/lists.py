"""Many values as one parameter of a statement."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


def number_list(numbers: Iterable[int]) -> str:
    """For ``IN (SELECT value FROM json_each(?))``."""
    return msgspec.json.encode(list(numbers)).decode()
