"""``pulsetui hooks replay``: what the rules in checks.toml would have told of what happened."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import groupby
from pathlib import Path

from pulsetui.cli.connect import engine, unknown_tag
from pulsetui.cli.exit_codes import OK
from pulsetui.cli.output import json_text, out, talk, with_progress
from pulsetui.cli.times import read_past
from pulsetui.cli.zones import shown_zone
from pulsetui.client.client import EngineClient
from pulsetui.client.hook_words import rules_text
from pulsetui.client.status_words import SAYS_DOWN, word_for
from pulsetui.client.views import CheckDetails
from pulsetui.config.file.load import load_config
from pulsetui.config.model import Config
from pulsetui.config.paths import absolute
from pulsetui.core.schedule.english import ordinal
from pulsetui.core.state.check import Check
from pulsetui.core.state.status import Status
from pulsetui.core.text.clean import clean
from pulsetui.core.text.nearest import nearest
from pulsetui.core.text.phrases import count_text
from pulsetui.errors import UnknownCheckError, UsageError
from pulsetui.hooks.registry import VALIDATORS
from pulsetui.report.replay import Kept, Past, Replay, WouldTell, by_hook, replay

_SINCE = "7d"
_TOGETHER = 5
"""More than this many at once become one line, as they become one message."""
_NAMED = 6
_FLIPS_KNOWN = 100
"""So many the engine tells of one check."""


def replay_hooks(options: argparse.Namespace) -> int:
    """Always 0: it judges nothing."""
    if options.names:
        raise UsageError("a replay is about all hooks; narrow it down with --check SLUG or --tag TAG")
    with engine(options) as client:
        now, zone = client.now(), shown_zone(options, client.info())
        since = read_past("--since", options.since or _SINCE, zone, now)
        until = now if options.until is None else read_past("--until", options.until, zone, now)
        if since >= until:
            raise UsageError("--since is not before --until")
        config = _config(client, options)
        wanted = _wanted(config.checks.values(), options)
        past = _past(client, config, wanted)
        made = replay(past, config.alerting, since, until)
    shown = Replay(
        told=[one for one in made.told if one.slug in wanted],
        kept=[one for one in made.kept if one.slug in wanted],
        cut=made.cut,
    )
    if options.format == "json":
        out(json_text(shown))
    else:
        if lines := replay_lines(shown, config, zone):
            out(f"{_when(since, zone)} to {_when(until, zone)} ({clean(str(zone))})")
        for line in lines:
            out(line)
        if not shown.told:
            talk("nobody would have been told of anything")
    talk("snoozes of that time are not known, and are left out")
    for one in past:
        if len(one.flips) >= _FLIPS_KNOWN and one.flips[0].at > since:
            slug, first = clean(one.check.slug), _when(one.flips[0].at, zone)
            talk(f"of {slug} no more than its last {_FLIPS_KNOWN} changes are known, from {first} on")
    if made.cut:
        talk("there was too much for one replay: what came last is left out. Take a later --since")
    return OK


def _config(client: EngineClient, options: argparse.Namespace) -> Config:
    """As checks.toml is now, whether the engine runs by it already or not. Raises ConfigError."""
    path = options.config or client.info().config_path
    return load_config(absolute(path) if options.config else Path(path), VALIDATORS)


def _wanted(checks: Iterable[Check], options: argparse.Namespace) -> Mapping[str, Check]:
    known = {check.slug: check for check in checks}
    if options.check is not None:
        if options.check not in known:
            near = nearest(options.check, known)
            advice = f'; did you mean "{near}"?' if near else ""
            raise UnknownCheckError(f'there is no check "{clean(options.check, 60)}"{advice}')
        return {options.check: known[options.check]}
    if options.tag is None:
        return known
    tagged = {slug: check for slug, check in known.items() if options.tag in check.tags}
    if not tagged:
        raise UsageError(unknown_tag(options.tag, (tag for check in known.values() for tag in check.tags)))
    return tagged


def _past(client: EngineClient, config: Config, wanted: Mapping[str, Check]) -> list[Past]:
    """Of these checks and those that they depend on, as far as the engine knows them."""
    slugs = dict.fromkeys(wanted)
    waiting = list(slugs)
    while waiting:
        for parent in config.checks[waiting.pop()].depends_on:
            if parent in config.checks and parent not in slugs:
                slugs[parent] = None
                waiting.append(parent)
    known = client.checks()
    asked = [slug for slug in slugs if slug in known]
    told = with_progress("looking at what happened: check", asked)
    return [past_of(config.checks[slug], client.details(slug)) for slug in told]


def past_of(check: Check, details: CheckDetails) -> Past:
    """What the engine keeps of a check, for a replay."""
    known = [one.acknowledged_at for one in reversed(details.incidents) if one.acknowledged_at is not None]
    return Past(check=check, flips=details.flips[::-1], acknowledged=known)


def replay_lines(made: Replay, config: Config, zone: tzinfo) -> list[str]:
    """A time line for each hook, and what nobody was told of."""
    lines: list[str] = []
    for hook, told in by_hook(made.told).items():
        rules = config.alerting.hooks.get(hook)
        said = f" ({rules_text(rules)})" if rules is not None else ""
        lines += [f"{clean(hook)}{said}: {count_text(len(told), 'alert')}", *_time_line(told, zone), ""]
    if made.kept:
        lines.append("Held back when it began:")
        lines += [f"  {_when(one.at, zone)}  {clean(one.name, 60)}: {_why(one)}" for one in made.kept]
    return lines


def _time_line(told: Sequence[WouldTell], zone: tzinfo) -> list[str]:
    lines = []
    for at, group in groupby(told, lambda one: one.at - timedelta(0, one.at.second, one.at.microsecond)):
        together = list(group)
        if len(together) > _TOGETHER:
            lines.append(f"  {_when(at, zone)}  {_digest(together)}")
        else:
            lines += [f"  {_when(one.at, zone)}  {_said(one)}" for one in together]
    return lines


def _digest(told: Sequence[WouldTell]) -> str:
    names = list(dict.fromkeys(clean(one.name, 60) for one in told))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    words = {_what(one) for one in told}
    what = words.pop() if len(words) == 1 else "change"
    return f"{count_text(len(names), 'check')} {what}: {', '.join(names[:_NAMED])}{more}"


def _said(one: WouldTell) -> str:
    name = clean(one.name, 60)
    match one.what:
        case "down":
            return f"{name} {_says(one)}"
        case "worse":
            return f"{name} is still down, and now {_says(one)}"
        case "reminder":
            return f"{name} is still down: {ordinal(one.reminder)} reminder"
        case "up":
            return f"{name} is up again"
        case "flaps":
            return f"{name} keeps going down and coming up"
        case "acknowledged":
            return f"{name} was acknowledged"


def _says(one: WouldTell) -> str:
    """As the alert itself does."""
    return "is down" if one.reason is None else SAYS_DOWN[one.reason]


def _what(one: WouldTell) -> str:
    if one.what in ("down", "worse"):
        return word_for(Status.DOWN, one.reason)
    return {"up": "up again", "reminder": "still down", "flaps": "flapping"}.get(one.what, one.what)


def _why(one: Kept) -> str:
    return clean(one.why, 200)


def _when(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%a %d %b %H:%M")
