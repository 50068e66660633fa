"""Takes the answers that people give to alerts: by a button in a message, or by a link."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from pulsetui.client.alert import Answer
from pulsetui.errors import PulseError
from pulsetui.monitor.engine import Engine
from pulsetui.monitor.writing.commands import AnswerAlert
from pulsetui.monitor.writing.commands.answer import answerer

logger = logging.getLogger(__name__)

SNOOZE: Final = timedelta(hours=1)
"""What the button says."""
DRILL: Final = "drill-"
"""How the key of a drill begins. Whoever would snooze it has seen it as well."""


class AlertAnswers:
    """``take`` is a ``client.alert.TakeAnswer``, on the engine's loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def take(self, answer: Answer) -> str:
        """Does what was asked. Returns one line for the person: what was done, or why not. Never raises what
        has to do with the engine: whoever pressed a button is to hear that it did not work."""
        try:
            return await self.done(answer)
        except PulseError as error:
            return f"This could not be written, and nothing was done. Press again, please ({error})"

    async def done(self, answer: Answer) -> str:
        """The same, but raises StoreError when it could not be written."""
        engine, command = self._engine, AnswerAlert(answer, self._engine.clock.now() + SNOOZE)
        try:
            if answer.key.startswith(DRILL):
                said = await engine.trials.acknowledge(answer.key, answerer(answer)) or "This drill is over"
            else:
                said = await engine.set_snoozes(command)
        except PulseError as error:
            logger.warning("answer=%s way=%s not taken: %s", answer.verb, answer.hook or "-", error)
            raise
        logger.info("answer=%s way=%s: %s", answer.verb, answer.hook or "-", said)
        return said
