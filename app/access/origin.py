"""From where somebody comes, shortened: enough to know one's own session again, too little to follow a person."""

from __future__ import annotations

import ipaddress
import re

#: How much of an address is kept: what a provider gives one household or office (RFC 6177 for IPv6).
_IPV4_BITS = 24
_IPV6_BITS = 56

_LONGEST = 60

#: The first that stands in the text is it: most browsers also name the ones they descend from.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Vivaldi", "Vivaldi"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Chromium", "Chromium"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,39}")


def network(address: str) -> str:
    """Return the network an address lies in, like ``203.0.113.0/24``; empty for what is no address."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if ip.is_loopback:
        return "this machine"
    bits = _IPV4_BITS if ip.version == 4 else _IPV6_BITS
    return str(ipaddress.ip_network((ip, bits), strict=False))


def browser(user_agent: str) -> str:
    """Return a User-Agent in a few words, like ``Firefox on Windows``; empty when it says nothing."""
    name = next((shown for sign, shown in _BROWSERS if sign in user_agent), "")
    system = next((shown for sign, shown in _SYSTEMS if sign in user_agent), "")
    if name or system:
        return f"{name or 'A browser'} on {system}" if system else name
    word = _WORD.match(user_agent)
    return word[0][:_LONGEST] if word else ""
