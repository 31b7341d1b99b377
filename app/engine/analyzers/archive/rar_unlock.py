"""A locked RAR written anew without its lock, for the readers of plain ones.

Each version keeps its headers; what is encrypted in them is decrypted, what speaks of encryption is left out, and the
checksums that were computed under the key go with it. Formats: see ``rar`` and ``rar_key``.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from app.engine.analyzers.archive import libarchive
from app.engine.analyzers.archive.rar_key import Key, Lock, new_key, old_key
from app.engine.analyzers.archive.rar_number import number, written
from app.engine.budget import LimitReached
from app.engine.node import Tools, Unsupported

_OLD, _NEW = b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"
_BLOCK = 16
#: The largest header that RAR 5 allows.
_MOST_HEADER = 2 * 1024 * 1024
#: Bytes of a member that is unpacked to try a password.
_MOST_TRIED = 16 * 1024 * 1024


def unlocked(data: memoryview, tools: Tools) -> bytes | None:
    """Return the archive without its lock when one of the passwords opens it, else None."""
    rewrite = _new if bytes(data[:8]) == _NEW else _old
    for password in tools.passwords:
        try:
            tools.budget.charge_password()
            rewritten = rewrite(data, password, tools)
        except LimitReached as reached:
            if reached.final:
                raise
            return None
        except (EOFError, struct.error, IndexError, ValueError):
            # Noise under a wrong password, or an archive that is damaged.
            continue
        if rewritten:
            return rewritten
    return None


def archive_of(packed: memoryview, size: int, method: int) -> bytes:
    """Return an archive of version 5 with one plain member, given its packed bytes and what its header says of them."""
    # Without the bit that says that it goes on with what the members before it left in the window.
    fields = written(0) + written(size) + written(0) + written(method & ~0x40) + written(0) + written(1) + b"a"
    return _NEW + _block(1, 0, written(0)) + _block(2, 0, fields, packed) + _block(5, 0, written(0))


class _Header(NamedTuple):
    """A header of RAR 5 in the clear, without its checksum and length, and where its data lie."""

    kind: int
    flags: int
    body: bytes
    extra: bytes
    data: memoryview


def _new(data: memoryview, password: str, tools: Tools) -> bytes | None:
    """Return the archive of version 5 anew; None when the password is wrong for one of its members."""
    keys: dict[Lock, Key | None] = {}
    out = bytearray(_NEW + _block(1, 0, written(0)))
    solid = False
    for header in _new_headers(data, password, keys):
        tools.budget.charge_time()
        if header.kind == 1:
            solid = bool(number(memoryview(header.body), 0)[0] & 4)
            out = bytearray(_NEW + _block(1, 0, written(4 * solid)))
        elif header.kind in (2, 3):
            file = _new_file(header, password, keys)
            if file is None:
                return None
            out += file
    return bytes(out) + _block(5, 0, written(0)) if any(keys.values()) else None


def _block(kind: int, flags: int, body: bytes, data: bytes | memoryview = b"", extra: bytes = b"") -> bytes:
    head = written(kind) + written(flags | 2 * bool(len(data)) | bool(extra))
    head += (written(len(extra)) if extra else b"") + (written(len(data)) if len(data) else b"") + body + extra
    head = written(len(head)) + head
    return struct.pack("<I", zlib.crc32(head)) + head + bytes(data)


def _new_headers(data: memoryview, password: str, keys: dict[Lock, Key | None]) -> Iterator[_Header]:
    """Yield the headers in the clear; raise ``ValueError`` when the password does not open them."""
    at, key = len(_NEW), None
    while at < len(data):
        raw, end = _clear(data, at, key)
        kind, place = number(raw, 0)
        flags, place = number(raw, place)
        extra, place = number(raw, place) if flags & 1 else (0, place)
        packed, place = number(raw, place) if flags & 2 else (0, place)
        if kind == 4:
            key = _key(_lock(raw, number(raw, place)[1]), password, keys)
            if key is None:
                raise ValueError("wrong password")
        cut = max(len(raw) - extra, place)
        yield _Header(kind, flags, bytes(raw[place:cut]), bytes(raw[cut:]), data[end : end + packed])
        if kind == 5:
            return
        at = end + packed


def _clear(data: memoryview, at: int, key: Key | None) -> tuple[memoryview, int]:
    """Return a header behind its checksum and length, decrypted, and where it ends in the file."""
    if key is None:
        size, head = number(data, at + 4)
        if not size or head + size > len(data):
            raise EOFError
        return data[head : head + size], head + size
    vector, first = bytes(data[at : at + _BLOCK]), data[at + _BLOCK : at + 2 * _BLOCK]
    size, head = number(memoryview(key.decrypt(first, vector)), 4)
    length = head + size + -(head + size) % _BLOCK
    if size > _MOST_HEADER:
        raise ValueError("no header")
    plain = key.decrypt(data[at + _BLOCK : at + _BLOCK + length], vector)
    if len(plain) < length or zlib.crc32(plain[4 : head + size]) != int.from_bytes(plain[:4], "little"):
        raise ValueError("no header")
    return memoryview(plain)[head : head + size], at + _BLOCK + length


def _lock(raw: memoryview, at: int, vector: int = 0) -> Lock:
    """Return what stands behind the version of an encryption record: traits, cycles, salt, a vector, the check."""
    traits, at = number(raw, at)
    cycles, salt = raw[at], bytes(raw[at + 1 : at + 17])
    check = bytes(raw[at + 17 + vector : at + 29 + vector]) if traits & 1 else b""
    return Lock(cycles, salt, check)


def _key(lock: Lock, password: str, keys: dict[Lock, Key | None]) -> Key | None:
    if lock not in keys:
        keys[lock] = new_key(password, lock)
    return keys[lock]


def _new_file(header: _Header, password: str, keys: dict[Lock, Key | None]) -> bytes | None:
    """Return a member's header without extra records and checksum, and its data in the clear."""
    body = memoryview(header.body)
    traits, at = number(body, 0)
    size, at = number(body, at)
    attributes, at = number(body, at)
    at += 4 * bool(traits & 2) + 4 * bool(traits & 4)
    method, _ = number(body, at)
    plain: bytes | memoryview = header.data
    record = _record(memoryview(header.extra), 1)
    if record is not None:
        record = record[number(record, 0)[1] :]
        key = _key(_lock(record, 0, _BLOCK), password, keys)
        if key is None:
            return None
        _, place = number(record, 0)
        whole = len(header.data) // _BLOCK * _BLOCK
        plain = key.decrypt(header.data[:whole], bytes(record[place + 17 : place + 33]))
        # Encryption pads.
        plain = plain[: _end_of_blocks(plain) if method >> 7 & 7 else size]
    fields = written(traits & 1) + written(size) + written(attributes) + bytes(body[at:])
    service = _record(memoryview(header.extra), 7)
    kept = b"" if service is None else written(len(service) + 1) + written(7) + bytes(service)
    return _block(header.kind, header.flags & 0x18, fields, plain, kept)


