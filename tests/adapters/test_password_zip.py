from __future__ import annotations

import io
import os
import random
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.adapters.password_zip import member_name, password_zip
from app.errors import Rejected

EICAR_LIKE = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" * 3


def archive(name: str, content: bytes, piece: int = 50_000, password: bytes = b"infected") -> bytes:
    pieces = (content[start : start + piece] for start in range(0, len(content), piece))
    return b"".join(password_zip(name, pieces, password=password))


def member(data: bytes, password: bytes = b"infected") -> tuple[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        (info,) = opened.infolist()
        return info.filename, opened.read(info, pwd=password)


@pytest.mark.parametrize(
    "content",
    [b"", b"x", EICAR_LIKE, b"\0" * 300_000, random.Random(1).randbytes(70_001), os.urandom(65_536)],
    ids=["empty", "one byte", "text", "zeros", "noise", "one piece"],
)
def test_the_member_is_the_content(content: bytes) -> None:
    assert member(archive("a.exe", content)) == ("a.exe", content)


def test_the_way_the_content_is_cut_does_not_matter() -> None:
    content = random.Random(2).randbytes(3000)
    assert member(archive("a", content, piece=7))[1] == member(archive("a", content, piece=3000))[1] == content


def test_without_the_password_it_stays_shut() -> None:
    data = archive("a.exe", EICAR_LIKE)
    assert EICAR_LIKE[:20] not in data
    with pytest.raises(RuntimeError, match="encrypted, password required"), zipfile.ZipFile(io.BytesIO(data)) as opened:
        opened.read("a.exe")


def test_another_password_can_be_chosen() -> None:
    assert member(archive("a", b"hello", password=b"other"), b"other")[1] == b"hello"


def test_two_archives_of_one_file_differ() -> None:
    assert archive("a", b"hello" * 10) != archive("a", b"hello" * 10)


def by_the_standard_library(folder: Path, password: str) -> bool:
    with zipfile.ZipFile(folder / "a.zip") as opened:
        try:
            opened.extractall(folder / "out", pwd=password.encode())
        except RuntimeError:
            return False
    return True


def by_info_zip(folder: Path, password: str) -> bool:
    return not subprocess.run(["unzip", "-q", "-P", password, "a.zip", "-d", "out"], cwd=folder, check=False).returncode


#: A second hand's program is asked too, where it is installed.
OPENERS = [by_the_standard_library, *([by_info_zip] if shutil.which("unzip") else [])]


@pytest.mark.parametrize("opened", OPENERS)
def test_unzip_programs_extract_it_with_the_right_password_only(
    tmp_path: Path, opened: Callable[[Path, str], bool]
) -> None:
    content = random.Random(3).randbytes(100_000) + b"\0" * 100_000
    (tmp_path / "a.zip").write_bytes(archive("Rechnung für März.pdf.exe", content))
    assert not opened(tmp_path, "wrong")
    assert opened(tmp_path, "infected")
    (extracted,) = (tmp_path / "out").iterdir()
    assert extracted.read_bytes() == content


@pytest.mark.parametrize(
    ("name", "harmless"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("Übersicht 2026.docx", "Übersicht 2026.docx"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Windows\\evil.exe", "C__Windows_evil.exe"),
        ("a\nb\0c\x1b[2J.txt", "a_b_c_[2J.txt"),
        ("cod\u202efdp.exe", "cod_u{202e}fdp.exe"),
        ("CON.txt", "_CON.txt"),
        ("lpt1", "_lpt1"),
        ("console.txt", "console.txt"),
        ("...", "file"),
        ("", "file"),
        ("trailing. . ", "trailing"),
        ("a" * 300 + ".pdf.exe", "a" * 79 + "_" + "a" * 32 + ".pdf.exe"),
        ("\ud800.txt", "_u{d800}.txt"),
    ],
)
def test_a_hostile_name_becomes_one_plain_name(name: str, harmless: str) -> None:
    assert member_name(name) == harmless
    assert member(archive(name, b"x"))[0] == harmless


def test_a_ten_thousand_character_name_keeps_its_extension() -> None:
    name = member_name("\u202e" * 10_000 + ".exe")
    assert len(name) <= 120
    assert len(member_name("€" * 10_000).encode()) <= 500


def test_what_fails_at_the_first_chunk_fails_before_anything_is_sent() -> None:
    class Gone(Iterator[bytes]):
        def __next__(self) -> bytes:
            raise Rejected("gone")

    with pytest.raises(Rejected, match="gone"):
        next(password_zip("a", Gone()))


def test_it_streams() -> None:
    taken = 0

    def source() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(8):
            taken += 1
            yield os.urandom(20_000)

    pieces = password_zip("a", source())
    for _ in range(3):
        next(pieces)
    assert taken < 8
