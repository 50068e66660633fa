"""``E`` on the screen: a real editor on the real terminal, with the engine going on behind it."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.pane import pane, write_config

CHECKS = """\
[checks.backup]
every = "1d"

[checks.sync-invoices]
name = "Sync invoices"
every = "1h"
"""
EDITOR = """\
#!/bin/sh
trap 'echo interrupted' INT
echo "editing $*"
while ! read -r answer; do :; done
sed 's/"1h"/"2h"/' "$2" > "$2.new"
mv "$2.new" "$2"
exit 3
"""


def test_an_editor_has_the_terminal_to_itself_and_the_screen_comes_back_with_what_it_changed(
    tmp_path: Path,
) -> None:
    editor = tmp_path / "vi"
    editor.write_text(EDITOR)
    editor.chmod(0o755)
    with pane(*write_config(tmp_path, CHECKS), env={"EDITOR": str(editor)}) as shown:
        shown.wait("Sync invoices")
        shown.keys("/", "s", "y", "n", "c", "Enter", "E")
        shown.wait(lambda text: f"editing +4 {tmp_path}/checks.toml" in text.replace("\n", ""))
        shown.keys("C-c")  # for the editor alone
        shown.wait("interrupted")
        shown.keys("C-z")  # would stop the engine with it
        shown.keys("Enter")
        shown.wait_row("Sync invoices", "every 2 hours")
        shown.wait("ended with exit code 3")
