"""What a hook is, and what a kind of hook has to offer. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from msgspec import Struct

from pulsetui.client.alert import Alert

SEND_TIMEOUT_S: Final = 30.0
"""How long one send may take, unless the hook says otherwise."""

Options = Mapping[str, object]
"""The keys of a ``[hooks.NAME]`` table without its ``type``, as TOML gives them."""

Validator = Callable[[Options], Sequence[tuple[str, str]]]
"""Options → (field, message) for each thing that is wrong with them."""


class Hook(Protocol):
    """One configured way to tell somebody. Used from one event loop, one send at a time."""

    timeout_s: float = SEND_TIMEOUT_S
    """A send that takes longer is cancelled and counts as failed."""

    digest: bool = False
    """Whether a person would drown: many alerts at once are told as one."""

    needs_audience: bool = False
    """Whether it tells only those who are there, and raises NoAudienceError when nobody is."""

    async def send(self, alert: Alert) -> None:
        """Returns when somebody has been told.

        Raises HookError otherwise; permanent when trying again cannot help, NoAudienceError when that is up
        to somebody who may come. The text of the alert may come
        from anywhere: a hook cleans it for the place it goes to. A cancelled send leaves nothing running.
        """


class HookContext(Struct, frozen=True, kw_only=True):
    """What the engine lends to its hooks."""

    publish: Callable[[Alert], int]
    """Hands an alert to the attached screens; returns how many there were. Must not block."""


class HookKind(Struct, frozen=True, kw_only=True):
    """A value of ``type`` in a ``[hooks.NAME]`` table."""

    type: str
    options: Validator
    build: Callable[[Options, HookContext], Hook]
    """Makes the hook from options without problems; raises HookError for others."""
