"""``pulsetui snooze``: silences checks, tags or everything; without arguments it lists the snoozes."""

from __future__ import annotations

import argparse
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pulsetui.cli.commands.verbs import print_results
from pulsetui.cli.connect import engine, meant_slug, unknown_tag
from pulsetui.cli.exit_codes import OK
from pulsetui.cli.output import json_text, out, table, talk
from pulsetui.cli.zones import shown_zone
from pulsetui.client.commands import EndSnooze, StartSnooze
from pulsetui.client.user import user_name
from pulsetui.core.slug import check_slug
from pulsetui.core.state.snooze import Snooze, SnoozeError, snooze_for, snooze_until
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import instant_text, until_text
from pulsetui.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulsetui.client.client import EngineClient
    from pulsetui.client.views import CommandResult
    from pulsetui.core.state.snooze import Scope


def snooze(options: argparse.Namespace) -> int:
    """Snoozes, ends snoozes, or lists them. 0 if everything succeeded, 1 if a target was refused."""
    targets = _targets(options)
    for_long = options.span is not None or options.until is not None
    if options.end and (for_long or options.note):
        raise UsageError("--end ends snoozes now; it cannot be combined with --for, --until or --note")
    if options.span is not None and options.until is not None:
        raise UsageError("--for and --until contradict each other; give one of them")
    if not targets:
        if options.end or for_long or options.note:
            raise UsageError("which checks? Name slugs, --tag TAG or --all")
        return _list(options)
    if not options.end and not for_long:
        raise UsageError("for how long? Give --for 1h or --until tomorrow; --end ends a snooze")
    with engine(options) as client:
        zone = shown_zone(options, client.info())
        until = None if options.end else _until(options, client.now(), zone)
        results: list[CommandResult] = []
        for scope, names in targets:
            results += _advised(_ask(client, scope, names, until, options.note, zone), scope, client)
        return print_results(results, options)


def snooze_lines(snoozes: Sequence[Snooze], now: datetime, zone: tzinfo) -> list[str]:
    """A table of what is snoozed, the first to end on top."""
    rows = [
        (
            target_text(one),
            until_text(one.until, now),
            instant_text(one.until, zone, now),
            clean(one.by, 40) or "-",
            clean(one.note, 200),
        )
        for one in sorted(snoozes, key=lambda one: one.until)
    ]
    return table(("SNOOZED", "ENDS", f"UNTIL ({clean(str(zone))})", "BY", "NOTE"), rows)


def target_text(one: Snooze) -> str:
    """``backup-db``, ``tag nightly``, ``everything``."""
    if one.scope == "everything":
        return "everything"
    return clean(one.target, 60) if one.scope == "check" else f"tag {clean(one.target, 60)}"


def _targets(options: argparse.Namespace) -> list[tuple[Scope, list[str]]]:
    slugs = [check_slug(slug) for slug in dict.fromkeys(options.slugs)]
    tags = list(dict.fromkeys(options.tags or []))
    if options.everything and (slugs or tags):
        raise UsageError("--all means every check; it cannot be combined with slugs or --tag")
    targets: list[tuple[Scope, list[str]]] = []
    if slugs:
        targets.append(("check", slugs))
    if tags:
        targets.append(("tag", tags))
    if options.everything:
        targets.append(("everything", []))
    return targets


def _until(options: argparse.Namespace, now: datetime, zone: tzinfo) -> datetime:
    try:
        if options.span is not None:
            return snooze_for(options.span, now)
        return snooze_until(options.until, now, zone)
    except SnoozeError as error:
        name = "--until" if options.span is None else "--for"
        raise UsageError(f"{name} {error}") from None


def _ask(
    client: EngineClient,
    scope: Scope,
    names: Sequence[str],
    until: datetime | None,
    note: str,
    zone: tzinfo,
) -> list[CommandResult]:
    if until is None:
        return client.do(EndSnooze(scope, tuple(names)))
    results = client.do(StartSnooze(scope, tuple(names), until=until, by=user_name(), note=note))
    if any(result.ok for result in results):
        now = client.now()
        talk(
            f"no alerts until {instant_text(until, zone, now)} {clean(str(zone))} ({until_text(until, now)})"
        )
    return results


def _advised(results: Sequence[CommandResult], scope: Scope, client: EngineClient) -> Iterator[CommandResult]:
    """The same; where there is no such check or tag, with what was probably meant."""
    for result in results:
        if result.ok or scope == "everything":
            yield result
        elif scope == "check":
            meant = meant_slug(result.slug, client)
            yield replace(result, message=f"{result.message}; {meant}") if meant else result
        else:
            tags = {tag for view in client.checks().values() for tag in view.tags}
            known = result.slug in tags  # and refused for another reason
            yield result if known else replace(result, message=unknown_tag(result.slug, tags))


def _list(options: argparse.Namespace) -> int:
    with engine(options) as client:
        info, now = client.info(), client.now()
    active = [one for one in info.snoozes if one.until > now]
    if options.json:
        out(json_text(active))
    elif active:
        for line in snooze_lines(active, now, shown_zone(options, info)):
            out(line)
    else:
        talk("nothing is snoozed")
    return OK
