"""A job may ask for the engine of its own state directory; kept reports come with their own instant."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.listener.fakes import STATE_ID
from tests.listener.served import Served


@pytest.mark.parametrize("wanted", [STATE_ID, "*"])
@pytest.mark.parametrize(("slug", "status"), [("backup", 200), ("nope", 404)])
def test_an_answer_proves_whose_it_is_when_that_is_asked(
    served: Served, wanted: str, slug: str, status: int
) -> None:
    reply = served.curl(f"/ping/{slug}", "-H", f"Pulsetui-State: {wanted}")

    assert (reply.status, reply.headers["pulsetui-state"]) == (status, STATE_ID)


@pytest.mark.parametrize("wanted", ["f" * 24, "x", STATE_ID.upper(), "**"])
def test_a_report_for_another_state_is_not_taken(served: Served, wanted: str) -> None:
    reply = served.curl("/ping/backup", "-H", f"Pulsetui-State: {wanted}")

    assert (reply.status, served.intake.arrivals, served.intake.rejected) == (421, [], {})


def test_whoever_does_not_ask_is_told_nothing(served: Served) -> None:
    assert "pulsetui-state" not in served.curl("/ping/backup").headers


def test_a_kept_report_has_its_own_instant(served: Served) -> None:
    served.curl("/ping/backup", "-H", "Pulsetui-At: 1794812645000123456")
    served.curl("/ping/backup")

    assert [arrival.at for arrival in served.intake.arrivals] == [
        datetime.fromtimestamp(1794812645, UTC).replace(microsecond=123),
        None,
    ]


@pytest.mark.parametrize("told", ["soon", "-5", "1e9", "9" * 20, "9" * 30, "²"])
def test_an_instant_that_is_none_is_said_and_the_ping_counts(served: Served, told: str) -> None:
    reply = served.curl("/ping/backup", "-H", f"Pulsetui-At: {told}")

    (arrival,) = served.intake.arrivals
    assert (reply.status, arrival.at) == (200, None)
    assert "cannot be read" in reply.headers["pulsetui-warning"]
