"""Whether bytes are text, and in which encoding."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

#: Bytes that texts hold in 8-bit encodings: everything but the control characters that no text uses.
_TEXT_BYTES = bytes({7, 8, 9, 10, 12, 13, 27} | set(range(0x20, 0x7F)) | set(range(0x80, 0x100)))
#: Byte-order marks; the longer ones first because UTF-32 LE begins like UTF-16 LE.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: How much is looked at: enough to tell, and the same cost for every file.
SAMPLE = 4096
_WINDOW = 1024 * 1024
#: How much of a window's end is searched for a blank to cut it at.
_TAIL = 64 * 1024


def encoding_of(data: bytes | memoryview) -> str | None:
    """Return the encoding in which ``data`` reads as text, or None when its beginning is no text.

    One of ``utf-8-sig``, ``utf-16``, ``utf-16-le``, ``utf-16-be``, ``utf-32``, ``utf-8`` or ``cp1252`` (which stands
    for any 8-bit encoding: the ASCII part reads the same). Judged by the first 4,096 bytes.
    """
    head = bytes(data[:SAMPLE])
    if not head:
        return None
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if not head.translate(None, _TEXT_BYTES):
        return "utf-8" if _is_utf8(head) else "cp1252"
    return _utf16_without_mark(head)


def decode(data: bytes | memoryview, encoding: str) -> str:
    """Return ``data`` as text; what does not fit the encoding becomes U+FFFD."""
    return str(data, encoding, "replace")


def _is_utf8(head: bytes) -> bool:
    try:
        # A final character that the sample cuts through is no mistake.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _utf16_without_mark(head: bytes) -> str | None:
    """Western text in UTF-16 has a zero in every other byte and hardly any in the others."""
    head = head[:1024]
    pairs = len(head) // 2
    if pairs < 4:
        return None
    for encoding, text, zeros in (("utf-16-le", head[0::2], head[1::2]), ("utf-16-be", head[1::2], head[0::2])):
        if zeros.count(0) >= 0.8 * pairs and not text[:pairs].translate(None, _TEXT_BYTES):
            return encoding
    return None


def windows(data: bytes | memoryview, encoding: str) -> Iterator[str]:
    """Yield ``data`` as text in pieces of about a mebibyte, cut at blanks, so that a large text is never held twice."""
    start = 0
    while start < len(data):
        piece = data[start : start + _WINDOW]
        if start + len(piece) < len(data):
            tail = bytes(piece[-_TAIL:])
            blank = max(tail.rfind(b"\n"), tail.rfind(b" "))
            # Without a blank in its last part the text is no text that people wrote: cut it anywhere.
            piece = piece[: len(piece) - len(tail) + blank + 1] if blank >= 0 else piece
        yield decode(piece, encoding)
        start += len(piece)
