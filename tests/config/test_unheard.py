"""When nobody would hear of a failure, and when somebody would."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulsetui.config.doubts.unheard import screenless, unheard
from pulsetui.config.file.load import load_config
from pulsetui.config.model import Config
from pulsetui.hooks.registry import VALIDATORS

SCREEN, MAIL = '[hooks.bell]\ntype = "terminal"\n', '[hooks.ops]\ntype = "command"\ncommand = ["true"]\n'


def config(path: Path, hooks: str, **of_checks: str) -> Config:
    checks = "".join(f'[checks.{slug}]\nevery = "1h"\n{more}\n' for slug, more in of_checks.items())
    (path / "checks.toml").write_text(hooks + checks)
    return load_config(path / "checks.toml", VALIDATORS)


@pytest.mark.parametrize(
    ("hooks", "checks", "said"),
    [
        (
            "",
            {"a": ""},
            "nobody would be told of a failure: checks.toml has no hook (see: pulsetui help hooks)",
        ),
        (SCREEN, {"a": "", "b": ""}, "nobody would be told of a failure: hook bell needs an open screen"),
        (SCREEN + MAIL, {"a": "", "b": 'hooks = ["ops"]'}, ""),
        (
            SCREEN + MAIL,
            {"a": 'hooks = ["bell"]', "b": ""},
            "nobody would be told of a failure of a: hook bell needs an open screen",
        ),
        (SCREEN + MAIL, {"a": "hooks = []", "b": ""}, ""),  # as somebody wants it
        (SCREEN, {"a": "hooks = []"}, ""),
        ("", {}, ""),
        (
            SCREEN + MAIL,
            {**{f"c{n}": 'hooks = ["bell"]' for n in range(5)}, "b": ""},
            "nobody would be told of a failure of c0, c1, c2 and 2 more: hook bell needs an open screen",
        ),
    ],
)
def test_without_a_screen(hooks: str, checks: dict[str, str], said: str, tmp_path: Path) -> None:
    read = config(tmp_path, hooks, **checks)
    assert unheard(read, screenless(read)) == said


def test_with_a_screen_a_terminal_is_heard(tmp_path: Path) -> None:
    assert unheard(config(tmp_path, SCREEN, a=""), {}) == ""


def test_each_hook_that_fails_says_why(tmp_path: Path) -> None:
    silent = {"ops": "is paused", "bell": "needs an open screen"}
    assert unheard(config(tmp_path, SCREEN + MAIL, a=""), silent) == (
        "nobody would be told of a failure: hook bell needs an open screen, hook ops is paused"
    )
