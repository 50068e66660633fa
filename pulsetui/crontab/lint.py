"""The linter: all rules over all files, by file and line, without what a line asks to ignore."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pulsetui.core.text.nearest import nearest
from pulsetui.crontab.findings import Finding, LintFile, Rule, World, found
from pulsetui.crontab.rules import command, environment, file, monitoring, schedule, several, user
from pulsetui.crontab.rules import timers as timer_rules
from pulsetui.crontab.timers import Timer

NO_RULE = Rule(
    code="PT110",
    level="warning",
    title="A comment ignores a code that does not exist",
    why="Nothing is ignored by it.",
    wrong="0 2 * * * /usr/bin/true # pulsetui: ignore PT999\n",
    right="0 2 * * * /usr/bin/true # pulsetui: ignore PT601\n",
)

GROUPS: Mapping[str, tuple[Rule, ...]] = {
    "The file": (*file.RULES, NO_RULE),
    "Settings": environment.RULES,
    "Times": schedule.RULES,
    "The user": user.RULES,
    "The command": command.RULES,
    "Reports": monitoring.RULES,
    "Several jobs": several.RULES,
    "systemd timers": timer_rules.RULES,
}
"""Every rule, by what it is about."""

RULES: Mapping[str, Rule] = {rule.code: rule for rules in GROUPS.values() for rule in rules}

_OF_ONE_FILE = (file, environment, schedule, user, command, monitoring)
_CODE = re.compile(r"PT[0-9]{3}")


def lint(files: Sequence[LintFile], timers: Sequence[Timer], world: World) -> tuple[Finding, ...]:
    """Everything found, by file and line."""
    order = {
        path: place for place, path in enumerate([each.path for each in files] + [t.path for t in timers])
    }
    ignored = {each.path: _ignored(each) for each in files}
    everything = [
        *(one for each in files for group in _OF_ONE_FILE for one in group.look(each, world)),
        *(one for each in files for one in _unknown_codes(each)),
        *several.look(files, timers, world),
        *timer_rules.look(timers, world),
    ]
    kept = {
        one: None
        for one in everything
        if not {one.code, "ALL"} & ignored.get(one.path, {}).get(one.line, frozenset())
    }
    return tuple(sorted(kept, key=lambda one: (order[one.path], one.line, one.code)))


def _ignored(each: LintFile) -> Mapping[int, frozenset[str]]:
    """For each line the codes that it, or a comment directly above it, asks to ignore."""
    found_codes: dict[int, frozenset[str]] = {}
    above: frozenset[str] = frozenset()
    for line in each.crontab.lines:
        own = frozenset(line.ignored)
        if own or above:
            found_codes[line.number] = own | above
        above = (own | above) if line.kind == "comment" else frozenset()
    return found_codes


def _unknown_codes(each: LintFile) -> Iterator[Finding]:
    for line in each.crontab.lines:
        for code in line.ignored:
            if _CODE.fullmatch(code) and code not in RULES:
                near = nearest(code.lower(), [known.lower() for known in RULES]).upper()
                hint = f"; did you mean {near}?" if near else ""
                yield found(NO_RULE, each, line, f"there is no rule {code}{hint}")
