"""Which program listens on a port, for the message that says it is taken.

Linux only; elsewhere no name is given.
"""

from __future__ import annotations

from pathlib import Path

_LISTENING = "0A"  # TCP_LISTEN in /proc/net/tcp


def holder_of(port: int) -> str:
    """``nginx (process 4711)``; ``""`` when it cannot be known (not ours to see, another system)."""
    try:
        sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
        if not sockets:
            return ""
        for process in Path("/proc").iterdir():
            if process.name.isdigit() and _holds(process, sockets):
                name = (process / "comm").read_text(errors="replace").strip()
                clean = "".join(c for c in name if c.isprintable())
                return f"{clean} (process {process.name})"
    except OSError:
        pass  # a courtesy of an error message
    return ""


def _inodes(port: int) -> list[str]:
    wanted = f":{port:04X}"
    inodes = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        path = Path(table)
        if not path.exists():
            continue
        for line in path.read_text().splitlines()[1:]:
            fields = line.split()
            if fields[1].endswith(wanted) and fields[3] == _LISTENING:
                inodes.append(fields[9])
    return inodes


def _holds(process: Path, sockets: set[str]) -> bool:
    try:
        return any(str(link.readlink()) in sockets for link in (process / "fd").iterdir())
    except OSError:
        return False  # another user's process, or it ended while we looked
