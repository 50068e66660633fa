"""A check that was removed comes back with its comments and in its place, if that is still to be found."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulsetui.config.file.edit import ConfigFile
from pulsetui.config.file.load import load_config
from pulsetui.config.problem import ConfigProblems
from pulsetui.errors import ConfigError
from tests.config.hand_written import VALIDATORS
from tests.config.test_edit import TEXTS, text_of, written

TEXT = """\
# Ours.

[checks.first]
every = "5m"

# Goes out on Fridays; ask Ilze.
[checks.newsletter]
cron = "0 9 * * 5"   # after the meeting
grace = "2h"

[checks.last]
every = "1h"
"""
NEWSLETTER = TEXT[TEXT.index("# Goes") : TEXT.index("[checks.last]")]


@TEXTS
def test_every_check_comes_back_byte_by_byte(tmp_path: Path, text: str) -> None:
    file = written(tmp_path, text)
    for slug, fields in load_config(file.path, VALIDATORS).fields.items():
        file.remove_check(slug)
        assert dict(file.restore_check(slug).fields[slug]) == dict(fields)
        assert text_of(file) == text


@TEXTS
def test_all_checks_come_back_in_the_opposite_order(tmp_path: Path, text: str) -> None:
    file = written(tmp_path, text)
    slugs = list(load_config(file.path, VALIDATORS).fields)
    for slug in slugs:
        file.remove_check(slug)
    for slug in reversed(slugs):
        file.restore_check(slug)
    assert text_of(file) == text


def test_what_changed_elsewhere_meanwhile_stays_changed(tmp_path: Path) -> None:
    file = written(tmp_path, TEXT)
    file.remove_check("newsletter")
    file.edit_check("last", {"every": "2h"})
    file.add_check("new", {"every": "1d"})

    file.restore_check("newsletter")

    expected = TEXT.replace('"1h"', '"2h"') + '\n[checks.new]\nevery = "1d"\n'
    assert text_of(file) == expected


@pytest.mark.parametrize("gone", ["first", "last"])
def test_one_neighbour_is_enough_to_know_the_place(tmp_path: Path, gone: str) -> None:
    file = written(tmp_path, TEXT)
    file.remove_check("newsletter")
    file.remove_check(gone)

    file.restore_check("newsletter")

    assert NEWSLETTER.rstrip() in text_of(file)
    kept = "last" if gone == "first" else "first"
    order = sorted(("newsletter", kept), key=text_of(file).index)
    assert order == (["newsletter", "last"] if kept == "last" else ["first", "newsletter"])


@pytest.mark.parametrize("text", ['[checks.other]\nevery = "1m"\n', TEXT.replace("\n", "\r\n"), "# empty\n"])
def test_a_file_that_is_another_one_is_left_alone(tmp_path: Path, text: str) -> None:
    file = written(tmp_path, TEXT)
    file.remove_check("newsletter")
    text = text.replace(NEWSLETTER.replace("\n", "\r\n"), "")
    file.path.write_bytes(text.encode())

    with pytest.raises(ConfigError, match="is not known any more"):
        file.restore_check("newsletter")
    assert text_of(file) == text


def test_what_nobody_removed_or_somebody_added_again_is_not_restored(tmp_path: Path) -> None:
    file = written(tmp_path, TEXT)
    with pytest.raises(ConfigProblems, match="exists already"):
        file.restore_check("newsletter")
    file.remove_check("newsletter")
    with pytest.raises(ConfigError, match="not known"):
        ConfigFile(file.path, VALIDATORS).restore_check("newsletter")


def test_only_so_many_removals_are_remembered(tmp_path: Path) -> None:
    text = "".join(f'[checks.job-{n}]\nevery = "1m"\n\n' for n in range(21))
    file = written(tmp_path, text)
    for n in range(21):
        file.remove_check(f"job-{n}")
    for n in reversed(range(1, 21)):
        file.restore_check(f"job-{n}")
    with pytest.raises(ConfigError, match="not known"):
        file.restore_check("job-0")
