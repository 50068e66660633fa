"""What cron does with a line of a crontab, without cron."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path


def cron_environ(home: Path) -> dict[str, str]:
    """All that a job of Debian's cron finds: no virtualenv, no LANG, no /usr/local/bin."""
    return {"HOME": str(home), "LOGNAME": "root", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}


def crontab_command(text: str) -> str:
    """What cron hands to the shell of the (one) line: after five fields or one @word, up to a bare %."""
    *before, line = text.strip().splitlines()
    assert all(each.startswith("#") or re.fullmatch(r"CRON_TZ=[\w/+-]+", each) for each in before), before
    command = line.split(None, 1 if line.startswith("@") else 5)[-1]
    assert not re.search(r"(?<!\\)%", command), "a bare % ends the command, the rest is its input"
    return command.replace("\\%", "%")


def run_as_cron(
    command: str, home: Path, shell: Sequence[str] = ("/bin/sh",)
) -> subprocess.CompletedProcess[str]:
    """Runs it in the home directory with cron's environment and nothing on its input."""
    return subprocess.run(
        [*shell, "-c", command],
        env=cron_environ(home),
        cwd=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
