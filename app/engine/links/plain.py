"""The places of a text where addresses stand, in time linear in its length.

No pattern runs over the whole text: places where an address may begin are found by plain search, and only the few
characters around each are looked at.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote

from app.engine.links import bare, wraps
from app.engine.links.letters import Letters
from app.engine.links.refang import SCHEME, Host, read_host, read_port, read_rest, userinfo_end
from app.engine.links.schemes import broken_schemes

_LETTER = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
IPV4 = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")
#: Signs that are one even behind a letter: the blank in front of them was forgotten.
_GLUED = frozenset({"http://", "https://"})
_ENCODED = re.compile(r"[\w.%~*+-]+")
_IN_QUERY = frozenset("=/&?")
#: Letters with one blank between each two.
_SINGLES = re.compile(r"(?:[^\s] (?=\S(?:\s|$))){3,300}\S")
#: An address in which nothing is to be mended, with a blank or the end of the text behind it.
_SIMPLE = re.compile(
    r"https?://[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){1,20}(?:/[\w~/.?&=%+-]{0,500}[a-zA-Z0-9/=])?"
    r"(?=[<\"]|\.? (?! *\r?\n)|\Z)",
    re.A,
)
#: The same behind a host.
_SIMPLE_REST = re.compile(
    r"(?:/(?:[\w~/.?&=%+-]{0,500}[a-zA-Z0-9/=])?)?(?=[<\"]|[.,]? (?! *\r?\n)|\Z)",
    re.A,
)
_COMMA = re.compile(r",([a-z]{2,10})(?=/)")
_SPREAD = re.compile(r"h [tx] ", re.I)
#: Scripts that write without blanks, so that a host may end where they begin.
WIDE_SCRIPT = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\u0e00-\u0e7f]")


class Span(NamedTuple):
    """A place in ``Letters`` where an address stands, and the address itself with all breaks mended."""

    start: int
    end: int
    address: str


def with_scheme(letters: Letters, *, most: int) -> list[Span]:
    """Return the addresses that have a scheme in their order, at most about ``most``."""
    found = list(islice(_each(letters), most))
    if letters.lower.count("://") <= len(found):
        return found
    return sorted([*found, *islice(_with_broken_scheme(letters, found), most)])


def _with_broken_scheme(letters: Letters, taken: list[Span]) -> Iterator[Span]:
    starts = [span.start for span in taken]
    for start, end, scheme in broken_schemes(letters.lower):
        before = bisect_right(starts, end) - 1
        if before >= 0 and taken[before].end > start:
            continue
        at = userinfo_end(letters.plain, end)
        host = read_host(letters.plain, at)
        if host and (bare.known_suffix(host.labels, reserved=True) or IPV4.fullmatch(host.name)):
            yield finish(letters, start, host, f"{scheme}://{letters.plain[end:at]}")


def _each(letters: Letters) -> Iterator[Span]:
    text, lower, at = letters.plain, letters.lower, 0
    while match := SCHEME.search(lower, at):
        at = match.start() + 4
        if (simple := _SIMPLE.match(text, match.start())) and (at == 4 or text[at - 5] not in _LETTER):
            at = simple.end()
            yield Span(match.start(), at, simple.group())
        elif span := _at(letters, match):
            at = max(at, span.end)
            yield span


def _at(letters: Letters, match: re.Match[str]) -> Span | None:
    """Return the address whose scheme matched, None when it is none."""
    text, start, sign = letters.plain, match.start(), match.group()
    styled = letters.shown[start] != text[start]
    if start and text[start - 1] in _LETTER and not styled and sign not in _GLUED:
        return None
    scheme = "https" if match.group(1) else "http"
    if "%" in sign:
        return _encoded(text, start)
    if _SPREAD.match(sign) and (single := _SINGLES.match(text, match.end())):
        return Span(start, single.end(), f"{scheme}://{single.group().replace(' ', '')}")
    at = userinfo_end(text, match.end())
    host = read_host(text, at)
    if host is None or host.labels[0].startswith("-") or "_" in host.labels[-1]:
        return None
    host = _with_comma(text, host)
    doubtful = " " in sign or ":" not in sign or sign.count("/") + sign.count("\\") < 2
    if doubtful and not bare.known_suffix(host.labels, reserved=True) and not IPV4.fullmatch(host.name):
        return None
    return finish(letters, start, host, f"{scheme}://{text[match.end() : at]}", styled=styled)


def _with_comma(text: str, host: Host) -> Host:
    """Return a host that has one label only with the suffix behind the comma that was typed for its dot."""
    if len(host.labels) > 1 or not (comma := _COMMA.match(text, host.end)) or not bare.known_suffix(("", comma[1])):
        return host
    return Host((*host.labels, comma[1]), comma.end())


def _encoded(text: str, start: int) -> Span | None:
    """Return an address that is percent-encoded as a whole, unless it stands in the query of another."""
    match = _ENCODED.match(text, start, start + 4_096)
    if match is None or text[start - 1 : start] in _IN_QUERY:
        return None
    address = match.group()
    for _ in range(4):
        if "://" in address:
            return Span(start, match.end(), address)
        address = unquote(address)
    return None


def finish(letters: Letters, start: int, host: Host, head: str, *, styled: bool = False, own: bool = False) -> Span:
    """Return the address that begins at ``start`` with all that follows its host; ``head`` is scheme and userinfo.

    ``styled``: it is written in letters of another style, so its path is, too. ``own``: the host is known to be
    without what a sentence wrote on behind it.
    """
    text = letters.plain if styled else letters.shown
    labels, end = (host.labels, host.end) if own else own_labels(host)
    head += ".".join(labels)
    if end < host.end:
        return Span(start, end, head)
    if text[end : end + 1] == "." and text[end + 1 : end + 2] in ("/", ":", "?", "#"):
        end += 1  # the dot of the root
    if simple := _SIMPLE_REST.match(text, end):
        return Span(start, simple.end(), head + simple.group())
    port, at = read_port(letters.plain, end)
    stop = read_rest(text, at, before=text[start - 1] if start else "", wide=styled)
    if stop < len(text) and text[stop] in "\n\r =":
        last = stop if stop > at else at
        last, rest = wraps.joined(text, start, at, last)
        return Span(start, last, head + port + _mended(rest))
    return Span(start, stop, head + port + _mended(text[at:stop]))


def _mended(rest: str) -> str:
    if "\\" in rest or "[" in rest:
        return rest.replace("\\/", "/").replace("[/]", "/").replace("[.]", ".")
    return rest


def own_labels(host: Host) -> tuple[tuple[str, ...], int]:
    """Return labels and end of a host without what a sentence, or a script without blanks, wrote on behind it."""
    labels = bare.without_joined(host.labels)
    if len(labels) < len(host.labels):
        return labels, host.end - sum(len(label) + 1 for label in host.labels[len(labels) :])
    last = labels[-1]
    if last.isascii():
        return host.labels, host.end
    if (wide := WIDE_SCRIPT.search(last)) and wide.start():
        head = last[: wide.start()]
        if head.isascii() and bare.known_suffix((*labels[:-1], head)):
            return (*labels[:-1], head), host.end - len(last) + len(head)
    return labels, host.end
