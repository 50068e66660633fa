"""Edits of checks.toml on behalf of the screen, the API and the command line.

The file belongs to the person who keeps it. Each edit reads it anew, changes the bytes the edit is about and
no other, and writes only if the whole result is valid and means exactly the old file plus the edit.
"""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from pulsetui.config.build import build_config
from pulsetui.config.check_fields import FIELDS, validate_check
from pulsetui.config.file import disk
from pulsetui.config.file.guard import is_doubtful, lost, slugs_in
from pulsetui.config.file.load import judged, parse_config, parse_toml, read_text
from pulsetui.config.file.watch import MISSING, Fingerprint, read_since
from pulsetui.config.model import DEFAULT_TIMEZONE, Config, HookValidator, ReadBefore
from pulsetui.config.problem import ConfigProblems, Problem, quoted
from pulsetui.config.toml import splice
from pulsetui.config.toml.removal import Removal, removal
from pulsetui.config.toml.render import RenderError
from pulsetui.config.toml.scan import ScanError
from pulsetui.core.text.nearest import nearest
from pulsetui.core.text.visible import visible
from pulsetui.errors import ConfigError

_TRIES = 5
"""How often an edit begins again because somebody else saved the file in the middle of it."""

_REMEMBERED = 20
"""At most this many removed checks can be put back."""

_Document = dict[str, Any]
_Edit = Callable[[str, _Document], tuple[str, _Document]]
"""Takes the text and what it means, changing neither; returns the new text and what that has to mean."""


class Loaded(Struct, frozen=True):
    """A file that was read, or written, whole and right."""

    text: str
    config: Config
    fingerprint: Fingerprint | None  # of the file with this text; None when it was changed in the same moment
    named: tuple[Fingerprint | None, ...] = ()  # likewise of each of ``config.files``
    rest: Mapping[str, Any] = {}  # its tables but for the checks


class Rescue(Struct, frozen=True):
    """An edit began from the last good content, since what was on disk had lost it."""

    found: str | None  # what was there instead; None when there was no file
    lost: int  # so many checks it lacked


