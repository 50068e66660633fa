"""``pulsetui hooks``: what tells people, how it is doing, and whether it would tell them."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from secrets import token_hex
from typing import TYPE_CHECKING

from pulsetui.cli.commands.verbs import print_results
from pulsetui.cli.connect import engine, require_check
from pulsetui.cli.exit_codes import NOT_OK, OK
from pulsetui.cli.hook_names import EXAMPLE, chosen_hooks
from pulsetui.cli.output import json_text, out, table, talk
from pulsetui.client.commands import (
    MAX_DRILL_WAIT_S,
    EndTrial,
    PauseHooks,
    ResumeHooks,
    StartDrill,
    TestHooks,
)
from pulsetui.client.hook_words import hook_cells
from pulsetui.client.user import user_name
from pulsetui.core.schedule.duration import DurationError, parse_duration
from pulsetui.core.slug import check_slug
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import count_text, duration_text, span_text
from pulsetui.errors import CommandError, EngineUnreachableError, UsageError

if TYPE_CHECKING:
    from pulsetui.client.client import EngineClient
    from pulsetui.client.trials import TrialView
    from pulsetui.client.views import CommandResult, DeliveryView

_HEAD = ("HOOK", "TYPE", "STATE", "WAITING", "TOLD", "RULES")
_TEST_WAIT = "1m"
_DRILL_WAIT = "10m"
_LOOK_S = 0.3
"""Between two looks at what became of a trial."""
_MAX_ERROR_LENGTH = 300

sleep = time.sleep
"""The one way in which it waits."""


def hooks(options: argparse.Namespace) -> int:
    """0 if all is well, 1 if a hook failed or nobody acknowledged a drill."""
    match options.action:
        case "test":
            return _test(options)
        case "drill":
            return _drill(options)
        case "pause" | "resume":
            return _hold(options)
        case "replay":
            from pulsetui.cli.commands.hooks_replay import replay_hooks

            return replay_hooks(options)
        case _:
            return _list(options)


def _list(options: argparse.Namespace) -> int:
    with engine(options) as client:
        info, now = client.info(), client.now()
    if options.format == "json":
        out(json_text(info.hooks))
    elif info.hooks:
        for line in table(_HEAD, [hook_cells(hook, now) for hook in info.hooks]):
            out(line)
    else:
        talk("no hooks yet: nobody is told. Add one to checks.toml, for instance:")
        talk(EXAMPLE)
    return OK


def _hold(options: argparse.Namespace) -> int:
    if not options.names:
        raise UsageError("which hooks? Name them: pulsetui hooks pause NAME")
    kind = PauseHooks if options.action == "pause" else ResumeHooks
    with engine(options) as client:
        results = client.do(kind(tuple(dict.fromkeys(options.names))))
    options.json = options.format == "json"
    return print_results(results, options)


# --- test -------------------------------------------------------------------------------------------


def _test(options: argparse.Namespace) -> int:
    wait_s = _seconds(options.wait or _TEST_WAIT)
    try:
        with engine(options) as client:
            return _test_by(client, options, wait_s)
    except EngineUnreachableError as error:
        if options.attach:
            raise
        talk(f"{clean(str(error), 500)}.")
        talk("So the hooks of checks.toml are tried directly: that they work says nothing of an engine.")
        from pulsetui.cli.commands.hooks_direct import test_directly

        return test_directly(options)


def _test_by(client: EngineClient, options: argparse.Namespace, wait_s: float) -> int:
    names = chosen_hooks(options.names, client.info().hook_names)
    key = f"test-{token_hex(6)}"
    _refuse_unless(client.do(TestHooks(key, names, by=user_name())))
    try:
        shown = _watch(client, key, wait_s, lambda view: all(_settled(view.first(name)) for name in names))
    finally:
        client.do(EndTrial(key))
    view = _find(client, key)
    good = view is not None and all(_is_told(view.first(name)) for name in names)
    for name in names:
        if name not in shown:
            talk(f"{clean(name)}: not sent within {span_text(wait_s)}")
    if options.format == "json":
        out(json_text(view))
    return OK if good else NOT_OK


# --- drill ------------------------------------------------------------------------------------------


def _drill(options: argparse.Namespace) -> int:
    if options.names:
        raise UsageError("a drill goes by the rules of a check; name one with --check SLUG")
    wait_s = _seconds(options.wait or _DRILL_WAIT)
    slugs = () if options.check is None else (check_slug(options.check),)
    key = f"drill-{token_hex(6)}"
    with engine(options) as client:
        for slug in slugs:
            require_check(slug, client)
        results = client.do(StartDrill(key, slugs, by=user_name(), wait_s=wait_s))
        _refuse_unless([one for one in results if one.ok] or results)
        for one in results:
            if not one.ok:
                talk(clean(one.message, _MAX_ERROR_LENGTH))
        hooks = count_text(sum(one.ok for one in results), "hook")
        talk(f"a drill goes out by {hooks}. Acknowledge it in a message, on the screen, or with:")
        talk(f"  pulsetui ack {slugs[0] if slugs else key}")
        talk("Ctrl+C leaves it: it goes on without being watched here")
        _watch(client, key, wait_s + _LOOK_S, lambda view: view.trial.ended_at is not None)
        view = _find(client, key)
    if options.format == "json":
        out(json_text(view))
    return _told_of(view, wait_s)


def _told_of(view: TrialView | None, wait_s: float) -> int:
    trial = None if view is None else view.trial
    if view is None or trial is None or trial.acknowledged_at is None:
        talk(f"nobody acknowledged it within {span_text(wait_s)}")
        return NOT_OK
    took = duration_text(view.seconds_to(trial.acknowledged_at))
    out(f"acknowledged by {clean(trial.acknowledged_by, 100)} after {took}")
    return OK if all(_is_told(view.first(name)) for name in trial.hooks) else NOT_OK


# --- both -------------------------------------------------------------------------------------------


def _watch(
    client: EngineClient,
    key: str,
    wait_s: float,
    is_over: Callable[[TrialView], bool],
) -> set[str]:
    """Says of each hook how it went, as soon as it is known; returns those of which it was said."""
    shown: set[str] = set()
    until = time.monotonic() + wait_s
    while True:
        view = _find(client, key)
        if view is not None:
            for name in view.trial.hooks:
                first = view.first(name)
                if name not in shown and first is not None and _settled(first):
                    shown.add(name)
                    out(f"{clean(name)}: {_said(view, first)}")
            if is_over(view):
                return shown
        if time.monotonic() >= until:
            return shown
        sleep(_LOOK_S)


def _find(client: EngineClient, key: str) -> TrialView | None:
    return next((one for one in client.trials() if one.trial.key == key), None)


def _settled(delivery: DeliveryView | None) -> bool:
    """Whether it is known how the first try went."""
    return delivery is not None and (delivery.delivered_at is not None or bool(delivery.error))


def _is_told(delivery: DeliveryView | None) -> bool:
    return delivery is not None and delivery.delivered_at is not None


def _said(view: TrialView, delivery: DeliveryView) -> str:
    if delivery.delivered_at is not None:
        return f"delivered after {duration_text(view.seconds_to(delivery.delivered_at))}"
    what = "failed" if delivery.tries else "not delivered"
    return f"{what}: {clean(delivery.error, _MAX_ERROR_LENGTH)}"


def _refuse_unless(results: Sequence[CommandResult]) -> None:
    """Raises CommandError with the first refusal."""
    for one in results:
        if not one.ok:
            raise CommandError(one.message)


def _seconds(text: str) -> float:
    try:
        seconds = parse_duration(text).total_seconds()
    except DurationError as error:
        raise UsageError(f"--wait {error}") from None
    if not 0 < seconds <= MAX_DRILL_WAIT_S:
        raise UsageError(f'--wait "{clean(text, 60)}" must be longer than nothing and at most a day')
    return seconds
