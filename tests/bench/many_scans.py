"""A great many scans as they come in over a year, made up: the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import insert

from app.connections.tables import connections
from app.db import Database
from app.tickets.tables import scans

#: The last moment of the year that is made up: 21 November 2026, 12:00 UTC.
NOW = 1_795_262_400.0
_YEAR = 365 * 86_400.0

#: Rows a transaction.
_AT_ONCE = 5_000

_STEMS = (
    "invoice", "Rechnung", "scan", "image001", "screenshot", "contract", "order confirmation", "delivery note", "photo",
    "logo", "report", "Lebenslauf", "factura", "statement", "purchase order", "IMG", "signature", "payment advice",
    "請求書", "рахунок", "angebot", "résumé", "quotation", "shipping label", "price list", "minutes", "timesheet",
)  # fmt: skip
_ENDINGS = ("pdf", "png", "jpg", "docx", "xlsx", "zip", "html", "eml", "txt", "docm", "csv", "heic", "iso", "exe")
_ENDING_WEIGHTS = (30, 24, 20, 8, 6, 3, 2, 2, 2, 1, 1, 0.6, 0.2, 0.2)
_TYPES = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "zip": "application/zip"}
_CHANNELS, _CHANNEL_WEIGHTS = ("email", "web", "api", "chat", "sample_channel"), (70, 20, 6, 3, 1)
_RULES = tuple(
    f"{family}.{number}" for family in ("yara", "macro", "pdf", "html", "link", "limit") for number in range(25)
)


class Made:
    """The words that the rows are made of, so that whoever measures knows what to look for."""

    def __init__(self, seed: int = 7) -> None:
        self.random = random.Random(seed)
        self.senders = [f"person{number}@company{number % 4_000}.example" for number in range(40_000)]
        self.receivers = [f"{name}@acme.test" for name in ("support", "billing", "sales", "returns", "jobs", "help.de")]
        self.hosts = [f"www.shop{number}.example" for number in range(3_000)]
        self.hashes = [f"{self.random.getrandbits(256):064x}" for _ in range(2_000)]
        self.tickets = 1

    def rows(self, count: int, owners: Sequence[int]) -> Iterator[dict[str, Any]]:
        """Yield ``count`` scans, oldest first."""
        for number in range(count):
            if self.random.random() < 0.45:
                self.tickets += 1
            yield self._row(number, NOW - _YEAR + number * _YEAR / count, owners)

    def _row(self, number: int, at: float, owners: Sequence[int]) -> dict[str, Any]:
        chance = self.random.random
        kind = "attachment" if (draw := chance()) < 0.55 else "url" if draw < 0.98 else "upload"
        verdict, state = self._verdict(kind)
        url = self._url() if kind == "url" else None
        return {
            "connection_id": owners[0] if chance() < 0.8 else owners[-1],
            "identity": f"{kind}:{number}",
            "kind": kind,
            "ticket_id": self.tickets if kind != "upload" else None,
            "comment_id": number // 2,
            "attachment_id": number if kind == "attachment" else None,
            "name": url or self._name(number),
            "url": url,
            "sha256": None if url else self._hash(),
            "size": None if url else self.random.randrange(200, 5_000_000),
            "content_type": None if url else "application/pdf",
            "verdict": verdict,
            "verdict_by": "person" if chance() < 0.002 else "list" if chance() < 0.01 else "engine",
            "state": state,
            "sender": self.senders[int(chance() ** 3 * len(self.senders))],
            "receiver": self.receivers[int(chance() ** 3 * len(self.receivers))],
            "channel": self.random.choices(_CHANNELS, _CHANNEL_WEIGHTS)[0],
            "findings": self._findings(verdict),
            "urls": [{"url": self._url()} for _ in range(2)] if kind == "attachment" and chance() < 0.1 else [],
            "rules_version": "0123456789abcdef",
            "created_at": at,
            "queued_at": at,
            "finished_at": at + 1.5,
        }

    def _verdict(self, kind: str) -> tuple[str, str]:
        draw = self.random.random()
        if draw < 0.93:
            return "clean", "done"
        if draw < 0.962:
            return "unknown", "failed" if self.random.random() < 0.2 else "done"
        if draw < 0.982:
            return "suspicious", "done"
        verdict = "restricted" if draw < 0.992 else "malicious"
        return verdict, "done" if kind == "url" else self.random.choices(("quarantined", "released"), (9, 1))[0]

    def _name(self, number: int) -> str:
        ending = self.random.choices(_ENDINGS, _ENDING_WEIGHTS)[0]
        stem = _STEMS[int(self.random.random() ** 2 * len(_STEMS))]
        return f"{stem}.{ending}" if self.random.random() < 0.3 else f"{stem} {number * 7919 % 1_000_003}.{ending}"

    def _url(self) -> str:
        host = self.hosts[int(self.random.random() ** 3 * len(self.hosts))]
        page = self.random.choice(("track", "account", "item", "login"))
        return f"https://{host}/{page}/{self.random.getrandbits(40):x}"

    def _hash(self) -> str:
        return self.random.choice(self.hashes) if self.random.random() < 0.3 else f"{self.random.getrandbits(256):064x}"

    def _findings(self, verdict: str) -> list[dict[str, str]]:
        if verdict == "clean" and self.random.random() < 0.9:
            return []
        rule = _RULES[int(self.random.random() ** 2 * len(_RULES))]
        words = {"title": "A macro runs by itself when the document is opened", "where": "invoice.zip/order.docm"}
        return [{"id": rule, "severity": "suspicious", "evidence": "AutoOpen", "reference": "", **words}]


def two_connections(database: Database) -> list[int]:
    """Make two tenants and return their ids."""
    with database.write() as connection:
        return [
            connection.execute(
                insert(connections)
                .values(name=name, base_url=f"https://{name}.zendesk.test", auth="oauth", secret=b"", created_at=0.0)
                .returning(connections.c.id)
            ).scalar_one()
            for name in ("acme", "globex")
        ]


def fill(database: Database, count: int, made: Made) -> None:
    """Store ``count`` scans."""
    rows = made.rows(count, two_connections(database))
    for _ in range(0, count, _AT_ONCE):
        some = [row for _, row in zip(range(min(_AT_ONCE, count)), rows, strict=False)]
        if some:
            with database.write() as connection:
                connection.execute(insert(scans), some)
