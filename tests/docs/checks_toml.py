"""docs/checks-toml.md, out of the reference in the code. To write it: python -m tests.docs.checks_toml"""

from __future__ import annotations

import re
from pathlib import Path

from pulsetui.config.reference.entry import ConfigKey, ConfigTable
from pulsetui.config.reference.tables import SECRETS, SPANS, TABLES
from pulsetui.hooks.registry import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "checks-toml.md"
_HEAD = f"""\
# checks.toml

<!-- Written by python -m tests.docs.checks_toml, out of pulsetui/config/reference. -->

Every table and every key. `pulsetui help config` prints the same, `pulsetui help config grace` one of them.
`pulsetui validate` says what is wrong in your own file, with the line. `pulsetui init` writes a file to begin
with; the checks of a whole shop are in [sample_checks.toml](../sample_checks.toml).

{SPANS} {SECRETS}
"""


def page_text() -> str:
    """The whole page."""
    text = "\n".join([_HEAD, *map(_table, TABLES.values())])
    return re.sub(r"docs/([\w/-]+\.md)", r"[\1](\1)", text)


def _table(table: ConfigTable) -> str:
    more = f" More: [{table.page}]({table.page})." if table.page else ""
    rows = [
        "| key | takes | | without it | example |",
        "| --- | --- | --- | --- | --- |",
        *map(_row, table.keys),
    ]
    options = ["", *_hook_options()] if table.name == "hooks" else []
    title = ", ".join(f"`{part}`" if part.startswith("[") else part for part in table.heading.split(", "))
    return "\n".join([f"## {title}", "", f"{table.about}{more}", "", *rows, *options, ""])


def _row(key: ConfigKey) -> str:
    without = key.without or (f"`{key.default}`" if key.default else "")
    example = "`" + " ⏎ ".join(key.example.splitlines()) + "`"
    cells = (f"`{key.name}`", key.takes, key.about, without, example)
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _hook_options() -> list[str]:
    rows = [
        f"| [`{kind}`](hooks/{kind}.md) | {', '.join(f'`{name}`' for name in KINDS[kind].options.names())} |"
        for kind in sorted(KINDS)
    ]
    return ["| type | options of its own |", "| --- | --- |", *rows]


if __name__ == "__main__":
    PAGE.write_text(page_text(), "utf-8")
