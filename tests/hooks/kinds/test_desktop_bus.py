"""The desktop hook over a real session bus: the real notify-send, and a notification service that listens."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from msgspec.structs import replace

from pulsetui.client.alert import AlertEvent, Answer
from pulsetui.client.user import user_name
from pulsetui.errors import HookError
from pulsetui.hooks.kinds.desktop import DesktopHook, DesktopOptions
from tests.hooks.fakes import an_alert
from tests.hooks.kinds.test_telegram import Taken
from tests.programs import program

NAME = "org.freedesktop.Notifications"
SERVICE = DBusAddress("/org/freedesktop/Notifications", interface=NAME)
STOP = DBusAddress("/org/freedesktop/Notifications", NAME, "org.pulsetui.Test")
ANSWERS: Mapping[str, tuple[str, tuple[object, ...]]] = {
    "GetServerInformation": ("ssss", ("test", "PulseTUI", "1", "1.2")),
    "GetCapabilities": ("as", (["body", "body-markup", "actions"],)),
    "Notify": ("u", (1,)),
}


@contextmanager
def session_bus() -> Iterator[str]:
    """A bus of its own; its address."""
    program("notify-send")
    command = [program("dbus-daemon"), "--session", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout is not None
        try:
            yield daemon.stdout.readline().strip()
        finally:
            daemon.terminate()


@contextmanager
def service(bus: str) -> Iterator[list[tuple[Any, ...]]]:
    """A notification service; the arguments of each Notify."""
    notified: list[tuple[Any, ...]] = []
    connection = open_dbus_connection(bus)
    connection.send_and_get_reply(message_bus.RequestName(NAME))
    thread = threading.Thread(target=serve, args=(connection, notified))
    thread.start()
    try:
        yield notified
    finally:
        with open_dbus_connection(bus) as other:
            other.send_and_get_reply(new_method_call(STOP, "Stop"))
        thread.join(10)
        connection.close()


def serve(connection: DBusConnection, notified: list[tuple[Any, ...]]) -> None:
    while True:
        message = connection.receive()
        if message.header.message_type is not MessageType.method_call:
            continue
        member = message.header.fields[HeaderFields.member]
        if member == "Notify":
            notified.append(message.body)
        if member == "Press":
            signal = new_signal(SERVICE, "ActionInvoked", "us", message.body)
            connection.send(signal)
        signature, answer = ANSWERS.get(member, (None, ()))
        if member == "Notify" and message.body[1] == 0:
            answer = (len(notified),)
        elif member == "Notify":
            answer = (message.body[1],)
        connection.send(new_method_return(message, signature, answer))
        if member == "Stop":
            return


def desktop(bus: str) -> DesktopHook:
    return DesktopHook(DesktopOptions(), environ={**os.environ, "DBUS_SESSION_BUS_ADDRESS": bus})


def send(bus: str, **changes: Any) -> None:
    asyncio.run(desktop(bus).send(replace(an_alert(), **changes)))


def test_the_desktop_gets_title_text_and_urgency_and_no_markup_of_ours() -> None:
    with session_bus() as bus, service(bus) as notified:
        send(bus, title="Sync -- invoices is overdue", body="due <b>Mon</b> 02:00 & \\n gone\x1b[31m")

    [(app, _replaces, _icon, title, body, _actions, hints, _timeout)] = notified
    assert (app, title) == ("PulseTUI", "Sync -- invoices is overdue")
    assert body == "due &lt;b&gt;Mon&lt;/b&gt; 02:00 &amp; \\n gone"
    assert hints["urgency"] == ("y", 2)


def test_a_session_without_a_notification_service_is_told_for_good() -> None:
    with session_bus() as bus, pytest.raises(HookError, match='type = "terminal"') as caught:
        send(bus)

    assert caught.value.permanent


def test_a_recovery_takes_the_place_of_what_it_recovers_from_and_is_calm() -> None:
    with session_bus() as bus, service(bus) as notified:
        hook = desktop(bus)

        async def tell() -> None:
            for alert in (
                an_alert(key="a-1"),
                an_alert("other", key="b-1"),
                an_alert(event=AlertEvent.UP, key="a-1"),
                an_alert(event=AlertEvent.NOTE),
            ):
                await hook.send(alert)

        asyncio.run(tell())
    assert [note[1] for note in notified] == [0, 0, 1, 0]
    assert [note[6]["urgency"][1] for note in notified] == [2, 2, 1, 1]
    assert all(note[5] == [] for note in notified), "nobody listens: no buttons"


async def press(bus: str, number: int, action: str) -> None:
    """The person at the desktop."""

    def call() -> None:
        with open_dbus_connection(bus) as other:
            other.send_and_get_reply(new_method_call(STOP, "Press", "us", (number, action)))

    await asyncio.to_thread(call)


def test_a_button_answers_in_the_name_of_whoever_sits_there() -> None:
    with session_bus() as bus, service(bus) as notified:
        hook, taken = desktop(bus), Taken("One is acknowledged")

        async def scene() -> None:
            listening = asyncio.create_task(hook.listen(taken))
            while not (notified and notified[-1][5]):  # until it listens
                await asyncio.wait({listening}, timeout=0.01)
                await hook.send(an_alert(key="a-1"))
            for number, action in ((77, "acknowledge"), (1, "launch"), (1, "acknowledge")):
                await press(bus, number, action)
            await taken.came.wait()
            while notified[-1][4] != "One is acknowledged":
                await asyncio.wait({listening}, timeout=0.01)
            listening.cancel()
            with pytest.raises(asyncio.CancelledError):
                await listening

        asyncio.run(scene())
    buttons = next(note[5] for note in notified if note[5])
    assert buttons == ["acknowledge", "Acknowledge", "snooze", "Snooze 1 h"]
    assert taken.answers == [Answer(verb="acknowledge", key="a-1", by=user_name())]
    assert notified[-1][1] == 1


def test_who_is_stopped_in_an_answer_leaves_no_connection() -> None:
    with session_bus() as bus, service(bus) as notified:
        hook, asked = desktop(bus), asyncio.Event()

        async def take(_: Answer) -> str:
            asked.set()
            await asyncio.Event().wait()
            raise AssertionError

        async def scene() -> None:
            listening = asyncio.create_task(hook.listen(take))
            while not (notified and notified[-1][5]):  # until it listens
                await asyncio.wait({listening}, timeout=0.01)
                await hook.send(an_alert(key="a-1"))
            await press(bus, 1, "acknowledge")
            await asked.wait()
            listening.cancel()
            with pytest.raises(asyncio.CancelledError):
                await listening

        asyncio.run(scene())
        gc.collect()  # an open socket is said now, and fails this test


def test_a_bus_that_goes_away_is_told() -> None:
    async def scene(bus: str, daemon: subprocess.Popen[str]) -> None:
        hook = desktop(bus)
        listening = asyncio.create_task(hook.listen(Taken()))
        await asyncio.wait({listening}, timeout=0.2)
        daemon.terminate()
        with pytest.raises(HookError, match="the session bus is gone"):
            await listening

    command = [program("dbus-daemon"), "--session", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout is not None
        asyncio.run(scene(daemon.stdout.readline().strip(), daemon))


def test_without_a_bus_nobody_listens() -> None:
    asyncio.run(desktop("unix:path=/nowhere").listen(Taken()))
