"""E-mails to real mail servers: what arrives, and how each server's no is taken."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.errors import HookError
from pulsetui.hooks.digest import digest
from pulsetui.hooks.hook import Hook, HookContext, Links
from pulsetui.hooks.kinds.email import KIND
from tests.hooks.fakes import an_alert
from tests.hooks.receivers import hook_of, problems_of
from tests.hooks.test_http import certificate

KEY = "11111111-2222-4333-8444-555555555555-7"
LINKS = Links(acknowledge="https://pulse.example.org/a/ack", snooze="https://pulse.example.org/a/snz")


class Mailbox:
    """Takes messages, or says no as ``refuse`` and ``refused`` tell it."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[Sequence[str]] = []
        self.secure: list[bool] = []
        self.refuse = ""  # the answer to DATA
        self.refused: dict[str, str] = {}  # address: the answer to its RCPT

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse:
            return self.refuse
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.recipients.append(tuple(envelope.rcpt_tos))
        assert server.transport is not None
        self.secure.append(bool(server.transport.get_extra_info("ssl_object")))
        return "250 OK"

    def one(self) -> EmailMessage:
        assert len(self.messages) == 1
        return self.messages[0]


def logins(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
    right = LoginPassword(b"pulse", b"correct horse")
    return AuthResult(success=given == right, handled=False)


@contextmanager
def mail_server(box: Mailbox, **options: Any) -> Iterator[int]:
    """Its port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def mail(port: int, context: HookContext | None = None, **options: Any) -> Hook:
    usual = {"host": "127.0.0.1", "port": port, "security": "none", "from": "PulseTUI <pulse@example.org>"}
    return hook_of(KIND, context, **{**usual, "to": ["ann@example.org"], **options})


def text_of(message: EmailMessage) -> str:
    content: str = message.get_content()
    return content.replace("\r\n", "\n")


def down(**changes: Any) -> Alert:
    return an_alert(key=KEY, **changes)


async def test_a_message_says_what_is_wrong_and_what_to_do_next() -> None:
    with mail_server(box := Mailbox()) as port:
        await mail(port).send(down())
    message = box.one()
    assert message["Subject"] == "sync-invoices is overdue"
    assert message["From"] == "PulseTUI <pulse@example.org>"
    assert message["To"] == "ann@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Importance"] == "high"
    assert text_of(message) == (
        "Due at 02:00.\nLast success yesterday.\n\n"
        "Look further: pulsetui show sync-invoices\nAcknowledge: pulsetui ack sync-invoices\n"
    )


async def test_where_there_are_links_a_message_carries_them() -> None:
    context = HookContext(publish=lambda alert: 0, links=lambda alert: LINKS)
    with mail_server(box := Mailbox()) as port:
        await mail(port, context).send(down())
    assert "Acknowledge: https://pulse.example.org/a/ack\nSnooze 1 h: https://" in text_of(box.one())


async def test_all_of_one_incident_stands_in_one_thread_and_nothing_else_does() -> None:
    with mail_server(box := Mailbox()) as port:
        hook = mail(port)
        for alert in (
            down(),
            down(reminder=1),
            an_alert(event=AlertEvent.ACKNOWLEDGED, key=KEY),
            an_alert(event=AlertEvent.UP, key=KEY),
            an_alert(key="other-1"),
        ):
            await hook.send(alert)
    first, *rest, other = box.messages
    assert "References" not in first
    assert [message["References"] for message in rest] == [first["Message-ID"]] * 3
    assert [message["In-Reply-To"] for message in rest] == [first["Message-ID"]] * 3
    assert "References" not in other
    assert len({message["Message-ID"] for message in box.messages}) == 5
    assert KEY not in first["Message-ID"]


async def test_what_is_sent_twice_has_the_same_number() -> None:
    with mail_server(box := Mailbox()) as port:
        for _ in range(2):
            await mail(port).send(an_alert(event=AlertEvent.UP, key=KEY))
    assert box.messages[0]["Message-ID"] == box.messages[1]["Message-ID"]


async def test_recoveries_digests_and_drills_read_right() -> None:
    storm = digest([an_alert(f"job-{n}") for n in range(8)])
    with mail_server(box := Mailbox()) as port:
        hook = mail(port)
        for alert in (an_alert(event=AlertEvent.UP, key=KEY), storm, down(drill=True)):
            await hook.send(alert)
    up, many, drill = box.messages
    assert up["Subject"] == "sync-invoices is up"
    assert "pulsetui" not in text_of(up)
    assert many["Subject"].startswith("8 checks are overdue: ")
    assert text_of(many).count("Job ") == 8
    assert "pulsetui" not in text_of(many)
    assert drill["Subject"] == "DRILL: sync-invoices is overdue"
    assert drill["Importance"] is None


async def test_no_text_of_an_alert_leaves_its_place() -> None:
    evil = "a\r\nBcc: eve@example.org\r\n\r\n.\r\nQUIT\x00\x1b[31m \u202eü\U0001f600 " + "x" * 3000
    with mail_server(box := Mailbox()) as port:
        await mail(port).send(down(title=evil, slug=evil, name=evil, body=f"{evil}\n.\n{evil}"))
    message = box.one()
    assert message["Bcc"] is None
    assert message["Subject"].startswith("a Bcc: eve@example.org . QUIT ü")
    assert len(message["Subject"]) == 200
    assert box.recipients == [("ann@example.org",)]
    assert text_of(message).count("\n.\n") >= 1
    assert not message.is_multipart()


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_the_login_goes_over_tls(tmp_path: Path, security: str) -> None:
    tls = certificate(tmp_path)
    how: dict[str, Any] = {"tls_context": tls, "require_starttls": True}
    if security == "tls":
        how = {"ssl_context": tls, "auth_require_tls": False}
    login: dict[str, Any] = {"user": "pulse", "password": "correct horse", "ca": str(tmp_path / "cert.pem")}
    with mail_server(box := Mailbox(), authenticator=logins, auth_required=True, **how) as port:
        await mail(port, security=security, **login).send(down())
        with pytest.raises(HookError, match=r"refuses the login: 535") as caught:
            await mail(port, security=security, **{**login, "password": "wrong battery"}).send(down())
    assert box.secure == [True]
    assert not caught.value.permanent
    assert "battery" not in str(caught.value)


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_of_nobody_known_is_refused(tmp_path: Path, security: str) -> None:
    how = {"ssl_context" if security == "tls" else "tls_context": certificate(tmp_path)}
    invalid = pytest.raises(HookError, match=r"the certificate of 127.0.0.1:\d+ is not valid: self")
    with mail_server(box := Mailbox(), **how) as port, invalid:
        await mail(port, security=security).send(down())
    assert box.messages == []


async def test_where_no_starttls_is_offered_nothing_is_sent() -> None:
    refused = pytest.raises(HookError, match="offers no STARTTLS, so nothing was sent")
    with mail_server(box := Mailbox()) as port, refused as caught:
        await mail(port, security="starttls").send(down())
    assert box.messages == []
    assert not caught.value.permanent


@pytest.mark.parametrize(("answer", "permanent"), [("451 try later", False), ("554 spam", True)])
async def test_a_message_is_refused_for_now_or_for_good(answer: str, permanent: bool) -> None:
    box = Mailbox()
    box.refuse = answer
    with mail_server(box) as port, pytest.raises(HookError, match=f"refuses: {answer}") as caught:
        await mail(port).send(down())
    assert caught.value.permanent is permanent


async def test_who_has_it_already_does_not_get_it_again_while_another_waits() -> None:
    box = Mailbox()
    box.refused = {"bob@example.org": "450 greylisted"}
    with mail_server(box) as port:
        hook = mail(port, to=["ann@example.org", "bob@example.org"])
        with pytest.raises(HookError, match=r"not taken for bob@example.org: 450 greylisted") as caught:
            await hook.send(down())
        assert not caught.value.permanent
        box.refused = {}
        await hook.send(down())
        await hook.send(an_alert(event=AlertEvent.UP, key=KEY))
    both = ("ann@example.org", "bob@example.org")
    assert box.recipients == [("ann@example.org",), ("bob@example.org",), both]


async def test_recipients_that_are_all_unknown_are_refused_for_good() -> None:
    box = Mailbox()
    box.refused = {"ann@example.org": "550 no such user"}
    with mail_server(box) as port, pytest.raises(HookError, match="550 no such user") as caught:
        await mail(port).send(down())
    assert caught.value.permanent


@pytest.mark.parametrize("greeting", [b"", b"220 hello\r\n", b"2", b"421 full\r\n", b"\xff\x00garbage\r\n"])
async def test_a_server_that_stalls_or_talks_nonsense_leaves_no_thread_behind(greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []

        def greet() -> None:
            client, _ = server.accept()
            held.append(client)
            client.sendall(greeting)

        greeter = threading.Thread(target=greet)
        greeter.start()
        hook = mail(server.getsockname()[1], timeout="1s")
        with pytest.raises(HookError) as caught:
            await hook.send(down())
        greeter.join(10)
        for client in held:
            client.close()
    assert not caught.value.permanent
    await no_thread()


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
async def test_a_cancelled_send_ends_its_thread(security: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        sending = asyncio.ensure_future(mail(server.getsockname()[1], security=security).send(down()))
        client, _ = await asyncio.to_thread(server.accept)
        if security == "starttls":
            client.sendall(b"220 hi\r\n")
            assert await asyncio.to_thread(client.recv, 4) == b"ehlo"
            client.sendall(b"250-hi\r\n250 STARTTLS\r\n220 go\r\n")
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await no_thread()
        client.close()


async def no_thread() -> None:
    """Waits until none of the hook's is left; the test's own time-out is the bound."""
    for thread in threading.enumerate():
        if thread.name == "pulsetui-email":
            await asyncio.to_thread(thread.join)


async def test_a_host_that_is_not_there_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(HookError, match=f"127.0.0.1:{port} cannot be used: Connection refused"):
        await mail(port).send(down())


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"host": None}, "host", "is missing"),
        ({"to": []}, "to", "1 to 50"),
        ({"to": "ann"}, "to", "must be an address"),
        ({"to": ["a@b\r\nBcc: c@d"]}, "to", "control character"),
        ({"from": "a..b@example.org"}, "from", "must be an address"),
        ({"from": "Ann <a@example.org>, Eve <e@example.org>"}, "from", "must be an address"),
        ({"security": "ssl"}, "security", "must be one of starttls, tls, none"),
        ({"security": "none", "user": "u", "password": "pw"}, "security", "in clear"),
        ({"user": "u"}, "password", "is missing"),
        ({"port": 0}, "port", "1 to 65535"),
    ],
)
def test_wrong_options_are_explained(changes: dict[str, Any], field: str, says: str) -> None:
    options = {"host": "smtp.example.org", "from": "a@example.org", "to": ["b@example.org"], **changes}
    options = {name: value for name, value in options.items() if value is not None}
    [(name, message)] = problems_of(KIND, options)
    assert name == field
    assert says in message


def test_ports_follow_from_the_security() -> None:
    from pulsetui.hooks.kinds.email import EmailHook

    for security, port in (("starttls", 587), ("tls", 465), ("none", 25)):
        hook = hook_of(KIND, host="h", security=security, **{"from": "a@b.c", "to": "d@e.f"})
        assert isinstance(hook, EmailHook)
        assert hook._options.port == port
