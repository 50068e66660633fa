"""``pulsetui run`` and a real engine: from a check that nobody has added to runs that are skipped."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.cli.installed import PULSETUI
from tests.e2e.pane import write_config
from tests.e2e.test_sigkill import start

SCHEDULE = ["--every", "1h", "--grace", "5m", "--lock"]


class Host:
    """A user's crontab and engine."""

    def __init__(self, folder: Path) -> None:
        self.arguments = write_config(folder, '[checks.old]\nevery = "1h"\n')
        self.config, self.state = folder / "checks.toml", folder / "state"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PULSETUI_")}
        self.environment = {
            **kept,
            "PULSETUI_STATE_DIR": str(self.state),
            "PULSETUI_CONFIG": str(self.config),
        }

    @contextmanager
    def engine(self) -> Iterator[None]:
        process, _ = start(self.arguments, self.state)
        try:
            yield
        finally:
            process.terminate()
            process.wait(20)

    def call(self, *arguments: str) -> str:
        done = subprocess.run(
            [PULSETUI, *arguments], env=self.environment, capture_output=True, text=True, timeout=30
        )
        assert done.returncode == 0, done
        return done.stdout

    def show(self) -> dict[str, Any]:
        shown: dict[str, Any] = json.loads(self.call("show", "imports", "--json"))
        return shown


def test_a_job_from_its_first_run_without_a_check_to_its_skipped_ones(tmp_path: Path) -> None:
    host = Host(tmp_path)
    run = ["run", "imports", *SCHEDULE, "--", "sh", "-c"]
    with host.engine():
        assert host.call(*run, "echo PULSETUI_METRIC records=312") == "PULSETUI_METRIC records=312\n"
        (first,) = host.show()["runs"]
        assert (first["outcome"], first["metrics"]["records"]) == ("success", 312)
        assert {"memory_mb", "cpu_s"} < set(first["metrics"])
        host.call("edit", "imports", "grace=2h")
        host.call(*run, f"{PULSETUI} run imports --lock -- echo inside; echo outside")
        outer, skipped = sorted(host.show()["runs"][:2], key=lambda one: str(one["outcome"]), reverse=True)
        assert (skipped["outcome"], skipped["detail"][:16]) == ("skipped", "lock held by pid")
        assert outer["outcome"] == "success"
    assert '[checks.imports]\nname = "imports"\nevery = "1h"\ngrace = "2h"\n' in host.config.read_text()
    host.call(*run, "exit 0")  # nobody is there: its two reports are kept
    assert len(list((host.state / "spool").glob("*.json"))) == 2
    with host.engine():
        assert [one["outcome"] for one in host.show()["runs"]].count("success") == 3
        host.call("ping", "imports", "--skip", "-m", "nothing to import")
        shown = host.show()
        assert shown["runs"][0]["detail"] == "nothing to import"
        assert shown["view"]["status"] == "up"
        assert shown["view"]["skipped"] == "skipped 1 run: nothing to import"
