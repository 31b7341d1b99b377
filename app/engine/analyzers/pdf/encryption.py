"""The standard lock of PDF: opened with the empty password or one that came with it. Format: ISO 32000-2, 7.6.

Documents that anybody may read but not change are encrypted with the empty password; readers open them without asking.
"""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from app.engine.analyzers.pdf.objects import string
from app.engine.budget import LimitReached
from app.engine.node import Tools

_PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_ENCRYPT = re.compile(rb"/Encrypt[\s\0]*(?:([0-9]{1,10})[\s\0]+([0-9]{1,5})[\s\0]+R|<<)")
_ID = re.compile(rb"/ID[\s\0]*\[[\s\0]*(?=[(<])")
_METHOD = re.compile(rb"/CFM[\s\0]*/(\w{1,20})")
_MOST_DICTIONARY = 8192


class NotOpened(Exception):
    """No password fits, or the lock is of a kind that is not known."""


@dataclass(frozen=True, slots=True)
class Lock:
    """An opened lock: the key of the file and how it is used (``V2`` RC4, ``AESV2``, ``AESV3``, ``None`` not at all).

    An empty method stands for a lock that did not open: it gives nothing.
    """

    key: bytes
    method: str

    @classmethod
    def closed(cls) -> Lock:
        """Return the lock that did not open."""
        return cls(b"", "")

    def text(self, data: bytes, number: int, generation: int) -> bytes:
        """Return a string of an object in the clear."""
        return self.stream(memoryview(data), number, generation)

    def stream(self, data: memoryview, number: int, generation: int) -> bytes:
        """Return the stream of an object in the clear, still packed."""
        if not self.method:
            return b""
        if self.method == "None" or number < 0:
            return bytes(data)
        if self.method == "AESV3":
            return _aes(self.key, data)
        salted = self.key + number.to_bytes(5, "little")[:3] + generation.to_bytes(3, "little")[:2]
        salted += b"sAlT" if self.method == "AESV2" else b""
        key = hashlib.md5(salted).digest()[: min(len(self.key) + 5, 16)]  # noqa: S324 -- prescribed by the format
        return _aes(key, data) if self.method == "AESV2" else _rc4(key, bytes(data))


def lock(data: bytes, tools: Tools) -> Lock | None:
    """Return the opened lock of a document, None when it has none. Raises ``NotOpened``."""
    if b"/Encrypt" not in data:  # many times as fast as the pattern, and true of most files
        return None
    # The last one counts: changes are appended.
    latest = deque(_ENCRYPT.finditer(data), maxlen=1)
    if not latest:
        return None
    described = latest[0]
    text = _dictionary(data, described)
    numbers = {name: _number(text, name) for name in (b"V", b"R", b"P", b"Length")}
    if b"/Standard" not in text or numbers[b"V"] not in (1, 2, 4, 5):
        raise NotOpened
    check = _modern(text) if numbers[b"R"] >= 5 else _classic(data, text, numbers)
    for password in dict.fromkeys(("", *tools.passwords)):
        if password:
            try:
                tools.budget.charge_password()
            except LimitReached as reached:
                if reached.final:
                    raise
                break
        if key := check(password):
            return Lock(key, _used(text, numbers[b"V"]))
    raise NotOpened


def _dictionary(data: bytes, described: re.Match[bytes]) -> bytes:
    if described[1] is None:
        return data[described.end() : described.end() + _MOST_DICTIONARY]
    place = re.search(rb"(?<![0-9])%s[\s\0]+%s[\s\0]+obj" % (described[1], described[2]), data)
    if place is None:
        raise NotOpened
    return data[place.end() : place.end() + _MOST_DICTIONARY].partition(b"endobj")[0]


def _number(text: bytes, name: bytes) -> int:
    # The filters of version 4 have lengths of their own, so they are left out.
    match = re.search(
        rb"/%s[\s\0]+(-?[0-9]{1,10})" % name, re.sub(rb"/CF[\s\0]*<<.{0,400}?>>[\s\0]*>>", b"", text, flags=re.S)
    )
    return int(match[1]) if match else 0


