"""Locked workbooks of Excel 97 to 2003: RC4 and XOR obfuscation. Formats: MS-OFFCRYPTO 2.3.5 to 2.3.7, MS-XLS."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher

from app.engine.analyzers.office.encryption import NotOpened, candidates
from app.engine.node import Tools

_FILE_PASS, _BOUND_SHEET = 0x002F, 0x0085
#: Records that stay in the clear: BOF, FilePass, UsrExcl, FileLock, InterfaceHdr, RRDInfo, RRDHead.
_CLEAR = frozenset({0x0809, _FILE_PASS, 0x0193, 0x0195, 0x00E1, 0x0196, 0x0138})
_BLOCK = 1024
_PAD = bytes.fromhex("bbffffbaffffb98000be0f00bf0f00")

#: Decrypts a whole stream: (position of the data of a record, its size) -> plain bytes of that data.
Plain = Callable[[int, int], bytes]


def records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (number, position of the data, size) of the records of a workbook stream."""
    at = 0
    while at + 4 <= len(stream):
        number, size = struct.unpack_from("<HH", stream, at)
        yield number, at + 4, min(size, len(stream) - at - 4)
        at += 4 + size


def file_pass(stream: bytes) -> bytes | None:
    """Return the data of the record that says how the workbook is locked, or None when it is not."""
    for count, (number, at, size) in enumerate(records(stream)):
        if number == _FILE_PASS:
            return stream[at : at + size]
        if count > 20:
            break
    return None


def opened(stream: bytes, info: bytes, tools: Tools) -> tuple[str, bytes]:
    """Return the password that fits and the workbook stream in the clear. Raises ``NotOpened``."""
    try:
        attempt = _method(stream, info)
        for password in candidates(tools):
            if plain := attempt(password):
                return password, _rebuilt(stream, plain, tools)
    except (struct.error, ValueError) as error:
        # Sizes of keys that no cipher has.
        raise NotOpened from error
    raise NotOpened


def unlocked(stream: bytes, info: bytes, tools: Tools, *, block: int) -> tuple[str, bytes]:
    """Return the password that fits and all of another stream that is locked with RC4 in blocks of ``block`` bytes.

    ``info`` is what the record of a workbook would hold. Raises ``NotOpened``.
    """
    try:
        if int.from_bytes(info[:2], "little") == 0:
            raise NotOpened
        attempt = _method(stream, info, block)
        for password in candidates(tools):
            if plain := attempt(password):
                return password, plain(0, len(stream))
    except (struct.error, ValueError) as error:
        # Sizes of keys that no cipher has.
        raise NotOpened from error
    raise NotOpened


def _rebuilt(stream: bytes, plain: Plain, tools: Tools) -> bytes:
    out = bytearray(stream)
    for number, at, size in records(stream):
        tools.budget.charge_time()
        # Where a sheet begins is never encrypted: the first four bytes of its entry.
        skip = size if number in _CLEAR else 4 if number == _BOUND_SHEET else 0
        if size > skip:
            out[at + skip : at + size] = plain(at, size)[skip:]
    return bytes(out)


def _method(stream: bytes, info: bytes, block: int = _BLOCK) -> Callable[[str], Plain | None]:
    kind, key, verifier = struct.unpack_from("<HHH", info)
    if kind == 0:
        return lambda password: _xor(stream, password, key=key, verifier=verifier)
    lock = _lock(info)

    def attempt(password: str) -> Plain | None:
        keys = lock.keys(password)
        return _rc4(stream, keys, block) if lock.fits(keys) else None

    return attempt


def key_of_blocks(info: bytes, tools: Tools) -> tuple[str, Callable[[int], bytes]]:
    """Return the password that fits ``info`` (as for ``unlocked``), and the RC4 key of each block by its number.

    Raises ``NotOpened``.
    """
    try:
        lock = _lock(info)
        for password in candidates(tools):
            keys = lock.keys(password)
            if lock.fits(keys):
                return password, keys
    except (struct.error, ValueError) as error:
        raise NotOpened from error
    raise NotOpened


@dataclass(frozen=True, slots=True)
class _Lock:
    """How RC4 keys come from a password, and what tells whether it is the right one."""

    keys: Callable[[str], Callable[[int], bytes]]
    verifier: bytes
    proof: bytes
    algorithm: str

    def fits(self, keys: Callable[[int], bytes]) -> bool:
        cipher = Cipher(ARC4(keys(0)), None).decryptor()
        return hashlib.new(self.algorithm, cipher.update(self.verifier)).digest() == cipher.update(self.proof)


