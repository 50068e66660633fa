"""What the removal of a check took out of checks.toml, to be put back where it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

_AROUND = (40, 8, 3, 1)
"""How many lines on both sides, or on one, must be unchanged and unique: the more, the surer."""


class Removal(Struct, frozen=True, kw_only=True):
    """Whole lines: ``old`` stood between ``above`` and ``below``, and ``new``, mostly nothing, does since."""

    fields: Mapping[str, object]  # what the check's table meant
    above: tuple[str, ...]
    old: str
    new: str
    below: tuple[str, ...]

    def put_back(self, text: str) -> Iterator[str]:
        """Texts with the old lines back at a place that is still known, the surest first; none when somebody
        has changed all that was around it. Whether one means what it should is for others to judge."""
        if text == "".join(self.above) + self.new + "".join(self.below):
            yield "".join(self.above) + self.old + "".join(self.below)
        for count in _AROUND:
            above, below = "".join(self.above[-count:]), "".join(self.below[:count])
            bare = above.rstrip()  # the gap that was above goes with a neighbour that was the last
            gap = above[len(bare) :]
            for before, lead, after in (
                (above, "", below),
                (above, "", ""),
                ("", "", below),
                (bare, gap, ""),
            ):
                place = before + self.new + after
                if place.strip() and text.count(place) == 1:
                    yield text.replace(place, before + lead + self.old + after)


def removal(before: str, after: str, fields: Mapping[str, object]) -> Removal:
    """What makes ``after`` out of ``before``."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    head = _shared(old, new)
    above, old, new = old[:head], old[head:], new[head:]
    tail = _shared(old[::-1], new[::-1])
    return Removal(
        fields=fields,
        above=tuple(above[-_AROUND[0] :]),
        old="".join(old[: len(old) - tail]),
        new="".join(new[: len(new) - tail]),
        below=tuple(old[len(old) - tail :][: _AROUND[0]]),
    )


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines both begin with."""
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count