def _string(text: bytes, name: bytes) -> bytes:
    match = re.search(rb"/%s[\s\0]*(?=[(<])" % name, text)
    return string(text, match.end()) if match else b""


def _used(text: bytes, version: int) -> str:
    if version < 4:
        return "V2"
    if re.search(rb"/StmF[\s\0]*/Identity", text):
        return "None"
    match = _METHOD.search(text)
    method = match[1].decode("ascii", "replace") if match else ""
    if method not in ("V2", "AESV2", "AESV3", "None"):
        raise NotOpened
    return method


def _classic(data: bytes, text: bytes, numbers: dict[bytes, int]) -> Callable[[str], bytes | None]:
    """Revisions 2 to 4: MD5 and RC4 (algorithms 2, 4 and 5)."""
    identity = _ID.search(data)
    first = string(data, identity.end()) if identity else b""
    revision = numbers[b"R"]
    length = 5 if revision < 3 else min(max((numbers[b"Length"] or (128 if numbers[b"V"] == 4 else 40)) // 8, 5), 16)
    owner, user = _string(text, b"O")[:32], _string(text, b"U")
    tail = (numbers[b"P"] & 0xFFFFFFFF).to_bytes(4, "little") + first
    if revision >= 4 and re.search(rb"/EncryptMetadata[\s\0]+false", text):
        tail += b"\xff\xff\xff\xff"

    def check(password: str) -> bytes | None:
        key = _md5((password.encode("cp1252", "ignore") + _PAD)[:32] + owner + tail)
        if revision < 3:
            return key[:length] if _rc4(key[:length], _PAD) == user[:32] else None
        for _ in range(50):
            key = _md5(key[:length])
        key = key[:length]
        proof = _md5(_PAD + first)
        for number in range(20):
            proof = _rc4(bytes(byte ^ number for byte in key), proof)
        return key if proof == user[:16] else None

    return check


def _modern(text: bytes) -> Callable[[str], bytes | None]:
    """Revisions 5 and 6: SHA-2 and AES (algorithms 2.A and 2.B)."""
    user, wrapped = _string(text, b"U"), _string(text, b"UE")[:32]
    revision = _number(text, b"R")
    if len(user) < 48 or len(wrapped) < 32:
        raise NotOpened

    def check(password: str) -> bytes | None:
        word = password.encode("utf-8", "ignore")[:127]
        if _hash(word, user[32:40], revision) != user[:32]:
            return None
        return _cbc(_hash(word, user[40:48], revision), bytes(16), wrapped)

    return check


def _hash(word: bytes, salt: bytes, revision: int) -> bytes:
    digest = hashlib.sha256(word + salt).digest()
    if revision < 6:
        return digest
    number, last = 0, 0
    while number < 64 or last > number - 32:
        block = (word + digest) * 64
        stream = Cipher(algorithms.AES(digest[:16]), modes.CBC(digest[16:32])).encryptor()
        mixed = stream.update(block)
        digest = hashlib.new(("sha256", "sha384", "sha512")[sum(mixed[:16]) % 3], mixed).digest()
        number, last = number + 1, mixed[-1]
    return digest[:32]


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data).digest()  # noqa: S324 -- prescribed by the format


def _rc4(key: bytes, data: bytes) -> bytes:
    return Cipher(ARC4(key), None).decryptor().update(data)


def _cbc(key: bytes, vector: bytes, data: bytes) -> bytes:
    return Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor().update(data)


def _aes(key: bytes, data: memoryview) -> bytes:
    """AES with the vector in front and padding behind; a cut end is dropped."""
    body = bytes(data[16:])
    body = body[: len(body) & ~15]
    if len(data) < 32 or not body:
        return b""
    plain = _cbc(key, bytes(data[:16]), body)
    return plain[: -plain[-1]] if 0 < plain[-1] <= 16 else plain
