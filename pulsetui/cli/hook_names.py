"""The hooks that a command is about."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pulsetui.core.text.clean import clean
from pulsetui.core.text.nearest import nearest
from pulsetui.errors import UsageError

EXAMPLE = '[hooks.desktop]\ntype = "desktop"'
"""Lines of checks.toml that make a hook."""


def chosen_hooks(names: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """Those that are named, each once; all there are where none is. Raises UsageError."""
    if not known:
        raise UsageError(f"there is no hook to test. Add one to checks.toml:\n{EXAMPLE}")
    for name in names:
        if name not in known:
            near = nearest(name, known)
            advice = f'did you mean "{near}"?' if near else f"there are {', '.join(known)}"
            raise UsageError(f'there is no hook "{clean(name, 60)}"; {advice}')
    return tuple(dict.fromkeys(names)) or tuple(known)
