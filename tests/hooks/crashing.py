"""An engine with its delivery worker that is killed at every step between a flip and its recorded delivery.

Run as a program in a directory of its own. For each step it forks a child, which works until that step and
is killed there with SIGKILL; then a second child, which starts over the same files and works to the end. A
step is a statement of the writer's SQLite connection (so also: within a transaction, before its COMMIT), or
one side of the instant at which a hook tells somebody. Prints a line of JSON for each step.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

from pulsetui.client.alert import Alert
from pulsetui.core.state.status import PingKind
from pulsetui.hooks.delivery import DeliveryWorker
from pulsetui.hooks.hook import Hook
from pulsetui.monitor.outbox import StoreOutbox
from pulsetui.monitor.sink import Receipt
from pulsetui.store import database
from tests.monitor.harness import Harness, running

SLUGS = [f"job-{n}" for n in range(6)]
HOOKS = ("single", "digest")
_CONFIG = "".join(f'[checks.{slug}]\nevery = "15m"\ngrace = "5m"\n' for slug in SLUGS) + "".join(
    f'[hooks.{name}]\ntype = "terminal"\n' for name in HOOKS
)
_TOLD, _TAKEN = "told.jsonl", "taken"
_MOST_STEPS = 1000


class Steps:
    """Kills the process at one of them, once they count."""

    def __init__(self, fatal: int | None) -> None:
        self._fatal = fatal
        self._count = 0
        self.counting = False

    def step(self, _: object = None) -> None:
        if not self.counting:
            return
        if self._count == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        self._count += 1


class TellingHook(Hook):
    """Appends what it tells to a file, which is what a person has seen."""

    def __init__(self, name: str, path: Path, step: Callable[[], None]) -> None:
        self.digest = name == "digest"
        self._name = name
        self._path = path
        self._step = step

    async def send(self, alert: Alert) -> None:
        self._step()
        slugs = [alert.slug] if alert.slug else [slug for slug in SLUGS if slug in alert.body]
        with self._path.open("a") as file:
            file.write(json.dumps({"hook": self._name, "slugs": slugs, "event": alert.event}) + "\n")
        self._step()


async def _work(directory: Path, fatal: int | None) -> None:
    steps = Steps(fatal)
    _trace_writer(steps)
    async with running(directory, config=_CONFIG) as engine:
        hooks = {name: TellingHook(name, directory / _TOLD, steps.step) for name in HOOKS}
        worker = DeliveryWorker(
            StoreOutbox(engine.engine),
            hooks,
            engine.clock,
            lambda *_: None,
            sleep=lambda seconds: asyncio.sleep(0 if seconds <= 1 else seconds),
        )
        engine.engine.on_alerts.subscribe(worker.wake)
        working = asyncio.create_task(worker.run())
        steps.counting = True
        await asyncio.gather(*(_report(directory, engine, slug, PingKind.FAIL) for slug in SLUGS))
        await _until_empty(engine)
        await _report(directory, engine, SLUGS[0], PingKind.SUCCESS)
        await _until_empty(engine)
        worker.stop()
        await working


def _trace_writer(steps: Steps) -> None:
    connect = database.connect

    def traced(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
        connection = connect(path, read_only=read_only)
        if not read_only:
            connection.set_trace_callback(steps.step)
        return connection

    database.connect = traced


async def _report(directory: Path, engine: Harness, slug: str, kind: PingKind) -> None:
    """As a job does that asks again until it has its answer."""
    taken = directory / _TAKEN / f"{slug}-{kind}"
    if not taken.exists():
        assert await engine.ping(slug, kind) is Receipt.OK
        taken.touch()


async def _until_empty(engine: Harness) -> None:
    while await asyncio.to_thread(engine.engine.queries.delivery_queues):  # noqa: ASYNC110 - a store has no event
        await asyncio.sleep(0.002)


def _child(directory: Path, fatal: int | None) -> int:
    """What the process of one run ended with."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            asyncio.run(_work(directory, fatal))
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def main() -> None:
    for fatal in range(_MOST_STEPS):
        directory = Path(f"step-{fatal}").absolute()
        (directory / _TAKEN).mkdir(parents=True)
        first = _child(directory, fatal)
        told_before = _told(directory)
        second = _child(directory, None)
        print(
            json.dumps({"ended": [first, second], "before": told_before, "told": _told(directory)}),
            flush=True,
        )
        if first != -signal.SIGKILL:
            return
    sys.exit("it never came to an end")


def _told(directory: Path) -> list[object]:
    path = directory / _TOLD
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


if __name__ == "__main__":
    main()
