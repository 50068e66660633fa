"""The desktop hook over a real session bus: the real notify-send, and a notification service that listens."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from msgspec.structs import replace

from pulsetui.errors import HookError
from pulsetui.hooks.kinds.desktop import DesktopHook, DesktopOptions
from tests.hooks.fakes import an_alert
from tests.programs import program

NAME = "org.freedesktop.Notifications"
STOP = DBusAddress("/org/freedesktop/Notifications", NAME, "org.pulsetui.Test")
ANSWERS: Mapping[str, tuple[str, tuple[object, ...]]] = {
    "GetServerInformation": ("ssss", ("test", "PulseTUI", "1", "1.2")),
    "GetCapabilities": ("as", (["body", "body-markup"],)),
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
        signature, answer = ANSWERS.get(member, (None, ()))
        connection.send(new_method_return(message, signature, answer))
        if member == "Stop":
            return


def send(bus: str, **changes: Any) -> None:
    hook = DesktopHook(DesktopOptions(), environ={**os.environ, "DBUS_SESSION_BUS_ADDRESS": bus})
    asyncio.run(hook.send(replace(an_alert(), **changes)))


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
