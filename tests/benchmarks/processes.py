"""Starts what is measured, each in a process of its own, and ends it whatever happens."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.report import Skipped

PULSETUI = shutil.which("pulsetui", path=sysconfig.get_path("scripts")) or "pulsetui"
PLACE = Path(__file__).parents[2]
"""The checkout: modules of this package are run from here."""

_START_TIMEOUT_S = 30.0
_END_TIMEOUT_S = 10.0
_STILL_S = 0.5


@dataclass(frozen=True, slots=True)
class Home:
    """A user with a configuration and nothing else."""

    path: Path

    @property
    def config(self) -> Path:
        return self.path / "checks.toml"

    @property
    def state(self) -> Path:
        return self.path / "state"

    def environment(self, **more: str) -> dict[str, str]:
        """Nothing of the person's own settings. Compiled modules are kept, as in any installation."""
        dropped = ("PULSETUI_", "XDG_", "COV", "PYTHONDONTWRITEBYTECODE", "TMUX")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        return {**kept, "HOME": str(self.path), "LC_ALL": "C.UTF-8", **more}

    def options(self, port: int = 0) -> list[str]:
        """Where the product finds everything."""
        state = ["--state-dir", str(self.state), "--listen", f"127.0.0.1:{port}"]
        return ["--config", str(self.config), *state]

    def stored(self) -> int:
        """How many pings were ever stored: their numbers have no gaps, though old ones are dropped."""
        with closing(sqlite3.connect(f"file:{self.state}/pulsetui.sqlite3?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT max(n), min(n), count(*) FROM pings GROUP BY check_id").fetchall()
        for last, first, count in rows:
            if last - first + 1 != count:
                raise RuntimeError(f"numbers of pings have gaps: {first} to {last}, but {count} rows")
        return sum(last for last, _, _ in rows)

    def settled(self) -> int:
        """``stored`` once it stands still: what a load left under way is committed after it has gone."""
        before = -1
        deadline = time.monotonic() + _START_TIMEOUT_S
        while (now := self.stored()) != before:
            if time.monotonic() > deadline:
                raise RuntimeError("pings are still being stored though nobody sends any")
            before = now
            time.sleep(_STILL_S)
        return now


@contextmanager
def home(checks: int = 0, every: str = "1d", grace: str = "1h") -> Iterator[Home]:
    """A temporary one with ``checks`` checks, deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="pulsetui-bench-", ignore_cleanup_errors=True) as directory:
        made = Home(Path(directory))
        made.config.write_text("".join(_check(number, every, grace) for number in range(checks)))
        yield made


def slug(number: int) -> str:
    return f"check-{number:05d}"


def _check(number: int, every: str, grace: str) -> str:
    return f'[checks.{slug(number)}]\nname = "Check {number:05d}"\nevery = "{every}"\ngrace = "{grace}"\n\n'


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], stderr: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A process that is ended at the end: asked first, then killed."""
    process = subprocess.Popen(
        list(command), env=dict(environment), cwd=PLACE, text=True, stdin=subprocess.DEVNULL, stderr=stderr
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=_END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@dataclass(frozen=True, slots=True)
class Server:
    """Something that answers on loopback."""

    pid: int
    port: int


@contextmanager
def serving(at: Home, **more: str) -> Iterator[Server]:
    """The installed ``pulsetui serve``."""
    command = [PULSETUI, "serve", *at.options()]
    with running(command, at.environment(**more), stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", first)
        if found is None:
            raise RuntimeError(f"pulsetui serve did not start: {first}{process.stderr.read()}")
        yield Server(process.pid, int(found[1]))


_NGINX = """\
daemon off; master_process off; pid {place}/nginx.pid; error_log {place}/error.log crit;
events {{ worker_connections 2048; }}
http {{
  access_log off; default_type text/plain; client_body_temp_path {place}/body; proxy_temp_path {place}/proxy;
  fastcgi_temp_path {place}/fastcgi; uwsgi_temp_path {place}/uwsgi; scgi_temp_path {place}/scgi;
  server {{ listen 127.0.0.1:{port} backlog=1024; location / {{ return 200 "OK"; }} }}
}}
"""


@contextmanager
def nginx(at: Home) -> Iterator[Server]:
    """The floor: one nginx process that answers 200 to everything and keeps nothing."""
    program = needed("nginx", "nginx-light")
    port = free_port()
    config = at.path / "nginx.conf"
    config.write_text(_NGINX.format(place=at.path, port=port))
    with running([program, "-c", str(config), "-p", str(at.path)], at.environment()) as process:
        wait_for_port(port, process)
        yield Server(process.pid, port)


def needed(program: str, package: str) -> str:
    """The path of a program. Raises Skipped when it is not there."""
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    found = shutil.which(program, path=path)
    if found is None:
        raise Skipped(f"{program} is not installed (Debian: apt-get install {package})")
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert isinstance(port, int)
    return port


def wait_for_port(port: int, process: subprocess.Popen[str] | None = None) -> None:
    """Returns when somebody listens there. Raises RuntimeError after a while."""
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"nothing listens on port {port}")


def module(name: str, *arguments: str) -> list[str]:
    """The command that runs a module of this package."""
    return [sys.executable, "-m", f"tests.benchmarks.{name}", *arguments]
