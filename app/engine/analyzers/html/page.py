"""What a page consists of, as far as it is judged: scripts, forms, frames, addresses, and whose page it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sized
from dataclasses import dataclass, field
from html import unescape

from app.engine.analyzers.html.hosts import domain_of
from app.engine.analyzers.html.markup import Tag, tags
from app.engine.budget import Budget

#: The mark that browsers leave in pages that they save, with the address of the page.
_SAVED = re.compile(
    r"<!--\s{0,9}saved from url=\(\d{1,6}\)(\S{1,2000})|Page saved with SingleFile\s{1,9}url:\s(\S{1,2000})"
)
_SAVED_WITHIN = 4_096
#: Handlers that run when the page is shown; the others wait for the reader.
_BY_ITSELF = frozenset(
    (
        "onload",
        "onerror",
        "onbegin",
        "onstart",
        "onfocus",
        "ontoggle",
        "onpageshow",
        "onrepeat",
        "onend",
        "onhashchange",
    )
)
_LINKING = (
    "href",
    "src",
    "xlink:href",
    "data",
    "action",
    "formaction",
    "background",
    "poster",
    "to",
    "values",
    "from",
    "codebase",
)
_LOADED = frozenset(
    (
        "img",
        "image",
        "iframe",
        "frame",
        "script",
        "embed",
        "object",
        "link",
        "body",
        "video",
        "audio",
        "source",
        "bgsound",
        "meta",
        "input",
        "use",
        "base",
    )
)
_UNUSUAL = re.compile(
    r"[\x00-\x20]*(?:(?!https?:|mailto:|tel:|cid:|about:|blob:|ftp:)[a-z][a-z0-9.+\s-]{1,40}:|[\\/]{2}[^/\\]*[\\@]|\\\\)",
    re.I,
)
_PASSWORD_NAME = re.compile(
    r"passw|^pass$|^pwd$|^pswd$|^psw$|^passcode$|^contrase|^senha$|^parola?$|^haslo$|^kennwort$|^mot.?de.?passe$|^wachtwoord$",
    re.I,
)
_HIDDEN_TEXT = re.compile(r"text-security\s{0,3}:\s{0,3}(?:disc|circle|square)", re.I)
_CARD_NAME = re.compile(r"cvv|cvc|card.?num|ccnum|cardno|card_?code|^pan$|credit.?card", re.I)
#: Elements whose text nobody sees.
_UNSEEN = re.compile(r"(?:script|style|svg|head)\b")
#: Hosts that are counted, and things of one kind that are kept for one page; ordinary pages have far fewer.
_MOST = 20_000
#: Pages larger than this are never called bare.
_BARE_SIZE = 1_000_000


@dataclass(slots=True)
class Form:
    """A form: where it sends to, and what it asks for. ``secrets``: passwords; ``cards``: numbers of cards."""

    action: str = ""
    secrets: int = 0
    cards: int = 0
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Address:
    """An address of a kind that ordinary pages hardly have: whose it is, and whether it is fetched by itself."""

    tag: str
    attribute: str
    value: str

    @property
    def loaded(self) -> bool:
        """Whether the page fetches it without being asked."""
        return self.tag in _LOADED


@dataclass(slots=True)
class Page:
    """The facts of one page.

    scripts    what runs when it is shown: script elements and handlers such as ``onload``
    clicks     handlers that wait for the reader
    sources    addresses of scripts that are fetched
    own        domains that the page says are its own: base, canonical address, where it was saved from
    linked     domains that its links, pictures and scripts lead to, with how often
    relative   number of addresses without a host
    anchors    number of links to elsewhere than the page itself
    whole      whether it is a page and no piece of one
    words      characters of visible text; -1 when the page is too large to be counted
    cut        whether there is more of something than is kept
    """

    title: str = ""
    scripts: list[str] = field(default_factory=list)
    languages: set[str] = field(default_factory=set)
    clicks: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    secrets: int = 0
    base: str = ""
    mail_value: str = ""
    frames: list[Tag] = field(default_factory=list)
    refreshes: list[str] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    objects: list[Tag] = field(default_factory=list)
    foreign: Counter[str] = field(default_factory=Counter)
    own: set[str] = field(default_factory=set)
    linked: Counter[str] = field(default_factory=Counter)
    relative: int = 0
    anchors: int = 0
    words: int = -1
    size: int = 0
    whole: bool = False
    application: bool = False
    cut: bool = False

    @property
    def code(self) -> str:
        """All that runs when the page is shown, in order."""
        return "\n".join(self.scripts)

    @property
    def bare(self) -> bool:
        """Whether the page is made for one purpose: hardly any links or words, as ordinary pages have."""
        return self.anchors < 12 and 0 <= self.words < 3_000

    def belongs(self, domain: str) -> bool:
        """Whether a domain is the page's own: it says so, or links to it again and again."""
        return domain in self.own or self.linked[domain] >= 4


