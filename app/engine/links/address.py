"""A link taken apart once, for everything that looks at it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from app.engine.links.domains import registrable, suffix
from app.engine.links.hosting import hosting_of
from app.engine.model import Link

#: IP addresses that lead nowhere on the internet: private, the machine itself, or for documentation (RFC 1918, 5737).
PRIVATE = re.compile(
    r"(?:10|127|0)\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\."
    r"|\[(?:::1|f[cde]|2001:db8)"
)
#: Characters of what was written that are looked at.
_LONGEST = 4_096


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of a link.

    raw       as it was written
    url       canonical
    host      in punycode and lower case, or an IP address (IPv6 in brackets)
    port      0 when it is the usual one
    path      with its slash, escapes undone as canonical forms do
    query     without question mark
    fragment  of what was written, escapes undone; canonical forms have none
    home      what somebody registered; the host itself where nothing is registered
    below     the labels in front of ``home``, as one text with dots; empty when there are none
    name      the first label of ``home``: ``paypal`` of ``www.paypal.co.uk``
    ending    the public suffix of the host: ``co.uk``
    number    whether the host is an IP address
    hosting   kind of free hosting, as ``hosting_of`` tells it; empty when it is none
    own       what stands in front of the name of that hosting
    """

    raw: str
    url: str
    host: str
    port: int
    path: str
    query: str
    fragment: str
    home: str
    below: str
    name: str
    ending: str
    number: bool
    hosting: str
    own: str


def address_of(link: Link, url: str = "") -> Address:
    """Return the parts of a link, or of another address in canonical form that was found in it."""
    raw = url if url else link.raw[:_LONGEST]
    rest = (url or link.url).partition("://")[2]
    before, _, query = rest.partition("?")
    authority, slash, path = before.partition("/")
    host, port = _host_and_port(authority)
    number = host.startswith("[") or host.rpartition(".")[2].isdigit()
    home = "" if number else home_of(host)
    fragment = unquote(raw.partition("#")[2]) if "#" in raw else ""
    whole = home or host
    kind, entry = ("", "") if number else hosting_of(host, slash + path)
    return Address(
        raw, url or link.url, host, port, slash + path, query, fragment, whole, host[: -len(whole) - 1],
        "" if number else whole.partition(".")[0], "" if number else suffix(host) or host.rpartition(".")[2], number,
        kind, host[: -len(entry)] if kind else "",
    )  # fmt: skip


def home_of(host: str) -> str:
    """Return what somebody registered of a host; under endings that nobody knows, its last two labels."""
    home = registrable(host)
    if home or not host or suffix(host):
        return home
    return ".".join(host.rsplit(".", 2)[-2:])


def _host_and_port(authority: str) -> tuple[str, int]:
    if authority.startswith("["):
        host, _, port = authority.partition("]")
        return host + "]", int(port[1:]) if port[1:].isdigit() else 0
    host, _, port = authority.partition(":")
    return host, int(port) if port.isdigit() else 0
