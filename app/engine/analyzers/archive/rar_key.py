"""From a password to the keys of a locked RAR: PBKDF2 in version 5, a long SHA-1 in version 4.

Formats: the RAR 5.0 technical note; for version 4 the key derivation as rarfile (ISC licence) documents it.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

#: RAR writes 15; half a second a password is where trying ends.
_MOST_CYCLES = 20
_ROUNDS, _BATCH = 0x40000, 0x4000
_BLOCK = 16


class Lock(NamedTuple):
    """What RAR 5 says about a password: rounds as a power of two, salt, eight bytes that tell whether it is right."""

    cycles: int
    salt: bytes
    check: bytes


class Key(NamedTuple):
    """An AES key; RAR 4 derives the first vector with it, RAR 5 writes one beside each thing that is encrypted."""

    key: bytes
    vector: bytes = b""

    def decrypt(self, data: bytes | memoryview, vector: bytes = b"") -> bytes:
        """Return ``data``, a whole number of blocks, decrypted."""
        cipher = Cipher(algorithms.AES(self.key), modes.CBC(vector or self.vector)).decryptor()
        return cipher.update(data)


def new_key(password: str, lock: Lock) -> Key | None:
    """Return the key of RAR 5 when the password is right, else None."""
    if lock.cycles > _MOST_CYCLES or len(lock.check) < 8:
        return None
    raw, rounds = password.encode("utf-8", "replace"), 1 << lock.cycles
    told = hashlib.pbkdf2_hmac("sha256", raw, lock.salt, rounds + 32)
    folded = bytes(told[at] ^ told[at + 8] ^ told[at + 16] ^ told[at + 24] for at in range(8))
    if folded != lock.check[:8]:
        return None
    return Key(hashlib.pbkdf2_hmac("sha256", raw, lock.salt, rounds))


def old_key(password: str, salt: bytes) -> Key:
    """Return the key of RAR 4: SHA-1 over password, salt and a counter of three bytes, 262,144 times over.

    The text of one of sixteen batches is laid out once; from batch to batch only the counter's upper bytes change.
    """
    seed = password.encode("utf-16-le", "replace") + salt
    counter, length = len(seed), len(seed) + 3
    laid = bytearray((seed + bytes(3)) * _BATCH)
    laid[counter::length] = bytes(range(256)) * (_BATCH // 256)
    hashed, vector = hashlib.sha1(usedforsecurity=False), b""
    for batch in range(_ROUNDS // _BATCH):
        first = batch * _BATCH
        middle = first >> 8 & 0xFF
        laid[counter + 1 :: length] = b"".join(bytes([middle + step]) * 256 for step in range(_BATCH // 256))
        laid[counter + 2 :: length] = bytes([first >> 16]) * _BATCH
        hashed.update(laid[:length])
        vector += hashed.digest()[19:20]
        hashed.update(memoryview(laid)[length:])
    words = hashed.digest()[:_BLOCK]
    return Key(b"".join(words[at : at + 4][::-1] for at in range(0, _BLOCK, 4)), vector)
