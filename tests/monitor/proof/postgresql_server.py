"""A real PostgreSQL server for tests, in a directory of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.job.server import free_port

PASSWORD = "geheim-geheim"  # of postgres, over TCP
_START_S = 30
_OPTIONS = {
    "fsync": "off",
    "max_connections": "20",
    "shared_buffers": "1MB",
    "autovacuum": "off",
    "listen_addresses": "127.0.0.1",
}


class PostgresqlServer:
    """It may be asked at once."""

    def __init__(self, port: int, sockets: Path) -> None:
        self.port = port
        self.address = f"postgresql://postgres:{PASSWORD}@127.0.0.1:{port}/postgres"
        self.local = f"postgresql://postgres@:{port}/postgres?host={sockets}"
        """The same without a password: through its socket."""

    def run(self, *statements: str) -> None:
        """As its owner."""
        import psycopg

        with psycopg.connect(self.local, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@contextmanager
def serving_postgresql() -> Iterator[PostgresqlServer]:
    """Skips the test where there is no PostgreSQL to be started."""
    initdb, postgres = _program("initdb"), _program("postgres")
    folder = Path(tempfile.mkdtemp(prefix="pulse-pg-"))  # short: it holds the path of a socket
    as_other: list[str] = []
    if os.getuid() == 0:  # as which it does not run
        shutil.chown(folder, "nobody")
        as_other = ["setpriv", "--reuid", "nobody", "--clear-groups", "--"]
    try:
        password, data = folder / "password", folder / "data"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        auth = ["--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={password}"]
        made = [initdb, "-D", str(data), "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", *auth]
        subprocess.run([*as_other, *made], check=True, capture_output=True, cwd=folder, timeout=60)
        options = _OPTIONS | {"port": str(port := free_port()), "unix_socket_directories": str(folder)}
        words = [f"--{name}={value}" for name, value in options.items()]
        log = (folder / "log").open("wb")
        with (
            log,
            subprocess.Popen(
                [*as_other, postgres, "-D", str(data), *words], stderr=log, cwd=folder
            ) as process,
        ):
            try:
                server = PostgresqlServer(port, folder)
                _wait_for(server)
                yield server
            finally:
                process.send_signal(signal.SIGQUIT)  # at once
    finally:
        shutil.rmtree(folder)


def _program(name: str) -> str:
    """Debian has the server's programs beside the PATH."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(map(str, reversed(places))))
    if found is None:
        pytest.skip(f"{name} is not there (Debian: apt-get install postgresql)")
    return found


def _wait_for(server: PostgresqlServer) -> None:
    psycopg = pytest.importorskip("psycopg")
    end = time.monotonic() + _START_S
    while True:
        try:
            psycopg.connect(server.local).close()
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return
