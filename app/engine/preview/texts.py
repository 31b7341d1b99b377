"""The words of a file, for those kinds that are drawn as text: texts, mails, office documents, lists of archives.

What is read here is read in a locked-down process, so a reader that is led astray costs its own time and memory only.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from html.parser import HTMLParser
from xml.etree import ElementTree

import olefile

from app.engine.charset import decode, encoding_of
from app.engine.preview.lettering import MOST_CHARACTERS

#: Bytes of a file that are looked at for its words, and of one part of a document.
MOST_BYTES = 4 * 1024 * 1024
_MOST_PART = 64 * 1024 * 1024
#: Characters of a header, parts of a mail, names of a list.
_MOST_HEADER, _MOST_PARTS, _MOST_NAMES = 2_000, 200, 500
_HEADERS = ("From", "To", "Cc", "Reply-To", "Subject", "Date")

#: Where office documents keep their words, in reading order.
_OFFICE_PARTS = (
    re.compile(r"word/document\d{0,9}\.xml"),
    re.compile(r"word/(?:footnotes|endnotes|comments|header\d{1,9}|footer\d{1,9})\.xml"),
    re.compile(r"ppt/slides/slide\d{1,9}\.xml"),
    re.compile(r"ppt/notesSlides/notesSlide\d{1,9}\.xml"),
    re.compile(r"xl/worksheets/sheet\d{1,9}\.xml"),
    re.compile(r"content\.xml"),
)
#: Properties of a message: sender, sender's address, receivers, subject.
_OUTLOOK = (("From", "0C1A"), ("Address", "5D01"), ("To", "0E04"), ("Cc", "0E03"), ("Subject", "0037"))
_NUMBER = re.compile(r"\d{1,9}")
#: Elements whose words stand together, with what follows them; and elements that stand for a letter.
_BLOCKS = {"p": "\n", "h": "\n", "c": "\t", "row": "\n", "tr": "\n", "table-row": "\n"}
_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "line-break": "\n", "s": " "}
#: Properties of a message: sender, sender's address, receivers, subject.
_OUTLOOK = (("From", "0C1A"), ("Address", "5D01"), ("To", "0E04"), ("Cc", "0E03"), ("Subject", "0037"))
_NUMBER = re.compile(r"\d{1,9}")
_PARAGRAPHS = frozenset({"p", "h", "row", "br", "tr", "table-row", "line-break"})
_CELLS = frozenset({"tab", "c", "tc", "table-cell"})
#: Elements that hold words themselves; in OpenDocument paragraphs do.
_TEXTS = frozenset({"t", "v", "f", "instrText", "p", "h", "span", "a"})


def plain_text(content: bytes | memoryview) -> str:
    """Return a text as it is written, in whatever encoding it is."""
    data = bytes(content[:MOST_BYTES])
    return decode(data, encoding_of(data) or "utf-8")[:MOST_CHARACTERS]


def mail_text(content: bytes | memoryview) -> str:
    """Return who wrote to whom, the words, and the names of what is attached."""
    message = BytesParser(policy=compat32).parsebytes(bytes(content[:_MOST_PART]))
    lines = [f"{name}: {_header(message, name)}" for name in _HEADERS if message.get(name)]
    bodies, attached = _parts(message)
    words = next((body for kind, body in bodies if kind == "text/plain" and body.strip()), "")
    if not words:
        words = next((html_text(body) for kind, body in bodies if kind == "text/html"), "")
    lines += ["", words.strip() or "(This mail has no words of its own.)"]
    if attached:
        lines += ["", "Attached:", *(f"  {name}" for name in attached)]
    return "\n".join(lines)[:MOST_CHARACTERS]


def outlook_text(content: bytes | memoryview) -> str:
    """Return the same of a message as Outlook keeps it (MS-OXMSG 2.2.2). Raises OSError for what is none."""
    with olefile.OleFileIO(bytes(content)) as message:
        lines = [f"{label}: {value}" for label, tag in _OUTLOOK if (value := _property(message, "", tag))]
        lines += ["", _property(message, "", "1000") or "(This mail has no plain words.)"]
        folders = sorted({entry[0] for entry in message.listdir()[:20_000] if entry[0].startswith("__attach")})
        names = [_property(message, f"{each}/", "3707") or _property(message, f"{each}/", "3704") for each in folders]
    if names:
        lines += ["", "Attached:", *(f"  {name or '(without a name)'}" for name in names[:_MOST_PARTS])]
    return "\n".join(lines)[:MOST_CHARACTERS]


def html_text(markup: str) -> str:
    """Return the words of a page, a line a paragraph; scripts and styles are left out."""
    reader = _Words()
    reader.feed(markup[:MOST_CHARACTERS])
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.words))


def office_text(content: bytes | memoryview) -> str:
    """Return the words of an office document. Raises zipfile.BadZipFile, ElementTree.ParseError and the like."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = sorted(package.namelist()[:20_000], key=_in_order)
        shared = _shared_strings(package, names)
        pieces = []
        for name in names:
            if any(part.fullmatch(name) for part in _OFFICE_PARTS):
                pieces.append(_words_of(package, name, shared))
            if sum(map(len, pieces)) > MOST_CHARACTERS:
                break
    return "\n\n".join(piece for piece in pieces if piece.strip())[:MOST_CHARACTERS]


