"""The vault: where the originals of quarantined files lie, encrypted, until somebody wants them back.

Every file has a data key of its own, wrapped by the master key together with connection, SHA-256 and size: a file that
is moved to another name does not open. The format of a file is in ``sealed_stream``.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from app.adapters import sealed_stream
from app.durable import sync_folder
from app.errors import DeskwardenError, Misconfigured, Rejected, Temporary
from app.keys import MasterKey

_SHA256 = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(r"(\d{1,19})/([0-9a-f]{2})/(\2[0-9a-f]{62})\.sealed")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR}
_DRAFT = ".part"


@dataclass(frozen=True, slots=True)
class VaultRef:
    """Where a quarantined file lies, and what it must turn out to be. ``size`` is in bytes, ``sha256`` in hex."""

    key: str
    connection_id: int
    sha256: str
    size: int

    def to_dict(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> VaultRef:
        """Build a reference from what ``to_dict`` returned."""
        return cls(**data)


class Vault(Protocol):
    """Keeps originals. Every method raises Temporary or Misconfigured when the storage cannot be used."""

    def store(self, source: Path | BinaryIO, *, connection_id: int, sha256: str, size: int) -> VaultRef:
        """Put a file away, durably; the same content of the same connection again is a no-op.

        Raises Rejected when ``source`` is not what ``sha256`` and ``size`` say.
        """

    def verify(self, ref: VaultRef) -> None:
        """Read the whole file back and compare it with its SHA-256. Raises Rejected when it is gone or damaged."""

    def open(self, ref: VaultRef) -> Content:
        """Return the original in pieces of at most 1 MiB. Raises Rejected, also midway, before anything forged."""

    def delete(self, ref: VaultRef) -> None:
        """Remove a file for good; nothing happens when it is gone already."""

    def exists(self, ref: VaultRef) -> bool:
        """Tell whether something lies there; only ``verify`` tells whether it is sound."""


def open_vault(url: str, keys: MasterKey) -> Vault:
    """Return the vault of a setting like ``file:/var/lib/deskwarden/vault``. Raises Misconfigured for other kinds."""
    scheme, colon, rest = url.partition(":")
    if scheme == "file" and rest:
        path = rest[len("//") :] if rest.startswith("//") else rest
        if Path(path).is_absolute():
            return FileVault(Path(path), keys)
    if scheme == "s3" and colon:
        raise Misconfigured(
            "DESKWARDEN_VAULT_URL names an S3 bucket, which this version cannot use yet. "
            "Give it a folder: file:/path/to/vault.",
            code="vault.scheme",
        )
    raise Misconfigured("DESKWARDEN_VAULT_URL must name a folder, like file:/path/to/vault.", code="vault.scheme")


class FileVault:
    """A vault in a folder. Folders are 0700 and files 0600; several processes may use it at once."""

    def __init__(self, root: Path, keys: MasterKey) -> None:
        self._root = root
        self._keys = keys

    def store(self, source: Path | BinaryIO, *, connection_id: int, sha256: str, size: int) -> VaultRef:
        """See ``Vault``. A copy that is damaged is replaced by a sound one."""
        ref = _reference(connection_id, sha256, size)
        with _plain_errors("written to"):
            if self.exists(ref) and self._is_sound(ref):
                return ref
            path = self._root / ref.key
            self._make_folders(path.parent)
            _remove_abandoned(path.parent)
            with contextlib.ExitStack() as stack:
                stream = stack.enter_context(source.open("rb")) if isinstance(source, Path) else source
                self._write(path, _Measured(stream), ref)
        return ref

    def verify(self, ref: VaultRef) -> None:
        """See ``Vault``."""
        digest = hashlib.sha256()
        for piece in self.open(ref):
            digest.update(piece)
        if digest.hexdigest() != ref.sha256:
            raise sealed_stream.damaged()

    def open(self, ref: VaultRef) -> Content:
        """See ``Vault``."""
        context = _context(ref)
        with _plain_errors("read from"):
            try:
                file = self._path(ref).open("rb")
            except FileNotFoundError:
                raise Rejected("The file is no longer in quarantine.", code="vault.missing") from None
            try:
                wrapped, prefix = sealed_stream.read_header(file)
                data_key = self._unwrap(wrapped, context)
            except BaseException:
                file.close()
                raise
        return Content(file, sealed_stream.decrypt(file, data_key, prefix, context), ref.size)

    def delete(self, ref: VaultRef) -> None:
        """See ``Vault``."""
        path = self._path(ref)
        with _plain_errors("written to"), contextlib.suppress(FileNotFoundError):
            path.unlink()
            sync_folder(path.parent)

    def exists(self, ref: VaultRef) -> bool:
        """See ``Vault``."""
        with _plain_errors("read from"):
            return self._path(ref).is_file()

    def _path(self, ref: VaultRef) -> Path:
        """The reference comes back from a database: nothing but our own kind of name becomes a path."""
        if not _KEY.fullmatch(ref.key):
            raise sealed_stream.damaged()
        return self._root / ref.key

    def _is_sound(self, ref: VaultRef) -> bool:
        try:
            self.verify(ref)
        except Rejected:
            return False
        return True

    def _unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        try:
            return self._keys.unwrap(wrapped, context)
        except Misconfigured as error:
            # Another master key is for the operator to put back; anything else is this file's own damage.
            if error.code == "key.other":
                raise
            raise sealed_stream.damaged() from None

    def _write(self, path: Path, stream: _Measured, ref: VaultRef) -> None:
        """Write a draft beside ``path`` and put it in place when it is whole, checked and on the disk."""
        context, data_key = _context(ref), secrets.token_bytes(32)
        prefix = secrets.token_bytes(sealed_stream.PREFIX_BYTES)
        draft, file = _open_draft(path)
        try:
            with file:
                file.write(sealed_stream.header(self._keys.wrap(data_key, context), prefix))
                for chunk in sealed_stream.encrypt(iter(stream), data_key, prefix, context):
                    file.write(chunk)
                stream.check(ref)
                file.flush()
                os.fsync(file.fileno())
                draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)

    def _make_folders(self, folder: Path) -> None:
        """Make what is missing, and see that the names of the new folders reach the disk too."""
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        for each in reversed(missing):
            with contextlib.suppress(FileExistsError):
                each.mkdir(mode=0o700)
            sync_folder(each.parent)


class Content(Iterator[bytes]):
    """The pieces of an opened file. Closes the file at the end, at an error, by ``close`` and when forgotten."""

    def __init__(self, file: BinaryIO, pieces: Iterator[bytes], size: int) -> None:
        self._file = file
        self._pieces = pieces
        self._left = size

    def __next__(self) -> bytes:
        try:
            with _plain_errors("read from"):
                piece = next(self._pieces, b"")
            if not piece and self._left:
                raise sealed_stream.damaged()
        except BaseException:
            self.close()
            raise
        if not piece:
            self.close()
            raise StopIteration
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        """Close the file; further pieces are not to be had."""
        self._pieces = iter(())
        self._left = 0
        self._file.close()

    def __del__(self) -> None:
        self._file.close()


class _Measured:
    """Reads a stream once, and knows what went through."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        while piece := self._stream.read(sealed_stream.CHUNK_BYTES):
            self._digest.update(piece)
            self._size += len(piece)
            yield piece

    def check(self, ref: VaultRef) -> None:
        if self._size != ref.size or self._digest.hexdigest() != ref.sha256:
            raise Rejected("The file changed between its scan and its quarantine.", code="changed")


