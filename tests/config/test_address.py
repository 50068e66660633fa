"""``listen`` as people write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.config.model import format_address, is_loopback, parse_address
from pulsetui.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:8787", "127.0.0.1", 8787),
        ("0.0.0.0:80", "0.0.0.0", 80),
        ("[::1]:8787", "::1", 8787),
        ("[::]:0", "::", 0),
        (":8787", "127.0.0.1", 8787),
        ("8787", "127.0.0.1", 8787),
        ("0", "127.0.0.1", 0),
        ("localhost:9000", "localhost", 9000),
        ("my-host.lan:65535", "my-host.lan", 65535),
        (" 127.0.0.1:1 ", "127.0.0.1", 1),
    ],
)
def test_an_address_is_read(text: str, host: str, port: int) -> None:
    assert parse_address(text) == (host, port)
    assert parse_address(format_address(host, port)) == (host, port)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no port"),
        ("localhost", "no port"),
        ("127.0.0.1:", "port must be 0-65535"),
        ("127.0.0.1:65536", "port must be 0-65535"),
        ("127.0.0.1:-1", "port must be 0-65535"),
        ("127.0.0.1:http", "port must be 0-65535"),
        ("127.0.0.1:٣", "port must be 0-65535"),
        ("::1:8787", "needs brackets"),
        ("[::g]:8787", "not an IPv6 address"),
        ("256.0.0.1:8787", "not an IPv4 address"),
        ("a b:8787", "not a host"),
        ("http://localhost:8787", "needs brackets|not a host"),
        ("-x:8787", "not a host"),
    ],
)
def test_what_is_no_address_is_refused_and_the_forms_are_shown(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        parse_address(text)
    assert "127.0.0.1:8787" in str(caught.value)


@given(st.text())
def test_no_text_gives_another_error(text: str) -> None:
    try:
        host, port = parse_address(text)
    except ConfigError:
        return
    assert host
    assert 0 <= port <= 65535


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST", "::ffff:127.0.0.1"]
)
def test_loopback_is_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.org", "", "localhost.example.org"])
def test_everything_else_is_not_loopback(host: str) -> None:
    assert not is_loopback(host)
