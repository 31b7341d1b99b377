"""Locked Office Open XML documents: passwords tried, content decrypted. Format: MS-OFFCRYPTO 2.3.4 (ECMA-376).

Documents that are only protected against changes are locked too, with a password that every Excel knows; attackers
use it to hide content from scanners that do not try it.
"""

from __future__ import annotations

import hashlib
import re
import struct
from base64 import b64decode
from collections.abc import Callable, Iterator

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from app.engine import passwords
from app.engine.budget import LimitReached
from app.engine.model import Finding, Severity
from app.engine.node import Node, Tools

#: The password of documents that are protected against changes only (MS-OFFCRYPTO 2.1.4).
DEFAULT_PASSWORD = "VelvetSweatshop"  # noqa: S105 -- published, and the same everywhere
_SEGMENT = 4096
#: Rounds between two looks at the clock; a document may ask for ten million.
_ROUNDS = 20_000
_MOST_ROUNDS = 10_000_000
_VERIFIER_INPUT = bytes.fromhex("fea7d2763b4b9e79")
_VERIFIER_VALUE = bytes.fromhex("d7aa0f6d3061344e")
_KEY_VALUE = bytes.fromhex("146e0be7abacd0d6")
_HASHES = {"MD5": "md5", "SHA1": "sha1", "SHA-1": "sha1", "SHA256": "sha256", "SHA384": "sha384", "SHA512": "sha512"}
_ATTRIBUTE = re.compile(rb"""(\w{1,40})\s*=\s*["']([^"'<]{0,1000})["']""")


class NotOpened(Exception):
    """No password fits, or the encryption is of a kind that is not known."""


#: Takes the encrypted package, gives its content piece by piece.
Decrypt = Callable[[memoryview], Iterator[bytes]]


def told(node: Node, password: str) -> Finding:
    """Return the finding that a document was opened, without the password."""
    title = "Locked document, opened with a password that came with it"
    if password == DEFAULT_PASSWORD:
        title = "Document locked with the password that every Excel knows"
    return node.finding("office.opened", Severity.INFO, title)


def candidates(tools: Tools) -> Iterator[str]:
    """Yield the default password and those that came with the document, each charged to the budget."""
    for password in dict.fromkeys((DEFAULT_PASSWORD, *passwords.fewer(tools.passwords))):
        try:
            tools.budget.charge_password()
        except LimitReached as reached:
            if reached.final:
                raise
            return
        yield password


def opened(info: bytes, tools: Tools) -> tuple[str, Decrypt]:
    """Return the password that fits the stream ``EncryptionInfo`` and what decrypts with it. Raises ``NotOpened``."""
    if len(info) < 8:
        raise NotOpened
    major, minor = struct.unpack_from("<HH", info)
    try:
        attempt = _agile(info) if (major, minor) == (4, 4) else _standard(info) if minor == 2 else None
        for password in candidates(tools) if attempt else ():
            if attempt and (decrypt := attempt(password, tools)):
                return password, decrypt
    except (ValueError, KeyError, struct.error) as error:
        raise NotOpened from error
    raise NotOpened


def _spin(algorithm: str, salt: bytes, password: str, rounds: int, tools: Tools) -> bytes:
    new = getattr(hashlib, algorithm)
    digest: bytes = new(salt + password.encode("utf-16-le", "replace")).digest()
    for first in range(0, rounds, _ROUNDS):
        tools.budget.charge_time()
        for number in range(first, min(first + _ROUNDS, rounds)):
            digest = new(number.to_bytes(4, "little") + digest).digest()
    return digest


def _agile(info: bytes) -> Callable[[str, Tools], Decrypt | None]:
    """Return what tries a password on agile encryption (2.3.4.10 and following)."""
    data, _, rest = info.partition(b"encryptedKey ")
    package = {name.decode(): value.decode() for name, value in _ATTRIBUTE.findall(data.partition(b"keyData")[2])}
    key = {name.decode(): value.decode() for name, value in _ATTRIBUTE.findall(rest)}
    algorithm, rounds, length = _HASHES[key["hashAlgorithm"]], int(key["spinCount"]), int(key["keyBits"]) // 8
    salt, outer, outer_salt = (
        b64decode(key["saltValue"]),
        _HASHES[package["hashAlgorithm"]],
        b64decode(package["saltValue"]),
    )
    if not 0 <= rounds <= _MOST_ROUNDS or not 0 < length <= 64:
        raise NotOpened

    def attempt(password: str, tools: Tools) -> Decrypt | None:
        spun = _spin(algorithm, salt, password, rounds, tools)

        def inner(block: bytes, name: str) -> bytes:
            derived = hashlib.new(algorithm, spun + block).digest().ljust(length, b"\x36")[:length]
            return _cbc(derived, salt[:16].ljust(16, b"\x36"), b64decode(key[name]))

        verifier = inner(_VERIFIER_INPUT, "encryptedVerifierHashInput")
        expected = hashlib.new(algorithm, verifier).digest()
        if inner(_VERIFIER_VALUE, "encryptedVerifierHashValue")[: len(expected)] != expected:
            return None
        secret = inner(_KEY_VALUE, "encryptedKeyValue")[:length]
        return lambda content: _segments(content, secret, outer, outer_salt)

    return attempt


def _segments(content: memoryview, key: bytes, algorithm: str, salt: bytes) -> Iterator[bytes]:
    left = int.from_bytes(content[:8], "little")
    for number, start in enumerate(range(8, len(content), _SEGMENT)):
        vector = hashlib.new(algorithm, salt + number.to_bytes(4, "little")).digest()[:16].ljust(16, b"\x36")
        piece = bytes(content[start : start + _SEGMENT])
        yield _cbc(key, vector, piece[: len(piece) & ~15])[:left]
        left = max(0, left - _SEGMENT)


def _cbc(key: bytes, vector: bytes, data: bytes) -> bytes:
    # The mode is prescribed by the format, and nothing is encrypted with it here.
    stream = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
    return stream.update(data) + stream.finalize()


def _ecb(key: bytes, data: bytes) -> bytes:
    stream = Cipher(algorithms.AES(key), modes.ECB()).decryptor()  # noqa: S305 -- prescribed by the format
    return stream.update(data[: len(data) & ~15]) + stream.finalize()


def _standard(info: bytes) -> Callable[[str, Tools], Decrypt | None]:
    """Return what tries a password on standard encryption (2.3.4.5 and following)."""
    (header,) = struct.unpack_from("<I", info, 8)
    algorithm, _, bits = struct.unpack_from("<III", info, 20)
    at = 12 + header
    salt, verifier, proof = info[at + 4 : at + 20], info[at + 20 : at + 36], info[at + 40 : at + 72]
    if algorithm & 0xFF00 != 0x6600 or bits not in (128, 192, 256) or len(proof) < 32:
        raise NotOpened

    def attempt(password: str, tools: Tools) -> Decrypt | None:
        digest = hashlib.sha1(_spin("sha1", salt, password, 50_000, tools) + bytes(4)).digest()  # noqa: S324
        padded = digest.ljust(64, b"\0")
        halves = (hashlib.sha1(bytes(byte ^ mask for byte in padded)).digest() for mask in (0x36, 0x5C))  # noqa: S324
        key = b"".join(halves)[: bits // 8]
        if _ecb(key, proof)[:20] != hashlib.sha1(_ecb(key, verifier)).digest():  # noqa: S324
            return None
        return lambda content: iter((_ecb(key, bytes(content[8:]))[: int.from_bytes(content[:8], "little")],))

    return attempt
