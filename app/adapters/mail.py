"""Mail over SMTP: one message, composed the same way every time, handed to the next server."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

import idna

from app.engine.printable import printable
from app.errors import Misconfigured, Rejected, Temporary

#: Seconds that a server may take for one answer.
TIMEOUT_SECONDS = 15.0

_MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")
# An atom with dots (RFC 5322, section 3.2.3): what every server takes.
_USER = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_HEADER_NAME = re.compile(r"X-[A-Za-z0-9-]{1,60}|List-Unsubscribe(?:-Post)?")
_ADDRESS_IN_REPLY = re.compile(r"<?[^\s<>]+@[^\s<>]+>?")
_PORTS = {"smtps": 465, "smtp": 25}
_SUBMISSION_PORT = 587


#: What is set as it is stays as it is; and only ASCII is sent, which every server takes.
_POLICY = policy.SMTP.clone(refold_source="none", cte_type="7bit")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it goes out. ``headers`` may add ``X-`` fields, and those of RFC 8058 for leaving a list.

    ``message_id`` (with its angle brackets) comes from the caller, so that a repeat after a crash is the same mail
    again and receivers see it once.
    """

    message_id: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A recipient the server did not take, with its reason. ``temporary``: it may take it later."""

    address: str
    reason: str
    temporary: bool


class SmtpMailer:
    """Sends through one server: ``smtp://user:password@host:port`` or ``smtps://…``.

    ``smtps`` is TLS from the start. With ``smtp``, STARTTLS is used wherever it is offered; with a user name it is
    required and the certificate checked, unless the server is on this machine. ``sender`` is an address, with or
    without a name. ``context`` replaces the system's certificate authorities.
    """

    def __init__(self, url: str, sender: str, *, context: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in _PORTS or not parts.hostname or port == -1:
            raise Misconfigured(
                "DESKWARDEN_SMTP_URL must look like smtp://user:password@host:587 or smtps://host:465.", code="smtp.url"
            )
        self._host = parts.hostname
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._implicit_tls = parts.scheme == "smtps"
        default = _SUBMISSION_PORT if self._user and not self._implicit_tls else _PORTS[parts.scheme]
        self._port = port or default
        self._context = context
        try:
            self._sender = parse_address(sender)
        except ValueError:
            raise Misconfigured(
                "DESKWARDEN_MAIL_FROM must be a mail address, like Deskwarden <deskwarden@example.com>.",
                code="smtp.sender",
            ) from None

    def send(self, mail: Mail, *, now: float) -> tuple[Refusal, ...]:
        """Hand the mail over, dated ``now``; return the recipients that were refused while others were taken.

        Raises Temporary (try again: the same Message-ID makes a repeat harmless), Rejected when no recipient is
        taken, and Misconfigured when the server does not let us send at all.
        """
        recipients, refused = _recipients(mail.to)
        content = compose(mail, self._sender, recipients, now).as_bytes()
        with _plain_errors():
            server = self._connect()
            try:
                refused += self._deliver(server, [address.addr_spec for address in recipients], content)
            finally:
                # The mail is away or it is not: what the server says to our good-bye changes nothing.
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    server.quit()
                server.close()
        return tuple(refused)

    def _connect(self) -> smtplib.SMTP:
        # Without a name of ours smtplib asks the resolver for one, which may take longer than the whole mail.
        name = self._sender.domain
        if self._implicit_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, name, timeout=TIMEOUT_SECONDS, context=self._tls(checked=True)
            )
        else:
            server = smtplib.SMTP(self._host, self._port, name, timeout=TIMEOUT_SECONDS)
        try:
            self._secure_and_log_in(server)
        except BaseException:
            server.close()
            raise
        return server

    def _secure_and_log_in(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        needed = bool(self._user) and not _is_loopback(self._host)
        if not self._implicit_tls:
            if server.has_extn("starttls"):
                server.starttls(context=self._tls(checked=needed))
                server.ehlo_or_helo_if_needed()
            elif needed:
                raise Misconfigured(
                    "The mail server offers no STARTTLS, so the password was not sent to it. Use smtps:// or a server "
                    "with STARTTLS in DESKWARDEN_SMTP_URL.",
                    code="smtp.tls",
                )
        if self._user:
            server.login(self._user, self._password)

    def _tls(self, *, checked: bool) -> ssl.SSLContext:
        if self._context is not None:
            return self._context
        context = ssl.create_default_context()
        if not checked:
            # Nothing secret is sent, and the alternative is no encryption at all (RFC 7435).
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _deliver(self, server: smtplib.SMTP, to: list[str], content: bytes) -> list[Refusal]:
        try:
            refused = server.sendmail(self._sender.addr_spec, to, content)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _reply in error.recipients.values()]
            words = _words(*next(iter(error.recipients.values())))
            if all(code >= 500 for code in codes):
                raise Rejected(f"The mail server refuses every recipient: {words}.", code="smtp.recipients") from None
            raise Temporary(f"The mail server takes no recipient now: {words}.", code="smtp.recipients") from None
        return [Refusal(address, _words(*reply), reply[0] < 500) for address, reply in refused.items()]


def compose(mail: Mail, sender: Address, recipients: tuple[Address, ...], now: float) -> EmailMessage:
    """Return the mail as a message: text and HTML as alternatives, marked as sent by a machine (RFC 3834).

    Line breaks and controls in names and subject become blanks. Raises ValueError for a Message-ID that is none.
    """
    if not _MESSAGE_ID.fullmatch(mail.message_id):
        raise ValueError("A Message-ID looks like <unique@host>.")
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = recipients
    message["Subject"] = _one_line(mail.subject, 300)
    message["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    # Microsoft's servers go by this one.
    message["X-Auto-Response-Suppress"] = "All"
    for name, value in mail.headers:
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError("Only X- headers and List-Unsubscribe can be added.")
        _add_header(message, name, _one_line(value, 500))
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def _add_header(message: EmailMessage, name: str, value: str) -> None:
    """Add a header as it is where it is an address: an encoded word, as long values become, is none (RFC 2369)."""
    if name.startswith("List-"):
        if not value.isascii():
            raise ValueError("An address in a header has only ASCII characters.")
        message.set_raw(name, value)
    else:
        message[name] = value


def parse_address(text: str) -> Address:
    """Return the address in ``Name <user@host>`` or ``user@host``. Raises ValueError when it is none.

    A host in other letters becomes its ASCII form; a user in other letters needs SMTPUTF8, which few servers offer,
    and is refused.
    """
    name, spec = parseaddr(text if text.isprintable() else "")
    user, _, host = spec.rpartition("@")
    # The parser takes the first address of whatever it is given; here the whole text is one, or none.
    whole = text.strip() == spec or text.strip().endswith(f"<{spec}>")
    if not whole or not _USER.fullmatch(user):
        raise ValueError("This is no mail address.")
    try:
        ascii_host = idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        raise ValueError("This is no mail address.") from None
    return Address(_one_line(name, 100), username=user, domain=ascii_host)


def _recipients(to: tuple[str, ...]) -> tuple[tuple[Address, ...], list[Refusal]]:
    """Sort out what is no address; raises Rejected when nothing is left."""
    good: dict[str, Address] = {}
    refused = []
    for text in to:
        try:
            address = parse_address(text)
            good.setdefault(address.addr_spec, address)
        except ValueError:
            refused.append(Refusal(printable(text, 100), "this is no mail address", temporary=False))
    if not good:
        raise Rejected(
            "The mail has no recipient with a proper address. Name one in the connection or in DESKWARDEN_NOTIFY.",
            code="smtp.recipients",
        )
    return tuple(good.values()), refused


def _one_line(text: str, limit: int) -> str:
    return printable(" ".join("".join(c if c.isprintable() else " " for c in text).split()), limit)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _words(code: int, reply: bytes | str) -> str:
    """Return a server's reply in a line, without the addresses that servers like to repeat."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    line = _ADDRESS_IN_REPLY.sub("(address)", " ".join(text.split()))
    return f"{code} {printable(line, 150)}".rstrip(" .")


