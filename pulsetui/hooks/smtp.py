"""Hands one message to a mail server, in a thread, so that another thread can end it at any time.

Certificates are verified. STARTTLS is required where it is asked for: a server that does not offer it, or
somebody in between who takes the offer out, gets neither login nor message.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from typing import Protocol

from pulsetui.core.text.clean import clean, decode

_MAX_SAID = 150
_READY = 220
_LOGIN_NEEDED = 530


class MailServer(Protocol):
    """What of ``kinds.email.EmailOptions`` matters here."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def security(self) -> str: ...
    @property
    def user(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def ca(self) -> str: ...
    @property
    def timeout_s(self) -> float: ...


class SmtpError(Exception):
    """It was not taken. ``permanent`` where the server refused this very message or recipient for good; not
    where it refused the login, which may be mended while the message waits."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class MailTask:
    """One try. ``run`` blocks; ``abort`` may be called from another thread."""

    def __init__(self, server: MailServer, message: EmailMessage, recipients: Sequence[str]) -> None:
        self._server = server
        self._message = message
        self._sender = message["From"].addresses[0].addr_spec
        self.recipients = recipients
        self._socket: socket.socket | None = None
        self._aborted = False

    def run(self) -> Mapping[str, SmtpError]:
        """The recipients that were refused; the others have it. Raises SmtpError when nobody has."""
        place = f"{self._server.host}:{self._server.port}"
        try:
            return self._deliver()
        except ssl.SSLCertVerificationError as error:
            raise SmtpError(f"the certificate of {place} is not valid: {error.verify_message}") from None
        except ssl.SSLError as error:
            reason = error.reason or "?"
            raise SmtpError(f"{place} does not speak TLS as it should: {reason}") from None
        except smtplib.SMTPNotSupportedError as error:
            raise SmtpError(self._lacks(place, error)) from None
        except smtplib.SMTPAuthenticationError as error:
            raise SmtpError(
                f"{place} refuses the login: {_said(error.smtp_code, error.smtp_error)}"
            ) from None
        except smtplib.SMTPRecipientsRefused as error:
            return _refused(error.recipients)
        except smtplib.SMTPResponseException as error:
            said = _said(error.smtp_code, error.smtp_error)
            raise SmtpError(f"{place} refuses: {said}", permanent=_for_good(error)) from None
        except socket.gaierror:
            raise SmtpError(f"there is no host by that name: {self._server.host}") from None
        except TimeoutError:
            raise SmtpError(f"{place} does not answer") from None
        except (OSError, smtplib.SMTPException) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise SmtpError(f"{place} cannot be used: {clean(why, _MAX_SAID)}") from None

    def abort(self) -> None:
        """Makes ``run`` fail at once, wherever it is after the look-up of the host's name."""
        self._aborted = True
        if self._socket is not None:
            try:
                socket.socket.shutdown(
                    self._socket, socket.SHUT_RDWR
                )  # not TLS's, which the other thread uses
            except OSError:
                pass  # it is closed already

    def _deliver(self) -> Mapping[str, SmtpError]:
        server = self._server
        secure = None if server.security == "none" else ssl.create_default_context(cafile=server.ca or None)
        with _Connection(self, secure) as smtp:
            code, said = smtp.connect(server.host, server.port)
            if code != _READY:
                raise smtplib.SMTPConnectError(code, said)
            smtp.ehlo_or_helo_if_needed()
            if server.security == "starttls":
                smtp.begin_tls()
            if server.user:
                smtp.login(server.user, server.password)
            refused = smtp.send_message(self._message, self._sender, list(self.recipients))
        return _refused(refused)

    def connected(self, sock: socket.socket) -> None:
        """The connection is there; from now on it can be aborted."""
        self._socket = sock
        if self._aborted:
            raise TimeoutError

    @property
    def server(self) -> MailServer:
        return self._server

    def _lacks(self, place: str, error: Exception) -> str:
        if "STARTTLS" in str(error):
            other = 'write security = "tls" if it speaks TLS from the first byte'
            return f"{place} offers no STARTTLS, so nothing was sent; {other}"
        return f"{place} lacks what is needed: {clean(str(error), _MAX_SAID)}"


class _Connection(smtplib.SMTP):
    """smtplib's, but its sockets can be shut from outside at any time, and no farewell is waited for."""

    def __init__(self, task: MailTask, secure: ssl.SSLContext | None) -> None:
        self._task = task
        self._secure = secure
        super().__init__(timeout=task.server.timeout_s, local_hostname=_own_name())

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = socket.create_connection((host, port), timeout)
        try:
            self._task.connected(sock)
        except TimeoutError:
            sock.close()
            raise
        return self._wrapped(sock) if self._task.server.security == "tls" else sock

    def begin_tls(self) -> None:
        """smtplib's starttls cannot be aborted while it shakes hands."""
        self.ehlo_or_helo_if_needed()
        if not self.has_extn("starttls"):
            raise smtplib.SMTPNotSupportedError("STARTTLS")
        code, said = self.docmd("STARTTLS")
        if code != _READY:
            raise smtplib.SMTPResponseException(code, said)
        assert self.sock is not None
        self.sock = self._wrapped(self.sock)
        # What was said in clear counts no more (RFC 3207), nor what somebody sent ahead of the handshake.
        self.file = None
        self.ehlo_resp = self.helo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False
        self.ehlo()

    def _wrapped(self, sock: socket.socket) -> ssl.SSLSocket:
        assert self._secure is not None
        host = self._task.server.host
        wrapped = self._secure.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
        try:
            self._task.connected(wrapped)
            wrapped.do_handshake()
        except BaseException:
            wrapped.close()
            raise
        return wrapped

    def __exit__(self, *args: object) -> None:
        """The message is taken, or is not: what a server says to QUIT, or does not, changes nothing."""
        try:
            if args[0] is None and self.sock is not None:
                self.putcmd("quit")
        except (OSError, smtplib.SMTPException):
            pass
        self.close()


def _own_name() -> str:
    """For EHLO. Not smtplib's way: it looks the name up, which can take long."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"


def _refused(recipients: Mapping[str, tuple[int, bytes]]) -> Mapping[str, SmtpError]:
    return {
        one: SmtpError(_said(code, said), permanent=500 <= code < 600)
        for one, (code, said) in recipients.items()
    }


def _for_good(error: smtplib.SMTPResponseException) -> bool:
    """Of a sender or a message that is refused. 5xx to anything before (EHLO, STARTTLS) is the server's
    state, not the message's."""
    return isinstance(error, smtplib.SMTPDataError | smtplib.SMTPSenderRefused) and (
        500 <= error.smtp_code < 600 and error.smtp_code != _LOGIN_NEEDED
    )


def _said(code: int, text: bytes | str) -> str:
    words = clean(decode(text) if isinstance(text, bytes) else text, _MAX_SAID)
    return f"{code} {words}".rstrip()
