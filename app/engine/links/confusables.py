"""What a name looks like to somebody who reads quickly: letters of other scripts as the Latin ones they resemble.

Unicode's table of confusable characters (UTS 39, unicode.org/Public/security) as the library confusable-homoglyphs
brings it, reduced to what resembles an ASCII letter or digit.
"""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from importlib import resources

#: Digits and letters that stand for letters in made-up names, and pairs that look like one letter.
_FOLDED = str.maketrans("0134578|", "oieastbl")
_PAIRS = (("rn", "m"), ("vv", "w"))
#: What the table lacks: small letters of Cyrillic and Greek that only differ in detail.
_MORE = {
    pair[0]: pair[1]
    for pair in (
        *("кk", "мm", "нh", "тt", "вb", "гr", "дd", "зe", "пn", "шw", "щw", "ъb", "ыb", "ьb", "эe", "юo", "яr", "єe"),
        *("ґr", "үy", "ҝk", "ҡk", "һh", "ӏl", "ԁd", "ԛq", "ԝw", "αa", "βb", "γy", "εe", "ηn", "ιi", "κk", "λa", "μu"),
        *("νv", "ξe", "πn", "ρp", "τt", "υu", "χx", "ωw", "ɑa", "ɡg", "ɩi", "ɪi", "ʏy", "ßb", "þp", "łl", "øo", "đd"),
        *("ħh", "ŧt"),
    )
}


@cache
def _letters() -> dict[int, str]:
    """Return character -> the ASCII letter or digit it resembles. Takes a twentieth of a second once a process."""
    table = {ord(character): letter for character, letter in _MORE.items()}
    text = resources.files("confusable_homoglyphs").joinpath("confusables.json").read_text("utf-8")
    for character, others in json.loads(text).items():
        if len(character) == 1 and not character.isascii():
            latin = (other["c"] for other in others if other["c"].isascii() and other["c"].isalnum())
            if letter := next(latin, ""):
                table.setdefault(ord(character), letter.lower())
    return table


def load() -> None:
    """Read the table; whoever meets the first name of another script does it otherwise."""
    _letters()


def in_ascii(label: str) -> str:
    """Return a label with every letter replaced by the ASCII one it looks like; others stay as they are."""
    if label.isascii():
        return label
    plain = unicodedata.normalize("NFKD", label)
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return plain.translate(_letters()).lower()


def folded(text: str) -> str:
    """Return ASCII text with digits read as the letters they stand for, and ``rn`` and ``vv`` as ``m`` and ``w``."""
    if text.isalpha() and "rn" not in text and "vv" not in text:
        return text
    text = text.translate(_FOLDED)
    for pair, letter in _PAIRS:
        text = text.replace(pair, letter)
    return text


def in_unicode(label: str) -> str:
    """Return a label of a host as people see it: punycode undone; what is none stays."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return label


def scripts_of(label: str) -> frozenset[str]:
    """Return the scripts whose letters stand in a label: ``LATIN``, ``CYRILLIC``, …"""
    return frozenset(unicodedata.name(character, "?").partition(" ")[0] for character in label if character.isalpha())
