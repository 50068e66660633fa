"""Where a report goes, found without loading what would cost a ping its speed.

Which engine may have a report of a job is decided by the first line that fits:

| there is | the report goes to |
| --- | --- |
| ``--url`` (or ``--attach``), else ``PULSETUI_URL`` | that engine, whatever state it holds |
| a state directory named by ``--state-dir`` or ``PULSETUI_STATE_DIR`` | the engine that holds it |
| an engine that runs, or ever ran, on the user's own state directory | the engine that holds it |
| neither: a user whose jobs are watched by another user's engine | the engine at the default address |

An engine that holds a state directory writes its address and the directory's id into the lock there, and
answers with that id: another one that got its port, or was left in a stale lock, is not believed. At the
default address any engine is, but nothing else. So a job is never counted by an engine that
happens to answer. The same holds where this user may not look into the state directory, root's perhaps.

What reaches no engine is kept in the state directory. Its engine takes it in from there. Where no engine ever
held it, and what was meant for an address, the next ``pulsetui ping`` or ``run`` of this user that finds an
engine delivers, each report with its own time.

The directories equal those of ``platformdirs`` (a test holds them together); unusual environments ask it.
"""

from __future__ import annotations

import os
import sys

APP = "pulsetui"
LOCK = "engine.lock"
SPOOL = "spool"
DEFAULT_URL = "http://127.0.0.1:8787"

ANY_ENGINE = "*"
"""Proof that what answers is an engine, whatever state it holds."""

STATE_HEADER = "Pulsetui-State"
"""Asks for a proof; the engine answers with the id of its state directory in a header of the same name."""

_TRACES = ("api_key", "pulsetui.sqlite3")
"""Files besides the lock that an engine leaves behind."""


def state_dir(option: str | None = None) -> str:
    """The state directory: ``--state-dir``, else ``PULSETUI_STATE_DIR``, else this platform's own."""
    chosen = option or os.environ.get("PULSETUI_STATE_DIR")
    return chosen or _user_dir("XDG_STATE_HOME", ".local/state", "user_state_dir")


def config_file(option: str | None = None) -> str:
    """``checks.toml``: ``--config``, else ``PULSETUI_CONFIG``, else in this platform's own place."""
    chosen = option or os.environ.get("PULSETUI_CONFIG")
    return chosen or _user_dir("XDG_CONFIG_HOME", ".config", "user_config_dir") + "/checks.toml"


class Route:
    """The way of a report.

    ``url`` is where it goes (None: nowhere now, and ``why`` says it), ``proof`` what an answer must hold to
    be believed ("": nothing, ANY_ENGINE, or a state directory's id), ``state`` where the report is kept, and
    ``is_held`` says whether an engine ever had that directory. ``may_be_elsewhere``: no engine runs on it,
    but another one may be meant.
    """

    __slots__ = ("is_held", "may_be_elsewhere", "proof", "state", "url", "why")

    def __init__(self, state: str, *, url: str | None, proof: str, is_held: bool, why: str = "") -> None:
        self.state = state
        self.url = url
        self.proof = proof
        self.is_held = is_held
        self.why = why
        self.may_be_elsewhere = url is None and why != ""

    @property
    def is_own(self) -> bool:
        """Whether it leads to the engine of the state directory, which takes in what is kept there itself."""
        return self.proof not in ("", ANY_ENGINE) or (self.url is None and self.is_held)


def route(url: str | None = None, state: str | None = None) -> Route:
    """The way for these options (``--url``, ``--state-dir``) in this environment."""
    directory = state_dir(state)
    lock = _lock(directory)
    is_held = lock is not None or any(os.path.exists(f"{directory}/{name}") for name in _TRACES)  # noqa: PTH110
    chosen = url or os.environ.get("PULSETUI_URL")
    if chosen:
        return Route(directory, url=chosen, proof="", is_held=is_held)
    if announced := _url_in(lock):
        return Route(directory, url=announced, proof=_text(lock, "state"), is_held=True)
    is_named = bool(state or os.environ.get("PULSETUI_STATE_DIR"))
    if (is_named or is_held) and not _is_barred(directory):
        return Route(directory, url=None, proof="", is_held=is_held, why=f"no engine runs on {directory}")
    return Route(directory, url=DEFAULT_URL, proof=ANY_ENGINE, is_held=is_held)


def engine_url(option: str | None, state: str) -> str:
    """The engine's address: ``--url``, else ``PULSETUI_URL``, else what the engine that holds ``state`` wrote
    into its lock, else the default."""
    return option or os.environ.get("PULSETUI_URL") or announced_url(state)


def announced_url(state: str) -> str:
    """What the engine that holds ``state`` wrote into its lock, else the default address."""
    return _url_in(_lock(state)) or DEFAULT_URL


def _lock(state: str) -> dict[str, object] | None:
    """What the lock says; None if there is no readable one."""
    try:
        with open(f"{state}/{LOCK}", "rb") as file:  # noqa: PTH123 - pathlib costs more than the ping
            written = file.read(4096)
    except OSError:
        return None
    if not written.strip():
        return {}
    text = written.decode("utf-8", "replace").strip()
    quick = _flat_strings(text)
    if quick is not None:
        return quick
    import json

    try:
        lock = json.loads(text)
    except ValueError:
        return {}
    return lock if isinstance(lock, dict) else {}


def _flat_strings(text: str) -> dict[str, object] | None:
    """The members of a JSON object that are strings, where it is as plain as engines write it: nothing in it
    is nested or escaped. None for all else, which json reads; that takes a third of a whole ping to load."""
    if "\\" in text or text[:1] != "{" or text[-1:] != "}" or text.count("{") > 1:
        return None
    parts = text.split('"')  # every other one is a string
    if len(parts) % 2 == 0:
        return None
    strings = zip(parts[1::2], parts[2::2], parts[3::2], strict=False)
    return {name: value for name, between, value in strings if between.strip() == ":"}


def _url_in(lock: dict[str, object] | None) -> str:
    return _text(lock, "ping_url") or _text(lock, "url")


def _text(lock: dict[str, object] | None, name: str) -> str:
    value = lock.get(name) if lock else None
    return value if isinstance(value, str) else ""


def _is_barred(state: str) -> bool:
    """Whether this user may not look into it."""
    try:
        os.stat(f"{state}/{LOCK}")  # noqa: PTH116
    except PermissionError:
        return True
    except OSError:
        return False
    return not os.access(f"{state}/{LOCK}", os.R_OK)


def _user_dir(variable: str, below_home: str, function: str) -> str:
    base = os.environ.get(variable, "")
    home = os.environ.get("HOME", "")
    android = "ANDROID_DATA" in os.environ
    if sys.platform == "linux" and not android:
        if base.startswith("/") and base.strip() == base:
            return f"{base.rstrip('/') or '/'}/{APP}"
        if not base and home.startswith("/"):
            return f"{home.rstrip('/')}/{below_home}/{APP}"
    if sys.platform == "darwin" and not base and home.startswith("/"):
        return f"{home.rstrip('/')}/Library/Application Support/{APP}"
    import platformdirs  # 27 ms, for a relative or missing home and the platforms that are rare

    found: str = getattr(platformdirs, function)(APP)
    return found
