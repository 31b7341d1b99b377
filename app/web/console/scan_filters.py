"""The filters of the list of scans as people see them: names, chips that take one away, addresses. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from app.engine.printable import printable
from app.web.console import words

#: What a filter is called, in the order of the chips.
NAMES = {
    "verdict": "Verdict",
    "q": "Search",
    "kind": "Kind",
    "state": "State",
    "within": "Seen",
    "since": "Seen since",
    "until": "Seen before",
    "connection": "Connection",
    "channel": "Channel",
    "ticket": "Ticket",
    "sender": "From",
    "receiver": "To",
    "decided_by": "Decided by",
    "rule": "Finding",
    "host": "Link to",
    "sha256": "SHA-256",
}

KINDS = {"attachment": "File", "url": "Link", "upload": "Upload"}
STATES = {
    "queued": "Waiting",
    "scanning": "Scanning",
    "done": "In the ticket, or judged",
    "quarantined": "Quarantined",
    "released": "Given back",
    "failed": "Not scanned",
}
WITHIN = {"24h": "Last 24 hours", "7d": "Last 7 days", "30d": "Last 30 days"}
DECIDED_BY = {"engine": "The scanner", "list": "A list", "person": "A person"}

_VALUES: Mapping[str, Mapping[str, str]] = {"kind": KINDS, "state": STATES, "within": WITHIN, "decided_by": DECIDED_BY}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set: its name, its value in words, and the address of the list without it."""

    name: str
    value: str
    address: str


def given(arguments: MultiDict[str, str]) -> dict[str, str]:
    """Return the filters of an address; what a form gives several times has commas between."""
    found = {}
    for name, values in arguments.lists():
        # More than one of the others is a mistake that is told by whoever checks them.
        value = ",".join(each for each in values if each) if name == "verdict" else values[-1]
        if value.strip():
            found[name] = value
    return found


def address(base: str, filters: Mapping[str, str], **changes: str | None) -> str:
    """Return the address with some filters changed or taken away; every change goes back to the newest page."""
    kept = {name: value for name, value in filters.items() if name not in ("cursor", "limit")}
    merged = {name: value for name, value in {**kept, **changes}.items() if value is not None}
    # Without any filter the list might begin with a view; an empty one says that nothing is wanted.
    return f"{base}?{urlencode(merged)}" if merged else f"{base}?verdict="


def chips(base: str, filters: Mapping[str, str]) -> list[Chip]:
    """Return the filters that are set."""
    return [
        Chip(label, _words(name, filters[name]), address(base, filters, **{name: None}))
        for name, label in NAMES.items()
        if name in filters
    ]


def query(filters: Mapping[str, str]) -> str:
    """Return the filters as they are kept in a view."""
    return urlencode({name: filters[name] for name in NAMES if name in filters})


def _words(name: str, value: str) -> str:
    if name == "verdict":
        known = {verdict.value: label for verdict, label in words.VERDICTS.items()}
        return " or ".join(known.get(each, printable(each, 40)) for each in value.split(","))
    return _VALUES.get(name, {}).get(value) or printable(value, 80)
