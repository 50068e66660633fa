"""Tables of figures in Markdown: measured, floor of the same run, ratio, bar, and whether the bar is met."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What a figure has to reach; it is about the measured value or about its ratio to the floor."""

    limit: float
    about: Literal["value", "ratio"] = "value"
    least: bool = False  # else the limit is the most

    def met(self, value: float, ratio: float | None) -> bool:
        found = value if self.about == "value" else ratio
        if found is None or math.isnan(found):
            return False
        return found >= self.limit if self.least else found <= self.limit

    def text(self, unit: str) -> str:
        sign = "≥" if self.least else "≤"
        if self.about == "value":
            return f"{sign} {number(self.limit)} {unit}".rstrip()
        return f"{sign} {self.limit:g} × floor"


def most(limit: float) -> Bar:
    return Bar(limit=limit)


def least(limit: float) -> Bar:
    return Bar(limit=limit, least=True)


def ratio_most(limit: float) -> Bar:
    return Bar(limit=limit, about="ratio")


def ratio_least(limit: float) -> Bar:
    return Bar(limit=limit, about="ratio", least=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of a table. ``floor`` is what the bare alternative reached in the same run."""

    what: str
    measured: float
    unit: str = ""
    floor: float | None = None
    bars: tuple[Bar, ...] = ()
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.measured / self.floor if self.floor else None

    @property
    def verdict(self) -> str:
        if not self.bars:
            return ""
        return "yes" if all(bar.met(self.measured, self.ratio) for bar in self.bars) else "**no**"

    def cells(self) -> tuple[str, ...]:
        floor, ratio = self.floor, self.ratio
        return (
            self.what,
            f"{number(self.measured)} {self.unit}".rstrip(),
            "" if floor is None else f"{number(floor)} {self.unit}".rstrip(),
            "" if ratio is None else number(ratio),
            ", ".join(bar.text(self.unit) for bar in self.bars),
            self.verdict,
        )


@dataclass(slots=True)
class Table:
    """The figures of one benchmark; ``floor`` says in words what the floor is."""

    title: str
    floor: str = ""
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(
        self,
        what: str,
        measured: float,
        unit: str = "",
        *,
        floor: float | None = None,
        bars: Sequence[Bar] = (),
    ) -> None:
        self.figures.append(Figure(what=what, measured=measured, unit=unit, floor=floor, bars=tuple(bars)))

    def markdown(self) -> str:
        head = ("figure", "measured", f"floor: {self.floor}" if self.floor else "floor", "ratio", "bar", "ok")
        lines = [f"### {self.title}", ""]
        if self.figures:
            rows: list[tuple[str, ...]] = [head, ("---", "---:", "---:", "---:", "---", "---")]
            rows += [figure.cells() for figure in self.figures]
            lines += ["| " + " | ".join(cells) + " |" for cells in rows]
            lines.append("")
        if self.notes:
            lines += [*(f"- {note}" for note in self.notes), ""]
        return "\n".join(lines)


class Skipped(Exception):  # noqa: N818 - nothing is wrong
    """A benchmark cannot run here; the text says what is missing and how to get it."""


def number(value: float) -> str:
    """Three significant digits, thousands apart: ``12,345``, ``98.7``, ``0.0213``."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "never"
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    if value == int(value):
        return f"{value:.0f}"
    digits = 2 - math.floor(math.log10(abs(value)))
    return f"{value:.{max(digits, 0)}f}"


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that ``percent`` of all values do not exceed; nan of nothing."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * percent / 100) - 1, 0)]
