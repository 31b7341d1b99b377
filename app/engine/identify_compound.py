"""What a zip or a compound file (OLE) really is: a look at the names inside, without unpacking anything."""

from __future__ import annotations

import struct

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


def zip_kind(data: memoryview) -> tuple[str, str]:
    """Return (media type, family) of a file that begins like a zip. All families are opened as zips."""
    names = _directory(data)
    if b"[Content_Types].xml" in names:
        for folder, plain, macros in _OFFICE:
            if folder in names:
                return (macros if b"vbaProject" in names else plain), "ooxml"
        return _ZIP
    first = bytes(data[30:200])
    if first.startswith(b"mimetype") and (media := _stored_mimetype(data)):
        return media, "zip"
    if b"AndroidManifest.xml" in names:
        return "application/vnd.android.package-archive", "zip"
    if b"META-INF/MANIFEST.MF" in names:
        return "application/java-archive", "zip"
    return _ZIP


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
_MSI = bytes.fromhex("84100c0000000000c000000000000046")
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
    if directory[80:96] == _MSI:
        return "application/x-msi", "msi"
    for name, mime in _STREAMS:
        if name.encode("utf-16-le") + b"\0\0" in directory:
            return mime, "ole"
    return "application/x-ole-storage", "ole"