def _lock(info: bytes) -> _Lock:
    _, major, minor = struct.unpack_from("<HHH", info)
    if (major, minor) == (1, 1):
        salt = info[6:22]
        return _Lock(lambda password: _standard_keys(password, salt), info[22:38], info[38:54], "md5")
    if minor == 2:
        (header,) = struct.unpack_from("<I", info, 10)
        (bits,) = struct.unpack_from("<I", info, 30)
        at = 14 + header
        salt = info[at + 4 : at + 20]
        verifier, proof = info[at + 20 : at + 36], info[at + 40 : at + 60]
        return _Lock(lambda password: _api_keys(password, salt, bits), verifier, proof, "sha1")
    raise NotOpened


def _standard_keys(password: str, salt: bytes) -> Callable[[int], bytes]:
    start = hashlib.md5(password.encode("utf-16-le", "replace")).digest()[:5]  # noqa: S324 -- prescribed by the format
    middle = hashlib.md5((start + salt) * 16).digest()[:5]  # noqa: S324
    return lambda block: hashlib.md5(middle + block.to_bytes(4, "little")).digest()  # noqa: S324


def _api_keys(password: str, salt: bytes, bits: int) -> Callable[[int], bytes]:
    start = hashlib.sha1(salt + password.encode("utf-16-le", "replace")).digest()  # noqa: S324 -- prescribed
    length = (bits or 40) // 8
    if not 5 <= length <= 16:
        raise NotOpened

    def key(block: int) -> bytes:
        derived = hashlib.sha1(start + block.to_bytes(4, "little")).digest()[:length]  # noqa: S324
        return derived.ljust(16, b"\0") if length == 5 else derived

    return key


def _rc4(stream: bytes, keys: Callable[[int], bytes], size: int) -> Plain:
    # Headers of records use up the key stream too, so the whole stream is decrypted and the headers are not taken.
    plain = b"".join(
        Cipher(ARC4(keys(number)), None).decryptor().update(stream[start : start + size])
        for number, start in enumerate(range(0, len(stream), size))
    )
    return lambda at, size: plain[at : at + size]


def mixed(stream: bytes, tools: Tools, *, key: int, verifier: int) -> tuple[str, bytes]:
    """Return the password that fits and a stream of Word in the clear that was mixed with it (2.3.7.4 to 2.3.7.6).

    Nothing that would become zero was mixed, nor zero itself. Raises ``NotOpened``.
    """
    for password in candidates(tools):
        word = password.encode("cp1252", "ignore")[:15]
        if word and _xor_verifier(word) == verifier:
            mask = _xor_mask(word, key)
            tables = [bytes(byte if byte in (0, mix) else byte ^ mix for byte in range(256)) for mix in mask]
            out = bytearray(stream)
            for place, table in enumerate(tables):
                out[place::16] = out[place::16].translate(table)
            return password, bytes(out)
    raise NotOpened


def _xor(stream: bytes, password: str, *, key: int, verifier: int) -> Plain | None:
    word = password.encode("cp1252", "ignore")[:15]
    if not word or _xor_verifier(word) != verifier:
        return None
    mask = _xor_mask(word, key)

    def plain(at: int, size: int) -> bytes:
        # The place in the mask counts from the end of the record.
        first = at + size
        mixed = (stream[at + index] ^ mask[(first + index) % 16] for index in range(size))
        return bytes((byte << 3 | byte >> 5) & 0xFF for byte in mixed)

    return plain


def _xor_verifier(word: bytes) -> int:
    value = 0
    for byte in (*reversed(word), len(word)):
        value = (value << 1 & 0x7FFF | value >> 14 & 1) ^ byte
    return value ^ 0xCE4B


def _xor_mask(word: bytes, key: int) -> bytes:
    """Return the 16 bytes that content is mixed with (MS-OFFCRYPTO 2.3.7.2): password, padding, both key halves."""
    halves = (key & 0xFF, key >> 8)
    mixed = (byte ^ halves[index % 2] for index, byte in enumerate((word + _PAD)[:16]))
    return bytes((byte >> 1 | byte << 7) & 0xFF for byte in mixed)
