"""The durable queue of alerts, as the couriers of ``hooks`` see it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from pulsetui.monitor import commands
from pulsetui.monitor.alert import Delivery
from pulsetui.monitor.engine import Engine
from pulsetui.monitor.views import read_alert


class StoreOutbox:
    """Implements ``monitor.alert.Outbox`` over the engine's database. Raises StoreError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def due(self, now: datetime, limit: int) -> Sequence[Delivery]:
        found = await asyncio.to_thread(self._engine.queries.deliveries_due, now, limit)
        return [
            Delivery(
                id=one.id,
                hook=one.hook,
                alert=read_alert(one.alert),
                tries=one.tries,
                created_at=one.created_at,
            )
            for one in found
        ]

    async def next_due(self) -> datetime | None:
        return await asyncio.to_thread(self._engine.queries.next_delivery_at)

    async def delivered(self, delivery: Delivery, at: datetime) -> None:
        await self._engine.perform(
            commands.Settle(delivery.id, delivery.tries + 1, delivered_at=at, next_try_at=None, error="")
        )

    async def failed(
        self, delivery: Delivery, at: datetime, error: str, next_try_at: datetime | None
    ) -> None:
        await self._engine.perform(
            commands.Settle(
                delivery.id, delivery.tries + 1, delivered_at=None, next_try_at=next_try_at, error=error
            )
        )
