"""Whole commands typed into the palette: ``snooze billing 1h``, ``ack sync looking at it``, ``sort due``.

Pure but for what an offer does when it is chosen: a line goes in, offers come out, the likeliest first. A
line that cannot be understood is an offer as well; it says what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Protocol

from msgspec import Struct

from pulsetui.client.views import CheckView
from pulsetui.core.schedule.duration import DurationError, parse_duration
from pulsetui.core.state.snooze import SnoozeError, snooze_for, snooze_until
from pulsetui.core.state.status import Status
from pulsetui.core.text.nearest import nearest
from pulsetui.core.text.phrases import count_text, instant_text
from pulsetui.tui.base.answers import MAX_NOTE_LENGTH, Known, SnoozeAnswer
from pulsetui.tui.base.situation import Situation
from pulsetui.tui.base.verbs import VERBS, Verb, label_now
from pulsetui.tui.draw.lines import cut, plain
from pulsetui.tui.draw.status import is_acknowledged
from pulsetui.tui.palette.offer import Offer
from pulsetui.tui.palette.targets import NamedChecks, nearest_target, targets_of
from pulsetui.tui.table.order import SortBy, order_words

MAX_OFFERS = 8
_OFF = frozenset({"off", "end", "0"})
_WHEN_WORDS = 3  # at most: "tomorrow 14:00", "1h 30m"


class Does(Protocol):
    """What is done with a line; see ``base.services``."""

    def open_check(self, slug: str, pane: str = "") -> None: ...
    def do(self, verb: str, views: Sequence[CheckView]) -> None: ...
    def snooze(self, views: Sequence[CheckView], tag: str = "") -> None: ...
    def snooze_so(self, answer: SnoozeAnswer) -> None: ...
    def acknowledge_so(self, views: Sequence[CheckView], known: Known) -> None: ...
    def sort_table(self, by: str, *, reverse: bool) -> None: ...


class Moment(Struct, frozen=True):
    """What a line is understood by."""

    checks: Mapping[str, CheckView]
    now: datetime
    zone: tzinfo  # of the person
    connected: bool = True
    sorts: tuple[SortBy, ...] = ()  # what the table can be ordered by; none where it is not in front


def offers_for(line: str, moment: Moment, does: Does) -> list[Offer]:
    """What the line may mean; nothing when it does not begin with one of our words."""
    word, _, rest = line.strip().partition(" ")
    word, rest = word.casefold(), rest.strip()
    if word == "sort":
        return _sorts(rest, moment, does)
    verb = _BY_WORD.get(word)
    if verb is None:
        return []
    if not rest:
        return [Offer(f"{word} …", _FORMS.get(verb.id) or _FORMS[verb.takes], fills=f"{word} ")]
    named, _, more = rest.partition(" ")
    targets = targets_of(named, moment.checks)
    if not targets:
        return [_unknown(word, named, moment.checks)]
    found = [_offer(_Typed(word, verb, target, more.strip()), moment, does) for target in targets]
    # What can be done comes before what cannot.
    return sorted(found, key=lambda offer: offer.run is None)[:MAX_OFFERS]


def _unknown(word: str, named: str, checks: Mapping[str, CheckView]) -> Offer:
    said = f'There is no check and no tag "{cut(plain(named), 40)}"'
    near = nearest_target(named, checks)
    if near:
        return Offer(said, f"did you mean {plain(near)}? Enter takes it", fills=f"{word} {near} ")
    return Offer(said, "type a slug, a name, a tag like tag:billing, or all")


# A verb, a target, and what stands behind it


class _Typed(Struct, frozen=True):
    word: str
    verb: Verb
    target: NamedChecks
    more: str

    @property
    def title(self) -> str:
        return f"{self.word.capitalize()} {self.target.label}"

    @property
    def views(self) -> tuple[CheckView, ...]:
        """Those that it would be done to: a verb that goes either way has a word for each."""
        if len(self.verb.typed) == 1 or self.verb.id in _SPECIAL:
            return self.target.views
        return tuple(
            view
            for view in self.target.views
            if label_now(self.verb, Situation(targets=(view,))) == self.word
        )


def _offer(typed: _Typed, moment: Moment, does: Does) -> Offer:
    verb, target, views = typed.verb, typed.target, typed.views
    if verb.takes == "check" and target.one is None:
        return Offer(typed.title, f"works on one check, and these are {target.about}")
    if not views:
        return Offer(f"There is nothing to {typed.word}", f"{target.label} would stay as it is")
    reason = verb.off(Situation(targets=views, connected=moment.connected, total=len(moment.checks)))
    if reason:
        return Offer(typed.title, reason)
    special = _SPECIAL.get(verb.id)
    if special is not None:
        return special(typed, moment, does)
    about = target.about if len(views) == len(target.views) else f"{len(views)} of {target.about}"
    return Offer(
        typed.title, f"{about}; {verb.help[:1].lower()}{verb.help[1:]}", lambda: does.do(verb.id, views)
    )


def _open(typed: _Typed, moment: Moment, does: Does) -> Offer:
    slug = typed.views[0].slug
    return Offer(typed.title, f"{slug}; its details", lambda: does.open_check(slug))


def _snooze(typed: _Typed, moment: Moment, does: Does) -> Offer:
    target, more = typed.target, typed.more
    if not more:
        views = () if target.everything else target.views
        about = f"{target.about}; asks how long, or type it: 1h, tomorrow 14:00"
        return Offer(f"Snooze {target.label} …", about, lambda: does.snooze(views, target.tag))
    words = more.split()
    if words[0].casefold() in _OFF:
        end = SnoozeAnswer(target.for_snooze(), None, "")
        return Offer(f"End the snooze of {target.label}", target.about, lambda: does.snooze_so(end))
    try:
        until, taken = _end_of(words, moment)
    except SnoozeError as error:
        return Offer(plain(str(error)), "or a length of time like 30m, 1h, 2d; off ends a snooze")
    note = " ".join(words[taken:])[:MAX_NOTE_LENGTH]
    answer = SnoozeAnswer(target.for_snooze(), until, note)
    when = instant_text(until, moment.zone, moment.now).removeprefix("today ")
    about = f"until {when}; {target.about}; {_with_note(note)}"
    return Offer(
        f"Snooze {target.label} for {' '.join(words[:taken])}", about, lambda: does.snooze_so(answer)
    )


def _end_of(words: Sequence[str], moment: Moment) -> tuple[datetime, int]:
    """When the snooze ends, and how many words say so. Raises SnoozeError."""
    first = int(words[0].casefold() == "until" and len(words) > 1)
    error = SnoozeError("")
    for last in range(min(first + _WHEN_WORDS, len(words)), first, -1):
        said = "".join(words[first:last])
        if said.isdecimal():
            error = SnoozeError(f"{said} what? Write {said}m or {said}h")
            continue
        try:
            return _end(" ".join(words[first:last]), moment), last
        except SnoozeError as why:
            error = why
    raise error


def _end(said: str, moment: Moment) -> datetime:
    """Of a length of time or a time of day. Raises SnoozeError."""
    try:
        parse_duration(said)
    except DurationError as error:
        if error.kind == "form":
            return snooze_until(said, moment.now, moment.zone)
    return snooze_for(said, moment.now)


def _acknowledge(typed: _Typed, moment: Moment, does: Does) -> Offer:
    target = typed.target
    views = [view for view in typed.views if view.status is Status.DOWN and not is_acknowledged(view)]
    if not views:
        return Offer("There is nothing to acknowledge", f"{target.label}: acknowledged already")
    note = typed.more[:MAX_NOTE_LENGTH]
    about = f"{count_text(len(views), 'incident')}; {_with_note(note)}"
    return Offer(f"Acknowledge {target.label}", about, lambda: does.acknowledge_so(views, Known(note)))


def _with_note(note: str) -> str:
    return f'note: "{cut(plain(note), 40)}"' if note else "a note may follow"


_BY_WORD: Mapping[str, Verb] = {word: verb for verb in VERBS for word in verb.typed}
_SPECIAL: Mapping[str, Callable[[_Typed, Moment, Does], Offer]] = {
    "open": _open,
    "snooze": _snooze,
    "acknowledge": _acknowledge,
}
_FORMS: Mapping[str, str] = {
    "check": "a check, by its slug or name",
    "checks": "a check, a tag like tag:billing, or all",
    "snooze": "a check, a tag or all, then how long, then a note: snooze billing 1h",
    "acknowledge": "a check, a tag or all, then a note: ack billing looking at it",
}
"""What is typed behind a verb: by its id, or by what it takes."""


# The table's order

_REVERSE = frozenset({"reverse", "reversed", "up"})


def _sorts(rest: str, moment: Moment, does: Does) -> list[Offer]:
    if not moment.sorts:
        return [Offer("The table is not in front", "Esc goes back to it; sort works there")] if rest else []
    words = rest.casefold().split()
    reverse = bool(words) and words[-1] in _REVERSE
    wanted = " ".join(words[:-1] if reverse else words)
    if not wanted:
        return [Offer("sort …", f"by {', '.join(moment.sorts)}: sort due, sort name reverse", fills="sort ")]
    fitting = [by for by in moment.sorts if by.startswith(wanted)]
    fitting = fitting or [by for by in moment.sorts if wanted in by]
    if not fitting:
        near = nearest(wanted, moment.sorts)
        said = f'The table has no column "{cut(plain(wanted), 40)}" here'
        if near:
            return [Offer(said, f"did you mean {near}? Enter takes it", fills=f"sort {near}")]
        return [Offer(said, f"it has {', '.join(moment.sorts)}")]
    return [_sort(by, reverse, does) for by in fitting]


def _sort(by: SortBy, reverse: bool, does: Does) -> Offer:
    more = "" if reverse else "; reverse may follow"
    return Offer(
        f"Sort by {by}",
        f"{order_words(by, reverse=reverse)}{more}",
        lambda: does.sort_table(by, reverse=reverse),
    )
