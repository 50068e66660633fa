"""Configurations as people write them, and hook types to judge them with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pulsetui.config.model import HookValidator


def _no_options(options: Mapping[str, object]) -> Sequence[tuple[str, str]]:
    return [(key, f'unknown key "{key}"') for key in options]


def _command(options: Mapping[str, object]) -> Sequence[tuple[str, str]]:
    return [] if isinstance(options.get("command"), list) else [("command", "is missing")]


VALIDATORS: Mapping[str, HookValidator] = {
    "desktop": _no_options,
    "terminal": _no_options,
    "command": _command,
}

HEADERS = """\
# Our jobs.   Ask Ilze before changing.

timezone = "Europe/Riga"   # the office

[hooks.desktop]
type = 'desktop'
[hooks."Ops-Team"]
type = "command"
command = [
  "notify",   # on the path
  "ops",
]

# ---- nightly ----

# The invoices.
# They matter.
[checks.invoices]
name   = "Sync invoices"
cron   = "0 2 * * *"     # nightly
grace  = "30m"
  tags = ["billing",
    "nightly" ]  # odd, but ours
metrics.records = 'records: (\\d+)'
# expect = ["records >= 1"]


[checks."quoted-one"]
every = 900
desc = \"\"\"
Not a header:
[checks.fake]
# not a comment \\"\"\"
\"\"\"
[checks.compact]
every="1h"
# about the last
[checks.last]
calendar = 'Sun 03:30'
"""

DOTTED = """\
[checks]
# the first
a.cron = "0 2 * * *"
a.tags = ["x"]
b = { every = "5m", grace = "1m" }  # inline
# the third
c.every = "1h"
[checks.a.metrics]
records = 'n=(\\d+)'
"""

TOP_DOTTED = """\
checks.a.cron = "0 1 * * *"
checks.a.grace = 600 # seconds
checks."b" . every = '2h'
checks.a.metrics.n = '(\\d+)'
timezone = "UTC"
"""

INLINE = """\
timezone = "UTC"
checks = { a = { every = "5m", metrics = { n = '(\\d+)' } }, b={cron="0 1 * * *"} } # all of it
[hooks]
"""

SUB_TABLE_FIRST = """\
[checks.a.metrics]  # before its table
n = '(\\d+)'

[checks.a]
every = "5m"

[listener]
listen = "127.0.0.1:0"
[checks.b]
every = "6m"
"""

ALL = {
    "headers": HEADERS,
    "dotted": DOTTED,
    "top dotted": TOP_DOTTED,
    "inline": INLINE,
    "sub-table first": SUB_TABLE_FIRST,
    "empty": "",
    "only a comment": "# nothing yet",
    "no last newline": '[checks.a]\nevery = "5m"  # end',
    "blank end": '[checks.a]\nevery = "5m"\n\n\n',
    "byte order mark": '\ufeff# hello\n[checks.a]\nevery = "5m"\n',
}
