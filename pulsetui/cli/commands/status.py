"""``pulsetui status``: one line for a prompt, a tmux status line or a monitoring system.

What is down wants attention until somebody has acknowledged or snoozed it; from then on it is counted and
named last. The exit code says what is down, silenced or not. An engine that says that something is wrong with
itself (its disk is full, its checks.toml does not parse) is a failure, too.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from pulsetui.cli.connect import engine
from pulsetui.cli.exit_codes import NOT_OK, OK, UNREACHABLE
from pulsetui.cli.output import glyphs, json_text, out, sorted_by_urgency, talk
from pulsetui.cli.zones import shown_zone
from pulsetui.client.attention import Attention, attention_of, is_snoozed
from pulsetui.client.hooks import UNHEARD
from pulsetui.client.status_words import RUNNING, word_for
from pulsetui.core.state.status import Status
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import count_text
from pulsetui.errors import EngineUnreachableError

if TYPE_CHECKING:
    from pulsetui.client.hooks import WatchdogState
    from pulsetui.client.views import CheckView, Notice, RefusedPing

_RECENT = timedelta(days=1)
"""What was refused before is somebody's old mistake."""

_NAMED = 3
"""At most this many checks that are down are named; the others are counted."""


def status(options: argparse.Namespace) -> int:
    """0 if no check is down, 1 if one is, 3 if no engine answers."""
    try:
        with engine(options) as client:
            views = list(client.checks().values())
            now = client.now()
            info = client.info()
            unheard = next((one.text for one in info.notices if _says_unheard(one)), "")
            faults = [one.text for one in info.notices if one.level == "error"]
            refused = [one for one in info.refused if now - one.last_at < _RECENT]
    except EngineUnreachableError as error:
        return _unreachable(options.format, str(error))
    summary = replace(
        summary_of(views, now, faults),
        refused=refused,
        watchdogs=info.watchdogs,
        zone=shown_zone(options, info),
        unheard=unheard,
    )
    say: Mapping[str, Callable[[StatusSummary], str]] = {
        "text": text_line,
        "json": json_line,
        "tmux": tmux_line,
        "nagios": nagios_line,
    }
    out(say[options.format](summary))
    return NOT_OK if summary.down or faults else OK


class StatusSummary(Struct, frozen=True, kw_only=True):
    """How all checks stand at an instant."""

    views: Sequence[CheckView]  # problems first, those that want attention before the others
    now: datetime
    counts: Counter[Status]  # those that nobody watched are in none of them
    unwatched: Sequence[CheckView]  # their last deadline passed while nobody was watching: who knows?
    wanting: Sequence[CheckView]  # attention: down, and nobody has acknowledged or snoozed them
    acknowledged: int  # down, and somebody knows
    snoozed: int  # down and snoozed, and nobody has acknowledged it
    faults: Sequence[str] = ()  # what is wrong with the engine itself; unsafe text
    refused: Sequence[RefusedPing] = ()  # of the last day, a bounded number
    watchdogs: Sequence[WatchdogState] = ()  # whom the engine tells that it is alive
    zone: tzinfo | None = None  # of the instants; None is the host's
    unheard: str = ""  # why nobody would be told of a failure, or of some

    @property
    def down(self) -> Sequence[CheckView]:
        """All that are down, those that want attention first."""
        return self.views[: self.counts[Status.DOWN]]


def summary_of(views: Sequence[CheckView], now: datetime, faults: Sequence[str] = ()) -> StatusSummary:
    """Sorts and counts."""
    asked = {view.slug: attention_of(view, now) for view in views}
    found = Counter(asked.values())
    return StatusSummary(
        views=sorted_by_urgency(sorted(views, key=lambda view: asked[view.slug] in _SILENCED)),
        now=now,
        counts=Counter(view.status for view in views if not _is_unwatched(view)),
        unwatched=[view for view in views if _is_unwatched(view)],
        wanting=[view for view in views if asked[view.slug] is Attention.WANTED],
        acknowledged=found[Attention.ACKNOWLEDGED],
        snoozed=found[Attention.SNOOZED],
        faults=faults,
    )


