"""What docs/deploy.md shows happens so."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

from pulsetui.service import open_service
from tests.cli.installed import environment
from tests.cli.test_deploy import PATIENT

PAGE = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text("utf-8")
(DEPLOY, AFTER_IT), (STATUS, LATER) = re.findall(r"```console\n\$ pulsetui (.*?)\n(.*?)```", PAGE, re.DOTALL)
CHECKS = """\
[checks.sync-invoices]
every = "40m"
tags = ["shop"]

[checks.export-orders]
every = "40m"
tags = ["shop"]
"""


def test_the_commands_print_what_the_page_shows(tmp_path: Path) -> None:
    script = tmp_path / "deploy.sh"
    script.write_text("#!/bin/sh\necho deploying\n")
    script.chmod(0o755)
    config, state = tmp_path / "checks.toml", tmp_path / "state"
    config.write_text(CHECKS)

    def said(*command: str) -> str:
        done = subprocess.run(
            [*PATIENT, *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            env=environment(tmp_path, PULSETUI_STATE_DIR=str(state)),
            cwd=tmp_path,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    with open_service(config, state, ("127.0.0.1", 0)):
        assert _without_times(said(*shlex.split(DEPLOY))) == _without_times(AFTER_IT)
        said("ping", "sync-invoices")
        assert _without_times(said(*shlex.split(STATUS))) == _without_times(LATER)


def _without_times(text: str) -> list[str]:
    """Lines with single blanks, and TIME for what the clock says."""
    at = r"(?:today|tomorrow|yesterday) \d\d:\d\d"
    texts = re.sub(r"\(in [^)]+\)", "(in SPAN)", re.sub(at, "TIME", text))
    return [re.sub(r" +", " ", line) for line in texts.splitlines()]
