"""Lists with one thing a line: addresses (as OpenPhish publishes them), domains, networks, or whatever comes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from app.feeds.entry import is_address
from app.feeds.listing import Kind, Listed, Options, Tally, lines_of

_COMMENTS = ("#", ";", "//", "!")


def urls(file: BinaryIO, options: Options, tally: Tally) -> Iterator[Listed]:
    """Yield every line as an address, a bare host as its first page."""
    del options
    for number, line in _lines(file, tally):
        yield Listed(Kind.URL, line, number)


def domains(file: BinaryIO, options: Options, tally: Tally) -> Iterator[Listed]:
    """Yield every line as a host."""
    del options
    for number, line in _lines(file, tally):
        yield Listed(Kind.HOST, _without_remark(line), number)


def networks(file: BinaryIO, options: Options, tally: Tally) -> Iterator[Listed]:
    """Yield every line as a network or IP address."""
    del options
    for number, line in _lines(file, tally):
        yield Listed(Kind.NETWORK, _without_remark(line), number)


def mixed(file: BinaryIO, options: Options, tally: Tally) -> Iterator[Listed]:
    """Yield every line as what it looks like."""
    del options
    for number, line in _lines(file, tally):
        yield Listed(kind_of(line), line if "/" in line else _without_remark(line), number)


def kind_of(value: str) -> Kind:
    """Return what a value that comes without a kind looks like."""
    host, slash, bits = value.partition("/")
    if is_address(host.strip("[]")) and (not slash or (bits.isdigit() and len(bits) <= 3)):
        return Kind.NETWORK
    return Kind.URL if slash else Kind.HOST


def _lines(file: BinaryIO, tally: Tally) -> Iterator[tuple[int, str]]:
    for number, line in lines_of(file, tally):
        if not line.startswith(_COMMENTS):
            yield number, line


def _without_remark(line: str) -> str:
    for mark in ("#", ";"):
        line = line.partition(mark)[0]
    return line.strip()
