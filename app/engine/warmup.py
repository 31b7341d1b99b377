"""Harmless files that make the engine load everything it loads late, before children are forked and locked down."""

from __future__ import annotations

import base64
import codecs
import contextlib
import gzip
import importlib
import io
import mimetypes
import tarfile
import zipfile
from collections.abc import Iterator

from PIL import Image

from app.engine.scan import Engine

#: Codecs that are modules of their own; the charsets of ordinary mails and documents.
_CODECS = (
    *("ascii", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-7", "idna"),
    *("punycode", "cp437", "cp850", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("iso8859-2", "iso8859-5", "iso8859-7", "iso8859-9", "iso8859-15", "koi8-r", "mac-roman", "shift_jis", "cp932"),
    *("euc_jp", "iso2022_jp", "gb2312", "gbk", "gb18030", "big5", "euc_kr", "cp949", "base64", "quopri", "hex"),
)
_MAIL = (
    b"From: a@example.com\r\nTo: b@example.com\r\nSubject: =?utf-8?q?caf=C3=A9?=\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n"
    b"https://example.com/\r\n--x\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n"
    b"Content-Disposition: attachment; filename=a.zip\r\n\r\nUEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==\r\n--x--\r\n"
)
_PAGE = b"<!doctype html><html><body><a href='https://b\xc3\xbccher.example/a?b=c'>there</a></body></html>"
#: What pages decipher: base64 of "Salted__", a salt and a block.
_SCRIPT = b"<script>eval(CryptoJS.AES.decrypt('U2FsdGVkX19zYWx0c2FsdAAAAAAAAAAAAAAAAAAAAAA=','secret'))</script>"


def _document() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<?xml version='1.0'?><Types/>")
        archive.writestr("word/document.xml", "<?xml version='1.0'?><w:t>https://example.com/</w:t>")
    return packed.getvalue()


#: A 7z with names locked by "secret". Made by py7zr, whose key takes as long as a hundred files; this one takes two
#: rounds instead of half a million.
_LOCKED = (
    "N3q8ryccAAQb1++3gAAAAAAAAAAoAAAAAAAAAH4jPmWvxUK0txwhHX86by926p6pOEvRshF896RhxcgbvzjtB9LlUO0dOjVKiz2nuBkLEuuoG9ut"
    "ecwfV0UEN7h/Z2T5VY+5eNYapB9TwdAdF1EHCxLxzXztohiihlKiWQ5nK9D0qxJxXNgkEedAyoot6kzaY0jVcgBSwdnzeOlzIh0agBcGEAEJcAAH"
    "CwEAASQG8QcBElMPrYuwXkD8CALvW/Ee2LuBAQxlAAA="
)


#: A file of the kind that comes most often, with everything a scan does in it: unpacking, rules, links.
SAMPLE = _document()


#: A page of a word and a picture: fonts are looked for, and the page is drawn.
_DRAWN = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F<</Type/Font/Subtype"
    b"/Type1/BaseFont/Times-Roman>>>>>>>>endobj 4 0 obj<</Length 94>>stream\nBT /F 9 Tf (Hi) Tj ET q 50 0 0 50 9 9 cm "
    b"BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
)


def warm_up(engine: Engine) -> None:
    """Scan one small file of every kind. What fails here only costs the first scan a little time."""
    for name in _CODECS:
        with contextlib.suppress(LookupError):
            codecs.lookup(name)
    # Reads the machine's table of types, which a child may not.
    mimetypes.init()
    # Looked up by name or only when something goes wrong.
    for module in ("traceback", "linecache", "encodings.idna", "stringprep", "unicodedata", "lzma", "bz2"):
        importlib.import_module(module)
    for name, content in _samples():
        with contextlib.suppress(Exception):
            engine.scan(content, name=name, comment="The password is secret")


def _samples() -> Iterator[tuple[str, bytes]]:
    yield "a.txt", b"Hello https://example.com/"
    yield "a.txt", "Hello https://example.com/".encode("utf-16")
    yield "a.html", _PAGE
    yield "a.html", _SCRIPT
    yield "a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><a href='https://example.com/'/></svg>"
    yield "a.eml", _MAIL
    yield from _pictures()
    yield "a.pdf", _DRAWN
    yield "a.pdf", b"%PDF-1.4\n1 0 obj << /Length 3 /Filter /FlateDecode >> stream\nabc\nendstream\n%%EOF"
    yield "a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
    yield "a.bin", bytes(range(16)) * 16
    yield "a.txt.gz", gzip.compress(b"Hello")
    yield "a.docx", SAMPLE
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz") as bundle:
        bundle.addfile(tarfile.TarInfo("a.txt"), io.BytesIO())
    yield "a.tar.xz", packed.getvalue()
    yield "a.7z", base64.b64decode(_LOCKED)


def _pictures() -> Iterator[tuple[str, bytes]]:
    """Yield a picture in every format, because each has a library of its own; one is worth a hard look for codes."""
    noise, plain = Image.effect_noise((48, 48), 255), Image.linear_gradient("L").resize((48, 48))
    for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "ICO", "JPEG2000", "AVIF"):
        picture = io.BytesIO()
        # The encoder for AVIF starts threads, which would be lost in a child.
        options = {"max_threads": 1} if kind == "AVIF" else {"compression": "tiff_lzw"} if kind == "TIFF" else {}
        with contextlib.suppress(Exception):
            (noise if kind == "PNG" else plain).save(picture, kind, **options)
            yield f"a.{kind.lower()}", picture.getvalue()
