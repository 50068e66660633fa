"""What the server allows itself and its clients. Sizes are bytes, times are seconds."""

from __future__ import annotations

from msgspec import Struct

SPARE_DESCRIPTORS = 64


class Limits(Struct, frozen=True, kw_only=True):
    """The bounds of one server. Every one of them is what keeps a hostile or broken client cheap."""

    request_s: float = 10.0  # a whole request, from accept or from its first byte; bytes do not extend it
    idle_s: float = 5.0  # an open connection between two requests
    flush_s: float = 10.0  # a client may take this long to read an answer
    stream_flush_s: float = 30.0  # and this long to read one batch of an event stream
    linger_s: float = 2.0  # reading on after an answer that came before the end of the request
    drain_s: float = 30.0  # and after one that came before the end of a body that was cut
    sweep_s: float = 1.0  # how often deadlines are looked at: their precision
    head: int = 16 * 1024  # request line and header lines, as received
    head_lines: int = 100
    body: int = 64 * 1024 * 1024  # read to its end; of a longer one what came so far is taken
    connections: int = 512  # open at once; the descriptor limit may lower it
    spare_descriptors: int | None = None
    # ^ left to the database, hooks and the screen; None: 64, and of very few the half

    def capacity(self, descriptors: int) -> int:
        """How many connections may be open in a process that may have this many descriptors."""
        spare = self.spare_descriptors
        if spare is None:
            spare = min(SPARE_DESCRIPTORS, descriptors // 2)
        return max(1, min(self.connections, descriptors - spare))
