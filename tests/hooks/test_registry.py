"""Which kinds there are, and what they cost until somebody uses them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from pulsetui.client.alert import Alert
from pulsetui.errors import HookError, NoAudienceError
from pulsetui.hooks.hook import HookContext
from pulsetui.hooks.kinds.command import CommandHook
from pulsetui.hooks.kinds.desktop import DesktopHook
from pulsetui.hooks.kinds.terminal import TerminalHook
from pulsetui.hooks.registry import KINDS, VALIDATORS, HookBuilder, UnusableHook, build_hooks
from tests.hooks.fakes import an_alert

CONTEXT = HookContext(publish=lambda alert: 0)


@dataclass(frozen=True)
class Configured:
    """A hook as checks.toml has it."""

    type: str
    options: Mapping[str, object] = field(default_factory=dict)


def test_every_kind_is_found_under_its_own_name_and_can_be_validated() -> None:
    assert {"desktop", "terminal", "command"} <= set(KINDS)
    assert set(VALIDATORS) == set(KINDS)
    for type_, kind in KINDS.items():
        assert kind.type == type_
        assert [name for name, _ in VALIDATORS[type_]({"no_such_option": 1})][-1] == "no_such_option"


def test_hooks_are_built_by_their_type() -> None:
    hooks = build_hooks(
        {
            "desk": Configured("desktop"),
            "here": Configured("terminal", {"bell": False}),
            "tell": Configured("command", {"command": ["true"]}),
        },
        CONTEXT,
    )
    assert [type(hook) for hook in hooks.values()] == [DesktopHook, TerminalHook, CommandHook]
    assert [hook.digest for hook in hooks.values()] == [True, True, False]


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (Configured("pager"), r'\[hooks.x\] type "pager" does not exist; there are desktop'),
        (Configured("command"), r"\[hooks.x\] command is missing"),
    ],
)
async def test_a_hook_that_cannot_be_built_says_so_when_used_and_harms_no_other(
    config: Configured, says: str
) -> None:
    hooks = build_hooks({"x": config, "tell": Configured("command", {"command": ["true"]})}, CONTEXT)
    await hooks["tell"].send(an_alert())
    with pytest.raises(HookError, match=says) as caught:
        await hooks["x"].send(an_alert())
    assert caught.value.permanent


async def test_the_terminal_hook_hands_alerts_to_the_attached_screens() -> None:
    published: list[Alert] = []

    def publish(alert: Alert) -> int:
        published.append(alert)
        return 2

    hook = build_hooks({"here": Configured("terminal")}, HookContext(publish=publish))["here"]
    await hook.send(an_alert())
    assert published == [an_alert()]


async def test_without_a_screen_the_terminal_hook_waits_for_one() -> None:
    hook = build_hooks({"here": Configured("terminal")}, CONTEXT)["here"]
    with pytest.raises(NoAudienceError, match="no screen was attached"):
        await hook.send(an_alert())
    assert hook.needs_audience


def test_the_registry_imports_no_kind_before_it_is_used() -> None:
    script = (
        "import sys; from pulsetui.hooks.registry import KINDS, VALIDATORS; list(KINDS)\n"
        "kind = 'pulsetui.hooks.kinds.command'\n"
        "heavy = {'asyncio', 'httpx', 'smtplib', 'textual', kind} & set(sys.modules)\n"
        "print(sorted(heavy)); VALIDATORS['command']({}); print(kind in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]", "True"]


def test_only_hooks_whose_options_changed_are_built_anew() -> None:
    builder = HookBuilder(CONTEXT)
    configs = {
        "desk": Configured("desktop"),
        "tell": Configured("command", {"command": ["true"], "env": {"A": "1"}}),
        "run": Configured("command", {"command": ["true"]}),
    }
    before = builder.build(configs)
    edited = {**configs, "tell": Configured("command", {"command": ["true"], "env": {"A": "2"}})}
    after = builder.build(edited)
    assert [name for name in after if after[name] is not before[name]] == ["tell"]
    refused = builder.build(edited, no_commands="anyone may write it")
    assert refused["run"] is not after["run"]
    assert builder.build(edited)["run"] is not refused["run"]


def test_a_hook_that_could_not_be_built_is_tried_again_with_each_edit() -> None:
    builder = HookBuilder(CONTEXT)
    configs = {"tell": Configured("command")}
    before = builder.build(configs)["tell"]
    assert isinstance(before, UnusableHook)
    assert builder.build(configs)["tell"] is not before
