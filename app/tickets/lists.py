"""Allow and block lists: what an entry may say, and which entry decides. Pure; the rows are in ``service/lists.py``."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from publicsuffixlist import PublicSuffixList

from app.engine.links.canonical import canonical, host_of
from app.errors import Rejected
from app.tickets.patterns import pattern

LONGEST_VALUE = 2_000
LONGEST_REASON = 1_000


class Side(StrEnum):
    """Which list: what is allowed is clean, what is blocked is malicious, whatever the engine says."""

    ALLOW = "allow"
    BLOCK = "block"


class EntryKind(StrEnum):
    """What an entry is about, most specific first."""

    SHA256 = "sha256"
    URL = "url"
    PATTERN = "pattern"
    HOST = "host"
    DOMAIN = "domain"
    SENDER = "sender"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list. ``value`` is normalised; without ``connection_id`` it counts for every connection.

    Times are unix seconds; from ``expires_at`` on the entry no longer counts. ``hits`` is how often it decided.
    """

    id: int
    side: Side
    kind: EntryKind
    value: str
    reason: str = ""
    actor: str = ""
    created_at: float = 0.0
    expires_at: float | None = None
    connection_id: int | None = None
    hits: int = 0
    last_hit_at: float | None = None


@dataclass(frozen=True, slots=True)
class ListHit:
    """The entry that decides, and the list it stands on."""

    side: Side
    entry: Entry

    @property
    def kind(self) -> EntryKind:
        """What the entry is about."""
        return self.entry.kind

    @property
    def reason(self) -> str:
        """What whoever made the entry gave as the reason; may be empty."""
        return self.entry.reason


_RANK = {kind: rank for rank, kind in enumerate(EntryKind)}
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LOCAL_PART = re.compile(r"[^\s@\x00-\x1f\x7f]{1,64}")
#: What a host name may look like once it is canonical. Underscores and escapes are no host names by the book, but
#: resolvers accept them and attackers use them.
_LABEL = re.compile(r"[a-z0-9_%]([a-z0-9_%-]*[a-z0-9_%])?")
_NO_HOST = re.compile(r"[\s/\\?#@]")
_ICANN = PublicSuffixList(only_icann=True)


class EntryIndex:
    """Entries that count at a moment, ready for many questions."""

    def __init__(self, entries: Iterable[Entry], *, now: float) -> None:
        self._by_value: dict[tuple[EntryKind, str], list[Entry]] = {}
        self._by_anchor: dict[str, list[Entry]] = {}
        for entry in entries:
            if entry.expires_at is not None and entry.expires_at <= now:
                continue
            if entry.kind is EntryKind.PATTERN:
                self._by_anchor.setdefault(pattern(entry.value).host, []).append(entry)
            else:
                self._by_value.setdefault((entry.kind, entry.value), []).append(entry)

    def decide(
        self,
        *,
        sha256: str | None = None,
        url: str | None = None,
        sender: str | None = None,
        leads_to: Iterable[str] = (),
    ) -> ListHit | None:
        """Return the entry that decides, as ``decide_by_lists`` says."""
        hits = self._about(_wanted(sha256=sha256, url=url, sender=sender), url)
        for other in leads_to:
            # That a wrapper or a stop on the way is allowed says nothing about where the link ends.
            hits += [each for each in self._about(_wanted(url=other), other) if each.side is Side.BLOCK]
        best = min(hits, key=lambda entry: (entry.side is Side.ALLOW, _RANK[entry.kind], entry.id), default=None)
        return None if best is None else ListHit(best.side, best)

    def _about(self, wanted: set[tuple[EntryKind, str]], url: str | None) -> list[Entry]:
        found = [entry for each in wanted for entry in self._by_value.get(each, ())]
        if url and self._by_anchor:
            for anchor in ("", *_suffixes(_host(url))):
                found += [entry for entry in self._by_anchor.get(anchor, ()) if pattern(entry.value).matches(url)]
        return found


def decide_by_lists(
    entries: Iterable[Entry],
    *,
    now: float,
    sha256: str | None = None,
    url: str | None = None,
    sender: str | None = None,
) -> ListHit | None:
    """Return the entry that decides about this content, or None when the lists say nothing.

    Block beats allow; on one list the most specific entry is named. A domain means its subdomains too, a host only
    itself; an entry that has expired says nothing. ``url`` is canonical, as the link extraction gives it.
    """
    return EntryIndex(entries, now=now).decide(sha256=sha256, url=url, sender=sender)


def candidates(*, sha256: str | None = None, url: str | None = None, sender: str | None = None) -> set[str]:
    """Return every value with which an entry could speak about this content, for one indexed look-up."""
    return {value for _, value in _wanted(sha256=sha256, url=url, sender=sender)}


