"""Secrets that checks.toml only points to: ``"file:/run/secrets/token"``, ``"env:TOKEN"``.

They are read when the file is, so that whatever is wrong with them is a problem of its line, and what is read
is known to be secret wherever it would be shown.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from msgspec import Struct

from pulsetui.config.problem import quoted
from pulsetui.config.values import Flaw, FlawedError

FILE, ENV = "file:", "env:"

MAX_SECRET_BYTES: Final = 64 * 1024
"""Bytes of a file that may be a secret; a larger one is another file."""

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class SecretPlace(Struct, frozen=True, kw_only=True):
    """Where a secret of the configuration is kept, for the one who may want to keep it better."""

    table: str  # "hooks.boss", "listener"
    option: str
    file: Path | None  # None: it stands in checks.toml itself


@runtime_checkable
class NamesSecrets(Protocol):
    """A validator of a hook's options that knows which of them are secrets."""

    def secrets(self, options: Mapping[str, object]) -> Collection[str]:
        """The names of the options, given or not, that may be kept in a file or a variable."""


class SecretReader:
    """Reads the secrets of one checks.toml in ``folder``; keeps what it read, and where it was."""

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._environ = os.environ if environ is None else environ
        self.references: set[str] = set()
        """What stands in the file instead of secrets; it may be shown."""
        self.values: set[str] = set()
        """What was read: it must not be shown."""
        self.places: list[SecretPlace] = []
        """Of all secrets, also of those in checks.toml; not of variables, which no file holds."""

    def read(self, table: str, option: str, written: object) -> object:
        """The secret that is meant: of a table, that of each key. Raises FlawedError.

        What is neither text nor a table is left for others to complain of.
        """
        if isinstance(written, Mapping):
            return {
                name: self.read(table, f"{option}.{name}", item) if isinstance(item, str) else item
                for name, item in written.items()
            }
        if not isinstance(written, str):
            return written
        if not written.startswith((FILE, ENV)):
            self.places.append(SecretPlace(table=table, option=option, file=None))
            return written
        self.references.add(written)
        if written.startswith(ENV):
            secret = _of_variable(written.removeprefix(ENV), self._environ)
        else:
            path = self._path(written.removeprefix(FILE))
            secret = _of_file(path)
            self.places.append(SecretPlace(table=table, option=option, file=path))
        self.values.update(_shown_forms(secret))
        return secret

    def _path(self, written: str) -> Path:
        if not written.strip() or "\0" in written:
            raise FlawedError(Flaw("names no file", suggestion='Write "file:/path/to/secret".'))
        return self._folder / Path(written).expanduser()


def _of_variable(name: str, environ: Mapping[str, str]) -> str:
    if not _VARIABLE.fullmatch(name):
        raise FlawedError(Flaw("names no environment variable", suggestion='Write "env:NAME".'))
    if name not in environ:
        hint = "Set it where PulseTUI is started (a service has an environment of its own)."
        raise FlawedError(Flaw(f"the environment variable {name} is not set", suggestion=hint))
    if not environ[name]:
        raise FlawedError(Flaw(f"the environment variable {name} is empty"))
    return environ[name]


def _of_file(path: Path) -> str:
    shown = quoted(str(path))
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe might never open, a device never end
            raise FlawedError(Flaw(f"the secret's file {shown} is not a regular file"))
        with path.open("rb") as file:
            content = file.read(MAX_SECRET_BYTES + 1)
    except FileNotFoundError:
        raise FlawedError(Flaw(f"there is no file {shown}")) from None
    except PermissionError:
        hint = "Give it to the user that PulseTUI runs as."
        raise FlawedError(Flaw(f"the file {shown} may not be read by this user", suggestion=hint)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FlawedError(Flaw(f"the file {shown} cannot be read: {reason}")) from None
    if len(content) > MAX_SECRET_BYTES:
        message = f"the file {shown} is larger than {MAX_SECRET_BYTES // 1024} kB; is it the right file?"
        raise FlawedError(Flaw(message))
    try:
        secret = content.decode("utf-8")
    except UnicodeDecodeError:
        raise FlawedError(Flaw(f"the file {shown} is not UTF-8 text")) from None
    secret = secret.removesuffix("\n").removesuffix("\r")
    if not secret:
        raise FlawedError(Flaw(f"the file {shown} is empty"))
    return secret


def _shown_forms(secret: str) -> Iterator[str]:
    """The secret, and each of its lines: a message may quote one alone."""
    yield secret
    yield from (line for line in secret.splitlines() if line.strip())
