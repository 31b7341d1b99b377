"""The Script Encoder of Windows: ``.vbe``, ``.jse`` and ``language="VBScript.Encode"``.

It hides text from the eye only. Each character is replaced by one of three tables, chosen by its place in a row of
64; an ``@`` stands before what could not be written otherwise. A block is ``#@~^``, its length and ``==``, the text, a
checksum and ``==^#~@``. Source of the tables: the decoders published since 2002 (``scrdec``), all alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_BEGIN = b"#@~^"
#: The mark, six characters of length and two equal signs.
_HEADER = 12
#: Six characters of checksum and two equal signs stand before this.
_END = b"^#~@"
_CHECKSUM = 8
#: What the characters from 0x20 on stand for, by table.
_FROM = 0x20
_TABLES = (
    bytes.fromhex(
        "2e477a56426a2f26494134325b7672433839704568714f09624423754a7e4a5e40774a615d224b6f4e3b4c50672a7d74"
        "542b2d2c306e6b66352521644d52633f7b7829287359337f6d55537c3a5f65465831696c5a48275c3d24793760512036"
    ),
    bytes.fromhex(
        "2d755260715e495c627d2936207c7a7f6b63332b68516676316454434c3a4c7e4c452c2a7427374479592f6f26726a39"
        "7b3f387767534734785d30235a5b6c485570692e4c21244e5009567335614b583b57226d4d2528464a32413d5f4f4265"
    ),
    bytes.fromhex(
        "323021295b38333d583a3565395c5673664e456b6259785e7d4a6d714160415340422748727531374d5222546a47642d"
        "207f2e4c5d7e6c6f797443267625242b28234134092a443f773b55696163506751494f46687c36706e7a2f5f4b5a2c57"
    ),
)
#: A tab, the one character below a blank that is replaced.
_TAB = b"\x57\x6e\x7b"
_ORDER = (
    *(0, 1, 2, 0, 1, 2, 1, 2, 2, 1, 2, 1, 0, 2, 1, 2, 0, 2, 1, 2, 0, 0, 1, 2, 2, 1, 0, 2, 1, 2, 2, 1),
    *(0, 0, 2, 1, 2, 1, 2, 0, 2, 0, 0, 1, 2, 0, 2, 1, 0, 2, 1, 2, 0, 0, 1, 2, 2, 0, 0, 1, 2, 0, 2, 1),
)
_ESCAPED = re.compile(rb"@([&#*!$])")
_MEANS = {b"&": b"\n", b"#": b"\r", b"*": b">", b"!": b"<", b"$": b"@"}
#: These are written by themselves: markup would end at one, an escape begin with the other.
_KEPT = frozenset(b"<>@")


def blocks(data: bytes) -> Iterator[bytes]:
    """Yield the text of every encoded block in ``data``; one without an end reaches as far as the data."""
    at = data.find(_BEGIN)
    while at >= 0:
        end = data.find(_END, at)
        body = data[at + _HEADER : end - _CHECKSUM if end >= 0 else len(data)]
        if body:
            yield decode(body)
        at = data.find(_BEGIN, end) if end >= 0 else -1


def decode(body: bytes) -> bytes:
    """Return the text of the encoded ``body``: what stands between the length and the checksum."""
    text = bytearray(_ESCAPED.sub(lambda match: _MEANS[match.group(1)], body))
    # An escaped character keeps its place in the row but is not replaced: mark where each stood.
    kept = _literal_places(body)
    place = 0
    for index, byte in enumerate(text):
        if byte >= 0x80:
            continue
        table = _ORDER[place & 63]
        place += 1
        if index in kept or byte in _KEPT:
            continue
        if byte == 9:
            text[index] = _TAB[table]
        elif byte >= _FROM:
            text[index] = _TABLES[table][byte - _FROM]
    return bytes(text)


def _literal_places(body: bytes) -> set[int]:
    """Return where in the unescaped text the characters stand that were escaped."""
    return {match.start() - number for number, match in enumerate(_ESCAPED.finditer(body))}
