"""``[prove]`` in checks.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulsetui.config.doubts.trust import distrust
from pulsetui.config.file.load import load_config, parse_config
from pulsetui.config.problem import ConfigProblems
from pulsetui.config.tables.prove import ProveConfig
from pulsetui.errors import ConfigError

ASKS = """every = "1d"
prove = ["sql:shop 'SELECT 1' > 0"]
"""
MANAGE = 'manage = ["/srv/venv/bin/python", "/srv/shop/manage.py"]'


def test_the_program_of_a_project_is_read() -> None:
    config = parse_config(f"[prove]\n{MANAGE}\n", Path("checks.toml"), {})
    assert config.prove == ProveConfig(manage=("/srv/venv/bin/python", "/srv/shop/manage.py"))
    assert parse_config("", Path("checks.toml"), {}).prove == ProveConfig()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[prove]\nmanage = []", r":2: \[prove\] manage: must not be empty"),
        ('[prove]\nmanage = "/x"', r":2: \[prove\] manage .* must be a list of words of a command"),
        ('[prove]\nmanage = ["python"]', r":2: \[prove\] manage .* must begin with the whole path"),
        ("[prove]\nmanag = []", r":2: \[prove\] manag: unknown key"),
        (
            '[prove]\ndatabases = ["x"]',
            r":2: \[prove\] databases .*must be a table, not a list.* Write \[prove\.databases\]",
        ),
        (
            "[prove.databases]\nshop = 5",
            r":2: \[prove\.databases\] shop: must be text in quotes, not a whole",
        ),
        ('[prove.databases]\n"a b" = "env:X"', r":2: \[prove\.databases\] a b: .* X is not set"),
        ('[prove.databases]\nshop = "env:NIL"', r":2: \[prove\.databases\] shop: .* NIL is not set"),
        (
            '[prove.databases]\n"a b" = "postgresql:///x"',
            r":2: \[prove\.databases\] a b: the name of a database has only letters",
        ),
        (
            f"[prove.databases]\nshop = 'env:NIL_2'\n[checks.a]\n{ASKS}",
            r"^[^\n]*:2: [^\n]* NIL_2 is not set[^\n]*$",
        ),
        (
            f"[prove.databases]\nshops = 'postgresql:///x'\n[checks.a]\n{ASKS}",
            r':5: \[checks\.a\] prove "sql:shop": is not in .* Did you mean "sql:shops"\?',
        ),
        (f"[checks.a]\n{ASKS}", r':3: .* Write \[prove\.databases\], and below it shop = "env:VARIABLE"'),
        ('prove = ["file:/b/x newer 1h"]', r":1: prove .* must be a table, not a list"),
    ],
)
def test_what_is_wrong_with_it_is_said_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ConfigProblems, match=said):
        parse_config(text, Path("checks.toml"), {})


ADDRESS = "postgresql://reader:geheim-1@db.example.org/shop"


@pytest.mark.parametrize(
    "address",
    [
        ADDRESS,
        "postgres://reader:a%40b%2F:,c@[::1]:5433/shop?sslmode=require&application_name=x",
        "postgresql:///shop",
        "postgresql://",
        "postgresql://reader@/shop?host=/run/postgresql",
        "postgresql://a:5432,b,c:5433/shop?target_session_attrs=any",
        "postgresql://:5433/?service=shop",
    ],
)
def test_the_address_of_a_database_is_read_and_understood_by_postgresql(address: str) -> None:
    config = parse_config(
        f"[prove.databases]\nshop = '{address}'\n[checks.a]\n{ASKS}", Path("checks.toml"), {}
    )
    assert config.prove.databases == {"shop": address}
    conninfo = pytest.importorskip("psycopg.conninfo")
    assert conninfo.conninfo_to_dict(address).get("password") in (None, "geheim-1", "a@b/:,c")


@pytest.mark.parametrize(
    "address",
    [
        "mysql://reader:geheim-1@db/shop",
        "host=db password=geheim-1",
        "postgresql://reader:geheim-1@x@db/shop",
        "postgresql://reader:geheim-1/x@db/shop",
        "postgresql://reader:geheim-1?x@db/shop",
        "postgresql://reader:geheim-1#x@db/shop",
        "postgresql://reader:geheim-1%zz@db/shop",
        "postgresql://reader:geheim-1%00@db/shop",
        "postgresql://reader:geheim-1 @db/shop",
        f"{ADDRESS}?{'x' * 1000}",
    ],
)
def test_an_address_that_could_be_misread_is_refused_and_never_repeated(address: str) -> None:
    with pytest.raises(
        ConfigProblems, match=r":2: \[prove\.databases\] shop: is not a valid address"
    ) as caught:
        parse_config(f"[prove.databases]\nshop = '{address}'\n", Path("checks.toml"), {})
    assert "geheim-1" not in str(caught.value)


def test_an_address_is_kept_in_a_file_or_here_and_shown_nowhere(tmp_path: Path) -> None:
    (tmp_path / "address").write_text(f"{ADDRESS}\n")
    path = tmp_path / "checks.toml"
    path.write_text(
        f"[prove.databases]\nshop = 'file:address'\nother = '{ADDRESS}2'\nlocal = 'postgresql:///x'\n"
    )
    config = load_config(path, {})
    assert config.prove.databases == {"shop": ADDRESS, "other": f"{ADDRESS}2", "local": "postgresql:///x"}
    assert {ADDRESS, f"{ADDRESS}2"} <= config.secrets
    # Without a password it lets nobody in, and may be read by everybody.
    assert {(place.table, place.option) for place in config.secret_places} == {
        ("prove.databases", "shop"),
        ("prove.databases", "other"),
    }
    assert config.files == (tmp_path / "address",)


@pytest.mark.parametrize("line", [f"shop = {ADDRESS}", f'shop = "{ADDRESS}', f'shop = "{ADDRESS}" "'])
def test_a_line_with_an_address_is_never_quoted(line: str) -> None:
    for text in (
        f"[prove.databases]\n{line}",
        f"[prove]\ndatabases.{line}",
        f"[prove]\ndatabases = {{ {line} }}",
    ):
        with pytest.raises(ConfigError) as caught:
            parse_config(text, Path("checks.toml"), {})
        assert "geheim" not in str(caught.value)
        assert "db.example" not in str(caught.value)


def test_where_everybody_may_write_the_file_it_does_not_run(tmp_path: Path) -> None:
    path = tmp_path / "checks.toml"
    path.write_text(f"[prove]\n{MANAGE}\n")
    path.chmod(0o600)
    assert distrust(load_config(path, {})) is None
    path.chmod(0o606)
    found = distrust(load_config(path, {}))
    assert found is not None
    assert found.refused
    assert "and with it what [prove] manage runs. It does not run until this is fixed" in found.text
