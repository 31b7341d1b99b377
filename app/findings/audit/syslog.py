"""Syslog messages (RFC 5424) and their framing over a stream (RFC 6587, octet counting; RFC 5425 over TLS). Pure.

Only structured data that is registered with IANA is written (``origin`` and ``meta``). The message is the event as JSON
in plain ASCII, so nothing that a stranger named can end it or begin another one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

#: RFC 5424, table 1: "log audit".
FACILITY = 13

#: Severity of syslog by ``severity_id`` of OCSF.
_SEVERITY = {5: 2, 4: 4, 3: 4, 2: 5, 1: 6}
_INFORMATIONAL = 6

#: ``sequenceId`` begins anew after this (RFC 5424, section 7.3.1).
_LARGEST_SEQUENCE = 2**31 - 1

_UNPRINTABLE = re.compile(r"[^\x21-\x7e]")
_ESCAPED = re.compile(r'(["\\\]])')


def message(event: Mapping[str, Any], *, host: str, version: str) -> bytes:
    """Return one event as a syslog message, without a frame around it."""
    priority = FACILITY * 8 + _SEVERITY.get(event["severity_id"], _INFORMATIONAL)
    metadata = event["metadata"]
    sequence = (metadata["sequence"] - 1) % _LARGEST_SEQUENCE + 1
    elements = (
        element("origin", {"software": "Deskwarden", "swVersion": version[:32]}),
        element("meta", {"sequenceId": str(sequence)}),
    )
    code = _word(metadata["event_code"], 32)
    head = f"<{priority}>1 {metadata['original_time']} {_word(host, 255)} deskwarden - {code} {''.join(elements)} "
    # What is no ASCII is escaped: without it the message needs no byte order mark, over which many receivers stumble.
    return head.encode("utf-8") + json.dumps(event, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def element(name: str, parameters: Mapping[str, str]) -> str:
    """Return one element of structured data; in its values ``"``, ``\\`` and ``]`` are escaped (section 6.3.3)."""
    written = "".join(f' {key}="{_value(value)}"' for key, value in parameters.items())
    return f"[{name}{written}]"


def counted(message: bytes) -> bytes:
    """Return a message in a frame that says its length: whatever stands in it, the next one begins where it ends."""
    return str(len(message)).encode("ascii") + b" " + message


def delimited(message: bytes) -> bytes:
    """Return a message with a line feed after it, for receivers that know no other frame (RFC 6587, 3.4.2)."""
    return message + b"\n"


def _value(text: str) -> str:
    # Control characters may stand there by the letter of the RFC, but no receiver is ready for a line feed.
    return _ESCAPED.sub(r"\\\1", "".join(sign if sign.isprintable() else "?" for sign in text))


def _word(text: str, most: int) -> str:
    """Return a field of the header: printable ASCII without blanks, ``-`` when there is nothing."""
    return _UNPRINTABLE.sub("?", text)[:most] or "-"
