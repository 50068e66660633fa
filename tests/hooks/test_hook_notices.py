"""What stays on screen of hooks that fail, lose alerts, or are paused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pulsetui.client.hooks import Circuit, HookState
from pulsetui.config.doubts.unheard import unheard
from pulsetui.config.file.load import load_config
from pulsetui.config.model import Config
from pulsetui.hooks.registry import VALIDATORS
from pulsetui.hooks.worker.notices import HookNotices, all_fail
from pulsetui.monitor.notices import Notices
from tests.hooks.fakes import START


def scene() -> tuple[Notices, HookNotices]:
    notices = Notices(lambda: None)
    return notices, HookNotices(notices)


def test_trouble_is_shown_until_the_hook_works() -> None:
    notices, hooks = scene()
    hooks.trouble("phone", "503")
    assert [one.text for one in notices.all()] == ["hook phone: 503"]
    hooks.trouble("phone", None)
    assert notices.all() == ()


def test_what_was_not_delivered_is_counted_and_stays_until_it_was_read() -> None:
    notices, hooks = scene()
    hooks.lost("phone", 1, "503")
    hooks.trouble("phone", None)
    (notice,) = notices.all()
    assert (notice.level, notice.key) == ("error", "undelivered:phone")
    assert notice.text == "hook phone: 1 alert was not delivered and will not be tried again: 503"
    hooks.lost("phone", 3, "401")
    assert notices.all()[0].text.startswith("hook phone: 4 alerts were not delivered")
    notices.take_away("undelivered:phone")
    hooks.lost("phone", 2, "401")
    assert notices.all()[0].text.startswith("hook phone: 2 alerts were not delivered")


def test_a_paused_hook_is_shown_for_as_long_as_it_is() -> None:
    notices, hooks = scene()
    hooks.states({"phone": HookState(name="phone", type="", paused_at=START)})
    assert [(one.key, one.level) for one in notices.all()] == [("paused:phone", "info")]
    hooks.states({"phone": HookState(name="phone", type="")})
    assert notices.all() == ()


@pytest.mark.parametrize(
    ("screens", "states", "said"),
    [
        (0, {}, ("warning", "Nobody would be told of a failure: hook bell needs an open screen.")),
        (
            1,
            {},
            (
                "info",
                "Without a screen nobody would be told of a failure: hook bell needs an open screen.",
            ),
        ),
        (
            1,
            {"bell": HookState(name="bell", type="terminal", paused_at=START)},
            ("warning", "Nobody would be told of a failure: hook bell is paused."),
        ),
        (
            1,
            {"bell": HookState(name="bell", type="terminal", circuit=Circuit.OPEN, failures=7)},
            ("warning", "Nobody would be told of a failure: hook bell has failed 7 times."),
        ),
    ],
)
def test_it_is_said_when_nobody_would_be_told(
    screens: int, states: dict[str, HookState], said: tuple[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "checks.toml"
    path.write_text('[hooks.bell]\ntype = "terminal"\n[checks.a]\nevery = "1h"\n')
    notices, hooks = scene()
    hooks.unheard(load_config(path, VALIDATORS), states, screens=screens)
    assert [(one.level, one.text) for one in notices.all()] == [said]
    assert hooks.deaf == (said[1] if said[0] == "warning" else ""), "here a screen tells"
    path.write_text('[hooks.bell]\ntype = "desktop"\n[checks.a]\nevery = "1h"\n')
    hooks.unheard(load_config(path, VALIDATORS), {}, screens=0)
    assert notices.all() == ()
    assert hooks.deaf == ""


def test_what_was_dismissed_comes_again_only_when_it_says_something_else(tmp_path: Path) -> None:
    path = tmp_path / "checks.toml"
    path.write_text('[hooks.ops]\ntype = "command"\ncommand = ["true"]\n[checks.a]\nevery = "1h"\n')
    config = load_config(path, VALIDATORS)
    notices, hooks = scene()
    hooks.unheard(config, {}, screens=0)
    assert notices.all() == ()
    hooks.unheard(config, {}, screens=0, no_commands=True)
    (notice,) = notices.all()
    assert notice.text == "Nobody would be told of a failure: hook ops must not run its program."
    notices.take_away(notice.key)
    hooks.unheard(config, {}, screens=1, no_commands=True)
    assert notices.all() == ()
    assert hooks.deaf == notice.text, "it is still so"
    hooks.unheard(config, {"ops": HookState(name="ops", type="command", paused_at=START)}, screens=1)
    assert [one.text for one in notices.all()] == ["Nobody would be told of a failure: hook ops is paused."]


def test_checks_are_walked_through_only_when_it_may_make_a_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "checks.toml"
    path.write_text('[hooks.bell]\ntype = "terminal"\n[checks.a]\nevery = "1h"\n')
    config, walks = load_config(path, VALIDATORS), []

    def walk(config: Config, silent: Mapping[str, str]) -> str:
        walks.append(dict(silent))
        return unheard(config, silent)

    monkeypatch.setattr("pulsetui.hooks.worker.notices.unheard", walk)
    notices, hooks = scene()
    for told in range(5):
        hooks.unheard(config, {"bell": HookState(name="bell", type="terminal", told=told)}, screens=0)
    assert len(walks) == 1
    hooks.unheard(config, {"bell": HookState(name="bell", type="terminal", paused_at=START)}, screens=0)
    assert len(walks) == 2
    hooks.unheard(load_config(path, VALIDATORS), {}, screens=0)
    assert len(walks) == 3
    assert [one.key for one in notices.all()] == ["unheard"]


OPEN = HookState(name="mail", type="command", circuit=Circuit.OPEN, failures=7, error="503\n\x1b[31m")


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ([], ""),
        ([OPEN], "every hook fails: mail (503)"),
        ([OPEN, HookState(name="bell", type="terminal")], "every hook fails: mail (503)"),
        ([OPEN, HookState(name="desk", type="desktop")], ""),
        ([OPEN, HookState(name="desk", type="desktop", paused_at=START)], "every hook fails: mail (503)"),
        ([HookState(name="bell", type="terminal")], ""),
    ],
)
def test_for_a_watchdog_it_is_trouble_when_every_hook_fails(
    states: list[HookState], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "checks.toml"
    path.write_text(
        '[hooks.mail]\ntype = "command"\ncommand = ["true"]\n[hooks.desk]\ntype = "desktop"\n'
        '[hooks.bell]\ntype = "terminal"\n[checks.a]\nevery = "1h"\n'
    )
    assert all_fail(load_config(path, VALIDATORS), {state.name: state for state in states}) == said
