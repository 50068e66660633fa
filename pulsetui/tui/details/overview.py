"""The overview: what was missed, the facts, the plots, and the next due instants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest

from msgspec.structs import replace
from rich.cells import cell_len

from pulsetui.client.deploys import PROOF_WORDS, CheckRelease, job_when
from pulsetui.client.status_words import last_proof
from pulsetui.client.views import CheckDetails, CheckView
from pulsetui.core.deploy import Proof
from pulsetui.core.state.status import PingKind
from pulsetui.core.text.phrases import count_text, number_text, span_text
from pulsetui.tui.details.incidents import missed_lines
from pulsetui.tui.details.pane import Drawn, PaneContext, clock_lines, on_clocks
from pulsetui.tui.details.plots import plots
from pulsetui.tui.details.run_model import usual_duration
from pulsetui.tui.details.runs import run_line
from pulsetui.tui.draw.distances import ago, far_off
from pulsetui.tui.draw.heartbeat_bar import bar, caption
from pulsetui.tui.draw.lines import Line, fit, pad, plain, wrap

_LABEL = 15
_WIDE = 100  # from this width there are two columns
_MISSED = 5
_PROPOSALS = 3
_HELD = "\N{NO-BREAK SPACE}"  # ``plain`` leaves none in a text

Fact = tuple[str, str, str]
"""A label, unsafe text, a style."""


def overview(details: CheckDetails, view: CheckView, context: PaneContext) -> Drawn:
    """Two columns where there is room, else one that scrolls: what is wrong first."""
    if context.width >= _WIDE:
        return _two_columns(details, view, context), []
    missed = _missed(view, context)
    blocks = [block.lines() for block in plots(details, view, context, context.width)]
    parts = [missed, *blocks[:1], _facts(details, view, context, context.width), _due(details, view, context)]
    return _stacked([*parts, *blocks[1:]]), []


def _two_columns(details: CheckDetails, view: CheckView, context: PaneContext) -> list[Line]:
    left_width = context.width * 3 // 5
    right_width = context.width - left_width
    left = [(), *_facts(details, view, context, left_width)]
    beside = replace(context, width=right_width)
    right: list[Line] = [(), *_stacked([_missed(view, beside), _due(details, view, beside)])]
    rooms = len(left) - len(right) - 2
    if rooms > 1 and details.runs:
        usual = usual_duration(details)
        right += [(), ((" Latest runs", "title"),)]
        right += [run_line(run, beside, usual, short=True) for run in details.runs[:rooms]]
    lines = _beside(left, right, left_width)
    blocks = plots(details, view, context, left_width - 2)
    if len(blocks) == 1:
        return [*lines, (), *plots(details, view, context, context.width - 1)[0].lines()]
    if len(blocks) > 1:
        narrow = plots(details, view, context, right_width - 1)
        blocks = [narrow[at] if at % 2 else block for at, block in enumerate(blocks)]
    for at in range(0, len(blocks), 2):
        lines.append(())
        pair = blocks[at : at + 2]
        caption_lines = max(len(block.caption) for block in pair)
        sides = [block.lines(caption_lines) for block in pair]
        lines += _beside(sides[0], sides[1] if len(sides) > 1 else [], left_width)
    return lines


def _beside(left: list[Line], right: list[Line], left_width: int) -> list[Line]:
    return [(*fit(one, left_width), *other) for one, other in zip_longest(left, right, fillvalue=())]


def _stacked(parts: list[list[Line]]) -> list[Line]:
    """Blocks below each other with a blank line between."""
    lines: list[Line] = []
    for part in parts:
        if part:
            lines += [(), *part] if lines else part
    return lines


def _facts(details: CheckDetails, view: CheckView, context: PaneContext, width: int) -> list[Line]:
    lines: list[Line] = []
    room = max(width - _LABEL - 4, 12)
    whole = plain(_expression(view))
    if view.history:
        drawn = bar(view.history, min(room, len(view.history) // 2), ascii_only=context.ascii_only)
        lines.append(((" ", "text"), (pad("Recent runs", _LABEL), "muted"), *drawn))
    for label, text, style in (
        *_plan(details, view, context),
        *_learned(view, context),
        *_past(details, view, context),
    ):
        for at, piece in enumerate(_in_lines(plain(text), room, whole)):
            lines.append(((" ", "text"), (pad("" if at else label, _LABEL), "muted"), (piece, style)))
    return lines


def _in_lines(text: str, room: int, whole: str) -> list[str]:
    """Broken at spaces, but at none of ``whole`` if that fits in a line: ``(cron 15 4 * *`` is another
    expression."""
    if cell_len(whole) <= room:
        text = text.replace(whole, whole.replace(" ", _HELD))
    return [piece.replace(_HELD, " ") for piece in wrap(text, room)]


def _expression(view: CheckView) -> str:
    return f"({view.schedule_kind} {view.schedule})"


def _plan(details: CheckDetails, view: CheckView, context: PaneContext) -> Iterator[Fact]:
    """What is asked of the check."""
    if view.history:
        yield "", caption(view.history), "muted"
    if view.desc:
        yield "About", view.desc, "text"
    yield "Schedule", f"{view.schedule_words}  {_expression(view)}", "text"
    for warning in details.schedule_warnings:
        yield "", f"! {warning}", "warning"
    limits = [f"grace {span_text(view.grace)}"]
    if view.max_runtime is not None:
        limits.append(f"max runtime {span_text(view.max_runtime)}")
    yield "Limits", "; ".join(limits), "text"
    expect = details.fields.get("expect")
    if isinstance(expect, list | tuple) and expect:
        yield "Expects", ", ".join(str(item) for item in expect), "text"
    if details.source:
        yield "Source", details.source, "text"
    prove = details.fields.get("prove")
    if isinstance(prove, list | tuple) and prove:
        for at, item in enumerate(prove):
            yield ("" if at else "Proves"), str(item), "text"
    yield "Notifies", ", ".join(view.hooks) or "nobody: no hook is configured", "text"
    if context.info.base_url:
        yield "Ping URL", context.info.ping_url(view.slug, view.uuid), "accent"


def _learned(view: CheckView, context: PaneContext) -> Iterator[Fact]:
    """What could be asked of it besides, by what its runs have been; a key accepts the first."""
    for at, proposal in enumerate(context.learned[:_PROPOSALS]):
        how = "" if at else f"  ({context.accept_key} accepts)"
        yield "" if at else "Learned", proposal.written + how, "accent"
        yield "", proposal.evidence, "muted"
    if (more := len(context.learned) - _PROPOSALS) > 0:
        yield "", f"and {more} more: pulsetui learn {view.slug}", "muted"


def _past(details: CheckDetails, view: CheckView, context: PaneContext) -> Iterator[Fact]:
    """What came of it."""
    now = context.now
    if view.deadline is not None:
        far = (ago if view.deadline < now else far_off)(view.deadline, now)
        yield "Deadline", f"{context.instant(view.deadline)}, {far}", "text"
    if view.last_ping is not None:
        kind = "failure" if view.last_kind is PingKind.FAIL else "success"
        yield (
            "Last ping",
            f"{ago(view.last_ping, now)}, {kind}, {context.instant(view.last_ping)}",
            "text",
        )
    if view.last_metrics:
        said = "  ".join(f"{name} = {number_text(value)}" for name, value in view.last_metrics.items())
        yield "Metrics", said, "text"
    if (release := details.deploy) is not None:
        yield "Release", _release(release, context), _RELEASE_STYLES.get(release.job.proof, "text")
    if proof := last_proof(details.regular_runs):
        yield "Proof", proof, "text"
    if view.last_line:
        yield "Last output", view.last_line, "text"
    yield "Added", f"{context.instant(view.created_at)}, {count_text(view.n_pings, 'ping')}", "muted"


_RELEASE_STYLES: Mapping[Proof, str] = {"failed": "down", "missed": "down", "good": "text"}


def _release(release: CheckRelease, context: PaneContext) -> str:
    """``v42, deployed today 18:20: not yet run, due today 19:00 (in 40m)``."""
    if release.released_at is None:
        return f"{release.release}, deploying since {context.instant(release.begun_at)}"
    job = release.job
    when = job_when(replace(job, detail=""), context.now, context.instant)
    said = PROOF_WORDS[job.proof] + ("" if when == "-" else f", {when}")
    return f"{release.release}, deployed {context.instant(release.released_at)}: {said}"


def _missed(view: CheckView, context: PaneContext) -> list[Line]:
    """What the open incident missed, the newest that the table knows; the incidents pane has them all."""
    incident = view.incident
    if incident is None or not incident.missed:
        return []
    count = incident.missed_count
    title = [(" Missed", "title"), (f"  {count_text(count, 'run')}", "down")]
    lines = missed_lines(title, incident.missed[-_MISSED:][::-1], view, context, indent=1)
    if count > min(len(incident.missed), _MISSED):
        lines.append((("   4 lists all of them", "muted"),))
    return lines


def _due(details: CheckDetails, view: CheckView, context: PaneContext) -> list[Line]:
    if not details.due_next:
        return [((" Never due again.", "muted"),)]
    title = [(" Next due", "title")]
    if view.schedule_kind == "every":
        title.append(("  if it reports now", "muted"))
    far = [far_off(due, context.now) for due in details.due_next]
    rows = on_clocks(details.due_next, far, view, context)
    return clock_lines(title, rows, view, context.width, (" ", "text"))
