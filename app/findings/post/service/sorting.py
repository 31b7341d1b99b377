"""Letters become mails: each letter in exactly one mail for each recipient, in one transaction with its mark.

A worker that dies before the commit has changed nothing, and after it the letter is marked: it is never told twice.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from sqlalchemy import Connection, insert, select, update

from app.connections.tables import connections
from app.db import Database
from app.findings.digests import Digest, Why, digest_mail, parted
from app.findings.event_mails import connection_mail, investigation_mail
from app.findings.languages import Language
from app.findings.mail_rules import MailRules
from app.findings.notice_facts import ConnectionState, Investigation, Notice
from app.findings.notices import quarantine_mail, release_mail
from app.findings.post.plan import WINDOW_SECONDS, Plan, Waiting, plan, quiet_end
from app.findings.post.service.leaving import Leaving
from app.findings.post.service.office import GATHERED, LetterKind
from app.findings.post.tables import enclosures, letters, mails

#: Letters that one transaction takes; the rest follows in the next.
AT_ONCE = 3000

#: Letters that go out by themselves in one transaction.
_SINGLES_AT_ONCE = 50


class MailPreferences(Protocol):
    """What the connections' policies and the accounts say about mails."""

    def rules(self, connection_id: int) -> MailRules:
        """Return the mail rules of a connection."""

    def recipients(self, connection_id: int) -> Sequence[str]:
        """Return who gets the mails of a connection; may be nobody."""

    def language(self, address: str) -> Language | None:
        """Return the language that the account with this address has chosen; None: there is no such account."""


@dataclass(frozen=True, slots=True)
class _House:
    """The connection whose letters are sorted."""

    connection_id: int
    tenant: str
    rules: MailRules
    recipients: tuple[str, ...]


