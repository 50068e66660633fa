"""A slug that is given now begins with a letter or a digit; one of before goes on with a warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulsetui.config.check_fields import odd_slugs
from pulsetui.config.file.edit import ConfigFile
from pulsetui.config.file.load import load_config
from pulsetui.config.problem import ConfigProblems
from pulsetui.tui.form.model import FormModel, slug_for


@pytest.mark.parametrize("slug", ["--help", "-rf", "_x", "-", "-1"])
def test_no_new_check_gets_a_slug_that_a_program_takes_for_an_option(tmp_path: Path, slug: str) -> None:
    path = tmp_path / "checks.toml"
    path.write_text(f'[checks."{slug}"]\nevery = "1h"\n[checks.other]\nevery = "1h"\n')
    file = ConfigFile(path, {})

    assert slug in load_config(path, {}).checks
    assert odd_slugs(load_config(path, {}).checks).startswith(
        f"a slug begins with a letter or a digit: {slug} goes on"
    )
    assert file.edit_check(slug, {"grace": "5m"}).fields[slug]["grace"] == "5m"
    with pytest.raises(ConfigProblems, match="a slug begins with a letter or a digit"):
        file.edit_check("other", {}, new_slug=slug + "2")
    with pytest.raises(ConfigProblems, match="a slug begins with a letter or a digit"):
        file.add_check(f"{slug}-3", {"every": "1h"})
    file.edit_check(slug, {}, new_slug="mended")
    assert odd_slugs(load_config(path, {}).checks) == ""


def test_the_form_takes_no_new_slug_of_that_kind_and_leaves_an_old_one() -> None:
    new = FormModel(None, {"every": "1h"})
    new.set_text("slug", "--help")
    old = FormModel("--help", {"every": "1h"})

    (problem,) = new.problems(default_timezone="UTC", hook_names=())
    assert (problem.field, problem.suggestion) == ("slug", 'Try "help".')
    assert old.problems(default_timezone="UTC", hook_names=()) == []


@pytest.mark.parametrize("name", ["--help me", "__init__", "-_-x", "_"])
def test_no_slug_of_that_kind_is_proposed(name: str) -> None:
    assert not slug_for(name, ()).startswith(("-", "_"))
