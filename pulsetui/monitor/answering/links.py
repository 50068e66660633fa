"""Links that answer an alert: signed, for one verb and one incident, for a week, and once.

A token says all that it is good for, so that none need be kept; only those that were used are, in the state
directory. It is signed with a key that is derived from that of the state directory.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct

from pulsetui.client.alert import Alert, AlertEvent, Answer, Verb
from pulsetui.monitor.answering.answers import DRILL, AlertAnswers
from pulsetui.monitor.engine import Engine
from pulsetui.store.private import open_private

logger = logging.getLogger(__name__)

LIFETIME: Final = timedelta(days=7)
"""A message that is older is about something else by now."""
FILE: Final = "used-links"
WAY: Final = "link"

_VERSION: Final = b"1"
_NUMBER: Final = 9  # bytes: no two links are the same
_INSTANT: Final = 5  # bytes of seconds since 1970
_MAC: Final = 16
_HEAD: Final = len(_VERSION) + 1 + _NUMBER + _INSTANT
_MAX_TOKEN: Final = 300
_MAX_FILE: Final = 4_000_000
_LETTERS: Final[dict[bytes, Verb]] = {b"a": "acknowledge", b"s": "snooze"}


class LinkClaim(Struct, frozen=True, kw_only=True):
    """What a genuine token says."""

    verb: Verb
    key: str  # of the alert
    until: datetime
    number: str


class LinkState(Struct, frozen=True, kw_only=True):
    """What there is to know of a link before it is used."""

    claim: LinkClaim
    name: str  # of the check; empty when it is not watched any more
    expired: bool = False
    used_at: datetime | None = None


class SignedLinks:
    """Makes tokens and reads them; pure."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def token(self, verb: Verb, key: str, until: datetime) -> str:
        letter = next(letter for letter, word in _LETTERS.items() if word == verb)
        seconds = int(until.timestamp()).to_bytes(_INSTANT, "big")
        said = _VERSION + letter + secrets.token_bytes(_NUMBER) + seconds + key.encode()
        return urlsafe_b64encode(said + self._mac(said)).rstrip(b"=").decode()

    def read(self, token: str) -> LinkClaim | None:
        """What it says; None when it is not one of ours, whatever is wrong with it."""
        if not token.isascii() or len(token) > _MAX_TOKEN:
            return None
        try:
            whole = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            return None
        said, mac = whole[:-_MAC], whole[-_MAC:]
        if len(said) < _HEAD or not hmac.compare_digest(mac, self._mac(said)):
            return None
        start = len(_VERSION)
        number, seconds = said[start + 1 : _HEAD - _INSTANT], said[_HEAD - _INSTANT : _HEAD]
        return LinkClaim(
            verb=_LETTERS[said[start : start + 1]],
            key=said[_HEAD:].decode(),
            until=datetime.fromtimestamp(int.from_bytes(seconds, "big"), UTC),
            number=number.hex(),
        )

    def _mac(self, said: bytes) -> bytes:
        return hmac.digest(self._key, said, "sha256")[:_MAC]


class UsedLinks:
    """Which links were used, and when. Outlives a restart as far as the disk allows: what a link does twice
    does no harm."""

    def __init__(self, state_dir: Path, now: datetime) -> None:
        self._path = state_dir / FILE
        self._used: dict[str, tuple[datetime, datetime]] = {}  # number → used at, link until
        try:
            self._load(now)
        except (OSError, ValueError) as error:
            logger.warning(
                "%s cannot be read: %s. Links that were used can be used again.", self._path, error
            )

    def _load(self, now: datetime) -> None:
        try:
            fd = open_private(self._path, os.O_RDONLY)
        except FileNotFoundError:
            return
        with os.fdopen(fd, "rb") as file:
            lines = file.read(_MAX_FILE).decode().splitlines()
        for line in lines:
            number, used_at, until = line.split()
            if (end := datetime.fromisoformat(until)) > now:
                self._used[number] = (datetime.fromisoformat(used_at), end)
        if len(self._used) < len(lines):
            self._write(os.O_TRUNC, list(self._used))

    def used_at(self, claim: LinkClaim) -> datetime | None:
        found = self._used.get(claim.number)
        return None if found is None else found[0]

    async def mark(self, claim: LinkClaim, at: datetime) -> None:
        self._used[claim.number] = (at, claim.until)
        try:
            await asyncio.to_thread(self._write, os.O_APPEND, [claim.number])
        except OSError as error:
            logger.warning("%s cannot be written: %s", self._path, error)

    def _write(self, how: int, numbers: list[str]) -> None:
        fd = open_private(self._path, os.O_WRONLY | os.O_CREAT | how)
        with os.fdopen(fd, "w") as file:
            for number in numbers:
                used_at, until = self._used[number]
                file.write(f"{number} {used_at.isoformat()} {until.isoformat()}\n")
            file.flush()
            os.fsync(file.fileno())


class LinkDesk:
    """Gives links out, and does what they say. On the engine's loop."""

    def __init__(self, engine: Engine, answers: AlertAnswers) -> None:
        self._engine = engine
        self._answers = answers
        self._signed = SignedLinks(engine.links_key)
        self._used = UsedLinks(engine.state_dir, engine.clock.now())
        self._at_it: set[str] = set()

    def url(self, verb: Verb, alert: Alert) -> str:
        """A new link; empty where there is nothing to answer, or nobody outside can reach the listener."""
        public = self._engine.config.listener.public_url
        if not public or not alert.key or alert.event is not AlertEvent.DOWN:
            return ""
        until = self._engine.clock.now() + LIFETIME
        return f"{public}/a/{self._signed.token(verb, alert.key, until)}"

    def look(self, token: str) -> LinkState | None:
        """What there is to know of a link; None when it is not one of ours. Changes nothing."""
        claim = self._signed.read(token)
        if claim is None:
            return None
        return LinkState(
            claim=claim,
            name=self._name(claim.key),
            expired=claim.until <= self._engine.clock.now(),
            used_at=self._used.used_at(claim),
        )

    def _name(self, key: str) -> str:
        if key.startswith(DRILL):
            return "Fire drill"
        tracked = self._engine.checks.find_uuid(key.rpartition("-")[0])
        return "" if tracked is None else tracked.check.name

    async def use(self, claim: LinkClaim, by: str) -> str | None:
        """Does what the link says. Returns one line for the person; None when it is used at this moment.
        Raises StoreError when it could not be written: then the link is as good as before."""
        if claim.number in self._at_it or self._used.used_at(claim) is not None:
            return None
        self._at_it.add(claim.number)
        try:
            said = await self._answers.done(Answer(verb=claim.verb, key=claim.key, by=by, hook=WAY))
            await self._used.mark(claim, self._engine.clock.now())
        finally:
            self._at_it.discard(claim.number)
        return said
