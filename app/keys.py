"""The master key: everything secret that lies on disk is sealed, wrapped or signed under a key derived from it.

Sealed bytes are ``version (1) | key id (8) | nonce (12) | AES-256-GCM ciphertext and tag``. The key id names the master
key that sealed them, so that a later key can stand beside an earlier one while data moves over. Every purpose has a
key of its own (HKDF-SHA256, RFC 5869), so that what was sealed for one can never be read as another. Nonces are random:
NIST SP 800-38D allows 2^32 of them under one key, which is more than any purpose here will ever seal.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import os
import re
import secrets
import stat
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from app.durable import sync_folder
from app.errors import Misconfigured

VARIABLE = "DESKWARDEN_SECRET_KEY"
FILE_NAME = "secret.key"

KEY_BYTES = 32
_VERSION = b"\x01"
_ID_BYTES = 8
_NONCE_BYTES = 12
_TAG_BYTES = 16
_HEADER_BYTES = len(_VERSION) + _ID_BYTES

#: Bytes that sealing adds to the plaintext.
OVERHEAD = _HEADER_BYTES + _NONCE_BYTES + _TAG_BYTES

_HEX_KEY = re.compile(f"[0-9a-fA-F]{{{2 * KEY_BYTES}}}")
_LEAST_PASSPHRASE = 16
# The salt is fixed, because every process and machine must come to the same key from the passphrase alone.
_SCRYPT_SALT = b"deskwarden/master-key/v1"
# RFC 7914: 32 MiB and about 0.1 s, paid once a process.
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**15, 8, 1
_SCRYPT_MEMORY = 64 * 1024 * 1024
# 130 bits in base32: nobody guesses one, and it is short enough for a line that people see.
_SIGNATURE_CHARACTERS = 26


class MasterKey:
    """One master key of 32 bytes. Never shown: its ``repr`` holds only the key id."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"A master key has {KEY_BYTES} bytes.")
        self._key = key
        self._derived: dict[str, bytes] = {}
        self._ciphers: dict[str, AESGCM] = {}
        #: Public name of this key: 16 hex digits, telling nothing about the key itself.
        self.id = self._derive("id")[:_ID_BYTES].hex()

    def __repr__(self) -> str:
        return f"MasterKey(id={self.id})"

    @classmethod
    def load(cls, home: Path, value: str | None) -> MasterKey:
        """Return the key given by the setting, or else the one in ``home``/secret.key, which is made when missing.

        ``value`` is 32 bytes in hex or base64 (standard or URL-safe, padded or not), or any passphrase of at least 16
        characters, which is turned into a key by scrypt. Raises Misconfigured when it is neither, and when the file
        is open to others or holds no key.
        """
        return cls(_parse_setting(value) if value else _load_file(home))

    def seal(self, purpose: str, plaintext: bytes) -> bytes:
        """Encrypt ``plaintext`` for ``purpose``; the result is ``OVERHEAD`` bytes longer."""
        return self._encrypt(f"seal/{purpose}", plaintext, purpose.encode())

    def unseal(self, purpose: str, sealed: bytes) -> bytes:
        """Decrypt what ``seal`` made for the same purpose.

        Raises Misconfigured when another master key sealed it, or when it is damaged.
        """
        return self._decrypt(f"seal/{purpose}", sealed, purpose.encode())

    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        """Encrypt the key of one file; it can only be unwrapped with the same ``context``."""
        return self._encrypt("wrap", data_key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Decrypt what ``wrap`` made. Raises Misconfigured for another master key, another context, or damage."""
        return self._decrypt("wrap", wrapped, context)

    def sign(self, purpose: str, text: str) -> str:
        """Return the signature of ``text`` for ``purpose``: 26 characters of A-Z and 2-7, stable for ever.

        It is HMAC-SHA256 in base32, cut to 130 bits.
        """
        digest = hmac.digest(self._derive(f"sign/{purpose}"), text.encode("utf-8", "surrogatepass"), "sha256")
        return base64.b32encode(digest).decode()[:_SIGNATURE_CHARACTERS]

    def compare(self, purpose: str, text: str, signature: str) -> bool:
        """Tell in constant time whether ``signature`` is ours for ``text`` and ``purpose``."""
        return hmac.compare_digest(self.sign(purpose, text).encode(), signature.encode("utf-8", "replace"))

    def _derive(self, label: str) -> bytes:
        derived = self._derived.get(label)
        if derived is None:
            info = b"deskwarden/v1/" + label.encode()
            derived = self._derived[label] = HKDFExpand(SHA256(), KEY_BYTES, info).derive(self._key)
        return derived

    def _cipher(self, label: str) -> AESGCM:
        cipher = self._ciphers.get(label)
        if cipher is None:
            cipher = self._ciphers[label] = AESGCM(self._derive(label))
        return cipher

    def _encrypt(self, label: str, plaintext: bytes, context: bytes) -> bytes:
        header = _VERSION + bytes.fromhex(self.id)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return header + nonce + self._cipher(label).encrypt(nonce, plaintext, header + context)

    def _decrypt(self, label: str, sealed: bytes, context: bytes) -> bytes:
        header, nonce = sealed[:_HEADER_BYTES], sealed[_HEADER_BYTES : _HEADER_BYTES + _NONCE_BYTES]
        if len(sealed) < OVERHEAD or header[:1] != _VERSION:
            raise _damaged()
        if header[1:].hex() != self.id:
            raise Misconfigured(
                f"Stored secrets were sealed with another master key (id {header[1:].hex()}; the one in use has id "
                f"{self.id}). Put back the earlier value of {VARIABLE}, or the earlier file {FILE_NAME} of the data "
                "folder, and start again.",
                code="key.other",
            )
        try:
            return self._cipher(label).decrypt(nonce, sealed[_HEADER_BYTES + _NONCE_BYTES :], header + context)
        except InvalidTag:
            raise _damaged() from None


def _damaged() -> Misconfigured:
    return Misconfigured(
        "Stored secret data does not open: it was damaged, changed, or moved from another place. "
        "Restore it from a backup, or enter the secret anew.",
        code="key.damaged",
    )


def _parse_setting(value: str) -> bytes:
    """Return the key that the setting stands for."""
    value = value.strip()
    key = _parse_key(value)
    if key is not None:
        return key
    if len(value) < _LEAST_PASSPHRASE:
        raise Misconfigured(
            f"{VARIABLE} must be 32 bytes in base64 or hex, or a passphrase of at least {_LEAST_PASSPHRASE} "
            'characters. To make one: python3 -c "import secrets; print(secrets.token_hex(32))"',
            code="key.setting",
        )
    return hashlib.scrypt(
        value.encode(),
        salt=_SCRYPT_SALT,
        n=_SCRYPT_N,
        r=_SCRYPT_R,
        p=_SCRYPT_P,
        maxmem=_SCRYPT_MEMORY,
        dklen=KEY_BYTES,
    )


def _parse_key(value: str) -> bytes | None:
    """Return the 32 bytes that ``value`` writes in hex or base64, or None when it is something else."""
    if _HEX_KEY.fullmatch(value):
        return bytes.fromhex(value)
    body = value.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        key = base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None


def _load_file(home: Path) -> bytes:
    """Return the key in ``home``, making it on the first start."""
    path = home / FILE_NAME
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make_file(path)
        return _read_file(path)
    except OSError as error:
        raise Misconfigured(
            f"The master key {path} cannot be read or made: {error.strerror}. Give the user that runs Deskwarden this "
            f"folder, or set {VARIABLE}.",
            code="key.file",
        ) from error


def _make_file(path: Path) -> None:
    """Write a new key to ``path``, unless another process is first; what stands there is complete at every moment."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        # Unlike a rename, a link never replaces the key that another process has made meanwhile.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def _read_file(path: Path) -> bytes:
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        text = file.read(1024)
    if mode & 0o077:
        raise Misconfigured(
            f"Other users of this machine can reach the master key {path} (mode {mode:04o}). Run: chmod 600 '{path}'",
            code="key.open",
        )
    key = _parse_key(text.decode("ascii", "replace").strip())
    if key is None:
        raise Misconfigured(
            f"{path} holds no master key (32 bytes in base64 or hex). Restore it from a backup: without it nothing "
            "that is sealed can be read. Only on an installation without data, delete the file and start again.",
            code="key.file",
        )
    return key