def listing(content: bytes | memoryview) -> str:
    """Return the names in a zip archive with their sizes in bytes. Raises zipfile.BadZipFile."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        entries = package.infolist()
        lines = [f"{entry.file_size:>14,}  {entry.filename}" for entry in entries[:_MOST_NAMES]]
    more = len(entries) - len(lines)
    return "\n".join([f"{len(entries)} entries (bytes, name)", "", *lines, *([f"and {more} more"] if more > 0 else [])])


def _property(message: olefile.OleFileIO, folder: str, tag: str) -> str:
    """Return a text property: in UTF-16 (type 001F), or in eight bits (001E)."""
    for kind, encoding in (("001F", "utf-16-le"), ("001E", "cp1252")):
        path = f"{folder}__substg1.0_{tag}{kind}"
        if message.exists(path):
            return str(message.openstream(path).read(MOST_BYTES).decode(encoding, "replace")).strip("\0\r\n ")
    return ""


def _header(message: Message, name: str) -> str:
    raw = str(message.get(name))[:_MOST_HEADER]
    try:
        return " ".join(str(make_header(decode_header(raw))).split())
    except (LookupError, ValueError, UnicodeError):
        return " ".join(raw.split())


def _parts(message: Message) -> tuple[list[tuple[str, str]], list[str]]:
    bodies: list[tuple[str, str]] = []
    attached: list[str] = []
    for number, part in enumerate(message.walk()):
        if number == _MOST_PARTS:
            break
        if part.is_multipart():
            continue
        name, kind = part.get_filename(), part.get_content_type()
        if name or not kind.startswith("text/"):
            attached.append(f"{name or '(without a name)'} ({kind})")
            continue
        data = part.get_payload(decode=True)
        if isinstance(data, bytes):
            bodies.append((kind, _decoded(data, part.get_content_charset())))
    return bodies, attached


def _decoded(data: bytes, charset: str | None) -> str:
    try:
        return data[:MOST_BYTES].decode(charset or "utf-8", "replace")
    except (LookupError, ValueError):
        return plain_text(data)


class _Words(HTMLParser):
    """Collects what a reader sees of a page."""

    _HIDDEN = frozenset({"script", "style", "head", "title", "template"})
    _BREAKS = frozenset({"p", "br", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "hr"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._depth += tag in self._HIDDEN
        if tag in self._BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag in self._HIDDEN and self._depth > 0
        if tag in ("p", "div", "tr"):
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._depth:
            self.words.append(re.sub(r"[ \t\r\n]{1,10000}", " ", data))


def _in_order(name: str) -> tuple[int, list[int], str]:
    part = next((rank for rank, each in enumerate(_OFFICE_PARTS) if each.fullmatch(name)), len(_OFFICE_PARTS))
    return part, [int(number) for number in _NUMBER.findall(name)], name


def _read(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as part:
        return part.read(_MOST_PART)


def _shared_strings(package: zipfile.ZipFile, names: Iterable[str]) -> list[str]:
    if "xl/sharedStrings.xml" not in names:
        return []
    found = []
    for _, element in ElementTree.iterparse(io.BytesIO(_read(package, "xl/sharedStrings.xml"))):  # noqa: S314
        if _local(element.tag) == "si":
            found.append("".join(element.itertext()))
            element.clear()
            if len(found) == MOST_CHARACTERS:
                break
    return found


def _words_of(package: zipfile.ZipFile, name: str, shared: list[str]) -> str:
    pieces: list[str] = []
    long = 0
    for piece in _pieces(io.BytesIO(_read(package, name)), shared):
        pieces.append(piece)
        long += len(piece)
        if long > MOST_CHARACTERS:
            break
    return "".join(pieces)


def _pieces(part: io.BytesIO, shared: list[str]) -> Iterator[str]:
    """Yield the words of one part: a line a paragraph or row, a tab between cells."""
    kind, open_blocks = "", 0
    # The process has no network and little memory; the parser itself refuses entities that blow up.
    for event, element in ElementTree.iterparse(part, events=("start", "end")):  # noqa: S314
        tag = _local(element.tag)
        if event == "start":
            open_blocks += tag in _BLOCKS
            # Whether a cell's value is a number or the place of a text is said by the cell around it.
            kind = element.get("t", "") if tag == "c" else kind
            continue
        if tag in _MARKS:
            element.text = _MARKS[tag]
        elif tag == "v" and kind == "s":
            element.text = _cell(element.text or "", shared)
        if tag in _BLOCKS:
            open_blocks -= 1
            yield "".join(element.itertext()) + _BLOCKS[tag]
        if tag in _BLOCKS or not open_blocks:
            tail = element.tail
            element.clear()
            element.tail = tail


def _cell(place: str, shared: list[str]) -> str:
    return shared[int(place)] if len(place) < 10 and place.isdigit() and int(place) < len(shared) else place


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
