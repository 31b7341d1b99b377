"""Mark links in a comment's HTML for Zendesk's redaction, and change nothing else in it. Pure.

The agent workspace's redaction takes the comment's own ``html_body`` with marks in it: what stands in ``<redact>`` is
painted over, an element with the attribute ``redact`` loses its tag, and its words stay
(https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/, "Redact Ticket Comment In Agent
Workspace"). So a bad link's element loses its tag, its words are painted over only where they are a bad link
themselves, and everything between stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from html import escape, unescape

from app.engine.links.extract import extract_links
from app.engine.model import Link

_MARK = " redact"
_OPEN, _CLOSE = "<redact>", "</redact>"
_TAG_END = re.compile("[>\"']")
_TAG_START = re.compile(r"</?[a-z]|<!", re.IGNORECASE)
#: Links looked for in one piece of a comment, which has at most 64 kB.
_MOST = 10_001


def marked(html: str, targets: Collection[str]) -> str:
    """Return the HTML with every link to one of the targets (canonical addresses) marked for redaction.

    It only adds marks; without a link to a target it is returned as it came. One pass over the HTML.
    """
    return "".join(
        _marked_tag(piece, targets) if is_tag else _marked_words(piece, targets) for is_tag, piece in _pieces(html)
    )


def leads_to(link: Link, targets: Collection[str]) -> bool:
    """Whether a link, or the wrapper it was written in, is one of the targets."""
    return link.url in targets or link.wrapped in targets


def _pieces(html: str) -> Iterator[tuple[bool, str]]:
    """Yield the tags and what stands between them, in order; joined they are the HTML."""
    done, at = 0, html.find("<")
    while at >= 0:
        end = _tag_end(html, at) if _TAG_START.match(html, at) else at
        if end < 0:  # a tag that never ends is text up to the end
            break
        if end > at:
            if at > done:
                yield False, html[done:at]
            yield True, html[at:end]
            done = end
        at = html.find("<", max(end, at + 1))
    if done < len(html):
        yield False, html[done:]


def _tag_end(html: str, at: int) -> int:
    """Return where the tag that begins at ``at`` ends; a bracket in quotes is no end. -1: nowhere."""
    while found := _TAG_END.search(html, at):
        if found[0] == ">":
            return found.end()
        at = html.find(found[0], found.end()) + 1
        if at == 0:
            return -1
    return -1


def _marked_tag(tag: str, targets: Collection[str]) -> str:
    if tag.startswith(("</", "<!")) or not any(leads_to(link, targets) for link in _links(tag)):
        return tag
    head = tag.removesuffix(">").removesuffix("/").rstrip()
    return f"{head}{_MARK}{tag[len(head) :]}"


def _marked_words(words: str, targets: Collection[str]) -> str:
    spans: list[tuple[int, int]] = []
    for link in _links(words):
        if leads_to(link, targets):
            found = _places(words, link.raw)
            if not found:  # written with entities that nobody writes: better too much is painted over
                return f"{_OPEN}{words}{_CLOSE}"
            spans += found
    parts, done = [], 0
    for start, end in _merged(spans):
        parts += [words[done:start], _OPEN, words[start:end], _CLOSE]
        done = end
    return "".join((*parts, words[done:]))


def _links(piece: str) -> list[Link]:
    if ":" not in piece and "." not in piece and "&" not in piece:
        return []
    return extract_links(piece, html=True, limit=_MOST)


def _places(words: str, raw: str) -> list[tuple[int, int]]:
    """Return where an address stands in HTML text, however its special characters are written there."""
    for form in dict.fromkeys((raw, escape(raw, quote=False), escape(raw))):
        if "&" in words and unescape(form) != raw:
            continue
        at, found = words.find(form), []
        while at >= 0:
            found.append((at, at + len(form)))
            at = words.find(form, at + len(form))
        if found:
            return found
    return []


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
