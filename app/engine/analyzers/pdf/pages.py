"""PDF pages as a reader sees them: rendered, and searched for codes.

Codes in a PDF are pictures, pictures cut into pieces, hundreds of little squares, or letters of blocks: only the drawn
page shows them all. A page is drawn when it has any of these; one of words and lines alone is not.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]
from PIL import Image

from app.engine.analyzers.image.codes import Code, Effort, read_codes
from app.engine.analyzers.image.image import affordable, told
from app.engine.model import Severity
from app.engine.node import Item, Node, Tools

#: Pages that are looked at: where those who want to be read put their code.
_FIRST, _LAST = 10, 2
#: Seconds for the pages of one document, and for drawing one of them.
_SECONDS, _PAGE_SECONDS = 2.5, 1.0
#: Pixels of the longer side of a drawn page: a code of two centimetres on A4 has three pixels a module. Page boxes may
#: be metres long and are drawn at this size too; tiny ones are not blown up beyond ``_MOST_SCALE`` pixels a point.
_SIDE, _MOST_SCALE = 1_400, 4.0
#: Objects of a page that are counted.
_MOST_OBJECTS = 4_000
_MOST_DEPTH = 3
#: Points (1/72 inch) of the shorter side from which a picture can be a code, or a piece of one.
_LEAST_PICTURE = 8.0
#: Points of the longer side up to which a drawn shape can be a module or a run of some, and how many make a code.
_MOST_MODULE, _LEAST_MODULES = 40.0, 60
#: Corners from which one shape can be a whole code: twenty modules a row, merged.
_LEAST_CORNERS = 240
#: Letters of blocks, of which codes are written.
_BLOCKS = frozenset("█▀▄▌▐■□▓▒░")
_LEAST_BLOCKS = 20
_MOST_PASSWORDS = 20
#: Objects up to which a document without a table of them is opened: the library looks for them again and again then.
_MOST_UNLISTED = 1_500
#: Bytes of the end in which a document says where its table is.
_TAIL = 2_048
_TABLE = re.compile(rb"startxref\s+(\d{1,12})\s")
#: The type of the function that the library asks whether to pause.
_ASKED = dict(pdfium.IFSDK_PAUSE._fields_)["NeedToPauseNow"]


@dataclass(slots=True)
class _Signs:
    """What of a page's objects speaks for a code on it."""

    pictures: int = 0
    modules: int = 0
    outlines: int = 0
    objects: int = field(default=0)

    @property
    def worth_drawing(self) -> bool:
        """Whether there may be a code."""
        return bool(self.pictures or self.outlines or self.modules >= _LEAST_MODULES)


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the codes on the pages, and their texts for the addresses. A document that does not open says nothing:
    no reader shows its pages, or the lock is a finding already.
    """
    if not _has_table(node.raw) and node.raw.count(b" obj") > _MOST_UNLISTED:
        # A reader looks its parts up one by one, and shows the pages after a while.
        title = "Document without a table of its many parts, so its pages were not drawn and searched for codes"
        yield node.finding("limit.pdf_pages", Severity.UNKNOWN, title)
        return
    document = _opened(node, tools)
    if document is None:
        return
    try:
        codes, unseen = _codes(document, tools)
    finally:
        document.close()
    yield from told(node, codes)
    if unseen:
        title = "Only the first and the last pages were searched for codes"
        yield node.finding("pdf.pages_not_read", Severity.INFO, title, f"{unseen} pages were not")


def _opened(node: Node, tools: Tools) -> pypdfium2.PdfDocument | None:
    for password in (None, *tools.passwords[:_MOST_PASSWORDS]):
        try:
            return pypdfium2.PdfDocument(node.raw, password=password)
        except pypdfium2.PdfiumError as error:
            if error.err_code != pdfium.FPDF_ERR_PASSWORD:
                return None
    return None


def _has_table(data: bytes) -> bool:
    """Whether the document ends with the place of its cross-reference table or stream, and one stands there."""
    places = _TABLE.findall(data, max(0, len(data) - _TAIL))
    at = int(places[-1]) if places else len(data)
    start = data[at : at + 32].lstrip()
    return start.startswith(b"xref") or re.match(rb"\d+\s+\d+\s+obj", start) is not None


def _codes(document: pypdfium2.PdfDocument, tools: Tools) -> tuple[list[Code], int]:
    """Return the codes of the pages that are looked at, and how many pages are not."""
    count = len(document)
    chosen = [*range(min(count, _FIRST)), *range(max(_FIRST, count - _LAST), count)]
    most = tools.budget.seconds_left - _SECONDS
    found: dict[Code, None] = {}
    for done, number in enumerate(chosen):
        effort = affordable(tools.budget)
        if effort is None or tools.budget.seconds_left < most:
            return list(found), count - done
        try:
            page = document[number]
        except pypdfium2.PdfiumError:
            continue
        try:
            picture = _drawn(page, tools) if _signs(page.raw).worth_drawing or _has_blocks(page) else None
        finally:
            page.close()
        if picture is not None:
            found.update(dict.fromkeys(read_codes(picture, min(effort, Effort.CLOSE))))
    return list(found), count - len(chosen)


def _signs(page: Any) -> _Signs:
    signs = _Signs()
    count, at = pdfium.FPDFPage_CountObjects(page), pdfium.FPDFPage_GetObject
    _count((at(page, number) for number in range(min(count, _MOST_OBJECTS))), signs, 1)
    # Stamps and the like are drawn too; links and form fields by the hundred are not.
    for number in range(min(pdfium.FPDFPage_GetAnnotCount(page), 50)):
        note = pdfium.FPDFPage_GetAnnot(page, number)
        signs.pictures += pdfium.FPDFAnnot_GetSubtype(note) == pdfium.FPDF_ANNOT_STAMP
        pdfium.FPDFPage_CloseAnnot(note)
    return signs


def _count(objects: Iterator[Any], signs: _Signs, depth: int) -> None:
    for thing in objects:
        signs.objects += 1
        if signs.worth_drawing or signs.objects > _MOST_OBJECTS:
            return
        kind = pdfium.FPDFPageObj_GetType(thing)
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _MOST_DEPTH:
            count, at = pdfium.FPDFFormObj_CountObjects(thing), pdfium.FPDFFormObj_GetObject
            _count((at(thing, number) for number in range(min(count, _MOST_OBJECTS))), signs, depth + 1)
        elif kind == pdfium.FPDF_PAGEOBJ_PATH:
            signs.outlines += pdfium.FPDFPath_CountSegments(thing) >= _LEAST_CORNERS
            signs.modules += max(_extent(thing)) <= _MOST_MODULE
        elif kind in (pdfium.FPDF_PAGEOBJ_SHADING, pdfium.FPDF_PAGEOBJ_FORM):
            signs.pictures += 1
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            signs.pictures += min(_extent(thing)) >= _LEAST_PICTURE


def _extent(thing: Any) -> tuple[float, float]:
    """Return width and height in points."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(thing, left, bottom, right, top):
        return 0.0, 0.0
    return right.value - left.value, top.value - bottom.value


