"""Edits change what they are about and not one byte besides."""

from __future__ import annotations

import errno
import os
import re
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulsetui.config.file import disk
from pulsetui.config.file.edit import ConfigFile
from pulsetui.config.file.load import load_config
from pulsetui.config.problem import ConfigProblems
from pulsetui.errors import ConfigError
from tests.config.hand_written import ALL, DOTTED, HEADERS, INLINE, SUB_TABLE_FIRST, TOP_DOTTED, VALIDATORS
from tests.programs import private_mounts

ROOT = Path(__file__).parents[2]
TWO_EDITS = """\
from pathlib import Path
from pulsetui.config.file.edit import ConfigFile
from tests.config.hand_written import VALIDATORS

file = ConfigFile(Path("c/checks.toml"), VALIDATORS)
file.remove_check("last")
file.add_check("new", {"every": "5m"})
print(*Path("c").iterdir())
"""

CRLF = {f"{name}, CRLF": text.replace("\n", "\r\n") for name, text in ALL.items()}
TEXTS = pytest.mark.parametrize("text", [*ALL.values(), *CRLF.values()], ids=[*ALL, *CRLF])


def written(folder: Path, text: str) -> ConfigFile:
    folder.mkdir(exist_ok=True)
    path = folder / "checks.toml"
    path.write_bytes(text.encode())
    return ConfigFile(path, VALIDATORS)


def text_of(file: ConfigFile) -> str:
    return file.path.read_bytes().decode()


word = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=30)
NAMES = word.filter(lambda name: bool(name.strip()) and name.isprintable())
DESCS = st.text(st.sampled_from("ab \n\t\"'\\#=[]é😀"), max_size=60)
FIELDS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"every": st.sampled_from(["5m", 900, "1h30m"])},
    optional={
        "name": NAMES,
        "desc": DESCS,
        "grace": st.sampled_from(["1m", 60, "2d"]),
        "tags": st.lists(st.sampled_from(["a", "b-c", "ü", "#x", '"q"']), max_size=3, unique=True),
        "metrics": st.dictionaries(
            st.sampled_from(["n", "a.b", "records"]),
            st.sampled_from([r"n=(\d+)", "it's (.)", '"(.)"']),
            max_size=3,
        ),
        "manual_resume": st.booleans(),
        "failures_before_down": st.integers(1, 720),
        "hooks": st.just([]),
    },
)
CHANGES = FIELDS.flatmap(
    lambda fields: st.fixed_dictionaries(
        {},
        optional={name: st.sampled_from([value, None]) for name, value in fields.items() if name != "every"},
    )
)


@TEXTS
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=FIELDS, changes=CHANGES, rename=st.booleans())
def test_adding_editing_and_removing_a_check_leaves_every_other_byte(
    tmp_path: Path, text: str, fields: Mapping[str, Any], changes: Mapping[str, Any], rename: bool
) -> None:
    file = written(tmp_path, text)

    added = file.add_check("new", fields)
    assert added.fields["new"] == fields
    assert text != text_of(file)

    slug = "newer" if rename else "new"
    edited = file.edit_check("new", changes, new_slug=slug)
    assert edited.fields[slug] == {k: v for k, v in {**fields, **changes}.items() if v is not None}

    file.remove_check(slug)
    assert text_of(file) == text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.sampled_from([HEADERS, DOTTED, TOP_DOTTED, INLINE, SUB_TABLE_FIRST]),
    crlf=st.booleans(),
    pick=st.integers(0, 10),
    fields=FIELDS,
    data=st.data(),
)
def test_any_edit_of_any_hand_written_check_means_what_was_asked(
    tmp_path: Path, text: str, crlf: bool, pick: int, fields: dict[str, Any], data: st.DataObject
) -> None:
    file = written(tmp_path, text.replace("\n", "\r\n") if crlf else text)
    before = load_config(file.path, VALIDATORS)
    slug = list(before.checks)[pick % len(before.checks)]
    drop = data.draw(st.sets(st.sampled_from(sorted(before.fields[slug]))))
    changes = {"cron": None, "calendar": None, **dict.fromkeys(drop), **fields}

    after = file.edit_check(slug, changes)

    expected = {k: v for k, v in {**before.fields[slug], **changes}.items() if v is not None}
    assert after.fields[slug] == expected
    assert {s: f for s, f in after.fields.items() if s != slug} == {
        s: f for s, f in before.fields.items() if s != slug
    }
    assert list(load_config(file.path, VALIDATORS).fields.items()) == list(after.fields.items())
    if crlf:
        assert not re.search("[^\r]\n", text_of(file))


