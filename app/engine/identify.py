"""What a file is, by its bytes: our own signatures first, libmagic for what they do not know.

libmagic's answers differ from version to version for just the types that matter (programs, shortcuts, OneNote) and
it looks into no zip; so the families that analyzers and policy hang on come from here, with names of our own.
"""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

# libmagic is brought by a package that sets up the path, so it comes before the binding.
import pylibmagic  # noqa: F401  # isort: skip
import magic  # isort: skip

from app.engine import charset, identify_compound
from app.engine.node_name import extension_of
from app.engine.signatures import RIFF, SIGNATURES, TEXT_EXTENSIONS


class Kind(NamedTuple):
    """A media type for people and reports, and the family that analyzers and policy hang on."""

    mime: str
    family: str


EMPTY = Kind("application/x-empty", "empty")
PE = Kind("application/x-dosexec", "program")
PDF = Kind("application/pdf", "pdf")
MAIL = Kind("message/rfc822", "mail")
#: The form in which programs come to macOS, opened there by a double click.
APPLE_IMAGE = Kind("application/x-apple-diskimage", "program")
BINARY = Kind("application/octet-stream", "binary")
TEXT = Kind("text/plain", "text")

#: Bytes of the beginning that are looked at; an ISO image names itself only behind its 16 system sectors.
_HEAD = 4096
_ISO = 0x8001
#: Readers accept a PDF whose header stands anywhere in the first kilobyte.
_PDF_WITHIN = 1024

#: Archives that only libmagic knows: recognised, not opened.
_PACKED = frozenset(
    f"application/{kind}"
    for kind in ("x-stuffit", "x-zoo", "x-arc", "x-freearc", "x-lha", "x-lrzip", "x-snappy-framed", "x-cpio", "x-zpaq")
)

#: The signature table by the first two bytes; the few rows that look elsewhere, or at one byte, stand apart.
_ELSEWHERE = tuple(row for row in SIGNATURES if row[0] or len(row[1]) < 2)
_BY_START = {row[1][:2]: tuple(r for r in SIGNATURES if not r[0] and r[1][:2] == row[1][:2]) for row in SIGNATURES}

_MAGIC = magic.Magic(mime=True)

_MAIL_HEADER = re.compile(
    rb"^(?:Received|Return-Path|Delivered-To|From|To|Cc|Subject|Date|MIME-Version|Message-ID|Content-Type"
    rb"|Content-Transfer-Encoding|X-[\w-]+|Reply-To|DKIM-Signature):[ \t]?",
    re.I | re.M,
)
_MAIL_MUST = re.compile(rb"^(?:Received|From|To|Subject|MIME-Version|Message-ID|Return-Path):", re.I | re.M)
#: Media types of texts that their program reads line by line or cell by cell, whatever they begin with.
_BY_READER = frozenset(
    {"application/x-mswinurl", "text/csv", "text/x-ms-iqy", "application/x-rdp", "text/x-explorer-command"}
)
_HTML_START = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|iframe|meta)\b", re.I)
_HTML_TAG = re.compile(rb"<(?:html|body|script|iframe|form|meta\s+http-equiv)\b", re.I)
#: What may stand before the first tag, from how it begins to how it ends.
_PROLOGUE = ((b"<!--", b"-->"), (b"<?", b"?>"), (b"<!doctype svg", b">"))


def identify(data: memoryview | bytes, name: str = "") -> Kind:
    """Return what ``data`` is. The name only decides where the content leaves it open. Never raises."""
    head = bytes(data[:_HEAD])
    if not head:
        return EMPTY
    found = _by_signature(head) or _by_structure(head, memoryview(data), name)
    if found:
        return APPLE_IMAGE if found.family in ("bzip2", "xz") and _is_apple_image(memoryview(data)) else found
    encoding = charset.encoding_of(head)
    if encoding:
        return _text(head, encoding, extension_of(name))
    by_name = TEXT_EXTENSIONS.get(extension_of(name))
    if by_name and by_name[1] == "script" and head.count(0) < len(head) // 8:
        # Script hosts do not mind a byte that no text holds; a few of them must not blind us.
        return Kind(*by_name)
    return _by_libmagic(head)


