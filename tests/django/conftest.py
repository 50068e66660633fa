"""A listener that runs, for ``sync`` to ask."""

from __future__ import annotations

from tests.attach.conftest import served

__all__ = ["served"]
