"""Scan one file: fetch it, judge it (person, lists, cache, engine), copy it if it must go, record the verdict.

Could not tell is not clean: whatever stops the judging ends as ``unknown`` with the reason.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection, select, update

from app.adapters.vault import Vault
from app.adapters.zendesk import Downloaded, NotFound
from app.db import Database
from app.engine.model import Finding, Report, Severity, Verdict
from app.engine.policy import Policy as EnginePolicy
from app.errors import DeskwardenError, Misconfigured, Rejected, Temporary
from app.findings.policy import Effect, Policy
from app.jobs import Job, Queue
from app.keys import MasterKey
from app.tickets.filters import Kind, State
from app.tickets.lists import decide_by_lists
from app.tickets.locked import REOPENED, is_locked
from app.tickets.service.cache import VerdictCache
from app.tickets.service.file_links import with_judged_links
from app.tickets.service.leases import LEASE_SECONDS, Lease, take
from app.tickets.service.links import LinkJudge, judgement_by_list, standing_judgement
from app.tickets.service.lists import Lists
from app.tickets.service.locks import Tenant, all_words, words_with
from app.tickets.service.originals import Fetcher, Originals
from app.tickets.service.policies import PolicyFacts, decided, policy_of
from app.tickets.service.record import Judgement, due, record
from app.tickets.service.rescans import standing_state
from app.tickets.service.spool import place
from app.tickets.tables import comments, decisions, scans

log = structlog.get_logger()

#: Seconds for which fetching is tried before the scan ends as failed.
GIVE_UP_SECONDS = 3600.0

#: Seconds in which a file that is not found may still turn up: the ticket may show it before its host has it.
INVISIBLE_SECONDS = 60.0

#: A scan whose worker died this often is set aside: something about it kills whoever touches it.
DEADLY_ATTEMPTS = 5


class Engine(Protocol):
    """A scanner that shows which rules it has."""

    @property
    def rules_digest(self) -> str:
        """Digest of the rules it scans with."""

    def scan(self, path: Path, *, name: str, comment: str = "") -> Report:
        """Judge the file."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    judgement: Judgement
    state: str
    vault: dict[str, Any] | None = None
    content_type: str | None = None
    #: Whether the file was there to be had.
    fetched: bool = True


