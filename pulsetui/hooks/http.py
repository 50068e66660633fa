"""One HTTP request for a hook: bounded in time and size, and silent about secrets.

| what | how, and why |
| --- | --- |
| connections | one for each request. Alerts are rare: one that was kept would be dead by the next. So no hook waits for a place that another holds, nothing is left to close when hooks are replaced, and no cookie of one answer goes out with another request |
| what is shared | the library, loaded in a thread when something is first sent, and the certificates of the authorities |
| proxies | only the hook's own ``proxy``: those of the environment differ between a shell, cron and systemd, and one of them would get requests to 127.0.0.1 |
| redirects | never followed: the secrets in URL, headers and body would go to wherever it points |
| TLS | verified against the system's authorities (or ``ca``) |
| answers | read up to ``MAX_ANSWER`` bytes, never decompressed |
"""  # noqa: E501 - a table

from __future__ import annotations

import asyncio
import json
import logging
import os
import ssl
from collections.abc import AsyncIterator, Collection, Container, Mapping
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from msgspec import Struct, field

from pulsetui.config.secret import masked, secrets_of
from pulsetui.errors import HookError
from pulsetui.hooks.hook import Hook, Options
from pulsetui.hooks.http_errors import refusal, unreachable
from pulsetui.hooks.options import OptionReader, file_path
from pulsetui.hooks.urls import place_of, secret_parts, web_url
from pulsetui.version import __version__

if TYPE_CHECKING:
    import httpx

REQUEST_TIMEOUT_S: Final = 10.0
MAX_ANSWER: Final = 64 * 1024
"""Bytes of an answer that are read; what comes after them is of no use to anybody."""
SUCCESS: Final = range(200, 300)

_TIMEOUT_MARGIN_S: Final = 5.0
"""The worker waits this much longer than the request's own bound, so that the better message wins."""
NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
_USER_AGENT: Final = f"PulseTUI/{__version__}"


class HttpOptions(Struct, frozen=True, kw_only=True):
    """The keys that all hooks have which speak HTTP."""

    timeout_s: float = REQUEST_TIMEOUT_S  # from the connection to the end of the answer
    proxy: str = ""  # URL of an HTTP proxy
    ca: str = ""  # file with the certificates (PEM) of the authorities to trust instead of the system's


def http_options(reader: OptionReader) -> HttpOptions:
    """Takes ``timeout``, ``proxy`` and ``ca``."""
    return HttpOptions(
        timeout_s=reader.span("timeout", REQUEST_TIMEOUT_S),
        proxy=reader.secret("proxy", web_url, ""),
        ca=reader.take("ca", file_path, ""),
    )


class HttpCall(Struct, frozen=True, kw_only=True):
    """What to ask for."""

    url: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)  # without control characters
    content: bytes = b""


class HttpAnswer(Struct, frozen=True, kw_only=True):
    """What was answered. Unsafe text."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes  # the first MAX_ANSWER bytes

    def json(self) -> object:
        """The body as JSON; None if it is something else."""
        try:
            value: object = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return value


def json_call(
    url: str, document: object, *, method: str = "POST", headers: Mapping[str, str] = NO_HEADERS
) -> HttpCall:
    """A call with ``document`` as JSON."""
    content = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
    return HttpCall(url=url, method=method, headers=with_type("application/json", headers), content=content)


def form_call(
    url: str, fields: Mapping[str, str], *, method: str = "POST", headers: Mapping[str, str] = NO_HEADERS
) -> HttpCall:
    """A call with ``fields`` as a form."""
    content = urlencode(fields, errors="replace").encode()
    typed = with_type("application/x-www-form-urlencoded", headers)
    return HttpCall(url=url, method=method, headers=typed, content=content)


def with_type(content_type: str, headers: Mapping[str, str]) -> Mapping[str, str]:
    """The headers with the type of the content, unless they say it themselves."""
    return headers if content_type_of(headers) else {"Content-Type": content_type, **headers}


def content_type_of(headers: Mapping[str, str]) -> str:
    """What the headers say of the content; empty if nothing."""
    return next((value for name, value in headers.items() if name.lower() == "content-type"), "")


def secrets_in(options: Options) -> frozenset[str]:
    """The texts among a hook's options that must not be shown: those that the configuration hides, too."""
    return secrets_of({"hooks": {"hook": options}})


