"""A configuration that everybody may write: its commands wait until that is fixed."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from pulsetui.service import open_service
from tests.cli.installed import pulsetui


def wait_for(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def written(folder: Path) -> Path:
    path = folder / "checks.toml"
    hook = f'[hooks.ops]\ntype = "command"\ncommand = ["touch", "{folder}/told"]\n'
    path.write_text(hook + '[checks.backup]\nevery = "1h"\n')
    path.chmod(0o666)
    return path


def test_a_command_of_a_file_that_everybody_may_write_waits_until_that_is_mended(tmp_path: Path) -> None:
    path = written(tmp_path)
    with open_service(path, tmp_path / "state", ("127.0.0.1", 0)) as service:
        notices = {notice.key: notice for notice in service.client.info().notices}
        assert notices["owner"].level == "error"
        with urllib.request.urlopen(f"{service.engine_url}/ping/backup/fail", timeout=5) as answer:
            assert answer.status == 200
        wait_for(lambda: service.engine.queries.delivery_queues() != {})
        assert not (tmp_path / "told").exists()

        path.chmod(0o600)
        wait_for((tmp_path / "told").exists)
        assert service.client.info().notices == ()


def test_validate_warns_of_who_may_write_the_file(tmp_path: Path) -> None:
    path = written(tmp_path)
    said = pulsetui("validate", str(path), home=tmp_path)
    assert (said.returncode, "warning: Every user of this host can change checks.toml" in said.stderr) == (
        0,
        True,
    )
    found = json.loads(pulsetui("validate", str(path), "--json", home=tmp_path).stdout)
    assert (found["ok"], len(found["warnings"])) == (True, 1)
