"""Real commands beside the screen: what they print, how they end, how they are stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulsetui.config.tables.actions import ActionConfig
from pulsetui.tui.own_actions import beside
from pulsetui.tui.own_actions.beside import KEPT_BYTES, BesideRun
from pulsetui.tui.own_actions.how_it_went import state_of
from pulsetui.tui.own_actions.screen import output_lines
from tests.client.samples import NOW

LONGEST_S = 20.0


class Started:
    """A run, and the moment at which its end was told."""

    def __init__(self, command: str) -> None:
        self.told = threading.Event()
        self.run = BesideRun(ActionConfig(name="x", command=command), command, "billing", NOW)
        self.run.start(["/bin/sh", "-c", command], Path("/"), lambda _: self.told.set(), lambda: NOW)

    def ended(self) -> BesideRun:
        assert self.told.wait(LONGEST_S)
        return self.run


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(beside, "STOP_S", 0.05)
    monkeypatch.setattr(beside, "_DRAIN_S", 0.05)
    monkeypatch.setattr(beside, "_LOOK_S", 0.01)
    return iter([None])


def text_of(run: BesideRun) -> list[str]:
    return [text for text, _ in output_lines(run)]


def test_commands_end_as_they_do() -> None:
    """Together, since each takes a moment: output and errors, a code, a signal, nothing at all."""
    printed = Started("pwd; echo oops >&2; printf '\\033[31mred\\033[0m\\t[b]\\n'; exit 3")
    killed = Started("kill -KILL $$")
    silent = Started("exec >&- 2>&-; true")
    reads = Started("read x; echo got nothing")
    assert text_of(printed.ended()) == ["/", "oops", "red     [b]"]
    assert state_of(printed.run, NOW)[1][0] == "exit code 3 after 0.00s"
    assert state_of(killed.ended(), NOW)[1][0] == "ended by SIGKILL after 0.00s"
    assert text_of(silent.ended()) == ["Nothing was printed."]
    assert state_of(silent.run, NOW)[1][0] == "done in 0.00s"
    assert text_of(reads.ended()) == ["got nothing"]  # no key of the screen's is taken


def test_the_end_of_a_long_output_is_kept() -> None:
    run = Started("seq 1 200000").ended()
    printed, skipped = run.output
    assert printed.endswith(b"\n199999\n200000\n")
    assert len(printed) <= KEPT_BYTES
    assert len(printed) + skipped == run.size == sum(len(f"{n}\n") for n in range(1, 200001))
    first, *rest = text_of(run)
    assert first == f"… {skipped} bytes before this are no longer kept"
    assert rest[-1] == "200000"


def test_what_runs_is_stopped_with_all_that_it_has_started() -> None:
    polite = Started("sleep 1000 & wait")
    stubborn = Started("trap '' TERM; echo no; while :; do sleep 1000; done")
    while b"no" not in stubborn.run.output[0]:
        assert not stubborn.told.wait(0.01)
    for one in (polite, stubborn):
        assert one.run.code is None
        assert state_of(one.run, NOW)[1][0] == "running 0.00s"
        one.run.stop()
        one.run.stop()  # once is enough
    assert polite.ended().code == -15
    assert stubborn.ended().code == -9  # by the kill that comes later
    assert state_of(stubborn.run, NOW)[1][0] == "stopped after 0.00s"
    polite.run.stop()  # nothing is there any more
    assert state_of(polite.run, NOW) == [("‖ ", "paused"), ("stopped after 0.00s", "paused")]


def test_what_a_command_leaves_behind_does_not_keep_it_running() -> None:
    run = Started("sleep 1000 & echo $!").ended()
    assert run.code == 0
    (left,) = text_of(run)
    Started(f"kill {left}").ended()


def test_a_command_that_closes_its_output_goes_on() -> None:
    started = Started("exec >&- 2>&-; sleep 1000")
    started.told.wait(0.1)
    assert started.run.code is None
    started.run.stop()
    assert started.ended().code == -15
