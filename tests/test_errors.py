"""What a person reads of an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulsetui.errors import ConfigError, in_words


def test_an_error_of_the_operating_system_is_told_without_its_number(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        (tmp_path / "none" / "file").read_text()
    assert in_words(caught.value) == f"{tmp_path}/none/file: No such file or directory"
    assert in_words(OSError(28, "No space left on device")) == "No space left on device"


def test_others_are_told_in_their_own_words() -> None:
    assert in_words(ConfigError("is not a valid slug")) == "is not a valid slug"
    assert in_words(TimeoutError()) == "TimeoutError"
