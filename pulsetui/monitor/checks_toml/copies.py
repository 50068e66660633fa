"""Copies of checks.toml in the state directory: of what ran last, and of what an accident would have lost."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import secrets
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Final

from pulsetui.config.file.edit import ConfigFile, Loaded
from pulsetui.config.file.guard import slugs_in
from pulsetui.config.file.load import MAX_BYTES
from pulsetui.config.model import ReadBefore
from pulsetui.config.paths import LAST_GOOD_NAME
from pulsetui.config.toml.read import read_toml
from pulsetui.core.text.visible import visible
from pulsetui.errors import ConfigError
from pulsetui.store.private import open_private

logger = logging.getLogger(__name__)

GOOD: Final = LAST_GOOD_NAME
KNOWN: Final = "checks.known"
WORTH_KEEPING: Final = 200_000
"""Characters of a file, some 2,000 checks, whose meaning is kept: a smaller one is read in no time."""
_KEPT = "checks.kept-"
_MAX_KEPT = 10


class ConfigCopies:
    """All methods block, and raise nothing: a copy that cannot be kept is only told in the log."""

    def __init__(self, state_dir: Path) -> None:
        self._folder = state_dir
        self._known_text = b""  # a hash of the one whose meaning is kept

    def first_of(self, file: ConfigFile) -> Loaded:
        """What an engine starts with. Raises as ``file.load``, saying where to have a file that is gone."""
        try:
            return file.load(self._known)
        except ConfigError as error:
            good = self._folder / GOOD
            if file.path.exists() or not good.is_file():
                raise
            raise ConfigError(
                f"{error} What ran last in this state directory is in {visible(str(good))}:"
                " put that in its place if it was lost."
            ) from None

    def good_slugs(self, now: str) -> Collection[str]:
        """The checks of what ran last, unless that is the text of ``now``; none without a copy of it."""
        try:
            return () if self._is_good(now) else slugs_in(read_toml(self._good()))
        except (OSError, ValueError):
            return ()

    def keep_good(self, loaded: Loaded) -> None:
        """It runs from now on."""
        self._keep_known(loaded)
        with contextlib.suppress(OSError, ValueError):
            if self._is_good(loaded.text):
                return
        self._write(self._folder / GOOD, loaded.text.encode())

    def _known(self, text: str) -> ReadBefore | None:
        """What it means, if that is kept."""
        if len(text) < WORTH_KEEPING:
            return None
        from pulsetui.config.file.known import unpack

        with contextlib.suppress(OSError):
            with os.fdopen(open_private(self._folder / KNOWN, os.O_RDONLY), "rb") as file:
                found = unpack(file.read(), text)
            self._known_text = b"" if found is None else _hash(text)
            return found
        return None

    def _keep_known(self, loaded: Loaded) -> None:
        text, config = loaded.text, loaded.config
        if len(text) < WORTH_KEEPING or _hash(text) == self._known_text:
            return
        from pulsetui.config.file.known import pack

        if packed := pack(text, loaded.rest, config):
            self._write(self._folder / KNOWN, packed)
            self._known_text = _hash(text)

    def _is_good(self, text: str) -> bool:
        """Whether that ran last. It may be large: it is not read into the memory to be compared."""
        with os.fdopen(open_private(self._folder / GOOD, os.O_RDONLY), "rb") as file:
            return hashlib.file_digest(file, "sha256").digest() == _hash(text)

    def _good(self) -> str:
        with os.fdopen(open_private(self._folder / GOOD, os.O_RDONLY), "rb") as file:
            return file.read(MAX_BYTES).decode()

    def keep_before(self, now: datetime) -> Path | None:
        """Keeps what ran last for good, since what comes next has lost most of it. Returns where."""
        kept = self._name(now)
        try:
            (self._folder / GOOD).rename(kept)
        except OSError as error:
            logger.warning("no copy of the last good configuration can be kept: %s", error)
            return None
        self._tidy()
        return kept

    def put_aside(self, text: str, now: datetime) -> Path | None:
        """Keeps what stood in the file instead of the last good content. Returns where."""
        kept = self._name(now)
        if not self._write(kept, text.encode()):
            return None
        self._tidy()
        return kept

    def _name(self, now: datetime) -> Path:
        return self._folder / f"{_KEPT}{now:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}.toml"

    def _write(self, path: Path, content: bytes) -> bool:
        new = path.with_name(f"{path.name}.new")
        try:
            with os.fdopen(open_private(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as file:
                file.write(content)
            new.replace(path)
        except OSError as error:
            logger.warning("no copy of the configuration can be kept: %s", error)
            return False
        return True

    def _tidy(self) -> None:
        kept = sorted(self._folder.glob(f"{_KEPT}*.toml"))
        for path in kept[:-_MAX_KEPT]:
            path.unlink(missing_ok=True)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
