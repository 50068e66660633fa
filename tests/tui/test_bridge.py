"""From many threads to one flush."""

from __future__ import annotations

import asyncio
import threading

from pulsetui.tui.bridge import Bridge


class Flushed:
    """Notes what it is called with, and on which thread."""

    def __init__(self) -> None:
        self.calls: list[tuple[frozenset[str], bool]] = []
        self.event = asyncio.Event()
        self.thread: int | None = None

    def __call__(self, slugs: frozenset[str], info: bool) -> None:
        self.calls.append((slugs, info))
        self.thread = threading.get_ident()
        self.event.set()


async def test_many_changes_from_many_threads_arrive_in_one_flush_on_the_loop() -> None:
    flushed = Flushed()
    bridge = Bridge(flushed, delay_s=0.05)

    def many(slug: str) -> None:
        for _ in range(50):
            bridge.changed(frozenset({slug}))

    threads = [threading.Thread(target=many, args=(f"job-{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    await asyncio.wait_for(flushed.event.wait(), 5)

    assert flushed.calls == [(frozenset(f"job-{n}" for n in range(8)), False)]
    assert flushed.thread == threading.get_ident()


async def test_an_empty_change_tells_that_the_engine_itself_changed() -> None:
    flushed = Flushed()
    bridge = Bridge(flushed, delay_s=0)
    bridge.changed(frozenset())
    await asyncio.wait_for(flushed.event.wait(), 5)

    assert flushed.calls == [(frozenset(), True)]


async def test_changes_after_a_flush_arm_another() -> None:
    flushed = Flushed()
    bridge = Bridge(flushed, delay_s=0)
    for slug in ("a", "b"):
        flushed.event.clear()
        bridge.changed(frozenset({slug}))
        await asyncio.wait_for(flushed.event.wait(), 5)

    assert [slugs for slugs, _ in flushed.calls] == [{"a"}, {"b"}]


async def test_nothing_is_flushed_after_the_end() -> None:
    flushed = Flushed()
    bridge = Bridge(flushed, delay_s=0)
    bridge.changed(frozenset({"a"}))
    bridge.close()
    await asyncio.sleep(0.01)

    assert flushed.calls == []


async def test_a_change_after_the_loop_has_ended_is_ignored() -> None:
    flushed = Flushed()
    made: list[Bridge] = []

    async def make() -> None:
        made.append(Bridge(flushed, delay_s=0))

    thread = threading.Thread(target=lambda: asyncio.run(make()))
    thread.start()
    thread.join()

    made[0].changed(frozenset({"a"}))


async def test_a_flush_that_fails_does_not_stop_the_next() -> None:
    seen: list[frozenset[str]] = []
    done = asyncio.Event()

    def flush(slugs: frozenset[str], info: bool) -> None:
        seen.append(slugs)
        done.set()
        if len(seen) == 1:
            raise ValueError("a broken picture")

    bridge = Bridge(flush, delay_s=0)
    for slug in ("a", "b"):
        done.clear()
        bridge.changed(frozenset({slug}))
        await asyncio.wait_for(done.wait(), 5)

    assert seen == [{"a"}, {"b"}]
