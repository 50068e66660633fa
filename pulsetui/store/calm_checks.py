"""What is stored of calm checks, in columns: of a hundred thousand that are calm, few are looked at.

A row is taken in as it stands if its seal fits (see ``states``). Any other comes out again, to be read.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from itertools import compress
from typing import Any

from pulsetui.core.alike import AlikeChecks
from pulsetui.core.calm import Calm, definition_of
from pulsetui.core.state.status import Status
from pulsetui.store import states
from pulsetui.store.documents import Documents
from pulsetui.store.instant import read, stored
from pulsetui.store.states import Sealed

NEVER = -(2**63)
"""In place of an instant."""

_NOT_HERE = 0
"""In place of an id: those of the database begin at 1."""
_UUID_BYTES = 16


class CalmChecks:
    """By place in ``checks``; mostly they are all of those. Nothing changes once they are taken in: what
    happens to such a check makes another of it, which is kept elsewhere."""

    STATUSES: Sequence[Status] = (Status.UP, Status.NEW, Status.PAUSED)

    def __init__(self, checks: AlikeChecks) -> None:
        room = bytes(8 * len(checks))
        self.checks = checks
        self.documents = Documents()
        self._written = checks.written_uuids()
        self.ids = array("q", room)
        self.statuses = bytearray(len(checks))  # numbers of ``STATUSES``
        self.dues = array("q", [NEVER]) * len(checks)  # microseconds since 1970
        self.deadlines = self.dues[:]
        self._uuids = bytearray(_UUID_BYTES * len(checks))
        self._documents = array("i", room[: 4 * len(checks)])  # numbers of ``documents``

    def take_in(
        self, rows: Iterable[Sequence[Any]], ids: Collection[int] = (), slugs: Iterable[str] = ()
    ) -> list[Sequence[object]]:
        """``rows`` are as ``StateReader`` gets them. Out come those that are not calm as ``checks`` defines
        them, those that a uuid in the file is about, and those with such ``ids`` and ``slugs``. Once."""
        others: list[Sequence[object]] = []
        self.documents.add(self._documents_of(rows, ids, slugs, others))
        return others

    def _documents_of(
        self,
        rows: Iterable[Sequence[Any]],
        ids: Collection[int],
        slugs: Iterable[str],
        others: list[Sequence[object]],
    ) -> Iterator[bytes]:
        written = self._written
        uuids, apart = frozenset(written.values()), {*written, *map(self.checks.places.get, slugs)}
        codes = {str(status): code for code, status in enumerate(self.STATUSES)}
        begins: list[Any] = [states.definition_seal(definition_of(kind)) for kind in self.checks.kinds]
        begins.append(None)  # found under kind -1: a special check is read
        place_of, kind_of = self.checks.places.get, self.checks.kind_of
        seal, from_hex, size, count = states.seal, bytes.fromhex, _UUID_BYTES, 0
        for row in rows:
            check_id, slug, uuid, _, removed, document, status, due, deadline, stored_seal = row
            place = place_of(slug, -1)
            try:
                fits = (
                    removed is None
                    and place >= 0
                    and stored_seal == seal(begins[kind_of[place]], status, due, deadline, document)
                    and place not in apart
                    and uuid not in uuids
                    and check_id not in ids
                    and len(uuid_bytes := from_hex(uuid.replace("-", ""))) == size
                )
                if fits:
                    self.statuses[place] = codes[status]
                    self.dues[place] = NEVER if due is None else due
                    self.deadlines[place] = NEVER if deadline is None else deadline
            except (KeyError, TypeError, ValueError):  # something is not what we store
                fits = False
            if not fits:
                others.append(row)
                continue
            self.ids[place] = check_id
            self._uuids[size * place : size * (place + 1)] = uuid_bytes
            self._documents[place] = count
            count += 1
            yield document

    def takes(self, slug: str) -> bool:
        """Whether such a check would be taken in if it were sealed."""
        place = self.checks.places.get(slug, -1)
        return place >= 0 and self.checks.kind_of[place] >= 0 and place not in self._written

    def __len__(self) -> int:
        return len(self.documents)

    def places(self) -> Iterable[int]:
        return compress(range(len(self.ids)), self.ids)

    def others(self) -> list[str]:
        """Slugs of the checks that are not among these."""
        if len(self) == len(self.ids):
            return []
        return [slug for slug, one in zip(self.checks.slugs, self.ids, strict=True) if one == _NOT_HERE]

    def place(self, slug: str) -> int | None:
        place = self.checks.places.get(slug)
        return None if place is None or self.ids[place] == _NOT_HERE else place

    def place_of_id(self, check_id: int) -> int | None:
        ids, places = self._by_id
        at = bisect_left(ids, check_id)
        return places[at] if at < len(ids) and ids[at] == check_id else None

    @cached_property
    def _by_id(self) -> tuple[array[int], array[int]]:
        """Ids in order, and their places."""
        places = array("i", sorted(self.places(), key=self.ids.__getitem__))
        return array("q", map(self.ids.__getitem__, places)), places

    def place_of_uuid(self, uuid: str) -> int | None:
        """``uuid`` is canonical."""
        wanted, at = _bytes_of(uuid), -1
        if wanted is None:
            return None
        while (at := self._uuids.find(wanted, at + 1)) >= 0:
            place, apart = divmod(at, _UUID_BYTES)
            if not apart and self.ids[place] != _NOT_HERE:
                return place
        return None

    def wakes(self, now: datetime) -> array[int]:
        """As ``Calm.wake``, by place; NEVER also of those that are not among these."""
        instant, paused = stored(now), self.STATUSES.index(Status.PAUSED)
        return array(
            "q",
            [
                due
                if due > instant and code != paused and (deadline == NEVER or due < deadline)
                else deadline
                for due, deadline, code in zip(self.dues, self.deadlines, self.statuses, strict=True)
            ],
        )

    def run_out(self, since: datetime, until: datetime) -> Iterator[int]:
        """Places whose deadline lies in ``(since, until]``."""
        first, last = stored(since), stored(until)
        return (place for place, deadline in enumerate(self.deadlines) if first < deadline <= last)

    def uuid(self, place: int) -> str:
        text = self._uuids[_UUID_BYTES * place : _UUID_BYTES * (place + 1)].hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def calm(self, place: int) -> Calm:
        """Where it stands."""
        due, deadline = self.dues[place], self.deadlines[place]
        return Calm(
            self.STATUSES[self.statuses[place]],
            None if due == NEVER else read(due),
            None if deadline == NEVER else read(deadline),
        )

    def sealed(self, place: int) -> Sealed:
        """The same, with all that is remembered of it."""
        return Sealed(self.documents, self._documents[place], self.calm(place))


def _bytes_of(uuid: str) -> bytes | None:
    """None of a text that is not a uuid."""
    try:
        found = bytes.fromhex(uuid.replace("-", ""))
    except ValueError:
        return None
    return found if len(found) == _UUID_BYTES else None
