from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from email import message_from_bytes
from pathlib import Path

import pytest

from app.sandbox import samples
from app.sandbox.compound_file import compress

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the reader of macros imports with deprecated names
    from oletools.olevba import VBA_Parser


def test_the_eicar_file_has_its_68_bytes() -> None:
    assert len(samples.eicar()) == 68
    assert samples.eicar().endswith(b"ANTIVIRUS-TEST-FILE!$H+H*")


def test_the_source_of_the_samples_is_no_eicar_file_itself() -> None:
    assert samples.eicar() not in Path(samples.__file__).read_bytes()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the reader's own, not ours
def test_a_macro_document_shows_its_source_to_a_reader_of_macros() -> None:
    parser = VBA_Parser("invoice.docm", data=samples.macro_document("Sub AutoOpen()\n  MsgBox 1\nEnd Sub\n"))
    code = [text for _, _, name, text in parser.extract_macros() if name == "Module1.bas"]
    parser.close()
    assert code == ['Attribute VB_Name = "Module1"\r\nSub AutoOpen()\r\n  MsgBox 1\r\nEnd Sub\r\n']


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_macro_of_several_compressed_chunks_is_read_whole() -> None:
    source = "".join(f"' line {number} of a long and rather repetitive remark\n" for number in range(200))
    parser = VBA_Parser("long.docm", data=samples.macro_document(source))
    code = next(text for _, _, name, text in parser.extract_macros() if name == "Module1.bas")
    parser.close()
    assert code.count("rather repetitive") == 200


def test_incompressible_bytes_become_a_raw_chunk() -> None:
    packed = compress(samples.noise(4096, seed=1))
    assert struct.unpack("<H", packed[1:3])[0] == 0x3FFF
    assert packed[3:] == samples.noise(4096, seed=1)


def test_a_macro_that_is_too_long_for_the_small_writer_is_refused() -> None:
    with pytest.raises(ValueError, match="shorten"):
        samples.macro_document(samples.noise(9000, seed=2).hex())


def test_a_locked_archive_opens_with_its_password_only() -> None:
    archive = zipfile.ZipFile(io.BytesIO(samples.locked_archive("secret")))
    assert archive.read("statement.txt", pwd=b"secret") == samples.eicar()
    with pytest.raises(RuntimeError):
        archive.read("statement.txt")


def test_the_same_samples_are_the_same_bytes_again() -> None:
    assert samples.zip_of({"a": b"1"}) == samples.zip_of({"a": b"1"})
    assert samples.mail_with([("a.zip", b"PK")]) == samples.mail_with([("a.zip", b"PK")])
    assert samples.locked_archive("x") == samples.locked_archive("x")


def test_a_mail_carries_its_attachments_with_types_from_their_names() -> None:
    message = message_from_bytes(samples.mail_with([("a.zip", b"PK"), ("b.pdf", b"%PDF")], subject="Hi", body="There"))
    parts = [(part.get_content_type(), part.get_filename()) for part in message.walk()][1:]
    assert parts == [("text/plain", None), ("application/zip", "a.zip"), ("application/pdf", "b.pdf")]


def test_a_picture_has_the_size_and_the_hidden_text_that_were_asked_for() -> None:
    picture = samples.png(30, 20, text=b"hidden", trailer=b"behind")
    assert struct.unpack(">II", picture[16:24]) == (30, 20)
    assert b"Comment\x00hidden" in picture
    assert picture.endswith(b"behind")
    start = picture.index(b"IDAT")
    length = struct.unpack(">I", picture[start - 4 : start])[0]
    assert len(zlib.decompress(picture[start + 4 : start + 4 + length])) == 20 * (1 + 3 * 30)


def test_the_table_of_a_pdf_points_at_its_objects() -> None:
    document = samples.pdf("A (test)")
    start = int(document.rsplit(b"startxref\n", 1)[1].split()[0])
    assert document[start : start + 4] == b"xref"
    first = int(document[start:].split(b"\n")[3][:10])
    assert document[first:].startswith(b"1 0 obj")
