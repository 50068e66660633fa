"""The checks of the engine that the project reports to: over HTTP with a key, else in the file that it reads.

The engine is asked wherever it can be: it may run as another user or on another host, and judges each edit.
The file is only taken where it is certain that this engine reads it, or where it is named: checks that are
written where nobody waits for reports would look like checks that are watched.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from pulsetui.attach.find import find_engine
from pulsetui.attach.remote import RemoteEngine
from pulsetui.config.address import is_loopback
from pulsetui.config.file.edit import ConfigFile
from pulsetui.config.file.load import load_config
from pulsetui.config.paths import absolute, default_config_path, default_state_dir
from pulsetui.crontab.known import addresses
from pulsetui.errors import ConfigError, EngineUnreachableError, PulseError
from pulsetui.hooks.registry import VALIDATORS
from pulsetui.job.wire import parse_address
from pulsetui.provision.checks import CheckDefinitions, ChecksInFile, ChecksOfEngine

_PATIENCE_S = 5.0
KEY_VARIABLE = "PULSETUI_API_KEY"
_WHERE = "it is in the file api_key in the state directory of that engine"


class OutOfReachError(PulseError):
    """Neither the engine nor its file can be reached; the message says what would help."""


@contextmanager
def checks_of(url: str, config: str = "") -> Iterator[CheckDefinitions]:
    """The checks of the engine at ``url``, which may be its ping address; with ``config`` those of that file.

    Raises OutOfReachError, and what else is wrong as PulseError."""
    if config:
        yield ChecksInFile(ConfigFile(absolute(config), VALIDATORS))
        return
    if not url:
        raise OutOfReachError("PULSETUI_URL is not set; it names the engine, like http://127.0.0.1:8787")
    parse_address(url)
    base = _base(url)
    client, why = (
        None,
        f"the engine at {base} takes no questions without its key: set {KEY_VARIABLE} ({_WHERE})",
    )
    if key := _key(url):
        try:
            client = RemoteEngine.connect(base, key, live=False, timeout_s=_PATIENCE_S)
        except EngineUnreachableError as error:
            why = str(error)
    if client is not None:
        try:
            yield ChecksOfEngine(client, base)
        finally:
            client.close()
    elif path := _own_file(url):
        yield ChecksInFile(ConfigFile(path, VALIDATORS))
    else:
        raise OutOfReachError(f"{why}, or name its file with --config checks.toml")


def _base(url: str) -> str:
    """``https://host/ping/KEY`` without what belongs to pings."""
    found = parse_address(url)
    return f"{found.scheme}://{found.authority}{found.prefix[: found.prefix.index('/ping')]}"


def _key(url: str) -> str:
    """What the environment says, else the key of that engine if it runs here and this user may read it."""
    if key := os.environ.get(KEY_VARIABLE):
        return key
    found = find_engine(default_state_dir(), wait_s=0.0)
    return found.api_key if found is not None and found.url and _is_same(found.url, url) else ""


def _is_same(one: str, other: str) -> bool:
    """Whether two addresses on this host lead to one listener."""
    first, second = urlsplit(one), urlsplit(other)
    hosts = (first.hostname or "", second.hostname or "")
    return first.port == second.port and (hosts[0] == hosts[1] or all(map(is_loopback, hosts)))


def _own_file(url: str) -> Path | None:
    """The user's checks.toml, if it may be written and its listener is at that address."""
    path = default_config_path()
    if not os.access(path, os.W_OK):
        return None
    try:
        listener = load_config(path, VALIDATORS).listener
    except ConfigError:
        return None
    address = parse_address(url)
    return path if f"{address.host}:{address.port}" in addresses(listener) else None
