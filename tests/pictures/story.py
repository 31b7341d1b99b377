"""What happened at a made-up company in the last thirty days: enough of everything that a page can show.

The names of customers and files are invented; some are as long, as foreign or as hostile as real ones can be.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from typing import Any

from sqlalchemy import insert, select

from app.access.roles import Role
from app.bootstrap import Services
from app.engine.model import Verdict
from app.investigations.service import Caller
from app.providers.catalogue import ProviderName
from app.providers.service.policies import Change
from app.tickets.lists import EntryKind, Side
from app.tickets.service.lists import Lists
from app.tickets.tables import comments, decisions, scans
from tests.builders import NOON, Clock, a_call, a_connection, a_decision, a_finding, a_mail, a_scan, an_action

DAY = 86_400.0

_FILES = (
    "Rechnung_2026-11.pdf", "IMG_2041.HEIC", "screenshot.png", "order 4711.xlsx", "passport scan.jpg", "export.csv",
    "Bewerbung Müller.docx", "فاتورة.pdf", "注文書.pdf", "log.txt", "return-label.pdf", "receipt.eml",
    "a name that somebody wrote as a whole sentence because the help centre asked for a description of the file.pdf",
)  # fmt: skip
_SENDERS = ("maria@customer.example", "jo.lindqvist@buyers.example", "shop@küche.example", "noreply@forms.example")
_TYPES = {"pdf": "application/pdf", "png": "image/png", "csv": "text/csv", "txt": "text/plain"}

_BAD: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("invoice_8841.zip", "malicious", {
        "id": "office.autoexec_download", "title": "A macro that starts by itself and downloads a program",
        "where": "invoice_8841.zip/invoice.docm/vbaProject.bin", "severity": "malicious", "technique": "T1204.002",
        "evidence": 'Sub AutoOpen(): Shell "powershell -w hidden -enc SQBFAFgA…"', "reference": "",
    }),
    ("payment\u202egpj.exe", "restricted", {
        "id": "policy.program", "title": "A Windows program", "where": "payment\u202egpj.exe", "severity": "restricted",
        "evidence": "PE32 executable, not signed", "reference": "",
    }),
    ("delivery-note.html", "suspicious", {
        "id": "yara.html_refresh_to_data", "title": "A page that sends its reader on to one inside its own address",
        "where": "delivery-note.html", "severity": "suspicious", "evidence": 'content="0;url=data:text/html…"',
        "reference": "",
    }),
    ("confidential.7z", "unknown", {
        "id": "archive.encrypted", "title": "Locked with a password that stands nowhere in the ticket",
        "where": "confidential.7z", "severity": "unknown", "evidence": "7-Zip, AES-256", "reference": "",
    }),
    ("backup.iso", "unknown", {
        "id": "limit.size", "title": "Larger than what is looked into", "where": "backup.iso", "severity": "unknown",
        "evidence": "734,003,200 bytes", "reference": "",
    }),
)  # fmt: skip


def tell(services: Services, clock: Clock) -> None:
    """Write the story's rows; afterwards the clock stands at noon of the last day."""
    database = services.database
    acme = a_connection(
        database,
        webhook_id="01HX",
        trigger_id=11,
        events_until=NOON - 20,
        recipients=["security@acme.example", "it-on-call@acme.example"],
    )
    nordic = a_connection(
        database, name="acme-nordic", base_url="https://acme-nordic.zendesk.test", auth="api-token",
        email="bot@acme.example", created_at=NOON - 12 * DAY,
    )  # fmt: skip
    with database.write() as connection:
        days = list(_ordinary_days([acme, nordic]))
        days.sort(key=lambda pair: pair[0]["created_at"])
        connection.execute(insert(scans), [row for row, _ in days])
        connection.execute(insert(comments), [comment for _, comment in days])
        numbers = connection.execute(select(scans.c.id, scans.c.connection_id, scans.c.finished_at)).all()
        connection.execute(insert(decisions), [_clean(*number) for number in numbers])
    _bad_ones(services, acme)
    a_call(database, received_at=NOON - 4)
    _lists(services.lists)
    _outside(services)
    _people(services)
    _desk(services)
    clock.now = NOON
    while services.counting.run() > 3:  # the hours that are not over yet are counted again and again
        pass