def anchor_of(kind: EntryKind, value: str) -> str | None:
    """Return the host name by which a pattern is looked up, which is among the ``candidates`` of what it names.

    Empty for a pattern about every host, None for all other kinds.
    """
    return pattern(value).host if kind is EntryKind.PATTERN else None


def normalised(kind: EntryKind, value: str, side: Side) -> str:
    """Return the one form in which a value is stored and compared; raises Rejected with what is wrong.

    A whole top-level domain may be blocked, but never allowed.
    """
    value = value.strip()
    if not value or len(value) > LONGEST_VALUE:
        raise _invalid(f"The value must have 1 to {LONGEST_VALUE} characters.")
    if kind is EntryKind.SHA256:
        return _sha256(value)
    if kind is EntryKind.URL:
        return _url(value)
    if kind is EntryKind.PATTERN:
        return _pattern(value, side)
    if kind is EntryKind.HOST:
        return _host_name(value)
    if kind is EntryKind.SENDER and "@" in value.lstrip("@"):
        return _address(value)
    return _domain(value.lstrip("@"), side)


def _wanted(
    *, sha256: str | None = None, url: str | None = None, sender: str | None = None
) -> set[tuple[EntryKind, str]]:
    wanted: set[tuple[EntryKind, str]] = set()
    if sha256:
        wanted.add((EntryKind.SHA256, sha256.lower()))
    if url:
        wanted.add((EntryKind.URL, url))
        wanted.add((EntryKind.HOST, _host(url)))
        wanted |= {(EntryKind.DOMAIN, name) for name in _suffixes(_host(url))}
    if sender:
        local, at, host = sender.strip().lower().rpartition("@")
        host = _ascii_host(host) or host
        if at:
            wanted.add((EntryKind.SENDER, f"{local}@{host}"))
            wanted |= {(EntryKind.SENDER, name) for name in _suffixes(host)}
    return wanted


def _suffixes(host: str) -> list[str]:
    """Return the host and every domain above it; an IP address has none above it."""
    if not host or _is_address(host):
        return [host] if host else []
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]


def _host(url: str) -> str:
    try:
        return host_of(url)
    except ValueError:
        return ""


def _sha256(value: str) -> str:
    if not _SHA256.fullmatch(value.lower()):
        raise _invalid("A SHA-256 has 64 hexadecimal digits.")
    return value.lower()


def _url(value: str) -> str:
    try:
        return canonical(value)
    except ValueError as error:
        raise _invalid("This is no complete http or https address.") from error


def _address(value: str) -> str:
    local, _, host = value.lower().rpartition("@")
    ascii_host = _ascii_host(host)
    if not _LOCAL_PART.fullmatch(local) or ascii_host is None:
        raise _invalid("This is no mail address.")
    return f"{local}@{ascii_host}"


def _domain(value: str, side: Side) -> str:
    host = _ascii_host(value.removeprefix("*."))
    if host is None:
        raise _invalid("This is no domain name. Give it without https:// and without a path.")
    if side is Side.ALLOW and _is_everybodys(host):
        raise _invalid("This would allow a whole top-level domain. Give the name of one organisation.")
    return host


def _host_name(value: str) -> str:
    host = None if value.startswith("*") else _ascii_host(value)
    if host is None:
        raise _invalid("This is no host name. Give it without https://, without a path and without a star.")
    return host


def _pattern(value: str, side: Side) -> str:
    try:
        found = pattern(value)
    except ValueError as error:
        raise _invalid(str(error)) from error
    if found.host and _ascii_host(found.host) is None:
        raise _invalid("The host of this pattern is no host name.")
    if side is Side.ALLOW and (not found.host or (found.below and _is_everybodys(found.host))):
        raise _invalid("This would allow every website, or a whole top-level domain. Name one organisation's host.")
    return str(found)


def _is_everybodys(host: str) -> bool:
    return not _is_address(host) and _ICANN.publicsuffix(host) == host


def _ascii_host(name: str) -> str | None:
    """Return a host name or IP address in the form in which canonical addresses carry it, or None for neither."""
    if _NO_HOST.search(name) or name.count(":") == 1:
        return None
    try:
        # An IPv6 address is bare in mail and in lists, and in brackets in addresses.
        host = host_of(f"http://[{name.strip('[]')}]/" if name.count(":") > 1 else f"http://{name}/")
    except ValueError:
        return None
    fits = len(host) <= 1_000 and all(_LABEL.fullmatch(label) for label in host.split("."))
    return host if fits or _is_address(host) else None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _invalid(message: str) -> Rejected:
    return Rejected(message, code="invalid")
