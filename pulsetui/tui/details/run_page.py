"""The first pane of a run's page: its facts, its metrics against the good run's, and its pings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.cells import cell_len

from pulsetui.client.unusual import unusual_metrics
from pulsetui.client.views import CheckDetails, PingView, RunView
from pulsetui.core.state.status import Outcome
from pulsetui.core.text.phrases import duration_text, number_text, span_text
from pulsetui.tui.details.pane import Drawn, PaneContext, PingKey
from pulsetui.tui.details.pings import ping_line
from pulsetui.tui.details.plots import expectations
from pulsetui.tui.details.run_model import against_usual, host_of, run_notes, usual_duration, usual_metric
from pulsetui.tui.draw.lines import Line, pad, plain, wrap

_LABEL = 12
_MAX_NAME = 32


def run_facts(
    details: CheckDetails, run: RunView, good: RunView | None, pings: Sequence[PingView], context: PaneContext
) -> Drawn:
    """Enter on a ping opens its body."""
    lines: list[Line] = [()]
    room = max(context.width - _LABEL - 2, 12)
    for label, text, style in _facts(details, run, pings, context):
        for at, piece in enumerate(wrap(plain(text), room)):
            lines.append(((" ", "text"), (pad("" if at else label, _LABEL), "muted"), (piece, style)))
    lines += _metrics(details, run, good)
    lines += [
        (),
        ((" Pings", "title"), ("" if pings else "  too old to be listed", "muted")),
    ]
    keys: list[object] = [None] * len(lines)
    lines += [ping_line(ping, context) for ping in pings]
    keys += [PingKey(ping.n) for ping in pings]
    return lines, keys if pings else []


def _facts(
    details: CheckDetails, run: RunView, pings: Sequence[PingView], context: PaneContext
) -> Iterator[tuple[str, str, str]]:
    """Label, unsafe text, style."""
    style = "text" if run.outcome is Outcome.SUCCESS else "warning"
    for at, note in enumerate(run_notes(run)):
        yield ("" if at else "What", note, style)
    if run.proof:
        yield "Proof", run.proof, style
    if run.started_at is not None:
        yield "Started", _exact(run.started_at, context), "text"
    else:
        yield "Started", "unknown: no start ping was sent", "muted"
    if run.ended_at is not None:
        yield "Ended", _exact(run.ended_at, context), "text"
    if run.slot is not None:
        yield "Counts for", f"the {context.instant(run.slot)} slot", "text"
    usual = usual_duration(details)
    if run.duration is not None:
        against = against_usual(run.duration, usual)
        compared = f", usually {duration_text(usual.middle)}" if usual is not None else ""
        percent = f" ({against})" if against not in {"", "usual"} else ""
        yield "Took", f"{duration_text(run.duration)}{compared}{percent}", "text"
    if run.exit_status is not None:
        yield "Exit status", str(run.exit_status), "down" if run.exit_status else "text"
    if run.duration is None and run.started_at is not None and run.outcome is Outcome.RUNNING:
        compared = f", usually {duration_text(usual.middle)}" if usual is not None else ""
        yield "Running", f"{span_text((context.now - run.started_at).total_seconds())}{compared}", "running"
    if run.rid:
        yield "Run id", run.rid, "muted"
    if host := host_of(pings):
        yield "From", host, "text"


def _metrics(details: CheckDetails, run: RunView, good: RunView | None) -> list[Line]:
    """Each metric with the good run's, the usual, and whether it is as expected."""
    before = {} if good is None else good.metrics
    names = list(dict.fromkeys((*run.metrics, *before)))
    if not names:
        return []
    lines: list[Line] = [(), ((" Metrics", "title"),)]
    expected = expectations(details)
    unusual = unusual_metrics(details.runs).get(run.n, {})
    values = {
        name: number_text(run.metrics[name]) if name in run.metrics else "not reported" for name in names
    }
    label = max(_LABEL - 3, *(cell_len(plain(name)) for name in names))
    size = max(map(len, values.values()))
    for name, shown in values.items():
        about = [f"{number_text(before[name])} in the last good run"] if name in before else []
        usual = usual_metric(details, name)
        if usual is not None and name not in unusual:
            about.append(f"usual {number_text(usual.middle)}")
        failures = [one.text for one in expected if one.metric == name and one.failure(run.metrics, None)]
        wrong = f"expected {', '.join(failures)}  " if failures else ""
        if name in unusual:
            about.insert(0, f"far from the usual {number_text(unusual[name])}")
        lines.append(
            (
                (f"  {pad(plain(name), min(label, _MAX_NAME))}  ", "muted"),
                (f"{pad(shown, size)}  ", "down" if failures else "warning" if name in unusual else "strong"),
                (wrong, "down"),
                (", ".join(about), "warning" if name in unusual else "muted"),
            )
        )
    return lines


def _exact(at: datetime, context: PaneContext) -> str:
    """An instant to the second, and the day as it is said."""
    return f"{context.instant(at)}  ({at.astimezone(context.zone):%Y-%m-%d %H:%M:%S %Z})"
