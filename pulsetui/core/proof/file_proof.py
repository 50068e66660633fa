"""What must be seen of a file: ``file:/backup/shop.dump newer 26h, size >= 80% of usual``.

A path with blanks stands in double quotes. The name of the file, not that of a directory, may be a pattern as
in a shell: the newest file that fits is meant. Looking is the caller's: here are only the words, and what
follows from what was seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from pulsetui.core.proof.comparisons import COMPARISONS, usual_of
from pulsetui.core.proof.verdict import MAX_AHEAD, ProofError, ProofOutcome, Verdict
from pulsetui.core.schedule.duration import DurationError, format_duration, parse_duration
from pulsetui.core.text.phrases import span_text

_FORM = re.compile(r'\s*file:(?:"([^"]*)"|([^\s"]+))\s*(.*?)\s*', re.DOTALL)
_NEWER = re.compile(r"newer\s+(?:than\s+)?(\S.*)", re.DOTALL)
_SIZE = re.compile(r"size\s*(>=|<=|>|<)\s*(\d{1,15}(?:\.\d{1,15})?)\s*(%\s*of\s+usual|[A-Za-z]*)", re.ASCII)
FILE_EXAMPLE = "file:/backup/shop.dump newer 26h, size >= 80% of usual"
_PERCENT = 100
_PATTERN = re.compile(r"[*?\[]")
_UNITS = {"": 1, "b": 1} | {
    f"{prefix}{end}": base ** (power + 1)
    for end, base in (("b", 1000), ("ib", 1024))
    for power, prefix in enumerate("kmgt")
}


class SizeClause(Struct, frozen=True):
    """The size compared with ``amount``: bytes, or with ``of_usual`` a share of the usual
    size (1.0 is all)."""

    text: str
    comparison: str
    amount: float
    of_usual: bool = False


class SeenFile(Struct, frozen=True):
    """A file as it was found: its size in bytes, and when it was last written. ``path`` is its own where a
    pattern was looked for."""

    size: int
    modified_at: datetime
    path: str = ""


class FileProof(Struct, frozen=True):
    """One file, and what must hold of it. ``newer`` is the age it may have; ``text`` is as written."""

    text: str
    path: str
    newer: timedelta | None = None
    sizes: tuple[SizeClause, ...] = ()

    @classmethod
    def parse(cls, text: str) -> FileProof:
        """Raises ProofError with a message that shows the form."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise ProofError(f'"{text:.60}" is not a valid proof; write it like "{FILE_EXAMPLE}"')
        path, clauses = match[1] or match[2] or "", match[3]
        if not path.startswith("/") or "\0" in path:
            raise ProofError(f'"{path:.60}" is not an absolute path; write it like "{FILE_EXAMPLE}"')
        if _PATTERN.search(path.rpartition("/")[0]):
            raise ProofError(f'"{path:.60}": only the name of the file may be a pattern, not a directory')
        if not clauses:  # a dump from last year exists as well
            raise ProofError(f'"{text:.60}" does not say what must hold; write it like "{FILE_EXAMPLE}"')
        newer: timedelta | None = None
        sizes: list[SizeClause] = []
        for clause in (" ".join(part.split()) for part in clauses.split(",")):
            if age := _NEWER.fullmatch(clause):
                if newer is not None:
                    raise ProofError(f'"{clause:.60}": "newer" stands twice; keep one of them')
                newer = _age(clause, age[1])
            else:
                sizes.append(_size(clause))
        return cls(text.strip(), path, newer, tuple(sizes))

    @property
    def what(self) -> str:
        """What is looked at, in words."""
        return self.path

    @property
    def runs_program(self) -> bool:
        """Whether to look takes a program."""
        return False

    @property
    def database(self) -> str:
        """Which of ``[prove.databases]`` is asked: none of them."""
        return ""

    @property
    def is_pattern(self) -> bool:
        """Whether its name stands for the newest of several files."""
        return _PATTERN.search(self.path) is not None

    def measure(self, seen: SeenFile | None) -> float | None:
        """What the usual is made of."""
        return None if seen is None else seen.size

    def judge(
        self,
        seen: SeenFile | None,
        usual_sizes: Sequence[float],
        now: datetime,
        ended_at: datetime | None = None,
    ) -> Verdict:
        """What follows from ``seen``, None when there is no such file. ``usual_sizes`` are bytes, of the runs
        that were proven before; ``ended_at`` is when the run ended, if that is not now.

        A share of the usual size holds while too few sizes are known: else the first would never be. What is
        new enough is so at the end of the run: to have been looked at days later makes no file too old.
        """
        if seen is None:
            return Verdict(ProofOutcome.UNMET, f"{self.path} is not there")
        path = seen.path or self.path
        age = now - seen.modified_at
        wrong: list[str] = []
        if self.newer is not None and (ended_at or now) - seen.modified_at > self.newer:
            old = span_text(age.total_seconds())
            wrong.append(f"is {old} old, expected newer than {format_duration(self.newer)}")
        usual = usual_of(usual_sizes)
        wrong += [
            _too_far(clause, seen.size, usual) for clause in self.sizes if _fails(clause, seen.size, usual)
        ]
        if wrong:
            return Verdict(ProofOutcome.UNMET, f"{path} " + "; ".join(wrong))
        span = span_text(age.total_seconds())
        if -age > MAX_AHEAD:
            ahead = f"{path} is dated {span} ahead of this host's clock, {size_text(seen.size)}"
            return Verdict(ProofOutcome.PROVEN if self.newer is None else ProofOutcome.UNPROVABLE, ahead)
        when = "just now" if age < timedelta(seconds=1) else f"{span} ago"
        return Verdict(ProofOutcome.PROVEN, f"{path} was written {when}, {size_text(seen.size)}")


