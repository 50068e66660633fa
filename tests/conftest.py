"""For all tests: however the suite was started, the programs that it starts get the usual signals.

A shell's ``&`` and nohup leave SIGINT and SIGHUP ignored, and children inherit that.
"""

from __future__ import annotations

import signal

signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
