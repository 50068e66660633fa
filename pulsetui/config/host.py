"""What this host says of itself."""

from __future__ import annotations

import os
from datetime import datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo


def host_zone() -> tzinfo:
    """The zone of whoever sits here: ``TZ``, else the system's, with its rules if they can be found."""
    name = os.environ.get("TZ", "").lstrip(":")
    if not name:
        try:
            parts = Path("/etc/localtime").resolve().parts
            name = "/".join(parts[parts.index("zoneinfo") + 1 :])
        except (OSError, ValueError):
            name = ""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError):
        local = datetime.now().astimezone().tzinfo
        assert local is not None
        return local
