"""Compound files (OLE): macro source as nodes of its own, locked documents, Outlook messages' parts."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

import olefile

from app.engine.analyzers import compound_file, excel_binary, office_encryption, office_objects, outlook, vba
from app.engine.model import Finding, Severity
from app.engine.node import Child, Item, Node, Tools

_STEP = 256 * 1024
#: Version and instance, then the type, of a deflated object in PowerPoint.
_PACKED_OBJECT = b"\x10\x00\x11\x10"
#: Procedures that Office calls by itself.
_AUTORUN = re.compile(
    rb"\b(?:auto_?(?:open|close|exec|exit|new)|(?:document|workbook|presentation)_(?:open|close|beforeclose|new"
    rb"|activate|contentcontrolonenter))\b",
    re.I,
)
#: What starts programs, reaches the network or writes programs to the disk.
_REACH = re.compile(
    rb"\b(?:shell|shellexecute|wscript\.shell|createobject|getobject|winhttprequest|xmlhttp|urldownloadtofile\w?"
    rb"|adodb\.stream|powershell|cmd\.exe|mshta|regsvr32|rundll32|certutil|bitsadmin|virtualalloc\w*)\b",
    re.I,
)


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield macro source as ``Name.bas`` children, parts of Outlook messages, and findings about both."""
    with compound_file.opened(node) as storage:
        if storage.exists("EncryptedPackage"):
            yield from _locked_package(node, storage, tools)
        elif _is_locked_word(storage):
            yield _locked(node)
        if node.kind.mime == "application/vnd.ms-outlook":
            yield from outlook.parts(storage)
        if node.kind.mime == "application/vnd.ms-powerpoint":
            yield from _packed_objects(storage)
        yield from _macros(node, storage)
        yield from excel_binary.analyze(node, storage, tools)
        yield from office_objects.embedded(node, storage, tools)


def _locked_package(node: Node, storage: olefile.OleFileIO, tools: Tools) -> Iterator[Item]:
    """Yield the decrypted document as another view of the same, or that it could not be opened."""
    info = storage.openstream("EncryptionInfo").read() if storage.exists("EncryptionInfo") else b""
    try:
        password, decrypt = office_encryption.opened(info, tools)
    except office_encryption.NotOpened:
        yield _locked(node)
        return
    yield office_encryption.told(node, password)
    yield Child("", decrypt(memoryview(storage.openstream("EncryptedPackage").read())))


def _locked(node: Node) -> Finding:
    return node.finding(
        "office.encrypted", Severity.UNKNOWN, "Document locked with a password, so its content was not seen"
    )


def _packed_objects(storage: olefile.OleFileIO) -> Iterator[Item]:
    """Yield the compound files that PowerPoint keeps deflated in its main stream: its macros are in one of them.

    Record type 0x1011, instance 1 (MS-PPT 2.10.34): header, unpacked size, zlib stream.
    """
    content = storage.openstream("PowerPoint Document").read()
    at = content.find(_PACKED_OBJECT)
    while at >= 0:
        (size,) = struct.unpack_from("<I", content.ljust(at + 8, b"\0"), at + 4)
        yield Child("object.bin", _inflate(content[at + 12 : at + 8 + size]), packed=size)
        at = content.find(_PACKED_OBJECT, at + 8)


def _inflate(packed: bytes) -> Iterator[bytes]:
    stream = zlib.decompressobj()
    while packed and not stream.eof:
        yield stream.decompress(packed, _STEP)
        packed = stream.unconsumed_tail


def _macros(node: Node, storage: olefile.OleFileIO) -> Iterator[Item]:
    names, autorun, reach = [], b"", b""
    for name, source in vba.modules(storage):
        yield Child(f"{name}.bas", source)
        if _has_code(source):
            names.append(name)
        if found := _AUTORUN.search(source):
            autorun = found.group()
        if found := _REACH.search(source):
            reach = found.group()
    if names:
        yield node.finding("office.macro", Severity.INFO, "Document with macros", ", ".join(names))
    if autorun and reach:
        yield node.finding(
            "office.macro_autorun",
            Severity.SUSPICIOUS,
            "Macro that runs by itself and can start programs or reach the network",
            autorun + b" ... " + reach,
        )


def _has_code(source: bytes) -> bool:
    """Whether a module holds more than the attributes that Office puts into every empty one."""
    return any(line.strip() and not line.startswith(b"Attribute ") for line in source.splitlines())


def _is_locked_word(storage: olefile.OleFileIO) -> bool:
    """Whether a Word 97 document is encrypted: a flag in its first block (MS-DOC 2.5.2, fEncrypted)."""
    if not storage.exists("WordDocument"):
        return False
    header = storage.openstream("WordDocument").read(12)
    return len(header) == 12 and bool(header[11] & 0x01)
