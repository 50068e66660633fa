"""The check that stands in examples, for somebody who has none yet."""

from __future__ import annotations

EXAMPLE = "sync-invoices"
EXAMPLE_UUID = "5f1c9a52-0000-4000-8000-000000000000"
