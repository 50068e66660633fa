"""From the tables of a TOML file to a ``Config``, or to everything that is wrong in them."""

from __future__ import annotations

import re
import sys
from collections import ChainMap
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from msgspec.structs import replace

from pulsetui.config import values
from pulsetui.config.address import parse_address
from pulsetui.config.alerts import RULES, circular, holiday_files, read_rules, read_window
from pulsetui.config.bare_span import (
    BareSpan,
    NamesSpans,
    bare_spans_beside_checks,
    bare_spans_of_check,
)
from pulsetui.config.check_fields import read_check
from pulsetui.config.flaws import no_such_check, no_such_database, zone_flaw
from pulsetui.config.judged_tables import JudgedTables
from pulsetui.config.kept_secret import NamesSecrets, SecretReader
from pulsetui.config.model import (
    DEFAULT_TIMEZONE,
    Config,
    HookConfig,
    HookValidator,
    KnowsAcknowledging,
    ListenerConfig,
    ReadBefore,
)
from pulsetui.config.problem import ConfigProblems, Problem, quoted
from pulsetui.config.secret import masked, secrets_of
from pulsetui.config.tables.drill import DrillConfig, read_drill
from pulsetui.config.tables.host import read_host
from pulsetui.config.tables.prove import ProveConfig, database_flaw, holds_password, read_prove
from pulsetui.config.tables.watchdog import WATCHDOG, WATCHDOG_SECRETS, WatchdogConfig, read_watchdog
from pulsetui.config.values import Flaw, FlawedError
from pulsetui.core.alike import AlikeChecks, checks_where, gathered
from pulsetui.core.state.alert_rules import AlertRules
from pulsetui.core.state.alerting import Alerting
from pulsetui.core.state.check import Check
from pulsetui.core.state.maintenance import MaintenanceWindow
from pulsetui.core.text.nearest import nearest
from pulsetui.errors import ConfigError

TOP = (
    "timezone",
    "listener",
    "hooks",
    "tags",
    "maintenance",
    "drill",
    "watchdog",
    "host",
    "prove",
    "checks",
    "keys",
    "actions",
)
_MANY = 500
"""Checks from which on what they have in common is kept once."""
_OWN = frozenset({"name", "desc", "uuid"})
"""Fields that hardly two checks have alike."""

LISTENER = ("listen", "ping_key", "api_key", "api_key_readonly", "hosts", "create_limit", "public_url")

_HOOK_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
_PING_KEY = re.compile(r"[A-Za-z0-9_-]{1,100}")
_CREATE_LIMIT = values.count(1_000_000, least=0)
_API_KEY = re.compile(r"[!-~]{1,200}")


def build_config(
    document: Mapping[str, Any],
    text: str,
    path: Path,
    hook_validators: Mapping[str, HookValidator],
    known: ReadBefore | None = None,
) -> Config:
    """The configuration; ``text`` is what ``document`` was read from, perhaps before (``known``). Raises
    ConfigProblems."""
    builder = _Builder(document, hook_validators, SecretReader(path.parent), known)
    config = builder.build(path)
    if problems := builder.problems(text, path):
        raise ConfigProblems(_masked(problem, config.secrets) for problem in problems)
    # Last: what is doubted may only be looked for where all tables are as they should be.
    return replace(config, bare_spans=tuple(builder.bare_spans(config.hooks)))


def _masked(problem: Problem, secrets: Collection[str]) -> Problem:
    """Problems travel to logs and screens: no secret of the file may."""
    return replace(
        problem,
        message=masked(problem.message, secrets),
        value=masked(problem.value, secrets),
        suggestion=masked(problem.suggestion, secrets),
        better=masked(problem.better, secrets),
    )


