"""Draw one file: which of the ways fits it, and what is said where none does."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from xml.etree.ElementTree import ParseError

from app.engine.identify import Kind, identify
from app.engine.preview import documents, pictures, texts
from app.engine.preview.answer import Head, Page, Refusal, Shape
from app.engine.preview.lettering import Letters, drawn, page_count

#: What a damaged package or part of one raises.
_DAMAGED = (zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, NotImplementedError, OSError, EOFError)
#: Families that are texts for people or programs, shown letter by letter. SVG is among them: it is never drawn.
_WRITTEN = frozenset({"text", "html", "script", "xml", "rtf"})
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_LOCKED_OFFICE, _OUTLOOK = "application/x-ole-encrypted", "application/vnd.ms-outlook"


def draw(content: bytes | memoryview, name: str, letters: Letters) -> Iterator[Head | Page]:
    """Yield the head and the pages of a file; ``name`` only decides where its content leaves open what it is."""
    kind = identify(memoryview(content), name)
    if not len(content):
        yield Head(Shape.NOTHING, Refusal.EMPTY)
    elif kind.mime == _LOCKED_OFFICE:
        yield Head(Shape.NOTHING, Refusal.LOCKED)
    elif kind.family == "pdf":
        yield from documents.draw(content)
    elif kind.mime.startswith("image/") and "svg" not in kind.mime:
        yield from pictures.draw(content)
    else:
        yield from _written(content, kind, letters)


def _written(content: bytes | memoryview, kind: Kind, letters: Letters) -> Iterator[Head | Page]:
    try:
        shape, text = _text(content, kind)
    except RuntimeError:  # how the library says that a member is encrypted
        yield Head(Shape.NOTHING, Refusal.LOCKED)
        return
    except _DAMAGED:
        yield Head(Shape.NOTHING, Refusal.DAMAGED)
        return
    if shape is Shape.NOTHING:
        yield Head(Shape.NOTHING, Refusal.NO_RENDERER)
    elif not text.strip():
        yield Head(Shape.NOTHING, Refusal.EMPTY)
    else:
        yield Head(shape, Refusal.NONE, page_count(text, letters))
        yield from drawn(text, letters)


def _text(content: bytes | memoryview, kind: Kind) -> tuple[Shape, str]:
    if kind.family == "mail":
        return Shape.MAIL, texts.mail_text(content)
    if kind.mime == _OUTLOOK and kind.family == "ole":
        return Shape.MAIL, texts.outlook_text(content)
    if kind.family == "ooxml" or kind.mime.startswith(_OPEN_DOCUMENT):
        return Shape.OFFICE_TEXT, texts.office_text(content)
    if kind.family == "zip":
        return Shape.LISTING, texts.listing(content)
    if kind.family in _WRITTEN or kind.mime.startswith("text/"):
        return Shape.TEXT, texts.plain_text(content)
    return Shape.NOTHING, ""
