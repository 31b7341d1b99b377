"""PDF: what its streams hold, what it does by itself, its scripts, the files in it, and its lock.

Rules see nothing in packed streams, and object streams hide actions there; so everything that unpacks is laid before
them as views of the same file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.analyzers.pdf import (
    actions as pdf_actions,
    encryption as pdf_encryption,
    filters as pdf_filters,
    script as pdf_script,
)
from app.engine.analyzers.pdf.objects import LONG, SHORT, Object, members, objects, whole_string, words
from app.engine.budget import LIMIT_TITLES
from app.engine.model import Finding, Severity
from app.engine.node import Child, Item, Node, Text, Tools

#: Streams that are pictures, fonts or colour tables hold nothing that rules look for.
_DATA_ONLY = re.compile(rb"/(?:Subtype[\s\0]*/Image|Length1|FontFile\d?|Alternate|Type[\s\0]*/XRef)(?![A-Za-z0-9])")
_OBJECT_STREAM = re.compile(rb"/Type[\s\0]*/ObjStm")
_EMBEDDED = re.compile(rb"/Type[\s\0]*/EmbeddedFile(?![A-Za-z])")
_SCRIPT = re.compile(rb"/JS[\s\0]*(?:([0-9]{1,10})[\s\0]+[0-9]{1,5}[\s\0]+R|(?=[(<]))")
_FILE = re.compile(rb"/EF[\s\0]*<<([^>]{0,400})>>")
_REFERENCE = re.compile(rb"/U?F[\s\0]+([0-9]{1,10})[\s\0]+[0-9]{1,5}[\s\0]+R")
_FILE_NAME = (re.compile(rb"/UF[\s\0]*(?=[(<](?!<))"), re.compile(rb"/F[\s\0]*(?=[(<](?!<))"))
#: The look of a form that lies elsewhere (CVE-2019-7089).
_STYLED = re.compile(
    rb"""<\?xml-stylesheet\b[^<>]{0,200}?\bhref\s{0,4}=\s{0,4}["']((?:https?:|file:|[\\/]{2})[^"'<>]{3,500})"""
)
_FORM_SCRIPT = re.compile(rb"<(?:\w{1,20}:)?script\b[^<>]{0,200}>(?:\s{0,100}<!\[cdata\[)?")
#: Bytes gathered before they are laid before the rules as one view.
_VIEW = 4 * 1024 * 1024
_MOST_SCRIPTS = 2_000
#: Bytes of strings in one another.
_MOST_TANGLED = 512 * 1024
#: Bytes of scripts that stand in dictionaries; forms with a script a field have some hundred kilobytes.
_MOST_SCRIPT_BYTES = 8 * 1024 * 1024


