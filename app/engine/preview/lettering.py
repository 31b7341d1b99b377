"""Draw text as pages: the letters are drawn where nothing can be clicked, copied into a shell, or run.

Pillow ships one font, of unaccented Latin letters; fonts that lie on the machine in their usual places are asked for
the rest. They are read before the process is locked down. A letter that no font has is taken without its accents, or
drawn as a box, and counted. Control and direction characters are shown as escapes (see ``printable``).
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from app.engine.preview.answer import MOST_PAGES, Page
from app.engine.printable import printable

#: Where the common systems keep fonts with many scripts, the ones for reading first. What is not there is not used.
_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts")
_FONTS = (
    *("DejaVuSansMono.ttf", "NotoSansMono-Regular.ttf", "LiberationMono-Regular.ttf", "DejaVuSans.ttf"),
    *("NotoSans-Regular.ttf", "NotoSansCJK-Regular.ttc", "NotoSansCJKjp-Regular.otf", "NotoSansArabic-Regular.ttf"),
    *("NotoSansHebrew-Regular.ttf", "NotoSansThai-Regular.ttf", "NotoSansDevanagari-Regular.ttf"),
    *("wqy-microhei.ttc", "ipag.ttf", "Hiragino Sans GB.ttc", "Arial Unicode.ttf"),
)
#: Bytes of one font that is read, and of all of them.
_MOST_FONT, _MOST_FONTS = 40_000_000, 80_000_000

_SIZE, _LINE, _MARGIN = 18, 25, 48
_WIDTH, _HEIGHT = 1_132, 1_600
#: Width of the box that stands for a letter without a picture.
_BOX = 11
_LINES = (_HEIGHT - 2 * _MARGIN) // _LINE
#: Characters of the whole text that are laid out, and of one line before it is broken.
MOST_CHARACTERS = 200_000
_MOST_LINE = 4_000
#: A code point that is no character, so that no font has a picture of it.
_NOBODY = "\U0010ffff"
_INK, _PAPER, _FAINT = (28, 32, 40), (255, 255, 255), (120, 126, 138)


class Letters:
    """The fonts that there are; makes pictures of single letters and remembers them."""

    def __init__(self, fonts: Iterable[ImageFont.FreeTypeFont] = ()) -> None:
        self._fonts = (*fonts, _own_font())
        self._blank = [_look(font, _NOBODY) for font in self._fonts]
        self._known: dict[str, tuple[ImageFont.FreeTypeFont | None, str]] = {}
        self._advances: dict[str, float] = {}

    def advance(self, letter: str) -> float:
        """Return how wide a letter is, in pixels."""
        wide = self._advances.get(letter)
        if wide is None:
            font, shown = self.of(letter)
            wide = self._advances[letter] = font.getlength(shown) if font else _BOX
        return wide

    def of(self, letter: str) -> tuple[ImageFont.FreeTypeFont | None, str]:
        """Return a font that has ``letter``, or its base letter, and which of both; None: none has it."""
        found = self._known.get(letter)
        if found is None:
            found = self._known[letter] = self._search(letter)
        return found

    def _search(self, letter: str) -> tuple[ImageFont.FreeTypeFont | None, str]:
        base = unicodedata.normalize("NFKD", letter)[:1]
        for wanted in (letter, base) if base and base != letter else (letter,):
            if wanted == " ":
                return self._fonts[0], " "
            for font, blank in zip(self._fonts, self._blank, strict=True):
                if _look(font, wanted) != blank:
                    return font, wanted
        return None, letter


def machine_letters() -> Letters:
    """Return the letters of this machine's fonts; reads them, so it is called before the process gives up its files."""
    fonts, read = [], 0
    for path in _font_files():
        try:
            size = path.stat().st_size
            if size > _MOST_FONT or read + size > _MOST_FONTS:
                continue
            # In memory: a locked-down process may not open the file again.
            fonts.append(ImageFont.truetype(io.BytesIO(path.read_bytes()), _SIZE, layout_engine=ImageFont.Layout.BASIC))
        except (OSError, ValueError):
            continue
        read += size
    return Letters(fonts)


def drawn(text: str, letters: Letters) -> Iterator[Page]:
    """Yield the pages of a text, ``MOST_PAGES`` at most."""
    page: list[str] = []
    number = 0
    for line in _broken(text[:MOST_CHARACTERS], letters):
        page.append(line)
        if len(page) == _LINES:
            number += 1
            yield _page(page, number, letters)
            page = []
            if number == MOST_PAGES:
                return
    if page or not number:
        yield _page(page, number + 1, letters)


def page_count(text: str, letters: Letters) -> int:
    """Return how many pages the whole text would take, as far as it is laid out."""
    lines = sum(1 for _ in _broken(text[:MOST_CHARACTERS], letters))
    return max(-(-lines // _LINES), 1)


def _font_files() -> Iterator[Path]:
    found: dict[str, Path] = {}
    for folder in _FOLDERS:
        root = Path(folder)
        if root.is_dir():
            for path in root.rglob("*"):
                if path.name in _FONTS:
                    found.setdefault(path.name, path)
    for name in _FONTS:
        if name in found:
            yield found[name]


@cache
def _own_font() -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(_SIZE)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def _look(font: ImageFont.FreeTypeFont, letter: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(letter)
    return mask.size, bytes(mask)


def _broken(text: str, letters: Letters) -> Iterator[str]:
    """Yield lines that fit the page; a blank of four for a tab, escapes for what is invisible."""
    for line in text.splitlines():
        shown = printable(line.replace("\t", "    "), _MOST_LINE)
        yield from _fitted(shown, letters) if shown else ("",)


def _fitted(line: str, letters: Letters) -> Iterator[str]:
    room, start, at = _WIDTH - 2 * _MARGIN, 0, 0.0
    for end, letter in enumerate(line):
        wide = letters.advance(letter)
        if at + wide > room and end > start:
            yield line[start:end]
            start, at = end, 0.0
        at += wide
    yield line[start:]


def _page(lines: list[str], number: int, letters: Letters) -> Page:
    # As high as its lines: most texts are short, and a sheet of white says nothing.
    height = min(2 * _MARGIN + len(lines) * _LINE, _HEIGHT)
    picture = Image.new("RGB", (_WIDTH, height), _PAPER)
    draw = ImageDraw.Draw(picture)
    missing = 0
    for row, line in enumerate(lines):
        missing += _write(draw, _MARGIN + row * _LINE, line, letters)
    return Page(number, _WIDTH, height, picture.tobytes(), missing)


def _write(draw: ImageDraw.ImageDraw, y: int, line: str, letters: Letters) -> int:
    """Draw one line, run by run of one font; return how many letters had no picture."""
    x, missing = float(_MARGIN), 0
    for font, run in _runs(line, letters):
        if font is not None:
            draw.text((x, y), run, font=font, fill=_INK)
            x += font.getlength(run)
            continue
        for _ in run:
            draw.rectangle((x + 1, y + 4, x + _BOX - 2, y + _SIZE), outline=_FAINT)
            x += _BOX
        missing += len(run)
    return missing


def _runs(line: str, letters: Letters) -> Iterator[tuple[ImageFont.FreeTypeFont | None, str]]:
    run, current = "", None
    for letter in line:
        font, shown = letters.of(letter)
        if run and font is not current:
            yield current, run
            run = ""
        current, run = font, run + shown
    if run:
        yield current, run