def _reference(connection_id: int, sha256: str, size: int) -> VaultRef:
    if not _SHA256.fullmatch(sha256) or connection_id < 0 or size < 0:
        raise ValueError(
            "A vault needs a SHA-256 in lower-case hex, and a connection and a size that are not negative."
        )
    return VaultRef(f"{connection_id}/{sha256[:2]}/{sha256}.sealed", connection_id, sha256, size)


def _context(ref: VaultRef) -> bytes:
    return f"vault/v1/{ref.connection_id}/{ref.sha256}/{ref.size}".encode()


def _open_draft(path: Path) -> tuple[Path, BinaryIO]:
    """Return a new file beside ``path``, locked for as long as it is open, so that no one takes it for abandoned."""
    while True:
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}{_DRAFT}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        file = os.fdopen(descriptor, "wb")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        # Somebody who cleaned up may have been faster than the lock.
        if os.fstat(descriptor).st_nlink:
            return draft, file
        file.close()


def _remove_abandoned(folder: Path) -> None:
    """Remove the drafts of processes that died; the lock of one that still writes dies with it."""
    for draft in folder.glob(f"*{_DRAFT}"):
        with contextlib.suppress(OSError), draft.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            draft.unlink()


@contextlib.contextmanager
def _plain_errors(deed: str) -> Iterator[None]:
    """Say in words what the operating system says in numbers."""
    try:
        yield
    except DeskwardenError:
        raise
    except OSError as error:
        if error.errno in _FULL:
            raise Temporary(
                "The disk of the quarantine vault is full, so the file was not stored. Free some space; it is tried "
                "again by itself.",
                code="vault.full",
            ) from error
        if error.errno in _CLOSED:
            raise Misconfigured(
                f"The quarantine vault cannot be {deed}: {error.strerror}. Give the user that runs Deskwarden the "
                "folder that DESKWARDEN_VAULT_URL names.",
                code="vault.closed",
            ) from error
        raise Temporary(f"The quarantine vault could not be {deed}: {error.strerror}.", code="vault.disk") from error
