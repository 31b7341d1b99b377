"""Options of commands that judge links: the names that links may imitate, the own domains, the local index."""

from __future__ import annotations

import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from pathlib import Path

from app.engine.links.imitated import Brand
from app.engine.links.index import DAY_SECONDS, Index, Unreadable
from app.engine.links.judge import LinkContext
from app.engine.links.reputation import NOTHING_KNOWN, Hit, Reputation
from app.engine.printable import printable
from app.errors import Misconfigured
from app.feeds.service.following import index_path


def add_link_options(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--brand",
        metavar="NAME=DOMAIN[,DOMAIN]",
        action="append",
        default=[],
        type=brand,
        help="a name of yours that links may imitate, and where it is at home; may be given several times",
    )
    parser.add_argument(
        "--own-domain",
        metavar="DOMAIN",
        action="append",
        default=[],
        type=domain,
        help="a domain of yours: links to it are never called imitations; may be given several times",
    )
    parser.add_argument(
        "--index", metavar="FILE", type=Path, help="index of the feeds to look links up in (default: the data folder's)"
    )


def context_of(args: Namespace) -> LinkContext:
    """Return what the options say about the place of the links."""
    return LinkContext(brands=tuple(args.brand), own_domains=frozenset(args.own_domain))


def local_reputation(home: Path, index: Path | None) -> Reputation:
    """Return the feeds' index: the file that was named, else the one in the data folder, else one that knows nothing.

    Raises Misconfigured when the file cannot be used.
    """
    path = index or index_path(home)
    if index is None and not path.exists():
        return NOTHING_KNOWN
    try:
        return OpenIndex(Index(path), today=int(time.time() // DAY_SECONDS))
    except (OSError, Unreadable) as error:
        reason = (error.strerror or "it cannot be read") if isinstance(error, OSError) else str(error)
        raise Misconfigured(
            f"The index {printable(str(path), 1000)} cannot be used: {reason.rstrip('.')}. "
            "'deskwarden feeds update' makes it anew.",
            code="index",
        ) from None


class OpenIndex:
    """An index as a reputation of today: for commands that end before midnight matters."""

    def __init__(self, index: Index, *, today: int) -> None:
        self._index = index
        self._today = today

    def lookup(self, expressions: Sequence[str]) -> list[Hit]:
        """Return what is known of the expressions of one address."""
        return self._index.lookup(expressions, today=self._today)

    def lookup_many(self, expressions: Sequence[Sequence[str]]) -> list[list[Hit]]:
        """Return the same for many addresses."""
        return self._index.lookup_many(expressions, today=self._today)

    def networks(self, address: str) -> list[Hit]:
        """Return the listed networks in which an IP address lies."""
        return self._index.networks(address, today=self._today)


def brand(text: str) -> Brand:
    """Read ``NAME=DOMAIN[,DOMAIN]``; raises ArgumentTypeError."""
    name, _, listed = text.partition("=")
    domains = tuple(domain(part) for part in listed.split(",") if part.strip())
    if not name.strip() or not domains:
        raise ArgumentTypeError("write it like Acme=acme.example,acme.test")
    return Brand(name.strip(), domains)


def domain(text: str) -> str:
    """Read a domain; raises ArgumentTypeError."""
    name = text.strip().strip(".").lower()
    if "." not in name or any(sign in name for sign in "/:@ ?#"):
        raise ArgumentTypeError(f"'{text}' is no domain; write it like acme.example")
    return name if name.isascii() else name.encode("idna").decode("ascii")
