"""kill -9 at every step between a flip and its recorded delivery: nothing is lost, and little said twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.hooks.crashing import HOOKS, SLUGS

ROOT = Path(__file__).parents[2]


def test_whenever_it_is_killed_nothing_is_lost_and_a_hook_repeats_itself_at_most_once(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "tests.hooks.crashing"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    steps = [json.loads(line) for line in found.stdout.splitlines()]
    assert len(steps) > 60, "there are more steps than this from a flip to its delivery"
    repeated = Counter[int]()
    for step in steps[:-1]:
        assert step["ended"] == [-signal.SIGKILL, 0]
        for hook in HOOKS:
            repeated[_repetitions(step["told"], hook)] += 1
    assert steps[-1]["ended"] == [0, 0], "the last run was not killed any more"
    assert sum(_repetitions(steps[-1]["told"], hook) for hook in HOOKS) == 0
    assert set(repeated) == {0, 1}, (
        "none twice or more, though a crash may come between telling and recording"
    )
    assert repeated[1] < repeated[0]


def _repetitions(told: list[dict[str, Any]], hook: str) -> int:
    """How often it said what it had said before. Asserts that it said all, and in order."""
    said: set[tuple[str, str]] = set()
    repeated = 0
    for one in told:
        if one["hook"] != hook:
            continue
        now = {(slug, one["event"]) for slug in one["slugs"]}
        repeated += not now.isdisjoint(said)
        if one["event"] == "up":
            assert (SLUGS[0], "down") in said
        said |= now
    assert said == {*((slug, "down") for slug in SLUGS), (SLUGS[0], "up")}
    return repeated
