"""From what a feed lists to the text under which the index knows it."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import NamedTuple

from app.engine.links.canonical import canonical
from app.engine.links.domains import is_suffix
from app.engine.links.extract import refang
from app.engine.links.index import network_text
from app.feeds.hosting import is_hosting
from app.feeds.listing import Kind, Listed, Unlisted

#: The widest networks that are taken: a feed with ``0.0.0.0/0`` in it would list the whole internet.
_LEAST_PREFIX = {4: 8, 6: 19}
#: Never listed: this host, private and shared networks, link-local, multicast (RFC 6890), and their IPv6 fellows.
_NOT_LISTED = [
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/3",
        "::/16",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
    )
]


class Entry(NamedTuple):
    """What goes into the index: its text, whether it means that very address only, and the prefix of a network."""

    text: str
    exact: bool = False
    prefix: tuple[int, int] | None = None


def entry_of(listed: Listed) -> Entry:
    """Return the entry for what a feed lists.

    A URL is listed as that very address: what lies below it, or beside it on the same host, is not. Raises Unlisted
    for what is no address, and for what nobody may list: public suffixes, hosts where everybody may put something,
    private networks.
    """
    if listed.kind is Kind.URL:
        return _url(listed.value)
    if listed.kind is Kind.HOST:
        return _host(listed.value)
    return _network(listed.value)


def _url(value: str) -> Entry:
    if "[" in value or not value.startswith(_PLAIN):
        value = refang(value)
    try:
        text = _whole(canonical(value))
    except ValueError:
        raise Unlisted("no web address") from None
    host, _, place = text.partition("/")
    if not place and is_hosting(host):
        raise Unlisted("a host where anybody may put something")
    return Entry(text, exact=True)


def _whole(url: str) -> str:
    """Return the first of the expressions of a canonical address, which is all of it: a feed has millions."""
    authority, slash, place = url.partition("://")[2].partition("/")
    if ":" in authority:
        authority = authority.partition("]")[0] + "]" if authority[0] == "[" else authority.partition(":")[0]
    return authority + slash + place


def _host(value: str) -> Entry:
    name = value.strip().removeprefix("*.").strip(".")
    if not name or len(name) > 260 or not _HOST_ENDS.isdisjoint(name):
        if name.count(":") < 2:
            raise Unlisted("no host name")
        return _network(name.strip("[]"))
    try:
        host = _whole(canonical(f"http://{name}/"))[:-1]
    except ValueError:
        raise Unlisted("no host name") from None
    if host[-1:].isdigit():
        return _network(host)
    if "." not in host:
        raise Unlisted("no host of the internet")
    if is_suffix(host):
        raise Unlisted("a public suffix")
    if is_hosting(host):
        raise Unlisted("a host where anybody may put something")
    return Entry(f"{host}/")


#: An address that begins so and has no bracket in it needs no mending.
_PLAIN = ("http://", "https://")
_HOST_ENDS = frozenset(":/?#@\\ \t[]")


def _network(value: str) -> Entry:
    try:
        text, prefix = network_text(value.strip())
        network = ip_network(text.partition(":")[2])
    except ValueError:
        raise Unlisted("no network or IP address") from None
    if prefix[1] < _LEAST_PREFIX[prefix[0]]:
        raise Unlisted("too wide a network")
    if any(network.version == other.version and network.overlaps(other) for other in _NOT_LISTED):
        raise Unlisted("a private network")
    return Entry(text, prefix=prefix)


def is_address(value: str) -> bool:
    """Tell whether a text is a single IP address."""
    try:
        ip_address(value)
    except ValueError:
        return False
    return True
