"""What stands in a Windows program (PE) that a reader should know, and what ordinary programs never show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from app.engine.analyzers.program import (
    packers as program_packers,
    pe as program_pe,
    signature as program_signature,
)
from app.engine.analyzers.program.pe import Image
from app.engine.identify import identify
from app.engine.model import Confidence, Finding, Severity
from app.engine.node import Item, Node, Tools
from app.engine.node_name import extension_of, stem_of

_DLL, _NATIVE = 0x2000, 1
_MACHINES = {0x14C: "32-bit", 0x8664: "64-bit", 0xAA64: "64-bit ARM", 0x1C4: "32-bit ARM", 0x200: "Itanium"}
_OLD = {b"NE": "16-bit Windows program", b"LE": "driver of Windows 9x", b"LX": "OS/2 program"}
#: Marks of what makes the code of .NET hard to read.
_OBFUSCATORS = re.compile(rb"ConfusedByAttribute|SmartAssembly\.Attributes|DotfuscatorAttribute|CryptoObfuscator")
_WINDOW = 2 * 1024 * 1024
#: Years in which a linker can have written its time; reproducible builds put a hash there.
_YEARS = range(1993, 2040)
#: Behind the sections lie installers' archives; a few bytes are padding.
_OVERLAY = 512
_KEYS = ("OriginalFilename", "CompanyName", "FileDescription", "ProductName", "InternalName")
#: What a program would call itself only to be taken for a document.
_POSES = re.compile(
    r"(?:microsoft )?(?:office )?(?:word|excel|powerpoint)(?: 97-2003)? (?:document|worksheet|presentation)"
    r"|(?:adobe )?(?:acrobat |pdf )+document|(?:jpe?g|png|gif|bmp|bitmap) (?:image|picture)|(?:pdf|docx?|xlsx?) file"
    r"|rich text (?:format|document)|text document",
    re.I,
)
_POSING_NAME = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|rtf|jpe?g|png|gif)[\s_]*\.(?:exe|scr|com|pif)$", re.I)
_MAKERS = re.compile(r"\b(?:microsoft|adobe|google|mozilla|apple|oracle|intel|nvidia|zoom|cisco)\b", re.I)
#: Beginnings that are code: a program written to be started from memory by whoever injects it.
_INJECTED = (b"MZARUH\x89\xe5", b"MZRE\xe8\x00\x00\x00\x00", b"MZ\xe8\x00\x00\x00\x00[\x52\x45\x55")

_INJECTS = frozenset(
    (
        *("VirtualAllocEx", "WriteProcessMemory", "CreateRemoteThread", "CreateRemoteThreadEx", "QueueUserAPC"),
        *("NtUnmapViewOfSection", "ZwUnmapViewOfSection", "NtMapViewOfSection", "SetThreadContext", "NtCreateThreadEx"),
        *("Wow64SetThreadContext", "RtlCreateUserThread", "NtWriteVirtualMemory", "ZwWriteVirtualMemory"),
    )
)
_INJECTION_PARTS = 3
_FETCHES = frozenset(("URLDownloadToFile", "URLDownloadToCacheFile", "URLOpenBlockingStream"))
_STARTS = frozenset(("ShellExecute", "ShellExecuteEx", "WinExec", "CreateProcess", "CreateProcessAsUser"))
#: What a program can do -> the functions of which it needs some.
_ABILITIES: tuple[tuple[str, frozenset[str]], ...] = (
    ("downloads", _FETCHES | {"InternetReadFile", "InternetOpenUrl", "HttpSendRequest", "WinHttpReadData"}),
    ("starts programs", _STARTS),
    ("reads keys pressed", frozenset(("GetAsyncKeyState", "GetKeyboardState", "RegisterRawInputDevices"))),
    ("takes pictures of the screen", frozenset(("BitBlt", "PrintWindow"))),
    ("encrypts", frozenset(("CryptEncrypt", "BCryptEncrypt", "CryptGenKey", "CryptDeriveKey"))),
    (
        "looks for a debugger",
        frozenset(("IsDebuggerPresent", "CheckRemoteDebuggerPresent", "NtQueryInformationProcess")),
    ),
    ("installs services", frozenset(("CreateService", "StartService"))),
    ("writes to the registry", frozenset(("RegSetValueEx", "RegSetValue"))),
)


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield facts and signs; nothing for what is cut off within its headers."""
    if bytes(node.data[:12]).startswith(_INJECTED):
        yield _injected(node, bytes(node.data[:12]))
    image = program_pe.read(node.data)
    if image is None:
        if old := _OLD.get(program_pe.signature(node.data)):
            yield node.finding("program.kind", Severity.INFO, "What kind of program it is", old)
        return
    functions = {_plain(name) for names in program_pe.imports(image).values() for name in names}
    tools.budget.charge_time()
    offered = program_pe.exports(image)
    named = program_pe.version(image, _KEYS)
    place, size = image.directory(program_pe.SECURITY)
    kind = _kind(image, offered) + ("" if size else ", not signed")
    yield node.finding("program.kind", Severity.INFO, "What kind of program it is", kind)
    if size:
        signer = program_signature.signer(node.data[place : place + size])
        yield node.finding(
            "program.signed", Severity.INFO, "Signed program, but the signature was not verified", signer
        )
    yield from _names(node, named, signed=size > 0)
    yield from _build(node, image)
    yield from _abilities(node, functions, offered)


