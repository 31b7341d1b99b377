"""Signs of a host's name: letters of several alphabets, words that ask for trust, names drawn by lot, cheap endings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from app.engine.links.address import Address
from app.engine.links.confusables import in_ascii, in_unicode, scripts_of
from app.engine.links.hosting import ABUSED_ENDINGS, ABUSED_SUFFIXES, ORDINARY_NAMES
from app.engine.links.sign import Sign
from app.engine.model import Confidence

_LOW, _MEDIUM, _HIGH = Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH


def host_signs(address: Address) -> tuple[Sign, ...]:
    """Return the signs of a host's name, remembered for the next link to the same host."""
    if address.number:
        return ()
    return _host_signs(address.host, address.name, address.below, address.ending, address.home, bool(address.hosting))


@lru_cache(16_384)
def _host_signs(host: str, name: str, below: str, ending: str, home: str, hosted: bool) -> tuple[Sign, ...]:
    return tuple(_signs(host, name, below, ending, home, hosted))


def _signs(host: str, name: str, below: str, ending: str, home: str, hosted: bool) -> Iterator[Sign]:
    if "xn--" in host and (sign := _scripts(host, ending)):
        yield sign
    if not hosted:
        if label := _asking(name, below):
            yield Sign("asking_name", _LOW, "Name made of words that ask for trust", label)
        if _is_random(name):
            yield Sign("random_name", _LOW, "Name that looks drawn by lot", host)
    if below.count(".") >= _LABELS:
        yield Sign("many_labels", _LOW, "Name with many parts, so that its real end is overlooked", host)
    if not hosted and home not in ORDINARY_NAMES and (ending.rpartition(".")[2] in ABUSED_ENDINGS or _given_away(host)):
        yield Sign("abused_ending", _LOW, "Name under an ending that is mostly used for spam and fraud", host)


#: Dots in front of what somebody registered.
_LABELS = 4


def _scripts(host: str, ending: str) -> Sign | None:
    for label in host.split("."):
        shown = in_unicode(label)
        scripts = scripts_of(shown) - _NO_SCRIPT if shown != label else frozenset()
        if len(scripts) > 1 and not scripts <= _TOGETHER:
            return Sign("mixed_scripts", _HIGH, "Name that mixes letters of different alphabets", shown)
        if scripts and "LATIN" not in scripts and "xn--" not in ending and in_ascii(shown).isascii():
            return Sign("foreign_letters", _MEDIUM, "Name in foreign letters that look like Latin ones", shown)
    return None


#: Marks and digits are no script; Japanese and Korean are written in several, together with Latin letters.
_NO_SCRIPT = frozenset(("MODIFIER", "COMBINING", "FULLWIDTH", "?"))
_TOGETHER = frozenset(
    ("LATIN", "CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC")
)


_STRONG = re.compile(
    r"log-?[io]n|sign-?[io]n|secur(?:e|ity)|verif(?:y|ication)|account|update|confirm|auth|sso|webmail|wallet|recover|unlock"
    r"|password|billing|invoice|refund|alert|support|bank|banco|banque|payment|customer|service|shared?|document|vault"
    r"|kunden|sicher|cuenta|compte|online|help|mail|access"
)


def _asking(name: str, below: str) -> str:
    """Return a label made of words that ask for trust, like ``secure-login-update``; empty without one."""
    labels = [name, *below.split(".")] if "-" in below else [name]
    for label in labels:
        if len(label) >= 9 and ("-" in label or label == name):
            found: set[str] = set(_STRONG.findall(label))
            if len(found) >= (2 if "-" in label else 3) and not found <= _SOFT:
                return label
    return ""


#: Two of these are ordinary: ``online-service``, ``mail-support``.
_SOFT = frozenset(
    ("support", "customer", "service", "share", "shared", "document", "online", "help", "mail", "bank", "access")
)

_DIGITS = "0123456789"
_VOWELS = re.compile(r"[aeiouy]")
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{7,}")
_MIXED = re.compile(r"(?:[a-z]+\d+){3,}[a-z]*|(?:\d+[a-z]+){3,}\d*")
_HEXES = re.compile(r"[0-9a-f]{20,}")


def _is_random(name: str) -> bool:
    """Whether a registered name is one that nobody can say: drawn by a program."""
    if len(name) < 6 or "xn--" in name:
        return False
    longest = max(name.split("-"), key=len) if "-" in name else name
    digits = sum(map(name.count, _DIGITS))
    return bool(
        len(name) > 36
        or (digits >= 6 and len(name) <= 12)
        or (len(longest) >= 9 and _CONSONANTS.search(longest))
        or (len(longest) >= 10 and digits >= 3 and _MIXED.fullmatch(longest))
        or (len(longest) >= 12 and len(_VOWELS.findall(longest)) * 7 < len(longest))
        or _HEXES.search(name)
    )


def _given_away(host: str) -> bool:
    labels = host.rsplit(".", 2)
    return len(labels) == 3 and f"{labels[1]}.{labels[2]}" in ABUSED_SUFFIXES
