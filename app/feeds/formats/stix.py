"""STIX 2.0 and 2.1 (docs.oasis-open.org/cti/stix/v2.1): the indicators of a bundle, with their time of validity."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from app.feeds.listing import Kind, Listed, Options, Tally, Unlisted, day_in, document_of, text_in

_KINDS = {"url": Kind.URL, "domain-name": Kind.HOST, "ipv4-addr": Kind.NETWORK, "ipv6-addr": Kind.NETWORK}
#: Characters of the longest pattern that is read.
_LONGEST = 65_536
#: One comparison of a pattern, or a word or sign that says how comparisons hang together. A text in quotation marks is
#: one piece: whatever stands in it joins nothing.
_PIECE = re.compile(
    r"\s*(?:(?P<type>[a-z0-9-]{1,64}):(?P<path>[A-Za-z0-9_.'\[\]*-]{1,200}?)\s{0,20}(?P<operator>=|!=|IN|LIKE|MATCHES)"
    r"\s{0,20}(?P<value>'(?:[^'\\]|\\.)*'|\([^()]{0,60000}\))|(?P<word>OR|AND|FOLLOWEDBY|NOT|WITHIN|START|STOP|REPEATS)"
    r"\b|(?P<sign>[\[\]()]))"
)
_TEXT = re.compile(r"'((?:[^'\\]|\\.)*)'")


def parse(file: BinaryIO, options: Options, tally: Tally) -> Iterator[Listed]:
    """Yield what indicators name on their own. Those that were revoked, or are less sure than asked for, are left out;
    those that only mean something together with other things are counted as not usable."""
    document = document_of(file)
    objects = document.get("objects") if isinstance(document, dict) else document
    for number, item in enumerate(objects if isinstance(objects, list) else [], 1):
        if text_in(item, "type") != "indicator":
            continue
        if not _is_wanted(item, options):
            tally.left_out += 1
            continue
        try:
            found = list(comparisons(text_in(item, "pattern")))
        except Unlisted as reason:
            tally.reject(number, str(reason))
            continue
        if not found:
            tally.left_out += 1
        day, until = day_in(text_in(item, "valid_from")), day_in(text_in(item, "valid_until"))
        for kind, value in found:
            yield Listed(kind, value, number, _category(item), day, until)


def _is_wanted(item: dict[str, Any], options: Options) -> bool:
    kinds = item.get("indicator_types")
    if item.get("revoked") is True or (isinstance(kinds, list) and "benign" in kinds):
        return False
    confidence = item.get("confidence")
    return not isinstance(confidence, int) or confidence >= options.least_confidence


def _category(item: dict[str, Any]) -> str:
    kinds = item.get("indicator_types")
    return "anonymizer" if isinstance(kinds, list) and "anonymization" in kinds else ""


def comparisons(pattern: str) -> Iterator[tuple[Kind, str]]:
    """Yield what a pattern compares addresses, domains and IP addresses with, where any one of them is enough.

    Raises Unlisted for a pattern that is none, or that asks for several things at once.
    """
    if len(pattern) > _LONGEST:
        raise Unlisted("too long a pattern")
    found: list[tuple[Kind, str]] = []
    at, end = 0, len(pattern.rstrip())
    while at < end:
        piece = _PIECE.match(pattern, at)
        if not piece:
            raise Unlisted("no pattern")
        at = piece.end()
        if piece["word"] not in (None, "OR"):
            raise Unlisted("a pattern that asks for several things at once")
        if piece["type"]:
            found += _values(piece)
    yield from found


def _values(piece: re.Match[str]) -> Iterator[tuple[Kind, str]]:
    kind = _KINDS.get(piece["type"])
    if kind is None or piece["path"] != "value":
        return
    if piece["operator"] not in ("=", "IN"):
        raise Unlisted("a pattern that compares otherwise than by equality")
    for text in _TEXT.finditer(piece["value"]):
        yield kind, re.sub(r"\\(.)", r"\1", text.group(1))
