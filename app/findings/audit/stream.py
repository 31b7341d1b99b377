"""Where the audit trail is streamed to: the kinds there are, and what fits each. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from app.errors import Rejected


class StreamKind(StrEnum):
    """How events travel."""

    FILE = "file"
    SYSLOG = "syslog"
    WEBHOOK = "webhook"


class Transport(StrEnum):
    """What carries syslog. Over UDP nobody notices what is lost."""

    TLS = "tls"
    TCP = "tcp"
    UDP = "udp"


class Framing(StrEnum):
    """Where a syslog message ends in a stream (RFC 6587): its length in front, or a line feed behind."""

    COUNTED = "counted"
    NEWLINE = "newline"


class BodyFormat(StrEnum):
    """The body of a webhook: a line an event, one array, or the form of Splunk's HTTP Event Collector."""

    NDJSON = "ndjson"
    JSON = "json"
    HEC = "hec"


@dataclass(frozen=True, slots=True)
class Secret:
    """What only the receiver and we know: a token that is sent along, and a key that signs the body."""

    token: str = field(default="", repr=False)
    signing_key: str = field(default="", repr=False)


#: Neither of the two.
NO_SECRET = Secret()


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream as it is set, and how it stands. Times in unix seconds; ``row_id`` is the last row taken over there.

    ``behind`` is how many rows wait, ``waiting_since`` when the oldest of them was written, None when none waits.
    """

    id: int
    name: str
    kind: StreamKind
    options: Mapping[str, Any]
    enabled: bool
    has_secret: bool
    row_id: int
    sent: int
    sent_at: float | None
    failures: int
    next_at: float
    problem: str
    behind: int
    waiting_since: float | None


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}\Z")
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}\Z")

LONGEST_URL, LONGEST_SECRET, SHORTEST_KEY = 2_000, 4_000, 16


def checked_name(name: str) -> str:
    """Return the name; raises Rejected when it does not fit: a file bears it."""
    if not _NAME.match(name) or ".." in name:
        raise Rejected(
            "A stream's name has 1 to 63 letters, digits, dots, dashes and underlines, a letter or digit first.",
            code="name",
        )
    return name


def checked_options(kind: StreamKind, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of this kind, what was left out filled in. Raises Rejected with the reason."""
    known = _OPTIONS[kind]
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise Rejected(f"A stream of kind {kind} has no option '{unknown[0][:60]}'.", code="option")
    options = {**known, **{name: value for name, value in given.items() if value not in (None, "")}}
    _CHECKS[kind](options)
    return options


def checked_secret(secret: Secret) -> Secret:
    """Return the secret; raises Rejected when a part of it cannot be used."""
    for value in (secret.token, secret.signing_key):
        if len(value) > LONGEST_SECRET or not value.isprintable() or not value.isascii():
            raise Rejected("A token or key is plain ASCII text, without line breaks.", code="secret")
    if secret.signing_key and len(secret.signing_key) < SHORTEST_KEY:
        raise Rejected(f"A signing key has at least {SHORTEST_KEY} characters, or it can be guessed.", code="secret")
    return secret


def _check_file(_options: dict[str, Any]) -> None:
    """Nothing to choose: the stream's name is the file's."""


def _check_syslog(options: dict[str, Any]) -> None:
    if not isinstance(options["host"], str) or not _HOST.match(options["host"]):
        raise Rejected("Name the host that takes syslog, like siem.example.com.", code="option")
    options["port"] = _port(options["port"])
    options["transport"] = _one_of(Transport, options["transport"], "transport")
    options["framing"] = _one_of(Framing, options["framing"], "framing")


def _check_webhook(options: dict[str, Any]) -> None:
    url = options["url"]
    parts = urlsplit(url) if isinstance(url, str) and len(url) <= LONGEST_URL else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise Rejected(
            "Enter the address like https://siem.example.com/collect, without a password in it.", code="option"
        )
    options["format"] = _one_of(BodyFormat, options["format"], "format")


def _port(value: Any) -> int:
    try:
        port = int(value)
    except (TypeError, ValueError):
        port = 0
    if not 0 < port < 65_536:
        raise Rejected("A port is a number from 1 to 65535; syslog over TLS usually has 6514.", code="option")
    return port


def _one_of(words: type[StrEnum], value: Any, name: str) -> str:
    try:
        return words(value).value
    except ValueError:
        raise Rejected(f"The {name} is one of {', '.join(words)}.", code="option") from None


#: Every option with the value it has when none is given.
_OPTIONS: dict[StreamKind, dict[str, Any]] = {
    StreamKind.FILE: {},
    StreamKind.SYSLOG: {"host": "", "port": 6514, "transport": "tls", "framing": "counted"},
    StreamKind.WEBHOOK: {"url": "", "format": "ndjson"},
}
_CHECKS = {
    StreamKind.FILE: _check_file,
    StreamKind.SYSLOG: _check_syslog,
    StreamKind.WEBHOOK: _check_webhook,
}
