"""The small command lines of what runs beside a job. argparse would cost as much as the whole ping.

The help text and the parser read the same table.
"""

from __future__ import annotations

from pulsetui.core.text.printable import printable
from pulsetui.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Options = dict[str, list[str]]
    """Values by long name, in order; "" for an option that takes none."""

ENGINE_OPTIONS = (
    ("--url", "URL", "the engine's address (default: PULSETUI_URL, else the engine of the state directory)"),
    ("--attach", "URL", "the same as --url"),
    ("--state-dir", "DIR", "the engine's state directory (default: PULSETUI_STATE_DIR)"),
    ("--config", "FILE", "checks.toml, to name the nearest slug (default: PULSETUI_CONFIG)"),
    ("--help", "", "-h: this text"),
)


class CommandLine:
    """A command's usage line, text and options: (long name, name of its value or "", help). A value that may
    be left out is written ``[=FILE]``, and given with its equals sign."""

    __slots__ = ("about", "options", "short", "usage")

    def __init__(
        self,
        *,
        usage: str,
        about: str,
        options: Sequence[tuple[str, str, str]],
        short: Mapping[str, str],
    ) -> None:
        self.usage = usage
        self.about = about
        self.options = options
        self.short = {**short, "-h": "--help"}

    def parse(
        self, arguments: Sequence[str], unknown: Callable[[str], None] | None = None
    ) -> tuple[Options, list[str]]:
        """The options and the other words; after ``--`` everything is a word. A value that is missing is "".

        An unknown option raises UsageError, or is reported to ``unknown`` and left out.
        """
        takes = {name: bool(value) and value[0] != "[" for name, value, _help in self.options}
        may = {name for name, value, _help in self.options if value}
        options: Options = {}
        words: list[str] = []
        rest = iter(arguments)
        for argument in rest:
            if argument == "--":
                words.extend(rest)
                continue
            if not argument.startswith("-") or argument == "-":
                words.append(argument)
                continue
            name, given, value = self._parted(argument, takes)
            if name not in takes or (given and name not in may):
                flaw = (
                    f"{name} takes no value" if name in takes else self._unknown(argument.partition("=")[0])
                )
                if unknown is None:
                    raise UsageError(flaw)
                unknown(flaw)
                continue
            options.setdefault(name, []).append(next(rest, "") if takes[name] and not given else value)
        return options, words

    def _parted(self, argument: str, takes: Mapping[str, bool]) -> tuple[str, bool, str]:
        """The option's long name, whether a value is glued to it, and that value."""
        if argument.startswith("--"):
            name, mark, value = argument.partition("=")
            return name, bool(mark), value
        name = self.short.get(argument[:2], "")
        if len(argument) > 2 and not takes.get(name):
            return "", True, ""
        return name, len(argument) > 2, argument[2:]

    def help_text(self) -> str:
        """What ``--help`` prints."""
        forms = [
            (f"{name}{value}" if value.startswith("[") else f"{name} {value}".rstrip(), words)
            for name, value, words in self.options
        ]
        width = max(len(form) for form, _words in forms)
        lines = [f"  {form:<{width}}  {words}" for form, words in forms]
        return f"usage: {self.usage}\n\n{self.about}\n" + "\n".join(lines) + "\n"

    def _unknown(self, name: str) -> str:
        from pulsetui.core.text.nearest import nearest

        known = [*(option for option, _value, _help in self.options), *self.short]
        near = nearest(name, known)
        advice = f"did you mean {near}?" if near else f"see {' '.join(self.usage.split()[:2])} --help"
        return f"there is no option {printable(name, 60)!r}; {advice}"


def last(options: Options, name: str) -> str | None:
    """The value of an option; of one given twice the last."""
    values = options.get(name)
    return values[-1] if values else None
