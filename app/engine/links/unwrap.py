"""What stands inside a rewritten address: the target that a mail gateway or a redirector wrapped, without network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from app.engine.links.canonical import canonical
from app.engine.links.shorteners import SHORTENERS, UNDER_CUSTOMERS_NAMES
from app.engine.links.wrapper_forms import FORMS, Parts, plain
from app.engine.links.wrappers import WRAPPERS, Kind, Wrapper

#: Wrappers inside wrappers that are opened. Mails that passed several gateways have three or four.
NESTED = 8
#: Characters of an address that are looked at.
_LONGEST = 16_384
#: Addresses inside one address that are given back, and places that are tried for them.
_INSIDE, _TRIES = 8, 24

_COUNTRY = re.compile(r"(?:^|\.)(?P<name>(?:translate\.)?google)\.(?:com|[a-z]{2}|com?\.[a-z]{2})$")
_OPAQUE_DOMAIN = re.compile(r"[?&]domain=([\w.-]{4,253})", re.A)
_START = re.compile(
    r"https?(?::|%(?:25){0,3}3a)(?:[/\\]|%(?:25){0,3}[25][fc])|aHR0c(?:DovL|HM6Ly)[\w+/=-]{4,4000}", re.I
)


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """The address that the wrappers lead to, in canonical form, and their names, outermost first."""

    url: str
    via: tuple[str, ...] = ()


def unwrap(url: str) -> Unwrapped:
    """Return the target of ``url``; without a known wrapper, ``url`` itself in canonical form.

    Give the address as it was written, where there is the choice: a canonical address has lost the escapes that tell
    where an address inside it ends, and the end is then found by what is known of the wrapper. What is no http(s)
    address comes back as it is.
    """
    known = _host(url) if len(url) <= _LONGEST else ""
    if not known or not _wrappers_of(known, url):
        return Unwrapped(_canonical(url) or url)
    reached, address, via = url, "", []
    for _ in range(NESTED):
        opened = _opened(reached)
        if not opened:
            break
        reached, address, name = opened
        via.append(name)
    return Unwrapped(address or _canonical(url) or url, tuple(via))


def nested_targets(url: str) -> tuple[str, ...]:
    """Return the addresses that stand inside ``url``, plain or in base64, in canonical form, in their order.

    For addresses whose host is no known wrapper: where they lead is not certain, what they name is. A wrapper that
    names only the domain of its target gives the front page of that domain.
    """
    found: dict[str, None] = {}
    text = url[:_LONGEST]
    host = _host(text)
    opaque = _OPAQUE_DOMAIN.search(text) if host.endswith(("mimecast.com", "mimecastprotect.com")) else None
    if opaque:
        found[f"http://{opaque.group(1).lower()}/"] = None
    for target in _inside(text):
        if len(found) >= _INSIDE:
            break
        if (address := _canonical(target)) and _host(address) != host:
            found.setdefault(address)
    return tuple(found)


def is_shortener(url: str) -> bool:
    """Return whether ``url`` belongs to a public service that shortens addresses."""
    host = _host(url).removeprefix("www.")
    return host in SHORTENERS or host.partition(".")[2] in UNDER_CUSTOMERS_NAMES


def is_redirect(name: str) -> bool:
    """Return whether a wrapper of this name is a site that leads on, not a gateway or a mailing service."""
    return name in _REDIRECTS


def is_anywhere(names: Iterable[str]) -> bool:
    """Return whether one of the wrappers of these names works under any host, its customers' own ones."""
    return any(name in _ANYWHERE for name in names)


def _inside(text: str) -> Iterator[str]:
    """Yield what looks like an address behind the first one, cut where its own end can be told."""
    for match in islice(_START.finditer(text, 8), _TRIES):
        if match.group()[0] in "aA" and match.group()[:4].lower() != "http":
            yield _of_base64(match.group())
            continue
        raw = text[match.start() : match.start() + 2_048]
        escaped = "%" in match.group()
        cut = re.search(r"[&#\s\"'<>]" if escaped or "?" not in raw.partition("&")[0] else r"[#\s\"'<>]", raw)
        yield plain(raw[: cut.start()] if cut else raw)


def _of_base64(text: str) -> str:
    return FORMS["base64_value"](Parts("", "", f"u={text}"), _SOPHOS)


def _opened(url: str) -> tuple[str, str, str] | None:
    """Return the target of the outermost wrapper, its canonical form, and the wrapper's name; None without one."""
    if len(url) > _LONGEST:
        return None
    host = _host(url)
    wrappers = _wrappers_of(host, url)
    if not wrappers:
        return None
    parts = _parts(url, host)
    for wrapper in wrappers:
        if wrapper.paths and not parts.path.startswith(wrapper.paths):
            continue
        target = FORMS[wrapper.form](parts, wrapper)
        if target[:4].lower() == "http" and (address := _canonical(target)) and _host(address) != host:
            return target, address, wrapper.name
    return None


def _host(url: str) -> str:
    """Return the host of an address, roughly: in lower case, without userinfo and port."""
    start = url.find("://")
    if start < 0:
        return ""
    authority = re.split(r"[/?#\\]", url[start + 3 : start + 515], maxsplit=1)[0]
    return authority.rpartition("@")[2].partition(":")[0].lower().rstrip(".")


def _parts(url: str, host: str) -> Parts:
    rest, _, fragment = url.partition("://")[2].partition("#")
    before, _, query = rest.partition("?")
    _, slash, path = before.replace("\\", "/").partition("/")
    return Parts(host, slash + path or "/", query, fragment)


def _wrappers_of(host: str, url: str) -> tuple[Wrapper, ...]:
    """Return the wrappers that work under this host, those of the longest name first."""
    name = host
    found: list[Wrapper] = []
    while name:
        found += _BY_HOST.get(name, ())
        name = name.partition(".")[2]
    if "google." in host and (match := _COUNTRY.search(host)):
        found += _BY_HOST[match.group("name") + ".*"]
    if "/fmlurlsvc/" in url or "/redir.asp" in url:
        found += _BY_HOST["*"]
    return tuple(found)


def _canonical(url: str) -> str:
    try:
        return canonical(url)
    except ValueError:
        return ""


def _by_host(wrappers: Iterable[Wrapper]) -> dict[str, tuple[Wrapper, ...]]:
    table: dict[str, tuple[Wrapper, ...]] = {}
    for wrapper in wrappers:
        for host in wrapper.hosts:
            table[host] = (*table.get(host, ()), wrapper)
    return table


_BY_HOST = _by_host(WRAPPERS)
_REDIRECTS = frozenset(wrapper.name for wrapper in WRAPPERS if wrapper.kind is Kind.REDIRECT)
_ANYWHERE = frozenset(wrapper.name for wrapper in WRAPPERS if wrapper.hosts == ("*",))
_SOPHOS = next(wrapper for wrapper in WRAPPERS if wrapper.form == "base64_value")