@TEXTS
def test_every_check_can_be_removed_and_the_rest_still_means_the_same(tmp_path: Path, text: str) -> None:
    file = written(tmp_path, text)
    left = dict(load_config(file.path, VALIDATORS).fields)

    for slug in list(left):
        del left[slug]
        assert dict(file.remove_check(slug).fields) == left

    assert "checks." not in re.sub(r"#.*", "", text_of(file))


@TEXTS
def test_renaming_there_and_back_restores_all_but_quotes(tmp_path: Path, text: str) -> None:
    file = written(tmp_path, text)

    for slug in load_config(file.path, VALIDATORS).checks:
        assert "renamed" in file.edit_check(slug, {}, new_slug="renamed").checks
        file.edit_check("renamed", {}, new_slug=slug)

    unquoted = re.compile(r'(?<=checks\.)"([a-z-]+)"')
    assert text_of(file) == unquoted.sub(r"\1", text)


def test_an_edited_value_keeps_its_comment_spacing_and_line(tmp_path: Path) -> None:
    file = written(tmp_path, HEADERS)

    file.edit_check("invoices", {"cron": "5 2 * * *"})

    assert text_of(file) == HEADERS.replace('"0 2 * * *"     # nightly', '"5 2 * * *"     # nightly')


def test_setting_a_key_to_the_value_it_has_changes_nothing_and_does_not_write(tmp_path: Path) -> None:
    file = written(tmp_path, HEADERS)
    inode = file.path.stat().st_ino

    file.edit_check("invoices", {"tags": ["billing", "nightly"], "name": "Sync invoices", "desc": None})

    assert text_of(file) == HEADERS
    assert file.path.stat().st_ino == inode


def test_a_new_key_goes_behind_the_one_that_comes_before_it_in_a_new_check(tmp_path: Path) -> None:
    file = written(tmp_path, HEADERS)

    file.edit_check("invoices", {"max_runtime": "20m"})

    assert text_of(file) == HEADERS.replace('"30m"\n', '"30m"\nmax_runtime = "20m"\n')


def test_a_sub_key_of_a_dotted_table_is_added_beside_its_siblings(tmp_path: Path) -> None:
    file = written(tmp_path, HEADERS)

    file.edit_check("invoices", {"metrics": {"records": r"records: (\d+)", "bytes": r"(\d+) B"}})

    line = "metrics.records = 'records: (\\d+)'\n"
    assert text_of(file) == HEADERS.replace(line, line + "metrics.bytes = '(\\d+) B'\n")


def test_removing_takes_the_table_its_sub_tables_and_the_comment_directly_above(tmp_path: Path) -> None:
    text = (
        '[checks.a]\nevery = "1m"\n# about c\n\n# not about b\n\n# about b,\n# still\n'
        '[checks.b]\nevery = "2m"\n'
        "# a key left out\n\n[checks.b.metrics]\nn = '(.)'\n\n# about d\n[checks.d]\nevery = \"3m\"\n"
    )
    file = written(tmp_path, text)

    file.remove_check("b")

    assert text_of(file) == (
        '[checks.a]\nevery = "1m"\n# about c\n\n# not about b\n\n# about d\n[checks.d]\nevery = "3m"\n'
    )


def test_removing_leaves_the_comment_of_the_next_check_even_without_a_blank_line(tmp_path: Path) -> None:
    file = written(tmp_path, HEADERS)

    file.remove_check("compact")

    assert text_of(file) == HEADERS.replace('[checks.compact]\nevery="1h"\n', "")


def test_removing_an_inline_check_leaves_its_neighbours(tmp_path: Path) -> None:
    file = written(tmp_path, INLINE)

    file.remove_check("a")

    assert text_of(file).splitlines()[1] == 'checks = { b={cron="0 1 * * *"} } # all of it'


