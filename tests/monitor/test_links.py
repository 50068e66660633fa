"""Links that answer an alert: what they say, and for how long and how often they are good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.client.alert import Alert, AlertEvent, Verb
from pulsetui.core.state.status import PingKind
from pulsetui.errors import StoreError
from pulsetui.monitor.answering.answers import AlertAnswers
from pulsetui.monitor.answering.links import FILE, LIFETIME, LinkDesk, SignedLinks
from tests.monitor.harness import FakeClock, Harness, full_disk, running
from tests.monitor.test_answers import CONFIG, key

PUBLIC = f'{CONFIG}\n[listener]\npublic_url = "https://pulse.example.org/"\n'
UNTIL = datetime(2026, 12, 1, tzinfo=UTC)
LINKS = SignedLinks(b"k" * 32)


def desk_of(engine: Harness) -> LinkDesk:
    return LinkDesk(engine.engine, AlertAnswers(engine.engine))


def alert(of: str, event: AlertEvent = AlertEvent.DOWN) -> Alert:
    return Alert(event=event, at=UNTIL, title="t", body="b", slug="one", key=of)


def token_of(desk: LinkDesk, of: str, verb: Verb = "acknowledge") -> str:
    prefix = "https://pulse.example.org/a/"
    url = desk.url(verb, alert(of))
    assert url.startswith(prefix)
    return url.removeprefix(prefix)


@given(
    st.text(max_size=60).filter(lambda text: "\ud800" not in text), st.sampled_from(["acknowledge", "snooze"])
)
def test_a_token_says_what_was_put_in(of: str, verb: Verb) -> None:
    claim = LINKS.read(LINKS.token(verb, of, UNTIL))
    if claim is not None:  # a very long one is not read again
        assert (claim.verb, claim.key, claim.until) == (verb, of, UNTIL)


@given(st.integers(0, 2**32), st.integers(0, 7))
def test_a_token_with_one_bit_changed_is_not_ours(at: int, bit: int) -> None:
    from base64 import urlsafe_b64decode, urlsafe_b64encode

    token = LINKS.token("acknowledge", "uuid-1", UNTIL)
    whole = bytearray(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    whole[at % len(whole)] ^= 1 << bit
    assert LINKS.read(urlsafe_b64encode(whole).rstrip(b"=").decode()) is None


@given(st.text(max_size=400))
def test_garbage_is_not_ours(token: str) -> None:
    assert LINKS.read(token) is None


def test_the_key_of_another_directory_reads_nothing_and_no_two_links_are_the_same() -> None:
    tokens = {LINKS.token("acknowledge", "uuid-1", UNTIL) for _ in range(50)}
    assert len(tokens) == 50
    assert all(SignedLinks(b"j" * 32).read(token) is None for token in tokens)


async def test_a_link_acknowledges_once_and_remembers_it_over_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock, config=PUBLIC) as engine:
        await engine.ping("one", PingKind.FAIL)
        desk = desk_of(engine)
        token = token_of(desk, key(engine))
        state = desk.look(token)
        assert state is not None
        assert (state.name, state.expired, state.used_at) == ("One", False, None)
        assert await desk.use(state.claim, "ann") == "One is acknowledged by ann via link"
        assert await desk.use(state.claim, "ann") is None
    async with running(tmp_path, clock, config=None) as engine:
        desk = desk_of(engine)
        again = desk.look(token)
        assert again is not None
        assert again.used_at == clock.now()
        assert await desk.use(again.claim, "eve") is None
    assert (tmp_path / "state" / FILE).stat().st_mode & 0o777 == 0o600


async def test_a_link_expires_and_what_was_used_is_forgotten_then(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock, config=PUBLIC) as engine:
        await engine.ping("one", PingKind.FAIL)
        desk = desk_of(engine)
        token = token_of(desk, key(engine), "snooze")
        state = desk.look(token)
        assert state is not None
        assert await desk.use(state.claim, "") == "One is snoozed until 01:00 UTC by somebody via link"
        clock.run(LIFETIME)
        late = desk.look(token)
        assert late is not None
        assert late.expired
        desk_of(engine)
    assert (tmp_path / "state" / FILE).read_text() == ""


async def test_a_link_that_could_not_be_used_is_as_good_as_before(tmp_path: Path) -> None:
    async with running(tmp_path, config=PUBLIC) as engine:
        await engine.ping("one", PingKind.FAIL)
        desk = desk_of(engine)
        state = desk.look(token_of(desk, key(engine)))
        assert state is not None
        with full_disk(), pytest.raises(StoreError):
            await desk.use(state.claim, "ann")
        assert await desk.use(state.claim, "ann") == "One is acknowledged by ann via link"


async def test_where_there_is_nothing_to_answer_there_is_no_link(tmp_path: Path) -> None:
    async with running(tmp_path, config=PUBLIC) as engine:
        desk = desk_of(engine)
        assert desk.url("acknowledge", alert("")) == ""
        assert desk.url("acknowledge", alert("x-1", AlertEvent.UP)) == ""
        state = desk.look(token_of(desk, "00000000-0000-4000-8000-000000000000-1"))
        assert state is not None
        assert state.name == ""
    async with running(tmp_path, config=CONFIG) as engine:
        assert desk_of(engine).url("acknowledge", alert("x-1")) == ""


@pytest.mark.parametrize("content", [b"\xff\xfe", b"one two\n", b"a b c\n" * 3])
async def test_a_broken_list_of_used_links_harms_nobody(tmp_path: Path, content: bytes) -> None:
    async with running(tmp_path, config=PUBLIC) as engine:
        (engine.engine.state_dir / FILE).write_bytes(content)
        await engine.ping("one", PingKind.FAIL)
        desk = desk_of(engine)
        state = desk.look(token_of(desk, key(engine)))
        assert state is not None
        assert await desk.use(state.claim, "ann") is not None
        assert engine.clock.now() + timedelta(days=1) < state.claim.until
