"""Compound files (OLE): macro source as nodes of its own, locked documents, Outlook messages' parts."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import olefile

from app.engine.analyzers.excel import binary as excel_binary
from app.engine.analyzers.mail import outlook
from app.engine.analyzers.office import (
    compound_file,
    encryption as office_encryption,
    objects as office_objects,
    show_encryption,
    word_binary,
)
from app.engine.analyzers.vba import project as vba_project
from app.engine.model import Finding, Severity
from app.engine.node import Child, Item, Node, Tools

_STEP = 256 * 1024
#: What the current user of an encrypted presentation begins with, behind the header of the record and its size.
_ENCRYPTED_SHOW = bytes.fromhex("dfc4d1f3")
#: Version and instance, then the type, of a deflated object in PowerPoint.
_PACKED_OBJECT = b"\x10\x00\x11\x10"


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield macro source as ``Name.bas`` children, parts of Outlook messages, and findings about both."""
    with compound_file.opened(node) as storage:
        if storage.exists("EncryptedPackage"):
            yield from _locked_package(node, storage, tools)
        elif _is_locked_show(storage):
            yield from _locked_show(node, storage, tools)
        elif storage.exists("EncryptedSummary"):
            yield _locked(node)
        yield from word_binary.analyze(node, storage, tools)
        if node.kind.mime == "application/vnd.ms-outlook":
            yield from outlook.parts(storage)
        if node.kind.mime == "application/vnd.ms-powerpoint":
            yield from _packed_objects(storage.openstream("PowerPoint Document").read())
        yield from vba_project.analyze(node, storage, tools)
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


def _locked_show(node: Node, storage: olefile.OleFileIO, tools: Tools) -> Iterator[Item]:
    """Yield the main stream of a presentation in the clear and the objects in it, or that it could not be opened.

    Its pictures stay locked, and are not said to have been seen.
    """
    try:
        content = storage.openstream("PowerPoint Document").read()
        password, content = show_encryption.opened(storage.openstream("Current User").read(), content, tools)
    except (office_encryption.NotOpened, OSError):
        yield _locked(node)
        return
    yield office_encryption.told(node, password)
    yield Child("PowerPoint Document", content)
    yield from _packed_objects(content)
    if storage.exists("Pictures"):
        yield node.finding("limit.show", Severity.UNKNOWN, "Locked presentation whose pictures were not looked at")


def _locked(node: Node) -> Finding:
    return node.finding(
        "office.encrypted", Severity.UNKNOWN, "Document locked with a password, so its content was not seen"
    )


def _packed_objects(content: bytes) -> Iterator[Item]:
    """Yield the compound files that PowerPoint keeps deflated in its main stream: its macros are in one of them.

    Record type 0x1011, instance 1 (MS-PPT 2.10.34): header, unpacked size, zlib stream.
    """
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


def _is_locked_show(storage: olefile.OleFileIO) -> bool:
    """Whether a presentation is encrypted: its current user says so by a number of its own (MS-PPT 2.3.2)."""
    if not storage.exists("Current User") or storage.get_type("Current User") != olefile.STGTY_STREAM:
        return False
    user = storage.openstream("Current User").read(16)
    return bool(user[12:16] == _ENCRYPTED_SHOW)
