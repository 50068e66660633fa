"""On what the figures were measured, and what the kernel knows of a process."""

from __future__ import annotations

import os
import platform
import tempfile
from datetime import datetime
from pathlib import Path


def describe() -> str:
    """Date, processor, cores, load, Python and the file system that takes the commits: one line each."""
    now = datetime.now().astimezone()
    commits = f"commits to {_file_system(Path(tempfile.gettempdir()))}"
    load = ", ".join(f"{one:.2f}" for one in os.getloadavg())
    return "\n".join(
        (
            f"- date: {now:%Y-%m-%d %H:%M %z}",
            f"- processor: {_processor()}, {len(os.sched_getaffinity(0))} cores",
            f"- load before the run (1, 5, 15 minutes): {load}",
            f"- {platform.platform(terse=True)}, Python {platform.python_version()}, {commits}",
        )
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def _file_system(path: Path) -> str:
    """The type of the file system that holds ``path``: on tmpfs a commit costs nothing."""
    best, kind = "", "an unknown file system"
    for line in Path("/proc/mounts").read_text().splitlines():
        _device, place, found, *_ = line.split()
        if path.is_relative_to(place) and len(place) >= len(best):
            best, kind = place, found
    return kind


def cpu_seconds(pid: int) -> float:
    """CPU time that the living threads of a process have used, from the scheduler's own nanoseconds."""
    spent = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            spent += int((task / "schedstat").read_text().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            continue  # the thread has just ended
    return spent / 1e9


def rss_mib(pid: int) -> float:
    """Resident memory in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")
