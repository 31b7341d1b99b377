"""The manifest of an Android app: XML in a binary form of its own, read with bounds on every table.

Format: ``ResourceTypes.h`` of the Android Open Source Project. Attributes are known by their resource numbers, because
obfuscators blank their names.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_POOL, _NUMBERS, _START = 0x0001, 0x0180, 0x0102
_UTF8 = 0x100
_STRING, _FLAG = 0x03, 0x12
_NONE = 0xFFFFFFFF
_MOST_STRINGS = 20_000
_MOST_CHUNKS = 50_000
_MOST_ATTRIBUTES = 64
_LENGTH = 512
_ROW = 20
#: Resource numbers of the attributes that matter (``android.R.attr``).
_ATTRIBUTES = {0x01010003: "name", 0x01010006: "permission", 0x0101000F: "debuggable", 0x01010270: "targetSdkVersion"}


@dataclass(frozen=True, slots=True)
class Element:
    """One element with the attributes that are known: texts, numbers and truth values as texts."""

    name: str
    attributes: dict[str, str]


def elements(data: memoryview) -> Iterator[Element]:
    """Yield the elements in their order; ends early where the form is damaged."""
    strings: list[str] = []
    numbers: tuple[int, ...] = ()
    at = 8
    for _ in range(_MOST_CHUNKS):
        head = _unpack(data, at, "<HHI")
        if not head or head[2] < 8:
            return
        kind, header, size = head
        chunk = data[at : at + size]
        if kind == _POOL:
            strings = strings or list(_strings(chunk))
        elif kind == _NUMBERS:
            count = min((len(chunk) - header) // 4, _MOST_STRINGS)
            numbers = _unpack(chunk, header, f"<{max(count, 0)}I") or ()
        elif kind == _START:
            yield _element(chunk, header, strings, numbers)
        at += size


def _unpack(data: memoryview, at: int, form: str) -> tuple[int, ...] | None:
    if at < 0 or at + struct.calcsize(form) > len(data):
        return None
    return struct.unpack_from(form, data, at)


def _strings(chunk: memoryview) -> Iterator[str]:
    head = _unpack(chunk, 8, "<I4xII")
    if not head:
        return
    count, flags, start = head
    for number in range(min(count, _MOST_STRINGS)):
        place = _unpack(chunk, 28 + 4 * number, "<I")
        if not place:
            return
        yield _string(chunk[start + place[0] :][: 2 * _LENGTH + 4], bool(flags & _UTF8))


def _string(raw: memoryview, utf8: bool) -> str:
    """Return one string of the pool: lengths of one or two units stand before it."""
    if len(raw) < 2:
        return ""
    if utf8:
        start = 2 if raw[0] & 0x80 else 1
        if len(raw) < start + 2:
            return ""
        length = raw[start] if not raw[start] & 0x80 else (raw[start] & 0x7F) << 8 | raw[start + 1]
        start += 2 if raw[start] & 0x80 else 1
        return bytes(raw[start : start + min(length, _LENGTH)]).decode("utf-8", "replace")
    (length,) = struct.unpack_from("<H", raw)
    start = 2
    if length & 0x8000:
        length, start = _LENGTH, 4
    return bytes(raw[start : start + 2 * min(length, _LENGTH)]).decode("utf-16-le", "replace")


def _element(chunk: memoryview, header: int, strings: list[str], numbers: tuple[int, ...]) -> Element:
    fields = _unpack(chunk, header, "<4xIHHH")
    if not fields:
        return Element("", {})
    name, start, size, count = fields
    # Rows that overlap would cost more than the file has bytes.
    size = max(size, _ROW)
    attributes = {}
    for number in range(min(count, _MOST_ATTRIBUTES)):
        row = _unpack(chunk, header + start + size * number, "<4xIIHBBI")
        if not row:
            break
        key, raw, _, _, kind, value = row
        known = _ATTRIBUTES.get(numbers[key], "") if key < len(numbers) else ""
        label = known or _at(strings, key)
        if kind == _STRING:
            attributes[label] = _at(strings, value if raw == _NONE else raw)
        else:
            attributes[label] = ("true" if value else "false") if kind == _FLAG else str(value)
    return Element(_at(strings, name), attributes)


def _at(strings: list[str], number: int) -> str:
    return strings[number] if number < len(strings) else ""
