"""The drawing process: a fresh interpreter that gets one file on its standard input, gives everything up, and draws.

It is started by ``process``, by exec, with an empty environment. What it loads, it loads before it looks at the file;
what it draws goes to its standard output as it is finished, so that pages already there survive what comes after.
"""

from __future__ import annotations

import codecs
import importlib
import mimetypes
import mmap
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

from app.engine.lockdown import Lockdown, hide_process
from app.engine.preview import draw as drawing, pictures
from app.engine.preview.answer import Head, Page, head_bytes, page_bytes
from app.engine.preview.lettering import Letters, machine_letters

#: Bytes that may be allocated beyond what the process has when it is locked down: a large picture laid out, twice.
MEMORY_BYTES = 768 * 1024 * 1024

#: What draws: (content, name, letters) -> head and pages.
Draw = Callable[[bytes | memoryview, str, Letters], Iterator[Head | Page]]

#: Loaded late otherwise, when nothing can be loaded any more.
_LATE = ("traceback", "linecache", "stringprep", "unicodedata", "lzma", "bz2", "email.header", "html.entities")
_CODECS = ("utf-16", "utf-16-le", "utf-32", "cp437", "cp1250", "cp1251", "cp1252", "cp932", "iso8859-15", "koi8-r")
_CODECS_ASIAN = ("shift_jis", "euc_jp", "iso2022_jp", "gb18030", "big5", "euc_kr", "quopri", "base64", "utf-7")


def main(name: str, draw: str, cpu_seconds: int) -> None:
    """Draw the file on the standard input with ``module:function`` ``draw``; returns when all pages are written."""
    hide_process()
    task = _named(draw)
    letters = machine_letters()
    _load_late()
    lockdown = Lockdown(memory_bytes=MEMORY_BYTES, cpu_seconds=cpu_seconds)
    size = os.fstat(0).st_size
    lockdown.prepare()
    lockdown.enter(size)
    content: Any = mmap.mmap(0, size, access=mmap.ACCESS_READ) if size else b""
    for part in task(memoryview(content), name, letters):
        _write(head_bytes(part) if isinstance(part, Head) else page_bytes(part))


def _named(place: str) -> Draw:
    module, _, function = place.partition(":")
    task: Draw = getattr(importlib.import_module(module), function)
    return task


def _load_late() -> None:
    pictures.prepare()
    mimetypes.init()
    for module in _LATE:
        importlib.import_module(module)
    for name in (*_CODECS, *_CODECS_ASIAN):
        codecs.lookup(name)
    # Fonts are looked for once, by the first page that is drawn.
    for _ in drawing.draw(_SAMPLE, "a.pdf", Letters()):
        pass


#: A page with a word on it.
_SAMPLE = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</Font<</F<</Type/Font/Subtype"
    b"/Type1/BaseFont/Times-Roman>>>>>>>>endobj 4 0 obj<</Length 23>>stream\nBT /F 9 Tf (Hi) Tj ET \nendstream endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF"
)


def _write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
