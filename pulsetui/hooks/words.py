"""A person's own words for what a hook says: ``words = { title = "{name}: {detail}" }``, of every kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from pulsetui.client.alert import Alert, TakeAnswer
from pulsetui.errors import HookError
from pulsetui.hooks.facts import facts
from pulsetui.hooks.hook import Hook, LinksFor, Options
from pulsetui.hooks.options import OptionError
from pulsetui.hooks.template import filled, placeholders, template

WORDS: Final = "words"
"""The option."""

_PARTS: Final = ("title", "body")
_EXAMPLE: Final = 'words = { title = "{name}: {detail}", body = "{body}" }'
_LINKS: Final = frozenset({"acknowledge_url", "snooze_url", "look_url"})


class OwnWords(Struct, frozen=True, kw_only=True):
    """Texts with placeholders; None leaves what PulseTUI says."""

    title: str | None = None
    body: str | None = None

    def of(self, alert: Alert, links: LinksFor) -> Alert:
        """The alert in these words. One about many checks, or none, keeps its own: there is no name to say.
        Whatever the words, a drill is still named as one where it is shown."""
        if not alert.slug:
            return alert
        named = placeholders(f"{self.title}{self.body}")
        known = facts(alert, links(alert) if named & _LINKS else None)
        title = alert.title if self.title is None else filled(self.title, known, str)
        body = alert.body if self.body is None else filled(self.body, known, str)
        return replace(alert, title=title.strip() or alert.title, body=body)


class RewordedHook(Hook):
    """A hook that says it in a person's own words."""

    def __init__(self, hook: Hook, words: OwnWords, links: LinksFor) -> None:
        self._hook = hook
        self._words = words
        self._links = links
        self.timeout_s = hook.timeout_s
        self.digest = hook.digest
        self.needs_audience = hook.needs_audience
        self.acknowledges = hook.acknowledges
        self.rate_s = hook.rate_s

    async def listen(self, take: TakeAnswer) -> None:
        await self._hook.listen(take)

    async def send(self, alert: Alert) -> None:
        await self._hook.send(self._words.of(alert, self._links))


def problems_of_words(options: Options) -> Sequence[tuple[str, str]]:
    """What is wrong with the option, if it is there."""
    try:
        _words(options.get(WORDS, {}))
    except OptionError as error:
        return [(WORDS, str(error))]
    return []


def reworded(hook: Hook, options: Options, links: LinksFor) -> Hook:
    """The hook, saying it in the words of the option, if there are any. Raises HookError."""
    try:
        words = _words(options.get(WORDS, {}))
    except OptionError as error:
        raise HookError(f"{WORDS} {error}", permanent=True) from error
    return hook if words == OwnWords() else RewordedHook(hook, words, links)


def _words(value: object) -> OwnWords:
    if not isinstance(value, Mapping):
        raise OptionError(f"must be a table; write {_EXAMPLE}")
    for name in value:
        if name not in _PARTS:
            raise OptionError(f"has {name}, which is neither title nor body; write {_EXAMPLE}")
    parts: dict[str, str] = {}
    for name, text in value.items():
        try:
            parts[name] = template(text)
        except OptionError as error:
            raise OptionError(f"{name} {error}") from error
    return OwnWords(**parts)
