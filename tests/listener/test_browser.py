"""What a web page can make the browser of somebody on this host do."""

from __future__ import annotations

import pytest

from tests.listener.fakes import API_KEY, CODE, PING_KEY
from tests.listener.served import Served

CROSS = ("-H", "Sec-Fetch-Site: cross-site")
SAME_SITE = ("-H", "Sec-Fetch-Site: same-site")  # another port of this host is another origin
EVIL = ("-H", "Origin: https://evil.example")
NO_ORIGIN = ("-H", "Origin: null")
REFERER = ("-H", "Referer: https://evil.example/page")
REBOUND = ("-H", "Host: evil.example:8787", "-A", "Mozilla/5.0 (X11; Linux x86_64)")
REBOUND_FETCH = ("-H", "Host: evil.example:8787", "-H", "Sec-Fetch-Site: same-origin")
PAGES = [CROSS, SAME_SITE, EVIL, NO_ORIGIN, REFERER, REBOUND, REBOUND_FETCH]
TYPED = ("-H", "Sec-Fetch-Site: none", "-A", "Mozilla/5.0")
OWN_NAMES = [
    "localhost:8787",
    "127.0.0.1:8787",
    "[::1]:8787",
    "192.0.2.7",
    "pulse.localhost",
    "Pulse.Example:443",
]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "path", ["/ping/x?create=1", f"/ping/{PING_KEY}/x?create=1", "/ping/backup", "/ping/backup/fail"]
)
def test_a_page_of_another_site_creates_nothing_and_pings_no_bare_slug(
    served: Served, page: tuple[str, ...], path: str
) -> None:
    reply = served.curl(path, *page)

    assert reply.status == 403
    assert reply.body.startswith(b"refused: ")
    assert "access-control-allow-origin" not in reply.headers
    assert served.intake.arrivals == []
    assert [refused.name for refused in served.intake.refused] in (["x"], ["backup"])


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "path",
    [f"/ping/{CODE}", f"/{CODE}/fail", f"/ping/{PING_KEY}/backup", f"/ping/{PING_KEY}/backup?create=1"],
)
def test_whoever_has_the_uuid_or_the_key_pings_from_any_page(
    served: Served, page: tuple[str, ...], path: str
) -> None:
    assert served.curl(path, *page).status == 200


@pytest.mark.parametrize("page", [*PAGES, ("-H", "Host: evil.example")])
@pytest.mark.parametrize("call", ["snapshot", "events", "commands", "log"])
def test_the_api_is_closed_to_pages_and_to_names_that_are_not_ours(
    served: Served, page: tuple[str, ...], call: str
) -> None:
    body = ("-d", '{"verb": "pause", "slugs": ["backup"]}') if call == "commands" else ()

    reply = served.curl(f"/api/pulse/{call}", "-H", f"X-Api-Key: {API_KEY}", *body, *page)

    assert reply.status == 403
    assert reply.body.startswith(b'{"error":"refused: ')
    assert served.engine.commands == []


@pytest.mark.parametrize(
    "options", [(), TYPED, ("-H", "Origin: http://localhost:1", "-H", "Host: localhost:1")]
)
def test_the_listeners_own_pages_and_the_address_bar_are_not_held_up(
    served: Served, options: tuple[str, ...]
) -> None:
    assert served.curl("/ping/backup", *options).status == 200
    assert served.curl("/ping/new-one?create=1", *options).status == 201
    assert served.curl("/api/pulse/snapshot", "-H", f"X-Api-Key: {API_KEY}", *options).status == 200


@pytest.mark.parametrize("name", OWN_NAMES)
def test_the_listener_knows_its_own_names(served: Served, name: str) -> None:
    browser = ("-H", f"Host: {name}", "-A", "Mozilla/5.0")

    assert served.curl("/ping/backup", *browser).status == 200
    assert served.curl("/ping/made?create=1", *browser).status == 201
    assert served.curl("/api/pulse/snapshot", "-H", f"X-Api-Key: {API_KEY}", *browser).status == 200


def test_curl_may_call_this_host_as_it_likes_for_a_ping_of_a_check_that_is_there(served: Served) -> None:
    assert served.curl("/ping/backup", "-H", "Host: monitor.intranet").status == 200
    reply = served.curl("/ping/other?create=1", "-H", "Host: monitor.intranet")
    assert reply.status == 403
    assert b'"monitor.intranet"' in reply.body
    assert b"hosts in [listener]" in reply.body


def test_where_others_reach_the_listener_its_name_is_not_looked_at(reachable: Served) -> None:
    other = ("-H", "Host: monitor.intranet")

    assert reachable.curl(f"/ping/{PING_KEY}/new?create=1", *other).status == 201
    assert reachable.curl("/api/pulse/snapshot", "-H", f"X-Api-Key: {API_KEY}", *other).status == 200
    assert reachable.curl(f"/ping/{PING_KEY}/another?create=1", *CROSS).status == 403


@pytest.mark.parametrize(
    "asked", [("-H", "Access-Control-Request-Method: POST"), EVIL, ("-H", "Sec-Fetch-Mode: cors")]
)
@pytest.mark.parametrize("path", ["/ping/backup", f"/{CODE}", "/ping/new?create=1"])
def test_a_preflight_is_no_ping(served: Served, path: str, asked: tuple[str, ...]) -> None:
    reply = served.curl(path, "-X", "OPTIONS", *asked)

    assert (reply.status, reply.body) == (204, b"")
    assert served.intake.arrivals == []
    assert "new" not in served.intake.slugs
