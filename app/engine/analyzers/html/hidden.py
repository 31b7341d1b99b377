"""What a page keeps encoded: files that it saves to the reader's computer, and pages that only appear when it opens.

Technique: https://attack.mitre.org/techniques/T1027/006/ (HTML smuggling).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.analyzers.html import page as html_page, script as html_script
from app.engine.analyzers.html.decoding import HARMLESS, Decoded, Decoder
from app.engine.analyzers.html.page import Page
from app.engine.analyzers.html.script import Deeds
from app.engine.analyzers.html.strings import literals
from app.engine.budget import Budget
from app.engine.model import Confidence, Severity
from app.engine.node import Child, Item, Node, Tools

_REFERENCE = "https://attack.mitre.org/techniques/T1027/006/"
#: Families of which a page never carries one for a good reason.
_ACTIVE = frozenset(("program", "shortcut", "disk_image", "chm", "msi", "onenote", "bytecode", "script"))
_ARCHIVES = frozenset(
    (
        *("zip", "7z", "rar", "cab", "tar", "gzip", "xz", "bzip2", "zstd", "ar", "packed", "lzip", "lz4"),
        *("lha", "arj", "xar"),
    )
)
_NAME = re.compile(
    r"""["'`]([^"'`\\/\n<>]{1,120}\.(?:zip|iso|img|vhdx?|exe|msi|msix|js|jse|vbs|vbe|wsf|hta|lnk|bat|cmd|ps1|scr|rar|7z|cab|gz|tar|one|chm|jar|docm|xlsm|xlsb|xll|url|iqy|svg|html?|docx?|xlsx?|pdf|library-ms))["'`]""",
    re.I,
)
_RISKY = re.compile(
    r"\.(?:zip|iso|img|vhdx?|exe|msi|msix|js|jse|vbs|vbe|wsf|hta|lnk|bat|cmd|ps1|scr|rar|7z|one|chm|jar|docm|xlsm|xll)$",
    re.I,
)
#: Of several names in a script the first of these is what is saved.
_RUN = re.compile(r"[A-Za-z0-9+/]{120,}+={0,2}|(?:%[0-9a-fA-F]{2}){40,}+")
_DECODERS = re.compile(
    r"\batob\b|fromCharCode|charCodeAt|parseInt|Uint8Array|unescape\s?\(|decodeURI|\bdecrypt|inflate|TextDecoder|base64",
    re.I,
)
#: A field for a password that a script builds; one that is only switched between dots and words has been there.
_BUILT = re.compile(r"""\.type\s{0,3}=\s{0,3}["']password|["']type["']\s{0,3},\s{0,3}["']password""")
#: Script of brackets and signs alone.
_SIGNS = re.compile(r"[\[\]()!+{}$_~'\"\\.;:,=-]{1000,}+")
_OBFUSCATED = re.compile(r"\b_0x[0-9a-f]{4,6}\b")
#: Different names that a tool for hiding scripts made.
_MANY_NAMES = 15
#: Letters written as codes, as nobody writes them by hand.
_ESCAPES = re.compile(r"\\x[2-7][0-9a-fA-F]|\\u00[2-7][0-9a-fA-F]")
_ESCAPES_WITHIN = 2_000_000
_MANY_ESCAPES = 30
#: Characters of a string that may hold a file.
_LARGE = 4_000
#: Characters of code around the data; libraries have more.
_SMALL_CODE = 60_000
#: Things decoded from one page that are judged by themselves, and names of files in its script.
_MOST, _MOST_NAMES = 500, 5_000


def findings(node: Node, page: Page, text: str, code: str, deeds: Deeds, tools: Tools) -> Iterator[Item]:
    """Yield what the strings of the page's scripts hold, each as a child of its own, and what the page does with it."""
    inner = written(page, code, tools.budget)
    if len(_ESCAPES.findall(page.code, 0, _ESCAPES_WITHIN)) >= _MANY_ESCAPES:
        yield from _inner(node, page, inner, deeds)
    decoder = Decoder(code, tools.budget, _data_of(text) if (deeds.writes or deeds.saves) and _decodes(code) else ())
    name = _saved_name(decoder.code)
    hidden = 0
    for number, result in enumerate(decoder.results(), start=1):
        if number > _MOST:
            yield node.finding(
                "html.many_strings", Severity.UNKNOWN, "Page with more hidden strings than are looked into"
            )
            break
        if result.kind == "file":
            if result.family not in HARMLESS:
                hidden += 1
                yield from _file(node, result, deeds, name, number)
        else:
            yield from _text(node, page, result, deeds, tools.budget, number)
            hidden += 1
    if decoder.cut:
        yield node.finding(
            "html.many_layers", Severity.UNKNOWN, "Page that encodes something more often than is undone"
        )
    if not hidden:
        yield from _opaque(node, page, decoder, deeds, name)
    yield from _obfuscated(node, page, decoder.code)


def _decodes(code: str) -> bool:
    return any(word in code for word in ("atob", "unescape", "fromCharCode", "decrypt", "decodeURI", "ase64"))


def _data_of(text: str) -> Iterator[str]:
    """Yield long encoded runs of the markup, where a script may take them from; pictures in addresses are none."""
    return (run.group() for run in _RUN.finditer(text) if text[max(0, run.start() - 7) : run.start()] != "base64,")


def written(page: Page, code: str, budget: Budget) -> Page:
    """Add to ``page`` the forms and frames that its script writes in plain words, and return what it writes."""
    markup = (
        "".join(text.replace("\\", "") for text in literals(code) if "<" in text or "=" in text) if "<" in code else ""
    )
    inner = html_page.read(markup, budget)
    page.forms += inner.forms
    page.secrets += inner.secrets
    page.frames += inner.frames
    if not page.secrets and "createElement" in code and _BUILT.search(code):
        page.secrets += 1
    page.refreshes += inner.refreshes
    return inner


def _saved_name(code: str) -> str:
    """Return the name under which the script saves something; a risky one before others."""
    names = [match[1] for match, _ in zip(_NAME.finditer(code), range(_MOST_NAMES), strict=False)]
    return next((name for name in names if _RISKY.search(name)), names[0] if names else "")


def _file(node: Node, result: Decoded, deeds: Deeds, name: str, number: int) -> Iterator[Item]:
    saved = deeds.saves and deeds.clicks
    evidence = f"{name} ({result.family})" if name else result.family
    if result.family in _ACTIVE:
        yield node.finding(
            "html.smuggled_program",
            Severity.MALICIOUS if deeds.saves or deeds.clicks or deeds.starts else Severity.SUSPICIOUS,
            "Page that carries a program and puts it on the computer of whoever opens the page",
            evidence,
            _REFERENCE,
        )
    elif result.family in _ARCHIVES:
        yield node.finding(
            "html.smuggled_archive",
            Severity.MALICIOUS if saved else Severity.SUSPICIOUS,
            "Page that carries a packed file and saves it by itself"
            if saved
            else "Page that carries a packed file in its script",
            evidence,
            _REFERENCE,
            confidence=Confidence.MEDIUM if deeds.saves else Confidence.LOW,
        )
    elif saved:
        yield node.finding(
            "html.smuggled_document",
            Severity.SUSPICIOUS,
            "Page that carries a document and saves it by itself",
            evidence,
            _REFERENCE,
            confidence=Confidence.MEDIUM,
        )
    yield Child(name or f"decoded-{number}.bin", result.data)


def _text(node: Node, page: Page, result: Decoded, deeds: Deeds, budget: Budget, number: int) -> Iterator[Item]:
    """Judge words that were hidden, and hand them on: markup as it is, script as a page with nothing else."""
    if result.kind == "address":
        yield from _address(node, page, result.text.strip(), deeds)
        return
    if result.kind == "command":
        yield node.finding(
            "html.hidden_command",
            Severity.MALICIOUS if deeds.clipboard or deeds.starts else Severity.SUSPICIOUS,
            "Page that hides a command of the operating system",
            result.text,
        )
        yield Child(f"decoded-{number}.txt", result.data)
        return
    data = result.data if result.kind == "markup" else b"<script>" + result.data + b"</script>"
    inner = html_page.read(data.decode("utf-8", "replace"), budget)
    yield from _inner(node, page, inner, deeds)
    yield Child(f"decoded-{number}.html", data)


def _inner(node: Node, page: Page, inner: Page, deeds: Deeds) -> Iterator[Item]:
    """Judge a page within the page by what it does."""
    does = html_script.deeds(inner.code + "\n".join(inner.clicks))
    framed = [frame.get("src") for frame in inner.frames] if page.bare else []
    led = (*does.targets, *framed, *(text for text in inner.refreshes if "url" in text.lower()))
    target = next((text for text in led if "//" in text), "")
    if inner.secrets or does.chat:
        yield node.finding(
            "html.hidden_form",
            Severity.MALICIOUS,
            "Page that hides a form for a password until it is opened",
            inner.title or (inner.forms[0].action if inner.forms else ""),
            "https://attack.mitre.org/techniques/T1566/001/",
        )
    elif does.starts or (does.saves and does.clicks):
        yield node.finding(
            "html.hidden_script",
            Severity.MALICIOUS if page.bare else Severity.SUSPICIOUS,
            "Page that hides a script which starts or saves something",
            inner.code,
            _REFERENCE,
        )
    elif target and (deeds.writes or page.bare):
        yield node.finding(
            "html.hidden_redirect",
            Severity.MALICIOUS if page.bare else Severity.SUSPICIOUS,
            "Page that hides where it leads",
            target,
            confidence=Confidence.HIGH if page.bare else Confidence.LOW,
        )
    elif deeds.writes and (inner.forms or inner.frames or does.writes or "<html" in inner.title or inner.size > 2_000):
        yield node.finding(
            "html.hidden_page",
            Severity.SUSPICIOUS,
            "Page whose real content only appears when it is opened",
            inner.title or inner.code,
            "https://attack.mitre.org/techniques/T1027/",
            confidence=Confidence.HIGH if page.bare else Confidence.LOW,
        )


def _address(node: Node, page: Page, address: str, deeds: Deeds) -> Iterator[Item]:
    """Judge an address that was hidden by what the page can do with it."""
    if not re.match(r"(?:https?:)?//[\w-]{1,63}(?:\.[\w-]{1,63})+", address):
        return
    if page.secrets and page.bare:
        yield node.finding(
            "html.hidden_target",
            Severity.MALICIOUS,
            "Page that asks for a password and hides where it is sent",
            address,
            "https://attack.mitre.org/techniques/T1566/001/",
        )
    elif deeds.computed or "location" in page.code or "window.open" in page.code or deeds.writes:
        sure = page.bare and (deeds.computed or not deeds.targets)
        yield node.finding(
            "html.hidden_redirect",
            Severity.MALICIOUS if sure and (deeds.computed or "location" in page.code) else Severity.SUSPICIOUS,
            "Page that hides where it leads",
            address,
            confidence=Confidence.HIGH if page.bare else Confidence.LOW,
        )


def _opaque(node: Node, page: Page, decoder: Decoder, deeds: Deeds, name: str) -> Iterator[Item]:
    """Judge data that could not be read, by what stands around it."""
    if (
        decoder.opaque < _LARGE
        or len(decoder.code) - decoder.opaque > _SMALL_CODE
        or not _DECODERS.search(decoder.code)
    ):
        return
    if deeds.saves and deeds.clicks:
        yield node.finding(
            "html.smuggling",
            Severity.MALICIOUS if _RISKY.search(name) else Severity.SUSPICIOUS,
            "Page that puts a file together in the browser and saves it by itself",
            name or f"{decoder.opaque} characters",
            _REFERENCE,
        )
    elif deeds.writes and page.bare:
        yield node.finding(
            "html.opaque",
            Severity.SUSPICIOUS,
            "Page whose content is encoded so that nobody can read it before it is opened",
            f"{decoder.opaque} characters",
            "https://attack.mitre.org/techniques/T1027/",
            confidence=Confidence.MEDIUM,
        )


def _obfuscated(node: Node, page: Page, code: str) -> Iterator[Item]:
    signs = _SIGNS.search(code) if page.bare else None
    if not signs and len({match.group() for match in _OBFUSCATED.finditer(code[:2_000_000])}) < _MANY_NAMES:
        return
    yield node.finding(
        "html.obfuscated",
        Severity.SUSPICIOUS,
        "Page with a script that is written so that nobody can read it",
        code[max(0, code.find("_0x") - 10) :][:200],
        "https://attack.mitre.org/techniques/T1027/",
        confidence=Confidence.MEDIUM if page.bare else Confidence.LOW,
    )
