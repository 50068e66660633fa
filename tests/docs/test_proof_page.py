"""What docs/proof.md shows is valid, and looks for what the page says."""

from __future__ import annotations

import re
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from pulsetui.config.file.load import parse_config
from pulsetui.hooks.registry import VALIDATORS
from tests.job.server import serving
from tests.monitor.proof.postgresql_server import serving_postgresql
from tests.monitor.proof.test_prover import dump, looked, proving
from tests.monitor.proof.test_web import answer

PAGE = (Path(__file__).parents[2] / "docs" / "proof.md").read_text("utf-8")
_TOML = re.compile(r"```toml\n(.*?)```", re.DOTALL)


def test_what_the_page_shows_can_be_configured_so() -> None:
    for text in _TOML.findall(PAGE):
        (check,) = parse_config(text, Path("checks.toml"), VALIDATORS).checks.values()
        assert check.prove


def test_each_clause_of_the_page_is_one_of_a_valid_proof() -> None:
    clauses = re.findall(r"^\| `((?:newer |size |[<>])[^`]+)` \|", PAGE, re.MULTILINE)
    assert len(clauses) == 6
    for clause in clauses:
        place = "file:/backup/shop.dump" if clause[0] in "ns" else "http json:http://127.0.0.1:9/ .n"
        text = f'[checks.a]\nevery = "1d"\nprove = ["{place} {clause}"]\n'
        assert parse_config(text, Path("checks.toml"), VALIDATORS).checks["a"].prove


@pytest.mark.parametrize(("age", "status"), [(timedelta(minutes=3), "up"), (timedelta(days=3), "down unmet")])
async def test_the_example_looks_at_the_file(tmp_path: Path, age: timedelta, status: str) -> None:
    example = _TOML.findall(PAGE)[0].replace("/backup/", f"{tmp_path}/")
    path = dump(tmp_path, age)
    async with proving(tmp_path, example) as engine:
        await engine.ping("shop-backup")
        await looked(engine)
        assert engine.status("shop-backup") == status
        said = engine.client.details("shop-backup").runs[0].proof.replace(str(path), "/backup/shop.dump")
    detail = said.partition(": ")[2].partition(",")[0]
    assert detail in PAGE


async def test_the_example_looks_at_the_value(tmp_path: Path) -> None:
    with serving(answer(b'{"orders": {"newest": "2026-11-19T22:00:00Z"}}')) as server:
        example = _TOML.findall(PAGE)[1].replace("http://127.0.0.1:9000", server.url)
        async with proving(tmp_path, example) as engine:
            await engine.ping("export")
            await looked(engine)
            assert engine.client.details("export").runs[0].proof.endswith("/status .orders.newest is 2h old")


async def test_the_example_asks_postgresql(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with serving_postgresql() as server:
        address = server.local.replace("//postgres@", "//pulse_reader@")
        example = _TOML.findall(PAGE)[3].replace("postgresql://pulse_reader@db.example.org/shop", address)
        table = "CREATE TABLE billing_invoice AS SELECT '2026-11-19 22:00:00'::timestamp AS created"
        server.run(table, "CREATE ROLE pulse_reader LOGIN", *re.findall(r"`(GRANT [^`]+)`", PAGE))
        async with proving(tmp_path, example) as engine:
            await engine.ping("sync-invoices")
            await looked(engine)
            assert engine.client.details("sync-invoices").runs[0].proof.endswith(" is 2h old")


async def test_the_example_asks_the_database(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE billing_invoice AS SELECT '2026-11-19 22:00:00' AS created")
    connection.close()
    example = _TOML.findall(PAGE)[2].replace("/srv/shop/db.sqlite3", str(path))
    async with proving(tmp_path, example) as engine:
        await engine.ping("sync-invoices")
        await looked(engine)
        assert engine.client.details("sync-invoices").runs[0].proof.endswith(" is 2h old")
