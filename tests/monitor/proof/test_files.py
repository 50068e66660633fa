"""What is seen of files, and what cannot be seen."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pulsetui.core.proof.file_proof import FileProof
from pulsetui.monitor.proof import files
from pulsetui.monitor.proof.files import look_at_file
from pulsetui.monitor.proof.looks import UnseenError


def proof(path: Path | str) -> FileProof:
    return FileProof.parse(f'file:"{path}" newer 26h')


def written(path: Path, at: int, content: str = "dump") -> Path:
    path.write_text(content)
    os.utime(path, (at, at))
    return path


def test_a_file_is_seen_with_its_size_and_its_date(tmp_path: Path) -> None:
    path = written(tmp_path / "shop.dump", 1_000_000)
    seen = look_at_file(proof(path))
    assert seen is not None
    assert (seen.size, seen.path) == (4, str(path))
    assert seen.modified_at == datetime.fromtimestamp(1_000_000, UTC)


def test_of_a_pattern_the_newest_whole_file_is_seen(tmp_path: Path) -> None:
    written(tmp_path / "shop-2.dump", 2_000)
    written(tmp_path / "shop-10.dump", 3_000, "newest")
    written(tmp_path / ".shop-11.dump", 9_000)  # rsync has not finished it
    written(tmp_path / "shop-12.dump.part", 9_000)
    (tmp_path / "shop-13.dump").mkdir()
    (tmp_path / "shop-14.dump").symlink_to(tmp_path / "nowhere")
    seen = look_at_file(proof(tmp_path / "shop-*.dump"))
    assert seen is not None
    assert Path(seen.path).name == "shop-10.dump"


@pytest.mark.parametrize("name", ["shop.dump", "*.dump", "no/shop.dump", "file/shop.dump"])
def test_what_is_not_there_is_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    assert look_at_file(proof(tmp_path / name)) is None


def test_a_directory_is_no_proof_of_anything(tmp_path: Path) -> None:
    with pytest.raises(UnseenError, match="it is a directory; name a file, or a pattern"):
        look_at_file(proof(tmp_path))


@pytest.mark.parametrize("name", ["loop", "loop/*.dump"])
def test_what_cannot_be_looked_at_is_not_missing(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(UnseenError, match="too many levels of symbolic links"):
        look_at_file(proof(tmp_path / name))


def test_a_directory_without_end_is_not_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_ENTRIES", 2)
    for n in range(3):
        written(tmp_path / f"{n}.dump", 1_000)
    with pytest.raises(UnseenError, match="more than 2 entries"):
        look_at_file(proof(tmp_path / "*.dump"))
