"""A proposal, and how several of them are one change. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Proposal(Struct, frozen=True, kw_only=True):
    """Keys of a check that could say more, and why."""

    fields: Mapping[str, object]  # as ``EditCheck`` takes them: None takes a key out
    evidence: str

    @property
    def written(self) -> str:
        """What would stand in checks.toml, in one line."""
        return ", ".join(toml_lines(self.fields))


def toml_lines(fields: Mapping[str, object]) -> list[str]:
    """The keys as checks.toml has them, without those that are taken out."""
    return [f"{key} = {_toml(value)}" for key, value in fields.items() if value is not None]


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def together(*changes: Mapping[str, object]) -> dict[str, object]:
    """The fields of several proposals: of expectations each has all there were, and one more."""
    both: dict[str, object] = {}
    for more in changes:
        before, new = both.get("expect"), more.get("expect")
        both |= more
        if isinstance(before, list) and isinstance(new, list):
            both["expect"] = [*before, *(one for one in new if one not in before)]
    return both
