"""The key derivation of 7z, ten times as fast as the library's: wrong passwords are what costs, and there are many.

A key is SHA-256 over salt, password and a counter of eight bytes, for every number below 2^cycles (7-Zip's
``7zAes.cpp``). The text of 65,536 rounds is laid out once; from one batch to the next only the upper bytes of the
counter change, all at the same distance, which slices write at once.
"""

from __future__ import annotations

import hashlib

import py7zr.compressor

#: In the place of the number of cycles: no hash at all.
_PLAIN = 0x3F
_KEY_BYTES = 32
#: Rounds that are laid out at once: all values of the counter's two lower bytes.
_BATCH = 1 << 16
#: Beyond this the library's own limits, and everybody's patience, end.
_MOST_CYCLES = 24


def derive(password: bytes, cycles: int, salt: bytes, digest: str = "sha256") -> bytes:
    """Return the 32 bytes of the AES key; ``password`` is in UTF-16-LE. Raises ValueError for more than 2^24 rounds."""
    if cycles == _PLAIN:
        return (salt + password + bytes(_KEY_BYTES))[:_KEY_BYTES]
    if cycles > _MOST_CYCLES:
        raise ValueError("more rounds than anybody uses")
    rounds = 1 << cycles
    batch = min(rounds, _BATCH)
    text, counter = salt + password, len(salt) + len(password)
    length = counter + 8
    laid = bytearray((text + bytes(8)) * batch)
    laid[counter::length] = (bytes(range(256)) * (batch // 256 or 1))[:batch]
    laid[counter + 1 :: length] = bytes(number >> 8 for number in range(batch))
    hashed = hashlib.new(digest)
    for number in range(rounds // batch):
        laid[counter + 2 :: length] = bytes([number & 0xFF]) * batch
        laid[counter + 3 :: length] = bytes([number >> 8]) * batch
        hashed.update(laid)
    return hashed.digest()[:_KEY_BYTES]


def install() -> None:
    """Have the library derive its keys here. It offers no other way in."""
    py7zr.compressor.calculate_key = derive  # type: ignore[attr-defined]
