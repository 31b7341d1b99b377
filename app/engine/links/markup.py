"""Addresses in HTML: attributes, styles, scripts, and what a reader sees, in one pass over the tags.

No tree is built, because the tree building that the HTML standard lays down takes minutes for a megabyte of nested
tags. Comments are read like the rest: mail programs show what stands in those with a condition.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import NamedTuple
from urllib.parse import unquote, urljoin

from app.engine.links.hosts import spans
from app.engine.links.letters import Letters

#: A tag ends at ``>``, or where the next one begins; quotes count behind an equals sign only, as in browsers.
_TAG = re.compile(
    r"""<(?:(/?)([a-zA-Z][\w:.-]{0,40})((?:[^<>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+)>?"""
    r"""|(!--)|![^<>-][^<>]*+>?|\?[^<>]*+>?)"""
)
_ATTRIBUTE = re.compile(r"""(?<![^\s"'/])([^\s"'>/=][^\s>/=]*+)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>]++))""")
_END_OF = {name: re.compile(rf"</{name}(?=[\s/>])", re.I) for name in ("script", "style")}
_ADDRESSES = frozenset(
    "href src action formaction poster background cite longdesc data codebase manifest lowsrc dynsrc icon classid "
    "xlink:href archive data-href data-url data-src data-link data-saferedirecturl originalsrc ping".split()
)
_SETS = frozenset({"srcset", "imagesrcset", "data-srcset"})
#: Attributes that hold names which look like addresses and lead nowhere.
_NAMES = ("xmlns", "xsi:", "itemtype", "itemid", "vocab", "typeof", "property", "prefix", "profile", "rel", "resource")
#: Elements inside of a line, which do not part the letters before from those behind.
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd label mark nobr q s samp small span strike "
    "strong sub sup tt u var wbr".split()
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
_WEB = re.compile(r"https?:[/\\]*(?=[^/\\\s])", re.I)
_REFRESH = re.compile(r"^[\s\d.;,]*(?:url\s*=\s*)?[\"']?\s*([^\"']+)", re.I)
_CSS = re.compile(r"(?:\burl\(|@import\b)\s{0,20}[\"']?\s{0,20}([^\"'()\s;]{1,4096})", re.I)
_CANDIDATE = re.compile(r"[^\s,][^\s]*+")
_SLASHED = re.compile(r"""["'`]\s?((?:\\?/){2}[\w.\\/-][^"'`\s<>]{3,2000})""")
_ESCAPED = re.compile(r"\\(?:x([0-7][0-9a-f])|u00([0-7][0-9a-f])|u\{([0-7][0-9a-f])\})", re.I)
#: Without one of these no address stands in a script or a style.
_SIGNS = re.compile(r"//|\\|www\.|%2|url\(|URL\(|@import|\[\.\]")
_BORING = frozenset(
    "class id width height align valign border colspan rowspan target type role tabindex size dir bgcolor color "
    "cellpadding cellspacing face hspace vspace lang scope hidden".split()
)
#: Tags that say nothing when they have no attributes.
_PLAIN = frozenset(
    "p div span br b i u em strong td tr th table tbody li ul ol h1 h2 h3 h4 hr small font wbr P DIV BR TD TR".split()
)
#: Schemes of scripts, and schemes that lead to no web address.
_CODE = frozenset({"javascript:", "vbscript:", "livescript:"})
_ELSEWHERE = frozenset({"mailto:", "tel:", "sms:", "cid:", "mid:", "data:", "about:", "blob:", "ftp:"})
_STRIPPED = str.maketrans("", "", "\t\r\n")
_SPACED = str.maketrans("\t\r\n\f\xa0", "     ")
_BLANK = "".join(map(chr, range(33)))
#: Without one of these in its attributes a tag leads nowhere, unless the page says against what its addresses are
#: meant: the signs of hosts, paths and escapes, and the end of a scheme, which browsers take without its slashes.
_LEADS = re.compile(r"[/\\.&%]|[ps\s]:", re.I)
#: Parts of the names of attributes that hold addresses, and the beginning of hosts.
_LEADING = ("data", "href", "src", "ground", "www.", "action", "poster", "cite", "longdesc", "base", "manifest", "icon",
            "classid", "archive", "ping")  # fmt: skip
_BASE = re.compile(r"<base\b", re.I)
#: Characters of visible text that are kept of a link.
_SHOWN = 200


class Found(NamedTuple):
    """An address in markup: where it stands, as it is written, as it is meant, and what a reader sees of it."""

    at: int
    raw: str
    address: str
    text: str = ""


@dataclass(slots=True)
class _Anchor:
    found: Found | None
    start: int


@dataclass(slots=True)
class _Page:
    """What was read of a page so far."""

    source: str
    base: str = ""
    found: list[Found] = field(default_factory=list)
    #: What a reader sees, and where its pieces stand in the source.
    shown: list[str] = field(default_factory=list)
    length: int = 0
    places: list[tuple[int, int]] = field(default_factory=list)
    anchor: _Anchor | None = None

    def show(self, text: str, at: int) -> None:
        if text:
            self.places.append((self.length, at))
            self.shown.append(text)
            self.length += len(text)

    def part(self, at: int) -> None:
        """Part what was shown from what comes."""
        if not self.shown or self.shown[-1] != "\n":
            self.show("\n", at)


def addresses(source: str, *, most: int) -> list[Found]:
    """Return the addresses of a page in the order of their places, at most about ``most`` of each kind."""
    page = _Page(source, _base_of(source))
    at, comment = 0, 0
    tags = _TAG.finditer(source)
    while len(page.found) < most and (tag := next(tags, None)):
        start, end = tag.span()
        if start > at:
            _text(page, at, start, min(max(comment, at), start), most)
        at = end
        name, inner = tag.group(2, 3)
        if not name:
            if tag.group(4) and at > comment:
                comment = _comment_end(source, at)
        elif name in _PLAIN and (not inner or not _plain_leads(inner, page.base)):
            if name not in _INLINE:
                page.part(start)
        elif (at := _element(page, tag, name.lower(), most)) > end:
            tags = _TAG.finditer(source, at)
    if len(page.found) < most:
        _text(page, at, len(source), max(comment, at), most)
    _close(page)
    page.found += _visible(page, most)
    return sorted(page.found, key=lambda found: found.at)


def _may_lead(inner: str, base: str) -> bool:
    """A quick look whether an address may stand in the attributes of a tag."""
    return "=" in inner and (bool(base) or not inner.isascii() or _LEADS.search(inner) is not None)


def _plain_leads(inner: str, base: str) -> bool:
    """The same for a tag that leads nowhere by itself: only its styles, handlers and few of its attributes may."""
    if not _may_lead(inner, base):
        return False
    if base or not inner.isascii():
        return True
    if "/" in inner or "(" in inner or "\\" in inner or "%" in inner or "&" in inner or "[" in inner:
        return True
    small = inner.lower()
    return any(name in small for name in _LEADING)


def _base_of(source: str) -> str:
    """Return the address against which the others of the page are meant; empty when it names none."""
    start = _BASE.search(source)
    tag = _TAG.match(source, start.start()) if start else None
    if tag is None or tag.group(3) is None:
        return ""
    for name, value, _ in _attributes(tag):
        if name == "href":
            value = value.translate(_STRIPPED).strip(_BLANK)
            value = f"https:{value}" if value.startswith("//") else value
            return value if _WEB.match(value) else ""
    return ""


def _attributes(tag: re.Match[str]) -> Iterator[tuple[str, str, int]]:
    """Yield name, value and place of the attributes of a tag."""
    inner, start = tag.group(3), tag.start(3)
    if "=" not in inner:
        return
    for match in _ATTRIBUTE.finditer(inner):
        if match.group(1) in _BORING:
            continue
        value = match.group(match.lastindex or 2)
        yield (
            match.group(1).lower(),
            unescape(value) if "&" in value else value,
            start + match.start(match.lastindex or 2),
        )


def _element(page: _Page, tag: re.Match[str], name: str, most: int) -> int:
    """Read one tag; return where the page goes on behind it and its raw text."""
    if name == "a":
        _close(page)
    if name not in _INLINE:
        page.part(tag.start())
    if tag.group(1):
        return tag.end()
    before = len(page.found)
    if _may_lead(tag.group(3), page.base):
        for attribute, value, at in _attributes(tag):
            page.found += _attribute(page, name, attribute, value, at, most)
    if name == "a":
        page.anchor = _Anchor(next(iter(page.found[before:]), None), len(page.shown))
    if (end_of := _END_OF.get(name)) is None:
        return tag.end()
    end = end_of.search(page.source, tag.end())
    stop = end.start() if end else len(page.source)
    page.found += _code(page, page.source[tag.end() : stop], tag.end(), most)
    return stop


def _attribute(page: _Page, element: str, name: str, value: str, at: int, most: int) -> list[Found]:
    """Return the addresses in one attribute."""
    if name in _ADDRESSES:
        if name == "ping":
            return [each for part in value.split()[:20] for each in _target(page, part, at, most)]
        return _target(page, value, at, most)
    if name in _SETS:
        parts = (match.group().rstrip(",") for match in _CANDIDATE.finditer(value))
        return [each for part in parts if "/" in part or "." in part for each in _target(page, part, at, most)]
    if name == "content" and element == "meta" and (refresh := _REFRESH.match(value)) and "=" in value:
        return _target(page, refresh.group(1), at + refresh.start(1), most) if value.lstrip()[:1].isdigit() else []
    if name.startswith(("on", "style")) or name == "srcdoc":
        if name == "srcdoc":
            return [Found(at, each.raw, each.address, each.text) for each in addresses(value, most=most)]
        return _code(page, value, at, most)
    if ("//" in value or "www." in value) and not name.startswith(_NAMES):
        return _written(value, at, most)
    return []


def _target(page: _Page, value: str, at: int, most: int) -> list[Found]:
    """Return the address that a browser goes to from an attribute."""
    stripped = value.strip(_BLANK)
    address = stripped.translate(_STRIPPED)
    at += len(value) - len(value.lstrip(_BLANK))
    if _WEB.match(address):
        return [Found(at, stripped, address)]
    if address.startswith(("//", "\\\\", "/\\", "\\/")):
        scheme = "http:" if page.base[:5].lower() == "http:" else "https:"
        return [Found(at, stripped, scheme + address)] if address[2:3] not in ("", "/", "\\") else []
    if other := _SCHEME.match(address):
        if other.group().lower() in _CODE:
            return _code(page, unquote(address), at, most)
        return [] if other.group().lower() in _ELSEWHERE else _written(stripped, at, most, hosts=True)
    if not address or address.startswith("#"):
        return []
    if page.base:
        try:
            return [Found(at, stripped, urljoin(page.base, address.replace("\\", "/")))]
        except ValueError:
            return []
    return [found for found in _written(stripped, at, most, hosts=True) if found.at == at]


def _code(page: _Page, code: str, at: int, most: int) -> list[Found]:
    """Return the addresses in a script or a style: those with a scheme, and those that take the scheme of the page."""
    if not _SIGNS.search(code):
        return []
    found = _written(code, at, most)
    if "//" in code or "\\/" in code:
        for match in _SLASHED.finditer(code):
            host = match.group(1).replace("\\/", "/")
            found += [
                Found(at + match.start(1), match.group(1), each.address)
                for each in _written(host, 0, most, hosts=True)
                if each.at == 0
            ]
    if "url(" in code or "URL(" in code or "@import" in code:
        for match in _CSS.finditer(code):
            if not match.group(1).startswith(("data:", "#")):
                found += _target(page, match.group(1), at + match.start(1), most)
    if "\\x" in code or "\\u" in code:
        plain = _ESCAPED.sub(lambda sign: chr(int(sign.group(sign.lastindex or 1), 16)), code)
        if plain != code:
            known = {each.address for each in found}
            found += [
                Found(at, each.raw, each.address) for each in _written(plain, 0, most) if each.address not in known
            ]
    return found


def _written(text: str, at: int, most: int, *, hosts: bool = False) -> list[Found]:
    """Return the addresses that stand in a text of the page."""
    letters = Letters(text)
    found = []
    for span in spans(letters, most=most, hosts=hosts):
        raw, place = letters.written(span.start, span.end)
        found.append(Found(at + place, raw, span.address))
    return found


def _comment_end(source: str, at: int) -> int:
    """Return where the comment ends that begins before ``at``; what has no end goes on to the end of the page."""
    if source.startswith((">", "->"), at):
        return at
    end = source.find("--", at)
    while end >= 0 and not source.startswith((">", "!>"), end + 2):
        end = source.find("--", end + 1)
    return end if end >= 0 else len(source)


def _text(page: _Page, start: int, end: int, shown: int, most: int) -> None:
    """Read what stands between two tags: up to ``shown`` it is a comment, and from there on a reader sees it."""
    if shown > start:
        text = page.source[start:shown]
        if "//" in text or "www." in text:
            page.found += _written(text, start, most)
        start = shown + 3 if page.source.startswith("-->", shown) else shown
    text = page.source[start:end]
    if text.isspace():
        text = " "
    page.show((unescape(text) if "&" in text else text).translate(_SPACED), start)


def _close(page: _Page) -> None:
    """End the link under way: keep what a reader sees of it, and search that where it says something else."""
    anchor, page.anchor = page.anchor, None
    if anchor is None or anchor.found is None:
        return
    shown = " ".join("".join(page.shown[anchor.start :]).split())
    found = anchor.found
    place = next(index for index in range(len(page.found) - 1, -1, -1) if page.found[index] is found)
    if not _same(shown, found.address):
        page.found[place] = Found(found.at, found.raw, found.address, shown[:_SHOWN])
    # What is shown as the address of a link leads to its target, whatever it says: only what is no name counts.
    for index in range(anchor.start, len(page.shown)):
        if "://" not in page.shown[index] or _same(shown, found.address):
            page.shown[index] = " " * len(page.shown[index])


def _same(shown: str, address: str) -> bool:
    """Whether what is shown is the address itself, as far as it is shown."""
    left, right = _bare(shown), _bare(address)
    if shown.endswith(("…", "...")):
        return len(left) > 3 and right.startswith(left.rstrip(".…").rstrip("/"))
    return left == right or left == _bare(unquote(address))


def _bare(address: str) -> str:
    text = address.strip().lower()
    text = text.partition("://")[2] if text.startswith(("http://", "https://")) else text
    return text.removeprefix("//").removeprefix("www.").rstrip("/").rstrip(".")


def _visible(page: _Page, most: int) -> list[Found]:
    """Return the addresses in what a reader sees, each with its place in the source."""
    text = "".join(page.shown)
    found = []
    starts = [start for start, _ in page.places]
    letters = Letters(text)
    for span in spans(letters, most=most):
        raw, at = letters.written(span.start, span.end)
        index = bisect_right(starts, at) - 1
        place = page.places[index][1] + at - starts[index]
        if not page.source.startswith(raw, place):
            place = page.places[index][1]
        found.append(Found(place, raw, span.address))
    return found
