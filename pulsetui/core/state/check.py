"""The definition of a check, as configuration gives it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from msgspec import Struct, field

from pulsetui.core.proof.expect import Expectation
from pulsetui.core.proof.proof import Proof
from pulsetui.core.schedule.schedule import Schedule
from pulsetui.core.state.alert_rules import AlertRules
from pulsetui.core.text.metric import Pattern

DEFAULT_GRACE = timedelta(hours=1)
DEFAULT_EARLY = timedelta(seconds=60)
DEFAULT_KEEP_PINGS = 1000

SLUG = re.compile(r"[a-z0-9_-]{1,100}")
"""What a slug may look like (``fullmatch``)."""

NEW_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
"""What a slug looks like that is given now: it begins with no sign, since programs are called with slugs and
take what begins with a dash for an option."""

_UUID_LENGTH = 36


def canonical_uuid(text: str) -> str | None:
    """``text`` as a check keeps its uuid: lower case, with dashes; None if it is not one."""
    if len(text) != _UUID_LENGTH:  # UUID() takes braces, urn: and no dashes, too
        return None
    try:
        return str(UUID(text))
    except ValueError:
        return None


class OnEvent(StrEnum):
    """What an overlap or a duplicate run does: leave a note, or take the check down."""

    NOTE = "note"
    DOWN = "down"


NO_ALERT_RULES: Mapping[str, AlertRules] = MappingProxyType({})
NO_PATTERNS: Mapping[str, Pattern] = MappingProxyType({})
"""One for all checks that search for nothing."""
NO_SOURCE: Mapping[str, str] = MappingProxyType({})


class Check(Struct, frozen=True, kw_only=True, gc=False):
    """A scheduled command that should report. Spans are never negative; ``grace`` and bounds are positive."""

    slug: str
    name: str
    schedule: Schedule
    uuid: str | None = None  # canonical; from the configuration, else the engine gives one and remembers it
    desc: str = ""
    tags: tuple[str, ...] = ()
    hooks: tuple[str, ...] | None = None  # names of hooks; None means all of them
    alerts: Mapping[str, AlertRules] = field(default_factory=lambda: NO_ALERT_RULES)
    # ^ its own rules by the name of a hook; under "" those for all hooks
    depends_on: tuple[str, ...] = ()  # slugs: while one of them is down, nobody is told of this one
    owner: str = ""  # whom to ask
    runbook: str = ""  # where it says what to do
    command: str = ""  # makes up for a missed slot; see core.text.slot_command
    grace: timedelta = DEFAULT_GRACE  # tolerated after due
    early: timedelta = DEFAULT_EARLY  # a report this much before its slot still answers it
    start_grace: timedelta | None = None  # how long after due a start may take
    max_runtime: timedelta | None = None  # a run longer than this hangs; None: grace bounds it
    min_runtime: timedelta | None = None  # a success sooner than this did no work
    min_interval: timedelta | None = None  # a success within this of the last is a duplicate run
    on_overlap: OnEvent = OnEvent.NOTE
    on_duplicate: OnEvent = OnEvent.NOTE
    expect: tuple[Expectation, ...] = ()
    prove: tuple[Proof, ...] = ()  # what the engine looks for after a good run
    metrics: Mapping[str, Pattern] = field(default_factory=lambda: NO_PATTERNS)
    # ^ metric name → pattern searched in the body; its first group is the number
    failures_before_down: int = 1
    skips_before_down: int = 2  # runs skipped in a row; never before the grace of the first is over
    successes_before_up: int = 1
    wait_for_first: bool = False  # nothing is expected before the first report (as in Healthchecks)
    manual_resume: bool = False  # while paused, pings are ignored until somebody resumes
    source: Mapping[str, str] = field(default_factory=lambda: NO_SOURCE)
    # ^ where its schedule was found, and how it stood there; empty for one that a person wrote
    keep_pings: int = DEFAULT_KEEP_PINGS  # how many pings (with their runs) are kept

    @property
    def source_id(self) -> tuple[str, str] | None:
        """Who schedules it, and under which key; None of one that a person wrote."""
        return (self.source["from"], self.source["key"]) if self.source else None
