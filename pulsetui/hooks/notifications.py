"""The desktop's notification service, over D-Bus (org.freedesktop.Notifications, version 1.2 of its specification).

With jeepney: pure Python, without dependencies, and it speaks asyncio. Which program shows the notes is the
desktop's affair.
"""  # noqa: E501 - a sentence

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from pulsetui.core.text.clean import clean
from pulsetui.errors import HookError, in_words

if TYPE_CHECKING:
    from jeepney import Message
    from jeepney.io.asyncio import DBusConnection

_NAME: Final = "org.freedesktop.Notifications"
_PATH: Final = "/org/freedesktop/Notifications"
_NOBODY: Final = ("ServiceUnknown", "NameHasNoOwner", "Spawn")
"""What D-Bus says when the session has no notification service at all."""
_URGENCIES: Final = {"low": 0, "normal": 1, "critical": 2}
_MAX_ERROR: Final = 200


class NoBusError(Exception):
    """There is no bus to speak to, or nothing to speak to it with."""


class NoServiceError(HookError):
    """The session has nothing that shows notes."""


class DesktopNote(Struct, frozen=True, kw_only=True):
    """What is shown. ``body`` is plain text."""

    title: str
    body: str
    urgency: str  # low, normal, critical
    expire_ms: int = -1  # as the desktop likes
    replaces: int = 0  # the id of an earlier one
    actions: Sequence[tuple[str, str]] = ()  # (name, label): shown if the desktop has buttons


class NotificationService:
    """Shows notes, over the connection of ``presses`` while there is one: many desktops tell of a button only
    whoever sent the note. Used from one event loop."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._held: _Bus | None = None

    async def show(self, note: DesktopNote) -> int:
        """The note's id. Raises NoBusError, or HookError when it was not shown."""
        if (held := self._held) is not None:
            return await self._show(held, note)
        async with _opened(self._address) as bus:
            return await self._show(bus, note)

    async def _show(self, bus: _Bus, note: DesktopNote) -> int:
        (capabilities,) = await bus.call("GetCapabilities")
        has_buttons = "actions" in capabilities and bus is self._held
        actions = [part for action in note.actions for part in action] if has_buttons else []
        body = _escaped(note.body) if "body-markup" in capabilities else note.body
        hints = {"urgency": ("y", _URGENCIES[note.urgency])}
        arguments = (
            "PulseTUI", note.replaces, "", note.title, body, actions, hints, note.expire_ms,
        )  # fmt: skip
        (number,) = await bus.call("Notify", "susssasa{sv}i", arguments)
        return int(number)

    async def presses(self) -> AsyncGenerator[tuple[int, str], None]:
        """(id of the note, name of the action) for each button that is pressed, until it is closed. Raises
        NoBusError, or HookError when the bus goes away."""
        async with _opened(self._address) as bus:
            await bus.watch()
            self._held = bus
            try:
                while True:
                    yield await bus.pressed()
            finally:
                self._held = None


class _Bus:
    """A connection whose answers and signals are sorted out."""

    def __init__(self, connection: DBusConnection) -> None:
        self._connection = connection
        self._answers: dict[int, asyncio.Future[Message]] = {}
        self._pressed: asyncio.Queue[tuple[int, str]] = asyncio.Queue()
        self._receiving = asyncio.create_task(self._receive())

    async def call(self, method: str, signature: str | None = None, body: tuple[Any, ...] = ()) -> Any:
        from jeepney import DBusAddress, new_method_call

        address = DBusAddress(_PATH, bus_name=_NAME, interface=_NAME)
        return await self._ask(new_method_call(address, method, signature, body))

    async def watch(self) -> None:
        """Has the bus hand on what the service says of buttons."""
        from jeepney import MatchRule, message_bus

        rule = MatchRule(type="signal", interface=_NAME, path=_PATH, member="ActionInvoked")
        await self._ask(message_bus.AddMatch(rule))

    async def pressed(self) -> tuple[int, str]:
        """The next one."""
        getting = asyncio.ensure_future(self._pressed.get())
        try:
            await asyncio.wait({getting, self._receiving}, return_when=asyncio.FIRST_COMPLETED)
            if getting.done():
                return getting.result()
            raise HookError("the session bus is gone")
        finally:
            getting.cancel()

    async def _ask(self, message: Message) -> Any:
        from jeepney import HeaderFields, MessageType

        if self._receiving.done():
            raise HookError("the session bus is gone")
        serial = next(self._connection.outgoing_serial)
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._answers[serial] = answer
        try:
            await self._connection.send(message, serial=serial)
            answered = await answer
        except OSError as error:
            raise HookError(f"the session bus is gone: {error.strerror or error}") from None
        finally:
            del self._answers[serial]
        if answered.header.message_type is MessageType.error:
            name = str(answered.header.fields.get(HeaderFields.error_name, "an error"))
            said = answered.body[0] if answered.body and isinstance(answered.body[0], str) else ""
            why = clean(f"the desktop's notification service: {name} {said}", _MAX_ERROR)
            if any(sign in name for sign in _NOBODY):
                raise NoServiceError(why, permanent=True)
            raise HookError(why)
        return answered.body

    async def _receive(self) -> None:
        try:
            while True:
                self._sort(await self._connection.receive())
        except (EOFError, OSError, ValueError):
            pass  # whoever waits is told
        finally:
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(HookError("the session bus is gone"))

    def _sort(self, message: Message) -> None:
        from jeepney import HeaderFields, MessageType

        fields = message.header.fields
        if message.header.message_type is MessageType.signal:
            ours = (fields.get(HeaderFields.interface), fields.get(HeaderFields.member))
            if ours == (_NAME, "ActionInvoked") and len(message.body) == 2:
                self._pressed.put_nowait(message.body)
        elif (answer := self._answers.get(fields.get(HeaderFields.reply_serial, 0))) and not answer.done():
            answer.set_result(message)

    async def close(self) -> None:
        """Whoever waits for it may be cancelled meanwhile: it is closed all the same."""
        self._receiving.cancel()
        try:
            await asyncio.wait({self._receiving})
        finally:
            await self._connection.close()


@asynccontextmanager
async def _opened(address: str) -> AsyncIterator[_Bus]:
    try:
        from jeepney.io.asyncio import open_dbus_connection
    except ImportError as error:
        raise NoBusError("jeepney is not installed") from error
    try:
        connection = await open_dbus_connection(address)
    except (OSError, EOFError, ValueError, RuntimeError, TimeoutError) as error:
        raise NoBusError(in_words(error)) from error
    bus = _Bus(connection)
    try:
        yield bus
    finally:
        await bus.close()


def _escaped(body: str) -> str:
    """The body for a desktop that reads markup in it."""
    return body.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
