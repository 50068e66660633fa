"""The part of docs/crontab.md that lists the rules. Written anew with: python -m tests.docs.crontab_rules"""

from __future__ import annotations

from pathlib import Path

from pulsetui.crontab.findings import Rule
from pulsetui.crontab.lint import GROUPS

PAGE = Path(__file__).parents[2] / "docs" / "crontab.md"
BEGIN = "<!-- rules: written by python -m tests.docs.crontab_rules -->\n"
END = "<!-- end of the rules -->\n"
_MAX_LINE = 160
_SAID_ELSEWHERE = ("PT101", "PT103", "PT801", "PT802", "PT807")
"""They are about what no text of a file shows."""


def rules_text() -> str:
    """All rules by group: what, why, and lines that are wrong and right."""
    parts = []
    for name, rules in GROUPS.items():
        parts.append(f"### {name}\n")
        parts += [_rule(rule) for rule in rules]
    return "\n".join(parts)


def _rule(rule: Rule) -> str:
    head = f"#### {rule.code}: {rule.title}\n\n*{rule.level}.* {rule.why}\n"
    if rule.code in _SAID_ELSEWHERE or max(map(len, (rule.wrong, rule.right))) > 600:
        return head
    return f"{head}\n```text\n# wrong\n{_shown(rule.wrong)}\n# right\n{_shown(rule.right)}\n```\n"


def _shown(text: str) -> str:
    lines = (
        text.replace("\r", "␍")
        .replace("\0", "␀")
        .replace("\ufeff", "␣BOM␣")
        .replace("---\n", "")
        .splitlines()
    )
    return "\n".join(line if len(line) <= _MAX_LINE else line[: _MAX_LINE - 1] + "…" for line in lines)


def page_with(rules: str) -> str:
    """The page with these rules in their place."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{rules}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page_with(rules_text()), "utf-8")
