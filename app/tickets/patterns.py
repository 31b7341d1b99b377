"""Patterns of the lists, like ``*.example.com/path/*``: which addresses they name. Pure, and linear in both.

The form is that of browsers' match patterns (developer.chrome.com/docs/extensions/develop/concepts/match-patterns):

* ``[http://|https://]host[:port][/path]``; without a scheme both are meant, without a port every port, without a path
  every path.
* A host is a name, ``*.name`` (the name and everything below it) or ``*`` (every host). Stars stand nowhere else in it.
* In the path, with its query, ``*`` stands for any run of characters, none included; everything else for itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from app.engine.links.canonical import canonical

#: Characters besides slashes and stars that a path must fix when the pattern is about every host.
LEAST_FIXED = 4
#: Stars of one pattern; each costs one search.
MOST_STARS = 20


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that was read. An empty scheme, host or port means every one."""

    scheme: str
    host: str
    below: bool
    port: str
    pieces: tuple[str, ...]

    def __str__(self) -> str:
        """Return the one form in which it is stored and compared."""
        host = (f"*.{self.host}" if self.below else self.host) if self.host else "*"
        scheme = f"{self.scheme}://" if self.scheme else ""
        port = f":{self.port}" if self.port else ""
        return f"{scheme}{host}{port}{'*'.join(self.pieces)}"

    def matches(self, url: str) -> bool:
        """Whether a canonical address is meant."""
        scheme, _, rest = url.partition("://")
        authority, slash, path = rest.partition("/")
        if self.scheme not in ("", scheme):
            return False
        host, port = _host_and_port(authority)
        if self.port and self.port != (port or {"http": "80", "https": "443"}.get(scheme, "")):
            return False
        return self._is_host(host) and _is_like(slash + path, self.pieces)

    def _is_host(self, host: str) -> bool:
        if not self.host or host == self.host:
            return True
        return self.below and host.endswith("." + self.host)


@lru_cache(maxsize=4096)
def pattern(value: str) -> Pattern:
    """Read a pattern. Raises ``ValueError`` with what is wrong, in words for whoever wrote it."""
    scheme, mark, rest = value.strip().partition("://")
    if not mark:
        scheme, rest = "", value.strip()
    scheme = scheme.lower().removesuffix("*")
    if scheme not in ("", "http", "https"):
        raise ValueError("A pattern begins with a host name, http:// or https://.")
    authority, slash, path = rest.partition("/")
    if not authority or "@" in authority or "?" in authority or "#" in rest:
        raise ValueError("A pattern names a host, like *.example.com/path/*, and has no part after a #.")
    name, port = _host_and_port(authority)
    below = name.startswith("*.")
    host = "" if name == "*" else _host(name.removeprefix("*."))
    pieces = _pieces(host or "host.invalid", slash + path)
    if not host and sum(len(piece.replace("/", "")) for piece in pieces) < LEAST_FIXED:
        raise ValueError(f"A pattern for every host must have at least {LEAST_FIXED} fixed characters in its path.")
    return Pattern(scheme, host, below, port, pieces)


def _host(name: str) -> str:
    if "*" in name:
        raise ValueError("In a host name a star stands only in front, as in *.example.com.")
    try:
        authority = canonical(f"http://{name}/").removeprefix("http://").rstrip("/")
    except ValueError as error:
        raise ValueError("A pattern names a host, like *.example.com/path/*.") from error
    return authority


def _pieces(host: str, path: str) -> tuple[str, ...]:
    """Return the fixed pieces of the path between its stars, in the spelling of canonical addresses."""
    if path in ("", "/*"):
        return ("/", "")
    if path.count("*") > MOST_STARS:
        raise ValueError(f"A pattern has at most {MOST_STARS} stars.")
    plain = canonical(f"http://{host}{path}").partition("://")[2]
    return tuple(("/" + plain.partition("/")[2]).split("*"))


def _host_and_port(authority: str) -> tuple[str, str]:
    head, colon, port = authority.rpartition(":")
    if not colon or "]" in port:
        return authority, ""
    if not (port.isascii() and port.isdigit()):
        raise ValueError("The port of a pattern is a number.")
    return head, port


def _is_like(text: str, pieces: tuple[str, ...]) -> bool:
    """Whether the text consists of the pieces in their order with anything between them. One pass over the text."""
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return text == first
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in pieces[1:-1]:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
