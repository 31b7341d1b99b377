"""The formats of feeds, by name: a row each, and a file each that knows how it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from app.feeds.formats import adblock, columns, drop, hosts, misp, phishtank, plain, stix, threatfox, urlhaus
from app.feeds.listing import Listed, Options, Tally

#: Reads a file from its beginning and yields what it lists; what it cannot read goes into the tally. Raises Rejected
#: when the file as a whole is something else.
Parser = Callable[[BinaryIO, Options, Tally], Iterator[Listed]]


@dataclass(frozen=True, slots=True)
class Format:
    """How a feed is written: its parser, what it is in a line, and the category of what does not say its own."""

    parse: Parser
    summary: str
    category: str = "malicious"


FORMATS: dict[str, Format] = {
    "urlhaus": Format(urlhaus.parse, "URLhaus: CSV, JSON, plain list or hosts file", "malware"),
    "threatfox": Format(threatfox.parse, "ThreatFox: CSV or JSON export", "malware"),
    "openphish": Format(plain.urls, "OpenPhish: one address a line", "phishing"),
    "phishtank": Format(phishtank.parse, "PhishTank: CSV or JSON", "phishing"),
    "drop": Format(drop.parse, "Spamhaus DROP: text or JSON lines", "hijacked"),
    "urls": Format(plain.urls, "one address a line"),
    "domains": Format(plain.domains, "one domain a line"),
    "networks": Format(plain.networks, "one IP address or network a line"),
    "list": Format(plain.mixed, "addresses, domains and networks, one a line"),
    "hosts": Format(hosts.parse, "a hosts file"),
    "adblock": Format(adblock.parse, "a content blocker's list"),
    "csv": Format(columns.parse, "any CSV, with its columns named"),
    "misp": Format(misp.parse, "MISP events or attributes as JSON"),
    "stix": Format(stix.parse, "STIX 2 bundle of indicators"),
}
