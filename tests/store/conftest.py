"""A database with two checks, and what reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pulsetui.store.database import Database
from pulsetui.store.queries import Queries
from pulsetui.store.rows import (
    Changes,
)
from tests.store.samples import identity


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path)
    opened.write(Changes(identities=[identity(1, "a"), identity(2, "b")]))
    yield opened
    opened.close()


@pytest.fixture
def queries(database: Database) -> Iterator[Queries]:
    opened = Queries(database.path.parent)
    yield opened
    opened.close()
