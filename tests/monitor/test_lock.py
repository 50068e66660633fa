"""The state directory is ours alone, whatever the umask and whatever somebody put into it."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulsetui.errors import StateDirError
from pulsetui.monitor.lock import prepare_state_dir
from tests.monitor.harness import running
from tests.monitor.samples import logs_into

ROOT = os.getuid() == 0
SOMEBODY = 54321


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_what_is_made_there_is_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    if umask == 0o777 and not ROOT:
        pytest.skip("nobody else can open a file that has no permissions")
    state = tmp_path / "state"

    async def scenario() -> None:
        async with running(tmp_path) as engine:
            await engine.ping("often", body=b"secret")

    asyncio.run(scenario())
    assert mode(state) == 0o700
    found = {path.name: mode(path) for path in state.iterdir()}
    assert {"engine.lock", "api_key", "alive", "pulsetui.sqlite3"} <= found.keys()
    assert set(found.values()) == {0o600}


def test_parents_that_are_made_can_be_written_by_nobody_else(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        prepare_state_dir(tmp_path / "a/b/state")
    finally:
        os.umask(before)
    assert [mode(tmp_path / name) & 0o022 for name in ("a", "a/b", "a/b/state")] == [0, 0, 0]


def test_an_empty_directory_of_ours_is_made_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    prepare_state_dir(tmp_path)
    assert mode(tmp_path) == 0o700


@pytest.mark.parametrize("bits", [0o777, 0o770, 0o1777, 0o720, 0o702])
def test_a_directory_that_others_could_put_something_into_is_refused(tmp_path: Path, bits: int) -> None:
    (tmp_path / "something").touch()
    tmp_path.chmod(bits)
    with pytest.raises(StateDirError, match=r"others than you can write .* chmod 700"):
        prepare_state_dir(tmp_path)
    assert mode(tmp_path) == bits


@pytest.mark.skipif(not ROOT, reason="only root can give files away")
def test_a_directory_of_somebody_else_is_refused(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    os.chown(state, SOMEBODY, SOMEBODY)
    with pytest.raises(StateDirError, match=f"belongs to another user .uid {SOMEBODY}"):
        prepare_state_dir(state)
    link = tmp_path / "link"
    (tmp_path / "ours").mkdir(mode=0o700)
    link.symlink_to(tmp_path / "ours")
    os.lchown(link, SOMEBODY, SOMEBODY)
    with pytest.raises(StateDirError, match="the link to the state directory belongs to another user"):
        prepare_state_dir(link)


def test_a_link_of_our_own_to_a_directory_of_our_own_is_followed(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "state").symlink_to(tmp_path / "disk")

    async def scenario() -> None:
        async with running(tmp_path) as engine:
            await engine.ping("often")
            assert engine.engine.health() is None

    asyncio.run(scenario())
    assert (tmp_path / "disk/pulsetui.sqlite3").exists()


@pytest.mark.parametrize(
    "written", [b"\xff\xfe\x00", b"\0" * 33, "schl\u00fcssel".encode(), b"two words", b"k" * 5000, b"a\nb"]
)
def test_what_cannot_be_a_key_is_put_aside_and_a_new_one_made(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    path = tmp_path / "state" / "api_key"
    path.write_bytes(written)

    async def scenario() -> str:
        async with running(tmp_path) as engine:
            return engine.engine.door.api_keys().full[0]

    key = asyncio.run(scenario())
    assert key.startswith("hcw_")
    assert path.read_text().strip() == key
    assert path.with_name("api_key.unusable").read_bytes() == written
    assert asyncio.run(scenario()) == key


def test_a_directory_in_the_place_of_the_key_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "state" / "api_key").mkdir(mode=0o700, parents=True)
    (tmp_path / "state").chmod(0o700)

    async def scenario() -> None:
        async with running(tmp_path):
            pass

    with pytest.raises(
        StateDirError, match=r"api_key: the API key cannot be kept there: .*a new key is made"
    ):
        asyncio.run(scenario())


NAMES = [
    *(
        "engine.lock",
        "api_key",
        "alive",
        "pulsetui.log",
        "pulsetui.log.1",
        "crash.log",
        "screen.toml",
        "spool",
    ),
    *("pulsetui.sqlite3", "pulsetui.sqlite3-wal", "pulsetui.sqlite3-shm", "pulsetui.sqlite3-journal"),
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("what", ["link to a file", "link to nothing", "pipe"])
def test_no_file_of_the_state_directory_leads_elsewhere(tmp_path: Path, name: str, what: str) -> None:
    victim = tmp_path / "victim"
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    if what == "pipe":
        os.mkfifo(state / name)
    else:
        (state / name).symlink_to(victim)
        if what == "link to a file":
            victim.write_text("precious")

    async def scenario() -> None:
        async with running(tmp_path):
            pass

    with pytest.raises(StateDirError, match=f"{name} is"):
        asyncio.run(scenario())
    logs_into(state)
    assert not victim.exists() if what != "link to a file" else victim.read_text() == "precious"
