"""Which kinds of hooks there are. A new one is a module with a ``KIND`` and one line here.

A kind's module is imported when the configuration first uses it, so that starting costs nothing for the
hooks that are not configured.
"""

from __future__ import annotations

import importlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, Protocol

from pulsetui.client.alert import Alert
from pulsetui.errors import HookError, NoAudienceError
from pulsetui.hooks.hook import Hook, HookContext, HookKind, Options, Validator

_MODULES: Final = {
    "desktop": "pulsetui.hooks.kinds.desktop",
    "terminal": "pulsetui.hooks.kinds.terminal",
    "command": "pulsetui.hooks.kinds.command",
    "webhook": "pulsetui.hooks.kinds.webhook",
    "email": "pulsetui.hooks.kinds.email",
    "telegram": "pulsetui.hooks.kinds.telegram",
    "ntfy": "pulsetui.hooks.kinds.ntfy",
    "tmux": "pulsetui.hooks.kinds.tmux",
    "slack": "pulsetui.hooks.kinds.slack",
    "discord": "pulsetui.hooks.kinds.discord",
    "gotify": "pulsetui.hooks.kinds.gotify",
    "pushover": "pulsetui.hooks.kinds.pushover",
    "pagerduty": "pulsetui.hooks.kinds.pagerduty",
    "alertmanager": "pulsetui.hooks.kinds.alertmanager",
    "apprise": "pulsetui.hooks.kinds.apprise",
}


class ConfiguredHook(Protocol):
    """What of ``config.model.HookConfig`` matters here."""

    @property
    def type(self) -> str: ...

    @property
    def options(self) -> Options: ...


class _Kinds(Mapping[str, HookKind]):
    """Imports a kind when it is asked for."""

    def __getitem__(self, type_: str) -> HookKind:
        module = importlib.import_module(_MODULES[type_])
        kind = module.KIND
        assert isinstance(kind, HookKind)
        assert kind.type == type_
        return kind

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)

    def __contains__(self, type_: object) -> bool:
        return type_ in _MODULES


KINDS: Final[Mapping[str, HookKind]] = _Kinds()


class _LateValidator(Validator):
    """That of a kind, which is imported when options are there to be judged."""

    def __init__(self, type_: str) -> None:
        self._type = type_

    def __call__(self, options: Options) -> Sequence[tuple[str, str]]:
        from pulsetui.hooks.words import problems_of_words

        return [*KINDS[self._type].options(_own(options)), *problems_of_words(options)]

    def secrets(self, options: Options) -> Collection[str]:
        return KINDS[self._type].options.secrets(_own(options))

    def spans(self, options: Options) -> Collection[str]:
        return KINDS[self._type].options.spans(_own(options))

    def names(self) -> Sequence[str]:
        return KINDS[self._type].options.names()

    def acknowledges(self, options: Options) -> bool:
        """Whether such a hook passes an acknowledgement on."""
        return KINDS[self._type].acknowledges(_own(options))


def _own(options: Options) -> Options:
    """Those of the kind itself, without what every kind can do."""
    return {name: value for name, value in options.items() if name != "words"}


VALIDATORS: Final[Mapping[str, Validator]] = {type_: _LateValidator(type_) for type_ in _MODULES}
"""What the configuration needs to know: type → its options' validator."""


class RefusedHook(Hook):
    """Stands where a hook must not run while anyone may write its configuration; its alerts wait."""

    needs_audience = True

    def __init__(self, why: str) -> None:
        self._why = why

    async def send(self, alert: Alert) -> None:
        raise NoAudienceError(self._why)


class UnusableHook(Hook):
    """Stands where a hook could not be built: says why, and keeps the others going."""

    def __init__(self, message: str) -> None:
        self._message = message

    async def send(self, alert: Alert) -> None:
        raise HookError(self._message, permanent=True)


class HookBuilder:
    """Builds the hooks of one configuration after another. Those of which nothing was changed stay the
    objects that they were, so that whoever uses them sees which ones were edited."""

    def __init__(self, context: HookContext) -> None:
        self._context = context
        self._built: Mapping[str, tuple[tuple[str, Options, str], Hook]] = {}

    def build(self, configs: Mapping[str, ConfiguredHook], *, no_commands: str = "") -> dict[str, Hook]:
        """As ``build_hooks``."""
        built: dict[str, tuple[tuple[str, Options, str], Hook]] = {}
        for name, config in configs.items():
            made_of = (config.type, dict(config.options), no_commands)
            known = self._built.get(name)
            if known is None or known[0] != made_of or isinstance(known[1], UnusableHook):
                hooks = build_hooks({name: config}, self._context, no_commands=no_commands)
                known = made_of, hooks[name]
            built[name] = known
        self._built = built
        return {name: hook for name, (_, hook) in built.items()}


def build_hooks(
    configs: Mapping[str, ConfiguredHook], context: HookContext, *, no_commands: str = ""
) -> dict[str, Hook]:
    """The hooks of a configuration by name. Never raises: one that cannot be built fails when it is used.

    ``no_commands`` is why no program of the configuration may run now.
    """
    return {
        name: RefusedHook(no_commands)
        if no_commands and config.type == "command"
        else _build(name, config, context)
        for name, config in configs.items()
    }


def _build(name: str, config: ConfiguredHook, context: HookContext) -> Hook:
    if config.type not in KINDS:
        known = ", ".join(KINDS)
        return UnusableHook(f'[hooks.{name}] type "{config.type}" does not exist; there are {known}')
    try:
        hook = KINDS[config.type].build(_own(config.options), context)
        if "words" not in config.options:
            return hook
        from pulsetui.hooks.words import reworded

        return reworded(hook, config.options, context.links)
    except HookError as error:
        return UnusableHook(f"[hooks.{name}] {error}")
