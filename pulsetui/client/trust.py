"""How far checks can be trusted, as values: what was expected on each day, and what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import asdict

from pulsetui.errors import CommandError

MAX_ASKED = 10
"""Checks that an engine counts in one go: whoever asks for more can then say how far it is."""


class Counts(Struct, frozen=True, kw_only=True):
    """What became of the scheduled instants of a span. All but ``twice`` add up to ``expected``."""

    good: int = 0
    failed: int = 0  # the last run for the instant failed, hung, or was never heard of again
    late: int = 0  # good, but after the deadline: it was overdue before
    missed: int = 0  # no run at all
    zero_work: int = 0  # it ended well, but too soon or not as ``expect`` asks
    skipped: int = 0  # it did nothing, on purpose
    not_watched: int = 0  # nobody listened
    unknown: int = 0  # nothing is on record: it was paused, or had other times
    twice: int = 0  # runs that came too soon after another one, or while it went on

    @property
    def expected(self) -> int:
        return (
            self.good
            + self.failed
            + self.late
            + self.missed
            + self.zero_work
            + self.skipped
            + self.not_watched
            + self.unknown
        )

    @property
    def reliable(self) -> int | None:
        """Percent of what could be judged that was good, rounded down: 100 means all. None without any."""
        judged = self.good + self.failed + self.late + self.missed + self.zero_work
        return self.good * 100 // judged if judged else None


class TrustDay(Struct, frozen=True, kw_only=True):
    """One day on the check's own wall clock on which something was expected."""

    day: date
    counts: Counts


class TrustRow(Struct, frozen=True, kw_only=True):
    """One check."""

    slug: str
    name: str
    tz: str
    known_from: datetime | None  # what was before is not counted; None when all since ``since`` is known
    days: tuple[TrustDay, ...]  # oldest first

    @property
    def total(self) -> Counts:
        """All its days together."""
        return summed_up(day.counts for day in self.days)


def summed_up(counts: Iterable[Counts]) -> Counts:
    """All of them together."""
    total: dict[str, int] = defaultdict(int)
    for one in counts:
        for name, value in asdict(one).items():
            total[name] += value
    return Counts(**total)


def check_asked(slugs: Sequence[str]) -> None:
    """Raises CommandError for too many: if some were left out, nothing would seem to be wrong with them."""
    if len(slugs) > MAX_ASKED:
        raise CommandError(f"slugs: at most {MAX_ASKED} at a time, got {len(slugs)}")


def in_parts(slugs: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many at a time as one ``EngineClient.trust`` takes."""
    return (slugs[at : at + MAX_ASKED] for at in range(0, len(slugs), MAX_ASKED))
