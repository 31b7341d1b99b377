"""What can be seen from an address alone. One small function a sign: an address in, a sign or nothing out.

Each sign has a weight that was measured on addresses of real phishing and of ordinary mails: what ordinary mails have
now and then is ``LOW``, and one such sign alone makes no link suspicious.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.engine.links.address import Address
from app.engine.links.host_signs import host_signs
from app.engine.links.place_signs import asks, asks_in_clear, download, hosting, port, random_path, taken_over
from app.engine.links.sign import Sign
from app.engine.links.written_signs import backslash, carries_reader, escaped, number, userinfo

#: In the order in which they are told.
_LOOKS: tuple[Callable[[Address], Sign | None], ...] = (
    number,
    userinfo,
    backslash,
    escaped,
    carries_reader,
    hosting,
    asks,
    asks_in_clear,
    download,
    port,
    random_path,
    taken_over,
)


def signs_of(address: Address) -> Iterator[Sign]:
    """Yield what can be seen from the address alone."""
    for look in _LOOKS:
        if sign := look(address):
            yield sign
    yield from host_signs(address)
