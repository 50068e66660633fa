"""The server against clients that are broken, slow or hostile."""

from __future__ import annotations

import asyncio
import re
import socket
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulsetui.listener.http.heads import Heads
from pulsetui.listener.http.limits import Limits
from pulsetui.monitor.sink import Receipt
from tests.listener.fakes import CODE
from tests.listener.served import (
    GET,
    GET_CLOSE,
    TIMEOUT_S,
    Served,
    curl,
    read_all,
    read_until,
    serve,
    status,
)

PIECES = [
    b"GET ", b"POST ", b"/ping/backup", b" HTTP/1.1\r\n", b" HTTP/1.0\r\n", b"\r\n", b"\r\n\r\n",
    b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"Expect: 100-continue\r\n",
    b"0\r\n\r\nGET /ping/backup HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    b"Upgrade: x\r\nConnection: upgrade\r\n", b"Origin: \xff://[\r\n", b"Host: [::1\r\n",
    b"&status=\xff&series=",
    b"5\r\nhello\r\n", b"0\r\n\r\n", b"?metric=a:1&rid=",
    b"%zz%00", b"\x00", b"\xff\xfe", b"\n\n", b":", b" ",
]  # fmt: skip


def test_keep_alive_connection_serves_one_request_after_the_other(served: Served) -> None:
    with served.connect() as connection:
        for _ in range(3):
            connection.sendall(GET)
            assert read_until(connection, b"\r\n\r\nOK").startswith(b"HTTP/1.1 200 OK\r\n")

    assert len(served.intake.arrivals) == 3


@pytest.mark.parametrize(
    "request_bytes",
    [
        GET_CLOSE,
        b"GET /ping/backup HTTP/1.0\r\n\r\n",
        b"GET /ping/backup HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        b"\r\n\r\n" + GET_CLOSE,
    ],
)
def test_connection_is_closed_when_the_client_expects_that(served: Served, request_bytes: bytes) -> None:
    answer = served.raw(request_bytes)

    assert status(answer) == 200
    assert b"\r\nConnection: close\r\n" in answer


def test_heads_that_come_again_mean_the_same_again(served: Served) -> None:
    proxied = b"GET /ping/backup HTTP/1.1\r\nX-Forwarded-For: 192.0.2.%d\r\n\r\n"
    old = b"GET /ping/backup HTTP/1.0\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n"

    answers = served.raw((proxied % 1 + proxied % 2) * 2 + old)

    assert [arrival.remote_addr[-1] for arrival in served.intake.arrivals] == ["1", "2", "1", "2", "1"]
    assert re.findall(rb"HTTP/1.1 200 OK|Connection: close", answers)[-2:] == [
        b"HTTP/1.1 200 OK",
        b"Connection: close",
    ]


def test_a_head_that_announces_a_body_is_read_each_time(served: Served) -> None:
    post = b"POST /ping/backup HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"

    served.raw(post + b"3\r\none\r\n0\r\n\r\n")
    served.raw(post + b"3\r\ntwo\r\n0\r\n\r\n")

    assert [arrival.body for arrival in served.intake.arrivals] == [b"one", b"two"]


def test_no_number_of_different_heads_fills_the_memory() -> None:
    heads = Heads(limit=100)
    for n in range(2000):
        incoming = heads.parse(b"POST / HTTP/1.1\r\nX-Run: %d\r\n\r\n" % n)
        assert incoming.headers == {b"x-run": b"%d" % n}
    assert 0 < len(heads) <= 256


def test_pipelined_requests_are_answered_in_order_one_at_a_time(served: Served) -> None:
    """A 404 that is known at once must not overtake an OK that waits for its commit."""
    served.intake.holding = True
    received = threading.Event()
    served.intake.on_receive = received.set
    with served.connect() as connection:
        connection.sendall(GET + b"GET /nothing HTTP/1.1\r\n\r\n" + GET_CLOSE)
        assert received.wait(TIMEOUT_S)
        assert served.on_loop(lambda: len(served.intake.held)) == 1

        served.intake.holding = False
        served.on_loop(lambda: served.intake.held.pop()(Receipt.OK))
        answers = read_all(connection)

    assert re.findall(rb"HTTP/1\.1 (\d+)", answers) == [b"200", b"404", b"200"]


def test_thousands_of_pipelined_requests_are_all_answered(served: Served) -> None:
    answers = served.raw(GET * 2000 + GET_CLOSE)

    assert answers.count(b"HTTP/1.1 200 OK\r\n") == 2001


def test_pipelined_bodies_are_told_apart(served: Served) -> None:
    post = b"POST /ping/backup HTTP/1.1\r\nContent-Length: 3\r\n\r\n"

    served.raw(post + b"one" + post + b"two" + GET_CLOSE)

    assert [arrival.body for arrival in served.intake.arrivals] == [b"one", b"two", b""]


