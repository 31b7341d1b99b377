"""The format of a quarantined file: authenticated chunks that can be read as a stream.

The STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár, "Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance", CRYPTO 2015): AES-256-GCM over chunks of 1 MiB, each under the nonce
``prefix (7) | number of the chunk (4, big-endian) | 1 on the last chunk, else 0``. So a chunk that is missing, moved,
repeated or added does not decrypt, and nothing is handed out before it is authenticated.

A file is ``magic (4) | length of the wrapped data key (2) | wrapped data key | nonce prefix (7) | chunks``; every chunk
but the last holds exactly 1 MiB, and each is followed by its tag (16). There is always a last chunk, if need be empty.
The data key is of this one file. The wrapped key is no part of what is authenticated with the chunks, so that a new
master key only means a new head, not a new file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.errors import Rejected

MAGIC = b"DWV1"
CHUNK_BYTES = 1 << 20
TAG_BYTES = 16
PREFIX_BYTES = 7
#: The counter has four bytes; this many bytes of content fit under one data key.
MOST_BYTES = CHUNK_BYTES * 2**32


def damaged() -> Rejected:
    """The error for whatever is not exactly what was written."""
    return Rejected(
        "The file in quarantine is damaged or was changed, so it is not handed out. Restore it from a backup of the "
        "vault.",
        code="vault.damaged",
    )


def header(wrapped: bytes, prefix: bytes) -> bytes:
    """Return what stands before the chunks."""
    return MAGIC + len(wrapped).to_bytes(2, "big") + wrapped + prefix


def read_header(file: BinaryIO) -> tuple[bytes, bytes]:
    """Return the wrapped data key and the nonce prefix. Raises Rejected when there is no such header."""
    start = file.read(len(MAGIC) + 2)
    wrapped = file.read(int.from_bytes(start[len(MAGIC) :], "big"))
    prefix = file.read(PREFIX_BYTES)
    if start[: len(MAGIC)] != MAGIC or len(prefix) != PREFIX_BYTES:
        raise damaged()
    return wrapped, prefix


def encrypt(pieces: Iterator[bytes], data_key: bytes, prefix: bytes, context: bytes) -> Iterator[bytes]:
    """Yield the chunks of the content, each with its tag. ``pieces`` come in any lengths."""
    cipher = AESGCM(data_key)
    ahead = b""
    number = 0
    # A chunk is written when the next one has begun: only then it is known not to be the last.
    for chunk in _regular(pieces):
        if number:
            yield cipher.encrypt(_nonce(prefix, number - 1, last=False), ahead, context)
        ahead = chunk
        number += 1
    yield cipher.encrypt(_nonce(prefix, max(0, number - 1), last=True), ahead, context)


def decrypt(file: BinaryIO, data_key: bytes, prefix: bytes, context: bytes) -> Iterator[bytes]:
    """Yield the content of the chunks in ``file``; empty pieces are left out.

    Raises Rejected at the first chunk that is not authentic or not in its place, before anything of it is yielded.
    """
    cipher = AESGCM(data_key)
    number = 0
    chunk = file.read(CHUNK_BYTES + TAG_BYTES)
    while True:
        following = file.read(CHUNK_BYTES + TAG_BYTES)
        try:
            plain = cipher.decrypt(_nonce(prefix, number, last=not following), chunk, context)
        except InvalidTag:
            raise damaged() from None
        if plain:
            yield plain
        if not following:
            return
        chunk = following
        number += 1


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


def _regular(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in pieces of exactly one chunk; only the last may be shorter."""
    gathered = bytearray()
    for piece in pieces:
        if not gathered and len(piece) == CHUNK_BYTES:
            yield piece
            continue
        gathered += piece
        while len(gathered) >= CHUNK_BYTES:
            yield bytes(gathered[:CHUNK_BYTES])
            del gathered[:CHUNK_BYTES]
    if gathered:
        yield bytes(gathered)
