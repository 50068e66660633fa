"""Tells the engine of a deploy, in a thread of its own: the deploy waits for it no longer than is asked."""

from __future__ import annotations

import argparse
import os
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from msgspec import Struct

from pulsetui.cli import connect as connecting
from pulsetui.cli.commands.deploy.release import release_name
from pulsetui.cli.zones import shown_zone
from pulsetui.client.commands import BeginDeploy, EndDeploy, RenewDeploy
from pulsetui.client.user import user_via
from pulsetui.errors import PulseError

if TYPE_CHECKING:
    from pulsetui.client.client import EngineClient
    from pulsetui.client.commands import OfDeploy
    from pulsetui.client.deploys import DeployView

RENEW_S = 20.0
"""Between two signs of life: the engine waits for six times as long."""


class Targets(Struct, frozen=True):
    """What the new code is for."""

    slugs: tuple[str, ...]
    tags: tuple[str, ...]
    everything: bool


class DeployTeller:
    """Of one deploy. ``trouble`` says in a sentence why the engine does not know of it, or ""; ``refused``
    what of it the engine did not take; ``view`` is the deploy as the engine shows it once it is over, and
    ``zone`` that of its times."""

    def __init__(
        self,
        options: argparse.Namespace,
        targets: Targets,
        now: Callable[[], datetime],
        *,
        renew_s: float = RENEW_S,
    ) -> None:
        self.key = f"deploy-{os.urandom(8).hex()}"
        self.trouble = "the engine has not answered yet"
        self.refused: Sequence[str] = ()
        self.view: DeployView | None = None
        self.zone: tzinfo = UTC
        self._options, self._targets, self._now = options, targets, now
        self._renew_s = renew_s
        self._client: EngineClient | None = None
        self._is_known = False
        self._exit_status: int | None = None
        self._begun, self._over, self._done = threading.Event(), threading.Event(), threading.Event()

    def begin(self, patience_s: float) -> None:
        """Tells of its begin, and goes on telling that it lives."""
        threading.Thread(target=self._run, name="pulsetui-deploy", daemon=True).start()
        self._begun.wait(patience_s)

    def end(self, exit_status: int, patience_s: float) -> None:
        """Tells of its end."""
        self._exit_status = exit_status
        self._over.set()
        self._done.wait(patience_s)

    def _run(self) -> None:
        try:
            self._try(self._begin)
            self._begun.set()
            while not self._over.wait(self._renew_s):
                # An engine that was away may be back: it may be a part of what is deployed.
                self._try(self._renew if self._is_known else self._begin)
            self._try(self._end)
        finally:
            self._begun.set()
            self._done.set()

    def _try(self, step: Callable[[EngineClient], None]) -> None:
        try:
            if self._client is None:
                self._client = connecting.connect(self._options)
            step(self._client)
        except PulseError as error:
            self._lost(str(error))
        except Exception as error:  # noqa: BLE001 - a bug of ours must not become the deploy's failure
            self._lost(f"{type(error).__name__}: {error}")

    def _lost(self, why: str) -> None:
        self.trouble, self._client = why.partition("\n")[0], None

    def _begin(self, client: EngineClient) -> None:
        targets = self._targets
        self.zone = shown_zone(self._options, client.info())
        refused = self._tell(
            client,
            BeginDeploy(
                self.key,
                slugs=targets.slugs,
                tags=targets.tags,
                everything=targets.everything,
                release=self._release(),
                by=user_via("CLI"),
            ),
        )
        if self._is_known:
            self.refused = refused
        else:
            self.trouble = "; ".join(refused) or "the engine has refused it"

    def _renew(self, client: EngineClient) -> None:
        self.refused = self._tell(client, RenewDeploy(self.key)) or self.refused

    def _end(self, client: EngineClient) -> None:
        if not self._is_known:
            return
        # The commit that is checked out may be another one by now.
        self._tell(client, EndDeploy(self.key, release=self._release(), exit_status=self._exit_status))
        self.view = next((one for one in client.deploys() if one.key == self.key), None)

    def _release(self) -> str:
        return release_name(self._options.release, self._now().astimezone(self.zone))

    def _tell(self, client: EngineClient, command: OfDeploy) -> Sequence[str]:
        """What was refused, in sentences."""
        results = client.do(command)
        if any(result.ok for result in results):
            self._is_known, self.trouble = True, ""
        return [result.message for result in results if not result.ok]
