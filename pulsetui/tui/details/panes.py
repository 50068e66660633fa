"""The panes of the details screen as pure functions: details in, lines out.

Lists are bounded by the engine; each line is cut to its cells by the widget that draws it.
"""

from __future__ import annotations

from collections.abc import Sequence

from pulsetui.tui.details.deliveries import deliveries
from pulsetui.tui.details.incidents import incidents
from pulsetui.tui.details.overview import overview
from pulsetui.tui.details.pane import Drawn, Pane, PaneContext, PingKey, RunKey
from pulsetui.tui.details.pings import pings
from pulsetui.tui.details.runs import runs
from pulsetui.tui.draw.lines import Line, Span, width_of

__all__ = ["PANES", "Drawn", "Pane", "PaneContext", "PingKey", "RunKey", "tab_line"]

PANES: Sequence[Pane] = (
    Pane("Overview", overview, lambda _: None, ticks=True),
    Pane("Runs", runs, lambda details: len(details.runs)),
    Pane("Pings", pings, lambda details: details.view.n_pings),
    Pane("Incidents", incidents, lambda details: len(details.incidents)),
    Pane("Deliveries", deliveries, lambda details: len(details.deliveries), ticks=True),
)


def tab_line(on: int, counts: Sequence[int | None], width: int) -> Line:
    """The panes with how many entries each has. In fewer cells the others than ``on`` lose their counts,
    then all but the first letter, then that too: their keys always stay."""
    lines = [_tabs(on, counts, others) for others in ("counted", "named", "letters", "keys")]
    return next((line for line in lines if width_of(line) <= width), lines[-1])


def _tabs(on: int, counts: Sequence[int | None], others: str) -> Line:
    spans: list[Span] = [(" ", "text")]
    for n, (pane, count) in enumerate(zip(PANES, counts, strict=True)):
        title = {"letters": f" {pane.title[0]}", "keys": ""}.get(others, f" {pane.title}")
        if n == on or others == "counted":
            title = f" {pane.title}" + ("" if count is None else f" {count}")
        if n == on:
            spans.append((f"[{n + 1}{title}]", "head-sorted"))
        else:
            spans.append((f" {n + 1}{title}" + ("" if others == "letters" else " "), "muted"))
        spans.append((" ", "text"))
    return tuple(spans)