def _by_signature(head: bytes) -> Kind | None:
    for offset, signature, mime, family in (*_BY_START.get(head[:2], ()), *_ELSEWHERE):
        if head.startswith(signature, offset):
            return Kind(mime, family)
    if head.startswith(b"RIFF"):
        found = RIFF.get(head[8:12])
        return Kind(*found) if found else None
    return None


def _by_structure(head: bytes, data: memoryview, name: str) -> Kind | None:
    """Formats that a fixed signature alone does not tell."""
    if head.startswith(b"MZ") and _is_dos_program(head, data):
        return PE
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK00PK\x03\x04")):
        return Kind(*identify_compound.zip_kind(data))
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return Kind(*identify_compound.ole_kind(data))
    if head.startswith(b"\xca\xfe\xba\xbe"):
        return _fat_or_class(head, name)
    if head.startswith(b"xar!"):
        return Kind(*identify_compound.xar_kind(data))
    if b"%PDF-" in head[:_PDF_WITHIN]:
        return PDF
    if bytes(data[_ISO : _ISO + 5]) in (b"CD001", b"BEA01", b"NSR02", b"NSR03"):
        return Kind("application/x-iso9660-image", "disk_image")
    if _is_bitmap(head):
        return Kind("image/bmp", "image")
    if _is_old_tar(head):
        return Kind("application/x-tar", "tar")
    if bytes(data[-512:-504]) == b"conectix":
        return Kind("application/x-vhd", "disk_image")
    if _is_apple_image(data):
        return APPLE_IMAGE
    if head[510:512] == b"\x55\xaa" and _is_disk(head, len(data)):
        return Kind("application/x-raw-disk-image", "disk_image")
    return None


def _is_bitmap(head: bytes) -> bool:
    """Whether a bitmap's header stands here: its mark, four zeros, and one of the sizes that its second header has."""
    if len(head) < 18 or not head.startswith(b"BM") or any(head[6:10]):
        return False
    return struct.unpack_from("<I", head, 14)[0] in (12, 16, 40, 52, 56, 64, 108, 124)


def _is_apple_image(data: memoryview) -> bool:
    """Whether the file ends like a disk image of macOS; those packed by bzip2 or xz begin like a plain stream."""
    return bytes(data[-512:-508]) == b"koly"


def _is_disk(head: bytes, size: int) -> bool:
    """Whether the first sector starts a FAT or NTFS volume, or is a table of partitions that lie in the file."""
    if head[0] in (0xEB, 0xE9) and (head[3:8] == b"NTFS " or b"FAT" in (head[54:57], head[82:85])):
        return True
    rows = [struct.unpack_from("<B3xB3xI", head, 446 + 16 * number) for number in range(4)]
    used = [start for _, kind, start in rows if kind]
    return bool(used) and all(row[0] in (0, 0x80) for row in rows) and all(0 < at * 512 < size for at in used)


def _is_dos_program(head: bytes, data: memoryview) -> bool:
    """Whether ``MZ`` begins a program and not a text: a PE header follows, or bytes that no text has."""
    if len(head) >= 64:
        (offset,) = struct.unpack_from("<I", head, 60)
        if bytes(data[offset : offset + 2]) in (b"PE", b"NE", b"LE", b"LX"):
            return True
    return charset.encoding_of(head) is None


def _fat_or_class(head: bytes, name: str) -> Kind:
    """Universal Mach-O and Java classes share a signature; a class has its version (45 and up) at that place.

    A class by itself can be started; one in the folder of its package is a part of a program or of a project.
    """
    (count,) = struct.unpack_from(">I", head.ljust(8, b"\0"), 4)
    if count < 45:
        return Kind("application/x-mach-binary", "program")
    return Kind("application/java-vm", "bytecode" if "/" in name or "\\" in name else "program")


