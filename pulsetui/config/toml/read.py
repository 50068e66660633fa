"""Reading TOML, in one place."""

from __future__ import annotations

from typing import Any

import tomli


def read_toml(text: str) -> dict[str, Any]:
    """The tables of a text, behind its byte order mark if it has one (editors on Windows write it).

    Raises ValueError with what is wrong and where, whatever the text is.
    """
    try:
        return tomli.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        raise ValueError("lists or tables are nested too deeply") from None
