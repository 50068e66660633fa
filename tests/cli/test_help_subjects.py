"""``pulsetui help config``, ``keys`` and ``files`` as a person types them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulsetui.cli.exit_codes import OK, USAGE
from pulsetui.cli.main import main
from pulsetui.config.check_fields import FIELDS
from pulsetui.tui.base.verbs import VERBS

Captured = pytest.CaptureFixture[str]


def said(capsys: Captured, *words: str) -> str:
    """What ``pulsetui help WORDS`` prints, where it has something to say."""
    assert main(["help", *words]) == OK
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_config_lists_every_key_of_a_check(capsys: Captured) -> None:
    listed = {word.strip(",") for word in said(capsys, "config").split()}
    assert [key for key in FIELDS if key not in listed] == []


def test_config_tells_of_one_key_what_it_takes_and_what_holds_without_it(capsys: Captured) -> None:
    text = said(capsys, "config", "grace")
    assert "[checks.SLUG]\n  grace (a span)" in text
    assert 'Without it: "1h"' in text
    assert 'Example: grace = "30m"' in text


def test_config_tells_of_a_key_that_several_tables_have_in_each(capsys: Captured) -> None:
    text = said(capsys, "config", "timezone")
    assert [place for place in ("The top of the file", "[checks.SLUG]", "[drill]") if place not in text] == []
    assert said(capsys, "config", "drill.timezone").startswith("[drill]\n")


@pytest.mark.parametrize("word", ["listener", "[listener]"])
def test_config_tells_of_a_table_all_its_keys(word: str, capsys: Captured) -> None:
    assert said(capsys, "config", word).count("Example: ") == 7


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["config", "graze"], 'no table or key "graze". Did you mean "grace"?'),
        (["config", "schedule"], 'Did you mean "cron"?'),
        (["config", "checks.ping_key"], "no table or key"),
        (["config", "\x1b[31mgrace"], "no table or key"),
        (["keys", "pause"], "takes no further word"),
        (["files", "x"], "takes no further word"),
        (["add", "grace"], "one word too many"),
        (["confg"], 'did you mean "config"?'),
    ],
)
def test_what_there_is_not_is_said(words: list[str], says: str, capsys: Captured) -> None:
    assert main(["help", *words]) == USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert "\x1b" not in err


def test_keys_names_every_verb_with_its_key(capsys: Captured) -> None:
    lines = [line.split() for line in said(capsys, "keys").splitlines()]
    names = {words[0]: words[1] for words in lines if len(words) > 1}
    assert [verb.id for verb in VERBS if verb.id not in names] == []
    assert (names["pause"], names["table.down"]) == ("p", "down,j")


def test_keys_are_the_persons_own(capsys: Captured, tmp_path: Path) -> None:
    config = tmp_path / "checks.toml"
    config.write_text('[keys]\npause = "P"\n"table.down" = "ctrl+n"\n')
    lines = said(capsys, "keys", "--config", str(config)).splitlines()
    assert [line.split()[1] for line in lines if line.startswith(("pause ", "table.down "))] == [
        "P",
        "ctrl+n",
    ]


def test_files_says_which_paths_hold_and_hides_the_key(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULSETUI_CONFIG", str(tmp_path / "checks.toml"))
    monkeypatch.setenv("PULSETUI_API_KEY", "not-to-be-seen")
    text = said(capsys, "files", "--state-dir", str(tmp_path / "state"))
    assert f"{tmp_path}/checks.toml (not there yet)" in text
    assert f"{tmp_path}/state/pulsetui.log (not there yet)" in text
    assert f"in the place of --config = {tmp_path}/checks.toml" in text
    assert "not-to-be-seen" not in text
    assert "in the place of --api-key (set)" in text
