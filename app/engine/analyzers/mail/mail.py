"""E-mail messages and web archives (.eml, .mht): bodies and attachments, forwarded messages included."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from mimetypes import guess_extension
from urllib.parse import unquote

from app.engine.analyzers.mail import headers, sender
from app.engine.budget import LimitReached
from app.engine.model import Confidence, Severity
from app.engine.node import Child, Item, Node, Tools
from app.engine.node_name import extension_of
from app.engine.view import reader

#: The name in a header that is too broken for the parser; hiding an extension that way is an old trick.
_NAME = re.compile(r"""name\*?\d*\*?\s*=\s*(?:[\w-]*'[\w-]*')?["']?([^"';\r\n]{1,255})""", re.I)
#: Characters of one header; the standard for mail allows 998 a line, and a boundary or a name takes one line.
_HEADER = 8_192
#: A boundary in one piece; one that goes on in a second piece (RFC 2231) is called by its number.
_BOUNDARY = re.compile(r";\s{0,20}boundary\s{0,9}=\s{0,9}(\"[^\"]{0,200}\"|[^\s;\"]{1,200})", re.I)
#: Names for bodies, which have none of their own.
_BODIES = {"text/plain": "body.txt", "text/html": "body.html"}


class _ShortHeaders(Compat32):
    """Reads headers as far as people and programs write them.

    The standard library splits parameters in time quadratic in their length: a megabyte of them takes a minute.
    """

    def __init__(self, choice: int = 0) -> None:
        super().__init__()
        #: Name of the last header about the content that was cut short; the others do not decide what is found.
        object.__setattr__(self, "cut", "")

        #: Which of several boundaries in one header counts, and whether any header has several.
        object.__setattr__(self, "choice", choice)
        object.__setattr__(self, "several", False)

    cut: str
    choice: int
    several: bool

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        if len(value) > _HEADER:
            if name.lower().startswith("content-"):
                object.__setattr__(self, "cut", name)
            value = value[:_HEADER]
        if name.lower() == "content-type" and value.lower().count("boundary") > 1:
            value = self._chosen(value)
        return name, value

    def _chosen(self, value: str) -> str:
        """Return the header with one boundary: mail programs differ in which of several they take."""
        found = list(_BOUNDARY.finditer(value))
        if len({match[1] for match in found}) < 2:
            return value
        object.__setattr__(self, "several", True)
        kept = found[0] if self.choice == 0 else next(match for match in found if match[1] != found[0][1])
        return _BOUNDARY.sub("", value).rstrip("; \t\r\n") + "; " + kept.group().lstrip("; \t\r\n")


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield every part that has content as a child; parts of forwarded messages carry their name before theirs.

    The old header policy of the standard library is the base on purpose: it decodes less and so fails on less.
    """
    policy = _ShortHeaders()
    try:
        message = BytesParser(policy=policy).parse(reader(node.data))
        parts = list(_leaves(message, "", tools, 1))
    except RecursionError:
        raise LimitReached("depth") from None
    if policy.cut:
        yield node.finding("mail.long_header", Severity.UNKNOWN, "Header too long to be read to its end", policy.cut)
    if policy.several:
        yield node.finding(
            "mail.two_boundaries",
            Severity.SUSPICIOUS,
            "Mail that says twice where its parts end, so that programs see different attachments",
            confidence=Confidence.MEDIUM,
        )
        other = BytesParser(policy=_ShortHeaders(choice=1)).parse(reader(node.data))
        parts += list(_leaves(other, "", tools, 1)) if other.is_multipart() else []
    yield from headers.texts(message)
    yield from sender.findings(node, message)
    for number, (prefix, part) in enumerate(parts, start=1):
        tools.budget.charge_time()
        content = _content(part)
        if content:
            yield Child(prefix + _name(part, number), content, siblings=len(parts))


def _leaves(message: Message, prefix: str, tools: Tools, depth: int) -> Iterator[tuple[str, Message]]:
    """Yield (names of the messages around it, part) for every part without parts of its own."""
    if depth > tools.budget.limits.depth:
        raise LimitReached("depth")
    if not message.is_multipart():
        yield prefix, message
        return
    if message.get_content_type() == "message/rfc822":
        prefix += _name(message, 0) + "/"
    for part in message.get_payload():
        if isinstance(part, Message):
            yield from _leaves(part, prefix, tools, depth + 1)
    preamble = (message.preamble or "") + (message.epilogue or "")
    if len(preamble) > 200:
        # Parts behind a wrong boundary end up here; mail programs differ in what they show.
        yield prefix, _as_part(preamble)


def _as_part(text: str) -> Message:
    part = Message(policy=Compat32())
    part["Content-Type"] = 'text/plain; name="outside.txt"'
    part.set_payload(text.encode("utf-8", "surrogateescape").decode("latin-1"))
    return part


def _content(part: Message) -> bytes:
    """Return the decoded bytes of a part, texts in UTF-8 where their charset is wide or shifted."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return b""
    charset = (part.get_content_charset() or "").lower()
    if part.get_content_maintype() == "text" and charset.startswith(("utf-16", "utf-32", "utf-7", "iso-2022", "hz")):
        try:
            return content.decode(charset, "replace").encode("utf-8", "replace")
        except LookupError:
            return content
    return content


def _name(part: Message, number: int) -> str:
    """Return the name that a mail program would show for the part."""
    try:
        name = part.get_filename()
        name = str(make_header(decode_header(name))) if name else ""
    except (ValueError, LookupError, TypeError, UnicodeError):
        name = _broken_name(part)
    name = name or _place(part)
    if name:
        return name
    media = part.get_content_type()
    if media == "message/rfc822":
        return "message.eml"
    return _BODIES.get(media) or f"part-{number}{guess_extension(media) or ''}"


def _place(part: Message) -> str:
    """Return the last part of the address that a part of a web archive came from, empty when it names no file."""
    path = str(part.get("Content-Location", "")).strip().partition("?")[0].partition("#")[0]
    last = unquote(path.replace("\\", "/").rpartition("/")[2])
    return last if extension_of(last) else ""


def _broken_name(part: Message) -> str:
    headers = (str(part.get(header, "")) for header in ("Content-Disposition", "Content-Type"))
    found = next((match for header in headers if (match := _NAME.search(header))), None)
    return found.group(1) if found else ""