def text_line(summary: StatusSummary) -> str:
    """``2 down (1 acknowledged), 1 late, 40 up: Sync invoices overdue, Backup failed (acknowledged)``. What
    nobody watched is counted and named: it may be up, or not."""
    fault = f"! {_fault(summary)}; " if summary.faults else ""
    more = _refused(summary) + _watchdogs(summary) + _unheard(summary)
    if not summary.views:
        return f"{fault}no checks{more}"
    counted = [
        f"{count} {status}{_silenced_text(summary) if status is Status.DOWN else ''}"
        for status in _ORDER
        if (count := summary.counts[status])
    ]
    if summary.unwatched:
        counted.insert(
            sum(summary.counts[status] > 0 for status in _TROUBLE), f"{len(summary.unwatched)} unwatched"
        )
    said = ", ".join(counted)
    troubled = [view for view in summary.views if view.status in _TROUBLE or _is_unwatched(view)]
    named = f": {_names(troubled, summary.now)}" if troubled else ""
    return f"{fault}{said}{named}{more}"


def json_line(summary: StatusSummary) -> str:
    """Counts and the checks that are down or late. ``loud`` are those down that are neither acknowledged nor
    snoozed; ``snoozed`` counts whatever the status."""
    views, now = summary.views, summary.now
    value = {
        "ok": not summary.down and not summary.faults,
        "checks": len(views),
        "counts": {str(status): summary.counts[status] for status in Status},
        "running": sum(view.is_running for view in views),
        "loud": len(summary.wanting),
        "acknowledged": summary.acknowledged,
        "snoozed": sum(is_snoozed(view, now) for view in views),
        "down": [_brief(view, now) for view in summary.down],
        "late": [_brief(view, now) for view in views if view.status is Status.LATE],
        "unwatched": [_brief(view, now) for view in summary.unwatched],
        "refused": list(summary.refused),
        "faults": list(summary.faults),
        "watchdogs": list(summary.watchdogs),
        "unheard": summary.unheard,
    }
    return json_text(value)


def tmux_line(summary: StatusSummary) -> str:
    """A piece of a tmux status line: ``#[fg=red,bold]✖ backup +1#[default] #[fg=yellow]◐ 1#[default]``; what
    is silenced is a dim count behind those that want attention."""
    shown, counts, wanting = glyphs(), summary.counts, summary.wanting
    parts = []
    if summary.faults:
        parts.append(f"#[fg=red,bold]! {_fault(summary, 60).replace('#', '##')}#[default]")
    if wanting:
        more = f" +{len(wanting) - 1}" if len(wanting) > 1 else ""
        name = clean(wanting[0].name, 30).replace("#", "##")  # or tmux would obey what a name holds
        parts.append(f"#[fg=red,bold]{shown[Status.DOWN]} {name}{more}#[default]")
    if silenced := len(summary.down) - len(wanting):
        parts.append(f"#[dim]{shown[Status.DOWN]} {silenced}#[default]")
    if counts[Status.LATE]:
        parts.append(f"#[fg=yellow]{shown[Status.LATE]} {counts[Status.LATE]}#[default]")
    if counts[Status.UP] and not wanting and not summary.faults:
        parts.append(f"#[fg=green]{shown[Status.UP]} {counts[Status.UP]}#[default]")
    if summary.unwatched:
        parts.append(f"? {len(summary.unwatched)}")
    running = sum(view.is_running for view in summary.views)
    if running:
        parts.append(f"{shown[RUNNING]} {running}")
    return " ".join(parts) or f"{shown[Status.NEW]} {len(summary.views)}"


def nagios_line(summary: StatusSummary) -> str:
    """A plugin's line with performance data. The exit codes stay ours: 1 is down, 3 unreachable."""
    counts = {
        **{str(status): summary.counts[status] for status in _ORDER},
        "unwatched": len(summary.unwatched),
    }
    data = " ".join(f"{word}={count}" for word, count in counts.items())
    total = count_text(len(summary.views), "check")
    if down := summary.down:
        level = "CRITICAL" if summary.wanting else "WARNING"
        silenced = _silenced_text(summary)
        said = f"{level} - {len(down)} of {total} down{silenced}: {_names(down, summary.now)}"
    else:
        said = f"OK - {total}, none down"
        if summary.unwatched:
            names = _names(summary.unwatched, summary.now)
            said = f"WARNING - {total}, none down, {len(summary.unwatched)} unwatched: {names}"
    if summary.faults:
        said = f"CRITICAL - {_fault(summary)}; {said}"
    return f"PULSETUI {said.replace('|', '/')} | {data}"


