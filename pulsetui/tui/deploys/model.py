"""The deploys as lines: each with the jobs that still have to be good once on it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct

from pulsetui.client.deploys import PROOF_WORDS, DeployView, ReleaseJob, deploy_title, job_when, proofs_text
from pulsetui.core.deploy import Proof
from pulsetui.core.text.phrases import count_text, instant_text
from pulsetui.tui.draw.lines import Line, Span, cut, fit, pad, plain, wrap
from pulsetui.tui.draw.list_columns import ListContext

_STATE = 12
_NAME, _NARROW_NAME = 24, 14
_NARROW = 60
"""On fewer cells names are shorter."""
_EMPTY = (
    "No deploy is known. pulsetui deploy --tag TAG -- COMMAND… runs one: nobody is alerted meanwhile, and"
    " each job is listed here until it has been good once on the new release."
)
_MARKS: Mapping[Proof, tuple[str, str, str]] = MappingProxyType(
    {  # glyph, the same in ASCII, style
        "good": ("●", "*", "up"),
        "failed": ("✖", "x", "down"),
        "missed": ("✖", "x", "down"),
        "running": ("▶", ">", "running"),
        "waiting": ("○", "o", "late"),
        "paused": ("‖", "=", "paused"),
    }
)


class ReleaseJobKey(Struct, frozen=True):
    """Names a job of a deploy in the list."""

    deploy: str
    slug: str


def deploys_title(deploys: Sequence[DeployView], width: int) -> Line:
    """How many jobs still have to be good once on the newest releases, and how many are not."""
    newest = newest_of(deploys)
    spans: list[Span] = [(" Deploys", "title"), (f"  {len(deploys)}", "text")]
    if wrong := sum(len(one.wrong) for one in newest):
        spans += [("  ", "text"), (f" {wrong} failed since ", "chip-down")]
    if pending := sum(len(one.pending) for one in newest):
        spans.append((f"  {count_text(pending, 'job')} not yet run", "late"))
    return tuple(fit(spans, width))


def newest_of(deploys: Sequence[DeployView]) -> Sequence[DeployView]:
    """Of each set of targets the newest: it is what its jobs run."""
    found: dict[tuple[str, ...], DeployView] = {}
    for one in deploys:
        found.setdefault(one.targets, one)
    return list(found.values())


def deploys_header(width: int) -> Line:
    """The titles of the columns."""
    return tuple(
        fit([(f"     {pad('JOB', _name_cells(width))}  {pad('STATE', _STATE)}  WHEN", "muted")], width)
    )


def _name_cells(width: int) -> int:
    return _NAME if width >= _NARROW else _NARROW_NAME


def deploys_lines(
    deploys: Sequence[DeployView], width: int, context: ListContext
) -> tuple[list[Line], list[object]]:
    """Newest first; of one that a later deploy has replaced only the title."""
    if not deploys:
        pieces = wrap(_EMPTY, max(width - 2, 10))
        return [((f" {piece}", "text"),) for piece in pieces], [None] * len(pieces)
    lines: list[Line] = []
    keys: list[object] = []
    current = {one.key for one in newest_of(deploys)}
    for deploy in deploys:
        title = plain(deploy_title(deploy, lambda at: instant_text(at, context.zone, context.now)))
        is_current = deploy.key in current
        lines.append(tuple(fit([(f" {title}", "strong" if is_current else "muted")], width)))
        keys.append(None)
        for job in deploy.jobs if is_current else ():
            lines.append(_job_line(job, width, context))
            keys.append(ReleaseJobKey(deploy.key, job.slug))
    return lines, keys


def _job_line(job: ReleaseJob, width: int, context: ListContext) -> Line:
    glyph, letter, style = _MARKS[job.proof]
    when = plain(job_when(job, context.now, lambda at: instant_text(at, context.zone, context.now)))
    room = _name_cells(width)
    name = pad(cut(plain(job.name) or job.slug, room), room)
    spans: list[Span] = [
        ("   ", "text"),
        (letter if context.ascii_only else glyph, style),
        (f" {name}  ", "text"),
        (pad(PROOF_WORDS[job.proof], _STATE), style),
        (f"  {when}", "muted"),
    ]
    return tuple(fit(spans, width))


def release_story(deploy: DeployView, job: ReleaseJob, width: int, context: ListContext) -> list[Line]:
    """A job in full, for the panel under the list."""
    by = f" by {plain(deploy.by)}" if deploy.by else ""
    facts: list[Span] = [(f"on {plain(deploy.release)}{by}; {proofs_text(deploy)}", "muted")]
    if job.detail:
        facts.append((plain(job.detail), "down"))
    if job.next_due is not None:
        facts.append((f"next due {instant_text(job.next_due, context.zone, context.now)}", "text"))
    head: list[Span] = [(f" {plain(job.name) or job.slug}", "strong"), (f"  {job.slug}", "accent")]
    pieces = [((f"   {piece}", style),) for text, style in facts for piece in wrap(text, max(width - 4, 2))]
    return [tuple(fit(head, width)), *pieces]
