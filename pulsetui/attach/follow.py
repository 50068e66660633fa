"""The thread that follows an engine's event stream, and finds it again when it is lost."""

from __future__ import annotations

import logging
import random
import socket
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from pulsetui.attach.mirror import Mirror
from pulsetui.attach.sse import EventReader
from pulsetui.attach.transport import Transport
from pulsetui.client import wire
from pulsetui.errors import EngineError, EngineUnreachableError

if TYPE_CHECKING:
    import httpx

_log = logging.getLogger(__name__)

_SILENCE_S = 2.5 * wire.HEARTBEAT_S
_FIRST_WAIT_S = 0.25
_MAX_WAIT_S = 10.0
_REFUSED_WAIT_S = 30.0  # a wrong key does not become right by asking often


class Follower(threading.Thread):
    """Keeps ``mirror`` current until ``stop``."""

    def __init__(self, transport: Transport, mirror: Mirror) -> None:
        super().__init__(name="pulsetui-attach", daemon=True)
        self._transport = transport
        self._mirror = mirror
        self._stop_asked = threading.Event()
        self._response: httpx.Response | None = None
        self._events: Iterator[tuple[str, bytes]] | None = None  # of a stream that ``begin`` has opened
        self._answered = False  # in the current try

    def begin(self) -> None:
        """Connects on the caller's thread, and returns with the first snapshot taken; ``start`` goes on from
        there. Raises EngineUnreachableError, or EngineError for a wrong key."""
        import httpx

        try:
            self._events = self._open()
            while not self._answered:
                self._take(*next(self._events))
        except StopIteration:
            raise self._transport.strange(EOFError("the connection ended before the checks came")) from None
        except httpx.HTTPError as error:
            raise self._transport.unreachable(error) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._transport.strange(error) from error

    def stop(self) -> None:
        """Ends the thread, also one that waits for an event."""
        self._stop_asked.set()
        response = self._response
        if response is not None:
            _interrupt(response)
        if self.is_alive() and threading.current_thread() is not self:
            self.join(timeout=2.0)

    def run(self) -> None:
        import httpx

        wait = _FIRST_WAIT_S
        while not self._stop_asked.is_set():
            self._answered = False
            try:
                self._follow()
                problem = f"{self._transport.url} ended the connection"
            except httpx.HTTPError as error:
                problem = str(self._transport.unreachable(error))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                problem = str(self._transport.strange(error))
            except EngineUnreachableError as error:
                problem = str(error)
            except EngineError as error:
                problem = str(error)
                wait = _REFUSED_WAIT_S
            except Exception as error:  # noqa: BLE001 - the thread's outermost edge: say it and carry on
                if self._stop_asked.is_set():
                    return  # the connection was taken away on purpose
                _log.exception("following the engine failed")
                problem = f"following {self._transport.url} failed: {error}"
            if self._stop_asked.is_set():
                return
            if self._answered:
                wait = _FIRST_WAIT_S
            self._mirror.lost(f"{problem}; trying again")
            # Spread, so that many screens do not all come back in the same moment.
            self._stop_asked.wait(wait * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
            wait = min(wait * 2, _MAX_WAIT_S)

    def _follow(self) -> None:
        events, self._events = self._events or self._open(), None
        for name, value in events:
            self._take(name, value)
            if self._stop_asked.is_set():
                return

    def _open(self) -> Iterator[tuple[str, bytes]]:
        """The events of a new stream, which ends with the iterator."""
        client, request = self._transport.stream("events", silence_s=_SILENCE_S)
        response = client.send(request, stream=True)
        self._response = response
        try:
            if response.status_code != 200:
                raise self._transport.refusal(response.status_code, response.read())
            reader = EventReader()
            for data in response.iter_raw():
                self._mirror.heard()
                yield from reader.feed(data)
        finally:
            self._response = None
            response.close()

    def _take(self, name: str, data: bytes) -> None:
        # Names that this version does not know are from a newer one and safe to pass over.
        if name == "snapshot":
            self._mirror.take_snapshot(wire.decode_snapshot(data))
            self._answered = True
        elif name == "change":
            self._mirror.take_change(wire.decode_change(data))
        elif name == "alert":
            self._mirror.take_alert(wire.decode_alert(data))


def _interrupt(response: httpx.Response) -> None:
    """Ends a read in another thread: closing a socket does not wake its reader, shutting it down does."""
    stream = response.extensions.get("network_stream")
    connected = stream.get_extra_info("socket") if stream is not None else None
    if isinstance(connected, socket.socket):
        try:
            connected.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it is gone already