class Scanner:
    """Works on one scan at a time, under its lease."""

    def __init__(
        self,
        database: Database,
        keys: MasterKey,
        queue: Queue,
        vault: Vault,
        engine: Engine,
        lists: Lists,
        fetcher: Callable[[int], Fetcher],
        tenant: Callable[[int, str], Tenant],
        links: LinkJudge,
        facts: PolicyFacts,
        *,
        policy: Policy,
        spool: Path,
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._keys = keys
        self._queue = queue
        self._vault = vault
        self._engine = engine
        self._lists = lists
        self._originals = Originals(keys, vault, fetcher)
        self._tenant = tenant
        self._policy = policy
        self._spool = spool
        self._now = now
        self._cache = VerdictCache(database)
        self._links = links
        self._facts = facts

    def run(self, scan_id: int) -> None:
        """Judge the scan, unless it is judged already or somebody else is at it."""
        lease = take(
            self._database,
            scans,
            (scans.c.id == scan_id) & scans.c.finished_at.is_(None) & (scans.c.next_at <= self._now()),
            until=scans.c.leased_until,
            by=scans.c.leased_by,
            now=self._now,
        )
        if lease is None:
            return
        scan = self._begin(lease)
        if scan.attempts > DEADLY_ATTEMPTS:
            self._finish(lease, scan, _failed("analysis.crashed", scan.name, "Looking at this file failed repeatedly"))
            return
        spooled = place(self._spool, f"{lease.token}.scan", self._now())
        try:
            outcome = self._judge(lease, scan, spooled)
        except (Temporary, Misconfigured) as error:
            self._postpone(lease, scan, error)
        else:
            self._finish(lease, scan, outcome)
        finally:
            spooled.unlink(missing_ok=True)

    def _begin(self, lease: Lease) -> Any:
        with self._database.write() as connection:
            return connection.execute(
                update(scans)
                .where(lease.held())
                .values(state="scanning", attempts=scans.c.attempts + 1)
                .returning(scans)
            ).one()

    def _judge(self, lease: Lease, scan: Any, spooled: Path) -> _Outcome:
        try:
            got = self._originals.fetch(scan, spooled, _keeper(lease, self._now))
        except NotFound as error:
            if self._now() - scan.queued_at < INVISIBLE_SECONDS:
                raise Temporary("The file is not there yet.", code="not_yet") from error
            return _failed("fetch.gone", scan.name, "The file is no longer there, so it could not be looked at")
        except Rejected as error:
            return _failed(f"fetch.{error.code or 'refused'}", scan.name, error.message.rstrip("."))
        with self._database.write() as connection:
            connection.execute(update(scans).where(lease.held()).values(sha256=got.sha256, size=got.size))
        judgement, kind = self._verdict(lease, scan, got, spooled)
        outcome = _Outcome(judgement, "done", None, kind)
        self._learn(scan)
        with self._database.read() as connection:
            _, _, effect = self._under_policy(connection, scan, outcome)
        if effect in (Effect.QUARANTINE, Effect.HOLD):
            return replace(outcome, vault=self._copy(scan, got, spooled))
        return outcome

    def _learn(self, scan: Any) -> None:
        """Learn what policies ask about the ticket. A bad file does not wait long for that: a wider policy holds."""
        try:
            self._facts.learn(scan.connection_id, scan.ticket_id)
        except (Temporary, Misconfigured) as error:
            if self._now() - scan.queued_at < INVISIBLE_SECONDS:
                raise
            log.warning("policy.ticket_unknown", scan=scan.id, code=error.code)

    def _under_policy(self, connection: Connection, scan: Any, outcome: _Outcome) -> tuple[Policy, Judgement, Effect]:
        """Return the policy of the ticket, the judgement as that has it, and what it orders."""
        now = self._now()
        policy = policy_of(connection, self._policy, scan.connection_id, scan.ticket_id, now=now)
        under, effect = decided(
            outcome.judgement,
            policy,
            kind=scan.kind,
            now=now,
            name=scan.name,
            content_type=outcome.content_type,
            fetched=outcome.fetched,
        )
        return policy, under, effect

    def _verdict(self, lease: Lease, scan: Any, got: Downloaded, spooled: Path) -> tuple[Judgement, str | None]:
        if decided := self._decided(scan, got):
            return decided, None
        report = self._report(lease, scan, got, spooled)
        # Whoever spoke while the engine was at work comes before it too.
        if decided := self._decided(scan, got):
            return decided, report.type
        judgement = Judgement(
            report.verdict,
            "engine",
            "Deskwarden",
            reason=scan.reason if scan.reason == REOPENED else "",
            findings=report.findings,
            urls=report.urls,
            rules_version=report.rules,
        )
        return with_judged_links(judgement, self._links, scan.connection_id), report.type

    def _decided(self, scan: Any, got: Downloaded) -> Judgement | None:
        """What people say of this content: a verdict before the lists."""
        if standing := standing_judgement(self._database, scan.connection_id, f"sha256:{got.sha256}"):
            return standing
        entries = self._lists.entries_for(scan.connection_id, sha256=got.sha256, sender=scan.sender)
        hit = decide_by_lists(entries, sha256=got.sha256, sender=scan.sender, now=self._now())
        return judgement_by_list(hit, scan.name) if hit else None

    def _report(self, lease: Lease, scan: Any, got: Downloaded, spooled: Path) -> Report:
        digest = self._engine.rules_digest
        # A report is about the content alone: what a policy makes of it comes after.
        key = self._cache.key(got.sha256, scan.name, digest, EnginePolicy().version)
        report = self._cache.get(key)
        if report is None:
            _keep(lease)
            report = self._scanned(lease, scan, spooled)
            if report.rules == digest:  # else the rules were changed meanwhile
                self._cache.put(key, report, self._now())
        return report

    def _scanned(self, lease: Lease, scan: Any, spooled: Path) -> Report:
        """Judge by the words of the file's own comment, and of all others when something in it stays locked."""
        text = words_with(self._database, self._keys, scan)
        report = self._engine.scan(spooled, name=scan.name, comment=text)
        if scan.ticket_id is None or not is_locked(finding.id for finding in report.findings):
            return report
        ticket = all_words(self._tenant, scan)
        if not ticket.strip():
            return report
        _keep(lease)
        return self._engine.scan(spooled, name=scan.name, comment=f"{text}\n{ticket}")

    def _copy(self, scan: Any, got: Downloaded, spooled: Path) -> dict[str, Any] | None:
        """Put the original away while it is at hand. A vault that is away delays the redaction, not the verdict."""
        try:
            ref = self._vault.store(spooled, connection_id=scan.connection_id, sha256=got.sha256, size=got.size)
            self._vault.verify(ref)
        except DeskwardenError as error:
            log.warning("vault.postponed", scan=scan.id, code=error.code)
            return None
        return ref.to_dict()

    def _finish(self, lease: Lease, scan: Any, outcome: _Outcome) -> None:
        now = self._now()
        with self._database.write() as connection:
            policy, judgement, effect = self._under_policy(connection, scan, outcome)
            values = {**_values(outcome, judgement), "finished_at": now}
            row = connection.execute(update(scans).where(lease.held()).values(**values).returning(scans)).one_or_none()
            if row is None:  # we were too slow: somebody else finished it
                return
            if judgement.entry_id is not None:
                Lists.count_hits(connection, {judgement.entry_id: 1}, now)
            effect, judgement = _not_twice(connection, row, judgement, effect)
            record(connection, row, judgement, effect, policy=policy, now=now, vault=outcome.vault)
            acts = _is_untold(connection, row)
            if acts:
                due(connection, scan.connection_id, scan.ticket_id, now)
            self._forget_text(connection, scan)
        log.info("scan.finished", scan=scan.id, verdict=judgement.verdict.value, by=judgement.by, state=outcome.state)
        if acts:
            with contextlib.suppress(Temporary):
                self._queue.put(Job.ACT, connection_id=scan.connection_id, ticket_id=scan.ticket_id)
        if scan.kind == Kind.UPLOAD:
            with contextlib.suppress(Temporary):
                self._queue.put(Job.CALL_BACK, scan_id=scan.id)

    def _forget_text(self, connection: Any, scan: Any) -> None:
        """Passwords stand in comments: their text goes as soon as no file of theirs waits."""
        waiting = connection.execute(
            select(scans.c.id)
            .where(scans.c.connection_id == scan.connection_id, scans.c.comment_id == scan.comment_id)
            .where(scans.c.finished_at.is_(None))
            .limit(1)
        ).first()
        if waiting is None:
            connection.execute(
                update(comments)
                .where(comments.c.connection_id == scan.connection_id, comments.c.comment_id == scan.comment_id)
                .values(text=None)
            )

    def _postpone(self, lease: Lease, scan: Any, error: Temporary | Misconfigured) -> None:
        """Wait a quarter of the time already waited, at least two seconds; after an hour say that we could not."""
        now = self._now()
        waited = now - scan.queued_at
        if waited > GIVE_UP_SECONDS:
            reason = f"It could not be fetched for an hour: {error.message.rstrip('.')}"
            self._finish(lease, scan, _failed(f"fetch.{error.code or 'away'}", scan.name, reason))
            return
        asked = getattr(error, "retry_after", None) or 0.0
        delay = max(2.0, min(waited / 4, 300.0), asked)
        log.warning("scan.postponed", scan=scan.id, code=error.code, seconds=round(delay, 1))
        with self._database.write() as connection:
            connection.execute(
                update(scans)
                .where(lease.held())
                .values(
                    state="queued",
                    attempts=0,
                    next_at=now + delay,
                    woken_at=0.0,
                    reason=error.message,
                    leased_until=0.0,
                    leased_by=None,
                )
            )


def _values(outcome: _Outcome, judgement: Judgement) -> dict[str, Any]:
    """Return what becomes of the scan's row, besides the verdict, which goes with the decision."""
    kind = {"content_type": outcome.content_type} if outcome.content_type else {}
    return {
        **kind,
        "state": outcome.state,
        "attempts": 0,
        "leased_until": 0.0,
        "leased_by": None,
        "findings": [finding.to_dict() for finding in judgement.findings],
        "urls": [link.to_dict() for link in judgement.urls],
        "rules_version": judgement.rules_version,
        "reason": judgement.reason or None,
    }


def _is_untold(connection: Connection, scan: Any) -> bool:
    """Whether the ticket has decisions that somebody is to be told of."""
    untold = (
        select(decisions.c.id)
        .where(decisions.c.connection_id == scan.connection_id, decisions.c.ticket_id == scan.ticket_id)
        .where(decisions.c.notice_id.is_(None), decisions.c.effect != Effect.NOTHING.value)
    )
    return connection.execute(untold.limit(1)).first() is not None


def _not_twice(connection: Connection, scan: Any, judgement: Judgement, effect: Effect) -> tuple[Effect, Judgement]:
    """Return what a judgement still orders on a scan that was judged before: nothing that was ordered already.

    The scan's state stays what was done about the file.
    """
    before = connection.execute(
        select(decisions.c.verdict, decisions.c.effect)
        .where(decisions.c.scan_id == scan.id)
        .order_by(decisions.c.id.desc())
    ).all()
    if not before:
        return effect, judgement
    # What a policy only observed then is ordered when the same verdict comes under another one.
    same = itertools.takewhile(lambda row: row.verdict == judgement.verdict.value, before)
    was_ordered = any(row.effect == effect.value for row in same)
    standing = standing_state(connection, scan.id)
    if standing is not None:
        connection.execute(update(scans).where(scans.c.id == scan.id).values(state=standing.value))
    gone = standing is State.QUARANTINED and effect in (Effect.QUARANTINE, Effect.HOLD)
    if was_ordered or gone:
        return Effect.NOTHING, replace(judgement, withheld=None)
    return effect, judgement


class LeaseLost(Temporary):
    """Somebody else took the work over because we were too slow; stop without writing anything."""


def _keep(lease: Lease) -> None:
    if not lease.renew():
        raise LeaseLost("Another worker has taken this file over.", code="lease")


def _keeper(lease: Lease, now: Callable[[], float]) -> Callable[[int], None]:
    """Return a progress callback that renews the lease when a third of it is over, not at every chunk."""
    renewed = now()

    def keep(_bytes: int) -> None:
        nonlocal renewed
        if now() - renewed > LEASE_SECONDS / 3:
            _keep(lease)
            renewed = now()

    return keep


def _failed(code: str, name: str, title: str) -> _Outcome:
    finding = Finding(code, Severity.UNKNOWN, name, title)
    judgement = Judgement(Verdict.UNKNOWN, "engine", "Deskwarden", reason=title, findings=(finding,))
    return _Outcome(judgement, "failed", fetched=not code.startswith("fetch."))
