"""Two engines that watch each other: one is killed without warning, and the other tells."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from tests.cli.installed import pulsetui
from tests.cli.test_serve import serving

OF_A, OF_B = "5d5f9fa2-3b6a-4c0b-9d2a-0a3c1f1f7a11", "0c9c6d2e-8f2b-4f0e-8a55-6f4d5a1f9b22"


def config(other: str, uuid: str, pipe: Path) -> str:
    """Of one that has a check for the other, and a hook that writes into a pipe."""
    return (
        f'[checks.pulsetui-{other}]\nuuid = "{uuid}"\nevery = "1s"\ngrace = "3s"\n'
        f'[hooks.test]\ntype = "command"\ncommand = ["sh", "-c", "echo $PULSETUI_TITLE > {pipe}"]\n'
    )


def watchdog(url: str, uuid: str) -> str:
    return f'[watchdog.other]\nurl = "{url}/ping/{uuid}"\nevery = "1s"\n'


def write(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o600)


def until_heard(home: Path) -> None:
    """Until the check has had a ping, and the watchdog got one through."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        [view] = json.loads(pulsetui("list", "--json", home=home).stdout)
        watchdogs = json.loads(pulsetui("status", "--json", home=home).stdout)["watchdogs"]
        if view["n_pings"] and [one.get("ok") for one in watchdogs] == [True]:
            return
    raise AssertionError(pulsetui("status", home=home).stdout)


def test_of_two_that_watch_each_other_the_one_that_is_left_tells(tmp_path: Path) -> None:
    a, b, pipe = tmp_path / "a", tmp_path / "b", tmp_path / "told"
    a.mkdir()
    b.mkdir()
    os.mkfifo(pipe)
    write(b / "checks.toml", config("a", OF_A, pipe))
    with open(os.open(pipe, os.O_RDWR)) as told, serving(b) as (_process, url_b):  # noqa: PTH123
        write(a / "checks.toml", config("b", OF_B, Path("/dev/null")) + watchdog(url_b, OF_A))
        with serving(a) as (killed, url_a):
            write(b / "checks.toml", config("a", OF_A, pipe) + watchdog(url_a, OF_B))  # while it runs
            until_heard(a)
            until_heard(b)
            killed.kill()
            killed.wait()

            while (line := told.readline()) != "pulsetui-a is overdue\n":
                assert line in (
                    "pulsetui-a has never reported\n",
                    "pulsetui-a is up again\n",
                )  # before it ran
