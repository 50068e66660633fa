"""Notifies by e-mail: one plain message for each alert, all of one incident in one thread."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.config.address import is_loopback
from pulsetui.config.secret import masked
from pulsetui.core.text.clean import clean
from pulsetui.errors import HookError
from pulsetui.hooks.facts import facts
from pulsetui.hooks.hook import Hook, HookContext, HookKind, LinksFor, Options, always, no_links
from pulsetui.hooks.http import secrets_in
from pulsetui.hooks.in_thread import OneThread
from pulsetui.hooks.next_steps import next_steps
from pulsetui.hooks.options import (
    OptionError,
    OptionReader,
    file_path,
    line,
    one_of,
    parsed,
    validator,
    whole,
)

if TYPE_CHECKING:
    from email.message import EmailMessage

_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
_TIMEOUT_S: Final = 30.0
_MARGIN_S: Final = 5.0
"""The worker waits this much longer than our own bound, so that the better message wins."""
_MAX_SUBJECT: Final = 200
_MAX_ERROR: Final = 200
_MAX_RECIPIENTS: Final = 50
_REMEMBERED: Final = 500
"""Messages of which is known who has them already, while others still wait for them."""
_NAMED: Final = re.compile(r'(?:"?(?P<name>[^"<>@,]*?)"?\s*)<(?P<address>[^<>\s]+)>')
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9_.-]{1,253}")
_HOST: Final = re.compile(r"[A-Za-z0-9_.:-]{1,253}")


class Mailbox(Struct, frozen=True):
    """``PulseTUI <pulse@example.org>``"""

    name: str
    address: str


class EmailOptions(Struct, frozen=True, kw_only=True):
    """``[hooks.NAME]`` with ``type = "email"``."""

    host: str
    sender: Mailbox
    to: tuple[Mailbox, ...]
    port: int
    security: str = "starttls"  # tls: from the first byte; none: in clear
    user: str = ""
    password: str = ""
    ca: str = ""  # file with the certificates (PEM) of the authorities to trust instead of the system's
    timeout_s: float = _TIMEOUT_S


class EmailHook(Hook):
    """One message to all recipients."""

    digest = True
    acknowledges = True

    def __init__(
        self, options: EmailOptions, links: LinksFor = no_links, secrets: Collection[str] = ()
    ) -> None:
        self._options = options
        self._links = links
        self._secrets = secrets
        self._thread = OneThread("pulsetui-email")
        self._have: dict[str, frozenset[str]] = {}
        self.timeout_s = options.timeout_s + _MARGIN_S

    async def send(self, alert: Alert) -> None:
        from pulsetui.hooks.smtp import MailTask, SmtpError

        options = self._options
        message = message_of(alert, options, self._links)
        number = str(message["Message-ID"])
        have = self._have.get(number, frozenset())
        task = MailTask(options, message, [one.address for one in options.to if one.address not in have])
        try:
            refused = await self._thread.run(task.run, options.timeout_s, task.abort)
        except SmtpError as error:
            raise self._failed(str(error), permanent=error.permanent) from None
        except HookError as error:
            raise self._failed(f"{options.host} {error}") from None
        if not refused:
            self._have.pop(number, None)
            return
        # The others have it. Only who has not is tried again.
        self._remember(number, have | (set(task.recipients) - set(refused)))
        why = "; ".join(f"{one}: {error}" for one, error in refused.items())
        raise self._failed(f"not taken for {why}", permanent=all(e.permanent for e in refused.values()))

    def _remember(self, number: str, have: frozenset[str]) -> None:
        self._have[number] = have
        while len(self._have) > _REMEMBERED:
            del self._have[next(iter(self._have))]

    def _failed(self, why: str, *, permanent: bool = False) -> HookError:
        return HookError(clean(masked(why, self._secrets), _MAX_ERROR), permanent=permanent)


def message_of(alert: Alert, options: EmailOptions, links: LinksFor = no_links) -> EmailMessage:
    """The message, without what differs from one try to the next but its date: who gets it twice can see
    so by its Message-ID."""
    from email.headerregistry import Address
    from email.message import EmailMessage
    from email.policy import SMTP
    from email.utils import localtime

    known = facts(alert)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = clean(known["title"], _MAX_SUBJECT) or "PulseTUI"
    message["From"] = Address(options.sender.name, addr_spec=options.sender.address)
    message["To"] = [Address(one.name, addr_spec=one.address) for one in options.to]
    message["Date"] = localtime()
    number, thread = _numbers(alert, options.sender.address)
    message["Message-ID"] = number
    if thread and thread != number:
        message["In-Reply-To"] = thread
        message["References"] = thread
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday is to answer
    if alert.event is AlertEvent.DOWN and not alert.drill:
        message["Importance"] = "high"
    if slug := _header_word(alert.slug):
        message["X-PulseTUI-Check"] = slug
    parts = [known["body"], "\n".join(next_steps(alert, links(alert)))]
    message.set_content("\n\n".join(part for part in parts if part) + "\n", cte="quoted-printable")
    return message


def _numbers(alert: Alert, sender: str) -> tuple[str, str]:
    """The Message-ID, and that of the thread: of the first word on the incident."""
    from hashlib import blake2b

    domain = sender.rpartition("@")[2]
    at = int(alert.at.timestamp())
    if not alert.key:
        known = f"{alert.event}\0{alert.slug}\0{alert.title}\0{alert.body}"
        told = blake2b(known.encode("utf-8", "replace"), digest_size=12).hexdigest()
        return f"<pulsetui.{at}.{told}@{domain}>", ""
    key = blake2b(alert.key.encode("utf-8", "replace"), digest_size=12).hexdigest()
    thread = f"<pulsetui.{key}@{domain}>"
    if alert.event is AlertEvent.DOWN and not alert.reminder:
        return thread, thread
    return f"<pulsetui.{key}.{alert.event}.{at}.{alert.reminder}@{domain}>", thread


def _header_word(slug: str) -> str:
    return clean(slug, 100).encode("ascii", "replace").decode()


def _read(reader: OptionReader) -> EmailOptions:
    security = reader.take("security", one_of(*_PORTS), "starttls")
    nobody = Mailbox("", "nobody@localhost")
    options = EmailOptions(
        host=reader.require("host", _host, "localhost", 'host = "smtp.example.org"'),
        port=reader.take("port", whole(1, 65535), _PORTS[security]),
        security=security,
        user=reader.take("user", line, ""),
        password=reader.secret("password", line, ""),
        sender=reader.require("from", _mailbox, nobody, 'from = "PulseTUI <pulse@example.org>"'),
        to=reader.require("to", _mailboxes, (nobody,), 'to = ["ann@example.org"]'),
        ca=reader.take("ca", file_path, ""),
        timeout_s=reader.span("timeout", _TIMEOUT_S),
    )
    if bool(options.user) != bool(options.password):
        missing = "password" if options.user else "user"
        reader.report(missing, "is missing: a login has user and password")
    if security == "none" and options.password and not is_loopback(options.host):
        reader.report("security", 'would send the password in clear; write "starttls" or "tls"')
    return options


def _host(value: object) -> str:
    host = line(value)
    if not _HOST.fullmatch(host):
        raise OptionError("must be the name or address of a mail server; its port stands in port = …")
    return host


def _mailbox(value: object) -> Mailbox:
    written = line(value)
    named = _NAMED.fullmatch(written)
    box = Mailbox(named["name"].strip(), named["address"]) if named else Mailbox("", written)
    local, _, domain = box.address.rpartition("@")
    dotted = all(part and not part.startswith(".") and ".." not in part for part in (local, domain))
    if not _ADDRESS.fullmatch(box.address) or not dotted or local.endswith("."):
        raise OptionError('must be an address like "ann@example.org" or "Ann <ann@example.org>"')
    return box


def _mailboxes(value: object) -> tuple[Mailbox, ...]:
    written = value if isinstance(value, list | tuple) else [value]
    if not 1 <= len(written) <= _MAX_RECIPIENTS:
        raise OptionError(f"must be a list of 1 to {_MAX_RECIPIENTS} addresses")
    return tuple(map(_mailbox, written))


def _build(options: Options, context: HookContext) -> Hook:
    return EmailHook(parsed(_read, options), context.links, secrets_in({"password": options.get("password")}))


KIND: Final = HookKind(type="email", options=validator(_read), build=_build, acknowledges=always)