class Sorting:
    """Makes mails of the letters whose time has come. ``domain`` is the right-hand side of Message-IDs."""

    def __init__(
        self,
        database: Database,
        preferences: MailPreferences,
        leaving: Leaving,
        *,
        public_url: str,
        domain: str,
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._preferences = preferences
        self._leaving = leaving
        self._public_url = public_url
        self._domain = domain
        self._now = now

    def run(self, connection_id: int) -> None:
        """Make mails of what is due for this connection."""
        house = self._house(connection_id)
        while house is not None and self._round(house):
            pass

    def _house(self, connection_id: int) -> _House | None:
        with self._database.read() as connection:
            name = connection.execute(
                select(connections.c.name).where(connections.c.id == connection_id)
            ).scalar_one_or_none()
        if name is None:
            return None
        recipients = tuple(dict.fromkeys(self._preferences.recipients(connection_id)))
        return _House(connection_id, name, self._preferences.rules(connection_id), recipients)

    def _round(self, house: _House) -> bool:
        """Sort once; return whether there is more to do at this moment."""
        with self._database.write() as connection:
            waiting = self._waiting(connection, house)
            gathered = [letter for letter in waiting if _is_gathered(letter)]
            direct = [letter for letter in waiting if not _is_gathered(letter)]
            more = self._send_direct(connection, house, direct)
            return self._follow(connection, house, gathered, self._plan(connection, house, gathered)) or more

    def _waiting(self, connection: Connection, house: _House) -> Sequence[Any]:
        # One worker at a time sorts a connection's letters; whoever comes second sees what the first one did.
        held = select(connections.c.id).where(connections.c.id == house.connection_id)
        connection.execute(held if self._database.is_sqlite else held.with_for_update(key_share=True))
        return connection.execute(
            select(letters)
            .where(letters.c.connection_id == house.connection_id, letters.c.mailed_at.is_(None))
            .order_by(letters.c.id)
            .limit(AT_ONCE)
        ).all()

    def _plan(self, connection: Connection, house: _House, gathered: Sequence[Any]) -> Plan:
        waiting = [Waiting(letter.created_at, letter.held_at is not None) for letter in gathered]
        return plan(house.rules, self._now(), waiting, self._singles(connection, house) if gathered else ())

    def _singles(self, connection: Connection, house: _House) -> list[float]:
        """Return when the single mails of the last hour were made, each letter once whatever its languages."""
        rows = connection.execute(
            select(letters.c.mailed_at)
            .join_from(enclosures, letters, enclosures.c.letter_id == letters.c.id)
            .join(mails, enclosures.c.mail_id == mails.c.id)
            .where(mails.c.connection_id == house.connection_id, mails.c.kind.in_(GATHERED))
            .where(mails.c.created_at > self._now() - WINDOW_SECONDS)
            .group_by(letters.c.id, letters.c.mailed_at)
        )
        return list(rows.scalars())

    def _send_direct(self, connection: Connection, house: _House, direct: Sequence[Any]) -> bool:
        """Letters to named people and about the connection go out one by one, but not in quiet hours."""
        if (end := quiet_end(house.rules, self._now())) is not None:
            self._wait(connection, direct, end, hold=False)
            return False
        for letter in direct[:_SINGLES_AT_ONCE]:
            self._single(connection, house, letter)
        return len(direct) > _SINGLES_AT_ONCE

    def _follow(self, connection: Connection, house: _House, gathered: Sequence[Any], planned: Plan) -> bool:
        if planned.digest is not None:
            self._digest(connection, house, gathered, planned.digest)
            return len(gathered) == AT_ONCE
        singles = gathered[: min(planned.singles, _SINGLES_AT_ONCE)]
        for letter in singles:
            self._single(connection, house, letter)
        if planned.singles > _SINGLES_AT_ONCE:
            return True
        if planned.next_at is not None:
            self._wait(connection, gathered[len(singles) :], planned.next_at, hold=planned.hold)
        return False

    def _wait(self, connection: Connection, left: Sequence[Any], until: float, *, hold: bool) -> None:
        ids = [letter.id for letter in left]
        for start in range(0, len(ids), 500):
            some = letters.c.id.in_(ids[start : start + 500])
            connection.execute(update(letters).where(some).values(due_at=until))
            if hold:
                connection.execute(update(letters).where(some, letters.c.held_at.is_(None)).values(held_at=self._now()))

    def _single(self, connection: Connection, house: _House, letter: Any) -> None:
        """One mail for each language among the recipients."""
        for language, group in self._by_language(house, tuple(letter.recipients) or house.recipients):
            written = _written(letter.kind, letter.facts, language)
            name = f"{letter.kind}.{letter.id}.{language.value}.{int(letter.created_at)}"
            self._add(connection, house, written, [letter], name, kind=letter.kind, language=language, to=group)
        self._mark(connection, [letter])

    def _digest(self, connection: Connection, house: _House, told: Sequence[Any], why: Why) -> None:
        """The same digest for every recipient who wants one, each with an address of his own to turn it off."""
        stopped = self._leaving.stopped(connection, house.connection_id)
        wanted = [address for address in house.recipients if address.lower() not in stopped]
        parts, left_out = parted([(letter.kind, Notice.from_dict(letter.facts)) for letter in told])
        for number, address in enumerate(wanted or [""]):
            language = (self._preferences.language(address) if address else None) or house.rules.language
            for part, notices in enumerate(parts, 1):
                leave = secrets.token_urlsafe(12) if address else None
                digest = Digest(
                    tenant=house.tenant,
                    why=why,
                    most_an_hour=house.rules.most_an_hour,
                    since=told[0].created_at,
                    until=told[-1].created_at,
                    zone=house.rules.zone,
                    notices=tuple(notices),
                    more=left_out if part == len(parts) else 0,
                    page=f"{self._public_url}/scans?{urlencode({'connection': house.tenant})}",
                    part=part,
                    parts=len(parts),
                    leave=self._leaving.address(leave) if leave else "",
                )
                name = f"digest.{told[0].id}.{told[-1].id}.{number}.{part}.{int(told[0].created_at)}"
                self._add(
                    connection,
                    house,
                    digest_mail(digest, language),
                    told if part == 1 else (),
                    name,
                    kind="digest",
                    language=language,
                    to=(address,) if address else (),
                    leave=leave,
                )
        self._mark(connection, told)

    def _add(
        self,
        connection: Connection,
        house: _House,
        written: tuple[str, str, str],
        told: Sequence[Any],
        name: str,
        *,
        kind: str,
        language: Language,
        to: Sequence[str],
        leave: str | None = None,
    ) -> None:
        subject, text, html = written
        mail_id = connection.execute(
            insert(mails)
            .values(
                connection_id=house.connection_id,
                kind=kind,
                language=language.value,
                ticket_id=told[0].ticket_id if kind != "digest" else None,
                message_id=f"<deskwarden.{name}@{self._domain}>",
                recipients=list(to),
                subject=subject,
                text=text,
                html=html,
                leave=leave,
                created_at=self._now(),
                tried_since=self._now(),
            )
            .returning(mails.c.id)
        ).scalar_one()
        if told:
            rows = [{"mail_id": mail_id, "letter_id": letter.id} for letter in told]
            connection.execute(insert(enclosures), rows)

    def _mark(self, connection: Connection, told: Sequence[Any]) -> None:
        ids = [letter.id for letter in told]
        for start in range(0, len(ids), 500):
            some = letters.c.id.in_(ids[start : start + 500])
            connection.execute(update(letters).where(some).values(mailed_at=self._now()))

    def _by_language(self, house: _House, recipients: Sequence[str]) -> Iterator[tuple[Language, list[str]]]:
        groups: dict[Language, list[str]] = defaultdict(list)
        for address in recipients:
            groups[self._preferences.language(address) or house.rules.language].append(address)
        # Without a recipient the mail is written all the same, and kept to be read in the console.
        yield from groups.items() if groups else ((house.rules.language, []),)


def _is_gathered(letter: Any) -> bool:
    return letter.kind in GATHERED and not letter.recipients


def _written(kind: str, facts: dict[str, Any], language: Language) -> tuple[str, str, str]:
    """Return subject, text and HTML of the mail that tells one letter."""
    if kind == LetterKind.INVESTIGATION:
        return investigation_mail(Investigation.from_dict(facts), language)
    if kind == LetterKind.CONNECTION:
        return connection_mail(ConnectionState.from_dict(facts), language)
    write = release_mail if kind == LetterKind.RELEASE else quarantine_mail
    return write(Notice.from_dict(facts), language)
