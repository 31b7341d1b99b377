"""Objects embedded in documents: OLE 1 headers, packages, and what compound files keep of them.

Formats: MS-OLEDS 2.2 (OLE 1 objects, as RTF carries them) and 2.3.6 (the stream ``\\x01Ole10Native``); the layout of
a package inside is not published and is the one that Windows writes.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

import olefile

from app.engine.model import Finding, Severity
from app.engine.node import Child, Item, Node, Tools

_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: A header says how long its strings are; class names and paths are far shorter than this.
_STRING = 4096
#: Streams in which objects keep a whole file of their own: Office documents, and what Acrobat and others embed.
_WHOLE_FILES = {"package": "package.bin", "contents": "contents.bin", "embeddedodf": "embedded.odt"}
_EQUATION_CLASS = "0002CE02-0000-0000-C000-000000000046"
LARGEST_FORMULA = 1024
#: Header of 28 bytes, MTEF 3 (byte 28), a few records, then a font record: its name is copied into 40 bytes of stack.
_LONG_FONT = re.compile(rb"\A.{28}[\x02\x03].{4}[^\x08]{0,16}\x08..[^\x00]{40}", re.S)


#: Versions of the format of formulas (MTEF).
_FORMULA_VERSIONS = frozenset({1, 2, 3, 4, 5})
#: What no formula says.
_RUNS = re.compile(
    rb"WinExec|cmd(?:\.exe)? /c|mshta|powershell|URLDownload|ExitProcess|LoadLibrary|GetProcAddress|https?://|\.exe\b|rundll32",
    re.I,
)
#: A font record (2.2 of the format's notes: 8, face, style) whose name does not end within its buffer.
_LONG_NAME = re.compile(rb"\A.{5}[^\x08]{0,16}\x08..[^\x00]{40}", re.S)


class Object1(NamedTuple):
    """An OLE 1 object: its class, the topic (the address of a link), whether it is a link, and its native data."""

    class_name: str
    topic: str
    linked: bool
    native: bytes


class Package(NamedTuple):
    """A file that was dropped into a document: name as the sender's desktop had it, and content."""

    name: str
    data: bytes


def object1(data: bytes) -> Object1 | None:
    """Return the OLE 1 object that ``data`` begins with, cut short where the data is, or None."""
    if len(data) < 12:
        return None
    # Version is a number that no reader checks, so exploits put anything there.
    kind = struct.unpack_from("<I", data, 4)[0] & 0xFF
    if kind not in (1, 2, 3, 5):
        return None
    at, strings = 8, []
    for _ in range(3):
        if at + 4 > len(data):
            return None
        (length,) = struct.unpack_from("<I", data, at)
        if length > _STRING:
            return None
        strings.append(data[at + 4 : at + 4 + length].split(b"\0")[0].decode("cp1252", "replace"))
        at += 4 + length
    native = b"" if kind in (1, 3) else data[at + 4 :][: _number(data, at)]
    return Object1(strings[0], strings[1], kind in (1, 3), native)


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def package(native: bytes, *, sized: bool) -> Package | None:
    """Return the file in a package, or None when it is none; ``sized`` when a total size stands before it."""
    at = 4 if sized else 0
    if native[at : at + 2] != b"\x02\x00":
        return None
    label, at = _text(native, at + 2)
    path, at = _text(native, at)
    kind = struct.unpack_from("<HH", native.ljust(at + 4, b"\0"), at)
    if kind[1] != 3:
        # A link to a file on the sender's disk: the path is all there is.
        return Package(_base(path) or _base(label), b"") if kind[1] == 1 else None
    length = _number(native, at + 4)
    at += 8 + min(length, len(native))
    return Package(_base(path) or _base(label) or "package.bin", native[at + 4 :][: _number(native, at)])


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = data.find(b"\0", at, at + _STRING)
    end = end if end >= 0 else len(data)
    return data[at:end].decode("cp1252", "replace"), end + 1


def _base(path: str) -> str:
    return path.replace("/", "\\").rpartition("\\")[2].strip()


def embedded(node: Node, storage: olefile.OleFileIO, tools: Tools) -> Iterator[Item]:
    """Yield the files that objects of a compound file keep, and findings about the equation editor."""
    for path in storage.listdir(streams=True, storages=False):
        tools.budget.charge_time()
        name = path[-1].lower()
        if name == "\x01ole10native":
            yield from _native(node, storage, path)
        elif name == "equation native":
            yield from equation(node, storage.openstream(path).read(512))
        elif name in _WHOLE_FILES and node.kind.mime != "application/x-ole-storage":
            # All streams of a storage that no application claims are looked at as they are.
            content = storage.openstream(path).read()
            yield Child("/".join([*path[:-1], _WHOLE_FILES[name]]), content)


def _native(node: Node, storage: olefile.OleFileIO, path: list[str]) -> Iterator[Item]:
    content = storage.openstream(path).read()
    if (found := package(content, sized=True)) is not None:
        if found.data:
            yield Child(found.name, found.data)
        return
    folder = storage.getclsid(path[:-1]) if len(path) > 1 else storage.root.clsid
    if folder.upper() == _EQUATION_CLASS:
        if path[-1] != "\x01Ole10Native" or len(content) > LARGEST_FORMULA:
            # Old formulas are a few hundred bytes; what exploits put here carries their code.
            yield _equation_finding(node, content[4:44])
        else:
            yield from small_equation(node, content[4:])
    yield Child("/".join([*path[:-1], "native.bin"]), content[4:])


def equation(node: Node, native: bytes) -> Iterator[Finding]:
    """Yield a finding when the data of an equation overflows the buffer of the equation editor (CVE-2017-11882)."""
    if _LONG_FONT.match(native):
        yield _equation_finding(node, native[28:68])


def small_equation(node: Node, native: bytes) -> Iterator[Finding]:
    """Yield a finding when a short formula is none that an equation editor wrote: code or a command in its place."""
    header = native[:28]
    # Some writers leave the header out and begin with the version of the formula.
    formula = native[28:] if header[:2] == b"\x1c\x00" else native
    if not formula.strip(b"\0 "):
        return
    if formula[0] not in _FORMULA_VERSIONS or _RUNS.search(native) or _LONG_NAME.search(formula):
        yield _equation_finding(node, formula[:40])


def _equation_finding(node: Node, evidence: str | bytes) -> Finding:
    return node.finding(
        "office.equation_attack",
        Severity.MALICIOUS,
        "Document that attacks the old equation editor of Office",
        evidence,
        "https://nvd.nist.gov/vuln/detail/CVE-2017-11882",
    )


def is_compound(data: bytes) -> bool:
    """Whether ``data`` begins like a compound file."""
    return data.startswith(_COMPOUND)
