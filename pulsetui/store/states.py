"""How the state of a check is stored: a document, and beside it what a start has to know of a calm check.

The document of a calm check is read when something happens to it. That is safe because a *seal* beside it
says that the document is whole, was written by this very version, and for the same definition of the check;
any other is read at once.
"""

from __future__ import annotations

from zlib import crc32

import msgspec
from msgspec import Struct

from pulsetui.core.calm import Calm
from pulsetui.core.state.state import CheckState
from pulsetui.store.documents import Documents
from pulsetui.store.instant import stored_or_none
from pulsetui.store.salvage import salvage, usable
from pulsetui.store.shared import Shared, share
from pulsetui.version import __version__

_decode = msgspec.json.Decoder(CheckState).decode
_encode = msgspec.json.Encoder().encode
_FORM = f"2 {__version__}"
"""Of seals. The version stands for what the fields of a document mean, and for what is calm."""

NOT_CALM = (None, None, None, None)

Columns = tuple[str | None, int | None, int | None, int | None]
"""Status, due, deadline (microseconds since 1970) and seal of a calm check."""


class Sealed(Struct, frozen=True, gc=False):
    """The state of a calm check that nobody has needed yet."""

    documents: Documents
    number: int  # of its own
    calm: Calm

    def state(self) -> CheckState:
        """Read anew each time: whoever changes it, changes his own."""
        return _decode(self.documents[self.number])


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
    status, due, deadline = str(calm.status), stored_or_none(calm.due), stored_or_none(calm.deadline)
    return status, due, deadline, seal(definition_seal(definition), status, due, deadline, document)


def definition_seal(definition: str) -> int:
    """What seals of checks that are defined alike begin with."""
    return crc32(f"{_FORM}|{definition}".encode())


def seal(begin: int, status: object, due: object, deadline: object, document: bytes) -> int:
    return crc32(document, crc32(f"{status}|{due}|{deadline}|".encode(), begin))
