"""The command that makes up for a missed slot, out of a template such as
``manage.py sync --date {slot:%Y-%m-%d}``.

``{slot}`` is the slot in ISO 8601, ``{slot:FORMAT}`` the same in a format of ``date``; ``{slug}`` is the
check. All other braces are the shell's own: ``${HOME}``, ``awk '{print}'``.
"""

from __future__ import annotations

import re
from datetime import datetime

from pulsetui.core.text.nearest import nearest
from pulsetui.core.text.shell_template import filled
from pulsetui.errors import PulseError

EXAMPLE = "manage.py sync_invoices --date {slot:%Y-%m-%d}"

_PLACE = re.compile(r"(?<!\$)\{(slot|slug)(?::([^{}]*))?\}")
_MEANT = re.compile(r"(?<!\$)\{(\w+)(?::([^{}]*))?\}")
_SECONDS = re.compile(r"%([%s])")
_NAMES = ("slot", "slug")


class SlotCommandError(PulseError):
    """The template cannot be filled in. The message says why and what would do, without naming the field."""


def check_slot_command(template: str) -> None:
    """Raises SlotCommandError for a placeholder that is misspelled, or has no format that says anything."""
    for found in _MEANT.finditer(template):
        name, form = found.groups()
        if name == "slot" and form is not None and "%" not in form:
            raise SlotCommandError(f"{found[0]} has a format without a %; write it like {{slot:%Y-%m-%d}}")
        if name == "slug" and form is not None:
            raise SlotCommandError(f"{found[0]}: a slug has no format; write {{slug}}")
        if name in _NAMES:
            continue
        if form is not None and "%" in form:
            raise SlotCommandError(f"{found[0]} names nothing that is known; write {{slot:{form}}}")
        if form is None and (near := nearest(name, _NAMES)):
            raise SlotCommandError(f"{found[0]} names nothing that is known; did you mean {{{near}}}?")


def names_slot(template: str) -> bool:
    """Whether the command is another one for each slot."""
    return any(found[1] == "slot" for found in _PLACE.finditer(template))


def slot_command(template: str, slot: datetime, slug: str) -> str:
    """The command for ``slot``, which is in the zone that it is to be written in. What is put in is quoted
    for the place in which it stands, so that the shell takes it for text, whatever it is."""
    return filled(template, _PLACE, lambda found: _value(found, slot, slug))


def _value(found: re.Match[str], slot: datetime, slug: str) -> str:
    if found[1] == "slug":
        return slug
    if found[2] is None:
        return slot.isoformat()
    # Python would take ``%s`` for a time of this host's zone.
    form = _SECONDS.sub(lambda one: one[0] if one[1] == "%" else str(int(slot.timestamp())), found[2])
    return slot.strftime(form)
