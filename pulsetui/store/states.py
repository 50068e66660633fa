"""How the state of a check is stored: a document, and beside it what a start has to know of a calm check.

The document of a calm check is read when something happens to it. That is safe because a *seal* beside it
says that the document is whole, was written by this very version, and for the same definition of the check;
any other is read at once.
"""

from __future__ import annotations

from typing import cast
from zlib import crc32

import msgspec
from msgspec import Struct

from pulsetui.core.calm import Calm
from pulsetui.core.state.state import CheckState
from pulsetui.core.state.status import Status
from pulsetui.store.instant import Instants, stored_or_none
from pulsetui.store.salvage import salvage, usable
from pulsetui.store.shared import Shared, share
from pulsetui.version import __version__

_decode = msgspec.json.Decoder(CheckState).decode
_encode = msgspec.json.Encoder().encode
_FORM = f"1 {__version__}"
"""Of seals. The version stands for what the fields of a document mean, and for what is calm."""
_STATUS = {str(status): status for status in (Status.UP, Status.NEW, Status.PAUSED)}

NOT_CALM = (None, None, None, None)

Columns = tuple[str | None, int | None, int | None, int | None]
"""Status, due, deadline (microseconds since 1970) and seal of a calm check."""


class Sealed(Struct, frozen=True, gc=False):
    """The state of a calm check that nobody has needed yet."""

    document: bytes
    calm: Calm

    def state(self) -> CheckState:
        """Read anew each time: whoever changes it, changes his own."""
        return _decode(self.document)


def encode(state: CheckState) -> bytes:
    """The document."""
    return _encode(state)


def read_state(document: bytes, shared: Shared) -> tuple[CheckState | None, str]:
    """The state, or what can be used of it; with what is wrong, where something is."""
    try:
        state, wrong = usable(_decode(document)), ""
    except Exception as error:  # noqa: BLE001 - whatever is in one document, the other checks go on
        found, wrong = salvage(document), str(error) or type(error).__name__
        if found is None:
            return None, wrong
        state = found
    share(state, shared)
    return state, wrong


def sealed_columns(document: bytes, calm: Calm, definition: str) -> Columns:
    """What is stored beside the document of a calm check."""
    due, deadline = stored_or_none(calm.due), stored_or_none(calm.deadline)
    return str(calm.status), due, deadline, _seal(document, str(calm.status), due, deadline, definition)


def read_sealed(
    document: bytes, columns: tuple[object, ...], definition: str, instants: Instants
) -> Sealed | None:
    """What was sealed; None where the seal is not that of this document and definition."""
    status, due, deadline, seal = columns
    if status not in _STATUS or seal != _seal(document, status, due, deadline, definition):
        return None
    calm = Calm(
        _STATUS[status],
        None if due is None else instants[cast("int", due)],
        None if deadline is None else instants[cast("int", deadline)],
    )
    return Sealed(document, calm)


def _seal(document: bytes, status: object, due: object, deadline: object, definition: str) -> int:
    return crc32(f"{_FORM}|{status}|{due}|{deadline}|{definition}".encode(), crc32(document))
