"""A listener that runs, for clients to attach to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.listener.served import Served, serve


@pytest.fixture
def served() -> Iterator[Served]:
    with serve() as running:
        yield running
