"""Zip members under WinZip's AES encryption: key, check of the password, and the decrypted stream.

Format: WinZip's AE-1 and AE-2 specification. Salt, two bytes that tell most wrong passwords, the content under AES in
counter mode with a little-endian counter, ten bytes of HMAC-SHA1 over the encrypted content.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Iterator
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

METHOD = 99
_EXTRA = 0x9901
_ROUNDS = 1_000
_VERIFIER, _MAC = 2, 10
_BLOCK = 16
#: Bytes decrypted at a time: a whole number of blocks.
_STEP = 256 * 1024


class Parameters(NamedTuple):
    """What the extra field says: bytes of the key (the salt takes half of it), and the method beneath."""

    key: int
    method: int


class Locked(NamedTuple):
    """The parts of one encrypted member."""

    salt: bytes
    verifier: bytes
    content: memoryview
    mac: bytes


def parameters(extra: bytes) -> Parameters | None:
    """Return what the extra field of a member says about AES, or None when it says nothing that is known."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind == _EXTRA and size >= 7 and at + 11 <= len(extra):
            strength, method = struct.unpack_from("<BH", extra, at + 8)
            return Parameters(8 + 8 * strength, method) if 1 <= strength <= 3 else None
        at += 4 + size
    return None


def cut(packed: memoryview, known: Parameters) -> Locked:
    """Cut the packed bytes of a member into their parts; raise ``EOFError`` when there are too few."""
    salt = known.key // 2
    if len(packed) < salt + _VERIFIER + _MAC:
        raise EOFError
    end = len(packed) - _MAC
    return Locked(
        bytes(packed[:salt]),
        bytes(packed[salt : salt + _VERIFIER]),
        packed[salt + _VERIFIER : end],
        bytes(packed[end:]),
    )


def unlock(member: Locked, known: Parameters, password: bytes) -> bytes | None:
    """Return the key of the content when the password is right, else None."""
    keys = hashlib.pbkdf2_hmac("sha1", password, member.salt, _ROUNDS, 2 * known.key + _VERIFIER)
    if keys[2 * known.key :] != member.verifier:
        return None
    mac = hmac.digest(keys[known.key : 2 * known.key], member.content, "sha1")[:_MAC]
    return keys[: known.key] if hmac.compare_digest(mac, member.mac) else None


def decrypt(member: Locked, key: bytes) -> Iterator[bytes]:
    """Yield the content, still packed, piece by piece."""
    # The library's counter mode counts big-endian, so the stream is made from encrypted counters.
    cipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 -- counter mode built from blocks
    for at in range(0, len(member.content), _STEP):
        part = member.content[at : at + _STEP]
        first = at // _BLOCK + 1
        counters = b"".join(n.to_bytes(_BLOCK, "little") for n in range(first, first + -(-len(part) // _BLOCK)))
        stream = cipher.update(counters)[: len(part)]
        mixed = int.from_bytes(part, "little") ^ int.from_bytes(stream, "little")
        yield mixed.to_bytes(len(part), "little")
