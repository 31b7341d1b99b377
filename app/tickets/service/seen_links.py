"""Keep the links of a comment, or of a ticket's subject and fields: one row for each, unique by where it stands.

A comment may hold thousands, so rows and decisions are written many at a time.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from app.db import Database
from app.engine.links.extract import extract_links
from app.engine.model import Finding, Link, Severity, Verdict
from app.findings.policy import Effect, Policy
from app.tickets.ageing import next_review
from app.tickets.service.lists import Lists
from app.tickets.service.policies import decided, policy_of
from app.tickets.service.record import Judgement, record_links
from app.tickets.tables import scans

#: Links judged in one text. A comment of 64 kB, which is what Zendesk keeps, has room for no more.
MOST_LINKS = 10_000

#: Rows written by one statement.
_AT_ONCE = 500

#: Characters of a link as it was written.
_LONGEST_NAME = 1_000

_NEEDED = (scans.c.id, scans.c.identity, scans.c.connection_id, scans.c.ticket_id, scans.c.comment_id)


class LinkStore:
    """Writes links that were judged, inside the caller's transaction."""

    def __init__(self, database: Database, policy: Policy) -> None:
        self._database = database
        self._policy = policy

    def store(
        self,
        connection: Connection,
        origin: Mapping[str, Any],
        place: str,
        links: Sequence[Link],
        judgements: Sequence[Judgement],
        *,
        version: str,
        now: float,
    ) -> bool:
        """Write what is new of the links; return whether that ordered anything.

        ``origin`` are the columns that say where they stand, ``place`` names that for the rows' identities, and
        ``version`` is what they were judged with.
        """
        if not links:
            return False
        policy = policy_of(connection, self._policy, origin["connection_id"], origin["ticket_id"], now=now)
        under = [decided(each, policy, kind="url", now=now) for each in judgements[:MOST_LINKS]]
        judged = _by_identity(place, links[:MOST_LINKS], under)
        common = {**origin, "kind": "url", "judged_with": version, "review_at": next_review(now, now)}
        rows = [_row(common, identity, *each[:2], now) for identity, each in judged.items()]
        if len(links) > MOST_LINKS:
            self._store_rest(connection, origin, place, now)
        orders = False
        for start in range(0, len(rows), _AT_ONCE):
            orders |= self._store_some(connection, rows[start : start + _AT_ONCE], judged, policy, now)
        return orders

    def _store_some(
        self,
        connection: Connection,
        rows: Sequence[dict[str, Any]],
        judged: Mapping[str, tuple[Link, Judgement, Effect]],
        policy: Policy,
        now: float,
    ) -> bool:
        new = connection.execute(self._database.insert_once(scans).returning(*_NEEDED), rows).all()
        ordered = [(scan, *judged[scan.identity][1:]) for scan in sorted(new, key=lambda row: row.id)]
        record_links(connection, ordered, policy=policy, now=now)
        by_entry = (judgement.entry_id for _, judgement, _ in ordered)
        Lists.count_hits(connection, Counter(entry for entry in by_entry if entry is not None), now)
        return any(effect is not Effect.NOTHING for _, _, effect in ordered)

    def _store_rest(self, connection: Connection, origin: Mapping[str, Any], place: str, now: float) -> None:
        """Say that there were more links than are judged: what nobody looked at is not clean."""
        title = f"There are more than {MOST_LINKS} links here, and the rest was not looked at"
        finding = Finding("limit.links", Severity.UNKNOWN, place, title)
        connection.execute(
            self._database.insert_once(scans).values(
                **origin,
                identity=f"url:{place}:rest",
                kind="url",
                name=f"More than {MOST_LINKS} links",
                state="failed",
                verdict=Verdict.UNKNOWN.value,
                reason=title,
                findings=[finding.to_dict()],
                finished_at=now,
            )
        )


def links_of(html_body: str, body: str) -> list[Link]:
    """Return the links of a comment, by its markup where it has any; one more than are judged where there are more."""
    if html_body:
        return extract_links(html_body, html=True, limit=MOST_LINKS + 1)
    return extract_links(body, limit=MOST_LINKS + 1)


def storable(text: str) -> str:
    """Make text fit every database: PostgreSQL takes no NUL, and no encoding takes lone surrogates."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _by_identity(
    place: str, links: Sequence[Link], under: Sequence[tuple[Judgement, Effect]]
) -> dict[str, tuple[Link, Judgement, Effect]]:
    """Return each target once, with the worst that was said of a link to it."""
    found: dict[str, tuple[Link, Judgement, Effect]] = {}
    for link, (judgement, effect) in zip(links, under, strict=True):
        digest = hashlib.sha256(link.url.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        identity = f"url:{place}:{digest}"
        if identity not in found or judgement.verdict.rank > found[identity][1].verdict.rank:
            found[identity] = (link, judgement, effect)
    return found


def _row(common: Mapping[str, Any], identity: str, link: Link, judgement: Judgement, now: float) -> dict[str, Any]:
    kept = {name: storable(value) if isinstance(value, str) else value for name, value in link.to_dict().items()}
    return {
        **common,
        "identity": identity,
        "name": storable(link.raw)[:_LONGEST_NAME],
        "url": storable(link.url),
        # The link itself, as it was found, so that it can be judged again.
        "urls": [{**kept, "verdict": judgement.verdict.value, "reasons": [each.title for each in judgement.findings]}],
        "state": "done",
        "finished_at": now,
        "verdict": judgement.verdict.value,
        "verdict_by": judgement.by,
        "engine_verdict": judgement.engine_verdict.value if judgement.engine_verdict is not None else None,
        "findings": [finding.to_dict() for finding in judgement.findings],
    }
