"""The engine's door: where pings come in, and who may bring them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Sequence
from datetime import datetime

from msgspec import Struct

from pulsetui.client.observers import Observers
from pulsetui.client.refused import NOTICE
from pulsetui.monitor.pings.creation import Creation, Maker
from pulsetui.monitor.pings.reading import Reading, without_rest
from pulsetui.monitor.pings.refusals import Refusals
from pulsetui.monitor.pings.unread import Unread
from pulsetui.monitor.sink import ApiKeys, IncomingPing, OnReceipt, Receipt, Refused
from pulsetui.monitor.writing import commands
from pulsetui.monitor.writing.checks import TrackedCheck
from pulsetui.monitor.writing.writer import Submitted, Writer

MAX_WAITING = 10_000
"""Pings waiting for a commit; one more is answered 503."""

_PATIENCE_S = 0.01
"""How long the loop stands still at most for the pings of a crowd to be committed."""


class Keys(Struct, frozen=True, kw_only=True):
    """Of one state directory, beside those that are configured."""

    api: str
    local_ping: str
    state_id: str


class Door:
    """Implements ``monitor.sink.PingSink``. All of it is for the engine's loop."""

    def __init__(
        self,
        writer: Writer,
        maker: Maker,
        keys: Keys,
        *,
        spawn: Callable[[Coroutine[object, object, None]], None],
        before_judging: Callable[[], None],
    ) -> None:
        """``before_judging`` is called before a ping is received by the clock."""
        self._writer = writer
        self._maker = maker
        self._clock = maker.clock
        self._keys = keys
        self._before_judging = before_judging
        self.unread = Unread(maker.notices)
        self.refusals = Refusals(maker.notices, lambda: writer.checks.slugs())  # noqa: PLW0108 - another set after each edit
        self.reading = Reading()
        self.pings = 0  # that were taken
        self.rejected: Counter[str] = Counter()  # requests that were not, by why
        self.on_rejected: Observers[[]] = Observers()
        self._creation = Creation(self, maker, spawn)
        self._waiting = 0  # pings that are not answered yet
        self._gathered: list[Submitted] = []  # of these, the ones of this round of the loop

    def ping_keys(self) -> Sequence[str]:
        configured = self._maker.config.listener.ping_key
        return (self._keys.local_ping, configured) if configured else (self._keys.local_ping,)

    def hosts(self) -> Sequence[str]:
        return self._maker.config.listener.hosts

    def state_id(self) -> str:
        return self._keys.state_id

    def api_keys(self) -> ApiKeys:
        listener = self._maker.config.listener
        return ApiKeys(
            full=(self._keys.api, listener.api_key) if listener.api_key else (self._keys.api,),
            read_only=(listener.api_key_readonly,) if listener.api_key_readonly else (),
        )

    def knows(self, slug: str) -> bool:
        return self._writer.checks.find(slug) is not None

    def knows_uuid(self, uuid: str) -> bool:
        return self._writer.checks.find_uuid(uuid) is not None

    def find(self, arrival: IncomingPing) -> TrackedCheck | None:
        """The check that a ping names, if it is there."""
        return self._writer.checks.named(arrival.uuid, arrival.slug)

    def receive(self, arrival: IncomingPing, done: OnReceipt) -> None:
        tracked = self.find(arrival)
        if tracked is None:
            if arrival.create and arrival.slug:
                self._creation.take(arrival.slug, arrival, done)
            else:
                done(Receipt.UNKNOWN)
            return
        patterns = tracked.check.metrics
        if self._waiting >= MAX_WAITING or (patterns and self.reading.is_full):
            now = self._clock.now()
            self._writer.turned_away(commands.Receive(without_rest(arrival), now), now)
            done(Receipt.BUSY)
            return
        if self._waiting == 0:
            self._before_judging()  # those that follow before the commit come within milliseconds
        self._waiting += 1
        at = self._clock.now()
        if patterns or self.reading.is_busy(tracked.id):
            self.reading.pass_on(tracked.id, patterns, arrival, lambda read: self._gather(read, at, done))
        else:
            self._gather(arrival, at, done)

    def _gather(self, arrival: IncomingPing, at: datetime, done: OnReceipt) -> None:
        """A ping that was received at ``at`` and is ready to be written."""

        def committed(result: Receipt | Exception) -> None:
            self._waiting -= 1
            self.pings += 1
            if arrival.notes or self.unread:
                self.unread.take(arrival, self._slug_of(arrival))
            done(result if isinstance(result, Receipt) else Receipt.BUSY)

        if not self._gathered:
            asyncio.get_running_loop().call_soon(self.hand_over)
        self._gathered.append((commands.Receive(without_rest(arrival), at), committed))

    def hand_over(self) -> None:
        """Gives the writer the pings of one round of the loop, together.

        One by one they would become many small transactions. And while it works on those of a crowd the loop
        does not take the interpreter away from it, unless the disk stalls.
        """
        gathered, self._gathered = self._gathered, []
        if len(gathered) > 1 and len(gathered) == self._waiting:
            self._writer.submit_and_wait(gathered, _PATIENCE_S)
        elif gathered:
            self._writer.submit(gathered)

    async def make_for_kept(self, arrival: IncomingPing) -> bool:
        """Whether there now is a check for a kept report that asks for one to be made."""
        return await self._creation.make_for_kept(arrival)

    def counted(self) -> None:
        """A ping was taken in by another way."""
        self.pings += 1

    def _slug_of(self, arrival: IncomingPing) -> str:
        """The slug of the check that the arrival names; "" when it is gone."""
        if arrival.uuid is None:
            return arrival.slug or ""
        tracked = self.find(arrival)
        return "" if tracked is None else tracked.check.slug

    def reject(self, why: str) -> None:
        self.rejected[why] += 1
        self.on_rejected()

    def turned_away(self) -> None:
        self._writer.turned_away(commands.Settled(), self._clock.now())

    def refuse(self, refused: Refused) -> str:
        near = self.refusals.take(refused, self._clock.now())
        self.reject(refused.why)
        return near

    def dismiss(self, key: str) -> None:
        """Takes away a notice that has been read."""
        self._maker.notices.take_away(key)
        if key == NOTICE:
            self.refusals.dismiss()

    def redefined(self, slugs: Collection[str]) -> None:
        """These are the checks now: what was noted of others is forgotten."""
        self.unread.keep(frozenset(slugs))
        self.refusals.forget(slugs)
