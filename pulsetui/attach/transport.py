"""Requests to an engine's API, with every failure turned into an error that says what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from pulsetui.attach.proxy import proxy_for
from pulsetui.client.wire import API, API_KEY_HEADER
from pulsetui.errors import EngineError, EngineUnreachableError, UnknownCheckError

if TYPE_CHECKING:
    import httpx

WHERE_THE_KEY_IS = (
    'It is in the file "api_key" in the state directory of that engine; give it with PULSETUI_API_KEY'
)

_ERRNO = re.compile(r"^\[Errno -?\d+\] ")
"""Python's own numbers before the words of the system."""


def normal_url(text: str) -> str:
    """``host:8787`` and ``http://host:8787/`` alike become ``http://host:8787``. Raises EngineError."""
    url = text.strip()
    if "://" not in url:
        url = f"http://{url}"
    url = url.rstrip("/")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        usable = False
    if not usable:
        raise EngineError(f'"{text}" is not a valid engine address; write it like http://127.0.0.1:8787')
    return url


class Transport:
    """One engine's API over httpx, which is loaded here since it is slow to load. Safe in all threads."""

    def __init__(self, base_url: str, api_key: str, *, timeout_s: float) -> None:
        """Connects to nothing yet. Raises EngineUnreachableError when the environment leaves no way there."""
        import httpx

        self.url = normal_url(base_url)
        self._proxy = proxy_for(self.url)
        try:
            self._client = httpx.Client(
                base_url=self.url + API,
                headers={API_KEY_HEADER.encode(): api_key.strip().encode("utf-8", "replace")},
                timeout=timeout_s,
                # With a transport of its own it looks for no proxies.
                transport=httpx.HTTPTransport(
                    verify=self.url.startswith("https:"),
                    proxy=self._proxy.url if self._proxy else None,
                    # Shorter than the listener keeps idle connections: neither end then closes one in use.
                    limits=httpx.Limits(keepalive_expiry=2.0),
                ),
            )
        except (ImportError, ValueError, TypeError, OSError, httpx.InvalidURL) as error:
            raise self._no_way(error) from error

    def _no_way(self, error: Exception) -> EngineUnreachableError:
        """The environment's settings leave no way to connect."""
        if self._proxy is None:  # the certificates that SSL_CERT_FILE names
            return EngineUnreachableError(
                f"{self.url} cannot be reached: {error}. Check SSL_CERT_FILE and SSL_CERT_DIR"
            )
        why = "PulseTUI speaks SOCKS only if the package socksio is installed"
        if not isinstance(error, ImportError):
            why = _ERRNO.sub("", str(error)) or type(error).__name__
        return EngineUnreachableError(
            f"{self.url} cannot be reached through the proxy {self._proxy.shown}: {why}. {self._around()}"
        )

    def _around(self) -> str:
        """How to do without the proxy."""
        assert self._proxy is not None
        host = urlsplit(self.url).hostname
        return (
            f"The proxy comes from {self._proxy.variable}: correct or unset it, or set NO_PROXY={host}"
            " to go there directly"
        )

    def get(self, *path: str, **query: str) -> bytes:
        """The body of a GET; the segments of the path and the query are quoted here."""
        target = "/".join(quote(segment, safe="") for segment in path)
        return self._call("GET", f"{target}?{urlencode(query)}" if query else target)

    def post(self, path: str, content: bytes) -> bytes:
        """The body of the answer to a POST of JSON."""
        return self._call("POST", path, content)

    def _call(self, method: str, path: str, content: bytes | None = None) -> bytes:
        import httpx

        headers = {"Content-Type": "application/json"} if content is not None else None
        try:
            response = self._client.request(method, path, content=content, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError) as error:
            raise self.unreachable(error) from error
        if response.status_code == 200:
            return response.content
        raise self.refusal(response.status_code, response.content)

    def stream(self, path: str, *, silence_s: float) -> tuple[httpx.Client, httpx.Request]:
        """What is needed to open an event stream that may be silent for ``silence_s``."""
        import httpx

        timeout = httpx.Timeout(5.0, read=silence_s)
        return self._client, self._client.build_request("GET", path, timeout=timeout)

    def unreachable(self, error: Exception) -> EngineUnreachableError:
        """No answer came."""
        why = _ERRNO.sub("", str(error)) or type(error).__name__
        if self._proxy is not None:
            return EngineUnreachableError(
                f"no engine answers at {self.url} through the proxy {self._proxy.shown}: {why}."
                f" {self._around()}"
            )
        return EngineUnreachableError(
            f"no engine answers at {self.url}: {why}. "
            "Start one there with pulsetui serve, or correct the address"
        )

    def refusal(self, status: int, body: bytes) -> EngineError:
        """The error that an answer other than 200 means."""
        message = _error_text(body)
        if status == 401:
            return EngineError(f"{self.url} refuses the API key ({message or 'wrong'}). {WHERE_THE_KEY_IS}")
        if not message and self._proxy is not None:
            return EngineUnreachableError(
                f"the proxy {self._proxy.shown}, or the server behind it at {self.url}, answered {status},"
                f" which PulseTUI never does. {self._around()}"
            )
        if not message:
            return EngineError(
                f"{self.url} answered {status}, which PulseTUI never does: it is another program"
            )
        if status == 404:
            return UnknownCheckError(message)
        if status == 503:
            return EngineUnreachableError(f"{self.url}: {message}")
        return EngineError(message)

    def strange(self, error: Exception) -> EngineError:
        """A 200 that cannot be read: another program, or another version of this one."""
        if self._proxy is not None:
            return EngineUnreachableError(
                f"the answer of {self.url} through the proxy {self._proxy.shown} cannot be read by this"
                f" version of PulseTUI ({error}). {self._around()}"
            )
        return EngineError(
            f"the answer of {self.url} cannot be read by this version of PulseTUI ({error}). "
            "Is it an engine of the same version?"
        )

    def close(self) -> None:
        """Closes idle connections."""
        self._client.close()


def _error_text(body: bytes) -> str:
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    text = answer.get("error") if isinstance(answer, dict) else None
    return text if isinstance(text, str) else ""
