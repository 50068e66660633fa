"""Which checks one word of a typed command means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from heapq import nlargest
from itertools import takewhile

from msgspec import Struct

from pulsetui.client.views import CheckView
from pulsetui.core.text.nearest import nearest
from pulsetui.core.text.phrases import count_text
from pulsetui.tui.base.answers import SnoozeTarget
from pulsetui.tui.draw.lines import cut, name_of, plain

MAX_TARGETS = 8
"""Of each kind that are offered; with more one types another letter."""
EVERYTHING = frozenset({"all", "everything"})
_TAG = "tag:"
_NEAREST_AMONG = 1000
"""Names that are compared letter by letter: those that begin most like what was typed."""


class NamedChecks(Struct, frozen=True):
    """Checks that one word names."""

    label: str
    views: tuple[CheckView, ...]
    tag: str = ""
    everything: bool = False

    @property
    def one(self) -> CheckView | None:
        """The check, where a single one was named and not a group that happens to have one."""
        return self.views[0] if not self.tag and not self.everything else None

    @property
    def about(self) -> str:
        """Its slug, or how many there are."""
        return self.one.slug if self.one is not None else count_text(len(self.views), "check")

    def for_snooze(self) -> SnoozeTarget:
        """The same for a snooze, which holds a tag or everything as such: what is added later, too."""
        if self.everything:
            return SnoozeTarget("everything", (), "everything")
        if self.tag:
            return SnoozeTarget("tag", (self.tag,), self.label)
        return SnoozeTarget("check", tuple(view.slug for view in self.views), self.label)


def targets_of(word: str, checks: Mapping[str, CheckView]) -> list[NamedChecks]:
    """The checks and tags that a word names: exactly, or else by their beginning, or else by some part. A
    check stands before a tag of the same name, and both before everything."""
    wanted = word.casefold()
    only_tag = wanted.startswith(_TAG)
    wanted = wanted.removeprefix(_TAG)
    if not wanted:
        return []
    tags = tags_of(checks)
    tests: tuple[Callable[[str], bool], ...] = (
        lambda text: text == wanted,
        lambda text: text.startswith(wanted),
        lambda text: wanted in text,
    )
    every = (
        [NamedChecks("everything", tuple(checks.values()), everything=True)] if wanted in EVERYTHING else []
    )
    for fits in tests:
        views = [] if only_tag else [view for view in checks.values() if _named(view, fits)]
        found = [NamedChecks(f'"{cut(name_of(view), 40)}"', (view,)) for view in views[:MAX_TARGETS]]
        # Bounded before their checks are looked for: with a thousand tags that would hold up a key.
        fitting = [tag for tag in tags if fits(tag.casefold())][:MAX_TARGETS]
        found += [_tag(tag, checks.values()) for tag in fitting]
        if found or every:
            return [*found, *(every if not only_tag else [])]
    return []


def tags_of(checks: Mapping[str, CheckView]) -> list[str]:
    """Every tag that a check has."""
    return sorted({tag for view in checks.values() for tag in view.tags})


def nearest_target(word: str, checks: Mapping[str, CheckView]) -> str:
    """The slug or tag that was probably meant by a word that names nothing; "" if none is near."""
    wanted = word.casefold().removeprefix(_TAG)
    known = [*checks, *tags_of(checks)]
    if len(known) > _NEAREST_AMONG:  # among ten thousand it would hold up a key
        known = nlargest(_NEAREST_AMONG, known, key=lambda name: _begins_alike(name, wanted))
    return nearest(wanted, known)


def _begins_alike(name: str, wanted: str) -> int:
    """How many letters at their beginning are the same."""
    pairs = zip(name, wanted, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _named(view: CheckView, fits: Callable[[str], bool]) -> bool:
    return fits(view.slug) or fits(view.name.casefold())


def _tag(tag: str, views: Iterable[CheckView]) -> NamedChecks:
    return NamedChecks(f"tag {plain(tag)}", tuple(view for view in views if tag in view.tags), tag=tag)
