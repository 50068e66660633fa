"""Lines that call a Django project's ``manage.py``, and what the ``source`` of a check remembers of them.

Which check a command reports to stands in the project's settings, and those nobody imports here. But
``manage.py pulsetui sync`` knows them, and writes into each check where it found its schedule, and under
which key.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from pulsetui.crontab.jobs import CronJob

_MANAGE = "manage.py"
_PLACE = re.compile(r"[^/]*/(?:crontab .+|[^:/]+:/.+)", re.DOTALL)  # behind the project's name


def manage_words(job: CronJob) -> Sequence[str]:
    """``manage.py`` as written and what follows; empty for a line that does not call it."""
    for step in job.work:
        for at, word in enumerate(step.argv):
            if word.rpartition("/")[2] == _MANAGE:
                return step.argv[at:]
    return ()


def managed_key(name: str, words: Sequence[str]) -> str:
    """The command with its arguments, whenever it runs and wherever its line stands. They may be secrets: of
    them it shows nothing."""
    if not words:
        return name
    return f"{name} {sha256(' '.join(words).encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


def place_of_given(name: str) -> str:
    """A crontab that was named to ``sync``: it may be installed elsewhere."""
    return f"crontab {name}"


def place_of_installed(node: str, path: Path) -> str:
    """A crontab that was found where a host's cron reads it."""
    return f"{node}:{path}"


def is_of_file(origin: str, path: Path) -> bool:
    """Whether a source's ``from`` means that file."""
    return _PLACE.fullmatch(origin) is not None and origin.endswith((f":{path}", f"crontab {path}"))


def is_of_line(source: tuple[str, str], job: CronJob) -> bool:
    """Whether a source, its ``from`` and its ``key``, is of a crontab's line that does what ``job`` does."""
    origin, key = source
    words = manage_words(job)
    if len(words) < 2 or _PLACE.fullmatch(origin) is None:
        return False
    return key.partition("#")[0] == managed_key(words[1], words[2:])
