from __future__ import annotations

import gzip
import struct
import zlib

import pytest
from hypothesis import given, strategies as st

from app.engine.identify import identify
from app.sandbox import samples
from tests.fuzz import fuzzed

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@pytest.mark.parametrize(
    ("content", "name", "mime", "family"),
    [
        (b"", "a.exe", "application/x-empty", "empty"),
        (b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0", "a.txt", "application/x-dosexec", "program"),
        (b"\x7fELF\x02\x01", "a", "application/x-elf", "program"),
        (b"BM" + struct.pack("<IIII", 99, 0, 54, 40) + b"\xff" * 60, "a", "image/bmp", "image"),
        (b"\xca\xfe\xba\xbe\x00\x00\x00\x02" + bytes(20), "a", "application/x-mach-binary", "program"),
        (b"\xca\xfe\xba\xbe\x00\x00\x00\x34" + bytes(20), "A.class", "application/java-vm", "program"),
        (b"\xca\xfe\xba\xbe\x00\x00\x00\x34" + bytes(20), "com/A.class", "application/java-vm", "bytecode"),
        (b"MZ is how this letter begins, which is no program.", "a.txt", "text/plain", "text"),
        (samples.document(), "a", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "ooxml"),
        (samples.macro_document(), "a", "application/vnd.ms-word.document.macroenabled.12", "ooxml"),
        (samples.zip_of({"META-INF/MANIFEST.MF": b"", "A.class": b""}), "a", "application/java-archive", "program"),
        (samples.zip_of({"META-INF/MANIFEST.MF": b"", "A.java": b""}), "a", "application/java-archive", "zip"),
        (samples.zip_of({"word/a.txt": b"no office file"}), "a", "application/zip", "zip"),
        (samples.zip_of({}), "a", "application/zip", "zip"),
        (b"\n" * 900 + b"%PDF-1.7", "a", "application/pdf", "pdf"),
        (samples.pdf(), "a.txt", "application/pdf", "pdf"),
        (samples.png(), "a", "image/png", "image"),
        (gzip.compress(b"x"), "a", "application/gzip", "gzip"),
        (samples.tar_of({"a": b"x"}, compressed=False), "a", "application/x-tar", "tar"),
        (bytes(0x8001) + b"CD001", "a", "application/x-iso9660-image", "disk_image"),
        (samples.noise(600, seed=7) + b"conectix" + bytes(504), "a", "application/x-vhd", "disk_image"),
        (b"vhdxfile" + bytes(600), "a", "application/x-vhdx", "disk_image"),
        (b"{\\rtf1 text}", "a.doc", "application/rtf", "rtf"),
        (OLE + bytes(600), "a", "application/x-ole-storage", "ole"),
        (b"<!doctype html><p>", "a", "text/html", "html"),
        (b"  <!-- c --><HTML>", "a", "text/html", "html"),
        (b'<?xml version="1.0"?><svg xmlns="x">', "a", "image/svg+xml", "html"),
        (b'<?xml version="1.0"?><note/>', "a", "text/xml", "xml"),
        (b'<?xml version="1.0"?><html xmlns="x">', "a", "application/xhtml+xml", "html"),
        (samples.mail_with([]), "a", "message/rfc822", "mail"),
        (b"From sender Thu Jan 1\nFrom: a@b.example\nSubject: x\n\nx", "a", "message/rfc822", "mail"),
        (b"Subject: notes without any other header\n\nx", "a.txt", "text/plain", "text"),
        ("привет".encode(), "a.txt", "text/plain", "text"),
        ("grüße".encode("latin-1"), "a.txt", "text/plain", "text"),
        ("<html>".encode("utf-16"), "a", "text/html", "html"),
        (b"WScript.Echo 1", "a.VBS", "text/vbscript", "script"),
        (b"<html><script>", "a.hta.", "application/hta", "html"),
        (b"#!/bin/sh\n", "run", "text/x-shellscript", "script"),
        (samples.noise(5000, seed=3), "a.exe", "application/octet-stream", "binary"),
    ],
)
def test_a_file_is_known_by_its_bytes(content: bytes, name: str, mime: str, family: str) -> None:
    assert identify(content, name) == (mime, family)


@pytest.mark.parametrize(
    ("stream", "mime"),
    [
        ("WordDocument", "application/msword"),
        ("Workbook", "application/vnd.ms-excel"),
        ("PowerPoint Document", "application/vnd.ms-powerpoint"),
        ("__properties_version1.0", "application/vnd.ms-outlook"),
        ("EncryptedPackage", "application/x-ole-encrypted"),
    ],
)
def test_a_compound_file_is_known_by_the_names_inside(stream: str, mime: str) -> None:
    header = bytearray(OLE + bytes(504))
    struct.pack_into("<H", header, 30, 9)
    entry = stream.encode("utf-16-le").ljust(64, b"\0").ljust(128, b"\0")

    assert identify(bytes(header) + bytes(128) + entry, "a.bin").mime == mime


@pytest.mark.parametrize("number", ["84", "86"])
def test_an_installer_or_its_patch_is_known_by_its_class(number: str) -> None:
    header = bytearray(OLE + bytes(504))
    struct.pack_into("<H", header, 30, 9)
    root = bytes(80) + bytes.fromhex(number + "100c0000000000c000000000000046") + bytes(32)

    assert identify(bytes(header) + root, "a.msi") == ("application/x-msi", "program")


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (b"<name>Distribution</name>", ("application/vnd.apple.installer+xml", "program")),
        (b"<name>a.txt</name>", ("application/x-xar", "xar")),
    ],
)
def test_an_installer_of_macos_is_told_from_another_xar(names: bytes, kind: tuple[str, str]) -> None:
    table = zlib.compress(b"<xar><toc>" + names + b"</toc></xar>")
    content = b"xar!" + struct.pack(">HHQQI", 28, 1, len(table), 100, 1) + table

    assert identify(content, "a") == kind
    assert identify(content[:40], "a").mime == "application/x-xar"


@pytest.mark.parametrize("blank", [b" ", b"<!--", b"<?xml ", b"<!doctype svg ", b"\n", b"X-A: "])
def test_a_long_prologue_takes_no_long_time(blank: bytes) -> None:
    assert identify(blank * 4096, "a.svg").mime


@fuzzed(200)
@given(st.binary(max_size=600), st.text(max_size=20))
def test_anything_is_something(content: bytes, name: str) -> None:
    kind = identify(content, name)

    assert kind.mime and kind.family


@fuzzed(150)
@given(
    st.sampled_from([b"PK\x03\x04", OLE, b"MZ", b"\xca\xfe\xba\xbe", b"\xff\xfe", b"%PDF-", b"<svg", b"RIFF"]),
    st.binary(max_size=700),
)
def test_anything_behind_a_signature_is_something(signature: bytes, rest: bytes) -> None:
    assert identify(memoryview(signature + rest), "a").mime
