"""Script files: what they are seen to do, in the text as it stands and written out, and what they carry in code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from app.engine import charset
from app.engine.analyzers.script import (
    batch as script_batch,
    decode as script_decode,
    encoder as script_encoder,
    facts as script_facts,
    plain as script_plain,
    verdict as script_verdict,
)
from app.engine.analyzers.script.plain import Plain
from app.engine.analyzers.text import wide
from app.engine.budget import LIMIT_TITLES
from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Tools

#: Media type -> which rows of ``script_verdict`` are about it. Other scripts are of no kind.
_KINDS = {
    "text/x-msdos-batch": script_verdict.WINDOWS,
    "text/x-powershell": script_verdict.WINDOWS,
    "text/vbscript": script_verdict.WINDOWS,
    "text/vbscript-encoded": script_verdict.WINDOWS,
    "text/x-jscript-encoded": script_verdict.WINDOWS,
    "text/x-windows-script": script_verdict.WINDOWS,
    "application/hta": script_verdict.WINDOWS,
    "text/x-python": script_verdict.PYTHON,
    "text/x-shellscript": script_verdict.SHELL,
    "text/x-applescript": script_verdict.SHELL,
    "text/javascript": script_verdict.NODE,
}
#: What makes a file in JavaScript one for the script host of Windows, and no page or server knows.
_HOSTED = re.compile(
    r"wscript\s{0,4}\.|wscript\.shell|adodb\.stream|scripting\.filesystemobject|shell\.application|winmgmts:"
    r"|getobject\([\"']script:"
)
#: One of them stands in every such file, and is found many times as fast as the pattern.
_HOST_WORDS = ("wscript", "adodb.stream", "scripting.filesystemobject", "shell.application", "winmgmts:", "getobject(")
_BATCH = "text/x-msdos-batch"
#: What a comment says is not done. Only whole lines: what looks like a comment inside of one may be none.
_COMMENTS = {
    marks: re.compile(rf"(?m)^[ \t]{{0,80}}(?:{marks})[^\n]{{0,4000}}$", re.I)
    for marks in ("#(?!!)", "//", "::|rem[ \t]", "'|rem[ \t]")
}
_COMMENT_MARKS = {
    "text/x-msdos-batch": "::|rem[ \t]",
    "text/vbscript": "'|rem[ \t]",
    "text/vbscript-encoded": "'|rem[ \t]",
    "text/javascript": "//",
}
#: Words that nobody takes apart but who wants them unread.
_TELLING = (
    *("powershell", "wscript.shell", "downloadstring", "downloadfile", "frombase64string", "invoke-expression"),
    *("adodb.stream", "xmlhttp", "shell.application", "virtualalloc", "amsiutils", "mshta", "regsvr32", "rundll32"),
    *("certutil", "bitsadmin", "reflection.assembly", "net.webclient", "scripting.filesystemobject", "win32_process"),
)
#: Disguised pieces from which a script is one that nobody is to read.
_DISGUISED = 40
#: Sizes in characters: of one-purpose scripts, of ordinary ones, of libraries.
_SMALLER, _SMALL, _SHORT, _LARGE = 8 * 1024, 64 * 1024, 256 * 1024, 512 * 1024
#: Addresses at which known makers keep the installer that their manuals tell people to run.
_INSTALLERS = re.compile(
    r"(?:chocolatey\.org|get\.scoop\.sh|scoop\.sh|sh\.rustup\.rs|get\.docker\.com|astral\.sh"
    r"|deb\.nodesource\.com|aka\.ms"
    r"|raw\.githubusercontent\.com/(?:homebrew|nvm-sh|ohmyzsh|pyenv|scoopinstaller)|get\.pnpm\.io|bun\.sh|deno\.land"
    r"|install\.python-poetry\.org|get\.sdkman\.io|packages\.microsoft\.com|go\.microsoft\.com"
    r"|download\.microsoft\.com)/?"
)
_ADDRESS = re.compile(r"https?://[^\s\"'<>|)]{4,200}")


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield what the script does, and everything it carries in code, to be judged as files and scripts of their own."""
    encoding = charset.encoding_of(node.data) or "cp1252"
    if node.kind.mime == _BATCH and wide(encoding):
        # The command interpreter reads bytes: a byte-order mark in front only blinds those who believe it.
        if bytes(node.data[2:1026]).count(0) < 64:
            yield Child("", node.data[2:])
        return
    if wide(encoding):
        return
    if _KINDS.get(node.kind.mime) in (script_verdict.WINDOWS, script_verdict.NODE):
        for block in script_encoder.blocks(bytes(node.data)):
            yield Child("", block)
    for text in charset.windows(node.data, encoding):
        tools.budget.charge_time()
        yield from _window(node, text, tools)


