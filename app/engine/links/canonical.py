"""The canonical form of an address: one spelling for all the spellings that lead to the same place.

Follows the canonicalisation of Google Safe Browsing (developers.google.com/safe-browsing/v4/urls-hashing), with two
differences: international host names become punycode, and a port that is not the default one stays.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import unquote_to_bytes

import idna

#: Longer ones are no addresses that people follow; browsers stop at 2,048 to 64,000.
MOST = 8_192
#: Controls and blanks around an address, which browsers drop.
_ENDS_OF_TEXT = "".join(map(chr, range(0x21)))
_BLANKS = str.maketrans("", "", "\t\r\n")
_SCHEME = re.compile(r"(https?):[/\\]*(.*)", re.I | re.S)
_BARE = re.compile(r"[^\s:/?#@\\]+\.[^\s:/?#@\\]+(?::\d{1,5})?(?:[/?#].*)?", re.S)
#: Nothing to mend: an ASCII host of at least two labels in lower case, and nothing escaped or odd behind it.
_SIMPLE = re.compile(
    r"https?://[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,20}\.([a-z0-9-]{1,63})"
    r"(/[\w~!$&'()*+,;=:@/.-]{0,2000})(?:\?[\w~!$&'()*+,;=:@/?.-]{0,2000})?",
    re.A,
)
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|\d+)")
_DEFAULT_PORTS = {"http": 80, "https": 443}
#: Dots of other scripts that browsers read as dots in host names (IDNA 2003, section 3.1).
_DOTS = str.maketrans("。．｡", "...")
_ENDS = frozenset(":/?@\\[]")
_NAT64 = 0x64FF9B << 96


def canonical(url: str) -> str:
    """Return the canonical form of an http or https address; a bare host gets ``http://``.

    Scheme and host in lower case, host in punycode or as a plain IP address, userinfo, fragment and default port
    dropped, percent-escapes undone and redone, dot segments and repeated slashes removed. Canonical addresses stay
    as they are. Raises ``ValueError`` when ``url`` is no http(s) address.
    """
    if _already_canonical(url):
        return url
    if len(url) > MOST:
        raise ValueError("The address is too long.")
    scheme, authority, path, query = _split(url.strip(_ENDS_OF_TEXT).translate(_BLANKS))
    host, port = _host_and_port(authority)
    shown = "" if port in (None, _DEFAULT_PORTS[scheme]) else f":{port}"
    return f"{scheme}://{_host(host)}{shown}{_path(path)}{query}"


def host_of(url: str) -> str:
    """Return the host of an address in canonical form, without port. Raises ``ValueError`` like ``canonical``."""
    authority = canonical(url).partition("://")[2].partition("/")[0]
    return authority.partition("]")[0] + "]" if authority.startswith("[") else authority.partition(":")[0]


def _already_canonical(url: str) -> bool:
    """A quick look that most addresses pass; what it does not pass is worked out."""
    match = _SIMPLE.fullmatch(url)
    if not match or _NUMERIC.fullmatch(match.group(1)):
        return False
    path = match.group(2)
    return "//" not in path and "/." not in path


def _split(url: str) -> tuple[str, str, str, str]:
    """Return scheme, authority, path and query (with its question mark); the fragment is gone."""
    match = _SCHEME.match(url)
    if match:
        scheme, rest = match.group(1).lower(), match.group(2)
    elif _BARE.fullmatch(url):
        scheme, rest = "http", url
    else:
        raise ValueError("This is no http or https address.")
    rest = rest.partition("#")[0]
    before, mark, query = rest.partition("?")
    authority, slash, path = before.replace("\\", "/").partition("/")
    return scheme, authority, slash + path, (mark + _escape(_unescape(query)) if mark else "")


def _host_and_port(authority: str) -> tuple[str, int | None]:
    host = authority.rpartition("@")[2]
    name, colon, port = host.rpartition(":")
    if not colon or (host.startswith("[") and host.endswith("]")):
        return host, None
    if not port:
        return name, None
    digits = port.lstrip("0") or "0"
    if not (port.isascii() and port.isdigit() and len(digits) < 6 and int(digits) <= 65_535):
        raise ValueError("The port of the address is no number.")
    return name, int(digits)


def _host(host: str) -> str:
    """Return the canonical host: punycode or IP address. Raises ``ValueError`` when nothing is left."""
    if host.startswith("["):
        return _ipv6(host.strip("[]"))
    name = _unescape(host.translate(_DOTS)).decode("utf-8", "surrogateescape").lower().translate(_DOTS)
    name = re.sub(r"\.{2,}", ".", name).strip(".")
    # Characters that end a host name, hidden behind an escape: browsers refuse these too.
    if not name or "%" in name or len(name) > 1_000 or not _ENDS.isdisjoint(name):
        raise ValueError("The address names no host.")
    if name.isascii():
        return _ipv4(name) or _punycode(name)
    # Digits of other scripts and styles become plain ones on the way.
    encoded = _punycode(name)
    return _ipv4(encoded) or encoded


def _punycode(name: str) -> str:
    if not name.isascii():
        try:
            return idna.encode(name, uts46=True, transitional=False).decode("ascii")
        except idna.IDNAError:
            # Labels that the standard refuses (emoji, mixed scripts) still resolve in browsers.
            if name.isprintable() and "%" not in name:
                name = ".".join(_label(part) for part in name.split("."))
    return _escape(_encoded(name))


def _label(label: str) -> str:
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")


def _ipv4(name: str) -> str:
    """Return a dotted address for every spelling that browsers take (one number, octal, hex), else empty.

    By the URL standard (url.spec.whatwg.org, "ends in a number checker" and "IPv4 parser"): a name whose last label
    is a number is an address or nothing. Raises ``ValueError`` when it is nothing.
    """
    labels = name.split(".")
    if not _NUMERIC.fullmatch(labels[-1]):
        return ""
    if len(labels) > 4 or len(name) > 300:
        raise ValueError("The address ends in a number that is no IP address.")
    *first, last = (_number(label) for label in labels)
    if any(part > 255 for part in first) or last >= 256 ** (4 - len(first)):
        raise ValueError("A number of the IP address is too large.")
    return str(IPv4Address(last + sum(part << 8 * (3 - place) for place, part in enumerate(first))))


def _number(label: str) -> int:
    """Return the number that a label writes in hex, octal or decimal. Raises ``ValueError`` when it writes none."""
    if not _NUMERIC.fullmatch(label):
        raise ValueError("A part of the IP address is no number.")
    if label.startswith("0x"):
        return int(label[2:] or "0", 16)
    return int(label, 8 if label.startswith("0") else 10)


def _ipv6(text: str) -> str:
    address = ip_address(text)
    assert isinstance(address, IPv6Address | IPv4Address)
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    if int(address) >> 32 == _NAT64 >> 32:
        return str(IPv4Address(int(address) & 0xFFFFFFFF))
    return f"[{address.compressed}]"


def _path(path: str) -> str:
    """Return the path with escapes, dot segments and repeated slashes made uniform."""
    segments: list[bytes] = []
    parts = _unescape(path).split(b"/")
    for part in parts:
        if part == b"..":
            del segments[-1:]
        elif part not in (b"", b"."):
            segments.append(part)
    slash = b"/" if segments and parts[-1] in (b"", b".", b"..") else b""
    return "/" + _escape(b"/".join(segments) + slash)


def _unescape(text: str) -> bytes:
    """Undo percent-escapes until none is left. Every round shortens the text, and each is one pass over it."""
    data = _encoded(text)
    for _ in range(64):
        plain = unquote_to_bytes(data)
        if plain == data:
            break
        data = plain
    return data


def _encoded(text: str) -> bytes:
    """Return the text in UTF-8; bytes that were none when it was read stand in it as lone surrogates (PEP 383)."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _escape(data: bytes) -> str:
    """Escape what is no printable ASCII, and the two characters that would be read as something else."""
    return "".join(chr(byte) if 0x20 < byte < 0x7F and byte not in b"#%" else f"%{byte:02X}" for byte in data)
