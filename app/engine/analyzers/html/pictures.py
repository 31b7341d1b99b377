"""Pictures that a page carries within addresses (``data:image/…;base64,…``): in tags, style sheets and scripts."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote

from app.engine.budget import Budget
from app.engine.model import Severity
from app.engine.node import Child, Item, Node

#: RFC 2397. The body ends at the first character that neither base64 nor a way of escaping it has.
_PICTURE = re.compile(
    r"data:\s{0,3}image/([\w.+-]{1,40})(?:;[\w=.-]{1,40}){0,4};\s{0,3}base64\s{0,3},([\w+/=%&#;\\\s-]*+)", re.I
)
_ESCAPED = re.compile(r"\\(?:[nrt]|u000[ad]|x0[ad])", re.I)
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
#: Characters below which no picture is large enough for a code.
_LEAST = 120
#: Different pictures of one page, and characters of all of them.
_MOST, _MOST_CHARACTERS = 400, 64_000_000
_DRAWING = "svg+xml"


def children(node: Node, text: str, budget: Budget) -> Iterator[Item]:
    """Yield every different picture as a child; a finding of severity unknown when there are more than are read.

    Drawings count only when they carry pictures themselves: as pictures of a page they run nothing.
    """
    if ";base64" not in text and ";BASE64" not in text:
        return
    seen: set[int] = set()
    room = _MOST_CHARACTERS
    for match in _PICTURE.finditer(text):
        budget.charge_time()
        kind, body = match[1].lower(), match[2]
        if len(body) < _LEAST or hash(body) in seen:
            continue
        room -= len(body)
        if len(seen) >= _MOST or room < 0:
            title = "Page that carries more pictures within addresses than are searched for codes"
            yield node.finding("limit.page_pictures", Severity.UNKNOWN, title)
            return
        seen.add(hash(body))
        data = _decoded(body)
        if kind != _DRAWING or b"data:image" in data:
            yield Child(f"picture-{len(seen)}.{'svg' if kind == _DRAWING else kind}", data)


def _decoded(body: str) -> bytes:
    if "%" in body:
        body = unquote(body)
    if "&" in body:
        body = unescape(body)
    if "\\" in body:
        body = _ESCAPED.sub("", body)
    body = _NOT_BASE64.sub("", body.replace("-", "+").replace("_", "/"))
    return b64decode(body[: len(body) - (len(body) % 4 == 1)] + "==", validate=False)
