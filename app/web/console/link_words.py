"""What the console says of one link: where it leads, how it was written, what readers saw, where it stood. Pure.

Addresses come out defanged, so that whatever shows them can make nothing of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.links.defang import defang
from app.engine.printable import printable
from app.findings.hostile_text import shown, unlinked

#: Characters of an address in a heading.
HEADING = 120

#: Longer values are folded: an address can be as long as a page.
LONG = 240

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """One line about a link. ``code`` sets it in a fixed font."""

    label: str
    value: str
    code: bool = False

    @property
    def is_long(self) -> bool:
        """Whether there is too much of it to be read at a glance."""
        return len(self.value) > LONG

    @property
    def short(self) -> str:
        """The beginning of a long value."""
        return f"{self.value[: LONG - 1]}…"


def title(scan: Row, most: int = HEADING) -> str:
    """Return where a link leads, on one line; its host, which says most, stands at the beginning."""
    address = defang(scan.get("url") or scan["name"])
    return address if len(address) <= most else f"{address[: most - 1]}…"


def facts(scan: Row) -> list[Fact]:
    """Return what is known of a link, in the order in which people ask."""
    link = scan["urls"][0] if scan.get("urls") else {}
    return list(_facts(scan, link))


def _facts(scan: Row, link: Row) -> Iterator[Fact]:
    target, written = defang(scan.get("url") or scan["name"]), defang(scan["name"])
    yield Fact("Leads to", target, code=True)
    if written != target:
        yield Fact("Written as", written, code=True)
    if link.get("via"):
        yield Fact("Wrapped by", " › ".join(printable(name, 80) for name in link["via"]))
    if link.get("text"):
        yield Fact("Readers see", f"“{unlinked(shown(link['text'], 200))}”")
    yield Fact("Found in", _place(scan, link.get("where", "")))


def _place(scan: Row, where: str) -> str:
    if not scan["ticket_id"]:
        return "nothing: it was sent through the API"
    if scan["comment_id"]:
        return f"a comment of ticket #{scan['ticket_id']}"
    return f"the {printable(where, 60) or 'subject'} of ticket #{scan['ticket_id']}"
