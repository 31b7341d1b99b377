"""Binary property lists, the form in which macOS writes .webloc: their texts, looked for addresses.

A text is a mark (ASCII or UTF-16), its length and its letters. Format: CoreFoundation's ``CFBinaryPList.c``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from app.engine.node import Child, Item, Node, Text, Tools

#: Mark of a text of fifteen letters and more, and the length in one, two or four bytes; shorter ones are no addresses.
_TEXT = re.compile(
    rb"([\x5f\x6f])(?:\x10([\x0f-\xff])|\x11(\0[\x0f-\xff]|[\x01-\xff][\s\S])"
    rb"|\x12(\0(?:[\x01-\xff][\s\S]|\0[\x01-\xff])[\s\S]))"
)
_MOST, _MOST_LETTERS = 16 * 1024 * 1024, 65_536
_LINKS = frozenset({"webloc", "inetloc", "fileloc"})
_ADDRESS = re.compile(r"[a-z][\w+.-]{1,20}:", re.I)


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the texts for their addresses; an internet shortcut as the plain one that it stands for."""
    texts, at = [], 0
    while match := _TEXT.search(node.data[:_MOST], at):
        tools.budget.charge_time()
        length = int.from_bytes(next(filter(None, match.groups()[1:])), "big")
        wide = match[1] == b"\x6f"
        raw = bytes(node.data[match.end() : match.end() + min(length, _MOST_LETTERS) * (2 if wide else 1)])
        at = match.end() + len(raw)
        texts.append(raw.decode("utf-16-be" if wide else "ascii", "replace"))
    if node.extension in _LINKS:
        strings = "".join(f"<string>{escape(text)}</string>" for text in texts if _ADDRESS.match(text))
        yield Child("", f"<?xml version='1.0'?><plist><dict>{strings}</dict></plist>".encode())
    elif texts:
        yield Text("\n".join(texts))
