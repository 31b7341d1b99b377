"""Links that others send to be judged, through the API: no ticket, so nothing is done about them but the judging."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import Connection, insert

from app.db import Database
from app.engine.links.canonical import canonical
from app.engine.links.extract import refang
from app.engine.links.unwrap import unwrap
from app.engine.model import Link
from app.errors import Rejected
from app.findings.policy import Effect, Policy
from app.tickets.ageing import next_review
from app.tickets.service.links import Ask, LinkJudge, unsettled
from app.tickets.service.nobody import CHANNEL, connection_of
from app.tickets.service.policies import decided, policy_of
from app.tickets.service.record import Judgement, record
from app.tickets.service.seen_links import storable
from app.tickets.tables import scans


class UrlScans:
    """Takes addresses, judges them and keeps the scans."""

    def __init__(
        self,
        database: Database,
        judge: LinkJudge,
        *,
        policy: Policy,
        now: Callable[[], float],
        ask: Ask | None = None,
    ) -> None:
        self._database = database
        self._judge = judge
        self._policy = policy
        self._now = now
        self._ask = ask

    def take(self, urls: Sequence[str], *, actor: str, connection: str | None = None) -> list[int]:
        """Judge addresses as people write them; return the id of the scan of each, in their order.

        Services outside the house are asked afterwards, where the policies of the connection allow it.
        Raises Rejected with code ``url`` when one is no web address, ``connection`` when there is no such tenant.
        """
        links = [link_of(url) for url in urls]
        with self._database.write() as writing:
            connection_id = connection_of(writing, connection, self._now())
        version = self._judge.version(connection_id)
        judgements = self._judge.judge(connection_id, links)
        with self._database.write() as writing:
            ids = [
                self._store(writing, connection_id, link, judgement, version, actor)
                for link, judgement in zip(links, judgements, strict=True)
            ]
        if self._ask is not None:
            self._ask.ask(connection_id, unsettled(links, judgements))
        return ids

    def _store(
        self, writing: Connection, connection_id: int, link: Link, judgement: Judgement, version: str, actor: str
    ) -> int:
        now = self._now()
        policy = policy_of(writing, self._policy, connection_id, now=now)
        judgement, _ = decided(judgement, policy, kind="url", now=now)
        titles = [finding.title for finding in judgement.findings]
        row = writing.execute(
            insert(scans)
            .values(
                connection_id=connection_id,
                identity=f"upload:{secrets.token_hex(16)}",
                kind="url",
                name=link.raw,
                url=link.url,
                channel=CHANNEL,
                sender=actor,
                urls=[{**link.to_dict(), "verdict": judgement.verdict.value, "reasons": titles}],
                state="done",
                findings=[finding.to_dict() for finding in judgement.findings],
                judged_with=version,
                review_at=next_review(now, now),
                created_at=now,
                queued_at=now,
                finished_at=now,
            )
            .returning(scans)
        ).one()
        record(writing, row, replace(judgement, withheld=None), Effect.NOTHING, policy=policy, now=now)
        return int(row.id)


def link_of(url: str) -> Link:
    """Return the link that somebody wrote, also defanged; raises Rejected with code ``url`` when it is none."""
    raw = storable(url.strip())
    try:
        written = canonical(refang(raw))
        opened = unwrap(written)
    except ValueError as error:
        raise Rejected(f"This is no http or https address. {error}", code="url") from None
    wrapped = written if opened.url != written else ""
    return Link(raw, opened.url, wrapped=wrapped, via=opened.via)