class Http:
    """Sends the requests of one hook. ``secrets``, and whatever is secret in a URL, are in no error."""

    def __init__(self, options: HttpOptions, secrets: Collection[str] = ()) -> None:
        self._options = options
        self._secrets = frozenset(secrets) | (secret_parts(options.proxy) if options.proxy else frozenset())
        self._authorities: ssl.SSLContext | None = None

    async def send(
        self, call: HttpCall, *, success: Container[int] = SUCCESS, timeout_s: float | None = None
    ) -> HttpAnswer:
        """The answer, if its status is a success. Raises HookError otherwise, and when there is none within
        ``timeout_s`` (by default that of the options)."""
        secrets = self._secrets | secret_parts(call.url)
        bound = self._options.timeout_s if timeout_s is None else timeout_s
        place = place_of(call.url)
        try:
            # Not a part of what is timed: it takes long only once, and the other side has no share in it.
            authorities = await self._trusted()
            async with asyncio.timeout(bound):
                answer = await self._ask(call, authorities, bound)
        except TimeoutError:
            raise HookError(masked(f"{place} did not answer within {bound:g} s", secrets)) from None
        except HookError as error:
            raise HookError(masked(str(error), secrets)) from None
        if answer.status in success:
            return answer
        failed = refusal(call.url, answer)
        raise HookError(
            masked(str(failed), secrets), permanent=failed.permanent, retry_after_s=failed.retry_after_s
        )

    async def _trusted(self) -> ssl.SSLContext:
        if self._authorities is None:
            self._authorities = await asyncio.to_thread(_authorities, self._options.ca)
        return self._authorities

    async def lines(self, call: HttpCall, *, silence_s: float) -> AsyncIterator[bytes]:
        """The lines of an answer that has no end, as they come; a longer one than ``MAX_ANSWER`` is left out.

        Ends when the other side ends it. Raises HookError when there is no success, and when nothing comes
        for ``silence_s``.
        """
        secrets, place = self._secrets | secret_parts(call.url), place_of(call.url)
        try:
            authorities = await self._trusted()
            async with self._opened(call, authorities, self._options.timeout_s, silence_s) as response:
                if response.status_code not in SUCCESS:
                    answer = HttpAnswer(
                        status=response.status_code,
                        headers=_headers_of(response),
                        body=await _start_of(response),
                    )
                    raise refusal(call.url, answer)
                async for line in _lines_of(response):
                    yield line
        except HookError as error:
            raise HookError(
                masked(str(error), secrets), permanent=error.permanent, retry_after_s=error.retry_after_s
            ) from None
        except TimeoutError:
            raise HookError(masked(f"{place} was silent for {silence_s:g} s", secrets)) from None

    async def _ask(self, call: HttpCall, authorities: ssl.SSLContext, timeout_s: float) -> HttpAnswer:
        async with self._opened(call, authorities, timeout_s) as response:
            return HttpAnswer(
                status=response.status_code, headers=_headers_of(response), body=await _start_of(response)
            )

    @asynccontextmanager
    async def _opened(
        self,
        call: HttpCall,
        authorities: ssl.SSLContext,
        timeout_s: float,
        silence_s: float | None = None,
    ) -> AsyncIterator[httpx.Response]:
        """The answer with its headers; the body is still to come. Whatever is wrong is a HookError."""
        import httpx

        place = place_of(call.url)
        try:
            async with (
                self._client(authorities, timeout_s, silence_s) as client,
                client.stream(
                    call.method,
                    call.url,
                    headers=[(name.encode(), value.encode()) for name, value in call.headers.items()],
                    content=call.content or None,
                ) as response,
            ):
                yield response
        except httpx.ConnectTimeout:
            raise HookError(f"{place} takes no connection within {timeout_s / 2:g} s{self._hint()}") from None
        except httpx.ReadTimeout:
            raise TimeoutError from None
        except httpx.LocalProtocolError:  # quotes the header, which may be a secret
            raise HookError("the request cannot be sent: a header is not valid") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
            hint = self._hint() if isinstance(error, httpx.ConnectError) else ""
            raise HookError(f"{unreachable(place, error)}{hint}") from None

    def _client(
        self, authorities: ssl.SSLContext, timeout_s: float, silence_s: float | None
    ) -> httpx.AsyncClient:
        import httpx

        return httpx.AsyncClient(
            verify=authorities,
            proxy=self._proxy(authorities),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(None, connect=timeout_s / 2, read=silence_s),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=0),
            headers={"User-Agent": _USER_AGENT, "Accept-Encoding": "identity", "Connection": "close"},
        )

    def _proxy(self, authorities: ssl.SSLContext) -> httpx.Proxy | None:
        import httpx

        url = self._options.proxy
        if not url:
            return None
        return httpx.Proxy(url, ssl_context=authorities if url.startswith("https:") else None)

    def _hint(self) -> str:
        """For whoever is used to a proxy of the environment."""
        names = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "http_proxy", "HTTP_PROXY")
        found = next((name for name in names if os.environ.get(name)), None)
        if found is None or self._options.proxy:
            return ""
        return f"; {found} is set, but a hook goes through a proxy only if its own proxy = … says so"


class HttpHook(Hook):
    """A hook that sends its alerts through ``self.http``."""

    def __init__(self, options: HttpOptions, secrets: Collection[str] = ()) -> None:
        self.http = Http(options, secrets)
        self.timeout_s = options.timeout_s + _TIMEOUT_MARGIN_S


def _headers_of(response: httpx.Response) -> Mapping[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


async def _lines_of(response: httpx.Response) -> AsyncIterator[bytes]:
    kept, is_too_long = bytearray(), False
    async for portion in response.aiter_raw():
        first, *rest = portion.split(b"\n")
        kept += first
        for more in rest:
            if not is_too_long and len(kept) <= MAX_ANSWER:
                yield bytes(kept)
            kept, is_too_long = bytearray(more), False
        if len(kept) > MAX_ANSWER:
            kept, is_too_long = bytearray(), True


async def _start_of(response: httpx.Response) -> bytes:
    kept = bytearray()
    async for portion in response.aiter_raw():
        kept += portion
        if len(kept) >= MAX_ANSWER:
            break
    return bytes(kept[:MAX_ANSWER])


def _authorities(ca: str) -> ssl.SSLContext:
    """Also loads the library. In a thread: both take long, and pings would wait."""
    import httpx  # noqa: F401

    for name in ("httpx", "httpcore"):  # they log whole URLs and headers
        logging.getLogger(name).setLevel(logging.WARNING)
    if not ca:
        return _usual_authorities()
    try:
        return ssl.create_default_context(cafile=ca)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and not isinstance(error, ssl.SSLError) else None
        raise HookError(f"the ca file cannot be used: {why or 'it holds no certificate in PEM'}") from None


@cache
def _usual_authorities() -> ssl.SSLContext:
    """The system's, which SSL_CERT_FILE and SSL_CERT_DIR can change; where it has none, those of certifi."""
    where = ssl.get_default_verify_paths()
    if any(path and Path(path).exists() for path in (where.cafile, where.capath)):
        return ssl.create_default_context()
    import certifi

    return ssl.create_default_context(cafile=certifi.where())
