"""Closed-loop load from wrk: each request over a connection of its own."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.processes import needed

_SCRIPT = """\
wrk.headers["Connection"] = "close"
local prepared, n = {}, 0
function init(args)
  for i = 0, %d do prepared[i] = wrk.format("GET", string.format("/ping/check-%%05d", i)) end
end
function request()
  n = n + 1
  return prepared[n %% (%d + 1)]
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %%d %%d %%d %%d %%d %%d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.status, e.connect + e.read + e.write + e.timeout))
end
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one run of wrk saw."""

    answered: int
    seconds: float
    p50_ms: float
    p99_ms: float
    refused: int  # answers with an error status
    broken: int  # connections that failed or timed out

    @property
    def rate(self) -> float:
        return self.answered / self.seconds


def script(directory: Path, checks: int) -> Path:
    """Writes the script that pings ``checks`` checks in turn."""
    path = directory / "pings.lua"
    path.write_text(_SCRIPT % (checks - 1, checks - 1))
    return path


def load(lua: Path, port: int, connections: int, seconds: int) -> Load:
    """Raises Skipped when wrk is not installed."""
    options = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(lua)]
    done = subprocess.run(
        [needed("wrk", "wrk"), *options, f"http://127.0.0.1:{port}"],
        capture_output=True,
        text=True,
        timeout=seconds + 60,
        check=True,
    )
    [line] = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    answered, microseconds, p50, p99, refused, broken = (int(word) for word in line.split()[1:])
    return Load(
        answered=answered,
        seconds=microseconds / 1e6,
        p50_ms=p50 / 1e3,
        p99_ms=p99 / 1e3,
        refused=refused,
        broken=broken,
    )
