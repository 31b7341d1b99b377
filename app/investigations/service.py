"""Take questions about scans, hand them to people, and answer them, each answer with one mail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from app.connections.tables import connections
from app.db import Database
from app.errors import Rejected
from app.findings.audit.service.writing import note
from app.findings.notice_facts import Investigation as Facts
from app.findings.post.service.office import LetterKind, Post
from app.investigations.states import WAITING, State, check
from app.investigations.tables import investigations, remarks
from app.tickets.filters import iso
from app.tickets.tables import scans

#: Characters of a question, a remark or an answer.
LONGEST_TEXT = 4_000
#: Characters of a name that is shown.
_LONGEST_NAME = 100
#: Remarks of one investigation.
MOST_REMARKS = 500
_SHOWN = (
    "id", "scan_id", "asked_by", "expected", "stood", "question", "state", "assignee", "answer", "answered_by",
    "verdict",
)  # fmt: skip
_TIMES = ("created_at", "changed_at", "answered_at")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts: the name that is shown, and ``user:3`` or ``token:7``."""

    name: str
    subject: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What a queue is narrowed by; None: by nothing. ``waiting``: nobody has answered yet."""

    state: State | None = None
    waiting: bool | None = None
    assignee: str | None = None
    scan_id: int | None = None


class Investigations:
    """The queue of questions. ``mail_of`` returns the mail address of ``user:3``, None when there is none."""

    def __init__(
        self,
        database: Database,
        post: Post,
        mail_of: Callable[[str], str | None],
        public_url: str,
        *,
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._post = post
        self._mail_of = mail_of
        self._public_url = public_url
        self._now = now

    def ask(self, scan_id: int, expected: str, question: str, caller: Caller) -> tuple[dict[str, Any], bool]:
        """Ask for a look at a scan; return the investigation and whether it is new.

        Who has asked about it already and still waits gets that one, with the question as a remark. Raises Rejected
        with code ``not-found`` for an unknown scan.
        """
        question, now = _text(question, "question", needed=False), self._now()
        with self._database.write() as writing:
            scan = writing.execute(select(scans).where(scans.c.id == scan_id)).one_or_none()
            if scan is None:
                raise Rejected(f"There is no scan {scan_id}.", code="not-found")
            mine = (investigations.c.scan_id == scan_id, investigations.c.asked_subject == caller.subject)
            waits = investigations.c.state.in_([state.value for state in WAITING])
            row = writing.execute(select(investigations).where(*mine, waits)).first()
            if row is not None:
                if question and question != row.question:
                    self._remark(writing, row, caller.name, question)
                return self._detail(writing, row.id), False
            row_id = writing.execute(
                insert(investigations)
                .values(
                    connection_id=scan.connection_id,
                    scan_id=scan_id,
                    asked_by=caller.name[:_LONGEST_NAME],
                    asked_subject=caller.subject,
                    expected=expected,
                    stood=scan.verdict,
                    question=question,
                    created_at=now,
                    changed_at=now,
                )
                .returning(investigations.c.id)
            ).scalar_one()
            detail = self._detail(writing, row_id)
            self._note(writing, caller.name, "investigation.asked", scan.connection_id, row_id, scan=scan_id)
        return detail, True

    def say(self, investigation_id: int, text: str, caller: Caller) -> dict[str, Any]:
        """Add a remark; return the investigation. Raises Rejected."""
        text = _text(text, "remark")
        with self._database.write() as writing:
            self._remark(writing, self._row(writing, investigation_id), caller.name, text)
            return self._detail(writing, investigation_id)

    def take(self, investigation_id: int, assignee: str, caller: Caller) -> dict[str, Any]:
        """Have somebody look at it, by name; return the investigation. Raises Rejected."""
        name = assignee.strip()
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            raise Rejected(f"Name who looks at it, in 1 to {_LONGEST_NAME} printable characters.", code="assignee")
        return self._move(investigation_id, State.TAKEN, caller, assignee=name)

    def reopen(self, investigation_id: int, caller: Caller) -> dict[str, Any]:
        """Put it back into the queue; return it. Raises Rejected."""
        return self._move(investigation_id, State.OPEN, caller, assignee=None)

    def withdraw(self, investigation_id: int, caller: Caller) -> dict[str, Any]:
        """End it without an answer: only for whoever asked. Raises Rejected, with ``forbidden`` for others."""
        with self._database.read() as reading:
            if self._row(reading, investigation_id).asked_subject != caller.subject:
                raise Rejected("Only whoever asked can withdraw the question. You can answer it.", code="forbidden")
        return self._move(investigation_id, State.WITHDRAWN, caller)

    def answer(self, investigation_id: int, text: str, caller: Caller, *, verdict: str | None = None) -> dict[str, Any]:
        """Answer it and mail the answer, once; return the investigation. ``verdict``: the one that was given with it.

        Raises Rejected.
        """
        text, now = _text(text, "answer"), self._now()
        with self._database.write() as writing:
            row = self._row(writing, investigation_id)
            check(State(row.state), State.ANSWERED)
            writing.execute(
                update(investigations)
                .where(investigations.c.id == row.id)
                .values(
                    state=State.ANSWERED.value,
                    answer=text,
                    answered_by=caller.name,
                    answered_at=now,
                    changed_at=now,
                    verdict=verdict,
                    answers=row.answers + 1,
                )
            )
            self._mail(writing, row, text, caller.name)
            self._note(writing, caller.name, "investigation.answered", row.connection_id, row.id, scan=row.scan_id)
            detail = self._detail(writing, row.id)
        self._post.wake(row.connection_id)
        return detail

    def page(
        self, filters: Filters, cursor: int | None = None, limit: int = 50
    ) -> tuple[list[dict[str, Any]], int | None]:
        """Return up to ``limit`` investigations, the newest first, and the cursor of the next page."""
        statement = _with_scans().order_by(investigations.c.id.desc()).limit(limit + 1)
        if filters.state is not None:
            statement = statement.where(investigations.c.state == filters.state.value)
        if filters.waiting is not None:
            waits = investigations.c.state.in_([state.value for state in WAITING])
            statement = statement.where(waits if filters.waiting else ~waits)
        if filters.assignee is not None:
            statement = statement.where(investigations.c.assignee == filters.assignee)
        if filters.scan_id is not None:
            statement = statement.where(investigations.c.scan_id == filters.scan_id)
        if cursor is not None:
            statement = statement.where(investigations.c.id < cursor)
        with self._database.read() as reading:
            rows = reading.execute(statement).all()
        return [_shown(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None

    def detail(self, investigation_id: int) -> dict[str, Any] | None:
        """Return one with its remarks; None when it is unknown."""
        with self._database.read() as reading:
            known = reading.execute(select(investigations.c.id).where(investigations.c.id == investigation_id)).first()
            return self._detail(reading, investigation_id) if known else None

    def waiting(self) -> int:
        """Return how many questions wait for an answer."""
        waits = investigations.c.state.in_([state.value for state in WAITING])
        with self._database.read() as reading:
            return reading.execute(select(func.count()).select_from(investigations).where(waits)).scalar_one()

    def _move(self, investigation_id: int, after: State, caller: Caller, **values: Any) -> dict[str, Any]:
        with self._database.write() as writing:
            row = self._row(writing, investigation_id)
            check(State(row.state), after)
            changed = {"state": after.value, "changed_at": self._now(), **values}
            writing.execute(update(investigations).where(investigations.c.id == row.id).values(**changed))
            self._note(writing, caller.name, f"investigation.{after.value}", row.connection_id, row.id, **values)
            return self._detail(writing, row.id)

    def _remark(self, writing: Connection, row: Any, author: str, text: str) -> None:
        said = select(func.count()).select_from(remarks).where(remarks.c.investigation_id == row.id)
        if writing.execute(said).scalar_one() >= MOST_REMARKS:
            raise Rejected(f"An investigation has at most {MOST_REMARKS} remarks. Answer it.", code="conflict")
        values = {"author": author[:_LONGEST_NAME], "text": text, "created_at": self._now()}
        writing.execute(insert(remarks).values(investigation_id=row.id, **values))
        changed = update(investigations).where(investigations.c.id == row.id)
        writing.execute(changed.values(changed_at=self._now()))

    def _mail(self, writing: Connection, row: Any, answer: str, who: str) -> None:
        about = (
            select(scans.c.name, scans.c.url, connections.c.name.label("tenant"))
            .join_from(scans, connections, scans.c.connection_id == connections.c.id)
            .where(scans.c.id == row.scan_id)
        )
        scan = writing.execute(about).one()
        link = f"{self._public_url}/investigations/{row.id}"
        facts = Facts(scan.tenant, scan.name or scan.url or "", row.question, answer, who, link)
        address = self._mail_of(row.asked_subject)
        key, to = f"investigation:{row.id}:{row.answers + 1}", (address,) if address else ()
        self._post.put(writing, row.connection_id, LetterKind.INVESTIGATION, facts, key=key, recipients=to)

    def _row(self, connection: Connection, investigation_id: int) -> Any:
        row = connection.execute(select(investigations).where(investigations.c.id == investigation_id)).one_or_none()
        if row is None:
            raise Rejected(f"There is no investigation {investigation_id}.", code="not-found")
        return row

    def _detail(self, connection: Connection, investigation_id: int) -> dict[str, Any]:
        row = connection.execute(_with_scans().where(investigations.c.id == investigation_id)).one()
        said = connection.execute(
            select(remarks).where(remarks.c.investigation_id == investigation_id).order_by(remarks.c.id)
        )
        told = [{"author": each.author, "text": each.text, "created_at": iso(each.created_at)} for each in said]
        return {**_shown(row), "remarks": told}

    def _note(
        self, writing: Connection, actor: str, event: str, connection_id: int, investigation_id: int, **detail: Any
    ) -> None:
        subject = f"investigation:{investigation_id}"
        note(writing, self._now(), actor, event, subject=subject, connection_id=connection_id, **detail)


def _with_scans() -> Any:
    return (
        select(
            investigations,
            scans.c.name.label("scan_name"),
            scans.c.url,
            scans.c.kind,
            scans.c.verdict.label("stands"),
            connections.c.name.label("connection"),
        )
        .join_from(investigations, scans, investigations.c.scan_id == scans.c.id)
        .join(connections, investigations.c.connection_id == connections.c.id)
    )


def _shown(row: Any) -> dict[str, Any]:
    about = {"scan_name": row.scan_name, "url": row.url, "kind": row.kind, "stands": row.stands}
    times = {name: iso(getattr(row, name)) for name in _TIMES}
    return {**{name: getattr(row, name) for name in _SHOWN}, **about, "connection": row.connection, **times}


def _text(text: str, what: str, *, needed: bool = True) -> str:
    text = text.replace("\0", "\ufffd").strip()
    if (needed and not text) or len(text) > LONGEST_TEXT:
        raise Rejected(f"The {what} needs 1 to {LONGEST_TEXT:,} characters.", code="text")
    return text
