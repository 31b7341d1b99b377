"""Receivers of the audit trail outside: a file, syslog, a webhook. Each takes a batch, or says why not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.adapters.siem.file import FileSender
from app.adapters.siem.syslog import SyslogSender
from app.adapters.siem.webhook import WebhookSender
from app.findings.audit.stream import BodyFormat, Framing, Secret, StreamKind, Transport

Sender = FileSender | SyslogSender | WebhookSender


def senders(
    home: Path, trusted_hosts: frozenset[str], *, version: str, public_url: str
) -> Callable[[StreamKind, str, dict[str, Any], Secret], Sender]:
    """Return what makes the sender of a stream of its kind, name, options and secret."""

    def sender(kind: StreamKind, name: str, options: dict[str, Any], secret: Secret) -> Sender:
        if kind is StreamKind.FILE:
            return FileSender(home / "audit" / f"{name}.jsonl")
        if kind is StreamKind.SYSLOG:
            return SyslogSender(
                options["host"],
                options["port"],
                Transport(options["transport"]),
                Framing(options["framing"]),
                trusted_hosts=trusted_hosts,
                host_name=urlsplit(public_url).hostname or "",
                version=version,
            )
        return WebhookSender(options["url"], BodyFormat(options["format"]), secret, trusted_hosts=trusted_hosts)

    return sender
