"""What the name of a file says beside its content: names that are written to be misread, and content in disguise.

Windows chooses what opens a file by the last part of its name, people by what they see of it. Every check is pure and
looks at the name, the kind and the first bytes; it costs the same for every file.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterator

from app.engine.model import Confidence, Finding, Severity
from app.engine.node import Node
from app.engine.node_name import extension_of

#: Characters of a path and of a name that are looked at, counted from the end; file systems end a name at 255.
_MOST, _MOST_NAME = 1_024, 300
#: Extensions of what people open without a thought, so that nothing that runs bears one by accident.
_DOCUMENTS = frozenset(
    (
        *("pdf", "doc", "docx", "docm", "dot", "dotx", "rtf", "odt", "xls", "xlsx", "xlsm", "xlsb", "ods", "ppt"),
        *("pptx", "pps", "ppsx", "odp", "pages", "numbers", "jpg", "jpeg", "jpe", "jfif", "png", "gif", "bmp", "tif"),
        *("tiff", "webp", "heic", "svg", "mp3", "mp4", "m4a", "wav", "avi", "mov", "mkv", "wmv", "vsdx", "epub"),
    )
)
#: Extensions that people also give to programs to get them past a filter, or that tools append to.
_PLAIN = frozenset(("txt", "csv", "log", "htm", "html", "xml", "json", "eml", "msg", "zip", "rar", "7z", "ics", "vcf"))
_SCRIPTS = frozenset(
    (
        *("bat", "cmd", "hta", "js", "jse", "pif", "ps1", "scf", "scr", "sct", "vbe", "vbs", "wsc", "wsf", "wsh"),
        *("cpl", "reg", "msc", "jnlp", "py", "pyw", "application", "appref-ms", "settingcontent-ms", "library-ms"),
    )
)
#: Scripts that are parts of web sites and repositories, where names like ``logo.png.js`` come from a build.
_SHARED = frozenset(("bat", "cmd", "js", "ps1", "py", "pyw", "reg"))
_PROJECT_FILES = 20
#: Windows starts what bears these whatever it is, and nothing else is called so.
_PROGRAMS = frozenset(("exe", "scr", "com", "pif", "cpl"))
#: Packages; those of developers are named after what they handle (``emitter.pdf.jar``). So are libraries, always.
_PACKAGES = frozenset(("msi", "msp", "msix", "appx", "jar", "apk", "dmg", "pkg", "xll"))
_LINKS = frozenset(("lnk", "url", "website"))
_IMAGES = frozenset(("iso", "img", "vhd", "vhdx", "udf", "chm", "one", "wim"))
#: Documents that are zips of their own, not all of which name themselves.
_ZIPPED = frozenset(("pages", "numbers", "epub", "odt", "ods", "odp"))
_PAGES = frozenset(("htm", "html", "shtml", "xhtml", "xht", "svg", "mht", "mhtml"))
_TEXTS = frozenset(("text", "script", "html", "xml"))

_TURNING = frozenset("\u202d\u202e")
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset("\u00ad\u180e\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff")
_WITHOUT_INVISIBLE = dict.fromkeys(map(ord, _INVISIBLE))
#: Characters that show nothing, or a line that the eye skips.
_BLANK = " \t_\u00a0\u1680\u202f\u205f\u2800\u3000\u3164" + "".join(map(chr, range(0x2000, 0x200B)))
#: Blanks before the ending from which on it is pushed out of sight; people type one or two.
_PADDING = 8
_STREAM = re.compile(r"^[^:]{2,}:([^:]*[^:.]\.[^:.]{1,12})(?::\$DATA)?$", re.I)
_CLASS_ID = re.compile(r"\.\{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}$", re.I)
_ABSOLUTE = re.compile(r"/|[a-z]:/", re.I)
_DEVICE = re.compile(r"^(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\.|$)", re.I)
_AUTOSTART = re.compile(
    r"start menu/programs/startup/|/etc/cron|/etc/profile\.d/|/\.ssh/authorized_keys|/\.config/autostart/"
    r"|/library/launch(?:agents|daemons)/|/\.bash(?:rc|_profile)$|system32/(?:wbem|tasks)/",
    re.I,
)
#: Folders of the system itself, into which nobody packs a file from outside of them.
_SYSTEM = re.compile(r"\.\./(?:windows/(?:system32|syswow64)/|etc/|usr/(?:s?bin|lib)/|s?bin/|users/public/)", re.I)
_SCRIPT_WORDS = re.compile(
    rb"^\s*@echo off|CreateObject\s*\(|\bActiveXObject\b|\bWScript\.|\bpowershell(?:\.exe)?\s+-"
    rb"|\bInvoke-(?:Expression|WebRequest|RestMethod)\b|\bIEX\s*[(\s]|\bNew-Object\s+(?:System\.)?Net\.|^<\?php\b",
    re.I,
)
#: Bytes of a text in which words of scripts are looked for.
_HEAD = 4_096


def check(node: Node) -> Iterator[Finding]:
    """Yield what the name of ``node`` says, alone and against its content."""
    # Long paths lose their middle: both ends count.
    path = node.name if len(node.name) <= _MOST else node.name[: _MOST // 2] + node.name[-_MOST // 2 :]
    path = path.replace("\\", "/")
    name = path.rpartition("/")[2][-_MOST_NAME:]
    runs = _runs(node)
    yield from _characters(node, name, runs)
    yield from _form(node, name, runs)
    yield from _double(node, name)
    yield from _place(node, path, runs)
    yield from _disguise(node)


def _runs(node: Node) -> bool:
    """Whether a double click on the file starts code: a program or shortcut, or a script under a name that runs."""
    if node.kind.family in ("program", "shortcut"):
        return True
    return node.kind.family in _TEXTS and node.extension in _SCRIPTS


def _characters(node: Node, name: str, runs: bool) -> Iterator[Finding]:
    """Characters that show another name than is there."""
    if name.isascii():
        return
    present = set(name)
    if not _TURNING.isdisjoint(present):
        # Hebrew and Arabic need no override to be written from right to left.
        severity = Severity.MALICIOUS if runs else Severity.SUSPICIOUS
        yield node.finding("name.bidi", severity, "Name that is written to be misread", name)
    elif not _BIDI.isdisjoint(present):
        # Telephones put isolates around names of people, Explorer a mark before a copied path.
        severity = Severity.SUSPICIOUS if runs else Severity.INFO
        yield node.finding("name.bidi", severity, "Name with marks that turn the direction of reading", name)
    extension = node.extension
    if not _INVISIBLE.isdisjoint(present):
        hidden = runs or not _INVISIBLE.isdisjoint(extension)
        severity = Severity.SUSPICIOUS if hidden else Severity.INFO
        yield node.finding(
            "name.invisible", severity, "Name with invisible characters", name, confidence=Confidence.MEDIUM
        )
    if runs and not extension.isascii():
        yield node.finding(
            "name.lookalike", Severity.SUSPICIOUS, "Name whose ending is written with letters of another kind", name
        )


def _form(node: Node, name: str, runs: bool) -> Iterator[Finding]:
    """Names that are cut, shown or stored differently from what they are."""
    stem = name.rpartition(".")[0]
    if runs and len(stem) - len(stem.rstrip(_BLANK)) >= _PADDING:
        yield node.finding("name.padded", Severity.MALICIOUS, "Program whose real ending is pushed out of sight", name)
    if "\0" in name.rstrip("\0"):
        yield node.finding("name.cut", Severity.SUSPICIOUS, "Name that ends early for some programs", name)
    if runs and name.endswith((".", *_BLANK)):
        yield node.finding(
            "name.trailing",
            Severity.SUSPICIOUS,
            "Program whose name ends in characters that are dropped",
            name,
            confidence=Confidence.MEDIUM,
        )
    if _CLASS_ID.search(name):
        yield node.finding("name.class_id", Severity.SUSPICIOUS, "Name whose ending picks a program by a number", name)
    if _DEVICE.match(name):
        yield node.finding("name.device", Severity.INFO, "Name that Windows reserves for a device", name)
    stream = _STREAM.match(name)
    if stream and (extension_of(stream[1]) in _SCRIPTS | _LINKS | {"exe", "dll", "com"} or runs):
        yield node.finding("name.stream", Severity.SUSPICIOUS, "Program hidden in a second stream of a file", name)


def _double(node: Node, name: str) -> Iterator[Finding]:
    """The ending of a document or picture before the one that counts."""
    # Full-width letters and dots look like plain ones, invisible ones like nothing.
    plain = name if name.isascii() else unicodedata.normalize("NFKC", name).translate(_WITHOUT_INVISIBLE)
    extension = extension_of(plain)
    pretended = _pretended(plain.rstrip(". \t\0")[: -len(extension) - 1]) if extension else ""
    if not pretended or pretended == extension:
        return
    judged = _double_severity(node, extension, pretended)
    if judged:
        severity, confidence = judged
        title = (
            "Program that is named like a document" if _runs(node) else "File that is named like another kind of file"
        )
        yield node.finding("name.double_extension", severity, title, name, confidence=confidence)


def _pretended(stem: str) -> str:
    """Return the ending that a reader sees in a name without its last one; empty when it is none of a document."""
    seen = ""
    for _ in range(3):
        stem = stem.rstrip(_BLANK + ".")
        extension = extension_of(stem)
        if extension not in _DOCUMENTS | _PLAIN:
            break
        seen = extension
        if extension in _DOCUMENTS:
            break
        stem = stem[: -len(extension) - 1]
    return seen


def _double_severity(node: Node, extension: str, pretended: str) -> tuple[Severity, Confidence] | None:
    """Return how bad two endings are: what starts under the name of a document is never an accident."""
    family, many = node.kind.family, node.siblings >= _PROJECT_FILES
    if family == "shortcut" or extension in _LINKS:
        # Windows itself keeps shortcuts to recent documents under such names.
        return Severity.SUSPICIOUS, Confidence.LOW
    if extension in _PROGRAMS | _SCRIPTS and not (extension in _SHARED and many):
        known = family == "program" or (extension in _SCRIPTS and family in _TEXTS)
        severity = Severity.MALICIOUS if known and pretended in _DOCUMENTS else Severity.SUSPICIOUS
        return severity, Confidence.HIGH
    if extension in _PACKAGES and pretended in _DOCUMENTS:
        return Severity.SUSPICIOUS, Confidence.HIGH
    if extension in _IMAGES and pretended in _DOCUMENTS:
        return Severity.SUSPICIOUS, Confidence.MEDIUM
    if extension in _PAGES and pretended in _DOCUMENTS and not many:
        # A browser saves the page around a document under such a name too.
        return Severity.SUSPICIOUS, Confidence.LOW
    return None


def _place(node: Node, path: str, runs: bool) -> Iterator[Finding]:
    """Paths that lead out of the folder into which an archive is unpacked."""
    depth, lowest = 0, 0
    for part in path.rpartition(":")[2].split("/")[:-1]:
        depth += -1 if part == ".." else 1 if part not in ("", ".") else 0
        lowest = min(lowest, depth)
    program = node.kind.family in ("program", "shortcut")
    if lowest < 0 and (_AUTOSTART.search(path) or (":" in path and "/../" in path)):
        yield node.finding(
            "name.autostart", Severity.MALICIOUS, "Would be unpacked to where it is started by itself", path
        )
    elif lowest < 0:
        # A program two folders up is aimed at a place; packers of projects go up by one, and with scripts.
        aimed = program or (runs and lowest < -1) or (lowest < -1 and _SYSTEM.search(path))
        yield node.finding(
            "name.traversal",
            Severity.MALICIOUS if aimed else Severity.SUSPICIOUS,
            "Would be unpacked outside of its folder",
            path,
            confidence=Confidence.HIGH if runs else Confidence.MEDIUM,
        )
    elif runs and _ABSOLUTE.match(path):
        yield node.finding(
            "name.absolute",
            Severity.SUSPICIOUS,
            "Program that names the folder into which it wants to be unpacked",
            path,
            confidence=Confidence.HIGH if _AUTOSTART.search(path) else Confidence.LOW,
        )


def _disguise(node: Node) -> Iterator[Finding]:
    """Content that is of another kind than its name says. What everybody mixes up (pictures, office files) is none."""
    if node.extension not in _DOCUMENTS | _PLAIN:
        return
    strong, family = node.extension in _DOCUMENTS, node.kind.family
    if family == "program" and _starts_as_program(node.data) and not _is_package_in_zip(node):
        severity = Severity.MALICIOUS if strong else Severity.SUSPICIOUS
        yield node.finding("name.disguised", severity, "Program that calls itself a document or picture", node.name)
    elif family == "shortcut":
        yield node.finding("name.disguised", Severity.SUSPICIOUS, "Shortcut under the name of another file", node.name)
    elif strong and _is_script(node):
        title = "Script under the name of a document or picture"
        yield node.finding("name.disguised_script", Severity.SUSPICIOUS, title, node.name, confidence=Confidence.MEDIUM)
    elif strong and (strange := _other_type(node)):
        evidence = f"{node.extension}: {node.kind.mime}"
        yield node.finding(
            "name.other_type", strange[0], "Content is not what the name says", evidence, confidence=strange[1]
        )


def _is_package_in_zip(node: Node) -> bool:
    """Packages are zips, and named so when a browser or a filter demands it."""
    return node.extension == "zip" and bytes(node.data[:2]) == b"PK"


def _is_script(node: Node) -> bool:
    """Whether the text begins like a script, under an ending that no text has (pages and tables have some)."""
    if node.kind.family not in ("text", "script", "xml") or node.extension in ("svg", "doc", "xls"):
        return False
    return _SCRIPT_WORDS.search(bytes(node.data[:_HEAD])) is not None


def _other_type(node: Node) -> tuple[Severity, Confidence] | None:
    """Return how strange the content is under this extension, None when that happens every day."""
    extension, family = node.extension, node.kind.family
    if family in ("disk_image", "chm", "onenote"):
        return Severity.SUSPICIOUS, Confidence.MEDIUM
    if family in ("rar", "7z", "cab", "lha", "arj", "xar", "packed"):
        return Severity.SUSPICIOUS, Confidence.LOW
    if node.kind.mime == "application/zip" and extension not in _ZIPPED:
        return Severity.SUSPICIOUS, Confidence.LOW
    if family == "html" and extension not in ("svg", "doc", "xls", "dot"):
        # Failed downloads leave an error page under the name of the file that was asked for.
        return Severity.INFO, Confidence.LOW
    return None


def _starts_as_program(data: memoryview) -> bool:
    """Whether the headers are those of a program that could run, and not just its first letters."""
    head = bytes(data[:64])
    if head.startswith(b"MZ") and len(head) == 64:
        (offset,) = struct.unpack_from("<I", head, 60)
        return bytes(data[offset : offset + 2]) in (b"PE", b"NE", b"LE", b"LX")
    if head.startswith(b"\x7fELF"):
        return len(head) >= 52 and head[4] in (1, 2) and head[5] in (1, 2) and any(head[16:18])
    return not head.startswith(b"MZ")