@contextlib.contextmanager
def _plain_errors() -> Iterator[None]:
    """Say what happens next for every way SMTP fails."""
    try:
        yield
    except smtplib.SMTPNotSupportedError:
        raise Misconfigured(
            "The mail server does not offer what DESKWARDEN_SMTP_URL asks for (a login, most likely).",
            code="smtp.login",
        ) from None
    except smtplib.SMTPResponseException as error:
        raise _refused(error) from None
    except ssl.SSLCertVerificationError as error:
        raise Misconfigured(
            f"The certificate of the mail server is not to be trusted: {error.verify_message}. "
            "Check the host in DESKWARDEN_SMTP_URL.",
            code="smtp.tls",
        ) from None
    except (smtplib.SMTPException, OSError) as error:
        reason = printable(getattr(error, "strerror", None) or str(error), 150).rstrip(".") or "no answer"
        raise Temporary(f"The mail server cannot be reached or broke off: {reason}.", code="smtp.connection") from error


def _refused(error: smtplib.SMTPResponseException) -> Temporary | Rejected | Misconfigured:
    words = _words(error.smtp_code, error.smtp_error)
    if error.smtp_code < 500:
        return Temporary(f"The mail server asks to try later: {words}.", code="smtp.later", status=error.smtp_code)
    if isinstance(error, smtplib.SMTPDataError):
        return Rejected(f"The mail server refuses this mail: {words}.", code="smtp.content", status=error.smtp_code)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        about = "refuses the user name or password in DESKWARDEN_SMTP_URL"
    elif isinstance(error, smtplib.SMTPSenderRefused):
        about = "does not let us send as DESKWARDEN_MAIL_FROM"
    else:
        about = "does not serve us"
    return Misconfigured(f"The mail server {about}: {words}.", code="smtp.refused", status=error.smtp_code)
