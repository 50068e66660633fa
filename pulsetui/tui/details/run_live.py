"""What is known of the output of a run that goes on: what it has reported, in the order in which it came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from pulsetui.client.views import PingView, RunView
from pulsetui.core.state.status import Outcome, PingKind
from pulsetui.tui.details.pane import PaneContext
from pulsetui.tui.draw.body_text import body_lines
from pulsetui.tui.draw.lines import Span, plain

MAX_SAYINGS = 1000
"""Of how far it is that are remembered: with one in ten seconds those of some hours."""
MAX_BODIES = 30
"""Of its latest reports that are read."""
_TIME = 10  # cells
_GOING_ON = (
    "This run is still going on. Its output comes with its end, if whatever runs the job sends it",
    "(pulsetui run does). Until then, what the job reports stands here as it comes:",
    "",
)


class Saying(Struct, frozen=True):
    """How far the run was, as it said itself; unsafe text. The engine keeps the newest only: earlier ones are
    those that came while the page was open."""

    at: datetime
    text: str


_NO_END = (
    "The end of this run was never reported, and its output would have come with it. This is what was:",
    "",
)


def goes_on(run: RunView) -> bool:
    """Whether its end is still to come."""
    return run.ended_at is None and run.outcome is Outcome.RUNNING


def has_no_end(run: RunView) -> bool:
    """Whether its end has not been reported, be it still to come or not."""
    return run.ended_at is None and run.outcome in (Outcome.RUNNING, Outcome.HUNG, Outcome.ORPHAN)


def to_read(pings: Sequence[PingView]) -> list[PingView]:
    """The reports of a run whose bodies make up what it has said so far."""
    return [ping for ping in pings if ping.body_size][-MAX_BODIES:]


def live_text(
    run: RunView,
    pings: Sequence[PingView],
    sayings: Iterable[Saying],
    bodies: Mapping[int, bytes],
    context: PaneContext,
) -> list[Span]:
    """What cannot be known yet, and then line by line what is, the newest last."""
    entries: list[tuple[datetime, Sequence[str], str]] = []
    for ping in pings:
        body = bodies.get(ping.n)
        lines = body_lines(body, "text") if body else [plain(ping.body_start)] if ping.body_size else []
        if ping.kind is PingKind.START:
            lines = ["started", *lines]
        if lines:
            entries.append((ping.at, lines, "text"))
    entries += [(saying.at, [plain(saying.text)], "running") for saying in sayings]
    text: list[Span] = [(line, "muted") for line in (_GOING_ON if goes_on(run) else _NO_END)]
    for at, said, style in sorted(entries, key=lambda entry: entry[0]):
        clock = f"{at.astimezone(context.zone):%H:%M:%S}"
        text += [
            (f"{clock if number == 0 else '':<{_TIME}}{line}", style) for number, line in enumerate(said)
        ]
    if not entries:
        text.append(("Nothing yet.", "muted"))
    return text
