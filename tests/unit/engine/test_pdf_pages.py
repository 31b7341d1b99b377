"""Codes on the pages of a PDF: as pictures, in pieces, drawn, stamped, under a lock; and pages that are not drawn."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import pytest
from hypothesis import given, strategies as st
from PIL import Image

from app.engine.model import Report, Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed
from tests.unit.engine import pictures
from tests.unit.engine.containers import damaged, judged
from tests.unit.engine.pictures import LINK, code

WORDS = b"BT /F 12 Tf 50 700 Td (Thank you for your order of 21 November.) Tj ET\n"


def urls(report: Report) -> set[str]:
    return {link.url for link in report.urls}


def document(
    pages: Iterable[bytes], *, images: Iterable[Image.Image] = (), box: str = "0 0 595 842", font: str = "Helvetica"
) -> bytes:
    """Return a PDF with these page contents; the pictures are /P1, /P2 and so on."""
    contents = list(pages)
    kids = " ".join(f"{10 + 2 * number} 0 R" for number in range(len(contents)))
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: f"<</Type/Pages/Kids[{kids}]/Count {len(contents)}>>".encode(),
        3: f"<</Type/Font/Subtype/Type1/BaseFont/{font}>>".encode(),
    }
    first = 10 + 2 * len(contents)
    names = b""
    for number, picture in enumerate(images, 1):
        grey = zlib.compress(picture.convert("L").tobytes())
        width, height = picture.size
        head = f"/Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceGray/BitsPerComponent 8"
        objects[first + number] = _stream(head.encode() + b"/Filter/FlateDecode", grey)
        names += f"/P{number} {first + number} 0 R".encode()
    for number, content in enumerate(contents):
        at = 10 + 2 * number
        objects[at] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents {at + 1} 0 R/Resources<</Font<</F 3 0 R>>/XObject<<"
        ).encode() + names + b">>>>>>"  # fmt: skip
        objects[at + 1] = _stream(b"/Filter/FlateDecode", zlib.compress(content))
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % row for row in objects.items())
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF\n"


def _stream(head: bytes, content: bytes) -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (head, len(content), content)


def shown(name: str, left: float, bottom: float, width: float, height: float) -> bytes:
    return f"q {width} 0 0 {height} {left} {bottom} cm /{name} Do Q\n".encode()


def squares(picture: Image.Image, size: float = 3.0) -> bytes:
    """Return a code as one small rectangle a module."""
    modules = picture.load()
    assert modules is not None
    drawn = [
        f"{100 + size * x} {600 - size * y} {size} {size} re f\n"
        for y in range(picture.height)
        for x in range(picture.width)
        if modules[x, y] == 0
    ]
    return "".join(drawn).encode()


def lettered(picture: Image.Image, size: float = 6.0) -> bytes:
    """Return a code as one black square of the font ZapfDingbats a module."""
    modules = picture.load()
    assert modules is not None
    drawn = [
        f"BT /F {size / 0.761} Tf 1 0 0 1 {100 + size * x} {600 - size * y} Tm (n) Tj ET\n"
        for y in range(picture.height)
        for x in range(picture.width)
        if modules[x, y] == 0
    ]
    return "".join(drawn).encode()


def test_a_code_that_is_a_picture_is_read(engine: Engine) -> None:
    report = engine.scan(document([WORDS + shown("P1", 300, 300, 100, 100)], images=[code()]), name="a.pdf")

    assert LINK in urls(report)
    assert [(finding.id, finding.evidence) for finding in report.findings] == [("image.code", LINK)]


def test_a_code_in_two_halves_is_read(engine: Engine) -> None:
    whole = code()
    half = whole.height // 2
    halves = [whole.crop((0, 0, whole.width, half)), whole.crop((0, half, whole.width, whole.height))]

    page = WORDS + shown("P1", 300, 400, 100, 50) + shown("P2", 300, 350, 100, 50)

    assert LINK in urls(engine.scan(document([page], images=halves), name="a.pdf"))


@pytest.mark.parametrize("merge", [False, True])
def test_a_code_drawn_with_little_squares_is_read(engine: Engine, merge: bool) -> None:
    drawing = squares(code(scale=1))
    if merge:
        drawing = drawing.replace(b" re f\n", b" re\n") + b"f\n"

    assert LINK in urls(engine.scan(document([WORDS + drawing]), name="a.pdf"))


def test_a_code_in_an_inline_picture_is_read(engine: Engine) -> None:
    picture = code(scale=2)
    inline = f"q 120 0 0 120 200 200 cm BI /W {picture.width} /H {picture.height} /BPC 8 /CS /G /F /AHx ID "
    page = WORDS + inline.encode() + picture.tobytes().hex().encode() + b"> EI Q\n"

    assert LINK in urls(engine.scan(document([page]), name="a.pdf"))


@pytest.mark.parametrize("box", ["0 0 14400 14400", "0 0 40 40", "-500 -500 95 342"])
def test_pages_of_any_size_are_drawn(engine: Engine, box: str) -> None:
    left, bottom, right, top = map(int, box.split())
    page = shown("P1", left, bottom, right - left, top - bottom)

    assert LINK in urls(engine.scan(document([page], images=[code()], box=box), name="a.pdf"))


@pytest.mark.parametrize("page", [0, 9, 14])
def test_the_first_and_the_last_pages_are_searched(engine: Engine, page: int) -> None:
    pages = [WORDS] * 15
    pages[page] += shown("P1", 300, 300, 100, 100)

    report = engine.scan(document(pages, images=[code()]), name="a.pdf")

    assert LINK in urls(report)
    assert report.verdict is Verdict.CLEAN


def test_the_middle_of_a_long_document_is_searched(engine: Engine) -> None:
    pages = [WORDS] * 40
    pages[25] += shown("P1", 300, 300, 100, 100)

    report = engine.scan(document(pages, images=[code()]), name="a.pdf")

    assert LINK in urls(report)
    assert report.verdict is Verdict.CLEAN


@pytest.mark.parametrize("page", [0, 240])
def test_a_code_in_letters_is_read_on_every_page_of_a_book(engine: Engine, page: int) -> None:
    pages = [WORDS] * 260
    pages[page] = lettered(code(scale=1))

    report = engine.scan(document(pages, font="ZapfDingbats"), name="a.pdf")

    assert LINK in urls(report)


def test_a_letterhead_on_every_page_hides_no_code(engine: Engine) -> None:
    pages = [WORDS + shown("P1", 20, 780, 100, 50)] * 60
    pages[40] += shown("P2", 300, 300, 100, 100)

    report = engine.scan(document(pages, images=[pictures.photo(200, 100), code()]), name="a.pdf")

    assert LINK in urls(report)
    assert report.verdict is Verdict.CLEAN


def test_a_code_of_one_picture_in_many_places_is_no_letterhead(engine: Engine) -> None:
    dot = Image.new("L", (4, 4), 0)
    pages = [WORDS + shown("P1", 20, 780, 10, 10)] * 15
    modules = code(scale=1).load()
    assert modules is not None
    side = code(scale=1).width
    pages[12] += b"".join(
        shown("P1", 60 + 9 * x, 700 - 9 * y, 9, 9) for y in range(side) for x in range(side) if modules[x, y] == 0
    )

    assert LINK in urls(engine.scan(document(pages, images=[dot]), name="a.pdf"))


def test_a_document_of_words_is_clean(engine: Engine) -> None:
    report = engine.scan(document([WORDS, WORDS]), name="a.pdf")

    assert (report.findings, report.urls, report.verdict) == ((), (), Verdict.CLEAN)


def test_a_document_with_a_photo_is_clean(engine: Engine) -> None:
    page = WORDS + shown("P1", 50, 50, 400, 300)

    report = engine.scan(document([page], images=[pictures.photo(400, 300)]), name="a.pdf")

    assert (report.findings, report.verdict) == ((), Verdict.CLEAN)


def test_a_page_without_an_extent_is_no_failure(engine: Engine) -> None:
    page = shown("P1", 0, 0, 1, 1)

    assert engine.scan(document([page], images=[code()], box="0 0 0 0"), name="a.pdf").verdict is Verdict.CLEAN


@fuzzed(20)
@given(data=st.data())
def test_damaged_documents_are_judged(rules: RuleSet, data: st.DataObject) -> None:
    content = document([WORDS + shown("P1", 300, 300, 100, 100)], images=[code(scale=1)])

    judged(rules, data.draw(damaged(content)), "a.pdf")


def test_many_parts_without_a_table_are_no_burden(engine: Engine) -> None:
    report = engine.scan(b"%PDF-1.4\n" + b"1 0 obj << >> endobj\n" * 5_000, name="a.pdf")

    assert "limit.seconds" not in {finding.id for finding in report.findings}


@pytest.mark.parametrize("part", [b"<</Length 1>>stream\n", b"(", b"% endobj "])
def test_parts_that_do_not_end_are_not_searched_for_their_end_again_and_again(engine: Engine, part: bytes) -> None:
    report = engine.scan(_astray(part, 3_000, b"x" * 500_000 + b"endstream\nendobj\n"), name="a.pdf")

    assert "limit.pdf_pages" in {finding.id for finding in report.findings}
    assert "limit.seconds" not in {finding.id for finding in report.findings}
    assert report.verdict is Verdict.UNKNOWN


def _astray(part: bytes, count: int, end: bytes) -> bytes:
    """Return a PDF of one page with so many contents, each of which goes on to the end of the file."""
    contents = b" ".join(b"%d 0 R" % (4 + number) for number in range(count))
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>endobj\n",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents[%s]>>endobj\n" % contents,
        *[part] * count,
    ]
    out = bytearray(b"%PDF-1.5\n")
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + body
    out += end
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (len(places) + 1, len(out))
    return bytes(out + table + trailer)


def _nested(depth: int, times: int) -> bytes:
    """Return a PDF of one page with forms in forms, each drawn so many times by the one around it."""
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</XObject<</A 10 0 R>>>>>>",
        4: _stream(b"", b"/A Do"),
    }
    for number in range(10, 10 + depth):
        head = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</A %d 0 R>>>>" % (number + 1)
        objects[number] = _stream(head + b"/Filter/FlateDecode", zlib.compress(b"/A Do " * times))
    objects[10 + depth] = _stream(b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]", b"0 0 m")
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % row for row in objects.items())
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.mark.parametrize(
    ("depth", "times", "expected"), [(18, 3, Verdict.UNKNOWN), (60, 2, Verdict.UNKNOWN), (4, 3, Verdict.CLEAN)]
)
def test_forms_that_multiply_are_unknown_and_not_drawn(
    engine: Engine, depth: int, times: int, expected: Verdict
) -> None:
    report = engine.scan(_nested(depth, times), name="a.pdf")

    assert report.verdict is expected
    assert {finding.id for finding in report.findings} == (
        {"limit.pdf_pages"} if expected is Verdict.UNKNOWN else set()
    )
