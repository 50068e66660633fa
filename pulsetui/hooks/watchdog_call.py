"""What a watchdog is asked: one HTTP request, bounded and silent about secrets as those of hooks are."""

from __future__ import annotations

from urllib.parse import quote

from pulsetui.config.tables.watchdog import WatchdogConfig
from pulsetui.errors import HookError
from pulsetui.hooks.http import Http, HttpCall, HttpOptions


async def ask_watchdog(config: WatchdogConfig, reason: str) -> str:
    """Says that all is well, or with a ``reason`` that it is not; what went wrong with that, or ""."""
    url = config.fail_url.replace("{reason}", quote(reason, safe="")) if reason else config.url
    content = reason.encode("utf-8", "replace") if config.method == "POST" else b""
    http = Http(HttpOptions(timeout_s=config.timeout.total_seconds()))
    try:
        await http.send(HttpCall(url=url, method=config.method, content=content))
    except HookError as error:
        return str(error)
    return ""
