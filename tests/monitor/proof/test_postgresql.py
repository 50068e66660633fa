"""One question to a PostgreSQL database: a real one, which is left as it was."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulsetui.core.proof.value_sources import PostgresqlQuery
from pulsetui.monitor.proof import postgresql
from pulsetui.monitor.proof.looks import UnseenError
from pulsetui.monitor.proof.postgresql import look_at_postgresql
from tests.job.server import free_port
from tests.monitor.proof.postgresql_server import PASSWORD, PostgresqlServer, serving_postgresql
from tests.monitor.proof.test_prover import looked, proving

psycopg = pytest.importorskip("psycopg")

TABLES = """
CREATE TABLE invoice (created timestamptz, total numeric, paid boolean, note text);
INSERT INTO invoice VALUES ('2026-11-19 22:00:00Z', 9.5, true, 'a'), ('2026-11-18', 3, false, 'b');
CREATE SEQUENCE numbers;
CREATE FUNCTION emptied() RETURNS int LANGUAGE sql AS 'DELETE FROM invoice; SELECT 1';
CREATE ROLE reader LOGIN PASSWORD 'other';
"""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresqlServer]:
    with serving_postgresql() as server:
        server.run(TABLES)
        yield server


def ask(server: PostgresqlServer | str, query: str, timeout_s: float = 8.0) -> object:
    address = server if isinstance(server, str) else server.address
    return look_at_postgresql({"shop": address}, PostgresqlQuery("it", "shop", query), timeout_s).value


def everything(server: PostgresqlServer) -> list[tuple[object, ...]]:
    with psycopg.connect(server.local) as connection:
        rows = connection.execute("SELECT *, (SELECT last_value FROM numbers) FROM invoice").fetchall()
        relations = connection.execute("SELECT relname FROM pg_class ORDER BY oid").fetchall()
        return [*rows, *relations]


def test_the_first_column_of_the_first_row_is_the_value(server: PostgresqlServer) -> None:
    for query, value in {
        "SELECT max(created) AT TIME ZONE 'UTC' FROM invoice": "2026-11-19T22:00:00",
        "SELECT extract(epoch FROM max(created)) FROM invoice;": 1795125600.0,
        "SELECT max(created)::date::text, 7 FROM invoice WHERE note LIKE '%a'  -- the newest": "2026-11-19",
        "SELECT count(*), 7 FROM invoice": 2,
        "WITH t AS (SELECT total FROM invoice) SELECT sum(total) FROM t": 12.5,
        "SELECT total, total FROM invoice ORDER BY total": 3,
        "SELECT paid FROM invoice ORDER BY created DESC": True,
        "SELECT array_agg(total ORDER BY total) FROM invoice": [3, 9.5],
        "TABLE invoice OFFSET 2": None,
        "SELECT created FROM invoice WHERE total > 99": None,
        "SELECT max(created) FROM invoice WHERE total > 99": None,
    }.items():
        assert ask(server, query) == value, query


def test_nothing_but_reading_is_done(server: PostgresqlServer) -> None:
    before = everything(server)
    for query, said in {
        "DELETE FROM invoice": "syntax error",
        "UPDATE invoice SET total = 0 RETURNING total": "syntax error",
        "WITH gone AS (DELETE FROM invoice RETURNING *) SELECT * FROM gone": "must be at the top level",
        "CREATE TABLE x (y int)": "syntax error",
        "COPY invoice TO PROGRAM 'touch /tmp/x'": "syntax error",
        "SELECT 1; DELETE FROM invoice": "syntax error",
        "SELECT 1) AS x; DELETE FROM invoice; SELECT 1 FROM (SELECT 1": "cannot insert multiple commands",
        "SELECT emptied()": "in a read-only transaction",
        "SELECT nextval('numbers')": "in a read-only transaction",
        "SELECT set_config('transaction_read_only', 'off', true), emptied()": "before any query",
        "SELECT * FROM invoice FOR UPDATE": "in a read-only transaction",
    }.items():
        with pytest.raises(UnseenError, match=said):
            ask(server, query)
    assert everything(server) == before


def test_what_cannot_be_asked_says_why_and_never_the_password(server: PostgresqlServer) -> None:
    wrong = f"postgresql://postgres:wr0ng-word@127.0.0.1:{server.port}/postgres"
    for address, query, said in [
        (server.address, "SELECT max(made) FROM invoice", 'column "made" does not exist'),
        (server.address, "SELECT 1 FROM orders", 'relation "orders" does not exist'),
        (server.address, "SELEC 1", 'syntax error at or near "1"'),
        (server.address, "SELECT repeat('x', 100001)", "longer than 100000 characters"),
        (server.address, "SELECT 10.0 ^ 400", "cannot be read"),
        (wrong, "SELECT 1", 'no connection: .*authentication failed for user "postgres"'),
        (
            server.address.replace(f"{server.port}/postgres", f"{server.port}/nil"),
            "SELECT 1",
            'database "nil" does not exist',
        ),
        (
            server.local.replace("//postgres", "//reader"),
            "SELECT 1 FROM invoice",
            "permission denied for table",
        ),
        (f"postgresql://x:wr0ng-word@127.0.0.1:{free_port()}/x", "SELECT 1", "Connection refused"),
        ("postgresql:///x?host=/no/such/folder", "SELECT 1", "no connection: .*No such file"),
        ("postgresql:///x?pasword=wr0ng-word", "SELECT 1", "not one that PostgreSQL understands"),
    ]:
        with pytest.raises(UnseenError, match=said) as caught:
            ask(address, query)
        assert PASSWORD not in str(caught.value)
        assert "wr0ng-word" not in str(caught.value)
    with pytest.raises(UnseenError, match=r"no such database in .*; did you mean shop\?"):
        look_at_postgresql({"shop": server.address}, PostgresqlQuery("it", "shopp", "SELECT 1"))


def test_a_query_without_end_and_a_table_that_is_locked_are_given_up(server: PostgresqlServer) -> None:
    with pytest.raises(UnseenError, match=r"no answer within 0\.3 s"):
        ask(server, "SELECT sum(n) FROM generate_series(1, 1e12) AS n", timeout_s=0.3)
    with psycopg.connect(server.local) as writer:
        writer.execute("LOCK TABLE invoice")
        with pytest.raises(UnseenError, match=r"no answer within 0\.3 s"):
            ask(server, "SELECT count(*) FROM invoice", timeout_s=0.3)


def test_a_server_that_stands_still_is_not_waited_for(
    server: PostgresqlServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, stopped = postgresql._connect, []

    def stopping(address: str) -> object:
        connection = connect(address)
        stopped.append(connection.info.backend_pid)
        os.kill(stopped[0], signal.SIGSTOP)
        return connection

    monkeypatch.setattr(postgresql, "_connect", stopping)
    try:
        with pytest.raises(UnseenError, match=r"no answer within 0\.1 s"):
            ask(server, "SELECT 1", timeout_s=0.1)
    finally:
        os.kill(stopped[0], signal.SIGCONT)


def test_a_server_that_ends_in_between_is_no_answer(
    server: PostgresqlServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = postgresql._connect

    def ending(address: str) -> object:
        connection = connect(address)
        with psycopg.connect(server.local) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
        return connection

    monkeypatch.setattr(postgresql, "_connect", ending)
    with pytest.raises(UnseenError, match=r"terminating connection|the connection broke"):
        ask(server, "SELECT 1")


def test_without_psycopg_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UnseenError, match=r'pip install "pulsetui\[postgresql\]"'):
        ask("postgresql:///x", "SELECT 1")


async def test_a_report_is_held_against_the_database(
    server: PostgresqlServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Proven, unmet and not provable, through the whole engine; the password is nowhere to be seen."""
    (tmp_path / "address").write_text(f"{server.address}\n")
    config = (
        f'[prove.databases]\nshop = "file:{tmp_path}/address"\n'
        f'gone = "postgresql://x:{PASSWORD}@127.0.0.1:{free_port()}/x"\n'
    )
    for slug, database, clause in [
        ("sync", "shop", "< 25h"),
        ("late", "shop", "< 1h"),
        ("lost", "gone", "< 25h"),
    ]:
        query = "SELECT max(created) FROM invoice"
        config += f"[checks.{slug}]\nevery = '1d'\nprove = [\"sql:{database} '{query}' {clause}\"]\n"
    async with proving(tmp_path, config) as engine:
        for slug in ("sync", "late", "lost"):
            await engine.ping(slug)
        await looked(engine)
        assert [engine.status(slug) for slug in ("sync", "late", "lost")] == ["up", "down unmet", "up"]
        said = [engine.client.details(slug).runs[0].proof for slug in ("sync", "late", "lost")]
        assert said[0] == "proven: shop (SELECT max(created) FROM invoice) is 2h old"
        assert said[1] == "unmet: shop (SELECT max(created) FROM invoice) is 2h old, expected < 1h"
        assert said[2].startswith("not provable: gone (SELECT max(created) FROM invoice): no connection: ")
    kept = (tmp_path / "state" / "pulsetui.sqlite3").read_text("latin-1")
    assert "FROM invoice" in kept
    assert PASSWORD not in "".join([caplog.text, *said, kept])
