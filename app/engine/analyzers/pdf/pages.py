"""PDF pages as a reader sees them: rendered, and searched for codes.

Codes in a PDF are pictures, pictures cut into pieces, hundreds of little squares, or letters of blocks: only the drawn
page shows them all. A page is drawn when it has any of these; one of words and lines alone is not.
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]
from PIL import Image

from app.engine.analyzers.image.codes import Code, Effort, read_codes
from app.engine.analyzers.image.image import affordable, told
from app.engine.analyzers.pdf import forms as pdf_forms
from app.engine.analyzers.pdf.source import Source
from app.engine.model import Severity
from app.engine.node import Item, Node, Tools

#: Pages at which all kinds of codes are looked for: where those who want to be read put theirs. On the others it is
#: square codes alone, which cost a fraction.
_FIRST, _LAST = 10, 2
#: Seconds for the pages of one document, and for drawing one of them.
_SECONDS, _PAGE_SECONDS = 5.0, 1.0
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
#: Bytes of one picture that is compared with those of other pages; larger ones are drawn instead.
_MOST_COMPARED = 4 * 1024 * 1024
#: Pictures of one page up to which it is compared with others.
_MOST_PICTURES = 50
#: The type of the function that the library asks whether to pause.
_ASKED = dict(pdfium.IFSDK_PAUSE._fields_)["NeedToPauseNow"]


@dataclass(slots=True)
class _Signs:
    """What of a page's objects speaks for a code on it; ``shown`` has each picture with its place, if that is all."""

    pictures: int = 0
    modules: int = 0
    outlines: int = 0
    objects: int = 0
    shown: set[object] = field(default_factory=set)
    other: bool = False

    @property
    def worth_drawing(self) -> bool:
        """Whether there may be a code."""
        return bool(self.pictures or self.outlines or self.modules >= _LEAST_MODULES)

    @property
    def look(self) -> frozenset[object] | None:
        """What tells the pictures of a page from those of another; None where shapes are drawn, too."""
        return None if self.other or self.outlines or self.modules >= _LEAST_MODULES else frozenset(self.shown)


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the codes on the pages, and their texts for the addresses. A document that does not open says nothing:
    no reader shows its pages, or the lock is a finding already.
    """
    if pdf_forms.too_many(node, tools):
        title = "Document whose parts draw each other so often that its pages were not searched for codes"
        yield node.finding("limit.pdf_pages", Severity.UNKNOWN, title)
        return
    source = Source(node.raw, tools.budget, tools.budget.seconds_left - _SECONDS)
    document = _opened(source, tools)
    codes: list[Code] = []
    unseen = 0
    if document is not None:
        try:
            codes, unseen = _codes(document, source, tools)
        finally:
            document.close()
    yield from told(node, codes)
    if source.spent:
        title = "Document that takes too long to find its parts in, so not all pages were searched for codes"
        yield node.finding("limit.pdf_pages", Severity.UNKNOWN, title)
    elif unseen:
        title = "Not all pages with pictures were searched for codes"
        yield node.finding("limit.pdf_pages", Severity.UNKNOWN, title, f"{unseen} pages were not")


def _opened(source: Source, tools: Tools) -> pypdfium2.PdfDocument | None:
    for password in (None, *tools.passwords[:_MOST_PASSWORDS]):
        try:
            return source.opened(password)
        except pypdfium2.PdfiumError as error:
            if error.err_code != pdfium.FPDF_ERR_PASSWORD:
                return None
    return None


def _codes(document: pypdfium2.PdfDocument, source: Source, tools: Tools) -> tuple[list[Code], int]:
    """Return the codes of the pages, and how many pages were not looked at."""
    count = len(document)
    closely = [*range(min(count, _FIRST)), *range(max(_FIRST, count - _LAST), count)]
    found: dict[Code, None] = {}
    seen: set[frozenset[object]] = set()
    for done, number in enumerate((*closely, *range(_FIRST, count - _LAST))):
        effort = affordable(tools.budget)
        if effort is None or source.spent or tools.budget.seconds_left < source.most:
            return list(found), count - done
        try:
            page = document[number]
        except pypdfium2.PdfiumError:
            continue
        try:
            picture, lettered = _picture(page, seen, tools)
        finally:
            page.close()
        if picture is not None:
            most = Effort.CLOSE if lettered or done < len(closely) else Effort.CHEAP
            found.update(dict.fromkeys(read_codes(picture, min(effort, most))))
    return list(found), 0


def _picture(page: pypdfium2.PdfPage, seen: set[frozenset[object]], tools: Tools) -> tuple[Image.Image | None, bool]:
    """Return the page as it is drawn when there may be a code on it that stands on none of those ``seen``.

    And whether that is for its letters: nobody writes with blocks by accident, and they are drawn with gaps between.
    """
    signs = _signs(page.raw)
    known = not signs.worth_drawing or signs.look in seen
    lettered = known and _has_blocks(page)
    if known and not lettered:
        return None, False
    if signs.look is not None:
        seen.add(signs.look)
    return _drawn(page, tools), lettered


def _signs(page: Any) -> _Signs:
    signs = _Signs()
    count, at = pdfium.FPDFPage_CountObjects(page), pdfium.FPDFPage_GetObject
    _count((at(page, number) for number in range(min(count, _MOST_OBJECTS))), signs, 1)
    # Stamps and the like are drawn too; links and form fields by the hundred are not.
    for number in range(min(pdfium.FPDFPage_GetAnnotCount(page), 50)):
        note = pdfium.FPDFPage_GetAnnot(page, number)
        if pdfium.FPDFAnnot_GetSubtype(note) == pdfium.FPDF_ANNOT_STAMP:
            signs.pictures += 1
            signs.other = True
        pdfium.FPDFPage_CloseAnnot(note)
    return signs


def _count(objects: Iterator[Any], signs: _Signs, depth: int) -> None:
    for thing in objects:
        signs.objects += 1
        if signs.outlines or signs.modules >= _LEAST_MODULES or signs.objects > _MOST_OBJECTS:
            signs.other = True
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
            signs.other = True
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE and min(_extent(thing)) >= _LEAST_PICTURE:
            signs.pictures += 1
            _compare(thing, signs)


def _compare(image: Any, signs: _Signs) -> None:
    """Keep what tells a picture and its place from others: a letterhead stands on every page."""
    size = pdfium.FPDFImageObj_GetImageDataRaw(image, None, 0)
    if not 0 < size <= _MOST_COMPARED or len(signs.shown) >= _MOST_PICTURES:
        signs.other = True
        return
    content = ctypes.create_string_buffer(size)
    pdfium.FPDFImageObj_GetImageDataRaw(image, content, size)
    place = tuple(round(edge.value) for edge in _bounds(image))
    signs.shown.add((hashlib.sha256(content.raw).digest(), place))


def _extent(thing: Any) -> tuple[float, float]:
    """Return width and height in points."""
    left, bottom, right, top = _bounds(thing)
    return right.value - left.value, top.value - bottom.value


def _bounds(thing: Any) -> tuple[ctypes.c_float, ...]:
    """Return the left, lower, right and upper edge in points; no extent when it has none."""
    edges = tuple(ctypes.c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(thing, *edges)
    return edges


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