def test_a_new_check_is_written_readably(tmp_path: Path) -> None:
    file = written(tmp_path, "")

    file.add_check(
        "backup",
        {
            "desc": "First\nSecond",
            "metrics": {"files": r"Files: (\d+)"},
            "tags": ("a", "b"),
            "cron": "0 2 * * *",
            "grace": None,
            "name": "Backup",
        },
    )

    assert text_of(file) == (
        '[checks.backup]\nname = "Backup"\ncron = "0 2 * * *"\n'
        'metrics = { files = \'Files: (\\d+)\' }\ntags = ["a", "b"]\n'
        'desc = """\nFirst\nSecond"""\n'
    )


def test_adding_makes_the_file_and_its_directory_for_the_owner_alone(tmp_path: Path) -> None:
    file = ConfigFile(tmp_path / "not" / "yet" / "checks.toml", VALIDATORS)

    config = file.add_check("a", {"every": "5m"})

    assert list(config.checks) == ["a"]
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_editing_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="pulsetui init"):
        ConfigFile(tmp_path / "checks.toml", VALIDATORS).remove_check("a")


def test_an_edit_made_outside_in_between_is_kept(tmp_path: Path) -> None:
    file = written(tmp_path, '[checks.a]\nevery = "5m"\n')
    file.add_check("b", {"every": "6m"})
    file.path.write_text(text_of(file) + '\n[checks.outside]\nevery = "7m"  # mine\n')

    config = file.edit_check("a", {"every": "8m"})

    assert list(config.checks) == ["a", "b", "outside"]
    assert text_of(file).endswith('every = "7m"  # mine\n')


@pytest.mark.parametrize(
    ("outside", "expected"),
    [
        ('[checks.a]\nevery = "5m"\n[checks.b\n', r"checks.toml:3: .*not valid TOML"),
        (
            '[checks.a]\nevery = "5m"\n\n[checks.b]\ncron = "0 25 * * *"\n',
            r"checks.toml:5: \[checks.b\] cron",
        ),
        ('[checks.a]\nevery = "5m"\n[checks.b]\nevery = "5m"\ngarce = "1m"\n', r'checks.toml:5: .*"grace"'),
        ("checks = 5\n", r"checks.toml:1: checks 5: must be a table"),
    ],
)
def test_a_file_that_was_broken_outside_is_left_exactly_as_it_is(
    tmp_path: Path, outside: str, expected: str
) -> None:
    file = written(tmp_path, outside)

    with pytest.raises(ConfigProblems, match=expected):
        file.add_check("c", {"every": "1m"})

    assert text_of(file) == outside
    assert [p.name for p in tmp_path.iterdir()] == ["checks.toml"]


@pytest.mark.parametrize(
    ("slug", "fields", "field"),
    [
        ("invoices", {"every": "5m"}, "slug"),
        ("Not A Slug", {"every": "5m"}, "slug"),
        ("new", {"cron": "0 25 * * *"}, "cron"),
        ("new", {}, "schedule"),
        ("new", {"every": "5m", "hooks": ["desktpo"]}, "hooks"),
        ("new", {"every": "5m", "tags": [None]}, "tags"),
        ("new", {"every": "5m", "oops": object()}, "oops"),
    ],
)
def test_a_refused_check_names_its_fields_and_writes_nothing(
    tmp_path: Path, slug: str, fields: dict[str, object], field: str
) -> None:
    file = written(tmp_path, HEADERS)

    with pytest.raises(ConfigProblems) as caught:
        file.add_check(slug, fields)

    assert [problem.field for problem in caught.value.problems] == [field]
    assert text_of(file) == HEADERS


@pytest.mark.parametrize("key", ["grce", "whatever", "metrics.files"])
def test_a_key_that_no_check_can_have_is_refused_even_to_take_it_out(tmp_path: Path, key: str) -> None:
    file = written(tmp_path, '[checks.a]\nevery = "1h"\n')
    with pytest.raises(ConfigProblems, match="unknown key") as edited:
        file.edit_check("a", {key: None, "desc": "x"})
    with pytest.raises(ConfigProblems, match="unknown key") as added:
        file.add_check("b", {"every": "1h", key: None})
    for caught in (edited, added):
        assert [problem.field for problem in caught.value.problems] == [key]
    assert text_of(file) == '[checks.a]\nevery = "1h"\n'


