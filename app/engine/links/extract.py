"""Find the web addresses in texts and markup, in time linear in their length: the one door to extraction."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote, unquote_to_bytes

from app.engine.links.canonical import canonical
from app.engine.links.hosts import spans
from app.engine.links.letters import Letters
from app.engine.links.markup import Found, addresses
from app.engine.links.unwrap import unwrap
from app.engine.model import Link

#: Different addresses kept from one text.
LIMIT = 1_000
#: Different candidates, and places where any stands, that are looked at for every address that may be kept: text full
#: of things that are none, or of the same ones, must end, too.
_TRIES, _PLACES = 8, 32
#: Content that stands in the text as an address of its own (RFC 2397), of types in which addresses may stand.
_DATA = re.compile(
    r"data:(?:text/(?:html|plain|xml|javascript|css)|image/svg\+xml|application/(?:xhtml\+xml|xml|javascript)|)"
    r"((?:;[\w.-]{1,40}(?:=[\w.\"-]{1,40})?){0,5}),",
    re.I,
)
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/_=-]|%[0-9a-fA-F]{2}|\s{1,2}(?=[A-Za-z0-9+/=])){1,1400000}+")
_QUOTED = re.compile(r"[^\"\s]{1,1400000}+")
#: Contents within contents, and how many of them.
_DEPTH, _CONTENTS = 3, 50


class Links(list[Link]):
    """Addresses of a text; ``cut`` tells that the text has more than were looked at."""

    cut = False


def extract_links(text: str, *, html: bool = False, where: str = "", limit: int = LIMIT, hosts: bool = True) -> Links:
    """Return the different addresses of ``text`` in order of appearance, at most ``limit``.

    ``html``: the text is markup: tags, styles, scripts, comments and what a reader sees are searched; entities are
    read in ``raw``, relative addresses taken from the ``base`` of the page, and ``at`` is the place of the value.
    ``hosts``: names of hosts count that stand without a scheme and without ``www.``. Each link has the address as
    written (``raw``), its place (``at``), what is shown of it (``text``), its canonical form without known wrappers
    (``url``) and ``where`` as given. What is ``cut`` has more addresses than these.
    """
    found: dict[str, Link] = {}
    seen: dict[str, str] = {}
    most, cut = limit * _PLACES, False
    for place, each in enumerate(_candidates(text, html=html, most=most, hosts=hosts), start=1):
        # Whoever looks for places ends at so many, too: there may be more.
        cut = place >= most
        url = seen.get(each.address)
        if url is None:
            cut = cut or len(seen) >= limit * _TRIES
            link = None if cut else _link(each, where)
            url = seen[each.address] = link.url if link else ""
            if link and url not in found:
                cut = len(found) >= limit
                if not cut:
                    found[url] = link
        if cut:
            break
        if each.text:
            _see(found, url, each.text)
    return _links(found, cut=cut)


def _links(found: dict[str, Link], *, cut: bool) -> Links:
    links = Links(found.values())
    links.cut = cut
    return links


def refang(raw: str) -> str:
    """Return an address that people made unclickable as they meant it; others stay as they are."""
    letters = Letters(raw)
    first = next(iter(spans(letters, most=1)), None)
    return first.address if first and first.start == 0 else raw


def _link(found: Found, where: str) -> Link | None:
    try:
        written = canonical(found.address)
    except ValueError:
        return None
    # As it was written: the canonical form has lost the escapes that tell where an address inside it ends.
    target = unwrap(found.address)
    if not target.via and written != found.address:
        target = unwrap(written)
    wrapped = written if target.via else ""
    return Link(found.raw, target.url, where, text=found.text, at=found.at, wrapped=wrapped, via=target.via)


def _see(found: dict[str, Link], url: str, text: str) -> None:
    """Keep of the texts that lead to one address the one that looks like an address itself."""
    link = found.get(url)
    if link and text and (not link.text or ("." in text and "." not in link.text)):
        found[url] = replace(link, text=text)


def _candidates(text: str, *, html: bool, most: int, hosts: bool, depth: int = 0) -> Iterator[Found]:
    if html:
        yield from addresses(text, most=most)
    else:
        yield from _in_text(text, most=most, hosts=hosts)
    if depth < _DEPTH and ("data:" in text or "DATA:" in text):
        for content, markup in _contents(text):
            for each in _candidates(content, html=markup, most=most, hosts=hosts and depth == 0, depth=depth + 1):
                yield each._replace(at=-1)


def _in_text(text: str, *, most: int, hosts: bool) -> Iterator[Found]:
    letters = Letters(text)
    for span in spans(letters, most=most, hosts=hosts):
        raw, at = letters.written(span.start, span.end)
        yield Found(at, raw, span.address)


def _contents(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the contents that stand in ``text`` as ``data:`` addresses, and whether each is markup."""
    at = 0
    for _ in range(_CONTENTS):
        head = _DATA.search(text, at)
        if head is None:
            return
        packed = "base64" in head.group(1).lower()
        body = (_BASE64 if packed else _QUOTED).match(text, head.end())
        at = body.end() if body else head.end()
        if body:
            content = _unpacked(body.group()) if packed else unquote(body.group())
            yield content, "<" in content


def _unpacked(encoded: str) -> str:
    """Return what base64 stands for, as far as it goes, in the alphabet for addresses too."""
    plain = re.sub(rb"[^A-Za-z0-9+/]", b"", unquote_to_bytes(encoded).replace(b"-", b"+").replace(b"_", b"/"))
    plain = plain[:-1] if len(plain) % 4 == 1 else plain
    return b64decode(plain + b"=" * (-len(plain) % 4)).decode("utf-8", "replace")
