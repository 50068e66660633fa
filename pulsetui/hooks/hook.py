"""What a hook is, and what a kind of hook has to offer. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, Protocol

from msgspec import Struct

from pulsetui.client.alert import Alert, TakeAnswer, Verb

SEND_TIMEOUT_S: Final = 30.0
"""How long one send may take, unless the hook says otherwise."""

Options = Mapping[str, object]
"""The keys of a ``[hooks.NAME]`` table without its ``type``, as TOML gives them."""


class Validator(Protocol):
    """Judges the options of a hook."""

    def __call__(self, options: Options) -> Sequence[tuple[str, str]]:
        """(option, message) for each thing that is wrong."""

    def secrets(self, options: Options) -> Collection[str]:
        """The names of the options, given or not, that must not be seen."""

    def spans(self, options: Options) -> Collection[str]:
        """The names of the options, given or not, that hold a span."""

    def names(self) -> Sequence[str]:
        """The names of all options that there are."""


class Links(Struct, frozen=True, kw_only=True):
    """URLs that do something when a person opens them; empty where nobody outside can reach the listener."""

    acknowledge: str = ""
    snooze: str = ""
    look: str = ""  # where it shows; harmless


class Hook(Protocol):
    """One configured way to notify people. Used from one event loop, one send at a time."""

    timeout_s: float = SEND_TIMEOUT_S
    """A send that takes longer is cancelled and counts as failed."""

    digest: bool = False
    """Whether many alerts at once are sent as one, since a person would drown in them."""

    needs_audience: bool = False
    """Whether it reaches only people who are there now, and raises NoAudienceError when there are none."""

    acknowledges: bool = False
    """Whether it passes an acknowledgement on (AlertEvent.ACKNOWLEDGED)."""

    rate_s: float = 0.0
    """Seconds between two sends, at least: as the other side's rules ask for."""

    async def listen(self, take: TakeAnswer) -> None:
        """Waits for answers to what was sent, and has each taken, until it is cancelled. A hook without
        buttons returns at once. Raises HookError when it cannot listen now: it is called again later."""
        return

    async def send(self, alert: Alert) -> None:
        """Returns when the alert has been delivered.

        Raises HookError otherwise: permanent when trying again cannot help, NoAudienceError when it can once
        an audience arrives. The text of the alert may come from anywhere: a hook cleans it for the place it
        goes to. A cancelled send leaves nothing running.
        """


LinksFor = Callable[[Alert], Links]
"""Signed one-time links for an alert."""


def no_links(_: Alert) -> Links:
    return Links()


def links_of(url: Callable[[Verb, Alert], str]) -> LinksFor:
    """Made of what gives one link; "" where there is none."""
    return lambda alert: Links(acknowledge=url("acknowledge", alert), snooze=url("snooze", alert))


class HookContext(Struct, frozen=True, kw_only=True):
    """What the engine lends to its hooks."""

    publish: Callable[[Alert], int]
    """Hands an alert to the attached screens; returns how many there were. Must not block."""

    links: LinksFor = no_links
    signing_key: bytes = b""
    """Of this state directory: a hook signs with it what is to come back. Empty: it makes one for itself."""


def always(_: Options) -> bool:
    return True


def never(_: Options) -> bool:
    return False


class HookKind(Struct, frozen=True, kw_only=True):
    """A value of ``type`` in a ``[hooks.NAME]`` table."""

    type: str
    options: Validator
    build: Callable[[Options, HookContext], Hook]
    """Makes the hook from options without problems; raises HookError for others."""

    acknowledges: Callable[[Options], bool] = never
    """Whether a hook of these options passes an acknowledgement on, as its own ``acknowledges`` says."""
