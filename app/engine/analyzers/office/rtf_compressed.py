"""Text of mails as Outlook packs it (PR_RTF_COMPRESSED), unpacked. Format: MS-OXRTFCP."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_PACKED, _PLAIN = b"LZFu", b"MELA"
_WINDOW = 4096
#: What the dictionary holds before the first byte (2.1.3.1.1).
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
#: Bytes yielded together.
_STEP = 64 * 1024


def unpacked(data: bytes) -> Iterator[bytes]:
    """Yield the text piece by piece; raises ``EOFError`` behind what there is of one that is cut off or no such text.

    The header holds two sizes and the kind; the checksum is not looked at, as readers do not.
    """
    if len(data) < 16:
        raise EOFError
    _, size = struct.unpack_from("<II", data)
    kind = data[8:12]
    if kind == _PLAIN:
        yield data[16 : 16 + size]
        return
    if kind != _PACKED:
        raise EOFError
    yield from _runs(data)


def _runs(data: bytes) -> Iterator[bytes]:
    """Flag bytes, each followed by eight literals or references into the dictionary (2.2.1); one to itself ends.

    Some writers leave that mark out, so what has the size that it should have is whole too.
    """
    missing = int.from_bytes(data[4:8], "little")
    window = bytearray(_DICTIONARY.ljust(_WINDOW, b"\0"))
    place, out, at = len(_DICTIONARY), bytearray(), 16
    while at < len(data):
        flags, at = data[at], at + 1
        for bit in range(8):
            if flags >> bit & 1:
                if at + 2 > len(data):
                    yield bytes(out)
                    raise EOFError
                offset, length = (data[at] << 8 | data[at + 1]) >> 4, (data[at + 1] & 0xF) + 2
                at += 2
                if offset == place:
                    yield bytes(out)
                    return
            elif at < len(data):
                offset, length = -1, 1
            else:
                break
            for step in range(length):
                byte = data[at] if offset < 0 else window[(offset + step) % _WINDOW]
                window[place] = byte
                place = (place + 1) % _WINDOW
                out.append(byte)
            at += offset < 0
        if len(out) >= _STEP:
            yield bytes(out)
            missing -= len(out)
            out.clear()
    yield bytes(out)
    if len(out) < missing:
        raise EOFError
