"""The tags of a page, one after the other, as browsers cut them (HTML standard, 13.2.5, without building a tree).

Building the tree that the standard lays down takes time quadratic in the depth of nesting: a minute for half a
megabyte of opened tags. What is judged here (scripts, forms, frames, addresses) needs the tags in their order only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from app.engine.budget import Budget

#: Tags that are told about; all others are passed over, so that a large page costs little.
_NAMES = (
    "script style textarea xmp title form input button meta base link a area iframe frame object embed applet param "
    "body html svg image img set animate animatetransform foreignobject use video audio source bgsound details "
    "marquee select isindex math template"
)
_TAG = re.compile(
    r"<(?:(!--)|(/)?(hta:application|(?:[a-z][\w-]{0,20}:)?(?:" + "|".join(_NAMES.split()) + r"))(?=[\s/>])"
    # Any other element counts only for its handlers, and so only when it has attributes.
    r"|[a-z][\w:-]{0,40}(?=[\s/]))",
    re.I,
)
_ATTRIBUTE = re.compile(
    r"""[\s/]*+(?:([^\s"'>/=][^\s>/=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"'][^\s>]*+))?+)?+|(["'=]))"""
)
_END = re.compile(r"\s*+/?+>?+")
_CLOSED = {
    name: re.compile(rf"</(?:[a-z][\w-]{{0,20}}:)?{name}(?=[\s/>])", re.I)
    for name in ("script", "style", "textarea", "xmp", "title")
}
#: Old browsers and script hosts read what stands in a comment with a condition.
_CONDITION = re.compile(r"\[if\b[^\]>]{0,200}\]>", re.I)
_COMMENT_END = re.compile(r"--!?>")
#: Characters of an attribute's name.
_LONGEST_NAME = 64
#: Attributes of one tag that are kept; all are passed over, and the tag says so.
_MOST = 20_000
_OFTEN = 1_024


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: its name, its attributes, and the raw text that belongs to it.

    name is in lower case without a prefix, and empty for an element that is only told of for its handlers. text is
    the content of script, title, style, textarea and xmp; ``closing`` tags have neither. ``start`` is where the tag
    begins.
    """

    name: str
    attributes: dict[str, str]
    text: str = ""
    closing: bool = False
    start: int = 0

    @property
    def cut(self) -> bool:
        """Whether it may have more attributes than are kept."""
        return len(self.attributes) >= _MOST

    def get(self, name: str) -> str:
        """Return an attribute without the blanks around it; empty when it is not there."""
        return self.attributes.get(name, "").strip()


def tags(text: str, budget: Budget, *, xml: bool = False) -> Iterator[Tag]:
    """Yield the tags of interest in ``text``; ``xml``: a tag may close itself and its text holds entities.

    Time is linear in the length of ``text``. Raises ``LimitReached`` when the time of the scan is over.
    """
    at, count = 0, 0
    while found := _TAG.search(text, at):
        count += 1
        if count % _OFTEN == 0:
            budget.charge_time()
        at = found.end()
        if found[1]:
            at = _behind_comment(text, at)
        elif name := found[3]:
            name = name.lower()
            name = name if name.startswith("hta:") else name.rpartition(":")[2]
            attributes, at = _attributes(text, at)
            if found[2]:
                yield Tag(name, {}, closing=True, start=found.start())
                continue
            content, at = _content(text, at, name, xml=xml)
            yield Tag(name, attributes, content, start=found.start())
        else:
            attributes, at = _attributes(text, at)
            if any(key.startswith("on") for key in attributes):
                yield Tag("", attributes, start=found.start())


def _behind_comment(text: str, at: int) -> int:
    """Return where the page goes on after ``<!--``: behind the comment, or within it when it has a condition."""
    if text.startswith((">", "->"), at):
        return at + 1
    if condition := _CONDITION.match(text, at):
        return condition.end()
    end = _COMMENT_END.search(text, at)
    return end.end() if end else len(text)


def _attributes(text: str, at: int) -> tuple[dict[str, str], int]:
    """Return the attributes that begin at ``at`` and where the tag ends; the first of two with one name counts."""
    found: dict[str, str] = {}
    while match := _ATTRIBUTE.match(text, at):
        at = match.end()
        if match[1] and len(match[1]) <= _LONGEST_NAME and len(found) < _MOST:
            value = match[2] or match[3] or match[4] or ""
            found.setdefault(match[1].lower(), unescape(value) if "&" in value else value)
    end = _END.match(text, at)
    return found, end.end() if end else at


def _content(text: str, at: int, name: str, *, xml: bool) -> tuple[str, int]:
    """Return the raw text that belongs to the tag which ends at ``at``, and where the next tag may begin."""
    closed = _CLOSED.get(name)
    if closed is None or (xml and text.endswith("/>", 0, at)):
        return "", at
    end = closed.search(text, at)
    content = text[at : end.start() if end else len(text)]
    if xml and "&" in content:
        content = unescape(content)
    return content, end.start() if end else len(text)
