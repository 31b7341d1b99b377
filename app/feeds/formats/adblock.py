"""Block lists in the notation of content blockers: ``||bad.example^`` and ``|https://bad.example/page|``.

Rules about elements of pages, exceptions, patterns, and rules that concern only parts of a page are left out (the
notation: help.adblockplus.org/hc/en-us/articles/360062733293).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from app.feeds.listing import Kind, Listed, Options, Tally, lines_of

#: Options under which a rule still means the whole address.
_WHOLE = frozenset({"", "all", "document", "doc", "popup", "important"})
_OTHER = ("@@", "##", "#@#", "#?#", "#$#", "/", "*", "[")


def parse(file: BinaryIO, options: Options, tally: Tally) -> Iterator[Listed]:
    """Yield the hosts and addresses that are blocked as a whole."""
    del options
    for number, line in lines_of(file, tally):
        if line.startswith(("!", "[")):
            continue
        rule, _, settings = line.partition("$")
        if line.startswith(_OTHER) or "##" in line or not _WHOLE.issuperset(settings.split(",")):
            tally.left_out += 1
        elif rule.startswith("||"):
            yield from _host(rule[2:].removesuffix("|").removesuffix("^"), number, tally)
        elif rule.startswith("|http"):
            yield Listed(Kind.URL, rule.strip("|^"), number)
        elif "*" in rule or "/" in rule or "^" in rule:
            tally.left_out += 1
        else:
            yield Listed(Kind.HOST, rule, number)


def _host(name: str, number: int, tally: Tally) -> Iterator[Listed]:
    if "*" in name or "/" in name or "^" in name:
        tally.left_out += 1
    else:
        yield Listed(Kind.HOST, name, number)
