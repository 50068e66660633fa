"""For the tests of the screen."""

from __future__ import annotations

import os

# Before Textual is imported: it reads these once.
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["COLORTERM"] = "truecolor"
for name in ("NO_COLOR", "TMUX"):
    os.environ.pop(name, None)
