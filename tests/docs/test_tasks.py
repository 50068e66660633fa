"""What a task runs is said once, in .ci/step."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
RECIPES = dict(
    re.findall(r"^(\w+)[^:\n]*:\n((?:    .*\n)+)", (ROOT / "justfile").read_text("utf-8"), re.MULTILINE)
)


def test_every_task_is_a_step_or_all_of_ci() -> None:
    steps = set(re.findall(r"^(\w+)\)$", (ROOT / ".ci/step").read_text("utf-8"), re.MULTILINE))
    called = {}
    for name, commands in RECIPES.items():
        if name not in ("default", "check"):
            (called[name],) = re.findall(r"^    \.ci/step (\w+)", commands, re.MULTILINE)
    assert called == {name: name for name in called}
    assert set(called) == steps - {"cron"}
    assert RECIPES["check"].split()[0] == ".ci/run"


def test_every_task_is_in_the_guide() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert {name for name in RECIPES if f"`just {name}`" not in guide} == {"default"}


def test_the_tests_command_of_the_readme_is_that_of_ci() -> None:
    (command,) = re.findall(r"-m pytest (-n .*) \"\$@\"", (ROOT / ".ci/step").read_text("utf-8"))
    assert f".venv/bin/python -m pytest {command}\n" in (ROOT / "README.md").read_text("utf-8")
