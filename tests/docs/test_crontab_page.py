"""docs/crontab.md lists the rules as the linter has them."""

from __future__ import annotations

from pulsetui.crontab.lint import RULES
from tests.docs.crontab_rules import PAGE, page_with, rules_text


def test_the_page_lists_every_rule_as_it_is() -> None:
    assert PAGE.read_text("utf-8") == page_with(rules_text()), (
        "write it anew: python -m tests.docs.crontab_rules"
    )
    assert all(f"#### {code}: " in PAGE.read_text("utf-8") for code in RULES)
