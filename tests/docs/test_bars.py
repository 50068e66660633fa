"""The bars that hold the tree in a shape that can be read: sizes, and one name for one thing."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

import pulsetui

SOURCES = Path(pulsetui.__file__).parent

MAX_LINES = 450
"""Of a file."""
MAX_FUNCTION_LINES = 45
"""From ``def`` to its end."""
MAX_MODULES = 20
"""Of a folder."""


@cache
def sources() -> dict[str, str]:
    return {str(path.relative_to(SOURCES)): path.read_text("utf-8") for path in SOURCES.rglob("*.py")}


@cache
def trees() -> dict[str, ast.Module]:
    return {name: ast.parse(text) for name, text in sources().items()}


def test_no_file_is_too_long_to_be_read_in_one_sitting() -> None:
    assert {name: n for name, text in sources().items() if (n := text.count("\n")) >= MAX_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    found = {
        f"{name}:{node.name}": length
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) >= MAX_FUNCTION_LINES
    }
    assert found == {}


def test_no_folder_has_more_modules_than_a_glance_takes_in() -> None:
    modules: dict[str, int] = defaultdict(int)
    for name in sources():
        if not name.endswith("__init__.py"):
            modules[str(Path(name).parent)] += 1
    assert {folder: n for folder, n in modules.items() if n > MAX_MODULES} == {}


def test_no_public_class_has_the_name_of_another() -> None:
    where: dict[str, list[str]] = defaultdict(list)
    for name, tree in trees().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                where[node.name].append(name)
    assert {name: files for name, files in where.items() if len(files) > 1} == {}
