"""What a zip or a compound file (OLE) really is: a look at the names inside, without unpacking anything."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

_ZIP = ("application/zip", "zip")
_EOCD = b"PK\x05\x06"
#: A zip ends with its directory and a comment of at most 65,535 bytes; directories beyond this are no documents.
_TAIL = 65_557
_DIRECTORY = 1024 * 1024

_OOXML = "application/vnd.openxmlformats-officedocument."
#: Folder of the main part: (type without macros, type with macros), IANA registry.
_OFFICE = (
    (b"word/", _OOXML + "wordprocessingml.document", "application/vnd.ms-word.document.macroenabled.12"),
    (b"xl/", _OOXML + "spreadsheetml.sheet", "application/vnd.ms-excel.sheet.macroenabled.12"),
    (b"ppt/", _OOXML + "presentationml.presentation", "application/vnd.ms-powerpoint.presentation.macroenabled.12"),
    (b"visio/", "application/vnd.ms-visio.drawing", "application/vnd.ms-visio.drawing.macroenabled.12"),
)


#: Packages that a desktop or a telephone installs or starts when they are opened: programs in the shape of a zip.
#: Type, and the names of which each must be there: the first row that fits.
_PACKAGES = (
    (
        "application/vnd.android.package-archive",
        (re.compile(rb"AndroidManifest\.xml"), re.compile(rb"classes\d*\.dex|resources\.arsc")),
    ),
    ("application/msix", (re.compile(rb"AppxManifest\.xml|AppxMetadata/AppxBundleManifest\.xml"),)),
    ("application/vsix", (re.compile(rb"extension\.vsixmanifest"),)),
    ("application/x-xpinstall", (re.compile(rb"META-INF/mozilla\.rsa|install\.rdf"),)),
    ("application/x-ios-app", (re.compile(rb"Payload/[^/]{1,200}\.app/Info\.plist"),)),
    # With compiled classes only: archives of sources or documentation do nothing when they are opened.
    ("application/java-archive", (re.compile(rb"META-INF/MANIFEST\.MF"), re.compile(rb".{1,1000}\.class"))),
)
#: Of these words each of them has one: without any there is nothing to look for.
_PACKAGE_WORDS = re.compile(rb"Manifest|MANIFEST\.MF|install\.rdf|mozilla\.rsa|vsixmanifest|\.app/Info")
_RECORD, _RECORD_SIZE = b"PK\x01\x02", 46


def zip_kind(data: memoryview) -> tuple[str, str]:
    """Return (media type, family) of a file that begins like a zip. All families are opened as zips."""
    names = _directory(data)
    # What starts comes first: a few names of a document more do not keep it from starting.
    package = _package(names)
    if package:
        return package, "program"
    if b"[Content_Types].xml" in names:
        for folder, plain, macros in _OFFICE:
            if folder in names:
                return (macros if b"vbaProject" in names else plain), "ooxml"
    first = bytes(data[30:200])
    if first.startswith(b"mimetype") and (media := _stored_mimetype(data)):
        return media, "zip"
    if b"META-INF/MANIFEST.MF" in names:
        return "application/java-archive", "zip"
    return _ZIP


def _package(directory: bytes) -> str:
    """Return the type of the package that has these members, empty when it is none."""
    if not _PACKAGE_WORDS.search(directory):
        return ""
    missing = set().union(*(marks for _, marks in _PACKAGES))
    for name in _names(directory):
        missing.difference_update([mark for mark in missing if mark.fullmatch(name)])
    return next((mime for mime, marks in _PACKAGES if missing.isdisjoint(marks)), "")


def _names(directory: bytes) -> Iterator[bytes]:
    """Yield the names in a central directory (APPNOTE 4.3.12), as far as it is one."""
    at = 0
    while directory[at : at + 4] == _RECORD and at + _RECORD_SIZE <= len(directory):
        name, extra, comment = struct.unpack_from("<HHH", directory, at + 28)
        yield directory[at + _RECORD_SIZE : at + _RECORD_SIZE + name]
        at += _RECORD_SIZE + name + extra + comment


def _directory(data: memoryview) -> bytes:
    """Return the central directory as bytes (at most a mebibyte), or the beginning of the file without one."""
    tail = bytes(data[-_TAIL:])
    at = tail.rfind(_EOCD)
    if at >= 0 and len(tail) >= at + 20:
        size, offset = struct.unpack_from("<II", tail, at + 12)
        end = len(data) - len(tail) + at
        # Counted back from the end record, so that data put before the zip does no harm.
        start = end - size if 0 < size <= end else offset
        return bytes(data[start : start + min(size, _DIRECTORY)])
    return bytes(data[:_TAIL])


def _stored_mimetype(data: memoryview) -> str:
    """Return what the first member ``mimetype`` says (OpenDocument, EPUB), empty when it is no plain media type."""
    length, extra = struct.unpack_from("<HH", bytes(data[26:30]))
    (size,) = struct.unpack_from("<I", bytes(data[18:22]))
    start = 30 + length + extra
    text = bytes(data[start : start + min(size, 120)])
    known = text.startswith((b"application/vnd.oasis.opendocument.", b"application/epub+zip"))
    return text.decode("ascii", "ignore").strip() if known else ""


_SECTOR = struct.Struct("<H")
#: Classes of Windows Installer: a package, and a patch for one.
_INSTALLERS = (
    bytes.fromhex("84100c0000000000c000000000000046"),
    bytes.fromhex("86100c0000000000c000000000000046"),
)
#: Name of a stream in the root storage, in the order in which they decide.
_STREAMS = (
    ("EncryptedPackage", "application/x-ole-encrypted"),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("VisioDocument", "application/vnd.visio"),
)


def ole_kind(data: memoryview) -> tuple[str, str]:
    """Return (media type, family) of a compound file by the class of its root and the names in its directory.

    The directory is read as the sectors that follow its first one, which is how every writer lays out the first
    entries; what cannot be read is a compound file of unknown kind. Format: MS-CFB.
    """
    header = bytes(data[:512])
    if len(header) < 512:
        return "application/x-ole-storage", "ole"
    sector = 1 << min(_SECTOR.unpack_from(header, 30)[0], 16)
    (first,) = struct.unpack_from("<I", header, 48)
    directory = bytes(data[(first + 1) * sector : (first + 1) * sector + 16 * 512])
    if directory[80:96] in _INSTALLERS:
        return "application/x-msi", "program"
    for name, mime in _STREAMS:
        if name.encode("utf-16-le") + b"\0\0" in directory:
            return mime, "ole"
    return "application/x-ole-storage", "ole"


#: Bytes of the table of contents of a xar archive, unpacked.
_CONTENTS = 1024 * 1024


def xar_kind(data: memoryview) -> tuple[str, str]:
    """Return (media type, family) of a xar archive: an installer of macOS lists one of two files by their names."""
    header = bytes(data[:16])
    if len(header) == 16:
        size, _, packed = struct.unpack_from(">HHQ", header, 4)
        try:
            table = zlib.decompressobj().decompress(data[size : size + min(packed, _CONTENTS)], _CONTENTS)
        except zlib.error:
            table = b""
        if b"<name>Distribution</name>" in table or b"<name>PackageInfo</name>" in table:
            return "application/vnd.apple.installer+xml", "program"
    return "application/x-xar", "xar"
