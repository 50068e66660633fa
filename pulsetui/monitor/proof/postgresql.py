"""Asks a PostgreSQL database one question, in a transaction that may only read.

The question is put inside one of ours, which makes JSON of the answer and cuts it: the server sends one value
of a bounded length, whatever is asked. So it cannot be a statement that changes something either, and it is
sent in the protocol that takes one statement alone.
"""

from __future__ import annotations

import select
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from pulsetui.core.proof.value_proof import SeenValue
from pulsetui.core.proof.value_sources import PostgresqlQuery
from pulsetui.core.text.nearest import nearest
from pulsetui.monitor.proof.looks import UnseenError

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.pq.abc import PGconn, PGresult

MAX_VALUE_CHARACTERS: Final = 100_000
"""Of an answer."""
TIMEOUT_S: Final = 8.0
"""Less than a look has: so a slow server leaves no thread behind."""
CONNECT_TIMEOUT_S: Final = 4
"""For each address of the server; there are mostly one or two. Whole seconds, as libpq counts."""

_MISSING: Final = 'psycopg is not installed where PulseTUI is: pip install "pulsetui[postgresql]"'
_CANCELED: Final = b"57014"
_NOTHING: Final = "null"
_SERVERS_SHARE: Final = 0.9
"""Of the time that is left: the server gives up first, and goes on with nothing that nobody waits for."""
_BY_ITSELF: Final = 0.9
"""After so much of that a cancelled query was cancelled by the server's own timeout: its clock is another."""
_BEGIN: Final = "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ ONLY"
# A name of ours for the rows, a line of its own for the end of a comment.
_ASK: Final = (
    "SELECT left((SELECT value FROM json_each(to_json(pulsetui_row)) LIMIT 1)::text, {longest})"
    " FROM (\n{query}\n) AS pulsetui_row LIMIT 1"
)


def look_at_postgresql(
    databases: Mapping[str, str], source: PostgresqlQuery, timeout_s: float = TIMEOUT_S
) -> SeenValue:
    """The first column of the first row, as JSON has it; of no row that there is nothing. It blocks.
    ``databases`` are addresses by name.

    Raises UnseenError when the question cannot be asked, or not be answered in time. No address is in it.
    """
    address = databases.get(source.database)
    if address is None:
        near = nearest(source.database, databases)
        raise UnseenError(f"no such database in [prove.databases]{f'; did you mean {near}?' if near else ''}")
    end = time.monotonic() + timeout_s
    connection = _connect(address)
    try:
        answer = _Server(connection.pgconn, end, f"no answer within {timeout_s:g} s").ask(source.query)
    finally:
        connection.close()  # which ends the transaction, too
    if len(answer) > MAX_VALUE_CHARACTERS:
        raise UnseenError(f"the answer is longer than {MAX_VALUE_CHARACTERS} characters")
    try:
        return SeenValue(msgspec.json.decode(answer))
    except (msgspec.DecodeError, RecursionError) as error:
        raise UnseenError(f"the answer cannot be read: {error}") from None


def _connect(address: str) -> Connection:
    try:
        import psycopg  # an extra, and few checks ask for it
    except ImportError:
        raise UnseenError(_MISSING) from None
    try:
        return psycopg.connect(
            address,
            autocommit=True,  # the transaction is begun here
            connect_timeout=CONNECT_TIMEOUT_S,
            application_name="pulsetui",
            client_encoding="utf8",
        )
    except psycopg.ProgrammingError:  # what it says may quote a part of the address
        raise UnseenError("its address in [prove.databases] is not one that PostgreSQL understands") from None
    except (psycopg.Error, OSError, ValueError) as error:
        said = _in_a_line(error).removeprefix("connection failed: ")
        raise UnseenError(f"no connection: {said}") from None


def _in_a_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


class _Server:
    """One connection on which nobody waits for longer than until ``end``: a server that stands still keeps no
    timeout of its own either."""

    def __init__(self, connection: PGconn, end: float, late: str) -> None:
        self._connection = connection
        self._end = end
        self._late = late
        self._canceled_from = end  # when the server gives up by itself

    def ask(self, query: str) -> str:
        """The JSON of the value; that of nothing when there is no row."""
        self._run(_BEGIN)
        servers_s = max(0.001, (self._end - time.monotonic()) * _SERVERS_SHARE)
        self._run(f"SET LOCAL statement_timeout = {servers_s * 1000:.0f}")
        self._canceled_from = time.monotonic() + servers_s * _BY_ITSELF
        result = self._run(_ASK.format(longest=MAX_VALUE_CHARACTERS + 1, query=query.rstrip("; \t\r\n")))
        value = result.get_value(0, 0) if result.ntuples else None
        return value.decode("utf-8", "replace") if value is not None else _NOTHING

    def _run(self, statement: str) -> PGresult:
        import psycopg
        from psycopg.pq import DiagnosticField, ExecStatus

        try:
            self._connection.send_query_params(statement.encode(), None)
            result = self._next()
            while self._next() is not None:
                pass  # nothing is left of this one: it makes way for the next
        except psycopg.Error as error:
            raise UnseenError(f"the connection broke: {_in_a_line(error)}") from None
        if result is not None and result.status in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
            return result
        said = result.error_field(DiagnosticField.MESSAGE_PRIMARY) if result is not None else None
        if said is None or result is None:
            raise UnseenError("the connection broke")
        is_canceled = result.error_field(DiagnosticField.SQLSTATE) == _CANCELED
        if is_canceled and time.monotonic() > self._canceled_from:
            raise UnseenError(self._late)
        raise UnseenError(said.decode("utf-8", "replace"))

    def _next(self) -> PGresult | None:
        poll = select.poll()  # select() knows no descriptor above 1024
        poll.register(self._connection.socket, select.POLLIN)
        while self._connection.is_busy():
            left_s = self._end - time.monotonic()
            if left_s <= 0 or not poll.poll(left_s * 1000):
                raise UnseenError(self._late)
            self._connection.consume_input()
        return self._connection.get_result()
