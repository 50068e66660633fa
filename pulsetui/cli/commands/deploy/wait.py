"""Waits until each job has been good once on a release."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import tzinfo

from pulsetui.cli import connect as connecting
from pulsetui.cli.commands.deploy.text import when
from pulsetui.cli.exit_codes import NOT_OK, OK
from pulsetui.cli.output import out, talk
from pulsetui.client.client import EngineClient
from pulsetui.client.deploys import PROOF_WORDS, DeployView, proofs_text
from pulsetui.core.text.clean import clean
from pulsetui.errors import EngineUnreachableError, PulseError

POLL_S = 2.0
MAX_AWAY = 60
"""Looks in a row that find no engine: it may be a part of what was deployed, and come back."""


def wait_for(
    options: argparse.Namespace, key: str, zone: tzinfo, *, pause: Callable[[float], None] = time.sleep
) -> int:
    """Prints a line for each job that has shown how it stands. 0 when all were good once, 1 as soon as one
    was not. Raises EngineUnreachableError when the engine stays away."""
    shown: set[str] = set()
    client: EngineClient | None = None
    away = 0
    while True:
        try:
            client = client or connecting.connect(options)
            deploy = next((one for one in client.deploys(limit=50) if one.key == key), None)
            now = client.now()
        except EngineUnreachableError:
            client, away = None, away + 1
            if away > MAX_AWAY:
                raise
            pause(POLL_S)
            continue
        away = 0
        if deploy is None:
            raise PulseError("the engine does not know the deploy any more")
        for job in deploy.jobs:
            if job.slug not in shown and job.proof in ("good", "failed", "missed"):
                shown.add(job.slug)
                out(f"{clean(job.slug)}: {PROOF_WORDS[job.proof]}, {when(job, now, zone)}")
        if (code := _verdict(deploy)) is not None:
            return code
        pause(POLL_S)


def _verdict(deploy: DeployView) -> int | None:
    if deploy.wrong:
        talk(proofs_text(deploy))
        return NOT_OK
    if deploy.pending:
        return None
    talk(proofs_text(deploy))
    return OK