def _end_of_blocks(packed: bytes) -> int:
    """Return where the last block of a compressed member ends: flags, checksum, size in one to three bytes, data."""
    at = 0
    while at + 2 < len(packed):
        flags, width = packed[at], (packed[at] >> 3 & 3) + 1
        at += 2 + width + int.from_bytes(packed[at + 2 : at + 2 + width], "little")
        if flags & 0x40:
            return at
    return len(packed)


def _record(extra: memoryview, wanted: int) -> memoryview | None:
    """Return the content of an extra record, None when there is none of this type (1 is encryption, 7 a service's)."""
    at = 0
    while at < len(extra):
        size, place = number(extra, at)
        kind, body = number(extra, place)
        if kind == wanted:
            return extra[body : place + size]
        at = place + max(size, 1)
    return None


class _Old(NamedTuple):
    """A header of RAR 4 in the clear, and where its data lie."""

    kind: int
    flags: int
    raw: bytes
    data: memoryview


def _old(data: memoryview, password: str, tools: Tools) -> bytes | None:
    """Return the archive of version 4 anew; None when the password is wrong."""
    keys: dict[bytes, Key] = {}
    out = bytearray(_OLD)
    tried = False
    for header in _old_headers(data, password, keys):
        tools.budget.charge_time()
        if header.kind == 0x73:
            out += _old_block(0x73, header.flags & ~0x80, header.raw[7:13])
        elif header.kind == 0x74:
            file = _old_file(header, password, keys)
            if header.flags & 4 and not tried:
                # Nothing but the content tells whether a password is right, in a solid archive the first.
                tried = _reads(bytes(out) + file, header.raw, tools)
                if not tried:
                    return None
            out += file
    return bytes(out) + _old_block(0x7B, 0x4000, b"") if tried else None


