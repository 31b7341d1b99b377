"""Hosts that pretend to belong to a name people trust: by letters, by spelling, by added words, by where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from app.engine.links.address import Address
from app.engine.links.confusables import folded, in_ascii, in_unicode
from app.engine.links.domains import is_suffix
from app.engine.links.imitated import SHORTEST, TWO_LETTERS, Brand, Brands, without_letters
from app.engine.links.lookalike_words import (
    ASKING,
    ASKING_IN_PATHS,
    ASKING_INSIDE,
    GENERIC,
    LOCAL,
    NEUTRAL,
    NO_MISTAKES,
    RUN_BY_MANY,
)

#: Endings of second-hand companies' own countries: names of firms there are their own affair.
_PLAIN_ENDINGS = frozenset(("com", "net", "org", "info", "biz", "eu", "int", "gov", "edu", "mil", "io", "co", "asia"))
_SPLIT = re.compile(r"[^a-z0-9]+")
_DIGITS = "0123456789"
#: A domain inside a name: ``paypal.com.evil.example``, ``ezpass.com-pay.example``, ``gouv-fr.example``.
_DOMAIN_INSIDE = re.compile(
    r"(?:^|\.)([a-z0-9-]{3,63})\.(?:com|net|org|gov|gouv|edu|co\.(?:uk|jp|nz|za|kr|in|il|id))(?=\.|$)"
)
#: Joined to the name that somebody registered; national endings only with what looks like a port.
_DOMAIN_JOINED = re.compile(
    r"^(?:(?:com|net|org|gov|gouv)-[a-z0-9-]+|(?:at|be|br|ch|de|es|eu|fr|in|it|nl|pl|ru|uk)-\d{2,5})$"
)


#: Where projects describe how they work together with others.
_DOCUMENTATION = frozenset(("readthedocs.io", "readthedocs.org"))


class Way(StrEnum):
    """How a name is imitated."""

    LETTERS = "letters"
    SPELLING = "spelling"
    WORDS = "words"
    ENDING = "ending"
    SUBDOMAIN = "subdomain"
    INSIDE = "inside"
    PART = "part"


@dataclass(frozen=True, slots=True)
class Imitation:
    """Which name is imitated, and how. ``asking``: whether words stand beside it that ask for something."""

    brand: Brand
    way: Way
    asking: bool = False


def imitation(address: Address, brands: Brands) -> Imitation | None:
    """Return what a host imitates, the surest sign first; None when it imitates nothing, or is at home there."""
    if address.number or address.home in brands.domains or address.ending in _DOCUMENTATION:
        return None
    return _imitation(address.home, address.below, address.name, address.ending, brands)


@lru_cache(16_384)
def _imitation(home: str, below: str, name: str, ending: str, brands: Brands) -> Imitation | None:
    if found := _domain_in_front(home, below, brands):
        return found
    label = in_ascii(in_unicode(name))
    if brand := brands.whole.get(label):
        if label != name:
            return Imitation(brand, Way.LETTERS)
        return _own_ending(brand, ending) if label in brand.words else None
    if found := _in_label(label, brands, foreign=label != name):
        return found
    for part in reversed(below.split(".")) if below else ():
        text = in_ascii(in_unicode(part))
        if found := _below(text, label, brands, foreign=text != part):
            return found
    return None


def _own_ending(brand: Brand, ending: str) -> Imitation | None:
    """``paypal.support``: the name alone under an ending that is neither a country's nor a usual one."""
    last = ending.rpartition(".")[2]
    if len(last) == 2 or last in _PLAIN_ENDINGS or brand.name.lower() == last:
        return None
    return Imitation(brand, Way.ENDING)


def _domain_in_front(home: str, below: str, brands: Brands) -> Imitation | None:
    """``paypal.com.evil.example`` and ``paypal.com-verify.example``: a whole domain in front of the real one."""
    text = f"{below}.{home.partition('.')[0].partition('-')[0]}" if "-" in home else below
    if "." not in text:
        return None
    labels = text.split(".")
    for at in range(len(labels) - 1):
        one, two = labels[at : at + 2], labels[at : at + 3]
        brand = brands.domains.get(".".join(one)) or brands.domains.get(".".join(two))
        if not brand and (one[1] in _ENDINGS or (len(two) == 3 and is_suffix(".".join(two[1:])))):
            brand = brands.whole.get(labels[at])
        if brand:
            return Imitation(brand, Way.SUBDOMAIN)
    return None


#: Endings that no company uses as a part of its own names.
_ENDINGS = frozenset(("com", "net", "org"))


@lru_cache(8_192)
def _tokens(label: str) -> tuple[str, ...]:
    return tuple(token for token in _SPLIT.split(label) if token)


def _in_label(label: str, brands: Brands, *, foreign: bool) -> Imitation | None:
    """A name in the label that somebody registered: with other words, misspelt, or inside a longer word."""
    tokens = _tokens(label)
    for token in tokens:
        if found := _whole(token, tokens, brands, foreign=foreign):
            return found
    if any(token in brands.whole for token in tokens):
        return None
    if len(tokens) > 1 and (found := _whole("".join(tokens), (), brands, foreign=foreign)):
        # A name of two words may well be written with a dash by those who bear it.
        torn = found.way is Way.WORDS and found.brand.everywhere and " " not in found.brand.name
        return Imitation(found.brand, Way.SPELLING) if torn else found
    for token in tokens:
        if found := _misspelt(token, brands):
            return found
    return _inside(tokens, brands)


