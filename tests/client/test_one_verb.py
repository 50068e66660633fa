"""What one more verb costs: how many source files have to say it.

Counted are the files under ``pulsetui/`` in which a person who adds a verb has to write something about that
verb: those that name its class, and those that have its word as a key of a table (the command line's, the
screen's) or as the id of a key binding. Not counted is what no verb needs: hint lines that choose among the
verbs, the dialog or form of a verb that asks something first, the answer to an alert that ends in one, the
drill that one ends, and the rule of the state machine that a verb with a meaning of its own brings along
(``core.state.operate``), which knows nothing of verbs.

Before commands were data, ``pause`` stood in ten source files, and each of three fakes had a method for it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

import pulsetui
from pulsetui.client.commands import KINDS, AnyCommand, Pause, Resume

PACKAGE = Path(pulsetui.__file__).parent
MAX_FILES = 5
OTHER_WAYS_IN = {"monitor/writing/commands/answer.py", "monitor/trials.py"}


@cache
def sources() -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
    """By file its names and the words of its tables. Read once, and only where it is asked for: some hundred
    files."""
    trees = {str(path.relative_to(PACKAGE)): ast.parse(path.read_text()) for path in PACKAGE.rglob("*.py")}
    return {file: (frozenset(names_of(tree)), frozenset(entries_of(tree))) for file, tree in trees.items()}


def names_of(tree: ast.AST) -> Iterator[str]:
    """Every name that is used, imported or defined."""
    for node in ast.walk(tree):
        match node:
            case (
                ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name) | ast.ClassDef(name=name)
            ):
                yield name


def entries_of(tree: ast.AST) -> Iterator[str]:
    """The words that are keys of a table, or ids of what is listed in one."""
    for node in ast.walk(tree):
        match node:
            case ast.Dict(keys=keys):
                yield from (str(key.value) for key in keys if isinstance(key, ast.Constant))
            case ast.keyword(arg="id" | "tag", value=ast.Constant(value=str(word))):
                yield word


def methods_of(made: ast.ClassDef) -> set[str]:
    return {one.name for one in made.body if isinstance(one, ast.FunctionDef)}


def files_with(name: str, word: str = "") -> set[str]:
    found = {file for file, (names, words) in sources().items() if name in names or (word and word in words)}
    return found - OTHER_WAYS_IN


@pytest.mark.parametrize("kind", KINDS.values())
def test_each_command_is_known_to_few_files(kind: type[AnyCommand]) -> None:
    found = files_with(kind.__name__)
    assert "client/commands.py" in found
    assert len(found) <= MAX_FILES - 1, found


@pytest.mark.parametrize("kind", [Pause, Resume])
def test_a_verb_with_a_key_and_a_command_takes_five_files_in_all(kind: type[Pause | Resume]) -> None:
    """From the wire to the command line: those that need no dialog or option of their own."""
    found = files_with(kind.__name__, str(kind.__struct_config__.tag))
    assert {"cli/command_table.py", "tui/actions.py"} <= found, "the count must not be blind"
    assert len(found) <= MAX_FILES, found


def test_the_tests_have_one_fake_engine() -> None:
    tests = Path(__file__).parents[1]
    engines = {
        str(path.relative_to(tests))
        for path in tests.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and {"checks", "subscribe", "do"} <= methods_of(node)
    }
    assert engines == {"client/fake.py"}
