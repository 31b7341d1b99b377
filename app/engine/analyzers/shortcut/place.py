"""Where a target lies: on this computer, in the company, or at somebody else's."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import unquote

#: What starts when it is opened; what lies on a share and is one of these runs from there.
STARTS = frozenset(
    (
        *("appref-ms", "application", "bat", "cmd", "com", "cpl", "exe", "gadget", "hta"),
        *("inf", "jar", "js", "jse", "library-ms", "lnk", "msc", "msi", "msp"),
        *("pif", "ps1", "psm1", "reg", "scf", "scr", "sct", "searchconnector-ms", "settingcontent-ms"),
        *("url", "vb", "vbe", "vbs", "wsc", "wsf", "wsh", "xll", "xlam"),
        *("appinstaller", "msix", "msixbundle", "appx"),
    )
)
_SHARE = re.compile(r"^(?:file:)?[\\/]{2,5}([^\\/@:?#\s]{1,255})((?:@(?:ssl|\d{1,5})){0,2}|:\d{1,5})(?=[\\/]|$)", re.I)
_WEB = re.compile(
    r"^(?:https?|ftps?|davs?|webdav):[\\/]{2}(?:[^\\/@\s]{0,200}@)?(\[[0-9a-f:]{2,45}\]|[^\\/:?#\s]{1,255})", re.I
)
_INSIDE = (".local", ".lan", ".internal", ".intranet", ".corp", ".home", ".arpa", ".localhost", ".domain", ".ad")


@dataclass(frozen=True, slots=True)
class Place:
    """A target outside of this computer.

    share    whether it is reached as a folder (SMB, WebDAV) and not as a web page
    webdav   whether it is a share reached through the web, which only addresses made by hand are
    outside  whether its host is not recognisably one of the company: an address of a private network, a bare name
    starts   whether its extension is one of what runs
    """

    host: str
    share: bool
    webdav: bool
    outside: bool
    starts: bool


def place_of(target: str) -> Place | None:
    """Return where ``target`` lies, None when that is on this computer."""
    target = unquote(target.strip().strip("\"'"))
    share, web = _SHARE.match(target), _WEB.match(target)
    match = share or web
    if match is None or match.group(1).lower() in ("localhost", "127.0.0.1", ".", "?"):
        return None
    host = match.group(1).lower()
    webdav = bool(share and (share.group(2) or "davwwwroot" in target.lower()))
    return Place(host, bool(share), webdav, webdav or is_outside(host), starts(target))


def is_outside(host: str) -> bool:
    """Whether ``host`` is a name or an address of the public internet."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return "." in host.rstrip(".") and not host.endswith(_INSIDE)
    return not (address in _PRIVATE or address.is_loopback or address.is_link_local)


class _Networks:
    """The networks of companies (RFC 1918, RFC 4193). Those kept for examples are nobody's."""

    _ALL = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))

    def __contains__(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        return any(address.version == network.version and address in network for network in self._ALL)


_PRIVATE = _Networks()


def starts(target: str) -> bool:
    """Whether opening ``target`` starts something, by its extension."""
    path = re.split(r"[?#,]", target.strip().strip("\"'"), maxsplit=1)[0]
    return path.rpartition(".")[2].lower() in STARTS and "." in path.replace("\\", "/").rpartition("/")[2]
