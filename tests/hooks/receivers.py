"""A real HTTP server on 127.0.0.1 that answers as a test tells it, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

from pulsetui.hooks.hook import Hook, HookContext, HookKind


@dataclass(frozen=True)
class Received:
    """One request, as it came over the wire."""

    method: str
    target: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True, strict_parsing=True))

    @property
    def form(self) -> dict[str, str]:
        fields = parse_qs(self.body.decode(), keep_blank_values=True, strict_parsing=True)
        assert all(len(values) == 1 for values in fields.values())
        return {name: values[0] for name, values in fields.items()}

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def answer(status: int = 200, body: bytes | str = b"ok", **headers: str) -> bytes:
    """A whole answer; ``retry_after="3"`` is the header Retry-After."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + content


OK = answer()
STALL = b"stall"
CLOSE = b""
FLOOD = b"flood"


class Receiver:
    """Answers each request with the next of ``answers``, and from then on with the last.

    STALL reads the request and never answers, CLOSE hangs up, FLOOD answers 200 with a body without end.
    """

    def __init__(self, *answers: bytes, tls: ssl.SSLContext | None = None) -> None:
        self._answers = list(answers or [OK])
        self._tls = tls
        self._server: asyncio.Server | None = None
        self.received: list[Received] = []
        self.connections = 0
        self.flooded = 0  # bytes
        self.asked = asyncio.Event()
        self.hung_up = asyncio.Event()
        self._serving: set[asyncio.Task[object]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://{self.place}"

    @property
    def one(self) -> Received:
        """The only request."""
        assert len(self.received) == 1
        return self.received[0]

    async def respond(self, received: Received) -> bytes:
        """The answer to a request; a fake of a service has its own."""
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    async def stream(self, received: Received, writer: asyncio.StreamWriter) -> None:
        """Writes what a fake of a service says for as long as it likes, before it hangs up."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        self.connections += 1
        try:
            while (received := await _read(reader)) is not None:
                self.received.append(received)
                self.asked.set()
                said = await self.respond(received)
                if said == CLOSE:
                    await self.stream(received, writer)
                if said == STALL:
                    await reader.read()  # until the other side gives up
                elif said == FLOOD:
                    await self._flood(writer)
                writer.write(said if said not in (STALL, FLOOD) else b"")
                await writer.drain()
                if not said.startswith(b"HTTP/1.1"):
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # it hung up, or the test is over
        finally:
            self.hung_up.set()
            writer.close()
            self._serving.discard(task)

    async def _flood(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
            await writer.drain()
            self.flooded += 0x10000


async def _read(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("utf-8").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    method, target, _ = first.split(" ")
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Received(method=method, target=target, headers=headers, body=body)


def hook_of(kind: HookKind, context: HookContext | None = None, /, **options: object) -> Hook:
    """A hook of options that must be right."""
    assert list(kind.options(options)) == []
    return kind.build(options, context or HookContext(publish=lambda alert: 0))


def problems_of(kind: HookKind, options: Mapping[str, object]) -> Sequence[tuple[str, str]]:
    """What is wrong with options."""
    return list(kind.options(options))
