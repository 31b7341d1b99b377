"""What the help desk makes of a written text: safe HTML with clickable addresses, and the plain text of HTML."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

_BLOCKS = frozenset(
    {"blockquote", "br", "div", "dd", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre"}
    | {"table", "tr", "ul"}
)
_TAGS = _BLOCKS | frozenset(
    {"a", "b", "code", "dl", "em", "i", "img", "s", "span", "strong", "sub", "sup", "tbody", "td", "th", "thead", "u"}
)
_VOID = frozenset({"br", "hr", "img"})
_DROPPED_WITH_CONTENT = frozenset({"script", "style", "iframe", "object", "template", "noscript", "title"})
_ATTRIBUTES = frozenset({"href", "src", "alt", "title", "dir", "width", "height", "class", "redact"})
_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s<>\"']+|www\.[^\s<>\"']+", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_SAFE_SCHEME = re.compile(r"(?:https?|mailto|tel|ftp):", re.IGNORECASE)


def html_of_text(text: str) -> str:
    """Return the HTML of a comment that was written as plain text: paragraphs, line breaks, clickable addresses."""
    paragraphs = re.split(r"\n{2,}", collapsed(text))
    return "".join(f'<p dir="auto">{_linked(part).replace(chr(10), "<br>")}</p>' for part in paragraphs if part)


def safe_html(html: str) -> str:
    """Return the HTML with only harmless tags and attributes, and with plain addresses made clickable."""
    cleaner = _Cleaner()
    cleaner.feed(html)
    cleaner.close()
    return cleaner.result()


def wrapped(html: str) -> str:
    """Return the HTML in the container that every ``html_body`` has."""
    return f'<div class="zd-comment" dir="auto">{html}</div>'


def plain_text(html: str) -> str:
    """Return the text of HTML: blocks become lines, everything else only its words."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return collapsed("".join(reader.parts))


def collapsed(text: str) -> str:
    """Return the text with runs of blanks and of empty lines shortened, as ``body`` shows them."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = (re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in unified.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def visible(name: str) -> str:
    """Return the name with what cannot be seen (controls, turns of the writing direction) written as escapes."""
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in name)


def redacted(text: str, word: str) -> str:
    """Return the text with every occurrence of the word painted over."""
    return text.replace(word, "▇" * len(word)) if word else text


def redacted_in_words(html: str, word: str) -> str:
    """Return the HTML with the word painted over where it stands in plain words: not in links, not across elements."""
    pieces = re.split(r"(<a\b[^>]*>.*?</a>|<[^>]*>)", html, flags=re.DOTALL | re.IGNORECASE)
    return "".join(piece if piece.startswith("<") else redacted(piece, escape(word)) for piece in pieces)


def unmarked(html: str) -> str:
    """Return the HTML without ``<redact>`` around what is to be painted over."""
    return re.sub(r"</?redact>", "", html, flags=re.IGNORECASE)


def paint_over(html: str) -> str:
    """Return the HTML with what stands in ``<redact>`` painted over and elements marked ``redact`` dropped."""
    painted = re.sub(
        r"<redact>(.*?)</redact>",
        lambda match: re.sub(r"(<[^>]*>)|[^<>]", lambda part: part.group(1) or "▇", match.group(1)),
        html,
        flags=re.DOTALL | re.IGNORECASE,
    )
    painted = re.sub(r"<(img)\b[^>]*\sredact(?:=\"[^\"]*\")?[^>]*>", "", painted, flags=re.IGNORECASE)
    return re.sub(
        r"<(a|span|b|i|strong|em|u)\b[^>]*\sredact(?:=\"[^\"]*\")?[^>]*>(.*?)</\1>",
        lambda match: match.group(2),
        painted,
        flags=re.DOTALL | re.IGNORECASE,
    )


def _linked(text: str) -> str:
    parts, position = [], 0
    for match in _ADDRESS.finditer(text):
        shown = match.group().rstrip(".,;:!?)]}")
        target = shown if "://" in shown else "http://" + shown
        parts.append(escape(text[position : match.start()]))
        parts.append(f'<a href="{escape(target)}" rel="noopener noreferrer">{escape(shown)}</a>')
        position = match.start() + len(shown)
    parts.append(escape(text[position:]))
    return "".join(parts)


class _Cleaner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._open: list[str] = []
        self._dropping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED_WITH_CONTENT:
            self._dropping += 1
        if self._dropping or tag not in _TAGS:
            return
        kept = "".join(self._attribute(name, value or "") for name, value in attrs)
        extra = ' rel="noopener noreferrer"' if tag == "a" else ""
        self._parts.append(f"<{tag}{kept}{extra}>")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _DROPPED_WITH_CONTENT:
            self.handle_starttag(tag, attrs)
            if tag not in _VOID:
                self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED_WITH_CONTENT:
            self._dropping = max(0, self._dropping - 1)
        elif not self._dropping and tag in self._open:
            while True:
                last = self._open.pop()
                self._parts.append(f"</{last}>")
                if last == tag:
                    break

    def handle_data(self, data: str) -> None:
        if not self._dropping:
            self._parts.append(escape(data) if "a" in self._open else _linked(data))

    @staticmethod
    def _attribute(name: str, value: str) -> str:
        if name not in _ATTRIBUTES:
            return ""
        # Browsers skip blanks and control characters inside a scheme, so they must not hide one here.
        address = re.sub(r"[\x00-\x20\x7f]+", "", value)
        if name in ("href", "src") and _SCHEME.match(address) and not _SAFE_SCHEME.match(address):
            return ""
        return f' {name}="{escape(value)}"'

    def result(self) -> str:
        return "".join(self._parts) + "".join(f"</{tag}>" for tag in reversed(self._open))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._dropping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._dropping += tag in _DROPPED_WITH_CONTENT
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._dropping = max(0, self._dropping - (tag in _DROPPED_WITH_CONTENT))
        if tag in _BLOCKS and tag not in _VOID:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._dropping:
            self.parts.append(data)
