"""Contact cards (.vcf): pictures and keys in them, and addresses that are folded or coded. Format: RFC 6350, 2426."""

from __future__ import annotations

import quopri
import re
from base64 import b64decode
from collections.abc import Iterator

from app.engine import charset
from app.engine.node import Child, Item, Node, Text, Tools

_START = re.compile(rb"\s{0,64}BEGIN:VCARD", re.I)
_MOST = 16 * 1024 * 1024
#: Lines go on where the next begins with a blank; quoted-printable ones where they end with an equals sign.
_FOLDED = re.compile(r"\r?\n[ \t]")
_SOFT = re.compile(r"=\r?\n")
_LINE = re.compile(r"^((?:[\w-]{1,40}\.)?[\w-]{1,40})((?:;[^:\r\n]{0,400})?):([^\r\n]*)", re.M)
_BASE64 = re.compile(r"ENCODING=(?:b\b|BASE64)|;BASE64\b", re.I)
_QUOTED = re.compile(r"QUOTED-PRINTABLE", re.I)
_DATA = re.compile(r"data:[\w/+.-]{0,60};base64,", re.I)


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield what a contact card carries in code; nothing for other texts."""
    if not _START.match(node.data):
        return
    text = charset.decode(node.data[:_MOST], charset.encoding_of(node.data) or "cp1252")
    text = _SOFT.sub("", _FOLDED.sub("", text))
    parts = 0
    for match in _LINE.finditer(text):
        name, traits, value = match.groups()
        tools.budget.charge_time()
        start = _DATA.match(value)
        if start or _BASE64.search(traits):
            parts += 1
            yield Child(f"{name.lower()}-{parts}", _decoded(value[start.end() if start else 0 :]))
        elif _QUOTED.search(traits):
            yield Text(quopri.decodestring(value.encode("utf-8", "replace")).decode("utf-8", "replace"))


def _decoded(value: str) -> bytes:
    letters = re.sub(r"[^A-Za-z0-9+/]", "", value)
    return b64decode(letters[: len(letters) // 4 * 4 + (len(letters) % 4 > 1) * (len(letters) % 4)] + "==")
