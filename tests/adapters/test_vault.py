from __future__ import annotations

import hashlib
import io
import os
import random
import resource
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.adapters.sealed_stream import CHUNK_BYTES, TAG_BYTES
from app.adapters.vault import FileVault, VaultRef, open_vault
from app.errors import DeskwardenError, Misconfigured, Rejected, Temporary
from app.keys import OVERHEAD, MasterKey

KEYS = MasterKey(b"k" * 32)
HEAD = 4 + 2 + 32 + OVERHEAD + 7
ON_DISK = CHUNK_BYTES + TAG_BYTES


def content_of(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def put(vault: FileVault, content: bytes, connection_id: int = 1) -> VaultRef:
    digest = hashlib.sha256(content).hexdigest()
    return vault.store(io.BytesIO(content), connection_id=connection_id, sha256=digest, size=len(content))


def file_of(tmp_path: Path, ref: VaultRef) -> Path:
    return tmp_path / "vault" / ref.key


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def vault(tmp_path: Path) -> FileVault:
    return FileVault(tmp_path / "vault", KEYS)


@pytest.mark.parametrize(
    "size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 5 * 1024 * 1024 + 17]
)
def test_what_goes_in_comes_out(vault: FileVault, size: int) -> None:
    content = content_of(size)
    ref = put(vault, content)
    vault.verify(ref)
    assert b"".join(vault.open(ref)) == content
    assert vault.exists(ref)


def test_a_path_is_stored_like_a_stream(vault: FileVault, tmp_path: Path) -> None:
    spooled = tmp_path / "spooled"
    spooled.write_bytes(b"hello")
    ref = vault.store(spooled, connection_id=3, sha256=hashlib.sha256(b"hello").hexdigest(), size=5)
    assert b"".join(vault.open(ref)) == b"hello"


def test_a_stream_that_gives_small_pieces_makes_the_same_chunks(vault: FileVault, tmp_path: Path) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 300_007))

    content = content_of(2 * CHUNK_BYTES + 5)
    ref = vault.store(Slow(content), connection_id=1, sha256=hashlib.sha256(content).hexdigest(), size=len(content))
    assert b"".join(vault.open(ref)) == content
    assert file_of(tmp_path, ref).stat().st_size == HEAD + len(content) + 3 * TAG_BYTES


def test_nothing_of_the_content_or_its_name_is_readable_on_the_disk(vault: FileVault, tmp_path: Path) -> None:
    ref = put(vault, b"X5O!P%@AP" * 100)
    assert b"X5O!P" not in file_of(tmp_path, ref).read_bytes()


def test_folders_and_files_are_for_their_owner_alone(vault: FileVault, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        put(vault, b"x")
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "vault").rglob("*") if path.is_dir()}
    assert modes | {stat.S_IMODE((tmp_path / "vault").stat().st_mode)} == {0o700}
    assert {stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "vault").rglob("*") if p.is_file()} == {0o600}


def test_a_reference_survives_json(vault: FileVault) -> None:
    ref = put(vault, b"x")
    assert VaultRef.from_dict(ref.to_dict()) == ref


def test_storing_the_same_again_changes_nothing(vault: FileVault, tmp_path: Path) -> None:
    first = put(vault, b"same")
    before = file_of(tmp_path, first).read_bytes()
    assert put(vault, b"same") == first
    assert file_of(tmp_path, first).read_bytes() == before


def test_storing_again_mends_a_damaged_copy(vault: FileVault, tmp_path: Path) -> None:
    ref = put(vault, b"same")
    file_of(tmp_path, ref).write_bytes(b"rubbish")
    assert put(vault, b"same") == ref
    vault.verify(ref)


def test_equal_content_of_two_connections_lies_twice(vault: FileVault, tmp_path: Path) -> None:
    one, two = put(vault, b"same", 1), put(vault, b"same", 2)
    vault.delete(one)
    assert not vault.exists(one)
    assert b"".join(vault.open(two)) == b"same"


