"""OneNote sections: the files embedded in them.

The format is a revision store of many kinds of nodes (MS-ONESTORE); embedded files stand in it as
``FileDataStoreObject`` structures (2.6.13), which their two class identifiers mark, so they are found by those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Text, Tools
from app.engine.node_name import extension_of

#: How an embedded file begins, {BDE316E7-2665-4511-A4C4-8D4D0B7A9EAC}; then its length (8 bytes), 12 unused ones.
_HEADER = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac")
_BEFORE = 36
#: How it ends, {71FBA722-0F79-4A0B-BB13-899256426B24}.
_FOOTER = bytes.fromhex("22a7fb71790f0b4abb13899256426b24")
#: The packaging that servers write, {638DE92F-A6D4-4BC1-9A36-B3FC2511A5B7}: files are cut into blobs there.
_SERVER_PACKAGING = bytes.fromhex("2fe98d63d4a6c14b9a36b3fc2511a5b7")
#: How the name of an embedded file ends; as a property it stands in UTF-16 behind its size in bytes.
_NAME_END = re.compile(rb"\.\x00(?:[0-9A-Za-z_-]\x00){2,12}\x00\x00")
_LONGEST_NAME = 520
_WIDE_ADDRESS = re.compile(rb"h\x00t\x00t\x00p\x00(?:s\x00)?:\x00/\x00/\x00(?:[\x21-\x7e]\x00){3,1000}")
_ADDRESS = re.compile(rb"https?://[\x21-\x7e]{3,1000}")
#: Pictures of the page itself have no name worth having.
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"\x01\x00\x00\x00")
_PICTURE_NAMES = frozenset({"png", "jpg", "jpeg", "gif", "bmp", "emf", "wmf", "tif", "tiff"})


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the embedded files in the order of the section, and the addresses in its text."""
    content = node.data.tobytes()
    names = _names(content)
    if _SERVER_PACKAGING in content[:256] and (names or _HEADER not in content):
        # What is in the blobs cannot be told from here, so a page without any file looks like one with.
        yield node.finding(
            "archive.unsupported",
            Severity.UNKNOWN,
            "Notes as a server keeps them: the files in them could not be taken out",
            ", ".join(names),
        )
    yield from _files(node, content, names, tools)
    found = chain(
        (match.group().decode("utf-16-le") for match in _WIDE_ADDRESS.finditer(content)),
        (match.group().decode("ascii") for match in _ADDRESS.finditer(content)),
    )
    if text := "\n".join(dict.fromkeys(found)):
        yield Text(text)


def _files(node: Node, content: bytes, names: list[str], tools: Tools) -> Iterator[Item]:
    named = iter(names)
    count = 0
    at = content.find(_HEADER)
    while at >= 0:
        tools.budget.charge_time()
        count += 1
        start = at + _BEFORE
        end = min(start + int.from_bytes(content[at + 16 : at + 24], "little"), len(content))
        if content[end : end + 32].find(_FOOTER) < 0:
            # A length that lies: the file ends at its footer, or where the next begins.
            end = _place(content, _HEADER, start, len(content))
            end = _place(content, _FOOTER, start, end)
        data = node.data[start:end]
        picture = bytes(data[:4]).startswith(_PICTURES)
        yield Child(f"image-{count}" if picture else next(named, f"embedded-{count}"), data)
        at = content.find(_HEADER, max(end, start))


def _place(content: bytes, mark: bytes, start: int, end: int) -> int:
    """Return where ``mark`` first stands between the two places; the second one when it does not."""
    found = content.find(mark, start, end)
    return found if found >= 0 else end


def _names(content: bytes) -> list[str]:
    """Return the names of attached files in the order of their properties; pictures' names are left out."""
    found: dict[str, None] = {}
    for match in _NAME_END.finditer(content):
        for size in range(6, _LONGEST_NAME, 2):
            start = match.end() - size
            if start < 4:
                break
            if int.from_bytes(content[start - 4 : start], "little") == size:
                name = content[start : match.end() - 2].decode("utf-16-le", "replace")
                if "\\" not in name and extension_of(name) not in _PICTURE_NAMES:
                    found[name] = None
                break
    return list(found)
