"""Letters that only look like others: invisible characters are taken out of a text and styled ones made plain.

Browsers and mail programs do the same before they follow an address (UTS #46, URL standard 4.4), so an address written
in mathematical or full-width letters, or with zero-width spaces inside, leads somewhere.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from unicodedata import normalize

#: Zero-width spaces and joiners, soft hyphens, marks of direction, word joiners, selectors of variants, tags.
_ALWAYS = (
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"
)
# Joiners, unless they stand behind a letter of a script that writes with them.
_INVISIBLE = re.compile(f"{_ALWAYS}]+|(?<![\u0600-\u0dff])[\u200c\u200d]+")
_MAY_BE_INVISIBLE = re.compile(_ALWAYS + "\u200c\u200d]")
_ASCII = bytes(range(128))
#: Blocks in which letters, digits and the signs of an address are written in another style.
_BLOCKS = ((0x2024, 0x2025), (0x2100, 0x2150), (0x2460, 0x2500), (0xFE50, 0xFE70), (0xFF01, 0xFF5F),
           (0x1D400, 0x1D800), (0x1F100, 0x1F18A))  # fmt: skip
#: Slashes and colons that are drawn like the real ones.
_DRAWN = {0x2044: "/", 0x2215: "/", 0x29F8: "/", 0x2236: ":", 0xA789: ":", 0xFF3C: "\\", 0x29F5: "\\", 0x2216: "\\"}
_STYLED = re.compile(
    f"[{''.join(f'{chr(first)}-{chr(end - 1)}' for first, end in _BLOCKS)}{''.join(map(chr, _DRAWN))}]"
)
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-./:")
_TO_PLAIN = {
    code: plain
    for start, end in _BLOCKS
    for code in range(start, end)
    if (plain := normalize("NFKC", chr(code))) in _PLAIN
}
#: White letters on black, which Unicode does not decompose.
_TO_PLAIN |= {start + at: chr(0x41 + at) for start in (0x1F150, 0x1F170) for at in range(26)}
_TO_PLAIN |= _DRAWN


def _foreign(text: str) -> str:
    rest = text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")
    return "".join(set(rest))


class Letters:
    """A text without its invisible characters, as it stands and with plain letters, and where each came from.

    ``shown`` and ``plain`` have the same length, so that a place in one is the place in the other.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._cut: tuple[array[int], array[int]] | None = None
        self._lower: str | None = None
        self.shown = source
        self.plain = source
        #: The different characters outside of ASCII: whether one occurs is asked of these few, not of the whole text.
        self.foreign = "" if source.isascii() else _foreign(source)
        if _MAY_BE_INVISIBLE.search(self.foreign):
            self.shown = self.plain = _INVISIBLE.sub("", source)
        if _STYLED.search(self.foreign):
            self.plain = self.shown.translate(_TO_PLAIN)

    @property
    def lower(self) -> str:
        """The plain text with ASCII in small letters: patterns that need not mind the case are several times as fast.

        As bytes, because small letters of all scripts take ten times as long, and may be more than one for one.
        """
        if self._lower is None:
            plain = self.plain.encode("utf-8", "surrogatepass")
            self._lower = plain.lower().decode("utf-8", "surrogatepass")
        return self._lower

    def written(self, start: int, end: int) -> tuple[str, int]:
        """Return what stands in the source between two places, and where it begins there."""
        if len(self.shown) == len(self.source):
            return self.source[start:end], start
        first, last = self._place(start), self._place(end - 1)
        return self.source[first : last + 1], first

    def _place(self, at: int) -> int:
        """Return where a character of ``shown`` stands in the source."""
        if self._cut is None:
            places, removed, total = array("q"), array("q"), 0
            for match in _INVISIBLE.finditer(self.source):
                places.append(match.start() - total)
                total += match.end() - match.start()
                removed.append(total)
            self._cut = places, removed
        places, removed = self._cut
        count = bisect_right(places, at)
        return at + (removed[count - 1] if count else 0)
