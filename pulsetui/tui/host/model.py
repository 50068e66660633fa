"""The host's jobs as lines: their check, their last start, what does not agree. Pure."""

from __future__ import annotations

from msgspec import Struct

from pulsetui.client.host import HostJobView, HostView
from pulsetui.core.text.phrases import ago_text, count_text, instant_text, until_text
from pulsetui.tui.draw.lines import Line, Span, cut, fit, pad, plain, wrap
from pulsetui.tui.draw.list_columns import ListContext

_NAME, _CHECK, _TIMES = 18, 20, 22
_NARROW = 80
"""On fewer cells the times stay away, on still fewer the last start."""
_VERY_NARROW = 60


class HostJobKey(Struct, frozen=True):
    """Names a job of the list."""

    source: str


def host_title(host: HostView, width: int) -> Line:
    """How many jobs there are, and how many need a person."""
    spans: list[Span] = [(" Host", "title"), (f"  {count_text(len(host.jobs), 'job')}", "text")]
    if wrong := sum(bool(job.trouble) and job.is_monitored for job in host.jobs):
        whose = "its check" if wrong == 1 else "their checks"
        spans += [("  ", "text"), (f" {wrong} not as {whose} ", "chip-down")]
    if silent := sum(not job.is_monitored for job in host.jobs):
        spans.append((f"  {silent} without a check", "late"))
    return tuple(fit(spans, width))


def host_header(width: int) -> Line:
    """The titles of the columns."""
    return tuple(fit([(f"   {_cells('JOB', 'CHECK', 'TIMES', 'STARTED', width)}", "muted")], width))


def _cells(name: str, check: str, times: str, last: str, width: int) -> str:
    shown = [pad(cut(name, _NAME), _NAME), pad(cut(check, _CHECK), _CHECK)]
    if width >= _NARROW:
        shown.append(pad(cut(times, _TIMES), _TIMES))
    if width >= _VERY_NARROW:
        shown.append(last)
    return "  ".join(shown)


def job_line(job: HostJobView, width: int, context: ListContext) -> Line:
    """One job in exactly ``width`` cells: a glyph and a word say how it stands."""
    glyph, letter, style = _mark(job)
    check = plain(job.slug) or ("reports elsewhere" if job.is_monitored else "none")
    last = ago_text(job.last_start, context.now) if job.last_start else "not known"
    text = _cells(plain(job.name) or "?", check, plain(job.times), last, width)
    mark = letter if context.ascii_only else glyph
    return tuple(fit([(" ", "text"), (mark, style), (f" {text}", "text" if job.slug else style)], width))


def _mark(job: HostJobView) -> tuple[str, str, str]:
    if job.trouble and job.is_monitored:
        return "✖", "x", "down"
    if not job.is_monitored:
        return "○", "o", "late"
    return "●", "*", "up"


def host_lines(host: HostView, width: int, context: ListContext) -> tuple[list[Line], list[object]]:
    """What needs a person first, then all jobs; with their keys."""
    lines: list[Line] = []
    for problem in host.problems:
        lines += [((f" {piece}", "warning"),) for piece in wrap(plain(problem), max(width - 2, 10))]
    keys: list[object] = [None] * len(lines)
    for job in host.jobs:
        lines.append(job_line(job, width, context))
        keys.append(HostJobKey(job.source))
    if not host.jobs:
        lines += [((f" {piece}", "text"),) for piece in wrap(_empty(host), max(width - 2, 10))]
        keys += [None] * (len(lines) - len(keys))
    return lines, keys


def _empty(host: HostView) -> str:
    if not host.is_watched:
        return "The host is not looked at: [host] in checks.toml says watch = false."
    if host.looked_at is None:
        return "Nobody has looked at the host yet: that comes within a minute of the engine's start."
    return "No crontab and no timer of this host has a job of yours, as far as this user may read them."


def job_story(job: HostJobView, width: int, context: ListContext) -> list[Line]:
    """The job in full, for the panel under the list."""
    facts: list[Span] = [(f"{plain(job.source)}   {plain(job.times)}", "muted")]
    if job.trouble:
        facts.append((f"{plain(job.trouble)}", "down" if job.is_monitored else "late"))
    if not job.is_monitored:
        facts.append(
            ("pulsetui crontab import makes a check of it, --write puts the report into its line", "text")
        )
    if job.state:
        facts.append((f"The timer is {plain(job.state)}", "text"))
    last = instant_text(job.last_start, context.zone, context.now) if job.last_start else "not known"
    due = f", next {until_text(job.next_start, context.now)}" if job.next_start else ""
    facts.append((f"Last started {last}{due}", "text"))
    head: list[Span] = [(f" {plain(job.name) or '?'}", "strong"), (f"  {plain(job.slug)}", "accent")]
    pieces = [((f"   {piece}", style),) for text, style in facts for piece in wrap(text, max(width - 4, 2))]
    return [tuple(fit(head, width)), *pieces]
