"""The words of files that are drawn as text."""

from __future__ import annotations

import io
import zipfile

import pytest

from app.engine.preview.lettering import Letters, drawn, machine_letters, page_count
from app.engine.preview.texts import html_text, listing, mail_text, office_text, plain_text

MAIL = (
    b"From: =?utf-8?q?J=C3=BCrgen?= <j@b.test>\r\nTo: c@d.test\r\nSubject: Hello\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n"
    b"<style>p{}</style><p>Some <b>words</b></p><script>alert(1)</script>\r\n"
    b"--x\r\nContent-Type: application/zip\r\nContent-Disposition: attachment; filename=a.zip\r\n\r\nPK\r\n--x--\r\n"
)


def package(**parts):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return target.getvalue()


def test_a_mail_says_who_wrote_what_and_what_is_attached():
    text = mail_text(MAIL)
    assert text.startswith("From: Jürgen <j@b.test>\nTo: c@d.test\nSubject: Hello\n")
    assert "Some words" in text
    assert "alert" not in text
    assert "a.zip (application/zip)" in text


def test_a_word_document_is_its_paragraphs():
    first = "<w:p><w:r><w:t>One </w:t><w:t>two</w:t></w:r><w:tab/><w:t>three</w:t></w:p>"
    document = f"<w:document xmlns:w='w'>{first}<w:p><w:t>Four</w:t></w:p></w:document>"
    assert office_text(package(**{"word/document.xml": document})) == "One two\tthree\nFour\n"


def test_slides_come_in_the_order_of_their_numbers():
    slides = {f"ppt/slides/slide{n}.xml": f"<a:p xmlns:a='a'><a:t>Slide {n}</a:t></a:p>" for n in (10, 2, 1)}
    assert office_text(package(**slides)).split("\n\n") == ["Slide 1", "\nSlide 2", "\nSlide 10\n"]


def test_cells_of_a_workbook_are_texts_and_numbers():
    shared = "<sst xmlns='x'><si><t>Name</t></si></sst>"
    sheet = "<s xmlns='x'><row><c t='s'><v>0</v></c><c><v>0</v></c><c t='inlineStr'><is><t>in</t></is></c></row></s>"
    text = office_text(package(**{"xl/sharedStrings.xml": shared, "xl/worksheets/sheet1.xml": sheet}))
    assert text == "Name\t0\tin\t\n"


def test_an_open_document_is_its_words():
    content = "<o xmlns:t='t'><t:h>Title</t:h><t:p>Some <t:span>more</t:span> words</t:p></o>"
    assert office_text(package(**{"content.xml": content})) == "Title\nSome more words\n"


def test_an_archive_is_the_names_in_it():
    assert listing(package(**{"a.txt": "12345", "b/c.exe": ""})).splitlines()[2:] == [
        "             5  a.txt",
        "             0  b/c.exe",
    ]


def test_a_text_is_read_in_its_encoding():
    assert plain_text("Grüße".encode("utf-16")) == "Grüße"


@pytest.mark.parametrize("mark", ["<" * 50_000, "<a " * 50_000, "&#" * 50_000, "<!--" * 50_000, "<script>" * 50_000])
def test_endless_markup_takes_no_time_to_speak_of(mark):
    html_text(mark)


def test_letters_that_no_font_has_are_boxes_and_counted():
    [page] = drawn("abc \U000f0000\U000f0001", Letters())
    assert page.missing == 2


def test_an_accent_falls_off_where_there_is_no_picture_of_it():
    [page] = drawn("é", Letters())
    assert page.missing == 0


def test_long_lines_are_broken_and_pages_end():
    letters = machine_letters()
    text = ("word " * 400 + "\n") * 40
    assert len(list(drawn(text, letters))) == 10
    assert page_count(text, letters) > 10


def test_a_text_that_reverses_its_direction_shows_that():
    letters = Letters()
    [plain], [turned] = drawn("abc", letters), drawn("a\u202ebc", letters)
    assert turned.pixels != plain.pixels
