"""What the documents for contributors name is there, under that name."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import pulsetui

ROOT = Path(__file__).parents[2]
SOURCES = Path(pulsetui.__file__).parent
DOCUMENTS = ["CONTRIBUTING.md", *(str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("docs/**/*.md")))]

PACKAGES = {module.name for module in pkgutil.iter_modules([str(SOURCES)]) if module.ispkg}
QUOTED = re.compile(r"`([^`]+)`")
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
PATH = re.compile(r"[\w.-]+(/[\w.-]*)+|[\w-]+\.(py|toml|md|yml)")
DOTTED = re.compile(r"[a-z_]\w*(\.\w+)+")
LINK = re.compile(r"\]\(([^)#:]+)\)")

ELSEWHERE = {"checks.toml", ".venv/bin/python", "manage.py"}
"""What is no part of the repository."""


def quoted(text: str) -> list[str]:
    return QUOTED.findall(FENCED.sub("", text))


def is_there(path: str) -> bool:
    """From the root of the repository or from the sources; NAME stands for a file that is to be added."""
    path = path.removeprefix("pulsetui/")
    if "NAME" in path:
        path = str(Path(path).parent)
    return any((folder / path).exists() for folder in (ROOT, SOURCES))


def resolves(name: str) -> bool:
    """A module of ours, or a name in one."""
    module, _, attribute = name.rpartition(".")
    try:
        return importlib.import_module(f"pulsetui.{name}") is not None
    except ModuleNotFoundError:
        try:
            return hasattr(importlib.import_module(f"pulsetui.{module}"), attribute)
        except ModuleNotFoundError:
            return False


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_in_a_document_exists(document: str) -> None:
    words = {word for span in quoted((ROOT / document).read_text("utf-8")) for word in span.split()}
    paths = {word for word in words if PATH.fullmatch(word)} - ELSEWHERE
    assert {path for path in paths if not is_there(path)} == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_dotted_name_in_a_document_resolves(document: str) -> None:
    spans = [span for span in quoted((ROOT / document).read_text("utf-8")) if DOTTED.fullmatch(span)]
    ours = {span for span in spans if span.partition(".")[0] in PACKAGES and not PATH.fullmatch(span)}
    assert {name for name in ours if not resolves(name)} == set()


@pytest.mark.parametrize("document", ["README.md", *DOCUMENTS])
def test_every_link_to_a_file_leads_to_one(document: str) -> None:
    here = (ROOT / document).parent
    links = LINK.findall((ROOT / document).read_text("utf-8"))
    assert [link for link in links if not (here / link).exists()] == []


def test_the_layers_name_every_package_and_every_folder_of_the_larger_ones() -> None:
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    layers = text.partition("## Layers")[2].partition("\n## ")[0]
    named = {word for span in quoted(layers) for word in span.split()}
    assert PACKAGES - named == set()
    for package in ("core", "listener", "monitor", "tui"):
        folders = {module.name for module in pkgutil.iter_modules([str(SOURCES / package)]) if module.ispkg}
        assert folders - named == set(), package


def test_every_decision_stands_in_their_list() -> None:
    records = {path.name for path in ROOT.glob("docs/decisions/[0-9]*.md")}
    assert records == set(LINK.findall((ROOT / "docs/decisions/README.md").read_text("utf-8")))
    assert len(records) >= 5
