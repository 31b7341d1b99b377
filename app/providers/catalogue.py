"""The providers that can be switched on, what each would learn, and the limits it has unless told otherwise. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ProviderName(StrEnum):
    """Every provider there is."""

    SAFE_BROWSING = "safe_browsing"
    WEB_RISK = "web_risk"
    VIRUSTOTAL = "virustotal"
    DNS_LISTS = "dns_lists"
    SHORTENERS = "shorteners"


@dataclass(frozen=True, slots=True)
class Entry:
    """What there is to know about a provider before it is switched on.

    sends       what leaves the house, in plain words
    needs_key   whether it can be asked without a key
    per_minute  calls a minute, and ``per_day`` in a day (UTC); 0: as many as there are
    seconds     that one call may take
    options     what else can be set, with the value that holds when nothing is said
    """

    name: ProviderName
    title: str
    sends: str
    needs_key: bool
    per_minute: int
    per_day: int = 0
    seconds: float = 5.0
    options: Mapping[str, Any] = field(default_factory=dict)


CATALOGUE: dict[ProviderName, Entry] = {
    entry.name: entry
    for entry in (
        Entry(
            ProviderName.SAFE_BROWSING,
            "Google Safe Browsing",
            "the first four bytes of hashes of each link and of its folders and parent domains, never the link",
            needs_key=True,
            per_minute=300,
            per_day=10_000,
        ),
        Entry(
            ProviderName.WEB_RISK,
            "Google Web Risk",
            "the first four bytes of hashes, as with Safe Browsing; with 'send_urls' each link itself",
            needs_key=True,
            per_minute=600,
            options={"send_urls": False},
        ),
        Entry(
            ProviderName.VIRUSTOTAL,
            "VirusTotal",
            "each link itself; with 'submit' unknown ones are handed in, and anybody can find them there",
            needs_key=True,
            per_minute=4,
            per_day=500,
            seconds=10.0,
            options={"submit": False},
        ),
        Entry(
            ProviderName.DNS_LISTS,
            "DNS lists (SURBL, URIBL, Spamhaus)",
            "the domain or the IP address of each link, to the resolver you name and through it to the lists",
            needs_key=False,
            per_minute=60,
            seconds=3.0,
            options={"resolver": "", "lists": []},
        ),
        Entry(
            ProviderName.SHORTENERS,
            "Following shortened links",
            "each shortened link to the shortener it names, which counts it as a visit from this server",
            needs_key=False,
            per_minute=60,
            seconds=8.0,
            options={"hosts": []},
        ),
    )
}
