"""Findings in the formats of scripts, code scanning and GitHub."""

from __future__ import annotations

import json
from pathlib import Path

from pulsetui.crontab import formats
from pulsetui.crontab.lint import lint
from tests.crontab.host import WORLD, lint_file

TEXT = "0 25 * * * date +%F \x1b[31m,\x85 100% \xff\n"


def test_text_holds_nothing_that_a_terminal_obeys() -> None:
    text = formats.as_text(lint([lint_file(TEXT.encode("latin-1"))], (), WORLD))
    assert "/var/spool/cron/crontabs/root:1: PT301 " in text
    assert "\n    0 1 * * * date" in text
    assert text.isprintable() or all(char.isprintable() or char == "\n" for char in text)


def test_sarif_names_rule_file_and_line() -> None:
    found = lint([lint_file(TEXT.encode("latin-1"))], (), WORLD)
    (run,) = json.loads(json.dumps(formats.sarif(found)))["runs"]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert ids == sorted({one.code for one in found})
    for one, result in zip(found, run["results"], strict=True):
        assert (result["ruleId"], ids[result["ruleIndex"]], result["level"]) == (
            one.code,
            one.code,
            one.level,
        )
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "/var/spool/cron/crontabs/root"
        assert place["region"]["startLine"] == 1


def test_githubs_annotations_are_one_line_each_and_escape_what_ends_one() -> None:
    found = lint([lint_file("0 2 * * * date +%F\n", "/etc/cron.d/a,b:c")], (), WORLD)
    lines = formats.as_github(found).splitlines()
    assert len(lines) == len(found)
    assert all(line.startswith(("::error file=", "::warning file=", "::notice file=")) for line in lines)
    assert any("file=/etc/cron.d/a%2Cb%3Ac,line=1,title=PT501::" in line and "%25" in line for line in lines)
    assert any(" without a backslash. Write: 0 2 * * * date" in line for line in lines)


def test_json_says_all_of_a_finding() -> None:
    (one,) = lint([lint_file("0 25 * * * x\n", is_installed=False)], (), WORLD)
    assert formats.record(one) == {
        "code": "PT301",
        "level": "error",
        "file": str(Path("/var/spool/cron/crontabs/root")),
        "line": 1,
        "message": '"0 25 * * *": hour must be 0-23, got 25. Try "0 1 * * *".',
        "fix": "0 1 * * * x",
        "rule": "A field is not valid",
    }
