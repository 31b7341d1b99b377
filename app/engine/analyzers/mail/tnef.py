"""TNEF (winmail.dat): attachments and bodies of mails from Outlook. Formats: MS-OXTNEF, MS-OXCDATA."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from app.engine.analyzers.office import rtf_compressed
from app.engine.node import Child, Item, Node, Tools

_HEADER = 6
_ATTRIBUTE = struct.Struct("<BII")
_BODY, _TITLE, _DATA = 0x0002800C, 0x00018010, 0x0006800F
_MESSAGE, _RENDERING, _ATTACHMENT = 0x00069003, 0x00069002, 0x00069005
#: MAPI properties: text, packed RTF, HTML, long and short name of an attachment, its content.
_TEXT, _RTF, _HTML, _LONG_NAME, _SHORT_NAME, _CONTENT = 0x1000, 0x1009, 0x1013, 0x3707, 0x3704, 0x3701
#: Property types of a fixed size, padded to four bytes.
_SIZES = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING8, _UNICODE, _BINARY, _OBJECT = 0x1E, 0x1F, 0x102, 0x0D
_MANY = 0x1000
#: An embedded object begins with the GUID of its interface.
_GUID = 16
_TNEF = b"x\x9f>\x22"


class _Property(NamedTuple):
    kind: int
    value: memoryview

    @property
    def text(self) -> str:
        return bytes(self.value).decode("utf-16-le" if self.kind == _UNICODE else "cp1252", "replace").rstrip("\0")


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield bodies and attachments; raise ``EOFError`` behind what there is of a file that is cut off."""
    name, data, cut = "", node.data[:0], False
    for tag, value in _attributes(node.data):
        tools.budget.charge_time()
        if tag == _RENDERING:
            if len(data):
                yield Child(name or "attachment", data)
            name, data = "", node.data[:0]
        elif tag == _TITLE:
            name = name or bytes(value).decode("cp1252", "replace").rstrip("\0")
        elif tag == _DATA:
            data = value
        elif tag == _ATTACHMENT:
            properties = _properties(value)
            named = properties.get(_LONG_NAME) or properties.get(_SHORT_NAME)
            name = named.text if named else name
            if _CONTENT in properties:
                data = _content(properties[_CONTENT])
        elif tag == _MESSAGE:
            yield from _bodies(_properties(value))
        elif tag == _BODY:
            yield Child("body.txt", value)
        cut = not tag
    if len(data):
        yield Child(name or "attachment", data)
    if cut:
        raise EOFError


def _attributes(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield (tag, value) of every attribute; tag 0 for one that is cut off, behind what there is of it."""
    at = _HEADER
    while at < len(data):
        header = data[at : at + _ATTRIBUTE.size]
        if len(header) < _ATTRIBUTE.size:
            yield 0, data[:0]
            return
        _, tag, length = _ATTRIBUTE.unpack(header)
        value = data[at + _ATTRIBUTE.size : at + _ATTRIBUTE.size + length]
        yield tag or 1, value
        if len(value) < length:
            yield 0, data[:0]
            return
        at += _ATTRIBUTE.size + length + 2


def _bodies(properties: dict[int, _Property]) -> Iterator[Item]:
    if _TEXT in properties:
        yield Child("body.txt", properties[_TEXT].text.encode("utf-8", "replace"))
    if _RTF in properties:
        yield Child("body.rtf", rtf_compressed.unpacked(bytes(properties[_RTF].value)), len(properties[_RTF].value))
    if _HTML in properties:
        yield Child("body.html", bytes(properties[_HTML].value))


def _content(content: _Property) -> memoryview:
    """Return the content of an attachment; a forwarded message is a TNEF of its own behind a GUID."""
    if content.kind == _OBJECT and bytes(content.value[_GUID : _GUID + 4]) == _TNEF:
        return content.value[_GUID:]
    return content.value


def _properties(data: memoryview) -> dict[int, _Property]:
    """Return the properties that have a text or bytes, by their number; what cannot be read ends the list."""
    found: dict[int, _Property] = {}
    if len(data) < 4:
        return found
    (count,) = struct.unpack_from("<I", data)
    at = 4
    for _ in range(min(count, 10_000)):
        if at + 4 > len(data):
            break
        kind, number = struct.unpack_from("<HH", data, at)
        at = _skip_name(data, at + 4) if number >= 0x8000 else at + 4
        values, at = _values(data, at, kind)
        if at < 0:
            break
        if values and kind & ~_MANY in (_STRING8, _UNICODE, _BINARY, _OBJECT):
            found.setdefault(number, _Property(kind & ~_MANY, values[0]))
    return found


def _skip_name(data: memoryview, at: int) -> int:
    """Skip the GUID and the number or name of a named property."""
    if at + 24 > len(data):
        return len(data)
    kind, length = struct.unpack_from("<II", data, at + 16)
    return at + 24 + (length + -length % 4 if kind else 0)


def _values(data: memoryview, at: int, kind: int) -> tuple[list[memoryview], int]:
    """Return the values of a property and where the next one begins, -1 when that is not known."""
    base, many = kind & ~_MANY, bool(kind & _MANY)
    variable = base in (_STRING8, _UNICODE, _BINARY, _OBJECT)
    count = 1
    if many or variable:
        if at + 4 > len(data):
            return [], -1
        (count,) = struct.unpack_from("<I", data, at)
        at += 4
    if not variable:
        size = _SIZES.get(base)
        return [], at + count * size if size else -1
    values: list[memoryview] = []
    for _ in range(min(count, 10_000)):
        if at + 4 > len(data):
            return values, -1
        (length,) = struct.unpack_from("<I", data, at)
        values.append(data[at + 4 : at + 4 + length])
        at += 4 + length + -length % 4
    return values, at
