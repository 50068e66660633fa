"""Tries the hooks of checks.toml without an engine: each sends one test message, from this process."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from secrets import token_hex

from pulsetui.cli.common_options import config_path
from pulsetui.cli.exit_codes import NOT_OK, OK
from pulsetui.cli.hook_names import chosen_hooks
from pulsetui.cli.output import json_text, out
from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.client.user import user_name
from pulsetui.config.doubts.trust import distrust
from pulsetui.config.file.load import load_config
from pulsetui.config.secret import masked
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import duration_text
from pulsetui.errors import HookError
from pulsetui.hooks.hook import Hook, HookContext
from pulsetui.hooks.registry import VALIDATORS, build_hooks

_MAX_ERROR_LENGTH = 300


def test_directly(options: argparse.Namespace) -> int:
    """0 if each hook took the message. Raises ConfigError."""
    config = load_config(config_path(options), VALIDATORS)
    found = distrust(config)
    refused = found.text if found is not None and found.refused else ""
    hooks = build_hooks(config.hooks, HookContext(publish=lambda _: 0), no_commands=refused)
    names = chosen_hooks(options.names, hooks)
    results = asyncio.run(_send_all(hooks, names))
    if options.format == "json":
        records = [
            {"hook": name, "ok": not error, "error": masked(error, config.secrets), "seconds": round(took, 3)}
            for name, error, took in results
        ]
        out(json_text(records))
    else:
        for name, error, took in results:
            said = (
                f"failed: {masked(error, config.secrets)}"
                if error
                else f"delivered after {duration_text(took)}"
            )
            out(f"{clean(name)}: {clean(said, _MAX_ERROR_LENGTH)}")
    return NOT_OK if any(error for _, error, _ in results) else OK


test_directly.__test__ = False  # type: ignore[attr-defined]  # no test of ours


async def _send_all(hooks: Mapping[str, Hook], names: Iterable[str]) -> list[tuple[str, str, float]]:
    alert = Alert(
        event=AlertEvent.TEST,
        at=datetime.now(UTC),
        title="Test of PulseTUI's alerts",
        body=f"{user_name()} tries this hook, without an engine. Nothing is wrong.",
        key=f"test-{token_hex(6)}",
    )
    return await asyncio.gather(*(_send(name, hooks[name], alert) for name in names))


async def _send(name: str, hook: Hook, alert: Alert) -> tuple[str, str, float]:
    """The hook, what went wrong, and how long it took."""
    begun = time.monotonic()
    try:
        async with asyncio.timeout(hook.timeout_s):
            await hook.send(alert)
    except TimeoutError:
        error = f"did not answer within {hook.timeout_s:g} s"
    except HookError as failed:
        error = str(failed)
    else:
        error = ""
    return name, error, time.monotonic() - begun
