"""``pulsetui learn``."""

from __future__ import annotations

import json
import tomllib

import pytest
from msgspec.structs import replace

from pulsetui.cli.main import main
from pulsetui.client.commands import EditCheck
from tests.cli.conftest import Connect
from tests.cli.samples import UP, engine_with
from tests.client.fake import FakeEngine
from tests.report.test_learned import nights, seen

Captured = pytest.CaptureFixture[str]
PROPOSED = {
    "cron": "0 2 * * *",
    "grace": "20m",
    "max_runtime": "10m",
    "min_runtime": "1m",
    "expect": ["rows >= 100", "files >= 1"],
}


def learnable() -> FakeEngine:
    """``backup`` runs each night at two and is watched by a period; of ``fresh`` little is known."""
    runs = [replace(run, metrics={"rows": 300.0, "files": 3.0}) for run in nights(20, spread=4)]
    details = seen(runs, every="1d", grace="2h")
    fresh = replace(UP, slug="fresh", name="fresh")
    fake = engine_with(details.view, fresh)
    fake.about = replace(fake.about, host_tz="Europe/Riga")
    fake.details_by_slug = {"backup": details, "fresh": replace(details, view=fresh, runs=details.runs[:3])}
    return fake


def test_proposals_are_tables_of_checks_toml_with_their_evidence(
    connected: Connect, capsys: Captured
) -> None:
    fake = connected(learnable())

    assert main(["learn"]) == 0
    out, err = capsys.readouterr()
    assert tomllib.loads(out) == {"checks": {"backup": PROPOSED}}
    assert "# 20 runs since Mon 5 Oct, always between 02:00 and 02:04 (Europe/Riga)" in out
    assert "# rows was always 300 in 20 runs since Mon 5 Oct" in out
    assert err == "nothing is changed; --write accepts all of it\n"
    assert fake.commands == []


def test_write_accepts_all_of_it_in_one_edit(connected: Connect, capsys: Captured) -> None:
    fake = connected(learnable())

    assert main(["learn", "backup", "--write"]) == 0
    assert capsys.readouterr().err == "backup updated\n"
    (edit,) = fake.commands
    assert isinstance(edit, EditCheck)
    assert dict(edit.fields) == {"every": None, **PROPOSED}


def test_of_what_too_little_is_known_it_says_so(connected: Connect, capsys: Captured) -> None:
    connected(learnable())

    assert main(["learn", "fresh", "--write"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "fresh: nothing to propose: fewer than 10 good runs are known since" in err


def test_json_has_all_fields_and_what_was_refused_fails(connected: Connect, capsys: Captured) -> None:
    fake = connected(learnable())

    assert main(["learn", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["fresh"] == []
    assert made["backup"][0]["fields"] == {"every": None, "cron": "0 2 * * *", "grace": "20m"}
    fake.refuse = "checks.toml cannot be written"
    assert main(["learn", "--write"]) == 1
    assert "backup: checks.toml cannot be written" in capsys.readouterr().err
    assert main(["learn", "bakup"]) == 1
    assert 'did you mean "backup"?' in capsys.readouterr().err
