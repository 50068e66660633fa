"""Where a value that proves something is fetched from, as it is written."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from msgspec import Struct

from pulsetui.core.proof.verdict import ProofError
from pulsetui.core.text.json_path import read_path

JSON_EXAMPLE = "http json:http://127.0.0.1:9000/status .newest < 25h"
DJANGO_EXAMPLE = "django:billing.Invoice newest created < 25h"
SQL_EXAMPLE = "sql:/srv/shop/db.sqlite3 'SELECT max(created) FROM invoice' < 25h"
POSTGRESQL_EXAMPLE = "sql:shop 'SELECT max(created) FROM invoice' < 25h"
DATABASE_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
"""What a database is called in ``[prove.databases]``: never like a path or an address."""
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_JSON = re.compile(r"\s*http\s+json:(\S+)\s+([.\[][^\s<>=!]*)(?=[\s<>=!])\s*(\S.*?)\s*", re.DOTALL)
_SQL = re.compile(
    r"""\s*sql:(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"']+))
    \s+(?P<sign>["'])(?P<query>.*)(?P=sign)\s*(?P<clauses>[^\s"'].*?)\s*""",
    re.DOTALL | re.VERBOSE,
)
_DJANGO = re.compile(
    r"""\s*django:([A-Za-z_]\w*\.[A-Za-z_]\w*)\s+(?:(count)|(newest|oldest)\s+([A-Za-z_]\w*))
    (?=[\s<>=!])\s*(\S.*?)\s*""",
    re.DOTALL | re.VERBOSE | re.ASCII,
)
_MAX_SAID = 80  # characters of a query in a sentence


class JsonField(Struct, frozen=True):
    """Where a value is in the JSON behind a URL. ``what`` says it without what may be secret in the URL."""

    what: str
    url: str
    path: tuple[str | int, ...]


class SqliteQuery(Struct, frozen=True):
    """A question to an SQLite file: the first column of the first row is the value."""

    what: str
    database: str
    query: str


class PostgresqlQuery(Struct, frozen=True):
    """The same to a PostgreSQL database, by the name that checks.toml gives it: its address may hold a
    password, and a proof is shown."""

    what: str
    database: str
    query: str


class DjangoQuery(Struct, frozen=True):
    """A question to a Django project: how many rows of a model there are, or what a field of it is at most or
    at least. ``field`` is "" for a count."""

    what: str
    model: str
    aggregate: str
    field: str


def parse_json_field(text: str) -> tuple[JsonField, str]:
    """With what stands behind it. Raises ProofError with a message that shows the form."""
    match = _JSON.fullmatch(text)
    if match is None:
        raise ProofError(f'"{text:.60}" is not a valid proof; write it like "{JSON_EXAMPLE}"')
    url, written, rest = match.groups()
    path = read_path(written)
    if path is None:
        raise ProofError(f'"{written:.60}" is not a field of a JSON document; write it like .files[0].size')
    return JsonField(f"{url.partition('?')[0]} {written}", _checked_url(url), tuple(path)), rest


def parse_sql_query(text: str) -> tuple[SqliteQuery | PostgresqlQuery, str]:
    """With what stands behind it. Raises ProofError with a message that shows the form."""
    match = _SQL.fullmatch(text)
    if match is None:
        raise ProofError(f'"{text:.60}" is not a valid proof; write it like "{SQL_EXAMPLE}"')
    database, query = match["quoted"] or match["plain"] or "", " ".join(match["query"].split())
    if not query:
        raise ProofError(f'"{text:.60}" asks nothing; write it like "{SQL_EXAMPLE}"')
    said = query if len(query) <= _MAX_SAID else f"{query[:_MAX_SAID]}…"
    what = f"{database} ({said})"
    if database.startswith("/") and "\0" not in database:
        return SqliteQuery(what, database, match["query"]), match["clauses"]
    if DATABASE_NAME.fullmatch(database):
        return PostgresqlQuery(what, database, match["query"]), match["clauses"]
    raise ProofError(_no_database(database))


def parse_django_query(text: str) -> tuple[DjangoQuery, str]:
    """With what stands behind it. Raises ProofError with a message that shows the form."""
    match = _DJANGO.fullmatch(text)
    if match is None:
        raise ProofError(f'"{text:.60}" is not a valid proof; write it like "{DJANGO_EXAMPLE}"')
    model, count, newest, field, rest = match.groups()
    aggregate = count or newest
    what = f"{model} {aggregate} {field}" if field else f"{model} {aggregate}"
    return DjangoQuery(what, model, aggregate, field or ""), rest


def _no_database(written: str) -> str:
    if _ADDRESS.match(written):  # never repeated: there may be a password in it
        return (
            "the address of a database does not stand in a proof, which is shown. Give it a name in"
            f' [prove.databases], and write the proof like "{POSTGRESQL_EXAMPLE}"'
        )
    return (
        f'"{written:.60}" is neither the absolute path of an SQLite file nor the name of a PostgreSQL'
        " database in [prove.databases]. For other databases let the job report a number, and expect it"
    )


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for one that cannot be
    except ValueError:
        raise ProofError(f'"{url:.60}" is not a valid URL') from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not url.isprintable():
        raise ProofError(f'"{url:.60}" is not an http or https URL')
    if parts.username is not None or parts.password is not None:
        raise ProofError(f"the URL at {parts.hostname} has a password in it, which every screen would show")
    return url