def _refused(summary: StatusSummary) -> str:
    """``; pings refused: sync-invoces 4x (did you mean sync-invoices?), last Fri 05:28 from …``, or ""."""
    if not summary.refused:
        return ""
    from pulsetui.client.refused import refused_words

    named = "; ".join(clean(refused_words(one, summary.zone)) for one in summary.refused[:_NAMED])
    left = len(summary.refused) - _NAMED
    return f"; pings refused: {named}" + (f"; and {count_text(left, 'other name')}" if left > 0 else "")


def _watchdogs(summary: StatusSummary) -> str:
    """``; watchdog other not told: other refuses connections``, or ""."""
    return "".join(
        f"; watchdog {clean(one.name, 40)} not told: {clean(one.silent or one.error, 200)}"
        for one in summary.watchdogs[:_NAMED]
        if one.silent or one.failures
    )


def _says_unheard(notice: Notice) -> bool:
    """Not the hint that without a screen nobody would be told, while there is one."""
    return notice.key == UNHEARD and notice.level == "warning"


def _unheard(summary: StatusSummary) -> str:
    """``; nobody would be told of a failure: hook terminal needs an open screen``, or ""."""
    text = clean(summary.unheard, 200).removesuffix(".")
    return f"; {text[0].lower()}{text[1:]}" if text else ""


def _fault(summary: StatusSummary, limit: int = 200) -> str:
    """The first thing that is wrong with the engine, on one line, without a full stop: more follows."""
    more = f" (and {len(summary.faults) - 1} more)" if len(summary.faults) > 1 else ""
    return clean(summary.faults[0].partition("\n")[0], limit).rstrip(".") + more


_SILENCED = (Attention.ACKNOWLEDGED, Attention.SNOOZED)
_TROUBLE = (Status.DOWN, Status.LATE)
_ORDER = (Status.DOWN, Status.LATE, Status.NEW, Status.UP, Status.PAUSED)


def _is_unwatched(view: CheckView) -> bool:
    return view.unwatched and view.status in (Status.UP, Status.LATE, Status.NEW)


def _silenced_text(summary: StatusSummary) -> str:
    """`` (1 acknowledged, 2 snoozed)``, or nothing."""
    words = ((summary.acknowledged, "acknowledged"), (summary.snoozed, "snoozed"))
    said = ", ".join(f"{count} {word}" for count, word in words if count)
    return f" ({said})" if said else ""


def _names(views: Sequence[CheckView], now: datetime) -> str:
    named = [f"{clean(view.name, 40)} {_word(view)}{_silenced_word(view, now)}" for view in views[:_NAMED]]
    left = len(views) - len(named)
    return ", ".join(named) + (f" and {left} more" if left else "")


def _word(view: CheckView) -> str:
    return "unwatched" if _is_unwatched(view) else word_for(view.status, view.reason)


def _silenced_word(view: CheckView, now: datetime) -> str:
    if view.acknowledged:
        return " (acknowledged)"
    return " (snoozed)" if attention_of(view, now) is Attention.SNOOZED else ""


def _brief(view: CheckView, now: datetime) -> dict[str, object]:
    return {
        "slug": view.slug,
        "name": view.name,
        "reason": view.reason,
        "detail": view.detail,
        "since": view.since,
        "next_ping": view.next_ping,
        "acknowledged": view.acknowledged,
        "snoozed_until": view.snoozed_until if is_snoozed(view, now) else None,
    }


def _unreachable(form: str, why: str) -> int:
    """What shows only standard output must show it; text is for people and says it on standard error."""
    if form == "tmux":
        out("#[fg=red]? no engine#[default]")
    elif form == "nagios":
        out("PULSETUI UNKNOWN - no engine answers")
    elif form == "json":
        out(json_text({"ok": False, "error": why}))
    talk(f"pulsetui status: {clean(why)}")
    return UNREACHABLE