def _below(label: str, name: str, brands: Brands, *, foreign: bool) -> Imitation | None:
    """A name in a label in front of the registered one: there it says less, companies run programs of that name there.

    With a registered name that asks for trust it says more: ``office365.internal-alerts.example``.
    """
    tokens = _tokens(label)
    for token in tokens:
        found = _whole(token, tokens, brands, foreign=foreign)
        if found and (found.way is not Way.WORDS or found.asking):
            return found
        if found or token in RUN_BY_MANY:
            asking = any(word in name for word in ASKING_INSIDE)
            # A tenant's own name stands in front of the domains of all the services it uses.
            brand = brands.whole.get(token)
            if brand and (asking or (token not in RUN_BY_MANY and brand.everywhere)):
                return Imitation(brand, Way.PART, asking)
    return next((found for token in tokens if (found := _misspelt(token, brands))), None)


def _whole(token: str, tokens: tuple[str, ...], brands: Brands, *, foreign: bool) -> Imitation | None:
    """The name as a part between dashes, exactly or with letters that look the same."""
    plain = token.strip(_DIGITS) or token
    brand = brands.whole.get(token) or (brands.whole.get(plain) if len(plain) >= SHORTEST else None)
    if brand:
        way = Way.LETTERS if foreign else Way.WORDS
        others = [each for each in tokens if each != token]
        asking = any(each in ASKING for each in others)
        generic = token in GENERIC
        if not asking and (generic or plain in LOCAL or (others and all(each in NEUTRAL for each in others))):
            return None
        return Imitation(brand, way, asking and not generic)
    # A one stands for both letters that look like it.
    word = brands.looks.get(folded(token)) or brands.looks.get(folded(token.replace("1", "l")))
    if word and word != token and token not in NO_MISTAKES:
        return Imitation(brands.whole[word], Way.LETTERS)
    return None


def _misspelt(token: str, brands: Brands) -> Imitation | None:
    token = folded(token.strip(_DIGITS))
    if len(token) < SHORTEST or (token[0], len(token)) not in brands.sizes or token in NO_MISTAKES:
        return None
    for short in (token, *without_letters(token)):
        for word in brands.near.get(short, ()):
            if word != token and _close(token, word):
                return Imitation(brands.whole[word], Way.SPELLING)
    return None


def _close(one: str, other: str) -> bool:
    """Whether one letter was added, left out, changed or swapped with its neighbour; in long names two.

    The first letter stays, as in nearly all that is registered to mislead: with another one it is another word.
    """
    allowed = 2 if min(len(one), len(other)) >= TWO_LETTERS else 1
    if one[0] != other[0] or abs(len(one) - len(other)) > allowed or other.startswith(one) or one == other + "s":
        return False
    return _distance(one, other) <= allowed


def _distance(one: str, other: str) -> int:
    """Damerau's distance, neighbours swapped counting one; both are at most 24 letters."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        previous, before_that, row = row, before, [i]
        for j, b in enumerate(other, start=1):
            best = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, before_that[j - 2] + 1)
            row.append(best)
        before = previous
    return row[-1]


def _inside(tokens: tuple[str, ...], brands: Brands) -> Imitation | None:
    """``mypaypallogin``: the name inside a longer word."""
    joined = "".join(tokens)
    for word in _words_inside(joined, brands):
        rest = joined.replace(word, "-", 1)
        if word in LOCAL:
            continue
        asking = any(each in rest for each in ASKING_INSIDE) or any(token in ASKING for token in tokens)
        return Imitation(brands.whole[word], Way.INSIDE, asking)
    return None


def _words_inside(label: str, brands: Brands) -> Iterator[str]:
    for at in range(len(label) - SHORTEST + 1):
        for word in brands.starts.get(label[at : at + 4], ()):
            if label.startswith(word, at) and not any(label.startswith(other, at) for other in _longer(word)):
                yield word


@lru_cache(512)
def _longer(word: str) -> tuple[str, ...]:
    """Return ordinary words that begin with a name: ``revolution``."""
    return tuple(other for other in NO_MISTAKES if other.startswith(word) and len(other) > len(word) + 1)


def domain_inside(address: Address) -> str:
    """Return the domain that stands in front of the real one, as in ``ios.com.xaire.example``; empty without one."""
    if address.number:
        return ""
    match = _DOMAIN_INSIDE.search(address.below)
    if match:
        return match.group().strip(".")
    if address.below and _DOMAIN_JOINED.match(address.name):
        return f"{address.below.rpartition('.')[2]}.{address.name.partition('-')[0]}"
    return ""


def named_in_path(address: Address, brands: Brands, *, anybody: bool = False) -> Brand | None:
    """Return the brand whose name stands in the path together with words that ask for something.

    Where ``anybody`` can put a page, the name alone is enough.
    """
    if address.home in brands.domains or len(address.path) < 6:
        return None
    tokens = _tokens(address.path.lower()[:200])
    brand = next((brands.whole[token] for token in tokens if len(token) >= 4 and token in brands.whole), None)
    return brand if brand and (anybody or any(token in ASKING_IN_PATHS for token in tokens)) else None
