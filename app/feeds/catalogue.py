"""Feeds that are ready to be switched on: where they are fetched, on whose terms, and how far they are believed.

None is in use until somebody enables it. Addresses and terms as their providers publish them, November 2026.
"""

from __future__ import annotations

from dataclasses import dataclass

HOUR = 3600.0
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """One feed; see the table of the feeds for what its numbers mean.

    key  whether a key is ``needed``, ``optional`` (it allows more downloads) or unknown to it (empty)
    """

    name: str
    format: str
    url: str
    licence: str
    category: str
    weight: int
    every: float
    key: str = ""
    max_age: int = 0
    stale_after: int = 14


READY_MADE = (
    ReadyMade(
        "urlhaus",
        "urlhaus",
        "https://urlhaus-api.abuse.ch/files/exports/recent.csv?auth-key={key}",
        "abuse.ch: free under fair use with a key from auth.abuse.ch; commercial users may need a paid plan",
        "malware",
        100,
        HOUR,
        key="needed",
        max_age=90,
    ),
    ReadyMade(
        "threatfox",
        "threatfox",
        "https://threatfox-api.abuse.ch/files/exports/full.csv.zip?auth-key={key}",
        "abuse.ch: free under fair use with a key from auth.abuse.ch; commercial users may need a paid plan",
        "malware",
        80,
        6 * HOUR,
        key="needed",
        max_age=180,
    ),
    ReadyMade(
        "openphish",
        "openphish",
        "https://raw.githubusercontent.com/openphish/public_feed/refs/heads/main/feed.txt",
        "OpenPhish community feed: for own use under openphish.com/terms.html, not to be passed on",
        "phishing",
        100,
        6 * HOUR,
        stale_after=7,
    ),
    ReadyMade(
        "phishtank",
        "phishtank",
        "https://data.phishtank.com/data/{key}/online-valid.csv.gz",
        "PhishTank: free, also for commercial use; a few downloads a day without a key",
        "phishing",
        100,
        6 * HOUR,
        key="optional",
        stale_after=7,
    ),
    ReadyMade(
        "spamhaus-drop",
        "drop",
        "https://www.spamhaus.org/drop/drop_v4.json",
        "The Spamhaus Project: free of charge, with its copyright notice; at most one download an hour",
        "hijacked",
        80,
        DAY,
    ),
    ReadyMade(
        "spamhaus-drop-v6",
        "drop",
        "https://www.spamhaus.org/drop/drop_v6.json",
        "The Spamhaus Project: free of charge, with its copyright notice; at most one download an hour",
        "hijacked",
        80,
        DAY,
    ),
)
BY_NAME = {feed.name: feed for feed in READY_MADE}