def size_text(size: float) -> str:
    """A size in decimal units: ``512 B``, ``1.5 MB``."""
    for unit, scale in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= scale:
            return f"{size / scale:.1f} {unit}"
    return f"{size:.0f} B"


def _age(clause: str, literal: str) -> timedelta:
    if literal.isascii() and literal.isdigit():  # seconds for others; here nobody means so few
        raise ProofError(f'"{clause:.60}": the age has no unit; write it like newer {literal:.9}h')
    try:
        span = parse_duration(literal)
    except DurationError as error:
        raise ProofError(f'"{clause:.60}": {error}') from None
    if span <= timedelta(0):
        raise ProofError(f'"{clause:.60}": the age must be longer than 0s')
    return span


def _size(clause: str) -> SizeClause:
    match = _SIZE.fullmatch(clause)
    if match is None:
        raise ProofError(
            f'"{clause:.60}" is neither an age nor a size; write "newer 26h", "size >= 10MB" or'
            ' "size >= 80% of usual"'
        )
    comparison, literal, unit = match.groups()
    if unit.startswith("%"):
        return SizeClause(clause, comparison, float(literal) / _PERCENT, of_usual=True)
    if (scale := _UNITS.get(unit.lower())) is None:
        raise ProofError(
            f'"{clause:.60}": "{unit:.20}" is not a unit; write B, kB, MB, GB, TB, KiB, MiB, GiB, TiB'
        )
    return SizeClause(clause, comparison, float(literal) * scale)


def _fails(clause: SizeClause, size: int, usual: float | None) -> bool:
    if clause.of_usual and usual is None:
        return False
    bound = clause.amount * (usual or 0.0) if clause.of_usual else clause.amount
    return not COMPARISONS[clause.comparison](size, bound)


def _too_far(clause: SizeClause, size: int, usual: float | None) -> str:
    known = f" (usual: {size_text(usual)})" if clause.of_usual and usual is not None else ""
    return f"has {size_text(size)}, expected {clause.text}{known}"
