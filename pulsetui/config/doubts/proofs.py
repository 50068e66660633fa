"""Proofs that nobody can look for as things stand: they are valid, and each good run is not provable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec

from pulsetui.config.model import Config
from pulsetui.core.alike import checks_where
from pulsetui.core.proof.proof import Proof
from pulsetui.core.schedule.english import listed

_NAMED = 3


def proof_doubts(config: Config) -> Iterator[str]:
    """A sentence for each way of asking that is not there."""
    if find_spec("psycopg") is None and (asking := _checks(config, lambda proof: bool(proof.database))):
        yield (
            f"{asking}: not provable, for psycopg is not installed where PulseTUI is:"
            ' pip install "pulsetui[postgresql]"'
        )
    if not config.prove.manage and (asking := _checks(config, lambda proof: proof.runs_program)):
        yield (
            f"{asking}: not provable, for checks.toml does not say how to ask the Django project:"
            ' [prove] manage = ["/…/python", "/…/manage.py"]'
        )


def _checks(config: Config, asks: Callable[[Proof], bool]) -> str:
    """The checks with such a proof; "" without any."""
    found = checks_where(config.checks, lambda check: any(map(asks, check.prove)))
    names = [f"[checks.{check.slug}] prove" for check in found]
    return listed([*names[:_NAMED], f"{len(names) - _NAMED} more"] if len(names) > _NAMED + 1 else names)
