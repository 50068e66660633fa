"""How a command tells a monitor of itself: which of its steps are pings, of what kind, and of which check."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct

from pulsetui.crontab.shell import ShellText, Step

ReportKind = Literal["success", "start", "fail", "exit", "log", "run"]

_FETCHERS = frozenset({"curl", "wget", "http", "https", "httpie", "xh", "fetch"})
_URL = re.compile(r"https?://[^\s'\"]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,100}")
_ELSEWHERE = ("hc-ping.com", "nosnch.in", "cronitor.link", "heartbeat.uptimerobot.com", "cronhub.io")
_WORDS: dict[str, ReportKind] = {"start": "start", "fail": "fail", "log": "log", "success": "success"}
_WITH_VALUE = frozenset(
    {"--config", "--state-dir", "--attach", "--api-key", "--url", "--timeout", "--metric"}
)
_PING_WITH_VALUE = _WITH_VALUE | {"-m", "--message", "--rid", "--body", "--exit-code"}


class PingCall(Struct, frozen=True):
    """One step that reports. ``run`` is ``pulsetui run``: it reports the start, the end and the exit code."""

    kind: ReportKind
    check: str  # the slug or uuid; "" where a service elsewhere has names of its own
    step: int  # which of the command's steps it is
    url: str = ""  # what is called, without the kind at its end; "" for our own commands

    @property
    def address(self) -> str:
        """``host:port`` that it goes to; "" for our own commands."""
        found = urlsplit(self.url)
        try:
            port = found.port or (443 if found.scheme == "https" else 80)
        except ValueError:
            return ""
        return f"{found.hostname}:{port}" if found.hostname else ""

    @property
    def target(self) -> str:
        """What tells two checks apart, wherever they are."""
        return self.url or self.check


def reports_of(shell: ShellText) -> tuple[PingCall, ...]:
    """All reports of a command, in order."""
    found = (_report(step, place) for place, step in enumerate(shell.steps))
    return tuple(report for report in found if report)


def wrapped_words(step: Step) -> Sequence[str]:
    """What ``pulsetui run SLUG -- COMMAND`` starts; nothing for another step."""
    words = _own_words(step)
    if not words or words[0] != "run":
        return ()
    rest = list(words[1:])
    if "--" in rest:
        return rest[rest.index("--") + 1 :]
    bare = _bare(rest, _WITH_VALUE)
    return rest[rest.index(bare[1]) :] if len(bare) > 1 else ()


def _report(step: Step, place: int) -> PingCall | None:
    words = _own_words(step)
    if words:
        return _own_report(words, place)
    if step.program_name in _FETCHERS:
        urls = (match[0] for word in step.words for match in _URL.finditer(word))
        return next((found for url in urls if (found := _of_url(url, place))), None)
    return None


def _own_words(step: Step) -> Sequence[str]:
    """The words behind ``pulsetui``; nothing for another program."""
    argv = step.argv
    for at, word in enumerate(argv[:8]):
        if word.rpartition("/")[2] == "pulsetui" and (
            at == 0 or argv[at - 1] == "-m" or _is_prefix(argv[:at])
        ):
            words = list(argv[at + 1 :])
            while words and words[0].startswith("--"):
                words = words[1 if "=" in words[0] or words[0] not in _WITH_VALUE else 2 :]
            return words
    return ()


def _is_prefix(words: Sequence[str]) -> bool:
    """Whether another program starts what follows: ``flock -n /lock``, ``nice -n 10``, ``timeout 60``."""
    return words[0].rpartition("/")[2] in STARTERS


STARTERS = frozenset(
    {
        "flock",
        "nice",
        "ionice",
        "timeout",
        "chronic",
        "sudo",
        "setsid",
        "nohup",
        "env",
        "systemd-cat",
        "chrt",
        "time",
    }
)
"""Programs that start the one that is named behind them."""


def _own_report(words: Sequence[str], place: int) -> PingCall | None:
    command, rest = words[0], list(words[1:])
    if command == "run":
        before = rest[: rest.index("--")] if "--" in rest else rest
        bare = _bare(before, _WITH_VALUE)
        return PingCall("run", bare[0] if bare else "", place)
    if command != "ping":
        return None
    bare = _bare(rest, _PING_WITH_VALUE)
    kinds = {"--start": "start", "--fail": "fail", "--log": "log", "--exit-code": "exit"}
    kind = next(
        (kinds[word.partition("=")[0]] for word in rest if word.partition("=")[0] in kinds), "success"
    )
    return PingCall(kind, bare[0] if bare else "", place)  # type: ignore[arg-type]  # values of the table above


def _bare(words: Sequence[str], with_value: frozenset[str]) -> list[str]:
    """The words that are no options and no values of one."""
    found, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in with_value
        else:
            found.append(word)
    return found


def _of_url(url: str, place: int) -> PingCall | None:
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return None  # no URL: http://[::1/x
    plain, _, _ = url.partition("?")
    head, _, tail = plain.rstrip("/").rpartition("/")
    kind: ReportKind = "success"
    if tail in _WORDS:
        kind, plain = _WORDS[tail], head
    elif tail.startswith("$") or (tail.isdigit() and _is_check(head)):
        kind, plain = "exit", head
    plain = plain.rstrip("/")
    token = plain.rpartition("/")[2]
    if _is_check(plain):
        return PingCall(kind, token, place, plain)
    if host in _ELSEWHERE or "/api/push/" in plain:
        return PingCall(kind, "", place, plain)
    return None


def _is_check(url: str) -> bool:
    """Whether its path ends in a check: a uuid anywhere, a slug under ``/ping/``."""
    segments = [segment for segment in urlsplit(url).path.split("/") if segment]
    if not segments:
        return False
    if _UUID.fullmatch(segments[-1]):
        return True
    return "ping" in segments[:-1] and _SLUG.fullmatch(segments[-1]) is not None