class _Reading:
    """One document being read: what was found so far that refers to something else."""

    def __init__(self, node: Node, tools: Tools) -> None:
        self.node = node
        self.tools = tools
        self.data = node.data.tobytes()
        self.lock: pdf_encryption.Lock | None = None
        self.names: dict[int, str] = {}
        self.scripts: dict[int, None] = {}
        self.streams: dict[int, Object] = {}
        self.files: list[Object] = []
        self.view = bytearray()
        self.script_bytes = 0
        self.tangled = 0
        #: More of something than is read.
        self.cut = False


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield views of the streams, links, scripts, embedded files, and findings about what the document does."""
    reading = _Reading(node, tools)
    try:
        reading.lock = pdf_encryption.lock(reading.data, tools)
    except pdf_encryption.NotOpened:
        yield node.finding(
            "pdf.encrypted", Severity.UNKNOWN, "Encrypted document, so not all of its content could be seen"
        )
        reading.lock = pdf_encryption.Lock.closed()
    outside, at = [], 0
    for thing in objects(reading.data):
        tools.budget.charge_time()
        yield from _looked_at(reading, thing)
        if thing.start >= 0:
            outside.append(reading.data[at : thing.start])
            at = thing.end
            yield from _stream(reading, thing)
    # Packed data, which is most of a document, has no trailers in it.
    yield from pdf_actions.trailers(node, b"".join((*outside, reading.data[at:])))
    yield from _view(reading, last=True)
    yield from _referred(reading)
    if reading.cut:
        yield node.finding(
            "limit.pdf", Severity.UNKNOWN, "Document with more or longer scripts and links than are read"
        )


def _looked_at(reading: _Reading, thing: Object, *, packed: bool = False) -> Iterator[Item]:
    """Findings about the dictionary of an object, and what it refers to. Strings in packed objects have no own lock."""
    lock = None if packed or reading.lock is None else reading.lock

    def text_at(at: int, most: int = SHORT) -> bytes:
        if reading.tangled > _MOST_TANGLED:
            reading.cut = True
            return b""
        raw, whole = whole_string(thing.text, at, most)
        # Strings that are not closed are read again and again, so their sum is bounded.
        reading.tangled += 0 if whole and b"/URI" not in raw else len(raw) + 1
        reading.cut |= not whole
        return lock.text(raw, thing.number, thing.generation) if lock else raw

    yield from pdf_actions.findings(reading.node, thing, text_at)
    for match in _SCRIPT.finditer(thing.text):
        if match[1]:
            reading.scripts.setdefault(int(match[1]))
        elif reading.script_bytes < _MOST_SCRIPT_BYTES:
            reading.tools.budget.charge_time()
            script = words(text_at(match.end(), LONG))
            # What is not closed is read to the end again and again, so the sum is bounded.
            reading.script_bytes += len(script) + 1
            yield from _script(reading, script)
        else:
            reading.cut = True
    for match in _FILE.finditer(thing.text):
        named = next((found for pattern in _FILE_NAME if (found := pattern.search(thing.text))), None)
        name = words(text_at(named.end())) if named else ""
        for number in _REFERENCE.findall(match[1]):
            reading.names[int(number)] = name


def _stream(reading: _Reading, thing: Object) -> Iterator[Item]:
    """Unpack a stream: into objects, into the next view, or keep it for when it is known what it is called."""
    reading.streams[thing.number] = thing
    if _EMBEDDED.search(thing.text):
        reading.files.append(thing)
        return
    if _DATA_ONLY.search(thing.text):
        return
    content, limit = _content(reading, thing)
    if limit:
        yield limit
    if _OBJECT_STREAM.search(thing.text):
        for member in members(content, thing.text):
            reading.tools.budget.charge_time()
            yield from _looked_at(reading, member, packed=True)
    if b"xml-stylesheet" in content and (styled := _STYLED.search(content)):
        yield reading.node.finding(
            "pdf.remote_file",
            Severity.SUSPICIOUS,
            "PDF whose form is fetched from another computer when it is opened",
            styled[1],
            "https://attack.mitre.org/techniques/T1187/",
        )
    for script in _form_scripts(content):
        yield from pdf_script.findings(reading.node, script.decode("utf-8", "replace"))
    reading.view += content + b"\n"
    yield from _view(reading)


def _form_scripts(content: bytes) -> Iterator[bytes]:
    """Yield the scripts of an XML form, each from its opening to its closing tag."""
    small = content.lower() if b"script" in content or b"SCRIPT" in content else b""
    at = 0
    while match := _FORM_SCRIPT.search(small, at):
        at = small.find(b"</", match.end())
        at = at if at >= 0 else len(content)
        yield content[match.end() : at]


def _content(reading: _Reading, thing: Object) -> tuple[bytes, Finding | None]:
    """Return the content of a stream as far as the budget allows, and the finding when that was not all."""
    raw = reading.node.data[thing.start : thing.end]
    filters = pdf_filters.names(thing.text)
    if reading.lock is not None and not _XREF.search(thing.text):
        raw = memoryview(reading.lock.stream(raw, thing.number, thing.generation))
    sink = reading.tools.budget.sink(len(raw) if filters else 0)
    try:
        sink.fill(pdf_filters.decoded(raw, filters, thing.text))
    except pdf_filters.Picture:
        return b"", None
    except pdf_filters.Unknown:
        return b"", reading.node.finding(
            "archive.unsupported",
            Severity.UNKNOWN,
            "Document with a part packed in a way that cannot be opened here, so it was not seen",
            b" ".join(filters),
        )
    except pdf_filters.Damaged:
        return bytes(sink.data), reading.node.finding(
            "archive.broken", Severity.UNKNOWN, "Document with a damaged part, so not all of it could be read"
        )
    if sink.limit is None:
        return bytes(sink.data), None
    if sink.limit.final:
        raise sink.limit
    limit = sink.limit.limit
    return bytes(sink.data), Finding(f"limit.{limit}", Severity.UNKNOWN, reading.node.where, LIMIT_TITLES[limit])


_XREF = re.compile(rb"/Type[\s\0]*/XRef")


def _view(reading: _Reading, *, last: bool = False) -> Iterator[Item]:
    if len(reading.view) >= _VIEW or (last and reading.view.strip()):
        yield Child("", bytes(reading.view))
        reading.view.clear()


def _script(reading: _Reading, script: str) -> Iterator[Item]:
    yield from pdf_script.findings(reading.node, script)
    yield Text(script)
    reading.view += script.encode("utf-8", "replace") + b"\n"


def _referred(reading: _Reading) -> Iterator[Item]:
    """What is known by reference only: scripts in streams of their own, and embedded files with their names."""
    reading.cut |= len(reading.scripts) > _MOST_SCRIPTS
    for number in list(reading.scripts)[:_MOST_SCRIPTS]:
        if (thing := reading.streams.get(number)) is not None:
            content, limit = _content(reading, thing)
            yield from _script(reading, words(content))
            if limit:
                yield limit
    yield from _view(reading, last=True)
    known = {thing.start: thing for thing in reading.files}
    known.update({thing.start: thing for number in reading.names if (thing := reading.streams.get(number))})
    for count, thing in enumerate(known.values(), 1):
        content, limit = _content(reading, thing)
        yield Child(reading.names.get(thing.number) or f"embedded-{count}", content)
        if limit:
            yield limit