def _is_old_tar(head: bytes) -> bool:
    """Whether the first block is a tar header of before POSIX: its checksum fits (sum with its own field blank)."""
    if len(head) < 512 or not head[0]:
        return False
    try:
        expected = int(head[148:156].rstrip(b"\0 ").strip() or b"-1", 8)
    except ValueError:
        return False
    return expected == sum(head[:148]) + 8 * 0x20 + sum(head[156:512])


def _text(head: bytes, encoding: str, extension: str) -> Kind:
    """What a text is: by its first words, then by its extension."""
    if encoding.startswith(("utf-16", "utf-32")):
        head = charset.decode(head, encoding).encode("utf-8", "replace")
    head = head.removeprefix(b"\xef\xbb\xbf")
    by_name = TEXT_EXTENSIONS.get(extension)
    # Script hosts and mail programs go by the name: what is called .hta runs, whatever it begins with.
    if by_name and (by_name[1] in ("script", "mail") or extension == "hta"):
        return Kind(*by_name)
    if head.lstrip().startswith(b"{\\rt"):
        return Kind("application/rtf", "rtf")
    if head.startswith(b"ID;P"):
        return Kind("application/x-sylk", "text")
    if by_name and by_name[0] in _BY_READER:
        return Kind(*by_name)
    first = _first_tag(head)
    if re.match(rb"<svg\b", first, re.I):
        return Kind("image/svg+xml", "html")
    if _HTML_START.match(first):
        xhtml = head.lstrip().startswith(b"<?xml")
        return Kind("application/xhtml+xml" if xhtml else "text/html", "html")
    if _is_mail(head):
        return MAIL
    if head.lstrip().startswith(b"<?xml"):
        return _xml(head, by_name)
    if by_name:
        return Kind(*by_name)
    if head.startswith(b"#!"):
        return Kind("text/x-shellscript", "script")
    return Kind("text/html", "html") if _HTML_TAG.search(head) else TEXT


def _first_tag(head: bytes) -> bytes:
    """Return the text from its first tag on: without blanks, comments, declarations and an SVG document type."""
    text = head.lstrip()
    while True:
        mark = next((row for row in _PROLOGUE if text[: len(row[0])].lower() == row[0]), None)
        if mark is None:
            return text
        text = text.partition(mark[1])[2].lstrip()


def _xml(head: bytes, by_name: tuple[str, str] | None) -> Kind:
    if re.search(rb"<(?:\w+:)?html\b", head, re.I):
        return Kind("application/xhtml+xml", "html")
    return Kind(*by_name) if by_name and by_name[1] in ("html", "xml") else Kind("text/xml", "xml")


def _is_mail(head: bytes) -> bool:
    """Whether the text begins with a block of mail headers: at least two known ones before the first blank line."""
    start = head.lstrip(b"\r\n")
    if start.startswith((b"From ", b">From ")):
        start = start.partition(b"\n")[2]
    if not _MAIL_HEADER.match(start):
        return False
    block = re.split(rb"\r?\n\r?\n", start, maxsplit=1)[0]
    return bool(_MAIL_MUST.search(block) and len(_MAIL_HEADER.findall(block)) >= 2)


def _by_libmagic(head: bytes) -> Kind:
    """Ask libmagic, unless the bytes are noise: it takes a millisecond to find out that it does not know them.

    Noise (encrypted, compressed) has a zero in every 256 bytes; formats with a header have many more.
    """
    if len(head) == _HEAD and head.count(0) < 48:
        return BINARY
    try:
        mime = _MAGIC.from_buffer(head)
    except magic.MagicException:
        return BINARY
    if mime.startswith(("image/", "audio/", "video/")):
        return Kind(mime, "image" if mime.startswith("image/") else "media")
    if mime in _PACKED:
        return Kind(mime, "packed")
    # Types that analyzers and policy hang on are ours to give: libmagic only labels what is left.
    return Kind(mime, "binary")
