"""Thousands of checks that are mostly alike, in little memory: each is made when somebody asks for it.

Of a hundred thousand checks few are looked at. What many of them have in common, their *kind*, is kept once,
and of each only what is its own.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import force_setattr, replace

from pulsetui.core.state.check import Check


class Own(Struct, frozen=True, array_like=True):
    """What hardly two checks have the same, besides slug and name, and few have at all. As in ``Check``."""

    uuid: str | None = None
    desc: str = ""
    command: str = ""
    runbook: str = ""


NOTHING_OWN = Own()


class AlikeChecks(Mapping[str, Check]):
    """Checks by slug, in the order of their *places*: 0 and on."""

    def __init__(
        self,
        slugs: Sequence[str],
        names: Sequence[str],
        kinds: Sequence[Check],
        kind_of: Sequence[int],
        own: Mapping[int, Own],
    ) -> None:
        """``names`` and ``kind_of`` (numbers of ``kinds``) are by place; ``own``, too, where there is any.
        A check of kind -1 is *special*, like no other: it is only there once it is put in."""
        self.slugs, self.names, self.kinds, self.kind_of, self.own = slugs, names, kinds, kind_of, own
        self.places = dict(zip(slugs, range(len(slugs)), strict=True))
        self._special: Mapping[str, Check] = {}

    def special(self) -> list[str]:
        """Slugs of those that are to be put in."""
        return [slug for slug, number in zip(self.slugs, self.kind_of, strict=True) if number < 0]

    def put_in(self, special: Mapping[str, Check]) -> None:
        self._special = special

    def __getitem__(self, slug: str) -> Check:
        return self.at(self.places[slug])

    def __iter__(self) -> Iterator[str]:
        return iter(self.slugs)

    def __len__(self) -> int:
        return len(self.slugs)

    def __contains__(self, slug: object) -> bool:
        return slug in self.places

    def at(self, place: int) -> Check:
        """The check at a place, made anew each time."""
        number, slug = self.kind_of[place], self.slugs[place]
        if number < 0:
            return self._special[slug]
        check = copy(self.kinds[number])
        force_setattr(check, "slug", slug)
        force_setattr(check, "name", self.names[place])
        if (own := self.own.get(place)) is not None:
            for name in _OWN:
                force_setattr(check, name, getattr(own, name))
        return check

    def written_uuids(self) -> dict[int, str]:
        """By place, those that stand in the file."""
        found = {place: own.uuid for place, own in self.own.items() if own.uuid is not None}
        for slug, check in self._special.items():
            if check.uuid is not None:
                found[self.places[slug]] = check.uuid
        return found

    def where(self, is_wanted: Callable[[Check], bool]) -> Iterator[Check]:
        """As ``checks_where``."""
        wanted = [is_wanted(kind) for kind in self.kinds]
        if not any(wanted) and not self._special:
            return
        for place, number in enumerate(self.kind_of):
            if number >= 0 and wanted[number]:
                yield self.at(place)
            elif number < 0 and (check := self._special.get(self.slugs[place])) and is_wanted(check):
                yield check


_OWN = Own.__struct_fields__
_MAPPINGS = ("alerts", "metrics", "source")
"""Fields that cannot be hashed: two kinds may share one, and are not compared by them."""
_common = attrgetter(
    *(name for name in Check.__struct_fields__ if name not in (*_OWN, *_MAPPINGS, "slug", "name"))
)
_mappings = attrgetter(*_MAPPINGS)


def gathered(checks: Mapping[str, Check]) -> AlikeChecks:
    """The same checks."""
    kinds: dict[object, int] = {}
    templates: list[Check] = []
    kind_of = array("i")
    own: dict[int, Own] = {}
    for place, check in enumerate(checks.values()):
        number = kinds.setdefault((_common(check), *map(id, _mappings(check))), len(kinds))
        if number == len(templates):
            templates.append(check)
        kind_of.append(number)
        its_own = Own(*(getattr(check, name) for name in _OWN))
        if its_own != NOTHING_OWN:
            own[place] = its_own
    nothing = {name: getattr(NOTHING_OWN, name) for name in _OWN}
    bare = [replace(one, slug="", name="", **nothing) for one in templates]
    return AlikeChecks(list(checks), [check.name for check in checks.values()], bare, kind_of, own)


def checks_where(checks: Mapping[str, Check], is_wanted: Callable[[Check], bool]) -> Iterator[Check]:
    """Those of ``checks`` of which ``is_wanted`` is true, in their order. It may ask a check for nothing that
    is its own (slug, name, or a field of ``Own``): of those that are alike it is asked once."""
    if isinstance(checks, AlikeChecks):
        return checks.where(is_wanted)
    return (check for check in checks.values() if is_wanted(check))