def _ordinary_days(connections: list[int]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """What comes in all day and is clean: a scan and its comment."""
    chance = random.Random(5)
    for number in range(600):
        at = NOON - chance.random() ** 2 * 30 * DAY
        name, connection = chance.choice(_FILES), chance.choice((connections[0], connections[0], connections[1]))
        yield (
            {
                "connection_id": connection, "identity": f"attachment:{number + 1}", "kind": "attachment",
                "ticket_id": 40_000 + number // 2, "comment_id": 700_000 + number, "attachment_id": number + 1,
                "name": name, "sha256": hashlib.sha256(str(number).encode()).hexdigest(),
                "size": chance.randrange(2_000, 9_000_000), "verdict": "clean", "state": "done",
                "content_type": _TYPES.get(name.rpartition(".")[2], "application/octet-stream"),
                "sender": chance.choice(_SENDERS), "receiver": "support@acme.example",
                "channel": chance.choice(("email", "web", "web_widget")), "rules_version": "4f1c9a0d2b77e6a1",
                "created_at": at, "queued_at": at, "finished_at": at + 1 + chance.random() * 3, "findings": [],
                "urls": [],
            },
            {
                "connection_id": connection, "ticket_id": 40_000 + number // 2, "comment_id": 700_000 + number,
                "seen_at": at, "created_at": at - 1,
            },
        )  # fmt: skip


def _clean(scan: int, connection: int, at: float) -> dict[str, Any]:
    return {
        "connection_id": connection, "scan_id": scan, "verdict": "clean", "verdict_by": "engine",
        "actor": "Deskwarden", "effect": "nothing", "policy_version": "1", "decided_at": at, "settled": True,
    }  # fmt: skip


def _bad_ones(services: Services, connection: int) -> None:
    """What was found: spread over the days, with what followed from it."""
    database, chance = services.database, random.Random(7)
    for number, at in enumerate(sorted(NOON - 30 - chance.random() ** 2 * 29 * DAY for _ in range(45))):
        name, verdict, finding = _BAD[number % len(_BAD)]
        where = {"ticket_id": 50_100 + number, "comment_id": 800_000 + number, "connection_id": connection}
        taken = verdict in ("malicious", "restricted")
        state = "quarantined" if taken else "done"
        scan = a_scan(
            database, **where, name=name, verdict=verdict, state=state, findings=[a_finding(**finding)], created_at=at,
            finished_at=at + 2, sender=chance.choice(_SENDERS), content_type="application/octet-stream",
        )  # fmt: skip
        with database.write() as connection_:
            connection_.execute(insert(comments).values(**where, seen_at=at, created_at=at - 1))
        effect = "quarantine" if taken else "nothing"
        decision = a_decision(
            database, **where, scan_id=scan, verdict=verdict, effect=effect, decided_at=at + 2, settled=True
        )
        if taken:
            took = 3 + chance.expovariate(1 / 4)
            for kind, end in (("vault", took - 1), ("redact", took)):
                an_action(
                    database, **where, scan_id=scan, decision_id=decision, kind=kind, created_at=at + 2,
                    started_at=at + 2, finished_at=at + end,
                )  # fmt: skip
            a_mail(
                database, connection_id=connection, subject=f"Malicious file in ticket #{where['ticket_id']}",
                created_at=at + 9, sent_at=at + 10, recipients=["security@acme.example"],
            )  # fmt: skip
        if number % 9 == 0 and verdict != "clean":
            a_decision(
                database, **where, scan_id=scan, verdict="clean", verdict_by="person", actor="Ana", settled=True,
                reason="Known form of a supplier", effect="release" if taken else "nothing", decided_at=at + 900,
            )  # fmt: skip


def _lists(lists: Lists) -> None:
    for side, kind, value, reason in (
        (Side.BLOCK, EntryKind.DOMAIN, "log-in.example", "Phishing against our customers, case 2026-118"),
        (Side.BLOCK, EntryKind.SHA256, "9f" * 32, "Loader of the October outbreak"),
        (Side.BLOCK, EntryKind.PATTERN, "*.files.example/dl/*", "One-time downloads"),
        (Side.ALLOW, EntryKind.SENDER, "billing@supplier.example", "Signed order forms with macros"),
        (Side.ALLOW, EntryKind.HOST, "files.supplier.example", ""),
        (Side.ALLOW, EntryKind.URL, "https://status.supplier.example/a/very/long/path/that/goes/on?and=on", "Status"),
    ):
        lists.add(side, kind, value, actor="Ana", reason=reason, expires_at=NOON + 20 * DAY if reason else None)


def _outside(services: Services) -> None:
    services.provider_policies.change("acme", {ProviderName.SHORTENERS: Change(enabled=True)}, actor="Ana")


def _people(services: Services) -> None:
    for name, login, role in (
        ("Ana Marković", "ana", Role.ADMIN),
        ("Bo Lindqvist", "bo", Role.ANALYST),
        ("Chiara Rossi", "chiara", Role.VIEWER),
    ):
        services.people.users.create(name, login, role, by="the first administrator")
    services.access.create_token("SOAR playbooks", Role.ANALYST)
    services.access.create_token("Weekly report", Role.VIEWER)


def _desk(services: Services) -> None:
    """What people at the desk did: exceptions, questions, many verdicts at once."""
    services.rule_exceptions.make(
        "office.autoexec_download",
        reason="Order form of a supplier, checked by hand",
        author="Ana Marković",
        expires_at=NOON + 25 * DAY,
        connection="acme",
    )
    chiara = Caller("Chiara Rossi", "user:3")
    for scan, question in ((641, "The customer says that this is their own invoice."), (644, "Is this safe to open?")):
        services.investigations.ask(scan, "clean", question, chiara)
    services.investigations.say(1, "They sent the same file in October.", Caller("Bo Lindqvist", "user:2"))
    draft = services.policies.get("default")["policy"]
    services.simulator.start(draft, author="Ana Marković", which="default")
    services.bulk.order([601, 602], Verdict.MALICIOUS, reason="The October outbreak", actor="Ana Marković", token="1")
