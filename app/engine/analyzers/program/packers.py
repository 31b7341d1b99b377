"""Which packer, installer or packager made a Windows program: by names of sections and marks at fixed places."""

from __future__ import annotations

import math
import re
from collections import Counter

from app.engine.analyzers.program.pe import Image, Section

#: Beginning of a section's name in lower case -> packer. Names that compilers use are not among them.
_PACKERS: tuple[tuple[str, str], ...] = (
    ("upx", "UPX"),
    (".upx", "UPX"),
    (".aspack", "ASPack"),
    (".adata", "ASPack"),
    (".mpress", "MPRESS"),
    (".themida", "Themida"),
    (".winlice", "Themida"),
    (".vmp", "VMProtect"),
    (".enigma", "Enigma"),
    ("pec2", "PECompact"),
    ("pecompact", "PECompact"),
    (".petite", "Petite"),
    (".nsp", "NsPack"),
    ("nsp", "NsPack"),
    (".pelock", "PELock"),
    (".obsidiu", "Obsidium"),
    (".kkrunc", "kkrunchy"),
    ("bitarts", "Crunch"),
    (".yp", "Y0da Protector"),
    (".shrink", "Shrinker"),
    (".perplex", "Perplex"),
)
_EXECUTABLE = 0x20000000
#: Bits a byte: compiled code has 5.5 to 6.7, compressed data more than 7.5.
_DENSE = 7.4
_SAMPLE = 16 * 1024
_MARKS = 64 * 1024
_WINDOW = 1024 * 1024
_MOST_WINDOWS = 4

#: Marks at the beginning of what lies behind the sections.
_OVERLAY_MARKS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\xef\xbe\xad\xdeNullsoftInst"), "NSIS installer"),
    (re.compile(rb";!@Install@!UTF-8!|7z\xbc\xaf\x27\x1c"), "7-Zip self-extracting archive"),
    (re.compile(rb"Rar!\x1a\x07"), "RAR self-extracting archive"),
    (re.compile(rb"Inno Setup Setup Data|zlb\x1a|idska32\x1a"), "Inno Setup installer"),
    (re.compile(rb"AU3!EA0[56]"), "AutoIt script"),
    (re.compile(rb"\AKA[XY]"), "Nuitka (Python)"),
    (re.compile(rb"\AInstallShield|\AISSetupStream"), "InstallShield installer"),
)
#: Marks anywhere in the sections; the program text of these is small or they lie near its beginning.
_BODY_MARKS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"AU3!EA0[56]"), "AutoIt script"),
    (re.compile(rb">AUTOHOTKEY SCRIPT<"), "AutoHotkey script"),
    (re.compile(rb"\xff Go buildinf:"), "Go"),
    (re.compile(rb"PYTHONSCRIPT\0|P\0Y\0T\0H\0O\0N\0S\0C\0R\0I\0P\0T"), "py2exe (Python)"),
    (re.compile(rb"I\0n\0n\0o\0 \0S\0e\0t\0u\0p|JR\.Inno\.Setup"), "Inno Setup installer"),
    (re.compile(rb"Nullsoft\.NSIS\.exehead"), "NSIS installer"),
)
_PYINSTALLER = re.compile(rb"MEI\x0c\x0b\x0a\x0b\x0e")


def packer(image: Image) -> str:
    """Return the packer that names its sections; empty when none does."""
    for section in image.sections:
        name = section.name.lower()
        for beginning, title in _PACKERS:
            if name.startswith(beginning):
                return title
    return ""


def has_upx_header(data: memoryview) -> bool:
    """Whether the header is there by which UPX unpacks its own programs: in the first kilobytes, before the code."""
    return re.search(rb"UPX!", data[:4096]) is not None


def made_by(data: memoryview, image: Image, overlay: memoryview) -> str:
    """Return the installer or packager that made the program; empty when none is recognised."""
    if any(section.name == ".wixburn" for section in image.sections):
        return "WiX installer"
    # A signature may follow the last mark of PyInstaller.
    if _PYINSTALLER.search(overlay[-_MARKS:]):
        return "PyInstaller (Python)"
    start = overlay[:_MARKS]
    found = next((title for mark, title in _OVERLAY_MARKS if mark.search(start)), "")
    if found:
        return found
    told = [section for section in image.sections if section.name in (".rsrc", ".data", ".rdata", ".go.buil")]
    for section in told[:_MOST_WINDOWS]:
        window = data[section.place : section.place + min(section.size, _WINDOW)]
        found = next((title for mark, title in _BODY_MARKS if mark.search(window)), "")
        if found:
            return found
    return ""


def is_dense(image: Image) -> bool:
    """Whether the section in which the program starts holds compressed or encrypted data instead of code."""
    section = _first(image)
    if section is None or section.size < _SAMPLE // 4:
        return False
    middle = section.place + max(0, section.size - _SAMPLE) // 2
    return entropy(image.data[middle : middle + min(section.size, _SAMPLE)]) > _DENSE


def _first(image: Image) -> Section | None:
    for section in image.sections:
        if section.address <= image.entry < section.address + max(section.memory, section.size):
            return section if section.flags & _EXECUTABLE else None
    return None


def entropy(data: memoryview) -> float:
    """Return Shannon's entropy in bits a byte, 0 to 8."""
    if not data:
        return 0.0
    counts = Counter(bytes(data))
    return -sum(count / len(data) * math.log2(count / len(data)) for count in counts.values())
