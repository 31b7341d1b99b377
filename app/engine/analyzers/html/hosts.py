"""Whose an address is: the domain that one owner registered, and hosts that lend pages or forms to anyone."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address, ip_network

from publicsuffixlist import PublicSuffixList

#: Read once, when the module is imported: a child may not open files.
_SUFFIXES = PublicSuffixList()
_HOST = re.compile(
    r"[\x00-\x20]*(?:https?:)?[\\/]{2,4}(?:[^/\\?#@\s]{0,256}@)?(\[[0-9a-f:.]{2,45}\]|[^/\\?#:\s\"'<>]{1,253})", re.I
)
#: Names that only mean something within a company.
_INTERNAL = re.compile(r"\.(?:local|lan|corp|internal|intra|intranet|home|localdomain|arpa)\.?$", re.I)
#: Numbers of networks that nobody reaches from outside (RFC 1918, 3927, 4193).
_OWN_NETWORKS = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "fc00::/7"))
)

#: Hosts that lend libraries for pages.
_LIBRARIES = re.compile(
    r"(?:^|\.)(?:jsdelivr\.net|unpkg\.com|cdnjs\.cloudflare\.com|googleapis\.com|d3js\.org|jquery\.com|kozea\.github\.io|w3\.org)$"
)


def is_library(host: str) -> bool:
    """Whether a host lends libraries to all pages."""
    return bool(_LIBRARIES.search(host))


def host_of(address: str) -> str:
    """Return the host of an http address or one without a scheme (``//host``), in lower case; empty when none."""
    match = _HOST.match(address)
    return match[1].lower().rstrip(".") if match else ""


def domain_of(address: str) -> str:
    """Return the registered domain of an address, its host where it has none (a number), empty without a host."""
    host = host_of(address)
    return _domain(host) if host else ""


def is_number(host: str) -> bool:
    """Whether a host is an IP address."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def is_internal(host: str) -> bool:
    """Whether a host stands in somebody's own network: a single name, a private number, a domain for inside."""
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return "." not in host or bool(_INTERNAL.search(host))
    return any(address.version == net.version and address in net for net in _OWN_NETWORKS)


@lru_cache(maxsize=1_024)
def _domain(host: str) -> str:
    if is_number(host):
        return host
    return _SUFFIXES.privatesuffix(host) or host
