"""Archives that demand memory, or numbers, that nobody has: what is wrong is named, and the analysis never fails."""

from __future__ import annotations

import io
import lzma
import struct
import tarfile
import zipfile
import zlib

import py7zr
import pytest
from backports import zstd
from hypothesis import given, strategies as st

from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places, unknowns


def header(kind: bytes, size: int) -> bytes:
    info = tarfile.TarInfo("a.txt")
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


def pax(*records: bytes) -> bytes:
    body = b"".join(records)
    return header(b"x", len(body)) + body + bytes(-len(body) % 512) + header(b"0", 10) + bytes(512 + 1024)


def zip_with(size: int, offset: int) -> bytes:
    content = bytearray(samples.zip_of({"a.txt": BENIGN}))
    struct.pack_into("<II", content, content.rfind(b"PK\5\6") + 12, size, offset)
    return bytes(content)


def wide_zip(size: int) -> bytes:
    content = samples.zip_of({"a.txt": BENIGN})
    at = content.rfind(b"PK\5\6")
    wide = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 1, 1, size, 0)
    wide += b"PK\6\7" + struct.pack("<IQI", 0, at, 1)
    return content[:at] + wide + content[at : at + 8] + b"\xff" * 12 + b"\0\0"


@pytest.mark.parametrize("kind", [b"x", b"g", b"X", b"L", b"K", b"S", b"0"])
@pytest.mark.parametrize("size", [2**31, 2**33 - 1, 2**62])
def test_a_tar_whose_member_claims_more_than_there_is_is_damaged(engine: Engine, kind: bytes, size: int) -> None:
    report = engine.scan(header(kind, size) + b"text" * 300, name="a.tar")

    assert unknowns(report) == {"archive.broken"}


@pytest.mark.parametrize(
    "record",
    [
        b"25 size=9999999999999999\n",
        b"9999999999999999999 size=1\n",
        b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n30 GNU.sparse.realsize=9999999\n",
        b"18 size=minus one\n",
        b"21 GNU.sparse.map=a,b\n",
    ],
)
def test_a_tar_whose_extended_header_holds_no_numbers_is_not_failed(engine: Engine, record: bytes) -> None:
    assert "analysis.failed" not in places(engine.scan(pax(record), name="a.tar"))


@pytest.mark.parametrize(
    "content", [zip_with(0xFFFFFFF0, 0), zip_with(0x7FFFFFFF, 5), zip_with(0, 0xFFFFFFFE), wide_zip(2**62)]
)
def test_a_zip_whose_directory_claims_more_than_there_is_is_damaged_and_read(engine: Engine, content: bytes) -> None:
    report = engine.scan(content, name="a.zip")

    assert unknowns(report) <= {"archive.broken"}
    assert report.nodes >= 2


def xz_with_dictionary_of_4_gib() -> bytes:
    content = bytearray(lzma.compress(BENIGN, check=lzma.CHECK_NONE))
    # Block header at 12: its length, flags, filter and length of its properties, then the size of the dictionary.
    content[16] = 40
    length = (content[12] + 1) * 4 - 4
    struct.pack_into("<I", content, 12 + length, zlib.crc32(content[12 : 12 + length]))
    return bytes(content)


def test_a_stream_that_asks_for_too_large_a_window_is_over_a_limit(engine: Engine) -> None:
    assert unknowns(engine.scan(b"\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00", name="a.zst")) == {"limit.memory"}


def test_a_stream_with_a_vast_dictionary_is_read_or_over_a_limit(engine: Engine) -> None:
    # Memory that is asked for and never touched costs nothing where no limit is set.
    assert unknowns(engine.scan(xz_with_dictionary_of_4_gib(), name="a.xz")) <= {"limit.memory"}


def test_members_that_the_directory_of_a_zip_leaves_out_are_opened(engine: Engine) -> None:
    both = bytearray(samples.zip_of({"a.txt": BENIGN, "e.txt": EICAR}))
    directory = both.find(b"PK\1\2")
    second = both.find(b"PK\1\2", directory + 4)
    for kept in (both[directory:second], b""):
        head = bytes(both[:directory]) + kept + b"PK\5\6"
        content = head + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(kept), directory, 0)

        report = engine.scan(content, name="a.zip")

        assert (report.verdict, places(report)["archive.unlisted"]) == (Verdict.MALICIOUS, "a.zip")


def test_an_empty_zip_is_clean(engine: Engine) -> None:
    report = engine.scan(b"PK\5\6" + bytes(18), name="a.zip")

    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())


def test_a_damaged_zstandard_stream_is_damaged(engine: Engine) -> None:
    content = bytearray(zstd.compress(samples.noise(5_000, seed=2)))
    content[300:] = b"\xff" * 300

    assert unknowns(engine.scan(bytes(content), name="a.zst")) == {"archive.broken"}


@pytest.mark.parametrize("between", [bytes(1024), bytes(10_240), b"x" * 512])
def test_a_tar_behind_a_tar_is_opened(engine: Engine, between: bytes) -> None:
    first, second = (samples.tar_of({"a.txt": text}, compressed=False) for text in (BENIGN, EICAR))

    report = engine.scan(first[:1024] + between + second, name="a.tar")

    assert report.verdict is Verdict.MALICIOUS
    assert places(report)["yara.eicar"] == "a.tar/appended.tar/a.txt"


def test_a_tar_with_the_word_ustar_in_a_member_is_just_a_tar(engine: Engine) -> None:
    report = engine.scan(samples.tar_of({"a.txt": b"ustar " * 900}, compressed=False) + bytes(9_999), name="a.tar")

    assert (report.verdict, report.findings, report.nodes) == (Verdict.CLEAN, (), 2)


def seven_zip() -> bytes:
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w") as archive:
        archive.writef(io.BytesIO(BENIGN), "a.txt")
    return buffer.getvalue()


def zip_of(method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("a.txt", BENIGN)
    return buffer.getvalue()


SEEDS = {
    "pax.tar": pax(b"18 path=name.txtx\n", b"25 size=0000000000000010\n"),
    "gnu.tar": header(b"L", 20) + b"long name".ljust(512, b"\0") + header(b"0", 9) + bytes(1536),
    "lzma.zip": zip_of(zipfile.ZIP_LZMA),
    "bzip2.zip": zip_of(zipfile.ZIP_BZIP2),
    "wide.zip": wide_zip(64),
    "a.xz": lzma.compress(BENIGN),
    "a.lzma": lzma.compress(BENIGN, lzma.FORMAT_ALONE),
    "a.zst": zstd.compress(BENIGN),
    "a.7z": seven_zip(),
}


@pytest.mark.parametrize("name", SEEDS)
@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(name: str, rules: RuleSet, data: st.DataObject) -> None:
    assert judged(rules, data.draw(damaged(SEEDS[name])), name).nodes >= 1
