"""What one page says in the morning, as values: what happened, what is to come, what nobody was told of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from pulsetui.client.deploys import DeployView

MAX_COMING = 100
"""Runs of one check that are counted ahead."""


class Happened(Struct, frozen=True, kw_only=True):
    """Something that happened to one check and is over; what happened to it several times is one of them."""

    slug: str
    name: str  # unsafe text, as is ``text``
    kind: Literal["down", "failed", "odd", "skipped", "unusual"]
    # ^ it was down; a run failed and took nothing down; one run too many; it did nothing; a strange metric
    word: str  # "overdue", "failed", "ran twice", "skipped", "unusual"
    count: int
    at: datetime  # of what was down the first begin, else the last time
    until: datetime | None  # when it was down no longer
    text: str  # what was wrong, and who knew of it; "" when nothing is known


class Coming(Struct, frozen=True, kw_only=True):
    """A check that is to run."""

    slug: str
    name: str  # unsafe text
    at: datetime
    more: int  # runs after that one, until the end of what was asked for; ``MAX_COMING`` at most
    usual_duration: float | None  # seconds


class Untold(Struct, frozen=True, kw_only=True):
    """A hook whose alerts did not arrive."""

    hook: str  # unsafe text, as is ``error``
    lost: int  # alerts that are not tried again
    waiting: int  # alerts that wait because it fails or is paused
    error: str


class Today(Struct, frozen=True, kw_only=True):
    """From ``since`` until now, and on until ``until``. What is wrong now, the views of the checks say."""

    since: datetime
    until: datetime
    runs: int  # that ended and are still on record
    good: int  # of those
    happened: tuple[Happened, ...]  # the worst kind first, then by time
    told: Mapping[str, tuple[str, ...]]  # by slug of what is down now: the hooks that have said so
    deploys: tuple[DeployView, ...]
    unwatched: tuple[tuple[datetime, datetime, str], ...]  # since, until, why
    coming: tuple[Coming, ...]  # the next first
    untold: tuple[Untold, ...]
