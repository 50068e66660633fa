"""Which changes of a file look like an accident, and what an edit begins from then."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulsetui.config.file.edit import ConfigFile
from pulsetui.config.file.guard import DOUBT_S, LOSS_S, is_doubtful, stays_s
from pulsetui.config.file.load import parse_config
from pulsetui.config.problem import ConfigProblems
from tests.config.hand_written import HEADERS, VALIDATORS


@pytest.mark.parametrize(
    ("before", "after", "stays"),
    [
        ("", "", 0.0),
        ("", "a", 0.0),
        ("a", "a", 0.0),
        ("a b", "b a c", 0.0),
        ("a b", "a", LOSS_S),
        ("a b c d", "a b x", LOSS_S),  # two of four gone
        ("a b c d", "a", DOUBT_S),
        ("a b c d e f", "a b c", LOSS_S),  # half is not most
        ("a b c d e f", "a b x y", DOUBT_S),
        ("a", "", DOUBT_S),
        ("a", "b", LOSS_S),  # renamed by hand
        ("a b c d e f g h", "", DOUBT_S),
    ],
)
def test_the_more_checks_are_gone_the_longer_a_file_has_to_stay(
    before: str, after: str, stays: float
) -> None:
    assert stays_s(before.split(), after.split()) == stays
    assert is_doubtful(before.split(), after.split()) is (stays == DOUBT_S)


def accepted(folder: Path, text: str = HEADERS) -> ConfigFile:
    path = folder / "checks.toml"
    path.write_text(text)
    file = ConfigFile(path, VALIDATORS)
    file.settle_s = 0
    loaded = file.load()
    file.accept(loaded.text, loaded.config)
    return file


LOST = {
    "gone": None,
    "empty": "",
    "blank": "\n \n",
    "only a byte order mark": "\ufeff",
    "only comments": "# nothing\n",
    "without checks": 'timezone = "Europe/Riga"\n',
    "an empty table": "[checks]\n",
    "cut off": HEADERS[: HEADERS.index("# ---- nightly")],
}


@pytest.mark.parametrize("edit", ["add", "edit", "remove"])
@pytest.mark.parametrize("found", LOST.values(), ids=LOST)
def test_an_edit_of_a_file_that_lost_its_checks_begins_from_the_last_good_content(
    tmp_path: Path, found: str | None, edit: str
) -> None:
    file, other = accepted(tmp_path), tmp_path / "other"
    other.mkdir()
    expected = accepted(other)
    if found is None:
        file.path.unlink()
    else:
        file.path.write_text(found)
    for one in (file, expected):
        if edit == "add":
            one.add_check("new", {"every": "1d"})
        elif edit == "edit":
            one.edit_check("last", {"grace": "1h"})
        else:
            one.remove_check("last")

    assert file.path.read_text() == expected.path.read_text()
    assert file.rescue is not None
    assert file.rescue.found == found
    assert file.rescue.lost == 4
    assert expected.rescue is None


@given(at=st.integers(0, len(HEADERS)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_edit_of_a_half_written_file_is_refused_or_keeps_every_check(tmp_path: Path, at: int) -> None:
    file = accepted(tmp_path)
    file.path.write_text(HEADERS[:at])
    try:
        config = file.add_check("new", {"every": "1d"})
    except ConfigProblems:
        assert file.path.read_text() == HEADERS[:at]
    else:
        assert list(config.checks) == ["invoices", "quoted-one", "compact", "last", "new"]


def test_an_edit_of_a_file_with_another_content_is_made_in_that(tmp_path: Path) -> None:
    file = accepted(tmp_path)
    changed = HEADERS.replace('every="1h"', 'every="2h"').replace("# They matter.", "# They do.")
    file.path.write_text(changed)
    file.edit_check("last", {"grace": "1h"})
    assert file.rescue is None
    assert file.path.read_text() == changed + 'grace = "1h"\n'


def test_an_edit_of_a_broken_file_is_refused_and_leaves_it(tmp_path: Path) -> None:
    file = accepted(tmp_path)
    broken = HEADERS[: HEADERS.index('"billing"')]
    file.path.write_text(broken)
    with pytest.raises(ConfigProblems, match="is not valid TOML"):
        file.add_check("new", {"every": "1d"})
    assert file.path.read_text() == broken


def test_whoever_is_in_the_midst_of_writing_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = accepted(tmp_path)
    file.path.write_text("")
    theirs = HEADERS.replace('every="1h"', 'every="3h"')
    monkeypatch.setattr("time.sleep", lambda _: file.path.write_text(theirs))

    file.edit_check("last", {"grace": "1h"})
    assert file.rescue is None
    assert file.path.read_text() == theirs + 'grace = "1h"\n'


def test_a_file_whose_checks_were_taken_out_on_purpose_stays_without(tmp_path: Path) -> None:
    file = accepted(tmp_path)
    empty = 'timezone = "UTC"\n'
    file.path.write_text(empty)
    file.accept(empty, parse_config(empty, file.path, VALIDATORS))
    file.add_check("new", {"every": "1d"})
    assert file.rescue is None
    assert list(file.load().config.checks) == ["new"]
