"""A small engine's door that hears pings and lets a test wait for them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

_PATIENCE_S = 60


class HeardPing(Struct, frozen=True):
    """One ping: ``kind`` as in the path, "success" where the path names none."""

    slug: str
    kind: str
    query: dict[str, list[str]]
    body: str

    @property
    def rid(self) -> str:
        return self.query["rid"][0]

    @property
    def metrics(self) -> dict[str, float]:
        pairs = (text.rsplit(":", 1) for text in self.query.get("metric", []))
        return {name: float(value) for name, value in pairs}


class Receiver:
    """Answers every ping with OK."""

    def __init__(self) -> None:
        self._heard: list[HeardPing] = []
        self._changed = threading.Condition(threading.RLock())
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                target = urlsplit(self.path)
                _, _, slug, *rest = target.path.split("/")
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                ping = HeardPing(slug, rest[0] if rest else "success", parse_qs(target.query), body)
                receiver.hear(ping)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST  # noqa: N815 - the name that http.server looks for

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def hear(self, ping: HeardPing) -> None:
        with self._changed:
            self._heard.append(ping)
            self._changed.notify_all()

    def pings(self, slug: str) -> list[HeardPing]:
        with self._changed:
            return [ping for ping in self._heard if ping.slug == slug]

    def wait_for(self, slug: str, is_there: Callable[[list[HeardPing]], bool]) -> list[HeardPing]:
        """The pings of ``slug`` as soon as they are what is waited for."""
        with self._changed:
            found = self._changed.wait_for(lambda: is_there(self.pings(slug)), _PATIENCE_S)
            assert found, (slug, self.pings(slug), sorted({ping.slug for ping in self._heard}))
            return self.pings(slug)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
