"""Which addresses may be asked: one rule for endpoints, files, each hop of a redirect and what a name resolves to.

The rule is checked twice: once on the text of an address before anything is sent, and again on the host, port and
resolved address when the socket is opened, so that no difference between two parsers and no second answer of a name
server leads elsewhere.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from app.adapters.zendesk.errors import NotAllowed
from app.errors import Misconfigured

#: Hosts from which Zendesk serves the content of attachments, whatever the tenant.
CONTENT_DOMAIN = "zdusercontent.com"

_PORTS = {"https": 443, "http": 80}
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?\Z")
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)\Z")
#: Characters that may stand in a path or query as they are; everything else is percent-encoded.
_SAFE = "!#$%&'()*+,/:;=?@[]~"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.ip_network("2002::/16")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
#: Inside 2000::/3 but not the open internet: documentation (RFC 9637) and what tunnels carry (RFC 4380).
_NOT_OPEN = (ipaddress.ip_network("3fff::/20"), ipaddress.ip_network("2001::/23"))


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host (lower case, no brackets) and port: what a token belongs to."""

    scheme: str
    host: str
    port: int

    @property
    def name(self) -> str:
        """``host:port``, as the setting of trusted hosts writes it; an IPv6 address in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart: its origin, and ``path`` with the query, percent-encoded."""

    origin: Origin
    path: str

    @property
    def url(self) -> str:
        """The address put together again from its parts; this text is what is asked, never the one that came in."""
        host = f"[{self.origin.host}]" if ":" in self.origin.host else self.origin.host
        default = _PORTS[self.origin.scheme] == self.origin.port
        return f"{self.origin.scheme}://{host}{'' if default else f':{self.origin.port}'}{self.path}"


def parse(url: str) -> Target:
    """Take an address apart; raises NotAllowed when it has a form that no honest one has."""
    if any(ord(character) <= 32 or ord(character) == 127 for character in url) or "\\" in url:
        raise NotAllowed("The address holds spaces, control characters or backslashes.", code="address_form")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotAllowed("The address cannot be read.", code="address_form") from None
    if parts.scheme not in _PORTS:
        raise NotAllowed("Only http and https addresses are fetched.", code="address_scheme")
    if "@" in parts.netloc:
        raise NotAllowed("The address holds a user name or password.", code="address_userinfo")
    host = _host(parts)
    path = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
    return Target(Origin(parts.scheme, host, _PORTS[parts.scheme] if port is None else port), path)


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    if "%" in host:
        raise NotAllowed("The address names a network interface (an IPv6 zone).", code="address_form")
    if ":" in host:
        return _literal(host)
    if not host.isascii() or len(host) > 253 or not _NAME.match(host):
        raise NotAllowed("The address has no plain host name.", code="address_form")
    host = host.rstrip(".")
    if _NUMBER.match(host.rsplit(".", 1)[-1]):
        # Also refuses 2130706433, 0x7f.1 and 0177.0.0.1, which some resolvers read as 127.0.0.1.
        return _literal(host)
    return host


def _literal(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        raise NotAllowed("The address writes a number in place of a host name.", code="address_form") from None


@dataclass(frozen=True, slots=True)
class HostRule:
    """Which hosts a connection may talk to.

    tenant    origins of the tenant itself: they alone ever receive the authorization
    trusted   ``host:port`` names that may be private, loopback or plain http, and may serve content
    content   whether Zendesk's content hosts count as well
    """

    tenant: frozenset[Origin]
    trusted: frozenset[str] = frozenset()
    content: bool = False

    def check(self, origin: Origin) -> None:
        """Raise NotAllowed unless this origin may be asked; says nothing yet about what its name resolves to."""
        if self.trusts(origin):
            return
        if origin.scheme != "https":
            raise NotAllowed("The address is not encrypted (http); only https is fetched.", code="address_scheme")
        if origin.port != 443:
            raise NotAllowed("The address names an unusual port.", code="address_port")
        if not self.knows(origin.host):
            raise NotAllowed(
                "The address belongs neither to the tenant nor to Zendesk's content hosts.", code="address_foreign"
            )

    def trusts(self, origin: Origin) -> bool:
        """Whether the operator named this ``host:port`` as one that may be private or plain http."""
        return origin.name in self.trusted

    def knows(self, host: str) -> bool:
        """Whether a host is the tenant's or, where content counts, one of Zendesk's content hosts."""
        if any(host == origin.host for origin in self.tenant):
            return True
        return self.content and host.endswith("." + CONTENT_DOMAIN)

    def check_address(self, origin: Origin, address: str) -> None:
        """Raise NotAllowed when an origin resolves to an address that is not on the open internet."""
        if not self.trusts(origin) and not is_public(address):
            raise NotAllowed("The address leads into a private network.", code="address_private")


def is_public(address: str) -> bool:
    """Return whether an IP address belongs to the open internet.

    IPv4 inside IPv6 (mapped, 6to4, NAT64) is judged by the IPv4 address inside. Sources: the IANA special-purpose
    registries as far as ``ipaddress`` knows them, RFC 6052, RFC 3056.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast and not ip.is_reserved
    inner = ip.ipv4_mapped
    if ip in _NAT64:
        inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    elif ip in _SIX_TO_FOUR:
        inner = ipaddress.IPv4Address((int(ip) >> 80) & 0xFFFFFFFF)
    if inner is not None:
        return is_public(str(inner))
    return ip in _GLOBAL_UNICAST and ip.is_global and not any(ip in network for network in _NOT_OPEN)


def check_endpoint(base_url: str, trusted_hosts: frozenset[str] = frozenset()) -> Target:
    """Return the address of a Zendesk account taken apart.

    Raises Misconfigured with the reason when it may not be used: https on port 443 only, unless trusted.
    """
    try:
        target = parse(base_url)
        HostRule(frozenset({target.origin}), trusted_hosts).check(target.origin)
    except NotAllowed as refusal:
        raise Misconfigured(
            f"This cannot be the address of a Zendesk account. {refusal.message} "
            "Enter it like https://company.zendesk.com; sandboxes are named in DESKWARDEN_TRUSTED_HOSTS.",
            code=refusal.code,
        ) from None
    if target.path != "/":
        raise Misconfigured(
            "The address of a Zendesk account ends after the host: https://company.zendesk.com.", code="address_form"
        )
    return target
