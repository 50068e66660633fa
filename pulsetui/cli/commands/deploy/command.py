"""``pulsetui deploy --tag shop -- ./deploy.sh``.

The deploy must not notice: it has our standard streams themselves, its signals and its exit code. Whatever
goes wrong with the engine, or with our own options, costs two seconds at most, and the deploy runs.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime

from pulsetui.cli.commands.deploy.teller import DeployTeller, Targets
from pulsetui.cli.commands.deploy.text import deploy_lines
from pulsetui.cli.commands.deploy.wait import wait_for
from pulsetui.cli.connect import engine
from pulsetui.cli.exit_codes import NOT_OK, OK, USAGE
from pulsetui.cli.output import json_text, out, talk
from pulsetui.cli.process.foreground import run_in_foreground
from pulsetui.cli.zones import shown_zone
from pulsetui.client.deploys import DeployView, proofs_text
from pulsetui.core.slug import check_slug
from pulsetui.core.text.printable import printable
from pulsetui.errors import PulseError, UsageError

BEGIN_PATIENCE_S = 0.9
END_PATIENCE_S = 0.9
"""Together less than the two seconds that a deploy may be delayed."""

_MISSING = (
    "what is to be run? Write it after --, as in: pulsetui deploy --tag shop -- ./deploy.sh; or --status"
)


def deploy(options: argparse.Namespace) -> int:
    """``--status``: how each job stands on the newest releases. 1 where one has failed or is overdue."""
    if not options.status:
        raise UsageError(_MISSING)
    wanted = _targets(options, needed=False)
    with engine(options) as client:
        found, now = _newest(client.deploys(limit=50), wanted), client.now()
        where = shown_zone(options, client.info())
    if options.json:
        out(json_text(found))
    elif not found:
        talk("no deploy is known: pulsetui deploy --tag TAG -- COMMAND… runs one")
    else:
        for at, one in enumerate(found):
            for line in ([""] if at else []) + deploy_lines(one, now, where):
                out(line)
    if options.wait and found:
        return wait_for(options, found[0].key, where)
    return NOT_OK if any(one.wrong for one in found) else OK


def run_deploy(arguments: Sequence[str], command: Sequence[str]) -> int:
    """Runs ``command`` as a deploy; ``arguments`` are those before its ``--``. Returns its exit code."""
    teller, options = None, argparse.Namespace(wait=False)
    try:
        options, targets = _asked(arguments, command)
        teller = _told_of_begin(options, targets)
    except UsageError as error:
        talk(f"pulsetui deploy: {error}")
        if not command:
            return USAGE
    except Exception as error:  # noqa: BLE001 - a bug of ours must not become the deploy's failure
        talk(f"pulsetui deploy: {type(error).__name__}: {printable(str(error), 200)}")
    if teller is None:
        talk("pulsetui deploy: the command runs anyway; no alerts are kept back")
        return run_in_foreground(command).exit_code
    code = run_in_foreground(command).exit_code
    try:
        _tell_of_end(teller, code)
        return wait_for(options, teller.key, teller.zone) if options.wait and not code else code
    except PulseError as error:
        talk(f"pulsetui deploy: {printable(str(error), 300)}")
    except Exception as error:  # noqa: BLE001 - the same
        talk(f"pulsetui deploy: {type(error).__name__}: {printable(str(error), 200)}")
    return code or (NOT_OK if options.wait else OK)


def _asked(arguments: Sequence[str], command: Sequence[str]) -> tuple[argparse.Namespace, Targets]:
    from pulsetui.cli import parser

    options = parser.parse(arguments)
    if not command:
        raise UsageError(_MISSING)
    if options.status:
        raise UsageError("--status runs nothing; leave the command out")
    return options, _targets(options, needed=True)


def _told_of_begin(options: argparse.Namespace, targets: Targets) -> DeployTeller:
    teller = DeployTeller(options, targets, datetime.now)
    teller.begin(BEGIN_PATIENCE_S)
    if teller.trouble:
        talk(f"pulsetui deploy: no alerts are kept back: {printable(teller.trouble, 300)}")
    for refused in teller.refused:
        talk(f"pulsetui deploy: {printable(refused, 300)}")
    return teller


def _tell_of_end(teller: DeployTeller, code: int) -> None:
    was_known = not teller.trouble
    teller.end(code, END_PATIENCE_S)
    if (view := teller.view) is None and was_known:
        talk("pulsetui deploy: the engine does not know of its end")
    if view is None:
        return
    for line in (*deploy_lines(view, view.released_at or view.begun_at, teller.zone), proofs_text(view)):
        talk(line)


def _targets(options: argparse.Namespace, *, needed: bool) -> Targets:
    slugs = tuple(check_slug(slug) for slug in dict.fromkeys(options.slugs))
    tags = tuple(dict.fromkeys(options.tags or ()))
    if options.everything and (slugs or tags):
        raise UsageError("--all means every check; it cannot be combined with slugs or --tag")
    if needed and not (slugs or tags or options.everything):
        raise UsageError("new code for which checks? Name slugs, --tag TAG or --all")
    return Targets(slugs, tags, options.everything)


def _newest(deploys: Sequence[DeployView], wanted: Targets) -> list[DeployView]:
    """Of each set of targets the newest; of those that are wanted, if any are."""
    words = {*wanted.slugs, *(f"tag {tag}" for tag in wanted.tags)}
    words |= {"everything"} if wanted.everything else set()
    found: dict[tuple[str, ...], DeployView] = {}
    for one in deploys:
        if not words or words & set(one.targets):
            found.setdefault(one.targets, one)
    return list(found.values())
