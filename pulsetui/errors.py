"""Every error that PulseTUI raises on purpose. It imports nothing.

PulseError            what went wrong, where, and what to do: the message is shown to a person
├── UsageError        the command line is wrong; the message says how to write it
├── ConfigError       checks.toml is wrong; carries every problem of the file
├── ScheduleError     a cron, OnCalendar, period or zone text is wrong
├── UnstorableError   an instant, span or number that cannot be kept (defined in core.storable)
├── StoreError        the database cannot be used
│   ├── StoreBusyError    a commit failed for now (disk full, locked): the ping was not taken
│   └── StoreLostError    the files at their paths are not those that are open any more, or are damaged
├── EngineError       the engine cannot start, or refuses a command
│   ├── StateDirError     the state directory cannot be used
│   │   └── StateHeldError    another engine holds it
│   ├── UnknownCheckError there is no check by that name
│   ├── CommandError      a command lacks what its verb needs
│   └── EngineUnreachableError  no engine answers
│       └── EngineSilentError   it runs, and does not answer
├── ListenerError     the HTTP listener cannot start
└── HookError         telling somebody failed
    └── NoAudienceError  there is nobody to tell yet; the alert waits
"""

from __future__ import annotations


class PulseError(Exception):
    """Base of all. ``str(error)`` is a complete message for a person, without a traceback."""


class UsageError(PulseError):
    """The command line is wrong. The message says how to write it."""


class ConfigError(PulseError):
    """The configuration is wrong. ``config.problem.Problem`` objects say what and where."""


class ScheduleError(PulseError):
    """A schedule or time zone text is wrong.

    ``of`` is the text at fault: ``str`` puts it, quoted, in front of ``message``. With ``quotes`` the message
    quotes it itself. ``field`` names the part of an expression that is wrong, if known. ``suggestion`` is a
    text that would do; with ``suggests`` the message names it already.
    """

    MAX_SHOWN = 80
    """Characters of a text at fault that are shown."""

    def __init__(
        self,
        message: str,
        *,
        of: str = "",
        quotes: bool = False,
        field: str | None = None,
        suggestion: str | None = None,
        suggests: bool = False,
    ) -> None:
        cut = of if len(of) <= self.MAX_SHOWN else of[: self.MAX_SHOWN] + "…"
        super().__init__(f'"{cut}": {message}' if of else message)
        self.message = message
        self.of = of
        self.quotes = quotes
        self.field = field
        self.suggestion = suggestion
        self.suggests = suggests

    @property
    def hint(self) -> str:
        """``Try "…".``, unless there is nothing to try or the message says so."""
        return f'Try "{self.suggestion}".' if self.suggestion and not self.suggests else ""


class StoreError(PulseError):
    """The database cannot be opened, read or written."""


class StoreBusyError(StoreError):
    """A commit failed in a way that may pass (disk full, locked). Nothing of it was taken."""


class StoreLostError(StoreError):
    """The database was taken away, replaced or broken under us: what we write is nowhere to be read."""


class EngineError(PulseError):
    """The engine cannot start, or refuses a command."""


class StateDirError(EngineError):
    """The state directory cannot be made, or not be written."""


class StateHeldError(StateDirError):
    """Another engine holds the state directory. ``pid`` and ``url`` are known if it wrote them."""

    def __init__(self, message: str, *, pid: int | None = None, url: str | None = None) -> None:
        super().__init__(message)
        self.pid = pid
        self.url = url


class UnknownCheckError(EngineError):
    """No check has that slug."""


class CommandError(EngineError):
    """A command lacks what its verb needs. The message names the field."""


class EngineUnreachableError(EngineError):
    """No engine answers: none holds the state directory, or the address is wrong."""


class EngineSilentError(EngineUnreachableError):
    """An engine holds the state directory but does not answer: it was stopped, or hangs."""


class ListenerError(PulseError):
    """The listener cannot take its address."""


class HookError(PulseError):
    """A hook could not tell anybody. ``permanent`` means that trying again cannot help; ``retry_after_s`` is
    for how many seconds the other side asks to be left alone."""

    def __init__(self, message: str, *, permanent: bool = False, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after_s = retry_after_s


class NoAudienceError(HookError):
    """A hook works, but tells only those who are there, and nobody is. No try was made."""


def in_words(error: Exception) -> str:
    """``error`` for a person; of one of the operating system what it is about, and no number."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror if error.filename is None else f"{error.filename}: {error.strerror}"
    return str(error) or type(error).__name__
