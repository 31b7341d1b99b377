"""What the page of one scan shows beyond the scan itself: what was done in detail, where else the same was seen, and
what a verdict would do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
from sqlalchemy import ColumnElement, Connection, Text, and_, cast, func, or_, select

from app.access.roles import Role, allows
from app.connections.tables import connections
from app.db import Database
from app.engine.model import Verdict
from app.findings.policy import Policy
from app.tickets.effects import Effects, Standing, effects
from app.tickets.filters import iso
from app.tickets.search_index import LONGEST_TERM
from app.tickets.service.note_preview import note_text
from app.tickets.service.policies import policy_of
from app.tickets.service.record import is_cut
from app.tickets.tables import actions, decisions, scan_terms, scans

#: Sightings that are counted; beyond it is "more than".
MOST_COUNTED = 1_000
#: Scans with links to one host that are looked through, the newest: some hosts stand in every second mail.
MOST_OF_HOST = 5_000

_SEEN = ("id", "ticket_id", "comment_id", "kind", "name", "url", "verdict", "verdict_by", "state", "created_at")

#: What is asked of a scan itself.
_FACTS = (
    *("id", "connection_id", "ticket_id", "kind", "url", "sha256", "verdict", "verdict_by", "created_at"),
    "finished_at",
)


@dataclass(frozen=True, slots=True)
class Sightings:
    """Other scans of the same content or link.

    count      how many there are in all, at most ``MOST_COUNTED``
    hidden     whether those of other connections are left out because of the caller's role
    first_at, last_at  when it was seen first and last, this scan included (ISO 8601)
    """

    results: tuple[dict[str, Any], ...]
    next: int | None
    count: int
    hidden: bool
    first_at: str | None
    last_at: str | None


class OneScan:
    """Plain reads about one scan."""

    def __init__(
        self,
        database: Database,
        *,
        policy: Policy,
        recipients: Callable[[int], Sequence[str]],
        sends_mail: bool,
        now: Callable[[], float],
    ) -> None:
        """``policy`` holds where nobody has written one; ``recipients`` gets the mails of a connection by its id."""
        self._database = database
        self._policy = policy
        self._now = now
        self._recipients = recipients
        self._sends_mail = sends_mail

    def deeds(self, scan_id: int) -> list[dict[str, Any]]:
        """Return every action about a scan in the order of its planning, with what was noted while it was done."""
        own = select(actions.c.id).where(actions.c.scan_id == scan_id)
        told = select(actions.c.id).join_from(
            actions, decisions, and_(decisions.c.notice_id == actions.c.notice_id, decisions.c.scan_id == scan_id)
        )
        statement = (
            select(actions)
            .where(or_(actions.c.id.in_(own), actions.c.id.in_(told)))
            .order_by(actions.c.created_at, actions.c.id)
        )
        with self._database.read() as connection:
            return [_deed(row) for row in connection.execute(statement)]

    def decided(self, scan_id: int) -> dict[str, Any] | None:
        """Return the last decision's policy, rules and feeds version and what it ordered; None when there is none."""
        columns = ("effect", "policy_version", "rules_version", "feeds_version", "verdict", "verdict_by")
        statement = (
            select(*(decisions.c[name] for name in columns))
            .where(decisions.c.scan_id == scan_id)
            .order_by(decisions.c.id.desc())
            .limit(1)
        )
        with self._database.read() as connection:
            row = connection.execute(statement).mappings().one_or_none()
        return None if row is None else dict(row)

    def sightings(self, scan_id: int, role: Role, cursor: int | None = None, limit: int = 20) -> Sightings | None:
        """Return where else the same content or link was seen, newest first; None when the scan is unknown.

        A link counts where it stands inside a file, too. Only an analyst sees other connections: whose tickets bear
        what is more than a viewer need know.
        """
        with self._database.read() as connection:
            scan = _scan(connection, scan_id)
            if scan is None:
                return None
            same = _same_link(scan) if scan.kind == "url" else _same_content(scan)
            if same is None:
                return Sightings((), None, 0, False, iso(scan.created_at), iso(scan.created_at))
            same = [*same, *_within(scan, role)]
            rows = connection.execute(_seen([*same, scans.c.id != scan_id], cursor, limit)).all()
            some = select(scans.c.id, scans.c.created_at).where(*same).limit(MOST_COUNTED).subquery()
            count, first, last = connection.execute(
                select(func.count(), func.min(some.c.created_at), func.max(some.c.created_at))
            ).one()
        return Sightings(
            tuple(_sighting(row) for row in rows[:limit]),
            rows[limit - 1].id if len(rows) > limit else None,
            max(count - 1, 0),
            not allows(role, Role.ANALYST),
            iso(first),
            iso(last),
        )

    def same_host(self, scan_id: int, role: Role, limit: int = 20) -> list[dict[str, Any]]:
        """Return other links to the same host, newest first; empty for a file."""
        with self._database.read() as connection:
            scan = _scan(connection, scan_id)
            there = _of_host(scan) if scan is not None else None
            if scan is None or there is None:
                return []
            wanted = [there, scans.c.kind == "url", scans.c.url != scan.url, *_within(scan, role)]
            return [_sighting(row) for row in connection.execute(_seen(wanted, None, limit - 1)).all()]

    def effects(self, scan_id: int, role: Role, verdict: Verdict) -> Effects | None:
        """Return what a verdict would do if it were given now; None when the scan is unknown."""
        found = self.outlook(scan_id, role, (verdict,))
        return found[0][0] if found else None

    def outlook(
        self, scan_id: int, role: Role, verdicts: Sequence[Verdict] = (Verdict.CLEAN, Verdict.MALICIOUS)
    ) -> list[tuple[Effects, str]]:
        """Return what each verdict would do, and the note that it would write as text (empty: none).

        Empty when the scan is unknown.
        """
        with self._database.read() as connection:
            scan = _scan(connection, scan_id, ("name", "size", "urls", "vault"))
            if scan is None:
                return []
            policy = policy_of(connection, self._policy, scan.connection_id, scan.ticket_id, now=self._now())
            standing = self._standing(connection, scan, policy)
        told = [effects(standing, policy, role, verdict) for verdict in verdicts]
        return [(each, note_text(scan, each.verdict, each.orders, policy.mail.language)) for each in told]

    def _standing(self, connection: Connection, scan: Any, policy: Policy) -> Standing:
        people = policy.recipients or tuple(self._recipients(scan.connection_id))
        return Standing(
            kind=scan.kind,
            verdict=scan.verdict,
            verdict_by=scan.verdict_by,
            finished=scan.finished_at is not None,
            connection=scan.connection,
            ticket_id=scan.ticket_id,
            out=_is_out(connection, scan.id),
            cut=is_cut(connection, scan.id),
            kept=scan.vault is not None,
            planned=_is_planned(connection, scan.id),
            closed=_is_closed(connection, scan.id),
            recipients=len(people),
            sends_mail=self._sends_mail,
        )


