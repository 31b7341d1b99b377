"""Hands a document to the library that draws its pages, piece by piece and for a while only.

The library trusts what a document says about itself: tables that lead astray, streams and strings that do not end
where they should are searched for to the end of the file, again and again. No look beforehand tells them from ordinary
damage; but all of it goes through this reader, which ends it.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from app.engine.budget import Budget

#: Bytes that may be read: ordinary documents are read about once, those without a table three times.
_LEAST, _TIMES = 32 * 1024 * 1024, 8
#: Pieces between two looks at the clock.
_OFTEN = 256
_ASKED = dict(pdfium.FPDF_FILEACCESS._fields_)["m_GetBlock"]


@dataclass(slots=True)
class Source:
    """One document as the library reads it; ``spent`` says that it read too much or for too long, and got no more.

    most: seconds that must be left of the time for the whole tree, or nothing more is read
    """

    data: bytes
    budget: Budget
    most: float
    spent: bool = False
    _left: int = 0
    _pieces: int = 0
    _held: list[Any] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        self._left = _LEAST + _TIMES * len(self.data)

    def opened(self, password: str | None) -> pypdfium2.PdfDocument:
        """Return the document. Raises ``PdfiumError`` when it does not open."""
        # The bytes are read-only and stay where they are as long as this holds them.
        start = ctypes.cast(ctypes.c_char_p(self.data), ctypes.c_void_p).value or 0

        def piece(_: object, position: int, buffer: Any, size: int) -> int:
            self._left -= size
            self._pieces += 1
            if self.spent or self._left < 0 or (self._pieces % _OFTEN == 0 and self.budget.seconds_left < self.most):
                self.spent = True
                return 0
            if position + size > len(self.data):
                return 0
            ctypes.memmove(buffer, start + position, size)
            return 1

        access = pdfium.FPDF_FILEACCESS(m_FileLen=len(self.data), m_GetBlock=_ASKED(piece))
        self._held += [access, self.data]
        word = None if password is None else password.encode("utf-8", "replace") + b"\0"
        raw = pdfium.FPDF_LoadCustomDocument(access, word)
        if not raw:
            code = pdfium.FPDF_GetLastError()
            raise pypdfium2.PdfiumError("The document does not open.", err_code=code)
        return pypdfium2.PdfDocument(raw)
