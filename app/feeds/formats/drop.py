"""Spamhaus DROP (spamhaus.org/blocklists/do-not-route-or-peer): networks as text or as one JSON object a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import orjson

from app.feeds.listing import Kind, Listed, Options, Tally, lines_of, text_in


def parse(file: BinaryIO, options: Options, tally: Tally) -> Iterator[Listed]:
    """Yield the networks. The text form has ``network ; number`` lines, the JSON form ends in a line about itself."""
    del options
    for number, line in lines_of(file, tally):
        if line.startswith("{"):
            yield from _object(line, number, tally)
        elif network := line.partition(";")[0].partition("#")[0].strip():
            yield Listed(Kind.NETWORK, network, number)


def _object(line: str, number: int, tally: Tally) -> Iterator[Listed]:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        tally.reject(number, "not valid JSON")
        return
    if network := text_in(row, "cidr"):
        yield Listed(Kind.NETWORK, network, number)
    elif text_in(row, "type") != "metadata":
        tally.reject(number, "no network in it")
