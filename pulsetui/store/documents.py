"""Documents of many checks in little memory: they are alike, so that many together compress to a tenth."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable
from itertools import accumulate, islice

from msgspec import Struct

_TOGETHER = 32
"""Documents of one block: enough to be alike, and few enough to be taken out in no time."""


class _Packed(Struct, frozen=True, gc=False):
    content: bytes


class Documents:
    """By their numbers, in the order in which they are added, from 0 on. Read from any thread."""

    def __init__(self) -> None:
        self._blocks: list[bytes | _Packed] = []
        self._ends = array("I")  # of each document in its block
        self._last: tuple[int, bytes] = (-1, b"")  # the packed block that was opened last

    def __len__(self) -> int:
        return len(self._ends)

    def add(self, documents: Iterable[bytes]) -> None:
        """All that there will be, and nothing after that."""
        together = iter(documents)
        while block := list(islice(together, _TOGETHER)):
            self._blocks.append(b"".join(block))
            self._ends.extend(accumulate(map(len, block)))

    def __getitem__(self, number: int) -> bytes:
        block, within = divmod(number, _TOGETHER)
        begin = self._ends[number - 1] if within else 0
        return self._content(block)[begin : self._ends[number]]

    def _content(self, number: int) -> bytes:
        block = self._blocks[number]
        if not isinstance(block, _Packed):
            return block
        opened, content = self._last
        if opened != number:
            content = zlib.decompress(block.content)
            self._last = number, content
        return content

    def pack(self) -> None:
        """From any thread, while others read."""
        for number, block in enumerate(self._blocks):
            if not isinstance(block, _Packed):
                self._blocks[number] = _Packed(zlib.compress(block, 1))
