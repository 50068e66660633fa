"""Takes in the pings that jobs wrote down while the engine could not be reached.

One JSON file a ping in ``<state dir>/spool``, named by its instant in nanoseconds; ``pulsetui.job.spool``
writes them. A file is deleted only after its ping is committed; one that cannot be read is set aside in
``spool/bad``, never deleted.
"""

from __future__ import annotations

import base64
import contextlib
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec

from pulsetui.core.check import canonical_uuid
from pulsetui.core.status import PingKind
from pulsetui.monitor.intake import BODY_LIMIT, Arrival, report_id

logger = logging.getLogger(__name__)

DIRECTORY = "spool"
_AT_ONCE = 1000


class _Spooled(msgspec.Struct):
    slug: str
    kind: PingKind
    at: datetime
    id: str = ""
    rid: UUID | None = None
    exit_status: int | None = None
    metrics: Mapping[str, float] = {}
    duration: float | None = None
    body: str = ""
    host: str = ""
    user: str = ""


_decoder = msgspec.json.Decoder(_Spooled)


class Spool:
    """The spool directory, read side."""

    def __init__(self, state_dir: Path) -> None:
        self._directory = state_dir / DIRECTORY

    def waiting(self) -> Sequence[tuple[Path, Arrival]]:
        """The spooled pings, oldest first, at most a thousand at once. Blocks on the disk."""
        try:
            paths = sorted(path for path in self._directory.iterdir() if path.suffix == ".json")
        except FileNotFoundError:
            return []
        except OSError as error:
            logger.warning("the spool cannot be read: %s", error)
            return []
        found: list[tuple[Path, Arrival]] = []
        for path in paths[:_AT_ONCE]:
            try:
                found.append((path, _arrival(path.read_bytes())))
            except (OSError, ValueError, msgspec.MsgspecError) as error:
                self.set_aside(path, str(error))
        return found

    def taken(self, path: Path) -> None:
        """The ping of this file is on disk: the file can go."""
        with contextlib.suppress(OSError):
            path.unlink()

    def set_aside(self, path: Path, why: str) -> None:
        """Keeps a file that cannot be used where a person can look at it."""
        logger.error("spooled ping %s is set aside: %s", path.name, why)
        with contextlib.suppress(OSError):
            bad = self._directory / "bad"
            bad.mkdir(mode=0o700, exist_ok=True)
            path.rename(bad / path.name)


def _arrival(document: bytes) -> Arrival:
    spooled = _decoder.decode(document)
    if spooled.at.tzinfo is None:
        raise ValueError("its instant has no time zone")
    uuid = canonical_uuid(spooled.slug)  # a job may name its check by uuid as well
    return Arrival(
        kind=spooled.kind,
        uuid=uuid,
        slug=None if uuid else spooled.slug,
        rid=spooled.rid,
        exit_status=spooled.exit_status,
        metrics=spooled.metrics,
        duration=None if spooled.duration is None else timedelta(seconds=spooled.duration),
        body=base64.b64decode(spooled.body, validate=True)[:BODY_LIMIT],
        method="",
        scheme="spool",
        remote_addr=spooled.host[:200],
        ua=f"pulsetui spool, user {spooled.user}"[:200],
        at=spooled.at.astimezone(UTC),
        report=report_id(spooled.id),
    )
