"""Looks that hang take no place from others."""

from __future__ import annotations

import asyncio
import threading

import pytest

from pulsetui.monitor.proof import looks
from pulsetui.monitor.proof.looks import AT_ONCE, Looks, UnseenError


async def test_a_look_returns_what_it_saw_or_raises_what_it_raised() -> None:
    seen = Looks()
    assert await seen.run("a", lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await seen.run("a", lambda: 1 // 0)


async def test_what_hangs_holds_nobody_up_and_is_not_looked_at_twice() -> None:
    seen, gate = Looks(timeout_s=0.01), threading.Event()
    hanging = [f"/nfs/{n}" for n in range(AT_ONCE + 1)]
    for what in hanging:
        with pytest.raises(UnseenError, match=r"no answer within 0\.01 s"):
            await seen.run(what, gate.wait)
    with pytest.raises(UnseenError, match="an earlier look at it has not come back"):
        await seen.run(hanging[0], gate.wait)
    patient = Looks()
    patient._hanging = seen._hanging
    assert await patient.run("/disk", lambda: 7) == 7
    gate.set()
    while seen._hanging:  # noqa: ASYNC110 - a thread ends
        await asyncio.sleep(0)
    assert await patient.run(hanging[0], lambda: 7) == 7


async def test_threads_that_hang_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "MAX_HANGING", 1)
    seen, gate = Looks(timeout_s=0.01), threading.Event()
    with pytest.raises(UnseenError):
        await seen.run("/nfs", gate.wait)
    with pytest.raises(UnseenError, match="1 looks at other things hang"):
        await seen.run("/disk", lambda: 7)
    gate.set()


async def test_only_a_few_look_at_once_and_two_may_look_at_one_thing() -> None:
    seen, gate, begun = Looks(), threading.Event(), threading.Semaphore(0)

    def look() -> int:
        begun.release()
        gate.wait(10)
        return 7

    tasks = [asyncio.create_task(seen.run("/disk", look)) for _ in range(AT_ONCE + 2)]
    await asyncio.to_thread(lambda: [begun.acquire(timeout=10) for _ in range(AT_ONCE)])
    assert not begun.acquire(blocking=False)
    gate.set()
    assert await asyncio.gather(*tasks) == [7] * len(tasks)
