"""Names that links pretend to belong to: the tenant's own, and those that are imitated most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from app.engine.links.confusables import folded
from app.engine.links.imitated_list import LINES
from app.engine.links.lookalike_words import MAIL_PROVIDERS, ORDINARY

#: Shorter words are only taken as a whole part of a name, and never with a letter changed: too much resembles them.
SHORTEST = 6
#: From this length on two letters may differ.
TWO_LETTERS = 10


@dataclass(frozen=True, slots=True)
class Brand:
    """A name that people trust, and where it is really at home.

    name     as people write it: ``PayPal``
    domains  registrable domains that belong to it; hosts below them never imitate it
    words    what its name looks like in hosts, in lower case (``paypal``); empty: the first labels of ``domains``
    whole    those words that only count as a whole part of a name, like ``dhl`` in ``dhl-parcel``
    everywhere  whether it is one of those that are imitated everywhere, whose domains are all known; of a tenant's own
             name they are not
    """

    name: str
    domains: tuple[str, ...]
    words: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    everywhere: bool = False


@dataclass(frozen=True, eq=False)
class Brands:
    """Brands, laid out for looking up; compared by identity.

    domains   registrable domain -> the brand it belongs to
    whole     word -> its brand, for whole parts of names
    looks     word with look-alike letters made equal -> word
    starts    first four letters -> the words that may stand inside a longer name, longest first
    near      word with a letter left out -> words that it may have been, for one changed letter
    sizes     first letter and length of all that may be a misspelt word
    """

    domains: dict[str, Brand] = field(default_factory=dict)
    whole: dict[str, Brand] = field(default_factory=dict)
    looks: dict[str, str] = field(default_factory=dict)
    starts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    near: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sizes: set[tuple[str, int]] = field(default_factory=set)


@lru_cache(32)
def laid_out(brands: tuple[Brand, ...] = ()) -> Brands:
    """Return the often-imitated brands and those given besides, laid out; remembered for the next links."""
    table = Brands()
    for brand in (*IMITATED, *brands):
        for domain in brand.domains:
            table.domains.setdefault(domain, brand)
    for brand in (*brands, *IMITATED):
        words = brand.words or (() if brand.whole else _own_words(brand))
        if not brand.everywhere:
            words = tuple(word for each in words if (word := each.replace("-", "")) not in ORDINARY and len(word) > 4)
        for word in (*words, *brand.whole):
            table.whole.setdefault(word, brand)
        for word in words:
            _enter(table, word)
    return table


def _own_words(brand: Brand) -> tuple[str, ...]:
    labels = (domain.partition(".")[0] for domain in brand.domains if domain not in MAIL_PROVIDERS)
    return tuple(dict.fromkeys(labels))


def _enter(table: Brands, word: str) -> None:
    if len(word) >= 5:
        table.looks.setdefault(folded(word), word)
    if len(word) < SHORTEST:
        return
    known = table.starts.get(word[:4], ())
    table.starts[word[:4]] = tuple(sorted({*known, word}, key=lambda each: (-len(each), each)))
    slack = 2 if len(word) >= TWO_LETTERS else 1
    table.sizes.update((word[0], length) for length in range(len(word) - slack, len(word) + slack + 1))
    for short in {word, *without_letters(word)}:
        table.near[short] = (*table.near.get(short, ()), word)


def without_letters(word: str) -> Iterator[str]:
    """Yield the word with one letter left out, and a long one also with two."""
    for at in range(len(word)):
        once = word[:at] + word[at + 1 :]
        yield once
        if len(word) >= TWO_LETTERS:
            for other in range(at, len(once)):
                yield once[:other] + once[other + 1 :]


def _read(lines: Iterable[str]) -> Iterator[Brand]:
    for line in lines:
        name, words, domains = (part.strip() for part in line.split("|"))
        free = tuple(word for word in words.split() if word[0] != "(")
        whole = tuple(word.strip("()") for word in words.split() if word[0] == "(")
        yield Brand(name, tuple(domains.split()), free, whole, everywhere=True)


#: The names that phishing imitates most.
IMITATED: tuple[Brand, ...] = tuple(_read(LINES.strip().replace("\n ", " ").splitlines()))
