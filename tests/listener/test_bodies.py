"""Long bodies: the beginning is kept, and the end goes along to be searched for numbers."""

from __future__ import annotations

from pathlib import Path

from pulsetui.core.text.output import KEPT, SEARCHED
from pulsetui.listener.http.heads import MAX_ENDS
from pulsetui.listener.http.limits import Limits
from tests.listener.served import Served, serve


def test_the_end_of_a_long_body_comes_along(served: Served, tmp_path: Path) -> None:
    body = b"noise\n" * 500_000 + b'"records": 42\n'
    path = tmp_path / "body"
    path.write_bytes(body)

    assert served.curl("/ping/backup", "--data-binary", f"@{path}").status == 200

    (arrival,) = served.intake.arrivals
    assert arrival.body == body[:KEPT]
    assert arrival.rest == body[-SEARCHED:]
    assert arrival.body_size == len(body)


def test_of_a_body_whose_end_matters_the_end_is_kept(served: Served, tmp_path: Path) -> None:
    body = b"records: 42\n" + b"noise\n" * 50_000 + b"the end\n"
    path = tmp_path / "body"
    path.write_bytes(body)

    served.curl("/ping/backup", "--data-binary", f"@{path}", "-H", "Pulsetui-Keep: end")
    served.curl("/ping/backup", "--data-binary", "short", "-H", "Pulsetui-Keep: end")

    long, short = served.intake.arrivals
    assert (long.body, long.rest, long.keeps_end) == (body[-KEPT:], body[:-KEPT], True)
    assert long.body_size == len(body)
    assert (short.body, short.rest, short.keeps_end) == (b"short", b"", False)


def test_a_body_that_is_kept_whole_has_no_rest(served: Served) -> None:
    served.curl("/ping/backup", "--data-binary", "records: 42")

    (arrival,) = served.intake.arrivals
    assert (arrival.body, arrival.rest, arrival.body_size) == (b"records: 42", b"", 0)


def test_a_body_that_is_not_read_to_its_end_ends_in_no_half_number(tmp_path: Path) -> None:
    path = tmp_path / "body"
    path.write_bytes(b"x" * 150_000 + b"7" * 500_000)
    with serve(limits=Limits(body=200_000)) as running:
        assert running.curl("/ping/backup", "--data-binary", f"@{path}").status == 200

        (arrival,) = running.intake.arrivals
        assert arrival.rest == b"x" * 50_000


def test_the_memory_for_ends_is_bounded(served: Served) -> None:
    """Many clients with long bodies at once cost no more than some dozens; a ping after them has its own."""
    head = b"POST /ping/backup HTTP/1.1\r\nContent-Length: 200000\r\n\r\n"
    connections = [served.connect() for _ in range(MAX_ENDS + 3)]
    for connection in connections:
        connection.sendall(head + b"x" * 150_000)
    for connection in connections:
        connection.sendall(b"y" * 50_000)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        connection.close()
    rests = [len(arrival.rest) for arrival in served.intake.arrivals]
    assert len(rests) == MAX_ENDS + 3
    assert set(rests) <= {0, 100_000}
    assert rests.count(100_000) >= MAX_ENDS

    assert served.raw(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + b"x" * 200_000)
    assert len(served.intake.arrivals[-1].rest) == 100_000
