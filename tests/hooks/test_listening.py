"""Answers: hooks with buttons listen for as long as they are configured, and again after a failure."""

from __future__ import annotations

import asyncio
import logging

import pytest

from pulsetui.client.alert import Answer, TakeAnswer
from pulsetui.errors import HookError
from pulsetui.hooks.worker.listening import LASTING_S, PAUSES_S
from tests.hooks.fakes import RecordingHook, settle
from tests.hooks.scene import Scene, at_work

PRESSED = Answer(verb="acknowledge", key="a-1", by="Ada \x1b[31m")


class ButtonHook(RecordingHook):
    """Listens until it is told to fail; remembers how often, and how many at once."""

    def __init__(self) -> None:
        super().__init__()
        self.listened = 0
        self.listening = 0
        self.most_listening = 0
        self.failure: BaseException | None = None
        self.said: list[str] = []
        self._presses: asyncio.Queue[Answer | BaseException] = asyncio.Queue()

    def press(self, answer: Answer | BaseException) -> None:
        self._presses.put_nowait(answer)

    async def listen(self, take: TakeAnswer) -> None:
        self.listened += 1
        self.listening += 1
        self.most_listening = max(self.listening, self.most_listening)
        try:
            while True:
                if self.failure is not None:
                    raise self.failure
                pressed = await self._presses.get()
                if isinstance(pressed, BaseException):
                    raise pressed
                self.said.append(await take(pressed))
        finally:
            self.listening -= 1


async def test_an_answer_is_taken_with_the_hook_it_came_by() -> None:
    hook = ButtonHook()
    async with at_work(telegram=hook) as scene:
        hook.press(PRESSED)
        await settle()
        assert scene.answers == [Answer(verb="acknowledge", key="a-1", by="Ada", hook="telegram")]
        assert hook.said == ["done"]
        assert scene.state("telegram").listening


async def test_a_hook_without_buttons_does_not_listen() -> None:
    async with at_work(phone=RecordingHook()) as scene:
        await scene.time.advance(60)
        assert not scene.state("phone").listening
        assert scene.state("phone").answers_error == ""


@pytest.mark.parametrize("failure", [HookError("502"), OSError("gone"), asyncio.CancelledError()])
async def test_a_hook_that_cannot_listen_is_asked_again_with_growing_pauses(
    failure: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    hook = ButtonHook()
    hook.failure = failure
    async with at_work(telegram=hook) as scene:
        await settle()
        for tries, pause in enumerate((*PAUSES_S, PAUSES_S[-1]), 1):
            assert hook.listened == tries
            assert scene.state("telegram").answers_error
            await scene.time.advance(pause)
        hook.failure = None
        await scene.time.advance(PAUSES_S[-1])
        hook.press(PRESSED)
        await settle()
        assert len(scene.answers) == 1
        assert scene.state("telegram").answers_error == ""


async def test_a_failure_after_a_long_time_is_a_first_one() -> None:
    hook = ButtonHook()
    async with at_work(telegram=hook) as scene:
        for tries in range(1, 6):
            assert hook.listened == tries
            await scene.time.advance(LASTING_S)
            hook.press(HookError("reset by peer"))
            await settle()
            await scene.time.advance(PAUSES_S[0])


async def test_a_hook_that_asks_to_be_left_alone_is_not_listened_to_either() -> None:
    hook = ButtonHook()
    hook.failure = HookError("429", retry_after_s=500)
    async with at_work(telegram=hook) as scene:
        await scene.time.advance(499)
        assert hook.listened == 1
        await scene.time.advance(1)
        assert hook.listened == 2


async def test_who_can_never_listen_is_not_asked_again() -> None:
    hook = ButtonHook()
    hook.failure = HookError("no such bot", permanent=True)
    async with at_work(telegram=hook) as scene:
        await scene.time.advance(86400)
        assert hook.listened == 1
        assert scene.state("telegram").answers_error == "no such bot"


async def test_hooks_of_a_changed_configuration_listen_instead_and_never_two_at_once() -> None:
    old, new = ButtonHook(), ButtonHook()
    async with at_work(telegram=old) as scene:
        scene.worker.replace_hooks({"telegram": new})
        await settle()
        assert (old.listening, new.listening) == (0, 1)
        scene.worker.replace_hooks({"telegram": new})
        scene.worker.replace_hooks({"telegram": new})
        await settle()
        assert (new.listening, new.most_listening) == (1, 1)


async def test_nobody_listens_after_a_stop() -> None:
    hook = ButtonHook()
    scene = Scene({"telegram": hook})
    running = asyncio.create_task(scene.worker.run())
    await settle()
    assert hook.listening == 1
    scene.worker.stop()
    await running
    assert hook.listening == 0


async def test_an_answer_that_cannot_be_taken_is_said_to_be_not_taken(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.CRITICAL)

    async def explode(self: Scene, answer: Answer) -> str:
        raise RuntimeError(answer.key)

    monkeypatch.setattr(Scene, "_take", explode)
    hook = ButtonHook()
    async with at_work(telegram=hook):
        hook.press(PRESSED)
        await settle()
        assert hook.said == ["PulseTUI could not do that; its log says why"]
        assert hook.listening == 1