def _has_blocks(page: pypdfium2.PdfPage) -> bool:
    try:
        words = page.get_textpage()
    except pypdfium2.PdfiumError:
        return False
    try:
        text = words.get_text_range(0, min(words.count_chars(), _MOST_OBJECTS))
    except (pypdfium2.PdfiumError, UnicodeError):
        return False
    finally:
        words.close()
    return sum(letter in _BLOCKS for letter in text) >= _LEAST_BLOCKS


def _drawn(page: pypdfium2.PdfPage, tools: Tools) -> Image.Image | None:
    """Draw the page on white, as far as the time for one page goes."""
    width, height = page.get_size()
    if width <= 0 or height <= 0:
        return None
    scale = min(_SIDE / max(width, height), _MOST_SCALE)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    bitmap = pypdfium2.PdfBitmap.new_native(*size, pdfium.FPDFBitmap_BGRx)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, *size)
        pause = _pause_after(_PAGE_SECONDS, tools)
        pdfium.FPDF_RenderPageBitmap_Start(bitmap, page, 0, 0, *size, 0, pdfium.FPDF_ANNOT, pause)
        pdfium.FPDF_RenderPage_Close(page)
        return Image.frombytes("RGB", size, bytes(bitmap.buffer), "raw", "BGRX", bitmap.stride, 1)
    finally:
        bitmap.close()


def _pause_after(seconds: float, tools: Tools) -> Any:
    """Return what the library asks between two objects whether to stop."""
    least = tools.budget.seconds_left - seconds
    pause = pdfium.IFSDK_PAUSE(version=1)
    pause.NeedToPauseNow = _ASKED(lambda _: tools.budget.seconds_left < least)
    return pause
