from __future__ import annotations

import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, strategies as st

from app.engine.analyzers.vba.vba import NotCompressed, decompress
from app.engine.model import Severity
from app.engine.scan import Engine
from app.sandbox import samples
from app.sandbox.compound_file import compound_file, vba_project
from tests.fuzz import fuzzed

EICAR = samples.eicar()


def literal_chunk(text: bytes) -> bytes:
    """A compressed chunk of literals only."""
    body = b"".join(b"\x00" + text[start : start + 8] for start in range(0, len(text), 8))
    return struct.pack("<H", 0xB000 | (len(body) - 1)) + body


#: The example of MS-OVBA 3.2.2: normal compression.
_EXAMPLE = bytes.fromhex(
    "012fb00023616161626364658266007061676869 6a0138 08616b6c00306d6e6f70067102700410727374757610777879 7a003c"
)


def test_the_example_of_the_specification_is_decompressed() -> None:
    assert decompress(_EXAMPLE) == b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa"


def test_the_maximal_example_of_the_specification_is_decompressed() -> None:
    assert decompress(bytes.fromhex("0103b002 6145 00".replace(" ", ""))) == b"a" * 73


def test_a_chunk_that_is_not_compressed_is_copied() -> None:
    assert decompress(b"\x01" + struct.pack("<H", 0x3FFF) + b"x" * 4096) == b"x" * 4096


def test_what_is_cut_off_ends_early() -> None:
    whole = b"\x01" + literal_chunk(b"Attribute VB_Name")

    assert decompress(whole[:-4]) == b"Attribute VB_N"


@pytest.mark.parametrize("container", [b"", b"\x02\x00\xb0", b"\x01\x00\x00\x00", b"\x01\x02\xb0\x01\x00\x10"])
def test_what_is_no_container_is_refused(container: bytes) -> None:
    with pytest.raises(NotCompressed):
        decompress(container)


@fuzzed(200)
@given(st.binary(max_size=200))
def test_any_bytes_are_decompressed_or_refused(rest: bytes) -> None:
    with suppress(NotCompressed):
        assert isinstance(decompress(b"\x01" + struct.pack("<H", 0xB000 | min(len(rest), 4095)) + rest), bytes)


def test_a_macro_is_found_where_the_directory_of_the_project_is_destroyed(engine: Engine) -> None:
    source = 'Attribute VB_Name = "M"\r\nSub AutoOpen()\r\n  Shell "calc"\r\nEnd Sub\r\n'
    project = vba_project(source)
    at = project.find("dir".encode("utf-16-le") + b"\0\0")
    broken = project[:at] + "dxr".encode("utf-16-le") + project[at + 6 :]

    report = engine.scan(broken, name="vbaProject.bin")

    assert "office.macro_autorun" in {finding.id for finding in report.findings}


def test_a_damaged_compound_file_is_unknown(engine: Engine) -> None:
    report = engine.scan(bytes.fromhex("d0cf11e0a1b11ae1") + b"\xff" * 2_000, name="a.doc")

    assert {finding.id for finding in report.findings} == {"archive.broken"}


def test_the_macros_of_a_presentation_are_found_in_its_deflated_object(engine: Engine) -> None:
    project = vba_project('Attribute VB_Name = "M"\r\nSub Auto_Open()\r\n  Shell "calc"\r\nEnd Sub\r\n')
    packed = struct.pack("<I", len(project)) + zlib.compress(project)
    record = b"\x10\x00\x11\x10" + struct.pack("<I", len(packed)) + packed
    show = compound_file({"PowerPoint Document": bytes(500) + record}, {})

    report = engine.scan(show, name="a.ppt")

    macro = next(finding for finding in report.findings if finding.id == "office.macro_autorun")
    assert macro.where == "a.ppt/object.bin"


def test_an_encrypted_document_is_unknown(engine: Engine) -> None:
    report = engine.scan(compound_file({"EncryptedPackage": bytes(500)}, {}), name="a.docx")

    assert [(finding.id, finding.severity) for finding in report.findings] == [("office.encrypted", Severity.UNKNOWN)]


def test_an_outlook_message_gives_its_body_and_attachments(engine: Engine) -> None:
    attachment = {
        "__substg1.0_37010102": EICAR,
        "__substg1.0_3707001F": "größe.bin".encode("utf-16-le"),
    }
    body = "Look at https://site.example/".encode("utf-16-le")
    message = compound_file(
        {"__properties_version1.0": bytes(32), "__substg1.0_1000001F": body},
        {"__attach_version1.0_#00000000": attachment},
    )

    report = engine.scan(message, name="m.msg")

    assert "m.msg/größe.bin" in [finding.where for finding in report.findings]
    assert [(link.url, link.where) for link in report.urls] == [("https://site.example/", "m.msg/body.txt")]
