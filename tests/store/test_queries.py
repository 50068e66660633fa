"""What is read for screens: newest first, bounded, whatever else is written meanwhile."""

from __future__ import annotations

from pulsetui.core.state.state import new_state
from pulsetui.core.state.status import PingKind
from pulsetui.store.database import Database
from pulsetui.store.queries import Queries
from pulsetui.store.rows import (
    Changes,
)
from tests.store.samples import NOW, ping


def test_pings_are_listed_newest_first_with_the_start_of_their_bodies(
    database: Database, queries: Queries
) -> None:
    body = bytes(range(256)) * 300
    pings = [(1, ping(1)), (1, ping(2, kind=PingKind.FAIL, exit_status=3, body=body)), (2, ping(1))]
    database.write(Changes(states={1: new_state(NOW)}, pings=pings))
    found = queries.pings(1, 10)
    assert [(one.n, one.kind, one.exit_status, one.body_size) for one in found] == [
        (2, "fail", 3, len(body)),
        (1, "success", None, 0),
    ]
    assert found[0].body_start == body[:2000]
    assert queries.body(1, 2) == body
    assert queries.body(1, 1) == b""