def test_an_unknown_key_that_a_check_has_can_be_taken_out(tmp_path: Path) -> None:
    file = written(tmp_path, '[checks.a]\nevery = "1h"\ngrce = "5m"\n')
    file.edit_check("a", {"grce": None})
    assert text_of(file) == '[checks.a]\nevery = "1h"\n'


def test_an_unknown_slug_is_answered_with_the_nearest(tmp_path: Path) -> None:
    file = written(tmp_path, HEADERS)

    with pytest.raises(ConfigProblems, match=r'"invoice": no check has this slug\. Did you mean "invoices"'):
        file.edit_check("invoice", {"grace": "1m"})


def test_a_slug_that_is_taken_cannot_be_given_to_another_check(tmp_path: Path) -> None:
    file = written(tmp_path, HEADERS)

    with pytest.raises(ConfigProblems, match='"last" is taken'):
        file.edit_check("invoices", {}, new_slug="last")

    assert text_of(file) == HEADERS


def test_a_uuid_that_another_check_has_is_refused(tmp_path: Path) -> None:
    uuid = "5f0c1c3e-9d1b-4d1e-8f5a-2f8f3a6f4a10"
    file = written(tmp_path, f'[checks.a]\nevery = "5m"\nuuid = "{uuid}"\n')

    with pytest.raises(ConfigProblems, match=r"\[checks.b\] uuid .* \[checks.a\]"):
        file.add_check("b", {"every": "5m", "uuid": uuid})


def test_a_symbolic_link_stays_one_and_its_target_is_changed(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    target = tmp_path / "dotfiles" / "real.toml"
    target.write_text('[checks.a]\nevery = "5m"\n')
    link = tmp_path / "checks.toml"
    link.symlink_to(target)

    ConfigFile(link, VALIDATORS).add_check("b", {"every": "6m"})

    assert link.is_symlink()
    assert "[checks.b]" in target.read_text()
    assert [p.name for p in target.parent.iterdir()] == ["real.toml"]


def test_mode_and_owner_stay(tmp_path: Path) -> None:
    file = written(tmp_path, '[checks.a]\nevery = "5m"\n')
    file.path.chmod(0o640)
    if os.getuid() == 0:
        os.chown(file.path, 12345, 23456)
    before = file.path.stat()

    file.remove_check("a")

    after = file.path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


@contextmanager
def an_ordinary_user() -> Iterator[None]:
    """Root may write everywhere, so it steps down for a moment."""
    if os.getuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_directory_that_may_not_be_written_is_a_clear_error_and_nothing_is_lost() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        file = written(Path(name), HEADERS)
        file.path.parent.chmod(0o555)
        with (
            an_ordinary_user(),
            pytest.raises(ConfigError, match=r"cannot be written\. This user may not write in"),
        ):
            ConfigFile(file.path, VALIDATORS).remove_check("last")
        file.path.parent.chmod(0o755)
        assert text_of(file) == HEADERS
        assert [p.name for p in file.path.parent.iterdir()] == ["checks.toml"]


def test_a_crash_while_writing_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, HEADERS)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match="No space left on device"):
        file.remove_check("last")

    assert text_of(file) == HEADERS
    assert [p.name for p in tmp_path.iterdir()] == ["checks.toml"]


@private_mounts
@pytest.mark.parametrize("options", ["", ",ro"])
def test_a_file_that_is_mounted_by_itself_is_written_in_place(tmp_path: Path, options: str) -> None:
    """With ``ro`` its directory is read-only, as in a container that is."""
    (tmp_path / "host.toml").write_text(HEADERS)
    (tmp_path / "c").mkdir()
    (tmp_path / "edit.py").write_text(TWO_EDITS)
    script = (
        f"cd {tmp_path} && mount -t tmpfs none c && touch c/checks.toml"
        " && mount --bind host.toml c/checks.toml"
        f" && mount -o remount{options} c && exec {sys.executable} edit.py"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, env=environment, timeout=30
    )
    other = written(tmp_path / "other", HEADERS)
    other.remove_check("last")
    other.add_check("new", {"every": "5m"})
    assert done.stdout.split() == ["c/checks.toml"], done.stderr
    assert (tmp_path / "host.toml").read_text() == text_of(other)


