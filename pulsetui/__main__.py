"""``python -m pulsetui``: the same as ``pulsetui``."""

import sys

from pulsetui.cli.main import main

sys.exit(main())
