"""AES as pages decipher it with the library CryptoJS: a passphrase, or a key with an initial vector, in the script."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = 16
_SALTED = b"Salted__"
#: Keys that are tried; each costs a hash and one block.
_MOST = 60


def decrypted(data: bytes, keys: Sequence[bytes]) -> Iterator[bytes]:
    """Yield ``data`` deciphered with those of ``keys`` whose padding is right (AES-CBC, PKCS#7)."""
    salt, sealed = (data[8:16], data[16:]) if data.startswith(_SALTED) else (b"", data)
    if len(sealed) < _BLOCK or len(sealed) % _BLOCK:
        return
    for key, vector in _pairs(salt, keys[:_MOST]):
        plain = _plain(sealed[-2 * _BLOCK :], key, vector)
        if 1 <= plain[-1] <= _BLOCK and plain.endswith(plain[-1:] * plain[-1]):
            whole = _plain(sealed, key, vector)
            if whole[:_BLOCK].isascii():
                yield whole[: -whole[-1]]
                return


def _pairs(salt: bytes, keys: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield (key, vector): derived as OpenSSL does from a passphrase, or as they stand in the script."""
    if salt:
        yield from (_derived(key, salt) for key in keys)
        return
    vectors = [key for key in keys if len(key) == _BLOCK]
    yield from ((key, vector) for key in keys if len(key) in (16, 24, 32) for vector in vectors[:8])


def _derived(passphrase: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """EVP_BytesToKey with MD5 and one round, 32 bytes of key and 16 of vector."""
    stream, block = b"", b""
    while len(stream) < 48:
        block = hashlib.md5(block + passphrase + salt, usedforsecurity=False).digest()
        stream += block
    return stream[:32], stream[32:48]


def _plain(sealed: bytes, key: bytes, vector: bytes) -> bytes:
    decryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
    return decryptor.update(sealed) + decryptor.finalize()