def analyze_page(node: Node, tools: Tools) -> Iterator[Item]:
    """The same for pages that run as programs (``.hta``); other pages are none of ours."""
    if node.kind.mime == "application/hta":
        yield from analyze(node, tools)


def _window(node: Node, text: str, tools: Tools) -> Iterator[Item]:
    kind, plain = _read(node, text)
    if kind is None:
        return
    families, decoded = set(), []
    for payload in script_decode.payloads(plain.text, tools.budget):
        families.add(payload.family)
        if payload.is_text:
            decoded.append(script_decode.readable(payload.head(_SMALL)))
        yield Child("" if payload.is_text else "decoded.bin", payload.content)
    comments = _comments(node)
    raw = script_facts.Seen(comments.sub("", text))
    whole = "\n".join((plain.text, *decoded)) if decoded else plain.text
    texts = [raw] if whole == text else [raw, script_facts.Seen(comments.sub("", whole))]
    facts = script_verdict.Facts(_circumstances(node, text, plain, families), texts)
    for row, evidence in script_verdict.judged(facts, kind):
        yield node.finding(row.code, row.severity, row.title, evidence, confidence=row.confidence)
    if plain.cut:
        yield node.finding("limit.node_bytes", Severity.UNKNOWN, LIMIT_TITLES["node_bytes"])
    if plain.text != text and any(
        texts[-1].get(name) is not None and raw.get(name) is None for name in script_verdict.facts_for(kind)
    ):
        # For the rules. A view of a view adds nothing more, so this ends.
        yield Child("", plain.text.encode("utf-8", "replace"))


def _read(node: Node, text: str) -> tuple[str | None, Plain]:
    """Return which scripts it is one of, and how it reads when its pieces are put together."""
    kind = _KINDS.get(node.kind.mime)
    if kind == script_verdict.NODE and (len(text) <= _SMALL or _is_hosted(text)):
        plain = _written_out(node, text)
        # Hidden words count as well: a page has no use for the script host at all.
        return (script_verdict.WINDOWS if _is_hosted(plain.text) else kind), plain
    # Nobody hides in the pieces of the others' literals: they carry what they hide in code.
    return kind, _written_out(node, text) if kind == script_verdict.WINDOWS else Plain(text, 0)


def _comments(node: Node) -> re.Pattern[str]:
    return _COMMENTS[_COMMENT_MARKS.get(node.kind.mime, "#(?!!)")]


def _is_hosted(text: str) -> bool:
    lower = text.lower()
    return any(word in lower for word in _HOST_WORDS) and _HOSTED.search(lower) is not None


def _written_out(node: Node, text: str) -> Plain:
    if len(text) > script_plain.MOST_NAMED:
        # Scripts are padded with comments so that nobody reads them.
        text = _comments(node).sub("", text)
    if node.kind.mime == _BATCH:
        first = script_batch.written_out(text)
        second = script_plain.written_out(first.text)
        return Plain(second.text, first.pieces + second.pieces, first.cut)
    return script_plain.written_out(text, powershell=node.kind.mime != "text/javascript")


def _circumstances(node: Node, text: str, plain: Plain, families: set[str]) -> Mapping[str, str]:
    """Return facts about the script as a whole: how long it is, how it is written, what it carries."""
    lower = text.lower()
    revealed = plain.text.lower() if plain.text != text else lower
    facts = {}
    size = len(node.data)
    for name, most in (("smaller", _SMALLER), ("small", _SMALL), ("short", _SHORT)):
        if size <= most:
            facts[name] = ""
    if size > _LARGE:
        facts["large"] = ""
    if node.kind.mime == "application/hta":
        facts["hta"] = ""
    if node.kind.mime != "text/x-powershell":
        facts["other"] = ""
    if plain.pieces >= _DISGUISED:
        facts["disguised"] = plain.text[:200]
    if "program" in families:
        facts["payload.program"] = ""
    word = (
        next((word for word in _TELLING if word in revealed and word not in lower), None) if revealed != lower else None
    )
    if word:
        at = revealed.find(word)
        facts["revealed"] = plain.text[max(0, at - 20) : at + 200]
    addresses = _ADDRESS.findall(lower)
    if addresses and all(_INSTALLERS.search(address) for address in addresses):
        facts["installer"] = ""
    return facts