@pytest.mark.parametrize("next_head", [b"", b"Connection: Upgrade\r\nUpgrade: websocket\r\n"])
@pytest.mark.parametrize("trailer", [b"", b"Digest: abc\r\n"])
def test_request_after_a_chunked_body_in_the_same_packet_is_answered(
    served: Served, next_head: bytes, trailer: bytes
) -> None:
    chunked = b"POST /ping/backup HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b"2;why=not\r\nhi\r\n0\r\n" + trailer + b"\r\n"
    following = b"GET /ping/backup HTTP/1.1\r\n" + next_head + b"\r\n"

    answer = served.raw(chunked + body + following + GET_CLOSE)

    assert answer.count(b"HTTP/1.1 200 OK") == 3
    assert [arrival.body for arrival in served.intake.arrivals] == [b"hi", b"", b""]


def test_chunked_body_from_a_pipe_is_decoded(served: Served) -> None:
    reply = curl(f"{served.url}/ping/backup", "-T", "-", "-X", "POST", stdin=b"line\n" * 1000)

    assert reply.status == 200
    assert served.intake.arrivals[0].body == b"line\n" * 1000


def test_request_in_single_bytes_is_understood(served: Served) -> None:
    data = b"POST /ping/backup?metric=a:1 HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
    with served.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(len(data)):
            connection.sendall(data[i : i + 1])
        answer = read_all(connection)

    assert status(answer) == 200
    assert served.intake.arrivals[0].body == b"ok"


