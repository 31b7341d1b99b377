"""Codes drawn with letters: blocks and half blocks, ASCII art, and cells of a table with a dark or a light ground.

Mail filters that look at pictures do not see these; the camera of a telephone does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import islice

from PIL import Image, ImageOps

from app.engine import charset
from app.engine.analyzers.image.codes import Code, Effort, read_codes
from app.engine.analyzers.image.image import told
from app.engine.model import Severity
from app.engine.node import Item, Node, Tools

#: Quarters of a letter's field that are dark: upper left, upper right, lower left, lower right.
_QUARTERS = {
    "█": 15, "▀": 12, "▄": 3, "▌": 10, "▐": 5, "▘": 8, "▝": 4, "▖": 2, "▗": 1, "▚": 9, "▞": 6, "▙": 11, "▛": 14,
    "▜": 13, "▟": 7, "■": 15, "▉": 15, "▊": 15, "▇": 15, "▆": 15, "▓": 15, "▒": 15, "⬛": 15, "●": 15, "◼": 15,
    "#": 15, "@": 15, "X": 15, "x": 15, "*": 15, "M": 15, "W": 15, "1": 15, "O": 15, "%": 15, "$": 15,
}  # fmt: skip
_LIGHT = frozenset(" \u00a0\u2003\u2007\u3000\u2800.-_0░□⬜◻○")
_DRAWN = _LIGHT | _QUARTERS.keys()

#: Letters of blocks, in UTF-8 and as HTML writes them. Patterns begin with one fixed byte: so they cost next to nothing
#: where it is rare.
_BLOCKS = re.compile(rb"\xe2(?:\x96[\x80-\xa1]|\xac[\x9b\x9c])")
_ENTITIES = re.compile(rb"&(?:#(?:96[0-3]\d|[xX]25[89aA][0-9a-fA-F]);|block;)")
_LEAST_BLOCKS = 60
#: Lines of two letters alone, nearly as many as the smallest code has rows.
_ART = re.compile(rb"\n(?:[\t>]{0,20}+[#@XxMWO*%$10 ._-]{21,400}+\r?\n){10}")
#: All bytes of such lines. Ten of them are 220 bytes and more of nothing else, which is seen from every fiftieth byte.
_ART_BYTES = b"#@XxMWO*%$10 ._-\t>\r\n"
_ART_STEP, _ART_SAMPLES = 50, 4
_ART_TABLE = bytes(byte in _ART_BYTES for byte in range(256))
_CELL = re.compile(rb"<[tT][dDhH]\b[^<>]{0,300}?\b(?:bgcolor|BGCOLOR|background|BACKGROUND)")
_LEAST_CELLS = 60

#: Bytes that are looked at from the first sign of a drawing on, drawings, and rows and columns of one.
_WITHIN = 2 * 1024 * 1024
_MOST_DRAWINGS = 100
_MOST_SIDE = 400
#: The smallest code has eleven modules a side, in half blocks six lines.
_LEAST_ROWS, _LEAST_COLUMNS = 6, 11

_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/pre|/h[1-6])\b[^<>]{0,200}>", re.I)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_ESCAPES = re.compile(r"\x1b\[[0-9;]{0,20}m")
_TABLE = re.compile(r"<(/?)(table|tr|td|th)\b([^<>]{0,600})>", re.I)
_GROUND = re.compile(
    r"""\b(?:bgcolor\s{0,4}=\s{0,4}["']?|background(?:-color)?\s{0,4}:\s{0,4})(#?\w{1,20}|rgba?\([\d\s,.]{5,40}\))""",
    re.I,
)
_SPAN = re.compile(r"""\bcolspan\s{0,4}=\s{0,4}["']?(\d{1,3})""", re.I)
_NAMES = {"black": "000", "navy": "008", "maroon": "800", "darkblue": "008", "darkgreen": "060", "darkred": "800"}

_Row = list[int]


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the codes that are drawn in the text, and their texts for the addresses."""
    yield from _told(node, tools, html=False)


def analyze_page(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the codes that are drawn in the words or the tables of a page."""
    yield from _told(node, tools, html=True)


def _told(node: Node, tools: Tools, *, html: bool) -> Iterator[Item]:
    codes: dict[Code, None] = {}
    drawings = _drawings(node.raw, html=html)
    for drawing in islice(drawings, _MOST_DRAWINGS):
        tools.budget.charge_time()
        codes.update(dict.fromkeys(_read(drawing)))
    yield from told(node, list(codes))
    if next(drawings, None) is not None:
        title = "Text with so many drawings that not all were searched for codes"
        yield node.finding("limit.drawings", Severity.UNKNOWN, title)


def _drawings(data: bytes, *, html: bool) -> Iterator[list[_Row]]:
    """Yield drawings as rows of letters, each as its dark quarters."""
    starts = list(_starts(data, html=html))
    if starts:
        text = _text(data, min(starts))
        yield from _in_lines(_words(text) if html else _ESCAPES.sub("", text))
    if not html:
        return
    cells = list(islice(_CELL.finditer(data), _LEAST_CELLS))
    if len(cells) == _LEAST_CELLS:
        yield from _in_tables(_text(data, cells[0].start()))


def _starts(raw: bytes, *, html: bool) -> Iterator[int]:
    """Yield where drawings of each sort may begin."""
    patterns = [_BLOCKS] if 0xE2 in raw else []  # one byte is found at the speed of memory
    for pattern in (*patterns, _ENTITIES) if html else patterns:
        blocks = list(islice(pattern.finditer(raw), _LEAST_BLOCKS))
        if len(blocks) == _LEAST_BLOCKS:
            yield blocks[0].start()
    if not html and _may_hold_art(raw) and (art := _ART.search(raw)):
        yield art.start()


def _may_hold_art(raw: bytes) -> bool:
    """Whether 150 bytes in a row are such of which drawings are made: in drawings they are, at every offset."""
    samples = raw[::_ART_STEP].translate(_ART_TABLE)
    row = b"\1" * _ART_SAMPLES
    at = samples.find(row)
    while at >= 0:
        if not raw[at * _ART_STEP : (at + _ART_SAMPLES - 1) * _ART_STEP].translate(None, _ART_BYTES):
            return True
        at = samples.find(row, at + 1)
    return False


def _text(data: bytes, start: int) -> str:
    start = max(0, start - 4_096)
    return charset.decode(data[start : start + _WITHIN], "utf-8")


def _words(markup: str) -> str:
    """Return the words of a page in lines, as a browser breaks them."""
    return unescape(_TAG.sub("", _BREAK.sub("\n", markup)))


def _in_lines(text: str) -> Iterator[list[_Row]]:
    rows: list[_Row] = []
    for line in text.splitlines():
        line = line.rstrip().lstrip(">\t")
        if not line.strip():
            # No row of a code is blank; double spacing is.
            continue
        row = _quarters(line) if len(line) <= _MOST_SIDE and _DRAWN.issuperset(line) else None
        if row and len(rows) < _MOST_SIDE:
            rows.append(row)
        else:
            yield from _if_large(rows)
            rows = []
    yield from _if_large(rows)


def _quarters(line: str) -> _Row:
    return [_QUARTERS.get(letter, 0) for letter in line]


def _if_large(rows: list[_Row]) -> Iterator[list[_Row]]:
    if len(rows) >= _LEAST_ROWS and max(map(len, rows)) >= _LEAST_COLUMNS:
        yield rows


def _in_tables(markup: str) -> Iterator[list[_Row]]:
    rows: list[_Row] = []
    for match in _TABLE.finditer(markup):
        closing, tag, attributes = match[1], match[2].lower(), match[3]
        if tag == "table":
            yield from _if_large(rows)
            rows = []
        elif tag == "tr" and not closing and len(rows) < _MOST_SIDE:
            rows.append([])
        elif tag in ("td", "th") and not closing and rows and len(rows[-1]) < _MOST_SIDE:
            span = _SPAN.search(attributes)
            rows[-1] += [15 if _is_dark(attributes) else 0] * min(int(span[1]) if span else 1, _MOST_SIDE)
    yield from _if_large(rows)


def _is_dark(attributes: str) -> bool:
    found = _GROUND.search(attributes)
    if not found:
        return False
    colour = found[1].lower()
    if colour.startswith("rgb"):
        parts = [float(part) for part in re.findall(r"\d{1,3}", colour)[:3]]
    else:
        digits = _NAMES.get(colour, colour.removeprefix("#"))
        if not re.fullmatch(r"[0-9a-f]{3}|[0-9a-f]{6}", digits):
            return False
        size = len(digits) // 3
        parts = [int(digits[at : at + size] * (3 - size), 16) for at in range(0, 3 * size, size)]
    return sum(parts) < 384


def _read(rows: list[_Row]) -> list[Code]:
    """Read a drawing whose letters are twice as high as wide, then one of squares; dark on light, then the reverse."""
    width = max(map(len, rows))
    fields = Image.frombytes("L", (width * 2, len(rows) * 2), b"".join(_pixels(rows, width)))
    for across, down in ((3, 6), (4, 4)):
        shape = fields.resize((fields.width * across, fields.height * down), Image.Resampling.NEAREST)
        for drawn in (shape, ImageOps.invert(shape)):
            if codes := read_codes(ImageOps.expand(drawn, 40, 255), Effort.USUAL):
                return codes
    return []


def _pixels(rows: Iterable[_Row], width: int) -> Iterator[bytes]:
    """Yield the upper and the lower line of every row of letters, two pixels a letter, filled up with light."""
    for row in rows:
        full = [*row, *[0] * (width - len(row))]
        for left, right in ((8, 4), (2, 1)):
            yield bytes(0 if quarters & side else 255 for quarters in full for side in (left, right))
