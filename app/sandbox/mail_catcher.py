"""A mail server that keeps what it is sent and delivers nothing, so that a demo can show its mails."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Mail:
    """One mail as it came. ``at`` is unix seconds; ``text`` and ``html`` are empty where there is no such part."""

    number: int
    at: float
    sender: str
    recipients: tuple[str, ...]
    message_id: str
    subject: str
    text: str
    html: str

    def to_dict(self) -> dict[str, Any]:
        """Return the mail, JSON-ready."""
        return {
            "number": self.number,
            "at": self.at,
            "from": self.sender,
            "to": list(self.recipients),
            "message_id": self.message_id,
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
        }


class MailCatcher:
    """The server and its box. ``port`` 0 takes any free one."""

    def __init__(self, host: str, port: int, *, keep: int = 500) -> None:
        self._lock = threading.Lock()
        self._mails: list[Mail] = []
        self._count = 0
        self._keep = keep
        #: The port it listens on.
        self.port = port or _free_port(host)
        self._controller = Controller(self, hostname=host, port=self.port, ready_timeout=10)

    def start(self) -> None:
        """Start listening, in a thread of its own."""
        self._controller.start()

    def stop(self) -> None:
        """Stop listening."""
        self._controller.stop()

    def list(self) -> list[Mail]:
        """Return the mails, oldest first; of very many only the newest are kept."""
        with self._lock:
            return list(self._mails)

    def clear(self) -> None:
        """Empty the box."""
        with self._lock:
            self._mails.clear()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take one message."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        message = message_from_bytes(content, policy=policy.default)
        with self._lock:
            self._count += 1
            self._mails.append(_read(message, self._count, envelope))
            del self._mails[: -self._keep]
        return "250 OK"


def _free_port(host: str) -> int:
    # The controller connects to the port it was told, so it cannot be told 0.
    with socket.create_server((host, 0)) as probe:
        return int(probe.getsockname()[1])


def _read(message: EmailMessage, number: int, envelope: Envelope) -> Mail:
    return Mail(
        number,
        time.time(),
        str(message["From"] or envelope.mail_from or ""),
        tuple(envelope.rcpt_tos),
        str(message["Message-ID"] or "").strip(),
        str(message["Subject"] or ""),
        _part(message, "plain"),
        _part(message, "html"),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError, KeyError):
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
