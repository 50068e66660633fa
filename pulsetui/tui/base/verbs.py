"""Every verb of the screen in one table: the keys, the hint line, the palette and the help read it.

A verb is done by the screen that offers it (``PulseScreen.own_verbs``), or else by the app
(``PulseApp.verbs_for``). One that cannot be done now says why: ``off`` answers with the reason, and the key
then shows it instead of being silent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct
from textual.binding import Binding, BindingType

from pulsetui.core.state.status import Status
from pulsetui.tui.base.situation import (
    Off,
    Situation,
    needs_check,
    needs_check_and_engine,
    needs_check_if_any,
    needs_engine,
    needs_line,
    needs_no_several,
    needs_notice,
    needs_one_check,
    needs_one_down,
    needs_some_check,
    needs_something_done,
)
from pulsetui.tui.draw.status import is_acknowledged


class Verb(Struct, frozen=True, kw_only=True):
    """One thing to do. ``on`` names the screens that offer it: "home", "details", "timeline", "incidents",
    "hooks", "trust", "today", "wall", "any"."""

    id: str
    keys: str  # as Textual spells them, comma between several
    label: str  # one or two words, for the hint line
    help: str  # a sentence without a full stop
    on: frozenset[str]
    off: Off = lambda _: ""
    key_shown: str = ""
    typed: tuple[str, ...] = ()  # words for it in the palette; of several, each for what label_now calls so
    takes: Literal["check", "checks"] = "check"  # what is typed behind the word


_HOME = frozenset({"home"})
_CHECK = frozenset({"home", "details"})
_TIMELINE = frozenset({"timeline"})
_TRUST = frozenset({"trust"})
_TODAY = frozenset({"today"})
_OVER = frozenset({"timeline", "incidents", "trust"}) | _TODAY
_HOOKS = frozenset({"hooks"})
_WALL = frozenset({"wall"})
_ANY = _CHECK | _OVER | _HOOKS | {"any"}

VERBS: tuple[Verb, ...] = (
    Verb(
        id="open",
        keys="enter",
        label="details",
        help="Show details of the check",
        on=_HOME | _OVER,
        off=needs_line,
        key_shown="Enter",
        typed=("open",),
    ),
    Verb(
        id="acknowledge",
        keys="a",
        label="ack",
        help="Acknowledge the incident: the row loses its alarm colour, reminders stop",
        on=_CHECK | _OVER,
        off=needs_one_down,
        typed=("ack", "acknowledge"),
        takes="checks",
    ),
    Verb(
        id="snooze",
        keys="z",
        label="snooze",
        help="Silence alerts for the check, a tag or everything, for a while",
        on=_CHECK,
        off=needs_engine,
        typed=("snooze",),
        takes="checks",
    ),
    Verb(
        id="pause",
        keys="p",
        label="pause",
        help="Pause the check, or resume it",
        on=_CHECK,
        off=needs_check_and_engine,
        typed=("pause", "resume"),
        takes="checks",
    ),
    Verb(
        id="filter",
        keys="/",
        label="filter",
        help="Filter as you type: words, tag:billing, status:down, -name:test",
        on=_HOME,
    ),
    Verb(
        id="search",
        keys="/",
        label="filter",
        help="Filter as you type: words of the check, the reason, the note; open, resolved",
        on=frozenset({"incidents"}),
    ),
    Verb(
        id="timeline",
        keys="t",
        label="timeline",
        help="Show when all checks ran, missed a run and will run, on one time axis",
        on=_CHECK | _TODAY | {"incidents", "trust"},
        typed=("timeline",),
    ),
    Verb(
        id="incidents",
        keys="i",
        label="incidents",
        help="List the incidents of all checks: open ones, then resolved ones",
        on=_CHECK | _TODAY | {"timeline", "trust"},
    ),
    Verb(
        id="trust",
        keys="R",
        label="trust",
        help="Count day by day what was expected of each check, and what became of it",
        on=_CHECK | _TODAY | {"timeline", "incidents"},
    ),
    Verb(
        id="today",
        keys="M",
        label="today",
        help="Read the page for the morning: what is wrong, what happened overnight, what is to come",
        on=_CHECK | {"timeline", "incidents", "trust"},
    ),
    Verb(
        id="wall",
        keys="W",
        label="wall",
        help="Show the wallboard: how all checks stand, to be read across a room",
        on=_CHECK | _OVER,
    ),
    Verb(
        id="closer",
        keys="plus,equals_sign",
        label="closer",
        help="Show less time in more detail",
        on=_TIMELINE | _TRUST | _TODAY,
        key_shown="+",
    ),
    Verb(
        id="wider",
        keys="minus,underscore",
        label="wider",
        help="Show more time",
        on=_TIMELINE | _TRUST | _TODAY,
        key_shown="-",
    ),
    Verb(id="now", keys="0,t", label="now", help="Back to now, and follow it", on=_TIMELINE, key_shown="0"),
    Verb(
        id="export",
        keys="e",
        label="export",
        help="Write a report of the incident to a Markdown file",
        on=frozenset({"incidents"}),
        off=needs_check,
    ),
    Verb(id="new", keys="n", label="new", help="Add a check", on=_CHECK, off=needs_engine),
    Verb(
        id="edit",
        keys="e",
        label="edit",
        help="Edit the check",
        on=_CHECK,
        off=needs_one_check,
        typed=("edit",),
    ),
    Verb(
        id="file",
        keys="E",
        label="checks.toml",
        help="Open checks.toml in $EDITOR, at the check",
        on=_CHECK,
        typed=("file",),
    ),
    Verb(
        id="accept",
        keys="A",
        label="accept",
        help="Accept what was learned from the runs: the first that stands under Learned",
        on=frozenset({"details"}),
        off=needs_check_and_engine,
    ),
    Verb(
        id="delete",
        keys="d",
        label="delete",
        help="Delete the check (asks first)",
        on=_CHECK,
        off=needs_one_check,
        typed=("delete",),
    ),
    Verb(
        id="copy",
        keys="y",
        label="copy",
        help="Copy the curl line, the crontab line, the ping URL or the slug",
        on=_CHECK,
        off=needs_check_if_any,
        typed=("copy",),
    ),
    Verb(
        id="ways",
        keys="w",
        label="ways",
        help="Show ways to ping: crontab, systemd, Django, Celery, Kubernetes, …, ready to copy",
        on=_CHECK,
        typed=("ways",),
    ),
    Verb(
        id="actions",
        keys="!",
        label="actions",
        help="List what [actions] in checks.toml puts at hand for the check: log in, read a log, run again",
        on=_CHECK | _OVER,
        off=needs_no_several,
    ),
    Verb(
        id="undo",
        keys="u",
        label="undo",
        help="Undo the last pause, acknowledgement, snooze, deletion or acceptance",
        on=_CHECK,
        off=needs_something_done,
    ),
    Verb(
        id="mark",
        keys="space",
        label="mark",
        help="Mark the check, to pause, acknowledge or snooze several at once",
        on=_HOME,
        off=needs_line,
        key_shown="Space",
    ),
    Verb(id="sort", keys="s", label="sort", help="Sort by the next column", on=_HOME),
    Verb(id="reverse", keys="S", label="reverse", help="Reverse the sort order", on=_HOME),
    Verb(
        id="order",
        keys="O",
        label="sort by",
        help="Sort by a column of your choice, by its letter: n name, d due; N and D the other way round",
        on=_HOME,
    ),
    Verb(
        id="group",
        keys="b",
        label="by tag",
        help="Group the rows by their first tag, or ungroup them",
        on=_HOME,
        off=needs_some_check,
    ),
    Verb(
        id="problem",
        keys="J",
        label="next problem",
        help="Go to the next check that is down and nobody has acknowledged, also in a folded group",
        on=_HOME,
        off=needs_some_check,
    ),
    Verb(
        id="follow",
        keys="f",
        label="follow",
        help="Follow the check under the cursor when it moves, or keep the list where it is",
        on=_HOME,
    ),
    Verb(
        id="beside",
        keys="o",
        label="beside",
        help="Show the details of the check beside the table, below it, or nowhere",
        on=_HOME,
    ),
    Verb(
        id="larger",
        keys="greater_than_sign",
        label="larger",
        help="Give the details beside or below the table more room",
        on=_HOME,
        key_shown=">",
    ),
    Verb(
        id="smaller",
        keys="less_than_sign",
        label="smaller",
        help="Give the details beside or below the table less room",
        on=_HOME,
        key_shown="<",
    ),
    Verb(
        id="dismiss", keys="x", label="dismiss", help="Dismiss the notice on top", on=_HOME, off=needs_notice
    ),
    Verb(id="notices", keys="N", label="notices", help="Show all notices in full", on=_HOME),
    Verb(id="log", keys="L", label="log", help="Show the engine's log", on=_CHECK),
    Verb(
        id="hooks",
        keys="H",
        label="hooks",
        help="Show what notifies people: how it is doing, tests and drills",
        on=_CHECK | _OVER,
    ),
    Verb(
        id="host",
        keys="C",
        label="host",
        help="Show the crontabs and timers of the engine's host, and the check of each job",
        on=_CHECK | _OVER,
    ),
    Verb(
        id="deploys",
        keys="D",
        label="deploys",
        help="Show the deploys, and which jobs have not been good since",
        on=_CHECK | _OVER,
    ),
    Verb(id="test", keys="t", label="test", help="Send a test by this hook", on=_HOOKS, off=needs_engine),
    Verb(
        id="hold",
        keys="p",
        label="pause",
        help="Pause the hook, so that its alerts wait, or resume it",
        on=_HOOKS,
        off=needs_engine,
    ),
    Verb(
        id="drill",
        keys="d",
        label="drill",
        help="Tell of a miss that did not happen by every hook, and see who reacts",
        on=_HOOKS,
        off=needs_engine,
    ),
    Verb(
        id="react",
        keys="a",
        label="ack drill",
        help="Acknowledge the drill that is going on",
        on=_HOOKS,
        off=needs_engine,
    ),
    Verb(id="theme", keys="T", label="theme", help="Choose the colours", on=_ANY),
    Verb(
        id="zone",
        keys="Z",
        label="zone",
        help="Say all times in another zone: that of checks.toml, of this host, or UTC",
        on=_ANY | _WALL,
    ),
    Verb(
        id="palette",
        keys="colon",
        label="commands",
        help="Find any command and any check by name, or type a whole one: snooze billing 1h",
        on=_ANY,
        key_shown=":",
    ),
    Verb(id="help", keys="?", label="help", help="Show the keys that work here", on=_ANY),
    Verb(id="back", keys="escape", label="back", help="Go back one step", on=_ANY | _WALL, key_shown="Esc"),
    Verb(id="quit", keys="q", label="quit", help="Close this screen", on=_ANY | _WALL),
)
BY_ID = {verb.id: verb for verb in VERBS}
CLEARS_FIRST = "Clear the filter; without one, go back one step"
_HELP_THERE: Mapping[tuple[str, str], str] = {
    ("home", "back"): "Clear the filter, then the marks, then the view",
    ("home", "quit"): "Quit; where the engine runs in this screen, asks whether to keep watching",
    ("incidents", "back"): CLEARS_FIRST,
    ("today", "closer"): "Begin later, with last evening at the latest",
    ("today", "wider"): "Begin some days earlier",
    ("trust", "closer"): "Show fewer days",
    ("trust", "wider"): "Show more days",
}
"""What a verb does on one kind of screen, where that is something of its own."""


def verbs_on(scope: str) -> Sequence[Verb]:
    """The verbs that a kind of screen offers."""
    return [verb for verb in VERBS if scope in verb.on]


def bindings_on(scope: str, *, back: str = "") -> list[BindingType]:
    """Their keys for ``Screen.BINDINGS``; the ids are what a user's key table names. ``back`` says what
    going back does on this screen."""
    told = {verb.id: _HELP_THERE.get((scope, verb.id), verb.help) for verb in verbs_on(scope)}
    if back:
        told["back"] = back
    return [
        Binding(
            verb.keys,
            f"verb('{verb.id}')",
            verb.label.capitalize(),
            id=f"check.{verb.id}",
            key_display=verb.key_shown or None,
            tooltip=told[verb.id],
        )
        for verb in verbs_on(scope)
    ]


def label_now(verb: Verb, situation: Situation) -> str:
    """The label for what the verb would do to these checks: pausing a paused check resumes it."""
    targets = situation.targets
    if verb.id == "open" and situation.heading:
        return "fold"
    if verb.id == "back" and situation.back:
        return situation.back
    if verb.id == "pause" and targets and all(view.status is Status.PAUSED for view in targets):
        return "resume"
    if verb.id == "acknowledge" and targets and all(is_acknowledged(view) for view in targets):
        return "un-ack"
    return verb.label


def key_of(verb: Verb) -> str:
    """The key as a person reads it."""
    return verb.key_shown or verb.keys
