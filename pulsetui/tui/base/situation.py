"""What decides whether a verb can be done, and the reasons why it cannot."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from pulsetui.client.views import CheckView
from pulsetui.core.state.status import Status


class Situation(Struct, frozen=True, kw_only=True):
    """What decides whether a verb can be done."""

    targets: tuple[CheckView, ...]  # the marked checks, else the one under the cursor
    connected: bool = True
    undo: str = ""  # what would be undone
    notices: int = 0
    total: int = 0  # all checks
    heading: bool = False  # the cursor is on a heading, not on a check
    back: str = ""  # what going back a step does first, in a word or two: "clear" for a filter


Off = Callable[[Situation], str]
"""Answers with the reason, "" where it can be done."""


def needs_check(situation: Situation) -> str:
    if situation.targets:
        return ""
    if situation.heading:
        return "The cursor is on a heading: Space marks all of its checks"
    return "There is no check under the cursor"


def needs_line(situation: Situation) -> str:
    return "" if situation.heading else needs_check(situation)


def needs_engine(situation: Situation) -> str:
    if not situation.connected:
        return "The engine cannot be reached: nothing can be changed until it answers again"
    return ""


def needs_check_and_engine(situation: Situation) -> str:
    return needs_check(situation) or needs_engine(situation)


def needs_no_several(situation: Situation) -> str:
    if len(situation.targets) > 1:
        return "Several checks are marked: this works on one check at a time (Space removes a mark)"
    return ""


def needs_one_check(situation: Situation) -> str:
    return needs_no_several(situation) or needs_check_and_engine(situation)


def needs_one_down(situation: Situation) -> str:
    if problem := needs_check_and_engine(situation):
        return problem
    if not any(view.status is Status.DOWN for view in situation.targets):
        names = "It is" if len(situation.targets) == 1 else "They are"
        return f"{names} not down: there is nothing to acknowledge"
    return ""


def needs_check_if_any(situation: Situation) -> str:
    # Where there is no check yet, a line to begin with stands there to be copied.
    return needs_check(situation) if situation.total else ""


def needs_some_check(situation: Situation) -> str:
    return "" if situation.total else "There are no checks to group"


def needs_something_done(situation: Situation) -> str:
    return needs_engine(situation) if situation.undo else "There is nothing to undo"


def needs_notice(situation: Situation) -> str:
    return "" if situation.notices else "There are no notices"