def test_content_that_is_not_what_was_announced_is_not_stored(vault: FileVault, tmp_path: Path) -> None:
    for size, digest in ((4, hashlib.sha256(b"else").hexdigest()), (5, hashlib.sha256(b"this").hexdigest())):
        with pytest.raises(Rejected, match="changed between"):
            vault.store(io.BytesIO(b"this"), connection_id=1, sha256=digest, size=size)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("sha256", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_only_a_hash_becomes_a_name(vault: FileVault, sha256: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        vault.store(io.BytesIO(b""), connection_id=1, sha256=sha256, size=0)


@pytest.mark.parametrize("key", ["", "../x", "/etc/passwd", "1/aa/../../x.sealed", "1/aa/" + "b" * 64 + ".sealed"])
def test_a_reference_never_leads_out_of_the_folder(vault: FileVault, key: str) -> None:
    ref = VaultRef(key, 1, "a" * 64, 1)
    for deed in (vault.open, vault.verify, vault.delete, vault.exists):
        with pytest.raises(Rejected):
            deed(ref)


def test_a_flipped_bit_anywhere_is_refused(vault: FileVault, tmp_path: Path) -> None:
    ref = put(vault, content_of(100))
    path = file_of(tmp_path, ref)
    sound = path.read_bytes()
    for position in range(len(sound)):
        path.write_bytes(sound[:position] + bytes([sound[position] ^ 0x10]) + sound[position + 1 :])
        with pytest.raises(DeskwardenError):
            vault.verify(ref)
    path.write_bytes(sound)
    vault.verify(ref)


@pytest.mark.parametrize("length", [0, 3, 6, HEAD - 1, HEAD, HEAD + 15, HEAD + ON_DISK, HEAD + ON_DISK + 1, -1])
def test_a_truncated_file_is_refused(vault: FileVault, tmp_path: Path, length: int) -> None:
    ref = put(vault, content_of(2 * CHUNK_BYTES + 100))
    path = file_of(tmp_path, ref)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(Rejected):
        vault.verify(ref)


def test_a_file_cut_at_a_chunk_yields_only_what_was_authentic_before(vault: FileVault, tmp_path: Path) -> None:
    content = content_of(2 * CHUNK_BYTES + 100)
    ref = put(vault, content)
    path = file_of(tmp_path, ref)
    path.write_bytes(path.read_bytes()[: HEAD + 2 * ON_DISK])
    with pytest.raises(Rejected):
        vault.verify(ref)
    pieces = vault.open(ref)
    assert next(pieces) == content[:CHUNK_BYTES]
    with pytest.raises(Rejected):
        next(pieces)
    assert list(pieces) == []


def test_swapped_chunks_are_refused_before_anything_is_yielded(vault: FileVault, tmp_path: Path) -> None:
    ref = put(vault, content_of(3 * CHUNK_BYTES))
    path = file_of(tmp_path, ref)
    sound = path.read_bytes()
    head, first, second, rest = (
        sound[:HEAD],
        sound[HEAD : HEAD + ON_DISK],
        sound[HEAD + ON_DISK : HEAD + 2 * ON_DISK],
        sound[HEAD + 2 * ON_DISK :],
    )
    path.write_bytes(head + second + first + rest)
    with pytest.raises(Rejected):
        next(vault.open(ref))


def test_a_repeated_and_an_appended_chunk_are_refused(vault: FileVault, tmp_path: Path) -> None:
    ref = put(vault, content_of(2 * CHUNK_BYTES))
    path = file_of(tmp_path, ref)
    sound = path.read_bytes()
    for forged in (
        sound + b"x",
        sound + sound[-ON_DISK:],
        sound[: HEAD + ON_DISK] + sound[HEAD : HEAD + ON_DISK] + sound[HEAD + ON_DISK :],
    ):
        path.write_bytes(forged)
        with pytest.raises(Rejected):
            vault.verify(ref)


def test_chunks_of_another_file_are_refused(vault: FileVault, tmp_path: Path) -> None:
    one, two = put(vault, b"1" * 50), put(vault, b"2" * 50)
    forged = file_of(tmp_path, one).read_bytes()[:HEAD] + file_of(tmp_path, two).read_bytes()[HEAD:]
    file_of(tmp_path, one).write_bytes(forged)
    with pytest.raises(Rejected):
        vault.verify(one)


def test_a_file_moved_to_another_connection_is_refused(vault: FileVault, tmp_path: Path) -> None:
    one, two = put(vault, b"secret", 1), put(vault, b"secret", 2)
    file_of(tmp_path, one).replace(file_of(tmp_path, two))
    with pytest.raises(Rejected):
        vault.verify(two)


def test_a_file_under_another_hash_or_size_is_refused(vault: FileVault, tmp_path: Path) -> None:
    one, two = put(vault, b"first"), put(vault, b"other")
    file_of(tmp_path, one).replace(file_of(tmp_path, two))
    with pytest.raises(Rejected):
        vault.verify(two)
    with pytest.raises(Rejected):
        vault.verify(replace(put(vault, b"first"), size=6))


def test_another_master_key_is_for_the_operator(vault: FileVault, tmp_path: Path) -> None:
    ref = put(vault, b"x")
    with pytest.raises(Misconfigured, match="another master key"):
        FileVault(tmp_path / "vault", MasterKey(b"o" * 32)).verify(ref)


def test_a_missing_file_is_told_at_once(vault: FileVault) -> None:
    ref = put(vault, b"x")
    vault.delete(ref)
    vault.delete(ref)
    assert not vault.exists(ref)
    with pytest.raises(Rejected, match="no longer in quarantine") as caught:
        vault.open(ref)
    assert caught.value.code == "vault.missing"


def test_an_opened_file_that_nobody_reads_is_closed(vault: FileVault) -> None:
    before = len(list(Path("/dev/fd").iterdir()))
    ref = put(vault, content_of(2 * CHUNK_BYTES))
    for _ in range(3):
        vault.open(ref)
        next(vault.open(ref))
        vault.open(ref).close()
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_content_can_be_read_while_it_is_deleted(vault: FileVault) -> None:
    ref = put(vault, b"still here")
    pieces = vault.open(ref)
    vault.delete(ref)
    assert b"".join(pieces) == b"still here"


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """What a full disk looks like to a program: writing fails after so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_temporary_and_leaves_no_piece(vault: FileVault, tmp_path: Path) -> None:
    content = content_of(3 * CHUNK_BYTES)
    with largest_file(CHUNK_BYTES + 5), pytest.raises(Temporary, match=r"vault is full.*tried again"):
        put(vault, content)
    assert names_in(tmp_path) == []
    vault.verify(put(vault, content))


def test_a_folder_that_cannot_be_made_is_for_the_operator(tmp_path: Path) -> None:
    (tmp_path / "vault").write_text("a file")
    with pytest.raises(Misconfigured, match="DESKWARDEN_VAULT_URL"):
        put(FileVault(tmp_path / "vault", KEYS), b"x")


DIES = """
import io, os, sys
from pathlib import Path
from app.adapters.vault import FileVault
from app.keys import MasterKey

class Dies(io.BytesIO):
    def read(self, size=-1):
        if self.tell():
            os.kill(os.getpid(), 9)
        return super().read(size)

size = int(sys.argv[3])
FileVault(Path(sys.argv[1]), MasterKey(b"k" * 32)).store(
    Dies(bytes(size)), connection_id=1, sha256=sys.argv[2], size=size
)
"""


def test_a_process_killed_while_writing_leaves_nothing_that_counts(vault: FileVault, tmp_path: Path) -> None:
    content = bytes(CHUNK_BYTES + 1)
    digest = hashlib.sha256(content).hexdigest()
    killed = subprocess.run([sys.executable, "-c", DIES, str(tmp_path / "vault"), digest, str(len(content))])
    assert killed.returncode == -9
    (left,) = names_in(tmp_path)
    assert left.endswith(".part")
    ref = put(vault, content)
    assert names_in(tmp_path) == [f"{digest}.sealed"]
    vault.verify(ref)


def test_the_draft_of_a_living_process_is_left_alone(vault: FileVault, tmp_path: Path) -> None:
    class Interrupts(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            piece = super().read(size)
            if not piece:
                put(vault, b"twice")
            return piece

    digest = hashlib.sha256(b"twice").hexdigest()
    ref = vault.store(Interrupts(b"twice"), connection_id=1, sha256=digest, size=5)
    vault.verify(ref)
    assert names_in(tmp_path) == [f"{digest}.sealed"]


def test_processes_that_store_the_same_at_once_leave_one_sound_copy(vault: FileVault, tmp_path: Path) -> None:
    content = content_of(3 * CHUNK_BYTES)
    (tmp_path / "spooled").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    code = (
        "import sys; from pathlib import Path\n"
        "from app.adapters.vault import FileVault; from app.keys import MasterKey\n"
        "vault = FileVault(Path(sys.argv[1]) / 'vault', MasterKey(b'k' * 32)); sys.stdin.read(1)\n"
        "for _ in range(5):\n"
        "    ref = vault.store(Path(sys.argv[1]) / 'spooled', connection_id=1, sha256=sys.argv[2], size=3 * 2**20)\n"
        "    vault.verify(ref)\n"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), digest], stdin=subprocess.PIPE) for _ in range(2)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write(b"g")
        process.stdin.close()
    assert [process.wait(30) for process in started] == [0, 0]
    assert names_in(tmp_path / "vault") == [f"{digest}.sealed"]
    vault.verify(VaultRef(f"1/{digest[:2]}/{digest}.sealed", 1, digest, len(content)))


def test_a_file_url_opens_a_folder(tmp_path: Path) -> None:
    for url in (f"file:{tmp_path}/a", f"file://{tmp_path}/b"):
        vault = open_vault(url, KEYS)
        digest = hashlib.sha256(b"x").hexdigest()
        assert vault.exists(vault.store(io.BytesIO(b"x"), connection_id=1, sha256=digest, size=1))
    assert len(names_in(tmp_path / "a")) == len(names_in(tmp_path / "b")) == 1


@pytest.mark.parametrize("url", ["s3://bucket/prefix", "file:relative", "file://host/path", "file:", "", "ftp://x/y"])
def test_other_urls_say_what_to_write_instead(url: str) -> None:
    with pytest.raises(Misconfigured, match="file:/path/to/vault"):
        open_vault(url, KEYS)
