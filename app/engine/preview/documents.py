"""Draw the pages of a PDF. Its scripts are not run: the library is built without an engine for them."""

from __future__ import annotations

from collections.abc import Iterator

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from app.engine.preview.answer import MOST_PAGES, Head, Page, Refusal, Shape
from app.engine.preview.pictures import fitted, pixels

#: Pixels a point, so that A4 comes out at 150 dots an inch.
_SCALE = 150 / 72


def draw(content: bytes | memoryview) -> Iterator[Head | Page]:
    """Yield the head and the first pages of a PDF."""
    try:
        document = pypdfium2.PdfDocument(bytes(content))
        count = len(document)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD
        yield Head(Shape.NOTHING, Refusal.LOCKED if locked else Refusal.DAMAGED)
        return
    if not count:
        yield Head(Shape.NOTHING, Refusal.EMPTY)
        return
    yield Head(Shape.PAGES, Refusal.NONE, count)
    # What is filled into a form stands beside the pages and belongs to what a reader sees.
    document.init_forms()
    for index in range(min(count, MOST_PAGES)):
        yield _page(document, index)


def _page(document: pypdfium2.PdfDocument, index: int) -> Page:
    """Return a page; one that the reader gives up on is an empty sheet, so that the others keep their numbers."""
    try:
        page = document[index]
        width, height = page.get_size()
        scale = fitted(width, height, _SCALE)
        picture = page.render(scale=scale, may_draw_forms=True, rev_byteorder=True).to_pil()
        page.close()
    except (pypdfium2.PdfiumError, ValueError, MemoryError):
        return Page(index + 1, 1, 1, b"\xff\xff\xff")
    return pixels(picture, index + 1)
