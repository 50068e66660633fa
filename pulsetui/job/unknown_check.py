"""What to tell when the engine knows no check by a slug. Loaded only then."""

from __future__ import annotations

from pulsetui.core.text.nearest import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pulsetui.job.wire import Address


def unknown_check(slug: str, address: Address, config: str) -> str:
    """A message that names the nearest slug of ``config``, if that file can be read here."""
    message = f'the engine at {address} has no check "{slug}"'
    known = _slugs(config)
    if near := nearest(slug, known):
        return f'{message}; did you mean "{near}"?'
    if slug in known:
        return f"{message}, but {config} has: that engine reads another configuration (see --url, --config)"
    if not address.is_local and "/ping/" not in address.prefix:
        # One answer for both, or a stranger could find out which slugs there are.
        return f"{message}, or takes slugs only with its ping key: give --url {address}/ping/KEY"
    return f"{message}; see the slugs with: pulsetui list, or add it with: pulsetui add {slug}"


def _slugs(config: str) -> list[str]:
    import os

    from pulsetui.config.toml.read import read_toml

    if not os.path.isfile(config):  # noqa: PTH113 - a pipe would hold the job up
        return []
    try:
        with open(config, encoding="utf-8") as file:  # noqa: PTH123
            checks = read_toml(file.read()).get("checks")
    except (OSError, ValueError):
        return []
    return list(checks) if isinstance(checks, dict) else []
