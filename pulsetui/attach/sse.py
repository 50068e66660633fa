"""Server-sent events from bytes."""

from __future__ import annotations

from collections.abc import Iterator


class EventReader:
    """Takes bytes as they come and gives whole events: name and data. Comments give nothing."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def feed(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        """The events that ``data`` completes."""
        # A long event comes in many pieces: only a piece that may end one is joined and searched.
        self._parts.append(data)
        if b"\n" not in data:
            return
        *blocks, rest = b"".join(self._parts).split(b"\n\n")
        self._parts = [rest]
        for block in blocks:
            name, lines = "message", []
            for line in block.split(b"\n"):
                field, _, value = line.partition(b":")
                value = value.removeprefix(b" ")
                if field == b"event":
                    name = value.decode("ascii", "replace")
                elif field == b"data":
                    lines.append(value)
            if lines:
                yield name, b"\n".join(lines)
