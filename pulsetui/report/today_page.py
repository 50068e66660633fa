"""The page to read in the morning, as sections of rows: the same on the screen, in a mail, at a login."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Literal

from msgspec import Struct

from pulsetui.client.attention import Attention, attention_of, known_by, why_down
from pulsetui.client.deploys import DeployView, deploy_title, proofs_text
from pulsetui.client.hooks import UNHEARD
from pulsetui.client.status_words import word_for
from pulsetui.client.today import MAX_COMING, Coming, Happened, Today, Untold
from pulsetui.client.views import CheckView, Notice
from pulsetui.core.state.status import Status
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import count_text, instant_text, span_text, until_text

Tone = Literal["down", "calm", "late", "muted", "up", "text"]

MAX_ROWS = 200
"""Of one section."""

_OFTEN = 6
"""A check that still runs more often than so many times is no event of the day: those share a line."""
_TONES: Mapping[str, Tone] = {
    "down": "late",  # it is over
    "failed": "late",
    "odd": "late",
    "unusual": "late",
    "skipped": "muted",
}


class PageRow(Struct, frozen=True, kw_only=True):
    """One line. All text is cleaned."""

    tone: Tone
    name: str
    word: str = ""
    when: str = ""
    text: str = ""
    slug: str = ""  # of the check that it is about; "" for none


class PageSection(Struct, frozen=True, kw_only=True):
    """Rows under a title."""

    title: str
    rows: tuple[PageRow, ...]
    said: str = ""  # in place of rows, or before them


class Page(Struct, frozen=True, kw_only=True):
    """All sections, in the order in which they are to be read."""

    sections: tuple[PageSection, ...]
    wrong: tuple[str, ...]  # slugs of what is down, late or cannot be judged


class PageClock(Struct, frozen=True):
    """On which instants are read."""

    now: datetime
    zone: tzinfo

    def at(self, instant: datetime) -> str:
        return instant_text(instant, self.zone, self.now)


def page(checks: Mapping[str, CheckView], today: Today, notices: Iterable[Notice], clock: PageClock) -> Page:
    """``checks`` and ``notices`` as they are now; ``today`` may be a few moments older."""
    wrong = list(_wrong(checks.values(), today, clock))
    broken = [
        PageRow(
            tone="down" if notice.level == "error" else "late",
            name="PulseTUI",
            word=notice.level,
            text=clean(notice.text, 400),
        )
        for notice in notices
        if notice.level == "error" or notice.key == UNHEARD
    ]
    sections = [
        PageSection(
            title="Wrong now",
            said="" if wrong or broken else "Nothing." if checks else "There are no checks yet.",
            rows=_bounded([*broken, *wrong]),
        ),
        PageSection(
            title=f"Since {clock.at(today.since)}",
            said=_runs(today),
            rows=_bounded([*_unwatched(today, clock), *_happened(today, clock), *_deploys(today, clock)]),
        ),
        _to_come(today, clock),
        PageSection(title="Alerts that did not arrive", said="", rows=tuple(map(_untold, today.untold))),
    ]
    return Page(
        sections=tuple(one for one in sections if one.rows or one.said),
        wrong=tuple(row.slug for row in wrong),
    )


def _bounded(rows: Sequence[PageRow]) -> tuple[PageRow, ...]:
    if len(rows) <= MAX_ROWS:
        return tuple(rows)
    return (*rows[:MAX_ROWS], PageRow(tone="text", name=f"… and {len(rows) - MAX_ROWS} more"))


def _wrong(views: Iterable[CheckView], today: Today, clock: PageClock) -> Iterator[PageRow]:
    """What asks for somebody first, then what somebody knows of, what is late, what cannot be judged."""
    down = [view for view in views if view.status is Status.DOWN]
    for view in sorted(
        down, key=lambda one: (attention_of(one, clock.now) is not Attention.WANTED, one.since)
    ):
        is_wanted = attention_of(view, clock.now) is Attention.WANTED
        yield PageRow(
            tone="down" if is_wanted else "calm",
            name=clean(view.name) or view.slug,
            word=word_for(view.status, view.reason),
            when=f"since {clock.at(view.since)}",
            text=clean("; ".join(filter(None, (why_down(view), _who_knows(view, today, clock))))),
            slug=view.slug,
        )
    for view in views:
        if is_late(view, clock.now) and view.next_ping is not None:
            yield PageRow(
                tone="late",
                name=clean(view.name) or view.slug,
                word=str(Status.LATE),
                when=f"due {clock.at(view.next_ping)}",
                text="" if view.deadline is None else f"overdue from {clock.at(view.deadline)}",
                slug=view.slug,
            )
        elif view.unwatched and view.status not in (Status.DOWN, Status.PAUSED):
            again = "" if view.upcoming is None else f"judged again from {clock.at(view.upcoming)}"
            yield PageRow(
                tone="late",
                name=clean(view.name) or view.slug,
                word="unwatched",
                text=f"its deadline passed while nobody was watching{f'; {again}' if again else ''}",
                slug=view.slug,
            )


def is_late(view: CheckView, now: datetime) -> bool:
    """Whether it is late at ``now``: up or new turns late by the clock alone, before the engine says so."""
    if view.status in (Status.UP, Status.NEW):
        return view.next_ping is not None and not view.unwatched and view.next_ping <= now
    return view.status is Status.LATE


def _who_knows(view: CheckView, today: Today, clock: PageClock) -> str:
    if known := known_by(view.incident):
        return known
    told = today.told.get(view.slug, ())
    told_text = f"told by {', '.join(told)}" if told else "nobody was told"
    if view.snoozed_until is not None and view.snoozed_until > clock.now:
        return f"{told_text}, snoozed until {clock.at(view.snoozed_until)}"
    return told_text


def _runs(today: Today) -> str:
    if not today.runs:
        return "No run has ended."
    bad = today.runs - today.good
    return f"{count_text(today.runs, 'run')}, {'all good' if not bad else f'{today.good} good'}."


def _unwatched(today: Today, clock: PageClock) -> Iterator[PageRow]:
    for since, until, why in today.unwatched:
        yield PageRow(
            tone="late",
            name="PulseTUI",
            word="not watching",
            when=clock.at(since),
            text=clean(f"for {span_text((until - since).total_seconds())}: {why}"),
        )


def _happened(today: Today, clock: PageClock) -> Iterator[PageRow]:
    for one in today.happened:
        yield PageRow(
            tone=_TONES[one.kind],
            name=clean(one.name) or one.slug,
            word=one.word,
            when=clock.at(one.at),
            text=clean("; ".join(filter(None, (*_how_often(one, clock), one.text)))),
            slug=one.slug,
        )


def _how_often(one: Happened, clock: PageClock) -> Iterator[str]:
    if one.kind == "down":
        times = f", {one.count} times" if one.count > 1 else ""
        if one.until is not None:
            yield f"until {clock.at(one.until)}{times}"
    elif one.kind == "failed":
        yield f"{count_text(one.count, 'run')}, and it stayed up"
    elif one.count > 1:
        yield f"{one.count} runs"


def _deploys(today: Today, clock: PageClock) -> Iterator[PageRow]:
    for one in today.deploys:
        yield PageRow(
            tone="down" if one.wrong else "text",
            name="Deploy",
            when=clock.at(one.begun_at),
            text=clean(f"{deploy_title(one, clock.at)}; {_proofs(one)}"),
        )


def _proofs(deploy: DeployView) -> str:
    wrong = ", ".join(job.slug for job in deploy.wrong)
    return f"{proofs_text(deploy)}{f', not good: {wrong}' if wrong else ''}"


def _to_come(today: Today, clock: PageClock) -> PageSection:
    rare = [one for one in today.coming if one.more < _OFTEN]
    often = [one for one in today.coming if one.more >= _OFTEN]
    rows = [_coming(one, clock) for one in rare]
    if often:
        names = ", ".join(clean(one.name) or one.slug for one in often[:5])
        rest = f" and {len(often) - 5} more" if len(often) > 5 else ""
        rows.append(PageRow(tone="muted", name="All the time", text=f"{names}{rest}"))
    title = f"To come until {clock.at(today.until)}"
    return PageSection(title=title, said="" if rows else "Nothing is to run.", rows=_bounded(rows))


def _coming(one: Coming, clock: PageClock) -> PageRow:
    took = f"usually takes {span_text(one.usual_duration)}" if one.usual_duration else ""
    again = f"and {min(one.more, MAX_COMING)} more" if one.more else ""
    return PageRow(
        tone="text",
        name=clean(one.name) or one.slug,
        word=until_text(one.at, clock.now),
        when=clock.at(one.at),
        text="; ".join(filter(None, (again, took))),
        slug=one.slug,
    )


def _untold(one: Untold) -> PageRow:
    parts = []
    if one.lost:
        parts.append(f"{count_text(one.lost, 'alert')} given up")
    if one.waiting:
        parts.append(f"{one.waiting} {'waits' if one.waiting == 1 else 'wait'}")
    return PageRow(
        tone="down",
        name=clean(one.hook),
        word=", ".join(parts),
        text=clean(one.error, 200),
    )