class ConfigFile:
    """The editor of one checks.toml. Safe to use from several threads and processes at once.

    All methods return the configuration as it then is on disk. They raise ConfigProblems when the edit, or
    the file as somebody left it, is wrong, and ConfigError when the file cannot be read or written. In both
    cases the file is as it was.
    """

    settle_s = 0.3
    """How long an edit waits when it finds the file empty: somebody may be in the middle of writing it."""

    def __init__(self, path: Path, hook_validators: Mapping[str, HookValidator]) -> None:
        self.path = path
        self.written: Loaded | None = None
        """What the last edit left on disk."""
        self.rescue: Rescue | None = None
        """What was wrong with the file when the last edit began; None when nothing was."""
        self._validators = hook_validators
        self._removed: dict[str, Removal] = {}
        self._lock = threading.Lock()
        self._good: tuple[bytes, frozenset[str]] | None = None  # compressed: a large file is kept for months

    def load(self, known: Callable[[str], ReadBefore | None] = lambda _: None) -> Loaded:
        """Reads the file anew; ``known`` tells what a text means that was read before. Raises ConfigProblems
        and ConfigError as ``load.load_config``."""
        since_ns, before = time.time_ns(), Fingerprint.of(self.path)
        text = read_text(self.path)
        config, document = judged(text, self.path, self._validators, known(text))
        named = _named(config, since_ns)
        unchanged = before if Fingerprint.of(self.path) == before else None
        return Loaded(text, config, unchanged, named, _without_checks(document))

    def accept(self, text: str, config: Config) -> None:
        """``text`` runs from now on: edits begin from it when the file has lost what it held."""
        self._good = (zlib.compress(text.encode(), 1), frozenset(config.checks))

    def add_check(self, slug: str, fields: Mapping[str, object]) -> Config:
        """Appends ``[checks.slug]``. ``fields`` are spelled as in the file; None leaves a key out.

        A file that does not exist is made, with its directory.
        """
        given = {name: _plain(fields[name]) for name in _in_order(fields) if fields[name] is not None}
        judged = {**given, **_unknown(fields, {})}

        def edit(text: str, document: _Document) -> tuple[str, _Document]:
            checks = _checks(document)
            if slug in checks:
                raise _slug_problem(slug, "a check with this slug exists already", "Choose another.")
            self._validate(slug, judged, document, is_new=True)
            wanted = {**document, "checks": {**checks, slug: given}}
            return _add(text, slug, given), wanted

        return self._apply(edit, may_create=True)

    def edit_check(
        self, slug: str, changes: Mapping[str, object | None], new_slug: str | None = None
    ) -> Config:
        """Sets keys of a check; None takes a key out. What is not in ``changes`` stays as it is written.

        A key that no check can have is refused even with None, unless the check has it and is rid of it.
        """
        wished = {name: None if value is None else _plain(value) for name, value in changes.items()}
        renamed = slug if new_slug is None else new_slug

        def edit(text: str, document: _Document) -> tuple[str, _Document]:
            checks = _checks(document)
            old = _existing(checks, slug)
            if renamed != slug and renamed in checks:
                raise _slug_problem(slug, f"the slug {quoted(renamed)} is taken", "Choose another.")
            merged = {**old, **wished}
            new = {name: value for name, value in merged.items() if value is not None}
            judged = {**new, **_unknown(wished, old)}
            self._validate(renamed, judged, document, is_new=renamed != slug)
            wanted = {**document, "checks": {renamed if s == slug else s: c for s, c in checks.items()}}
            wanted["checks"][renamed] = new
            return _change(text, slug, old, wished, renamed), wanted

        return self._apply(edit)

    def remove_check(self, slug: str) -> Config:
        """Takes out the check's table, its sub-tables and the comment directly above, and nothing else.

        What was taken out is remembered for ``restore_check``."""
        taken: list[Removal] = []

        def edit(text: str, document: _Document) -> tuple[str, _Document]:
            checks = _checks(document)
            fields = _existing(checks, slug)
            left = {other: check for other, check in checks.items() if other != slug}
            changed = splice.delete_table(text, ("checks", slug))
            taken.append(removal(text, changed, fields))
            return changed, {**document, "checks": left}

        config = self._apply(edit)
        self._removed.pop(slug, None)
        self._removed[slug] = taken[-1]
        if len(self._removed) > _REMEMBERED:
            del self._removed[next(iter(self._removed))]
        return config

    def restore_check(self, slug: str) -> Config:
        """Puts a check that was removed here back where it was, with its comments. ConfigError when the file
        has changed too much around its place for that."""
        taken = self._removed.get(slug)

        def edit(text: str, document: _Document) -> tuple[str, _Document]:
            checks = _checks(document)
            if slug in checks:
                raise _slug_problem(slug, "a check with this slug exists already", "Choose another.")
            if taken is not None:
                wanted = {**document, "checks": {**checks, slug: taken.fields}}
                for restored in taken.put_back(text):
                    try:
                        meant = parse_toml(restored, self.path)
                    except ConfigProblems:
                        continue
                    if splice.same(meant, wanted):
                        return restored, wanted
            shown = visible(str(self.path))
            raise ConfigError(f"{shown}: the place where {slug} was is not known any more.")

        return self._apply(edit)

    def _validate(
        self, slug: str, fields: Mapping[str, object], document: _Document, *, is_new: bool
    ) -> None:
        """Judges the one check first: its problems then name fields, as a form needs them, not lines."""
        timezone, hooks = document.get("timezone", DEFAULT_TIMEZONE), document.get("hooks", {})
        if isinstance(timezone, str) and isinstance(hooks, dict):
            validate_check(
                slug,
                fields,
                default_timezone=timezone,
                hook_names=hooks,
                is_new=is_new,
                directory=self.path.parent,
            )

    def _apply(self, edit: _Edit, *, may_create: bool = False) -> Config:
        with self._lock, disk.held(self.path):
            for _ in range(_TRIES):
                since_ns, before = time.time_ns(), Fingerprint.of(self.path)
                text, rescue = self._start(before, may_create=may_create)
                changed_text, config, rest = self._edited(text, edit)
                if Fingerprint.of(self.path) == before:
                    if changed_text != text or rescue is not None:
                        disk.replace(self.path, changed_text)
                    self.rescue, self.written = rescue, self._as_written(changed_text, config, since_ns, rest)
                    return config
        shown = visible(str(self.path))
        raise ConfigError(f"{shown}: somebody else keeps saving this file. Nothing was changed; try again.")

    def _start(self, before: Fingerprint, *, may_create: bool) -> tuple[str, Rescue | None]:
        """The text that an edit begins from: that of the file, unless it has lost what it held."""
        found = None if before == MISSING and (may_create or self._good) else read_text(self.path)
        if self._good is None:
            return found or "", None
        packed, slugs = self._good
        good = zlib.decompress(packed).decode()
        if found == good:
            return good, None
        left = () if found is None else slugs_in(parse_toml(found, self.path))
        if found is not None and not is_doubtful(slugs, left):
            cut_off = good.startswith(found) and lost(
                slugs, left
            )  # as whoever writes it anew leaves it meanwhile
            if not cut_off:
                return found, None
        time.sleep(self.settle_s)
        return good, Rescue(found, len(slugs) - len(left))

    def _as_written(self, text: str, config: Config, since_ns: int, rest: Mapping[str, Any]) -> Loaded:
        after = Fingerprint.of(self.path)
        try:
            is_ours = read_text(self.path) == text
        except ConfigError:
            is_ours = False
        return Loaded(text, config, after if is_ours else None, _named(config, since_ns), rest)

    def _edited(self, text: str, edit: _Edit) -> tuple[str, Config, Mapping[str, Any]]:
        document = parse_toml(text, self.path)
        try:
            changed_text, wanted = edit(text, document)
            result = parse_toml(changed_text, self.path)
            if splice.same(_without_empty(result), _without_empty(wanted)):
                config = build_config(result, changed_text, self.path, self._validators)
                return changed_text, config, _without_checks(result)
        except (ScanError, RenderError, RecursionError):
            pass
        except ConfigProblems:
            # Somebody left the file with problems of its own: they come first, with the lines it has now.
            parse_config(text, self.path, self._validators)
            raise
        message = "this edit cannot be made in the way the file is written. Edit the file by hand."
        raise ConfigError(f"{visible(str(self.path))}: {message}")