def _plain(name: str) -> str:
    """Return a function's name without the letter for its kind of text."""
    return name[:-1] if len(name) > 3 and name[-1] in "AW" and name[-2].islower() else name


def _kind(image: Image, offered: set[str]) -> str:
    words = [_MACHINES.get(image.machine, "unknown machine")]
    if image.subsystem == _NATIVE:
        words.append("driver")
    elif {"xlAutoOpen", "xlAutoOpen12"} & offered:
        words.append("add-in for Excel")
    elif "CPlApplet" in offered:
        words.append("control panel")
    elif "DllRegisterServer" in offered:
        words.append("component that is registered (DLL)")
    else:
        words.append("library (DLL)" if image.flags & _DLL else "program")
    if image.directory(program_pe.DOTNET)[0]:
        words.append(".NET")
    built = datetime.fromtimestamp(image.stamp, UTC)
    if built.year in _YEARS:
        words.append(f"built {built:%Y-%m-%d}")
    return ", ".join(words)


def _names(node: Node, named: dict[str, str], *, signed: bool) -> Iterator[Item]:
    """What the program calls itself, against its file name and against what programs are called."""
    original = named.get("OriginalFilename", "")
    for text in (named.get("FileDescription", ""), named.get("ProductName", "")):
        if _POSES.fullmatch(text):
            yield node.finding("program.poses", Severity.MALICIOUS, "Program that calls itself a document", text)
    if _POSING_NAME.search(original):
        yield node.finding("program.poses", Severity.MALICIOUS, "Program that calls itself a document", original)
    if extension_of(original) and stem_of(original).lower() != stem_of(node.name).lower():
        yield node.finding("program.renamed", Severity.INFO, "Program that had another name when it was made", original)
    maker = named.get("CompanyName", "")
    if maker and not signed and _MAKERS.search(maker):
        yield _weak(node, "program.claimed_maker", "Names a well-known maker, but bears no signature", maker)


def _build(node: Node, image: Image) -> Iterator[Item]:
    """How it was packed, what lies behind its sections, and which installer or packager made it."""
    overlay = _overlay(node.data, image)
    made_by = program_packers.made_by(node.data, image, overlay)
    if made_by:
        yield node.finding("program.made_by", Severity.INFO, "Installer or packed script", made_by)
    # The content of installers is dense by nature.
    packer = program_packers.packer(image) or (
        "high entropy" if not made_by and program_packers.is_dense(image) else ""
    )
    if packer == "UPX" and not program_packers.has_upx_header(node.data):
        title = "Packed so that it cannot be unpacked for inspection"
        yield node.finding("program.wiped_packer", Severity.MALICIOUS, title, packer)
    elif packer:
        yield _weak(node, "program.packed", "Program whose code is compressed or encrypted", packer)
    if image.directory(program_pe.DOTNET)[0] and (mark := _OBFUSCATORS.search(node.data[:_WINDOW])):
        yield node.finding("program.obfuscated", Severity.INFO, "Program whose code is made hard to read", mark.group())
    if len(overlay) >= _OVERLAY:
        kind = f"{len(overlay)} bytes, {identify(overlay).mime}"
        yield node.finding("program.overlay", Severity.INFO, "Data behind the end of the program", kind)
        if packer and not made_by:
            yield _weak(node, "program.packed_overlay", "Packed program that carries more data behind its end", kind)


def _overlay(data: memoryview, image: Image) -> memoryview:
    """Return what lies behind the sections, without the signature."""
    place, _ = image.directory(program_pe.SECURITY)
    return data[image.end : place] if image.end <= place < len(data) else data[image.end :]


def _weak(node: Node, code: str, title: str, evidence: str, confidence: Confidence = Confidence.LOW) -> Finding:
    return node.finding(code, Severity.SUSPICIOUS, title, evidence, confidence=confidence)


def _abilities(node: Node, functions: set[str], offered: set[str]) -> Iterator[Item]:
    """What the functions that it asks for allow it to do."""
    if any("ReflectiveLoader" in name for name in offered):
        yield _injected(node, "ReflectiveLoader")
    able = [words for words, needed in _ABILITIES if functions & needed]
    if able:
        yield node.finding("program.abilities", Severity.INFO, "What the program can do", ", ".join(able))
    injects = functions & _INJECTS
    if len(injects) >= _INJECTION_PARTS:
        names = ", ".join(sorted(injects))
        yield _weak(node, "program.injects", "Can put code into other programs", names, Confidence.MEDIUM)
    if functions & _FETCHES and functions & _STARTS:
        names = ", ".join(sorted(functions & (_FETCHES | _STARTS)))
        yield _weak(node, "program.downloads_and_starts", "Can download a file and start programs", names)


def _injected(node: Node, evidence: str | bytes) -> Finding:
    title = "Program made to be placed in the memory of another"
    return node.finding("program.injected", Severity.MALICIOUS, title, evidence)
