"""Java: archives that start by a double click, and single classes.

Format: the JAR File Specification (manifest) and the Java Virtual Machine Specification, chapter 4 (constant pool).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

from app.engine.analyzers.office import package_part
from app.engine.model import Confidence, Severity
from app.engine.node import Item, Node, Tools

#: Bytes of a manifest that are read; signed archives list every file in it, behind the main part.
_MANIFEST = 64 * 1024
_SIGNATURE = re.compile(r"META-INF/[^/]{1,100}\.SF", re.I)
_FIELD = re.compile(r"^(Main-Class|Premain-Class|Agent-Class|Launcher-Agent-Class):[ \t]*(\S+)", re.I | re.M)
_STARTS = re.compile(rb"java/lang/(?:Runtime|ProcessBuilder)\b")
_FETCHES = re.compile(rb"java/net/(?:URL|HttpURLConnection|URLConnection|Socket|http/HttpClient)\b")
_LOADS = re.compile(rb"defineClass\b")
#: The mark of the obfuscator that is met most: vendors protect with it what they sell, attackers hide what it does.
_OBFUSCATOR = re.compile(rb"ALLATORI")
#: Bytes of one class; the format allows 65,535 constants, and ordinary ones have some hundred.
_MOST_CLASS = 2 * 1024 * 1024

#: Files in an archive from which on its single classes are no news.
_FEW = 20


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield how the archive is started and who signed it (unverified). Its members are another reader's work."""
    if (archive := package_part.opened(node)) is None:
        return
    names = archive.namelist()
    manifest = _manifest(archive)
    tools.budget.charge_time()
    starts = [": ".join(found.groups()) for found in _FIELD.finditer(manifest)]
    classes = sum(name.endswith(".class") for name in names)
    signed = any(_SIGNATURE.fullmatch(name) for name in names)
    words = ["Java", f"{classes} classes", "; ".join(starts) or "started by other programs only"]
    words.append("signed, which was not verified" if signed else "not signed")
    yield node.finding("program.kind", Severity.INFO, "What kind of program it is", ", ".join(words))
    odd = next((name for name in names if name.endswith((".class/", ".class/\0"))), "")
    if odd:
        yield node.finding(
            "program.hides_classes",
            Severity.SUSPICIOUS,
            "Program whose parts are named to mislead tools that look into it",
            odd,
            confidence=Confidence.MEDIUM,
        )


def _manifest(archive: zipfile.ZipFile) -> str:
    """Return the beginning of the manifest with its continued lines joined, empty when it cannot be read."""
    try:
        info = archive.getinfo("META-INF/MANIFEST.MF")
    except KeyError:
        return ""
    text = package_part.beginning(archive, info, _MANIFEST).decode("utf-8", "replace")
    return re.sub(r"\r?\n ", "", text)


def analyze_class(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield what a single class can do, as its constants say; nothing for one of the many of a large program."""
    if node.kind.family != "program" and not 0 < node.siblings < _FEW:
        return
    data = node.data[:_MOST_CLASS]
    able = [
        words
        for words, mark in (("starts programs", _STARTS), ("opens connections", _FETCHES), ("loads code", _LOADS))
        if mark.search(data)
    ]
    if able:
        yield node.finding("program.abilities", Severity.INFO, "What the program can do", ", ".join(able))
    if _STARTS.search(data) and _FETCHES.search(data) and node.kind.family == "program":
        yield node.finding(
            "program.downloads_and_starts",
            Severity.SUSPICIOUS,
            "Can download a file and start programs",
            ", ".join(able),
            confidence=Confidence.LOW,
        )
    mark = _OBFUSCATOR.search(data)
    if mark:
        yield node.finding("program.obfuscated", Severity.INFO, "Program whose code is made hard to read", mark.group())