def _old_headers(data: memoryview, password: str, keys: dict[bytes, Key]) -> Iterator[_Old]:
    at, locked = len(_OLD), False
    while at + 7 <= len(data):
        raw, end = _old_clear(data, at, password, keys) if locked else _old_plain(data, at)
        kind, flags = struct.unpack_from("<BH", raw, 2)
        packed = struct.unpack_from("<I", raw, 7)[0] if flags & 0x8000 or kind == 0x74 else 0
        if kind == 0x74 and flags & 0x100:
            packed |= struct.unpack_from("<I", raw, 32)[0] << 32
        yield _Old(kind, flags, raw, data[end : end + packed])
        if kind == 0x7B:
            return
        locked = locked or (kind == 0x73 and bool(flags & 0x80))
        at = end + packed


def _old_plain(data: memoryview, at: int) -> tuple[bytes, int]:
    (size,) = struct.unpack_from("<H", data, at + 5)
    if size < 7:
        raise EOFError
    return bytes(data[at : at + size]), at + size


def _old_clear(data: memoryview, at: int, password: str, keys: dict[bytes, Key]) -> tuple[bytes, int]:
    """Return an encrypted header, which stands behind a salt of its own, and where it ends in the file."""
    key = _old_key(bytes(data[at : at + 8]), password, keys)
    at += 8
    (size,) = struct.unpack_from("<H", key.decrypt(data[at : at + _BLOCK]), 5)
    length = size + -size % _BLOCK
    raw = key.decrypt(data[at : at + length])[:size]
    if size < 7 or len(raw) < size or zlib.crc32(raw[2:]) & 0xFFFF != int.from_bytes(raw[:2], "little"):
        raise ValueError("no header")
    return raw, at + length


def _old_key(salt: bytes, password: str, keys: dict[bytes, Key]) -> Key:
    if salt not in keys:
        keys[salt] = old_key(password, salt)
    return keys[salt]


def _old_block(kind: int, flags: int, body: bytes) -> bytes:
    head = struct.pack("<BHH", kind, flags & 0xFFFF, 7 + len(body)) + body
    return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head


def _old_file(header: _Old, password: str, keys: dict[bytes, Key]) -> bytes:
    """Return a member's header up to its name, and its data in the clear."""
    wide = 8 * bool(header.flags & 0x100)
    method, length = struct.unpack_from("<BH", header.raw, 25)
    end = 32 + wide + length
    plain: bytes | memoryview = header.data
    if header.flags & 4:
        salt = header.raw[end : end + 8] if header.flags & 0x400 else b""
        whole = len(plain) // _BLOCK * _BLOCK
        plain = _old_key(salt, password, keys).decrypt(plain[:whole])
        (size,) = struct.unpack_from("<I", header.raw, 11)
        plain = plain[:size] if method == 0x30 and not wide else plain
    packed = struct.pack("<I", len(plain) & 0xFFFFFFFF)
    flags = header.flags & ~(0x4 | 0x400 | 0x1000)
    return _old_block(0x74, flags, packed + header.raw[11:end]) + bytes(plain)


def _reads(archive: bytes, raw: bytes, tools: Tools) -> bool:
    """Whether the last member of a plain archive has the content that its checksum tells."""
    size, checksum = struct.unpack_from("<IxI", raw, 11)
    total, found = 0, 0
    try:
        for member in libarchive.members(archive, "rar", tools):
            total, found = 0, 0
            for piece in member.content:
                total, found = total + len(piece), zlib.crc32(piece, found)
                if total > _MOST_TRIED:
                    # So much does not come out of noise.
                    return True
    except (EOFError, Unsupported):
        return False
    return (total, found) == (size, checksum)