def read(text: str, budget: Budget, *, name: str = "", xml: bool = False) -> Page:
    """Return the facts of a page; ``name`` is its file name, or its address where its container knows that."""
    page = Page(size=len(text))
    for match in _SAVED.finditer(text[:_SAVED_WITHIN]):
        page.own.add(domain_of(match[1] or match[2]))
    page.own.add(domain_of(name))
    form: Form | None = None
    for tag in tags(text, budget, xml=xml):
        if tag.name == "form":
            form = None if tag.closing else Form(tag.get("action"))
            if form is not None and _has_room(page, page.forms):
                page.forms.append(form)
        page.cut |= tag.cut
        if not tag.closing:
            _note(page, tag, form)
    page.own.discard("")
    if len(text) <= _BARE_SIZE:
        page.words = _words(text)
    return page


def _has_room(page: Page, kept: Sized) -> bool:
    """Whether one more is kept of these; if not, the page says that there were more."""
    page.cut |= len(kept) >= _MOST
    return len(kept) < _MOST


def _words(text: str) -> int:
    """Count the characters between tags, roughly: what counts is whether they are many."""
    total, until = 0, ""
    for piece in text.split("<"):
        start = piece[:8].lower()
        if until and not start.startswith(until):
            continue
        skipped = _UNSEEN.match(start)
        until = f"/{skipped.group()}" if skipped else ""
        if not skipped:
            total += len(" ".join(piece.partition(">")[2].split()))
    return total


def _note(page: Page, tag: Tag, form: Form | None) -> None:
    """Add one tag to the facts of its page."""
    _note_handlers(page, tag)
    match tag.name:
        case "script":
            _note_script(page, tag)
        case "title":
            page.title = page.title or unescape(tag.text[:500]).strip()
        case "input" | "button" | "textarea":
            _note_input(page, tag, form)
        case "meta":
            _note_meta(page, tag)
        case "base":
            page.base = page.base or tag.get("href")
            page.own.add(domain_of(tag.get("href")))
        case "link" if "canonical" in tag.get("rel").lower():
            page.own.add(domain_of(tag.get("href")))
        case "iframe" | "frame" if _has_room(page, page.frames):
            page.frames.append(tag)
        case "object" | "embed" | "applet" if _has_room(page, page.objects):
            page.objects.append(tag)
        case "html" | "body":
            page.whole = True
        case "hta:application":
            page.application = True
    _note_addresses(page, tag)


def _note_handlers(page: Page, tag: Tag) -> None:
    for name, value in tag.attributes.items():
        if name.startswith("on") and value:
            (page.scripts if name in _BY_ITSELF else page.clicks).append(value)


def _note_script(page: Page, tag: Tag) -> None:
    language = (tag.get("language") or tag.get("type")).lower()
    page.languages.add(language)
    if tag.text.strip() and "json" not in language and "template" not in language:
        page.scripts.append(tag.text)
    if (source := tag.get("src") or tag.get("href") or tag.get("xlink:href")) and _has_room(page, page.sources):
        page.sources.append(source)


def _note_input(page: Page, tag: Tag, form: Form | None) -> None:
    name = tag.get("name") or tag.get("id")
    kind = tag.get("type").lower()
    typed = kind in ("", "text", "email", "tel", "password")
    secret = kind == "password" or (
        typed
        and tag.name == "input"
        and (bool(_PASSWORD_NAME.search(name)) or bool(_HIDDEN_TEXT.search(tag.get("style"))))
    )
    page.secrets += secret
    if "@" in tag.get("value") and not page.mail_value:
        page.mail_value = tag.get("value")
    if form is not None:
        form.secrets += secret
        form.cards += bool(typed and _CARD_NAME.search(name))
        if tag.get("formaction"):
            form.action = tag.get("formaction")


def _note_meta(page: Page, tag: Tag) -> None:
    content = tag.get("content")
    if tag.get("http-equiv").lower() == "refresh" and _has_room(page, page.refreshes):
        page.refreshes.append(content)
    if tag.get("property").lower() == "og:url":
        page.own.add(domain_of(content))


def _note_addresses(page: Page, tag: Tag) -> None:
    """Count where the page leads to, and keep what is no ordinary address."""
    for name in _LINKING:
        value = tag.attributes.get(name)
        if not value:
            continue
        if _UNUSUAL.match(value):
            if _counts(tag, value) and _has_room(page, page.addresses):
                page.addresses.append(Address(tag.name, name, value))
        elif domain := domain_of(value):
            if tag.name not in ("form", "base") and name in ("href", "src") and len(page.linked) < _MOST:
                page.linked[domain] += 1
            page.anchors += tag.name in ("a", "area")
        elif not value.startswith("#"):
            page.relative += 1
            page.anchors += tag.name in ("a", "area")


def _counts(tag: Tag, value: str) -> bool:
    """Whether an unusual address is worth keeping: pictures are none, but drawings in a frame run their scripts."""
    framed = tag.name in ("object", "embed", "iframe", "frame") and value.startswith("data:image/svg")
    return framed or not value.startswith(("data:image", "data:font"))
