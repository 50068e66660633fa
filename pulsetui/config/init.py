"""The first checks.toml: a file that is valid as it is and teaches by its comments."""

from __future__ import annotations

from pathlib import Path

import tomli_w

from pulsetui.config.file import disk
from pulsetui.config.program import crontab_word
from pulsetui.core.text.visible import visible

_STARTER = """\
# What PulseTUI watches. Edit this file as you like: changes count within two seconds, and comments,
# order and layout stay when PulseTUI itself adds or edits a check. "pulsetui validate" checks it.

# The zone in which cron and calendar schedules are read. A check may name its own.
{timezone}
[listener]
# Where jobs report. Only this machine reaches a loopback address; 0.0.0.0 is every machine.
{listen}{ping_key}
# How to tell somebody. A check without "hooks" tells all of them.
[hooks.terminal]
type = "terminal"

# [hooks.desktop]
# type = "desktop"

# A check is a table. Its job reports by its slug, here "nightly-backup". In the crontab (crontab -e):
#
#   5 2 * * * {program} run nightly-backup -- /usr/local/bin/backup
#
# The whole path is needed: cron looks for programs in /usr/bin and /bin alone. Wrapped like that, a job tells
# of its start, end and output. Where a word of success is enough (without max_runtime, expect and metrics):
#
#   5 2 * * * /usr/local/bin/backup && curl -fsS -m 10 --retry 3 -o /dev/null {url}nightly-backup
#
# Take the "# " away from these lines to try it.
#
# [checks.nightly-backup]
# name = "Nightly backup"
# cron = "5 2 * * *"                # or every = "15m", or calendar = "Mon..Fri 06:00"
# grace = "30m"                     # how late it may be before it is overdue
# max_runtime = "2h"                # a run that takes longer counts as hung (needs a ping at its start)
# expect = ["files >= 1"]           # a success that did no work is a failure
# metrics = {{ files = 'Files: +(\\d+)' }}   # the number is read from what the job sends with its ping
# tags = ["backup"]
# desc = "What to do when it fails."
"""


def initial_config(
    *,
    timezone: str = "UTC",
    timezone_doubt: str = "",
    listen: str = "127.0.0.1:8787",
    ping_key: str | None = None,
    program: str = "pulsetui",
) -> str:
    """The text of the starter file. The arguments are not judged here: load the file to do that.

    ``program`` is how cron finds ``pulsetui``. ``timezone_doubt`` is what the person is to know of the zone:
    a line of comment.
    """
    key = "" if ping_key is None else tomli_w.dumps({"ping_key": ping_key})
    base = f"http://{listen}/ping/" if ping_key is None else f"http://{listen}/ping/{ping_key}/"
    doubt = f"# {visible(timezone_doubt)}\n" if timezone_doubt else ""
    return _STARTER.format(
        timezone=doubt + tomli_w.dumps({"timezone": timezone}),
        listen=tomli_w.dumps({"listen": listen}),
        ping_key=key,
        program=visible(crontab_word(program)),
        url="".join(c for c in base if c.isprintable()),
    )


def write_initial_config(path: Path, text: str) -> None:
    """Makes the file and its directory. Raises ConfigError when there is a file already: it is never lost."""
    disk.create(path, text)
