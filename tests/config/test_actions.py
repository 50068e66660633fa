"""``[actions.NAME]`` in checks.toml."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.config.doubts.trust import distrust, distrust_actions
from pulsetui.config.file.load import load_config, parse_config
from pulsetui.config.problem import ConfigProblems
from pulsetui.config.tables.actions import PLACES, ActionConfig, menu_keys

LOG = '[actions.log]\ncommand = "ssh {host} journalctl -u {slug}"\n'
FACTS = {"slug": "billing", "host": "10.0.0.7", "status": "up", "uuid": "9d1b"}

PLAIN = re.compile(r"[A-Za-z0-9._:%][A-Za-z0-9._:%-]*")


def action(name: str = "x", command: str = "true", key: str = "") -> ActionConfig:
    return ActionConfig(name=name, command=command, key=key)


def test_actions_are_read_in_their_order() -> None:
    ssh = (
        '[actions.ssh]\ncommand = "ssh {host}"\ndesc = "Log in"\nkey = "h"\nsuspend = true\nconfirm = true\n'
    )
    text = f"{LOG}{ssh}"
    actions = parse_config(text, Path("checks.toml"), {}).actions
    assert list(actions) == ["log", "ssh"]
    assert actions["ssh"] == ActionConfig(
        name="ssh", command="ssh {host}", desc="Log in", key="h", suspend=True, confirm=True
    )
    assert actions["log"].places == {"host", "slug"}
    assert dict(parse_config("", Path("checks.toml"), {}).actions) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[actions.x]\n", r":1: \[actions.x\] command: is missing. Write command = "),
        ("[actions.x]\ncommand = ['true']\n", r":2: .* must be text in quotes, not a list: a shell runs it"),
        ('[actions.x]\ncommand = " "\n', r":2: .* must not be empty"),
        (
            '[actions.x]\ncommand = "ssh {hots}"\n',
            r":2: .*\{hots\} names nothing that is known. Did you mean \{host\}\?",
        ),
        (
            '[actions.x]\ncommand = "echo {name}"\n',
            r":2: .*\{name\} cannot stand in a command. There are \{slug\},",
        ),
        ('[actions.x]\ncommand = "a\\u0000b"\n', r":2: .* must not hold control characters"),
        (LOG + 'key = "ll"\n', r":3: \[actions.log\] key \"ll\": must be one letter or digit"),
        (LOG + 'key = "j"\n', r":3: .* is a key of the menu itself. Choose another than g, G, j, k, q"),
        (
            LOG + 'key = "x"\n[actions.b]\ncommand = "true"\nkey = "x"\n',
            r":6: .* is the key of \[actions.log\], too",
        ),
        (LOG + "suspend = 1\n", r":3: .* must be true or false, not a whole number"),
        (LOG + 'comand = "x"\n', r":3: .* unknown key. Did you mean \"command\"\?"),
        ('[actions."a b"]\ncommand = "true"\n', r":1: .* only letters, digits, - and _"),
        ('[actions]\nlog = "true"\n', r":2: .* must be a table, not text"),
        ('actions = "true"\n', r":1: actions \"true\": must be a table, not text"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ConfigProblems, match=said):
        parse_config(text, Path("checks.toml"), {})


def test_braces_that_are_the_shells_own_stay() -> None:
    command = "awk '{print}' ${HOME}/{slug}; docker ps --format '{{.Names}}' ${slug}"
    parse_config(f'[actions.x]\ncommand = "{command}"\n', Path("checks.toml"), {})
    assert action(command=command).command_for(FACTS) == command.replace("/{slug}", "/billing")


def test_every_place_is_filled() -> None:
    command = " ".join(f"{{{place}}}" for place in PLACES)
    assert action(command=command).command_for(FACTS) == "billing 10.0.0.7 up 9d1b"


@given(
    st.text() | st.from_regex(PLAIN),
    st.sampled_from(["{host}", "'{host}'", '"{host}"', "$(x {host})", "ssh web 'tail {host}'"]),
)
def test_no_text_of_a_stranger_becomes_a_part_of_a_command(host: str, command: str) -> None:
    """Behind ``ssh`` another shell reads it, without the quotes: it is a plain word, or it is not put in."""
    asked = action(command=command)
    if not PLAIN.fullmatch(host):
        with pytest.raises(KeyError, match="host"):
            asked.command_for({"host": host})
        return
    made = asked.command_for({"host": host})
    assert made == command.replace("{host}", host)
    assert shlex.split(host) == [host]


@pytest.mark.parametrize(
    "host", ["", "-oProxyCommand=x", "a b", "a;b", "$(id)", "a\n", "web1.example.org -v"]
)
def test_such_a_text_is_missing(host: str) -> None:
    with pytest.raises(KeyError):
        action(command="ssh {host}").command_for({"host": host})


@pytest.mark.parametrize("host", ["web1.example.org", "10.0.0.7", "fe80::1%eth0", "_web", "::1"])
def test_addresses_and_names_of_hosts_are_not(host: str) -> None:
    assert action(command="ssh {host}").command_for({"host": host}) == f"ssh {host}"


def test_each_has_a_letter_in_the_menu() -> None:
    actions = [action("log"), action("less"), action("Look", key="s"), action("jk"), action("g-q")]
    assert {key: one.name for key, one in menu_keys(actions).items()} == {
        "l": "log", "e": "less", "s": "Look", "J": "jk", "Q": "g-q"
    }  # fmt: skip


@given(st.lists(st.from_regex(r"[A-Za-z0-9_-]{1,4}", fullmatch=True), unique=True, max_size=90))
def test_letters_are_never_shared(names: list[str]) -> None:
    keys = menu_keys([action(name) for name in names])
    assert len({one.name for one in keys.values()}) == len(keys)
    assert not set(keys) & set("gGjkq")
    assert [one.name for one in keys.values()] == [
        name for name in names if name in {o.name for o in keys.values()}
    ]


def test_who_else_may_write_the_file_chooses_what_runs(tmp_path: Path) -> None:
    path = tmp_path / "checks.toml"
    path.write_text(LOG)
    path.chmod(0o600)
    assert distrust_actions(path, ["log"]) is None
    path.chmod(0o606)
    assert distrust_actions(path, []) is None
    found = distrust_actions(path, ["log"])
    assert found is not None
    assert found.refused
    assert "with it what the action log runs. It does not run until this is fixed: chmod o-w" in found.text
    assert distrust(load_config(path, {})) is None  # the engine runs none of them
