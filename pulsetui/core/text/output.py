"""What a job printed, of which only so much is kept: its beginning and its end.

It imports nothing, since ``pulsetui ping`` and ``pulsetui run`` start inside cron jobs.
"""

from __future__ import annotations

KEPT = 100_000
"""Bytes of an output that are stored and shown (contract)."""

SEARCHED = 1_500_000
"""Bytes of its end that are searched for numbers: a summary stands there, and may be one long line."""


_OF_NUMBERS = b"0123456789.,+-eE"

_ROOM = 1000
"""Bytes for the word on what was left out, so that a receiver with the same bounds has all of it."""

_SLACK = 200_000
"""Bytes that may gather before the end is cut again."""


def shortened(whole: bytes, *, keeps_end: bool) -> bytes:
    """The beginning or the end, at most ``KEPT`` bytes; no number at the cut looks whole that is not."""
    if len(whole) <= KEPT:
        return whole
    return whole[-KEPT:].lstrip(_OF_NUMBERS) if keeps_end else whole[:KEPT].rstrip(_OF_NUMBERS)


class Output:
    """Collects an output as it comes: its ``head``, and the end of what follows."""

    __slots__ = ("__weakref__", "_head", "_kept", "_later", "_searched", "size")

    def __init__(self, whole: bytes = b"", *, kept: int = KEPT, searched: int = SEARCHED) -> None:
        """Bounds of head and end in bytes."""
        self.size = 0
        self._head = bytearray()
        self._later = bytearray()  # the end of what follows the head, and somewhat more
        self._kept = kept
        self._searched = searched
        if whole:
            self.add(whole)

    def add(self, chunk: bytes) -> None:
        """What came next."""
        self.size += len(chunk)
        room = self._kept - len(self._head)
        if room > 0:
            self._head += chunk[:room]
            chunk = chunk[room:]
        if chunk and self._searched:
            self._later += chunk[-self._searched :]
            if len(self._later) > self._searched + _SLACK:
                del self._later[: -self._searched]

    def keep_end(self, searched: int = SEARCHED) -> None:
        """Keeps an end from now on; before anything of it has come."""
        self._searched = searched

    def cut(self) -> None:
        """What would still come is not known: a number at the end may be half of one and is dropped."""
        for part in (self._later, self._head):
            if part:
                whole = len(part)
                part[:] = part.rstrip(_OF_NUMBERS)
                self.size -= whole - len(part)
                return

    @property
    def head(self) -> bytes:
        """The beginning."""
        return bytes(self._head)

    @property
    def rest(self) -> bytes:
        """The end of what followed the head: all of it when nothing was ``skipped``."""
        return bytes(self._later[-self._searched :]) if self._searched else b""

    @property
    def skipped(self) -> int:
        """Bytes between head and rest that were dropped."""
        return self.size - len(self._head) - min(len(self._later), self._searched)

    def joined(self) -> bytes:
        """Head and rest; where something was dropped between them a line says so, and no number beside it
        looks whole that is not."""
        if not self.skipped:
            return self.head + self.rest
        head, rest = self.head.rstrip(_OF_NUMBERS), self.rest[_ROOM:].lstrip(_OF_NUMBERS)
        left_out = self.size - len(head) - len(rest)
        return b"%b\n[... %d bytes were left out here ...]\n%b" % (head, left_out, rest)

    @property
    def end(self) -> bytes:
        """The last ``KEPT`` bytes, without half a number at their beginning."""
        return shortened(self.rest if self.skipped else self.head + self.rest, keeps_end=True)
