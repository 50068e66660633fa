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

__all__ = ["PANES", "Drawn", "Pane", "PaneContext", "PingKey", "RunKey"]

PANES: Sequence[Pane] = (
    Pane("Overview", overview, lambda _: None, ticks=True),
    Pane("Runs", runs, lambda details: len(details.runs)),
    Pane("Pings", pings, lambda details: details.view.n_pings),
    Pane("Incidents", incidents, lambda details: len(details.incidents)),
    Pane("Deliveries", deliveries, lambda details: len(details.deliveries), ticks=True),
)
