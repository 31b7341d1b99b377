"""A zip with one member under a password, as malware samples are handed around: no gateway opens it, every unzip does.

The encryption is the traditional one of PKWARE (APPNOTE.TXT 6.3.10, section 6.1), because only that opens with the zip
programs people already have. It is weak, and meant to be: it keeps a file from being run or scanned by accident, and
its password ``infected`` is known to all.
"""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from app.engine.printable import printable
from app.errors import Rejected

_LEAST_VERSION = 20  # 2.0: deflate and traditional encryption
_ON_UNIX = 3 << 8
# Encrypted; sizes and CRC follow the content, so it need not be read twice; the name is UTF-8.
_FLAGS = 1 << 0 | 1 << 3 | 1 << 11
_DEFLATED = 8
# 1 January 1980, the first day a zip knows: when the file was sent stands in the console.
_TIME, _DATE = 0, 1 << 5 | 1
_MODE = 0o100600 << 16
_MOST_BYTES = 0xFFFF_FFFF
_ENCRYPTION_HEADER_BYTES = 12
_PIECE_BYTES = 1 << 16

#: What separates folders or means something to a shell or a file system.
_UNSAFE_IN_NAMES = re.compile(r'[/\\:*?"<>|\x00-\x1f]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_MOST_NAME_CHARACTERS = 120
_KEPT_END = 40


def password_zip(
    name: str,
    chunks: Iterable[bytes],
    *,
    password: bytes = b"infected",
    random: Callable[[int], bytes] = os.urandom,
) -> Iterator[bytes]:
    """Yield a zip archive with ``chunks`` as its one member, called like ``name`` but harmless, under ``password``.

    The first piece comes only after the first chunk was had, so what fails at once fails before anything was sent.
    Raises Rejected for content of 4 GiB and more, which needs a newer format than every unzip program knows.
    """
    source = iter(chunks)
    source = chain((next(source, b""),), source)
    member = member_name(name).encode("utf-8")
    start = struct.pack(
        "<4s5H3L2H", b"PK\x03\x04", _LEAST_VERSION, _FLAGS, _DEFLATED, _TIME, _DATE, 0, 0, 0, len(member), 0
    )
    yield start + member
    content = _Member()
    encrypt = _encryption(password)
    # The last byte of the header lets a program check the password: the high byte of the time, as no CRC is known yet.
    written = _ENCRYPTION_HEADER_BYTES
    yield encrypt(random(_ENCRYPTION_HEADER_BYTES - 1) + bytes([_TIME >> 8]))
    for piece in content.deflated(source):
        written += len(piece)
        yield encrypt(piece)
    if max(written, content.size) > _MOST_BYTES:
        raise _too_large()
    sizes = struct.pack("<3L", content.crc, written, content.size)
    yield b"PK\x07\x08" + sizes + _directory(member, sizes, len(start) + len(member) + written + 16)


def member_name(name: str) -> str:
    """Return ``name`` as one plain file name: no folders, no controls, nothing a system reads as a device.

    A long name keeps its beginning and its end, where the extension is.
    """
    plain = printable(_UNSAFE_IN_NAMES.sub("_", name), limit=10_000).replace("\\", "_").strip(" .")
    if len(plain) > _MOST_NAME_CHARACTERS:
        plain = plain[: _MOST_NAME_CHARACTERS - _KEPT_END - 1] + "_" + plain[-_KEPT_END:]
    if _DEVICE.match(plain):
        plain = "_" + plain
    return plain or "file"


class _Member:
    """Deflates a content, and knows its size and CRC-32 afterwards."""

    def __init__(self) -> None:
        self.size = 0
        self.crc = 0

    def deflated(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the raw deflate stream. Every byte saved here is one that need not be encrypted, the slow part."""
        # Level 9 costs less time than the bytes it saves would take to encrypt.
        compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        for chunk in chunks:
            self.size += len(chunk)
            self.crc = zlib.crc32(chunk, self.crc)
            for start in range(0, len(chunk), _PIECE_BYTES):
                if piece := compressor.compress(chunk[start : start + _PIECE_BYTES]):
                    yield piece
            if self.size > _MOST_BYTES:
                raise _too_large()
        yield compressor.flush()


def _too_large() -> Rejected:
    return Rejected("The file is too large for a zip that every program opens (4 GiB and more).", code="zip.size")


def _directory(member: bytes, sizes: bytes, offset: int) -> bytes:
    """Return the central directory with the one member, which begins at 0, and the end record."""
    entry = (
        struct.pack("<4s6H", b"PK\x01\x02", _ON_UNIX | _LEAST_VERSION, _LEAST_VERSION, _FLAGS, _DEFLATED, _TIME, _DATE)
        + sizes
        + struct.pack("<5H2L", len(member), 0, 0, 0, 0, _MODE, 0)
        + member
    )
    return entry + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), offset, 0)


def _crc_table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ 0xEDB88320 if value & 1 else value >> 1
        table.append(value)
    return tuple(table)


_CRC = _crc_table()
#: Byte of the key stream for the low 16 bits of the third key (section 6.1.6).
_STREAM = bytes(((key | 2) * ((key | 2) ^ 1) >> 8) & 0xFF for key in range(1 << 16))


def _encryption(password: bytes) -> Callable[[bytes], bytes]:
    """Return the function that encrypts the next bytes of one member."""
    key0, key1, key2 = 0x12345678, 0x23456789, 0x34567890
    for byte in password:
        key0 = key0 >> 8 ^ _CRC[(key0 ^ byte) & 0xFF]
        key1 = ((key1 + (key0 & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        key2 = key2 >> 8 ^ _CRC[(key2 ^ key1 >> 24) & 0xFF]

    def encrypt(data: bytes) -> bytes:
        nonlocal key0, key1, key2
        # Everything the loop touches is local: this is a million rounds a megabyte.
        crc, stream, first, second, third = _CRC, _STREAM, key0, key1, key2
        encrypted = bytearray(data)
        for position, byte in enumerate(data):
            encrypted[position] = byte ^ stream[third & 0xFFFF]
            first = first >> 8 ^ crc[(first ^ byte) & 0xFF]
            second = ((second + (first & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
            third = third >> 8 ^ crc[(third ^ second >> 24) & 0xFF]
        key0, key1, key2 = first, second, third
        return bytes(encrypted)

    return encrypt