class _Builder(JudgedTables):
    """Walks the tables once."""

    def __init__(
        self,
        document: Mapping[str, Any],
        hook_validators: Mapping[str, HookValidator],
        secrets: SecretReader,
        known: ReadBefore | None,
    ) -> None:
        super().__init__(document, secrets)
        self._validators = hook_validators
        self._known = known
        self._directory = Path()  # of the file
        self._bare: list[BareSpan] = []  # of the checks

    def build(self, path: Path) -> Config:
        self.unknown((), self.document, TOP)
        timezone = self._timezone()
        self._directory = path.parent
        hooks, rules = self._hooks(timezone)
        checks, fields = self._checks(timezone, self.table((), "hooks"))
        # Before it is asked which secrets were read.
        listener, watchdogs, prove = self._listener(), self._watchdogs(), self._prove(checks)
        self._depend(checks)
        return Config(
            path=path,
            timezone=timezone,
            listener=listener,
            hooks=MappingProxyType(hooks),
            checks=checks if isinstance(checks, AlikeChecks) else MappingProxyType(checks),
            fields=MappingProxyType(fields),
            keys=MappingProxyType(self._keys()),
            actions=MappingProxyType(self.actions()),
            alerting=Alerting(
                hooks=MappingProxyType(rules),
                tags=MappingProxyType(self._tags(timezone)),
                windows=self._windows(timezone, checks),
                acknowledging=frozenset(filter(lambda name: self._acknowledges(hooks[name]), hooks)),
                timezone=timezone,
            ),
            secrets=secrets_of(self.document) - self.secrets.references | self.secrets.values,
            drill=self._drill(timezone),
            host=self.own("host", read_host),
            prove=prove,
            watchdogs=watchdogs,
            secret_places=tuple(self.secrets.places),
            files=self._files(),
        )

    def _files(self) -> tuple[Path, ...]:
        secrets = [place.file for place in self.secrets.places if place.file is not None]
        holidays = [self._directory / Path(name).expanduser() for name in holiday_files(self.document)]
        return tuple(sorted({*secrets, *holidays}))

    def _timezone(self) -> str:
        written = self.document.get("timezone", DEFAULT_TIMEZONE)
        flaw = zone_flaw(written)
        if flaw is None:
            return str(written)
        self.report((), "timezone", flaw)
        return DEFAULT_TIMEZONE  # so that the checks are judged for themselves

    def _listener(self) -> ListenerConfig:
        table, where = self.table((), "listener", report=True), ("listener",)
        self.unknown(where, table, LISTENER)
        host, port = self._address(where, table)
        keys: dict[str, str | None] = {
            "ping_key": self.secret(where, table, "ping_key", _PING_KEY, "a-z A-Z 0-9 - _"),
            "api_key": self.secret(where, table, "api_key", _API_KEY, "letters, digits and signs"),
            "api_key_readonly": self.secret(
                where, table, "api_key_readonly", _API_KEY, "letters, digits and signs"
            ),
        }
        if keys["api_key"] and keys["api_key"] == keys["api_key_readonly"]:
            message = "is the same as api_key, so it would not be read-only"
            self.report(where, "api_key_readonly", Flaw(message, suggestion="Choose another."))
        default = ListenerConfig()
        return ListenerConfig(
            host=host,
            port=port,
            hosts=self.optional(where, table, "hosts", values.hosts, default.hosts),
            create_limit=self.optional(where, table, "create_limit", _CREATE_LIMIT, default.create_limit),
            public_url=self.optional(where, table, "public_url", values.public_url, default.public_url),
            **keys,
        )

    def _address(self, where: tuple[str, ...], table: Mapping[str, Any]) -> tuple[str, int]:
        default = ListenerConfig()
        written = table.get("listen")
        if isinstance(written, int) and not isinstance(written, bool):
            written = quoted(written)
        if written is None:
            return default.host, default.port
        try:
            return parse_address(values.text(written, longest=300))
        except FlawedError as error:
            self.report(where, "listen", *error.flaws)
        except ConfigError as error:
            self.report(where, "listen", Flaw(str(error)))
        return default.host, default.port

    def _hooks(self, timezone: str) -> tuple[dict[str, HookConfig], dict[str, AlertRules]]:
        hooks: dict[str, HookConfig] = {}
        rules: dict[str, AlertRules] = {}
        for name in self.table((), "hooks", report=True):
            table, where = self.table(("hooks",), name, report=True), ("hooks", name)
            if not isinstance(self.document["hooks"][name], Mapping):
                continue
            if not _HOOK_NAME.fullmatch(name):
                flaw = Flaw("the name of a hook has only letters, digits, - and _", name)
                self.report(where, "", flaw)
            rules[name] = self._rules(where, table, timezone)
            options = {key: value for key, value in table.items() if key != "type" and key not in RULES}
            kind = self._hook_type(name, table)
            if kind is not None:
                hooks[name] = self._hook(where, kind, options)
        return hooks, rules

    def _rules(self, where: tuple[str, ...], table: Mapping[str, Any], timezone: str) -> AlertRules:
        rules, flaws = read_rules(table, timezone, self._directory)
        for key, flaw in flaws:
            self.report(where, key, flaw)
        return rules

    def _tags(self, timezone: str) -> dict[str, AlertRules]:
        tags: dict[str, AlertRules] = {}
        for tag in self.table((), "tags", report=True):
            table = self.table(("tags",), tag, report=True)
            self.unknown(("tags", tag), table, RULES)
            tags[tag] = self._rules(("tags", tag), table, timezone)
        return tags

    def _windows(self, timezone: str, checks: Mapping[str, Check]) -> tuple[MaintenanceWindow, ...]:
        windows: list[MaintenanceWindow] = []
        for name in self.table((), "maintenance", report=True):
            where = ("maintenance", name)
            window, flaws = read_window(name, self.table(("maintenance",), name, report=True), timezone)
            for key, flaw in flaws:
                self.report(where, key, flaw)
            if window is not None:
                for slug in sorted(window.checks - checks.keys()):
                    self.report(where, "checks", no_such_check(slug, checks))
                windows.append(window)
        return tuple(windows)

    def _depend(self, checks: Mapping[str, Check]) -> None:
        """A check depends on others that are there, and not on itself."""
        for check in checks_where(checks, lambda check: bool(check.depends_on)):
            where = ("checks", check.slug)
            for parent in check.depends_on:
                if parent not in self.table((), "checks"):
                    self.report(where, "depends_on", no_such_check(parent, checks))
            if circular(checks, check.slug):
                message = "leads back to this check, so that neither would ever be told of"
                self.report(where, "depends_on", Flaw(message, list(check.depends_on)))

    def _hook(self, where: tuple[str, ...], kind: str, options: dict[str, object]) -> HookConfig:
        validator: object = self._validators[kind]
        secrets = validator.secrets(options) if isinstance(validator, NamesSecrets) else ()
        unread: set[str] = set()
        for key in secrets:
            if key in options:
                is_read, options[key] = self.read_secret(where, key, options[key])
                unread |= set() if is_read else {key}
        for key, message in self._validators[kind](options):
            if key not in unread:
                self.report(where, key, Flaw(message))
        return HookConfig(name=where[1], type=kind, options=MappingProxyType(options))

    def bare_spans(self, hooks: Mapping[str, HookConfig]) -> Iterator[BareSpan]:
        """Those in a file that has been built without a finding."""

        def of_hook(name: str) -> Collection[str]:
            validator: object = self._validators[hooks[name].type]
            return validator.spans(hooks[name].options) if isinstance(validator, NamesSpans) else ()

        yield from bare_spans_beside_checks(self.document, of_hook)
        yield from self._bare

    def _acknowledges(self, hook: HookConfig) -> bool:
        validator: object = self._validators[hook.type]
        return isinstance(validator, KnowsAcknowledging) and validator.acknowledges(hook.options)

    def _hook_type(self, name: str, table: Mapping[str, Any]) -> str | None:
        where, known = ("hooks", name), sorted(self._validators)
        kind = table.get("type")
        if isinstance(kind, str) and kind in self._validators:
            return kind
        wanted = kind if isinstance(kind, str) else name
        near = nearest(wanted, known)
        hint = f'Try type = "{near}".' if near else f"Types: {', '.join(known)}."
        if kind is None:
            self.report(where, "type", Flaw("is missing", suggestion=hint))
        elif isinstance(kind, str):
            self.report(where, "type", Flaw("no hook is of that type", kind, hint))
        else:
            flaw = Flaw(f"must be text in quotes, not {values.kind_of(kind)}", kind, hint)
            self.report(where, "type", flaw)
        return None

    def _checks(
        self, timezone: str, hook_names: Mapping[str, Any]
    ) -> tuple[Mapping[str, Check], Mapping[str, Mapping[str, object]]]:
        tables, known = self.table((), "checks", report=True), self._known
        if known is not None:
            to_read = known.checks.special()
            if not to_read:
                return known.checks, known.fields
            tables = {slug: tables[slug] for slug in to_read}
        checks: dict[str, Check] = {}
        fields: dict[str, Mapping[str, object]] = {}
        by_uuid: dict[str, str] = {}
        for slug, table in tables.items():
            if not isinstance(table, dict):
                self.table(("checks",), slug, report=True)
                continue
            check, flaws = read_check(
                slug, table, default_timezone=timezone, hook_names=hook_names, directory=self._directory
            )
            if check is None:
                for field, flaw in flaws:
                    self.report(("checks", slug), field, flaw)
                continue
            if check.uuid is not None and (other := by_uuid.setdefault(check.uuid, slug)) != slug:
                flaw = Flaw(f"is the uuid of [checks.{other}], too", check.uuid, "Take one of them out.")
                self.report(("checks", slug), "uuid", flaw)
            checks[slug] = check
            fields[slug] = _shared(table)
            self._bare += bare_spans_of_check(slug, table)
        if known is None:
            return (checks if len(checks) < _MANY else gathered(checks)), fields
        known.checks.put_in(checks)
        # What was read before stays in its bytes until somebody asks for it.
        return known.checks, ChainMap(fields, cast("dict[str, Mapping[str, object]]", known.fields))

    def _drill(self, timezone: str) -> DrillConfig | None:
        if "drill" not in self.document:
            return None
        return self.own("drill", lambda table: read_drill(table, timezone, self.table((), "checks")))

    def _prove(self, checks: Mapping[str, Check]) -> ProveConfig:
        where, addresses = ("prove", "databases"), self.table(("prove",), "databases", report=True)
        databases: dict[str, str] = {}
        for name, written in addresses.items():
            is_read, address = True, written
            if holds_password(written):
                is_read, address = self.read_secret(where, name, written)
            if is_read and (flaw := database_flaw(name, address)) is not None:
                self.report(where, name, flaw)
            databases[name] = str(address)
        for check in checks_where(checks, lambda check: bool(check.prove)):
            for name in filter(None, (proof.database for proof in check.prove)):
                if name not in databases:
                    self.report(("checks", check.slug), "prove", no_such_database(name, databases))
        return replace(self.own("prove", read_prove), databases=MappingProxyType(databases))

    def _watchdogs(self) -> tuple[WatchdogConfig, ...]:
        found = []
        for name in self.table((), "watchdog", report=True):
            where = ("watchdog", name)
            if name in WATCHDOG:
                flaw = Flaw("a watchdog has a name", suggestion="Write [watchdog.NAME], and its keys below.")
                self.report(("watchdog",), name, flaw)
                continue
            if not _HOOK_NAME.fullmatch(name):
                flaw = Flaw("the name of a watchdog has only letters, digits, - and _", name)
                self.report(where, "", flaw)
            table = dict(self.table(("watchdog",), name, report=True))
            unread: set[str] = set()
            for key in table.keys() & WATCHDOG_SECRETS:
                is_read, table[key] = self.read_secret(where, key, table[key])
                unread |= set() if is_read else {key}
            watchdog, flaws = read_watchdog(name, table)
            for key, flaw in flaws:
                if key not in unread:
                    self.report(where, key, flaw)
            if watchdog is not None:
                found.append(watchdog)
        return tuple(found)

    def _keys(self) -> dict[str, str]:
        keys: dict[str, str] = {}
        for binding, key in self.table((), "keys", report=True).items():
            try:
                keys[binding] = values.text(key)
            except FlawedError as error:
                self.report(("keys",), binding, *error.flaws)
        return keys


def _shared(table: Mapping[str, object]) -> Mapping[str, object]:
    """The same fields; keys and what thousands of checks have in common (``15m``, a zone) are kept once."""
    return MappingProxyType(
        {
            sys.intern(key): sys.intern(value) if isinstance(value, str) and key not in _OWN else value
            for key, value in table.items()
        }
    )
