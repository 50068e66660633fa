"""How a line of the crontab calls ``pulsetui``."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import sysconfig
from pathlib import Path

_NAME = "pulsetui"


def program() -> str:
    """The whole path of ``pulsetui``: cron's PATH is /usr/bin:/bin, and it knows no virtualenv.

    First the one that runs here, then the one beside this Python, then what the shell would find.
    """
    own = Path(sys.argv[0])
    beside = Path(sysconfig.get_path("scripts"), _NAME)
    for found in (own if own.name == _NAME else beside, beside, shutil.which(_NAME)):
        if found is not None and os.access(found, os.X_OK) and Path(found).is_file():
            return os.path.abspath(found)  # noqa: PTH100 - links are kept: what they lead to moves with updates
    return _NAME


def crontab_word(text: str) -> str:
    """One word of a command in a crontab: quoted for the shell, and no ``%`` that cron would end it at."""
    return shlex.quote(text).replace("%", "\\%")
