"""What the project's settings say, which commands are watched, and under which slugs.

A setting that cannot be used is warned of and left out: no command is to fail because of it.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from pulsetui.core.slug import MAX_SLUG_LENGTH
from pulsetui.core.text.nearest import nearest

_KEYS = ("allow", "deny", "slugs", "at_terminal", "tasks", "project", "modules")
_SLUG_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")

_PROJECT = re.compile(r"[A-Za-z0-9_.-]{1,60}")

_NEVER = """
    changepassword check collectstatic compilemessages createsuperuser dbshell diffsettings help
    inspectdb makemessages makemigrations migrate optimizemigration pulsetui runserver runserver_plus
    sendtestemail shell shell_plus showmigrations sqlflush sqlmigrate sqlsequencereset squashmigrations
    startapp startproject test testserver version
    celery crontask db_worker process_tasks procrastinate qcluster qinfo qmemory qmonitor rqscheduler
    rqworker run_huey runapscheduler
    rundramatiq runworker
"""
NEVER = frozenset(_NEVER.split())
"""What a person types, and workers that never end. ``allow`` with the very name overrules it."""

_log = logging.getLogger("pulsetui")


class Options:
    """The settings ``PULSETUI_URL`` and ``PULSETUI``. ``url`` is "" where nothing is to be reported."""

    def __init__(self, url: str, given: Mapping[str, object], *, is_url_in_settings: bool = False) -> None:
        self.url = url
        self.is_url_in_settings = is_url_in_settings  # and so in force wherever a command runs
        self.allow = _names(given, "allow")
        self.deny = _names(given, "deny")
        self.tasks = _names(given, "tasks")
        self.modules = _names(given, "modules")
        slugs = given.get("slugs", {})
        self.slugs: Mapping[str, str] = {}
        if isinstance(slugs, Mapping):
            self.slugs = {str(name): str(slug) for name, slug in slugs.items()}
        else:
            _say(f'slugs: must be a dict like {{"sync_invoices": "billing"}}, not {slugs!r}')
        self.project = _project(given.get("project", ""))
        self.at_terminal = bool(given.get("at_terminal", False))
        for key in given:
            if key not in _KEYS:
                near = nearest(str(key), _KEYS)
                _say(f"{key!r} is not known" + (f"; did you mean {near!r}?" if near else ""))

    def watches(self, command: str) -> bool:
        """Whether the command's runs are reported at all."""
        if any(fnmatchcase(command, pattern) for pattern in self.deny):
            return False
        if command in self.allow:
            return True
        is_allowed = not self.allow or any(fnmatchcase(command, pattern) for pattern in self.allow)
        return is_allowed and command not in NEVER

    def slug(self, command: str, arguments: Mapping[str, object]) -> str:
        """The check of a run: ``sync_invoices`` reports to ``sync-invoices``, unless ``slugs`` says
        otherwise; ``{name}`` in there is the value of that argument."""
        template = self.slugs.get(command, command)
        try:
            wanted = template.format_map(arguments) if "{" in template else template
        except (LookupError, ValueError, AttributeError) as error:
            _say(f"slugs: {template!r} cannot be filled in for {command} ({error}); reported as {command}")
            wanted = command
        if wanted != command:
            return _plain(wanted, keeps="-_")
        return _plain(wanted, keeps="-")


def read_options() -> Options:
    """Of the project's settings; the environment's ``PULSETUI_URL`` goes before theirs."""
    from django.conf import settings

    in_settings = getattr(settings, "PULSETUI_URL", "") or ""
    url = os.environ.get("PULSETUI_URL") or in_settings
    given = getattr(settings, "PULSETUI", {})
    if not isinstance(given, Mapping):
        _say(f'must be a dict like {{"deny": ["cleanup"]}}, not {given!r}')
        given = {}
    return Options(str(url), given, is_url_in_settings=bool(in_settings))


def _names(given: Mapping[str, object], key: str) -> Sequence[str]:
    names = given.get(key, ())
    if isinstance(names, list | tuple | set | frozenset) and all(isinstance(name, str) for name in names):
        return tuple(names)
    _say(f'{key}: must be a list of names like ["sync_*"], not {names!r}')
    return ()


def _project(name: object) -> str:
    if isinstance(name, str) and (not name or _PROJECT.fullmatch(name)):
        return name
    _say(f'project: must be a word like "shop" of letters, digits, - _ and ., not {name!r}')
    return ""


def _plain(text: str, keeps: str) -> str:
    return "".join(c if c in _SLUG_CHARACTERS and (c != "_" or "_" in keeps) else "-" for c in text.lower())[
        :MAX_SLUG_LENGTH
    ].strip("-")


def _say(text: str) -> None:
    _log.warning("the setting PULSETUI: %s", text)
