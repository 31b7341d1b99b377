"""Locked presentations of PowerPoint 97 to 2003: each part is locked with RC4 by its number in the directory.

Formats: MS-PPT 2.1.2 (how to find the parts), 2.3.2 to 2.3.7; MS-OFFCRYPTO 2.3.5 (RC4 CryptoAPI).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher

from app.engine.analyzers.excel import encryption as excel_encryption
from app.engine.analyzers.office.encryption import NotOpened
from app.engine.node import Tools

_USER_EDIT, _DIRECTORY, _SESSION = 0x0FF5, 0x1772, 0x2F14
#: Records that are never encrypted.
_CLEAR = frozenset({_USER_EDIT, _DIRECTORY, _SESSION})
#: Edits that a presentation was saved with, one after the other.
_MOST_EDITS = 1_000


def opened(user: bytes, content: bytes, tools: Tools) -> tuple[str, bytes]:
    """Return the password that fits and the main stream in the clear; ``user`` is the stream ``Current User``.

    Raises ``NotOpened``.
    """
    try:
        (edit,) = struct.unpack_from("<I", user, 16)
        places = _directory(content, edit, tools)
        (session,) = struct.unpack_from("<I", content, edit + 36)
        kind, at, size = _record(content, places[session])
        if kind != _SESSION:
            raise NotOpened
        password, keys = excel_encryption.key_of_blocks(b"\x01\0" + content[at : at + size], tools)
        out = bytearray(content)
        left = len(content)
        for number, place in places.items():
            tools.budget.charge_time()
            if number == session or _record(content, place)[0] in _CLEAR:
                continue
            # Parts lie one behind the other; those that do not are decrypted as far as one pass goes.
            cipher = Cipher(ARC4(keys(number)), None).decryptor()
            head = cipher.update(content[place : place + 8])
            length = min(int.from_bytes(head[4:8], "little"), left)
            left -= length
            out[place : place + 8 + length] = head + cipher.update(content[place + 8 : place + 8 + length])
    except (struct.error, KeyError, ValueError) as error:
        raise NotOpened from error
    return password, bytes(out[: len(content)])


def _record(content: bytes, at: int) -> tuple[int, int, int]:
    """Return type, position of the data, and size of the record at ``at``."""
    _, kind, size = struct.unpack_from("<HHI", content, at)
    return kind, at + 8, size


def _directory(content: bytes, edit: int, tools: Tools) -> dict[int, int]:
    """Return where each part lies by its number: what the last edit says counts."""
    places: dict[int, int] = {}
    seen: set[int] = set()
    while edit and edit not in seen and len(seen) < _MOST_EDITS:
        tools.budget.charge_time()
        seen.add(edit)
        if _record(content, edit)[0] != _USER_EDIT:
            raise NotOpened
        edit_before, directory = struct.unpack_from("<II", content, edit + 16)
        for number, place in _entries(content, directory):
            places.setdefault(number, place)
        edit = edit_before
    return places


def _entries(content: bytes, directory: int) -> Iterator[tuple[int, int]]:
    kind, at, size = _record(content, directory)
    if kind != _DIRECTORY:
        raise NotOpened
    end = min(at + size, len(content))
    while at + 4 <= end:
        (head,) = struct.unpack_from("<I", content, at)
        first, count = head & 0xFFFFF, head >> 20
        for index in range(count):
            at += 4
            if at + 4 > end:
                return
            yield first + index, struct.unpack_from("<I", content, at)[0]
        at += 4
