"""Findings as text, JSON, SARIF 2.1.0 (code scanning) and the annotations of GitHub Actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import full_stop
from pulsetui.crontab.findings import Finding, Level
from pulsetui.crontab.lint import RULES
from pulsetui.version import __version__

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_GITHUB_WORDS: Mapping[Level, str] = {"error": "error", "warning": "warning", "note": "notice"}


def as_text(findings: Sequence[Finding]) -> str:
    """``file:line: CODE message``, and below it the corrected line. Safe to show."""
    lines = []
    for each in findings:
        lines.append(f"{clean(str(each.path))}:{each.line}: {each.code} {clean(each.message)}")
        lines += [f"    {clean(fix)}" for fix in each.fix.splitlines()]
    return "\n".join(lines)


def record(each: Finding) -> Mapping[str, object]:
    """A finding for JSON."""
    return {
        "code": each.code,
        "level": each.level,
        "file": _plain(str(each.path)),
        "line": each.line,
        "message": _plain(each.message),
        "fix": _plain(each.fix) or None,
        "rule": RULES[each.code].title,
    }


def sarif(findings: Sequence[Finding]) -> Mapping[str, object]:
    """One run of SARIF 2.1.0, with the rules that were found."""
    codes = sorted({each.code for each in findings})
    rules = [
        {
            "id": code,
            "shortDescription": {"text": RULES[code].title},
            "fullDescription": {"text": RULES[code].why},
            "defaultConfiguration": {"level": RULES[code].level},
        }
        for code in codes
    ]
    driver = {"name": "pulsetui", "version": __version__, "rules": rules}
    results = [_result(each, codes.index(each.code)) for each in findings]
    return {
        "$schema": _SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def as_github(findings: Sequence[Finding]) -> str:
    """Workflow commands: GitHub shows each beside its line."""
    return "\n".join(
        f"::{_GITHUB_WORDS[each.level]} file={_property(str(each.path))},line={each.line},title={each.code}"
        f"::{_escaped(f'{full_stop(each.message)} Write: {each.fix}' if each.fix else each.message)}"
        for each in findings
    )


def _result(each: Finding, index: int) -> Mapping[str, object]:
    place = {"artifactLocation": {"uri": _plain(str(each.path))}, "region": {"startLine": each.line}}
    text = _plain(each.message) + (f"\nWrite: {_plain(each.fix)}" if each.fix else "")
    return {
        "ruleId": each.code,
        "ruleIndex": index,
        "level": each.level,
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
    }


def _plain(text: str) -> str:
    """Bytes of the file that are not UTF-8 have no place in JSON."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _escaped(text: str) -> str:
    return _with(_plain(text), {"%": "%25", "\r": "%0D", "\n": "%0A"})


def _property(text: str) -> str:
    return _with(_plain(text), {"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def _with(text: str, words: Mapping[str, str]) -> str:
    replace: Callable[[str], str] = lambda char: words.get(char, char)  # noqa: E731 - one pass, no word twice
    return "".join(map(replace, text))
