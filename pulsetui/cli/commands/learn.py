"""``pulsetui learn``: what could be expected of checks, by what their runs have been."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pulsetui.cli.commands.verbs import print_results
from pulsetui.cli.connect import engine, require_check
from pulsetui.cli.exit_codes import OK
from pulsetui.cli.output import json_text, out, talk, with_progress
from pulsetui.client.client import do_one
from pulsetui.client.commands import edit_and_back
from pulsetui.core.slug import check_slug
from pulsetui.core.text.clean import clean
from pulsetui.report.learned.proposal import Proposal, together, toml_lines
from pulsetui.report.learned.proposals import learned, why_nothing

if TYPE_CHECKING:
    from pulsetui.client.client import EngineClient
    from pulsetui.client.views import CheckDetails, CommandResult

_Found = Sequence[tuple["CheckDetails", Sequence[Proposal]]]


def learn(options: argparse.Namespace) -> int:
    """Exit code 1 when there is no such check, or when something could not be written."""
    slugs = [check_slug(slug) for slug in dict.fromkeys(options.slugs)]
    with engine(options) as client:
        for slug in slugs:
            require_check(slug, client)
        looked_at = with_progress("looking at the runs: check", slugs or list(client.checks()))
        host_tz = client.info().host_tz
        found = [(details, learned(details, host_tz)) for details in map(client.details, looked_at)]
        if not (options.write and options.json):
            _print(found, options)
        return print_results(_accepted(found, client), options) if options.write else OK


def _accepted(found: _Found, client: EngineClient) -> list[CommandResult]:
    results = []
    for details, proposals in found:
        if proposals:
            fields = together(*(one.fields for one in proposals))
            edit, _ = edit_and_back(details.view.slug, details.fields, fields)
            results.append(do_one(client, edit))
    return results


def _print(found: _Found, options: argparse.Namespace) -> None:
    """As tables of checks.toml, with the evidence as comments."""
    if options.json:
        out(json_text({details.view.slug: proposals for details, proposals in found}))
        return
    some = [(details.view.slug, proposals) for details, proposals in found if proposals]
    for at, (slug, proposals) in enumerate(some):
        for line in [*([""] if at else []), f"[checks.{clean(slug)}]", *_lines(proposals)]:
            out(line)
    for details, proposals in found:
        if options.slugs and not proposals:
            talk(f"{clean(details.view.slug)}: nothing to propose: {why_nothing(details)}")
    if not some and not options.slugs:
        talk("nothing to propose for any check")
    if some and not options.write:
        talk("nothing is changed; --write accepts all of it")


def _lines(proposals: Sequence[Proposal]) -> list[str]:
    """Expectations are one key, so that they stand together at the end."""
    floors = [one for one in proposals if "expect" in one.fields]
    lines: list[str] = []
    for one in proposals:
        if one not in floors:
            lines += [f"# {clean(one.evidence, 300)}", *toml_lines(one.fields)]
    lines += [f"# {clean(one.evidence, 300)}" for one in floors]
    return lines + toml_lines(together(*(one.fields for one in floors)))
