"""Find the http(s) addresses in texts and markup, in time linear in their length.

No pattern runs over the whole text: places where an address may begin are found by plain string search, and only the
few characters around each are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from string import ascii_letters, digits

from app.engine.links.canonical import canonical
from app.engine.model import Link

#: Different addresses kept from one text.
LIMIT = 1_000
#: Characters of one address.
_LONGEST = 4_096
#: Candidates looked at for every address that may be kept: text full of things that are none must end, too.
_TRIES = 8

#: The scheme in front of the slashes, also in the ways in which people break it: hxxp, h**p, http[:]//.
_SCHEME = re.compile(r"(?:^|[^a-z0-9])(h(?:tt|xx|\*\*)ps?)\s?\[?$", re.I)
#: Colon and slashes, plain, escaped for JSON, or broken by brackets. Begins with one fixed character: the search for
#: it runs at the speed of memory.
_MARK = re.compile(r":(?://\]?|\]//|\\/\\/)")
_BODY = re.compile(r"""[^\s<>"'`|^\x00-\x1f\x7f\u00ab\u00bb\u2018-\u201f\u300a-\u300f\u200b\u2028\u2029]+""")
_WWW = re.compile(r"www\.[\w-]{1,63}(?:\.|\[\.\])[\w.\[\]-]{2,253}", re.I)
#: Where an address that is followed by another one without a blank ends.
_NEXT = re.compile(r"[,;)\]}]h(?:tt|xx)ps?:", re.I)
_WIDE_STOPS = re.compile("[。，、；：！？]")
_DOT = re.compile(r"\s?(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\))\s?", re.I)
#: In front of these an address begins inside a word. Scripts without blanks may stand right before one.
_LETTERS = frozenset(ascii_letters + digits)
_INSIDE = _LETTERS | frozenset("/.-_@]")
#: Without one of these, an address with its scheme needs no mending.
_BROKEN = frozenset("[]{}()\\*")
_TRAILING = ".,;:!?'*_~&#\\…"
_PAIRS = {")": "(", "]": "[", "}": "{"}

#: In front of addresses that are names and lead nowhere: namespaces and document types.
_NAME_BEFORE = re.compile(r"""xmlns(?::[\w-]{1,40})?\s*=\s*["']?$|<!doctype[^>]*$""", re.I)
#: In front of addresses without a scheme in attributes (``src="//host/…"``), which take the scheme of the page.
_ATTRIBUTE_BEFORE = re.compile(r"""[a-z]\s*=\s*["']?\s*$""", re.I)


def extract_links(text: str, *, html: bool = False, where: str = "", limit: int = LIMIT) -> list[Link]:
    """Return the different addresses of ``text`` in order of appearance, at most ``limit``.

    ``html``: the text is markup: entities are read, namespaces left out, ``src="//host"`` taken as https. Attributes,
    words, scripts and comments are all searched; no tree is built, because the tree building that the HTML standard
    lays down takes minutes for a megabyte of nested tags. Each link has the address as written (``raw``), its
    canonical form (``url``) and ``where`` as given. Broken spellings (``hxxp``, ``[.]``) are mended in the canonical
    form.
    """
    candidates = _in_text(unescape(text) if "&" in text else text, markup=True) if html else _in_text(text)
    found: dict[str, Link] = {}
    seen: set[str] = set()
    for raw in candidates:
        if raw in seen:
            continue
        seen.add(raw)
        try:
            url = canonical(refang(raw))
        except ValueError:
            url = ""
        if url:
            found.setdefault(url, Link(raw, url, where))
        if len(found) >= limit or len(seen) >= limit * _TRIES:
            break
    return list(found.values())


def refang(raw: str) -> str:
    """Return an address that people made unclickable as they meant it; others stay as they are."""
    if raw.startswith("http") and _BROKEN.isdisjoint(raw):
        return raw
    text = _DOT.sub(".", raw.replace("\\/", "/"))
    text = text.replace("[:]", ":").replace("[://]", "://").replace("[/]", "/")
    text = re.sub(r"^h(?:xx|\*\*)p", "http", text, flags=re.I)
    if text.startswith("//"):
        # In markup: the scheme of the page, which today is https.
        return "https:" + text
    return "http://" + text if text[:4].lower() == "www." else text


def _in_text(text: str, *, markup: bool = False) -> Iterator[str]:
    yield from _with_scheme(text, markup=markup)
    yield from _without_scheme(text)
    if markup:
        for mark in ('"//', "'//", "=//"):
            yield from _without_colon(text, mark)


def _with_scheme(text: str, *, markup: bool) -> Iterator[str]:
    mark = _MARK.search(text)
    while mark:
        start, end = _scheme_start(text, mark.start()), mark.end()
        raw = _cut(text[start:end], text, end) if start >= 0 else ""
        if raw and not (markup and _NAME_BEFORE.search(text, max(0, start - 120), start)):
            yield raw
        mark = _MARK.search(text, max(end, start + len(raw)))


def _without_colon(text: str, mark: str) -> Iterator[str]:
    """Addresses in attributes that take the scheme of the page: ``src="//host/…"``."""
    at = text.find(mark)
    while at >= 0:
        raw = _cut("//", text, at + 3) if _ATTRIBUTE_BEFORE.search(text, max(0, at - 20), at + 1) else ""
        if raw:
            yield raw
        at = text.find(mark, at + 3)


def _scheme_start(text: str, colon: int) -> int:
    """Return where the scheme that ends at the colon begins, or -1."""
    for scheme in ("https", "http"):
        # What nearly all are, without a pattern.
        start = colon - len(scheme)
        if start >= 0 and text.startswith(scheme, start):
            return start if start == 0 or text[start - 1] not in _LETTERS else -1
    before = text[max(0, colon - 11) : colon]
    match = _SCHEME.search(before)
    return colon - len(before) + match.start(1) if match else -1


def _without_scheme(text: str) -> Iterator[str]:
    at = text.find("www.")
    while at >= 0:
        raw = ""
        if (at == 0 or text[at - 1] not in _INSIDE) and _WWW.match(text, at):
            raw = _cut("", text, at)
            yield raw
        at = text.find("www.", max(at + 4, at + len(raw)))


def _cut(head: str, text: str, at: int) -> str:
    """Return ``head`` and the rest of the address that goes on at ``at``, without what belongs to the sentence."""
    match = _BODY.match(text, at, at + _LONGEST)
    if not match:
        return ""
    body = match.group()
    if ":" in body and (following := _NEXT.search(body)):
        body = body[: following.start()]
    if not body.isascii():
        host, slash, path = body.partition("/")
        if slash and (stop := _WIDE_STOPS.search(path)):
            body = f"{host}/{path[: stop.start()]}"
    body = body if body[-1].isalnum() else _trim(body)
    return head + body if body else ""


def _trim(body: str) -> str:
    """Drop punctuation at the end, and closing brackets that were opened before the address."""
    for _ in range(50):
        last = body[-1:]
        unopened = last in _PAIRS and body.count(last) > body.count(_PAIRS[last])
        if not last or (last not in _TRAILING and not unopened):
            break
        body = body[:-1]
    return body
