"""Run ids, made without loading the module for uuids; and how a run tells its own to what runs inside it."""

from __future__ import annotations

import os

RUN_ID_VARIABLE = "PULSETUI_RID"
"""``pulsetui run`` puts the id of its run there: a report from inside it is one of the same run."""


def new_rid() -> str:
    """A random uuid (version 4)."""
    raw = bytearray(os.urandom(16))
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
