"""Hosts files: ``0.0.0.0 bad.example`` or ``127.0.0.1 bad.example``, with remarks after ``#`` (hosts(5))."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from app.feeds.listing import Kind, Listed, Options, Tally, lines_of

#: Where such files send what they block.
NOWHERE = frozenset({"0.0.0.0", "127.0.0.1", "::", "::1"})  # noqa: S104 - nothing listens there
#: What every such file says of the machine itself.
_OWN = frozenset(
    {"localhost", "localhost.localdomain", "local", "broadcasthost", "ip6-localhost", "ip6-loopback", "0.0.0.0"}  # noqa: S104 - a name here
)
#: Hosts on one line.
_MOST = 64


def parse(file: BinaryIO, options: Options, tally: Tally) -> Iterator[Listed]:
    """Yield the hosts that a file sends nowhere."""
    del options
    for number, line in lines_of(file, tally):
        words = line.partition("#")[0].split(maxsplit=_MOST)
        if not words:
            continue
        if words[0] not in NOWHERE or len(words) < 2:
            tally.reject(number, "no line of a hosts file")
            continue
        for host in words[1:_MOST]:
            if host not in _OWN:
                yield Listed(Kind.HOST, host, number)
