"""``!`` on the screen: a person's own commands on the real terminal, and beside the screen."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.pane import pane, write_config

# What is waited for must not stand in the menu, with the command; and dash loses a Ctrl-C that comes while it
# begins a program: the one that the key is pressed for says itself that it runs.
CHECKS = """\
[checks.sync-invoices]
name = "Sync invoices"
every = "1h"

[actions.again]
command = "while [ ! -e seen ]; do sleep 0.05; done; yes | head -c 1000000; echo over > {slug}"

[actions.look]
command = "echo looking; touch seen; while [ ! -e {slug} ]; do sleep 0.05; done; cat {slug}; exit 3"
suspend = true

[actions.follow]
command = "printf 'following %s' {slug} > log; exec tail -f log"
suspend = true
"""


def test_one_has_the_terminal_while_another_goes_on_beside_it(tmp_path: Path) -> None:
    with pane(*write_config(tmp_path, CHECKS)) as shown:
        shown.wait("Sync invoices")
        shown.keys("!", "a")
        shown.wait("Nothing has been printed yet")
        shown.keys("q")
        shown.wait("every hour")
        shown.keys("!", "l")
        shown.wait("looking")
        # The screen stands still now: whatever prints beside it must not wait with a full pipe.
        shown.wait("over\n")
        shown.wait("look ended with exit code 3. Enter goes back.")
        shown.keys("Enter")
        shown.wait("look: exit code 3")
        shown.keys("!", "f")
        shown.wait("following sync-invoices")
        shown.keys("C-c")  # ends the command, and neither the screen nor the engine
        shown.wait("every hour")
