"""VBA projects as a whole: what their macros do, compiled code that its source does not show, texts kept in forms.

Office runs the compiled form of a module where it fits its version and never looks at the source; attackers put
harmless source beside it, or none. Formats: MS-OVBA 2.3.4 (streams), MS-OFORMS (texts of controls).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import olefile

from app.engine.analyzers.vba import behaviour as vba_behaviour, vba
from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Text, Tools

#: Streams of a form: its description, its layout, the texts of its controls.
_FORM_STREAMS = frozenset({"\x03vbframe", "f", "o"})
_LETTERS = re.compile(rb"[\x20-\x7e]{6,}")
_WIDE_LETTERS = re.compile(rb"(?:[\x20-\x7e]\x00){6,}")
#: Texts in compiled code that say what it does; the names of procedures and functions are numbers there.
_TELLING = re.compile(
    rb"powershell|wscript\.shell|shell\.application|xmlhttp|adodb\.stream|winhttp|mshta|regsvr32|rundll32|certutil"
    rb"|bitsadmin|cmd(?:\.exe)? /[ck]|win32_process|winmgmts|https?://[\w.-]{4,}/\S{1,80}\.(?:exe|dll|hta|ps1|vbs|js|txt|bin|dat)"
    rb"|urldownloadtofile|virtualalloc|createthread",
    re.I,
)
#: Bytes of compiled form that even an empty module has.
_EMPTY_COMPILED = 1_600
#: Bytes of forms that are read for texts; pictures in them take the rest.
_MOST_FORM = 8 * 1024 * 1024


def analyze(node: Node, storage: olefile.OleFileIO, tools: Tools) -> Iterator[Item]:
    """Yield the source of every module as ``Name.bas``, and findings about what the macros do and hide."""
    modules = list(vba.modules(storage))
    for module in modules:
        if module.source:
            yield Child(f"{module.name}.bas", module.source)
    names = [module.name for module in modules if _has_code(module.source)]
    if names:
        yield node.finding("office.macro", Severity.INFO, "Document with macros", ", ".join(names))
    source = b"\n".join(module.source for module in modules).decode("latin-1")
    forms, whole = _forms(storage, tools) if modules else ("", True)
    if not whole:
        yield node.finding("limit.macro", Severity.UNKNOWN, "Forms of a macro that are too large to be read whole")
    if forms:
        yield Text(forms)
    if names:
        yield from vba_behaviour.findings(node, vba_behaviour.Macro(source, forms), tools.budget)
    yield from _stomped(node, modules, source)


def _has_code(source: bytes) -> bool:
    """Whether a module holds more than the attributes that Office puts into every empty one."""
    return any(line.strip() and not line.startswith(b"Attribute ") for line in source.splitlines())


def _forms(storage: olefile.OleFileIO, tools: Tools) -> tuple[str, bool]:
    """Return the texts of the project's forms, and whether they were read whole."""
    texts: dict[str, None] = {}
    left = _MOST_FORM
    for path in storage.listdir(streams=True, storages=False):
        if path[-1].lower() not in _FORM_STREAMS or len(path) < 2:
            continue
        tools.budget.charge_time()
        content = storage.openstream(path).read()
        if len(content) > left:
            return "\n".join(texts), False
        left -= len(content)
        texts.update(dict.fromkeys(match.decode("ascii") for match in _LETTERS.findall(content)))
        texts.update(dict.fromkeys(match.decode("utf-16-le") for match in _WIDE_LETTERS.findall(content)))
    return "\n".join(texts), True


def _stomped(node: Node, modules: list[vba.Module], source: str) -> Iterator[Item]:
    """Findings about compiled code whose source is missing, or says nothing of what the compiled texts say."""
    small = source.lower()
    for module in modules:
        telling = next((found for found in _TELLING.findall(module.compiled) if _unsaid(found, small)), b"")
        if telling:
            yield node.finding(
                "office.macro_stomped",
                Severity.MALICIOUS,
                "Macro that runs something other than its source says",
                f"{module.name}: {telling.decode('latin-1')}",
                "https://attack.mitre.org/techniques/T1564/007/",
            )
            return
    for module in modules:
        if not module.source and len(module.compiled) > _EMPTY_COMPILED:
            yield node.finding(
                "office.macro_without_source",
                Severity.SUSPICIOUS,
                "Macro whose source was taken out, so that nobody can read it",
                module.name,
                "https://attack.mitre.org/techniques/T1564/007/",
            )
            return


def _unsaid(words: bytes, source: str) -> bool:
    return words.decode("latin-1").lower() not in source
