"""Listeners that run: open, with keys, or in a hurry."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.listener.served import SHORT, Served, serve


@pytest.fixture
def served() -> Iterator[Served]:
    with serve() as running:
        yield running


@pytest.fixture
def reachable() -> Iterator[Served]:
    """A listener that others than this host can reach: keys are needed."""
    with serve(require_key=True) as running:
        yield running


@pytest.fixture
def hasty() -> Iterator[Served]:
    """A server with SHORT limits."""
    with serve(limits=SHORT) as running:
        yield running