def _scan(connection: Connection, scan_id: int, more: Sequence[str] = ()) -> Any:
    """Return the row of a scan without what is long in it (findings, links); None when it is unknown."""
    columns = [scans.c[name] for name in (*_FACTS, *more)]
    return connection.execute(
        select(*columns, connections.c.name.label("connection"))
        .join_from(scans, connections, scans.c.connection_id == connections.c.id)
        .where(scans.c.id == scan_id)
    ).one_or_none()


def _same_content(scan: Any) -> list[ColumnElement[bool]] | None:
    return [scans.c.sha256 == scan.sha256] if scan.sha256 else None


def _same_link(scan: Any) -> list[ColumnElement[bool]] | None:
    """The link itself, or a file in which it stands: both bear the host as a word by which they are found."""
    there = _of_host(scan)
    if there is None:
        return None
    inside = cast(scans.c.urls, Text).contains(f'"url":{orjson.dumps(scan.url).decode()}', autoescape=True)
    return [there, or_(scans.c.url == scan.url, and_(scans.c.kind != "url", inside))]


def _of_host(scan: Any) -> ColumnElement[bool] | None:
    """Condition for the newest scans in which a link to the host of this one stands; None when it has no host."""
    host = _host(scan.url or "")
    if not host:
        return None
    newest = (
        select(scan_terms.c.scan_id)
        .where(scan_terms.c.term == f"host:{host}"[:LONGEST_TERM])
        .order_by(scan_terms.c.scan_id.desc())
        .limit(MOST_OF_HOST)
    )
    return scans.c.id.in_(newest)


def _within(scan: Any, role: Role) -> list[ColumnElement[bool]]:
    """Conditions that keep other connections out of sight of those who need not know them."""
    return [] if allows(role, Role.ANALYST) else [scans.c.connection_id == scan.connection_id]


def _seen(wanted: Sequence[ColumnElement[bool]], cursor: int | None, limit: int) -> Any:
    statement = (
        select(*(scans.c[name] for name in _SEEN), connections.c.name.label("connection"))
        .join_from(scans, connections, scans.c.connection_id == connections.c.id)
        .where(*wanted)
        .order_by(scans.c.id.desc())
        .limit(limit + 1)
    )
    return statement if cursor is None else statement.where(scans.c.id < cursor)


def _sighting(row: Any) -> dict[str, Any]:
    fields = {name: getattr(row, name) for name in _SEEN}
    return {**fields, "connection": row.connection, "created_at": iso(row.created_at)}


def _deed(row: Any) -> dict[str, Any]:
    names = ("id", "kind", "state", "attempts", "error", "detail", "ticket_id")
    times = {name: iso(getattr(row, name)) for name in ("created_at", "started_at", "finished_at")}
    next_at = iso(row.next_at) if row.finished_at is None and row.next_at else None
    return {**{name: getattr(row, name) for name in names}, **times, "next_at": next_at}


def _is_out(connection: Connection, scan_id: int) -> bool:
    """Whether the file was, or is just being, taken out of the ticket and not given back since."""
    last = connection.execute(
        select(actions.c.kind)
        .where(actions.c.scan_id == scan_id, actions.c.kind.in_(("redact", "release")))
        .where(actions.c.state.in_(("sending", "done")))
        .order_by(actions.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return last == "redact"


def _is_closed(connection: Connection, scan_id: int) -> bool:
    """Whether Zendesk refused a note about this scan because its ticket is closed; closed tickets never open again."""
    found = connection.execute(
        select(actions.c.id)
        .join_from(decisions, actions, actions.c.notice_id == decisions.c.notice_id)
        .where(decisions.c.scan_id == scan_id, actions.c.state == "failed")
        .where(actions.c.error.startswith("The ticket is closed"))
        .limit(1)
    ).first()
    return found is not None


def _is_planned(connection: Connection, scan_id: int) -> bool:
    """Whether something was ordered about it that has not begun: another verdict calls it off."""
    planned = select(actions.c.id).where(actions.c.scan_id == scan_id, actions.c.state == "planned").limit(1)
    return connection.execute(planned).first() is not None


def _host(url: str) -> str:
    """Return the host of a canonical address as the search index writes it: without its port."""
    try:
        place = urlsplit(url).netloc
    except ValueError:
        return ""
    return place[: place.find("]") + 1] if place.startswith("[") else place.partition(":")[0]