def test_expect_continue_is_answered_before_the_body(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(
            b"POST /ping/backup HTTP/1.1\r\nContent-Length: 2\r\n"
            b"Expect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        assert read_until(connection, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"ok")
        assert status(read_all(connection)) == 200


@pytest.mark.parametrize("path", ["/ping/backup", "/ping/backup/fail", f"/{CODE}/start"])
@pytest.mark.parametrize("options", [(), ("-H", "Transfer-Encoding: chunked"), ("-H", "Expect:")])
def test_body_of_20_megabytes_is_cut_and_the_ping_counts(
    served: Served, options: tuple[str, ...], path: str
) -> None:
    reply = curl(f"{served.url}{path}", "--data-binary", "@-", *options, stdin=b"x" * 20_000_000)

    assert (reply.status, reply.body) == (200, b"OK")
    (arrival,) = served.intake.arrivals
    assert 100_000 <= len(arrival.body) < 1_000_000
    assert served.intake.rejected == {}


@pytest.mark.parametrize("options", [(), ("-H", "Transfer-Encoding: chunked"), ("-H", "Expect:")])
def test_body_beyond_every_limit_is_answered_before_its_end_and_the_client_sees_it(
    options: tuple[str, ...],
) -> None:
    with serve(limits=Limits(body=1_000_000)) as running:
        reply = curl(f"{running.url}/ping/backup", "--data-binary", "@-", *options, stdin=b"x" * 20_000_000)

        assert (reply.status, reply.body) == (200, b"OK")
        assert reply.headers["connection"] == "close"
        assert len(running.intake.arrivals) == 1
        assert running.curl("/ping/backup").status == 200


def test_long_body_that_does_not_end_in_time_is_cut_and_the_ping_counts(hasty: Served) -> None:
    with hasty.connect() as connection:
        connection.sendall(b"POST /ping/backup HTTP/1.1\r\nContent-Length: 9000000\r\n\r\n" + b"x" * 200_000)
        answer = read_until(connection, b"OK")

    assert status(answer) == 200
    assert b"\r\nConnection: close\r\n" in answer
    assert len(hasty.intake.arrivals) == 1


def test_endless_chunk_extensions_are_cut_off(served: Served) -> None:
    answer = served.raw(
        b"POST /ping/backup HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1;" + b"x" * 12_000_000
    )

    assert status(answer) == 413


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"GET /ping/backup HTTP/1.1\r\nX: " + b"x" * 17_000 + b"\r\n\r\n", 431),
        (b"GET /ping/backup HTTP/1.1\r\nX: " + b"x" * 17_000, 431),
        (b"GET /ping/backup HTTP/1.1\r\n" + b"A: b\r\n" * 101 + b"\r\n", 431),
        (b"GET /ping/" + b"x" * 17_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET /ping/" + b"x" * 17_000, 414),
        (b"GET /ping/backup HTTP/1.1\r\n" + b"A: b\r\n" * 100 + b"Connection: close\r\n\r\n"[19:], 200),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -3\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
        (b"POST /ping/backup HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnothex\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", 400),
        (b"GET /\tx HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"GET /ping/backup\r\n\r\n", 400),
        (b"GET /ping/backup HTTP/1.1\n\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"GET  /ping/backup  HTTP/1.1\r\nConnection: close\r\n\r\n", 200),
        (b"OPTIONS * HTTP/1.1\r\nConnection: close\r\n\r\n", 404),
    ],
)
def test_head_is_judged(hasty: Served, data: bytes, expected: int) -> None:
    assert status(hasty.raw(data)) == expected


def test_offer_to_upgrade_is_passed_over(served: Served) -> None:
    answer = served.raw(
        b"POST /ping/backup HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n"
        b"HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\nContent-Length: 2\r\n\r\nok"
    )

    assert status(answer) == 200
    assert served.intake.arrivals[0].body == b"ok"


def test_curl_offering_http2_pings(served: Served) -> None:
    assert served.curl("/ping/backup", "--http2", "-d", "done").status == 200


@pytest.mark.parametrize(
    "start",
    [b"", b"GET /ping/backup HTTP/1.1\r\n", b"POST /ping/backup HTTP/1.1\r\nContent-Length: 9000\r\n\r\n"],
)
def test_client_that_drips_is_dropped_at_an_absolute_deadline(hasty: Served, start: bytes) -> None:
    """Each byte comes well within the limit; only all of them together take too long."""
    with hasty.connect() as connection:
        connection.settimeout(0.02)
        connection.sendall(start)
        answer = b""
        for _ in range(500):
            try:
                connection.sendall(b"x")
                data = connection.recv(65536)
            except TimeoutError:
                continue
            except ConnectionError:
                break
            answer += data
            if not data:
                break
        else:
            pytest.fail("still connected")

    assert status(answer) == 408
    assert hasty.intake.rejected == {"request not finished in time": 1}


def test_silent_client_is_dropped(hasty: Served) -> None:
    with hasty.connect() as connection:
        assert connection.recv(1) == b""


def test_idle_connection_is_closed(hasty: Served) -> None:
    with hasty.connect() as connection:
        connection.sendall(GET)
        read_until(connection, b"OK")
        assert connection.recv(1) == b""


def test_request_that_waits_for_its_commit_has_no_deadline(hasty: Served) -> None:
    hasty.intake.holding = True
    with hasty.connect() as waiting, hasty.connect() as silent:
        waiting.sendall(GET_CLOSE)
        assert silent.recv(1) == b""  # its deadline has passed, and with it that of a request
        hasty.on_loop(lambda: hasty.intake.held.pop()(Receipt.OK))
        assert status(read_all(waiting)) == 200


def test_client_that_left_before_its_commit_harms_nobody(served: Served) -> None:
    served.intake.holding = True
    received = threading.Event()
    served.intake.on_receive = received.set
    with served.connect() as connection:
        connection.sendall(GET)
        assert received.wait(TIMEOUT_S)
    served.intake.holding = False

    served.on_loop(lambda: served.intake.held.pop()(Receipt.OK))

    assert served.curl("/ping/backup").status == 200


def test_half_closed_client_gets_its_answer(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(GET)
        connection.shutdown(socket.SHUT_WR)

        assert read_all(connection).endswith(b"OK")


def test_handler_that_raises_is_answered_without_a_traceback(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("secret detail")

    served.intake.on_receive = fail
    served.intake.holding = True

    reply = served.curl("/ping/backup")

    assert (reply.status, reply.body) == (500, b"internal error")
    assert "secret detail" in caplog.text
    served.intake.held.clear()


def test_stop_lets_waiting_requests_be_answered_and_closes_the_rest() -> None:
    with serve() as running:
        running.intake.holding = True
        received = threading.Event()
        running.intake.on_receive = received.set
        with running.connect() as waiting, running.connect() as silent:
            waiting.sendall(GET)
            assert received.wait(TIMEOUT_S)
            stopped = threading.Thread(target=lambda: running.wait(running.listener.stop()))
            stopped.start()
            assert silent.recv(1) == b""
            running.on_loop(lambda: running.intake.held.pop()(Receipt.OK))
            answer = read_all(waiting)
            stopped.join(TIMEOUT_S)

    assert status(answer) == 200
    assert b"Connection: close" in answer


def test_who_has_connected_before_the_stop_may_still_ask() -> None:
    with serve() as running, running.connect() as late, running.connect() as half:
        half.sendall(GET[:10])
        assert running.curl(f"/ping/{CODE}").status == 200  # those before it were accepted
        stopped = asyncio.run_coroutine_threadsafe(running.listener.stop(), running.loop)
        running.on_loop(lambda: None)  # it has begun
        late.sendall(GET)
        half.sendall(GET[10:])
        assert [status(read_all(late)), status(read_all(half))] == [200, 200]
        stopped.result(TIMEOUT_S)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=400),
        st.builds(
            b"".join,
            st.lists(
                st.sampled_from(PIECES),
                max_size=12,
            ),
        ),
    )
)
def test_no_bytes_harm_the_server(hasty: Served, data: bytes) -> None:
    with hasty.connect() as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        answer = read_all(connection)

    assert not answer or answer.startswith(b"HTTP/1.1 ")
    assert b" 500 " not in answer
    assert status(hasty.raw(GET_CLOSE)) == 200
    assert hasty.problems == []
