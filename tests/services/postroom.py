"""The post office by itself: its database, a mailer that keeps what it is given, and rules that a test sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select

from app.adapters.mail import Mail, Refusal
from app.connections.tables import connections
from app.db import Database
from app.findings.languages import Language
from app.findings.mail_rules import MailRules
from app.findings.notice_facts import FileNotice, Notice
from app.findings.post.service.carrying import Carrying
from app.findings.post.service.leaving import Leaving
from app.findings.post.service.office import Facts, LetterKind, Post
from app.findings.post.service.sorting import Sorting
from app.findings.post.tables import letters, mails
from app.jobs import InlineQueue
from app.keys import MasterKey
from tests.builders import NOON, Clock


class KeepingMailer:
    """Takes every mail, or does what a test says first."""

    def __init__(self) -> None:
        self.taken: list[Mail] = []
        self.before: Callable[[Mail], None] = lambda _mail: None
        self.after: Callable[[Mail], None] = lambda _mail: None
        self.refused: tuple[Refusal, ...] = ()

    def send(self, mail: Mail, *, now: float) -> tuple[Refusal, ...]:
        self.before(mail)
        self.taken.append(mail)
        self.after(mail)
        return self.refused


@dataclass
class Wishes:
    """What policies and accounts say, as a test sets it."""

    mail: MailRules = field(default_factory=MailRules)
    to: tuple[str, ...] = ("security@acme.test",)
    accounts: dict[str, Language] = field(default_factory=dict)

    def rules(self, _connection_id: int) -> MailRules:
        return self.mail

    def recipients(self, _connection_id: int) -> tuple[str, ...]:
        return self.to

    def language(self, address: str) -> Language | None:
        return self.accounts.get(address)


class PostRoom:
    """One connection's letters and mails."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Clock()
        self.clock.now = NOON
        self.queue = InlineQueue()
        self.mailer = KeepingMailer()
        self.wishes = Wishes()
        self.post = Post(database, self.queue, self.clock)
        self.leaving = Leaving(database, MasterKey(b"k" * 32), "https://dw.example", self.clock)
        self.sorting = Sorting(
            database, self.wishes, self.leaving, public_url="https://dw.example", domain="dw.example", now=self.clock
        )
        self.carrying = Carrying(database, self.mailer, self.leaving, self.clock)
        with database.write() as connection:
            row = {"name": "acme", "base_url": "https://acme.test", "auth": "oauth", "secret": b"", "created_at": NOON}
            self.connection_id = connection.execute(
                insert(connections).values(**row).returning(connections.c.id)
            ).scalar_one()

    def put(
        self, key: str, facts: Facts | None = None, kind: LetterKind = LetterKind.QUARANTINE, to: tuple[str, ...] = ()
    ) -> bool:
        with self.database.write() as connection:
            return self.post.put(
                connection, self.connection_id, kind, facts or infected(key), key=key, recipients=to, ticket_id=7
            )

    def work(self) -> None:
        self.sorting.run(self.connection_id)
        self.carrying.run(self.connection_id)

    def rows(self, table: Any) -> list[Any]:
        with self.database.read() as connection:
            return list(connection.execute(select(table).order_by(table.c.id)).all())

    @property
    def mails(self) -> list[Any]:
        return self.rows(mails)

    @property
    def letters(self) -> list[Any]:
        return self.rows(letters)

    def named(self, name: str) -> int:
        """In how many different mails that went out a file is named."""
        return len({mail.message_id for mail in self.mailer.taken if f"{name}.exe\n" in mail.text})


def infected(name: str) -> Notice:
    """A ticket from which one file was removed."""
    file = FileNotice(f"{name}.exe", "a" * 64, 68, "malicious", "EICAR test file", link="https://dw.example/scans/1")
    return Notice(7, "acme", (file,))
