"""Takes in the pings that jobs wrote down while the engine could not be reached.

One JSON file a ping in ``<state dir>/spool``, named by its instant in nanoseconds; ``pulsetui.job.spool``
writes them. A file is deleted only after its ping is committed; one that cannot be read is set aside in
``spool/bad``, never deleted. Whatever is found there, one of it never keeps the others from being taken.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from pulsetui.core import storable
from pulsetui.core.state.check import canonical_uuid
from pulsetui.core.state.status import PingKind
from pulsetui.core.text.clean import clean
from pulsetui.core.text.metric import not_a_number
from pulsetui.core.text.number import MAX_NUMBER_LENGTH, number
from pulsetui.monitor.sink import DEFINABLE, MAX_BODY, IncomingPing, report_id, split_body
from pulsetui.store.private import open_directory, open_private

T = TypeVar("T")
K = TypeVar("K")

logger = logging.getLogger(__name__)

DIRECTORY = "spool"
BAD = "bad"
_AT_ONCE = 1000
_MAX_BYTES = 16_000_000
"""Bytes of one file. A report has some 2 MB at most; more was not written by PulseTUI."""
_PASSING = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.EINTR, errno.ESTALE})
"""Errors that say nothing of the file: it is tried again."""
_NAME_SHOWN = 60


class _Spooled(msgspec.Struct):
    slug: str
    kind: PingKind
    at: datetime
    id: str = ""
    rid: UUID | None = None
    exit_status: int | None = None
    metrics: Mapping[str, float] = {}
    unread: Mapping[str, str] = {}
    create: Mapping[str, str] = {}
    catch_up: datetime | None = None
    duration: float | None = None
    body: str = ""
    keep: str = ""
    to: str = ""
    host: str = ""
    user: str = ""


_decoder = msgspec.json.Decoder(_Spooled)


class Spool:
    """The spool directory, read side."""

    def __init__(self, state_dir: Path) -> None:
        self._directory = state_dir / DIRECTORY
        self._news: list[str] = []
        self._left: set[str] = set()  # names of what can neither be used nor moved: looked at once

    def news(self) -> Sequence[str]:
        """What was set aside since the last call, and why; for a person."""
        said, self._news = self._news, []
        return said

    def waiting(self) -> Sequence[tuple[Path, IncomingPing]]:
        """The spooled pings, oldest first, at most a thousand at once. Blocks on the disk."""
        try:
            fd = open_directory(self._directory)
        except FileNotFoundError:
            return []
        except OSError as error:
            self._cannot_read(error)
            return []
        try:
            names = sorted(name for name in os.listdir(fd) if self._is_news(name))  # noqa: PTH208 - by descriptor
            return self._read(fd, names[:_AT_ONCE])
        except OSError as error:
            self._cannot_read(error)
            return []
        finally:
            os.close(fd)

    def _is_news(self, name: str) -> bool:
        return name.endswith(".json") and not name.startswith(".") and name not in self._left

    def _cannot_read(self, error: OSError) -> None:
        logger.warning("the spool cannot be read: %s", error)
        self._news.append(f"the directory itself cannot be read: {error.strerror or error}")

    def _read(self, directory: int, names: Sequence[str]) -> list[tuple[Path, IncomingPing]]:
        found: list[tuple[Path, IncomingPing]] = []
        for name in names:
            path = self._directory / name
            try:
                spooled = _decoder.decode(_content(directory, name))
                if _is_for_another_host(spooled.to):
                    self._left.add(name)  # the next pulsetui ping or run of this user delivers it there
                else:
                    found.append((path, _arrival(spooled)))
            except FileNotFoundError:
                continue
            except OSError as error:
                if error.errno in _PASSING:
                    logger.warning("spooled ping %s cannot be read now: %s", name, error)
                    break
                self.set_aside(path, error.strerror or str(error))
            except Exception as error:  # noqa: BLE001 - whatever is in one file, the others are taken
                self.set_aside(path, str(error) or type(error).__name__)
        return found

    def taken(self, path: Path) -> None:
        """The ping of this file is on disk: the file can go."""
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            # Its report would be taken again and again.
            self._left.add(path.name)
            self._news.append(f"{_shown(path)} is taken in, but cannot be deleted: {error.strerror}")

    def set_aside(self, path: Path, why: str) -> None:
        """Keeps a file that cannot be used where a person can look at it."""
        why = clean(why, 200)
        logger.error("spooled ping %s is set aside: %s", path.name, why)
        try:
            self._move_away(path.name)
            self._news.append(f"{_shown(path)}: {why}")
        except OSError as error:
            self._left.add(path.name)
            self._news.append(f"{_shown(path)}: {why}. It cannot be moved away: {error.strerror or error}")

    def _move_away(self, name: str) -> None:
        fd = open_directory(self._directory)
        try:
            with contextlib.suppress(FileExistsError):
                os.mkdir(BAD, 0o700, dir_fd=fd)
            bad = open_directory(BAD, directory=fd)
            try:
                os.rename(name, _free_name(bad, name), src_dir_fd=fd, dst_dir_fd=bad)
            finally:
                os.close(bad)
        finally:
            os.close(fd)


def _free_name(directory: int, name: str) -> str:
    """Another of the same name may have been set aside before."""
    try:
        os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return name
    return f"{os.urandom(4).hex()}-{name}"[-200:]


def _shown(path: Path) -> str:
    return clean(path.name, _NAME_SHOWN)


def _content(directory: int, name: str) -> bytes:
    fd = open_private(name, os.O_RDONLY, directory=directory)
    with os.fdopen(fd, "rb") as file:
        content = file.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise ValueError(f"it has more than {_MAX_BYTES // 1_000_000} MB")
    return content


def _is_for_another_host(address: str) -> bool:
    """Whether the report was kept for an engine elsewhere: a check of the same name here is another one."""
    host = urlsplit(address).hostname if address else None
    return host is not None and host not in ("localhost", "::1") and not host.startswith("127.")


def _arrival(spooled: _Spooled) -> IncomingPing:
    """The report as a ping. Raises whatever its content makes anything raise."""
    if spooled.kind is PingKind.IGN:
        raise ValueError(f'"{spooled.kind}" is no kind of report')
    metrics, unread = _metrics(spooled.metrics, spooled.unread)
    body = base64.b64decode(spooled.body, validate=True)
    keeps_end = spooled.keep == "end" and len(body) > MAX_BODY
    kept, rest = split_body(body, keeps_end=keeps_end)
    uuid = canonical_uuid(spooled.slug)  # a job may name its check by uuid as well
    return IncomingPing(
        kind=spooled.kind,
        uuid=uuid,
        slug=None if uuid else spooled.slug,
        create=bool(spooled.create) and uuid is None,
        definition={name: spooled.create[name] for name in DEFINABLE if name in spooled.create},
        rid=spooled.rid,
        exit_status=_kept("exit_status", storable.integer, spooled.exit_status),
        metrics=metrics,
        duration=_kept("duration", storable.span, spooled.duration),
        unread=unread,
        body=kept,
        rest=rest,
        keeps_end=keeps_end,
        body_size=len(body) if rest else 0,
        method="",
        scheme="spool",
        remote_addr=spooled.host[:200],
        ua=f"pulsetui spool, user {spooled.user}"[:200],
        at=_kept("at", storable.instant, spooled.at),
        catch_up=_kept("catch_up", storable.instant, spooled.catch_up),
        report=report_id(spooled.id),
    )


def _kept(name: str, keep: Callable[[T], K], value: T | None) -> K | None:
    try:
        return None if value is None else keep(value)
    except storable.UnstorableError as error:
        raise ValueError(f"{name} {error}") from None


def _metrics(
    given: Mapping[str, float], unread: Mapping[str, str]
) -> tuple[Mapping[str, float], Mapping[str, str]]:
    """The numbers by name, and why there is none for the others."""
    names = (*given, *unread)
    if len(names) > storable.MAX_METRICS or any(
        len(name) > storable.MAX_METRIC_NAME_LENGTH for name in names
    ):
        raise ValueError("its metrics are too many, or have too long names")
    found = dict(given)  # JSON has finite numbers only, and the decoder refuses what overflows
    why: dict[str, str] = {}
    for name, literal in unread.items():
        if (value := number(clean(literal, MAX_NUMBER_LENGTH + 1))) is not None:
            found[name] = value
        else:
            why[clean(name)] = not_a_number(literal)
    return found, why
