"""Run ids, made without loading the module for uuids; and what a run tells to what runs inside it."""

from __future__ import annotations

import os

RUN_ID_VARIABLE = "PULSETUI_RID"
"""``pulsetui run`` puts the id of its run there: a report from inside it is one of the same run."""

CATCH_UP_VARIABLE = "PULSETUI_CATCH_UP"
"""``SLUG INSTANT``: the run around this process makes up for a missed slot, and so does what is reported of
that check inside it."""


def inherited_catch_up(slug: str) -> str:
    """The slot that the run of ``slug`` around this process makes up for; "" when there is none."""
    about, _, slot = os.environ.get(CATCH_UP_VARIABLE, "").partition(" ")
    return slot if about == slug else ""


def new_rid() -> str:
    """A random uuid (version 4)."""
    raw = bytearray(os.urandom(16))
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
