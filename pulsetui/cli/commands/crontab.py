"""``pulsetui crontab``: judges the jobs of this host, or of files, and makes checks of them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from pulsetui.cli.exit_codes import NOT_OK, OK
from pulsetui.cli.output import json_text, out, talk
from pulsetui.core.text.nearest import nearest
from pulsetui.core.text.phrases import count_text
from pulsetui.errors import UsageError

if TYPE_CHECKING:
    from pulsetui.crontab.findings import Finding

_RANK = {"error": 0, "warning": 1, "note": 2}


def crontab(options: argparse.Namespace) -> int:
    """Does what its action says."""
    options.json = options.format == "json"
    if options.action != "lint" and options.format not in ("text", "json"):
        raise UsageError(f"crontab {options.action} has --format text and json")
    return _ACTIONS[options.action](options)


def lint(options: argparse.Namespace) -> int:
    """0 if there is nothing to say, 1 if there is."""
    from pulsetui.cli.host import read_jobs, world_of
    from pulsetui.crontab.host import ThisHost
    from pulsetui.crontab.lint import lint as judge
    from pulsetui.crontab.places import Places

    ignored = _codes(options.ignore)
    host = ThisHost()
    files, timers = read_jobs(options.files, Places(), host, has_users=True if options.users else None)
    found = judge(files, timers, world_of(options, host))
    shown = [one for one in found if _RANK[one.level] <= _RANK[options.level] and one.code not in ignored]
    _print(shown, options.format)
    if options.format == "text":
        looked = [count_text(len(files), "crontab"), *([count_text(len(timers), "timer")] if timers else [])]
        said = count_text(len(shown), "finding") if shown else "nothing to say"
        talk(f"{' and '.join(looked)}: {said}")
    return NOT_OK if any(one.level != "note" for one in shown) else OK


def _import(options: argparse.Namespace) -> int:
    from pulsetui.cli.commands.crontab_import import import_jobs

    return import_jobs(options)


def _diff(options: argparse.Namespace) -> int:
    from pulsetui.cli.commands.crontab_import import diff_jobs

    return diff_jobs(options)


_ACTIONS: Mapping[str, Callable[[argparse.Namespace], int]] = {"lint": lint, "import": _import, "diff": _diff}


def _codes(given: Sequence[str]) -> frozenset[str]:
    from pulsetui.crontab.lint import RULES

    codes = [code for text in given for code in text.upper().replace(",", " ").split()]
    for code in codes:
        if code not in RULES:
            near = nearest(code.lower(), [known.lower() for known in RULES]).upper()
            raise UsageError(
                f"--ignore {code}: there is no such rule" + (f"; did you mean {near}?" if near else "")
            )
    return frozenset(codes)


def _print(findings: Sequence[Finding], form: str) -> None:
    from pulsetui.crontab import formats

    if form == "json":
        out(json_text([formats.record(one) for one in findings]))
    elif form == "sarif":
        out(json_text(formats.sarif(findings)))
    elif findings:
        out(formats.as_text(findings) if form == "text" else formats.as_github(findings))
