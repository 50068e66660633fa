"""The manual page that is installed, out of the commands. To write it: python -m tests.docs.man_page"""

from __future__ import annotations

from pathlib import Path

from pulsetui.cli.commands.help.man import man_page

PAGE = Path(__file__).parents[2] / "docs" / "pulsetui.1"

if __name__ == "__main__":
    PAGE.write_text(man_page(), "utf-8")