@private_mounts
def test_a_mounted_file_that_was_replaced_at_its_source_is_not_edited(tmp_path: Path) -> None:
    """As an editor outside a container does it; the edit would be lost with the container."""
    (tmp_path / "host.toml").write_text(HEADERS)
    (tmp_path / "new.toml").write_text(HEADERS)
    (tmp_path / "c").mkdir()
    (tmp_path / "edit.py").write_text(TWO_EDITS)
    script = (
        f"cd {tmp_path} && touch c/checks.toml && mount --bind host.toml c/checks.toml"
        f" && mv new.toml host.toml && exec {sys.executable} edit.py"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, env=environment, timeout=30
    )
    assert done.returncode == 1
    assert "it is mounted as a single file, so what is seen here is the old one" in done.stderr
    assert (tmp_path / "host.toml").read_text() == HEADERS


@pytest.mark.parametrize("number", [errno.EBUSY, errno.EXDEV])
def test_an_edit_in_place_that_fails_puts_back_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    file = written(tmp_path, HEADERS)
    pwrite, room = os.pwrite, [40, 0, 10_000]

    def busy(self: Path, target: Path) -> Path:
        raise OSError(number, os.strerror(number))

    def full(descriptor: int, content: bytes, offset: int) -> int:
        left = room.pop(0)
        if not left:
            raise OSError(28, "No space left on device")
        return pwrite(descriptor, content[:left], offset)

    monkeypatch.setattr(Path, "replace", busy)
    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(ConfigError, match="No space left on device"):
        file.remove_check("last")
    assert text_of(file) == HEADERS
    assert [p.name for p in tmp_path.iterdir()] == ["checks.toml"]


def test_a_half_written_file_names_the_copy_of_what_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, HEADERS)

    def busy(self: Path, target: Path) -> Path:
        raise OSError(errno.EBUSY, "busy")

    def broken(descriptor: int, content: bytes, offset: int) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "replace", busy)
    monkeypatch.setattr(os, "pwrite", broken)
    with pytest.raises(ConfigError, match="What it was before is in") as caught:
        file.remove_check("last")
    copy = next(tmp_path.glob(".checks.toml.*.before-edit"))
    assert str(copy) in str(caught.value)
    assert copy.read_text() == HEADERS
    file.path.write_text(HEADERS[:-20])  # what a crash in the middle might leave
    with pytest.raises(ConfigError, match="was cut off") as caught:
        load_config(file.path, VALIDATORS)
    assert str(copy) in str(caught.value)


def test_a_file_that_changes_in_the_middle_of_an_edit_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, '[checks.a]\nevery = "5m"\n')
    outside = iter(['[checks.a]\nevery = "5m"\n# saved meanwhile\n'])
    edited = file._edited

    def slow(text: str, edit: Any) -> Any:
        if late := next(outside, None):
            file.path.write_text(late)
        return edited(text, edit)

    monkeypatch.setattr(file, "_edited", slow)
    file.add_check("b", {"every": "6m"})

    assert "# saved meanwhile" in text_of(file)
    assert "[checks.b]" in text_of(file)


def test_edits_from_several_threads_are_all_kept(tmp_path: Path) -> None:
    path = written(tmp_path, "").path

    def add(n: int) -> None:
        ConfigFile(path, VALIDATORS).add_check(f"check-{n}", {"every": "5m"})

    threads = [threading.Thread(target=add, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(load_config(path, VALIDATORS).checks) == {f"check-{n}" for n in range(8)}


def test_create_refuses_to_replace_a_file(tmp_path: Path) -> None:
    path = tmp_path / "checks.toml"
    path.write_text("precious")

    with pytest.raises(ConfigError, match="exists already"):
        disk.create(path, "new")

    assert path.read_text() == "precious"