def _named(config: Config, since_ns: int) -> tuple[Fingerprint | None, ...]:
    return tuple(read_since(path, since_ns) for path in config.files)


def _add(text: str, slug: str, fields: Mapping[str, object]) -> str:
    if splice.is_inline(text, ("checks",)):  # an inline table can only be extended inside
        return splice.insert(text, ("checks", slug), fields)
    return splice.append_table(text, ("checks", slug), fields)


def _change(
    text: str, slug: str, old: Mapping[str, object], wished: Mapping[str, object], renamed: str
) -> str:
    # Keys that go last: they may be all that shows where and how the table is written.
    for name in sorted(_in_order(wished), key=lambda name: wished[name] is None):
        text = splice.change(text, ("checks", slug, name), old.get(name), wished[name], FIELDS)
    return splice.rename(text, ("checks", slug), renamed) if renamed != slug else text


def _checks(document: _Document) -> dict[str, Any]:
    checks = document.get("checks", {})
    return checks if isinstance(checks, dict) else {}


def _existing(checks: Mapping[str, Any], slug: str) -> dict[str, Any]:
    check = checks.get(slug)
    if not isinstance(check, dict):
        near = nearest(slug, checks)
        raise _slug_problem(slug, "no check has this slug", f'Did you mean "{near}"?' if near else "")
    return check


def _slug_problem(slug: str, message: str, suggestion: str) -> ConfigProblems:
    return ConfigProblems(
        [
            Problem(
                where=f"checks.{slug}",
                field="slug",
                value=quoted(slug),
                message=message,
                suggestion=suggestion,
            )
        ]
    )


def _unknown(given: Mapping[str, object], old: Mapping[str, object]) -> dict[str, object]:
    """Keys that are misspelled: to say that all went well would leave the one that was meant as it is."""
    return {name: None for name in given if name not in FIELDS and name not in old}


def _in_order(fields: Mapping[str, object]) -> list[str]:
    known = [name for name in FIELDS if name in fields]
    return known + [name for name in fields if name not in FIELDS]


def _plain(value: object) -> object:
    """Tuples as lists and mappings as dicts: what tomli would give back."""
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


def _without_checks(document: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: table for name, table in document.items() if name != "checks"}


def _without_empty(document: Mapping[str, Any]) -> dict[str, Any]:
    """An empty ``[checks]`` means the same as none."""
    return {name: table for name, table in document.items() if not (name == "checks" and table == {})}
