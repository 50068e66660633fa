"""What is for the screen alone."""

from __future__ import annotations

from pulsetui.config.reference.entry import ConfigKey, ConfigTable

ACTION = ConfigTable(
    name="actions",
    heading="[actions.NAME]",
    about=(
        "Something of your own to do to a check on the screen: `!` lists them. Only a screen on the host of"
        " this file runs them, as the user at that screen; the engine never does."
    ),
    example='[actions.log]\ncommand = "ssh {host} journalctl -n 100 -u {slug}"\n',
    page="actions.md",
    keys=(
        ConfigKey(
            name="command",
            takes="text",
            about=(
                "What `sh -c` runs, in the directory of this file. Places: `{slug}`, `{uuid}`, `{status}`,"
                " and `{host}`, from which the newest ping came. It has to be there."
            ),
            example='command = "ssh {host} journalctl -n 100 -u {slug}"',
        ),
        ConfigKey(
            name="desc",
            takes="text",
            about="What it does, for the list.",
            default="",
            without="the list has the command alone",
            example='desc = "The last lines of its log"',
        ),
        ConfigKey(
            name="key",
            takes="a letter or digit",
            about="Its key in the list. `g`, `G`, `j`, `k` and `q` are the list's own.",
            without="the first letter of its name that is free",
            example='key = "l"',
        ),
        ConfigKey(
            name="suspend",
            takes="true or false",
            about=(
                "It gets the terminal, and the screen comes back when it ends: for `ssh`, `less`, `top`. Else"
                " it runs beside the screen, which shows what it prints."
            ),
            default="false",
            example="suspend = true",
        ),
        ConfigKey(
            name="confirm",
            takes="true or false",
            about="It asks first, and shows the command as it would run.",
            default="false",
            example="confirm = true",
        ),
    ),
)
