"""What the drawing process says, and how it is read: fixed numbers and pixels, an enemy's words until proven harmless.

First a head (what the file is drawn as, how many pages it has, why it is not drawn), then the pages in their order:
number, width, height, letters without a picture, and three bytes a pixel. Nothing in it is text, so nothing in it can
say anything to a reader, and nothing needs a decoder. All numbers are big endian.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

#: Pages of one document, and pixels of a page's longer side.
MOST_PAGES = 10
LONGEST_SIDE = 1_600

_MAGIC = b"DWP1"
_HEAD = struct.Struct(">4sBBIII")
_PAGE = struct.Struct(">BHHI")
HEAD_BYTES, PAGE_BYTES = _HEAD.size, _PAGE.size
#: What a whole answer can hold at most.
MOST_BYTES = HEAD_BYTES + MOST_PAGES * (PAGE_BYTES + 3 * LONGEST_SIDE * LONGEST_SIDE)


class Shape(IntEnum):
    """What the pages show."""

    NOTHING = 0
    PICTURE = 1  # a picture file, or its pages
    PAGES = 2  # the pages of a document as a reader program shows them
    TEXT = 3  # a text, letter by letter; markup and scripts as they are written
    MAIL = 4  # headers, words and the names of what is attached
    OFFICE_TEXT = 5  # the words of an office document, without its looks
    LISTING = 6  # the names of what an archive holds


class Refusal(IntEnum):
    """Why there are no pages."""

    NONE = 0
    NO_RENDERER = 1  # nothing here draws this kind of file
    LOCKED = 2  # it opens with a password only
    TOO_LARGE = 3  # more pixels or bytes than are laid out; the head says how many
    DAMAGED = 4  # its reader gives up on it
    EMPTY = 5  # there is nothing in it


class Malformed(Exception):
    """What was said is no answer."""


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of the whole: ``pages`` in all, drawn or not; ``width`` and ``height`` of what is too large."""

    shape: Shape
    refusal: Refusal = Refusal.NONE
    pages: int = 0
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """One page: three bytes a pixel, row by row. ``missing`` letters had no picture in any font and are boxes."""

    number: int
    width: int
    height: int
    pixels: bytes
    missing: int = 0


def head_bytes(head: Head) -> bytes:
    """Return the head as it is sent; numbers are cut to what fits."""
    most = 2**32 - 1
    return _HEAD.pack(
        _MAGIC, head.shape, head.refusal, min(head.pages, most), min(head.width, most), min(head.height, most)
    )


def page_bytes(page: Page) -> bytes:
    """Return a page as it is sent."""
    return _PAGE.pack(page.number, page.width, page.height, min(page.missing, 2**32 - 1)) + page.pixels


def read_head(data: bytes) -> Head:
    """Return the head that ``data`` begins with. Raises Malformed."""
    if len(data) < HEAD_BYTES:
        raise Malformed("The head is not whole.")
    magic, shape, refusal, pages, width, height = _HEAD.unpack_from(data)
    if magic != _MAGIC:
        raise Malformed("The head does not begin as a head does.")
    try:
        return Head(Shape(shape), Refusal(refusal), pages, width, height)
    except ValueError as error:
        raise Malformed("The head says something unknown.") from error


def read_pages(data: bytes | bytearray) -> Iterator[Page]:
    """Yield the pages behind the head, as many as are whole. Raises Malformed at what no honest process says.

    A page that breaks off at the end is left out: its process was ended while it drew.
    """
    at, expected = HEAD_BYTES, 1
    while at + PAGE_BYTES <= len(data):
        number, width, height, missing = _PAGE.unpack_from(data, at)
        if number != expected or number > MOST_PAGES:
            raise Malformed("A page has a number that it cannot have.")
        if not 1 <= width <= LONGEST_SIDE or not 1 <= height <= LONGEST_SIDE:
            raise Malformed("A page has a size that it cannot have.")
        start, end = at + PAGE_BYTES, at + PAGE_BYTES + 3 * width * height
        if end > len(data):
            return
        yield Page(number, width, height, bytes(data[start:end]), missing)
        at, expected = end, expected + 1
    if at < len(data) and expected > MOST_PAGES:
        raise Malformed("There is more than there can be.")
