"""Act: do what was ordered on one ticket, each thing once.

A deed is a row before it is done. ``planned`` rows are marked ``sending``, committed, and only then sent. A row that is
found in ``sending`` may have reached Zendesk or not, so Zendesk is read first. One worker at a time acts on a ticket.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection, func, select, update

from app.adapters.zendesk import Comment, Interrupted
from app.db import Database
from app.errors import DeskwardenError, Misconfigured, Temporary
from app.jobs import Job, Queue
from app.tickets.order import runnable
from app.tickets.service import audited
from app.tickets.service.leases import Lease, take
from app.tickets.tables import actions, comments, decisions, scans, tickets

log = structlog.get_logger()


#: Seconds that a ticket waits after an error in our own code.
MISTAKE_SECONDS = 60.0

#: Seconds between two attempts at most, unless Zendesk asks for more.
LONGEST_WAIT = 300.0

#: Seconds after which a write that got no answer, and still does not show, counts as not carried out. Listings may be
#: behind, and the stamp of a ticket has whole seconds, so neither alone proves anything before.
SETTLE_SECONDS = 30.0


#: Rows that one statement changes.
AT_ONCE = 500


class LeaseLost(Exception):
    """Another worker acts on this ticket now; stop at once."""


class Overruled(LeaseLost):
    """A person decided otherwise since the action was looked up; stop and look again."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The ticket we act on, with what the steps share."""

    database: Database
    lease: Lease
    tenant: Any
    connection_id: int
    ticket_id: int
    now: Callable[[], float]

    def keep(self) -> None:
        """Renew the lease before a call to the outside; raises LeaseLost."""
        if not self.lease.renew():
            raise LeaseLost

    def shown(self) -> list[Comment]:
        """Read the whole ticket as it is now."""
        self.keep()
        found: list[Comment] = self.tenant.comments(self.ticket_id)
        return found

    def mark_sending(self, action_id: int, **values: Any) -> None:
        """Note, durably, that the deed is about to be done; raises Overruled when it is not wanted any more."""
        with self.database.write() as connection:
            waiting = select(actions.c.id).where(actions.c.id == action_id, actions.c.finished_at.is_(None))
            if connection.execute(waiting if self.database.is_sqlite else waiting.with_for_update()).first() is None:
                raise Overruled
            self.change(
                connection,
                action_id,
                state="sending",
                attempts=actions.c.attempts + 1,
                started_at=func.coalesce(actions.c.started_at, self.now()),
                **values,
            )

    def mark_all_sending(self, details: Mapping[int, dict[str, Any]]) -> None:
        """Do the same for actions that are sent together: all of them or none. ``details`` are theirs by their id."""
        with self.database.write() as connection:
            waiting = select(actions.c.id).where(actions.c.id.in_(details), actions.c.finished_at.is_(None))
            found = connection.execute(waiting if self.database.is_sqlite else waiting.with_for_update()).all()
            held = connection.execute(select(tickets.c.id).where(self.lease.held())).first()
            if len(found) < len(details) or held is None:
                raise Overruled
            change = {
                "state": "sending",
                "attempts": actions.c.attempts + 1,
                "started_at": func.coalesce(actions.c.started_at, self.now()),
            }
            for action_id, detail in details.items():
                connection.execute(update(actions).where(actions.c.id == action_id).values(**change, detail=detail))

    def change(self, connection: Connection, action_id: int, **values: Any) -> None:
        """Change an action, as long as the ticket is ours."""
        held = connection.execute(select(tickets.c.id).where(self.lease.held())).first()
        if held is None:
            raise LeaseLost
        connection.execute(update(actions).where(actions.c.id == action_id).values(**values))

    def update(self, action_id: int, **values: Any) -> None:
        """Change an action in a transaction of its own."""
        with self.database.write() as connection:
            self.change(connection, action_id, **values)

    def postpone(self, action: Any, error: DeskwardenError) -> None:
        """Try the action again later: as asked, or the longer the more often and the longer it was tried.

        Only a write without an answer may have been carried out; any other failure undoes ``mark_sending``.
        """
        delay = max(2.0 ** min(action.attempts, 9), patience(self.now() - action.created_at))
        delay = max(min(delay, LONGEST_WAIT), getattr(error, "retry_after", None) or 0.0)
        log.warning("action.postponed", action=action.id, kind=action.kind, code=error.code, seconds=delay)
        values: dict[str, Any] = {"next_at": self.now() + delay, "error": error.message}
        if not isinstance(error, Interrupted):
            values |= {"state": action.state, "detail": action.detail}
        self.update(action.id, **values)

    def is_settling(self, action: Any) -> bool:
        """Whether what was sent without an answer may still become visible; then the action is looked at again soon.

        ``detail`` holds when it was sent, under ``sent``.
        """
        waited = self.now() - action.detail.get("sent", 0.0)
        if waited >= SETTLE_SECONDS:
            return False
        self.update(action.id, next_at=self.now() + max(2.0, min(waited, 10.0)))
        return True

    def remember_note(self, comment_id: int | None) -> None:
        """Note that a comment is our own, as Zendesk's answer to writing it said: the reconciler need not read it."""
        if comment_id is None:
            return
        with self.database.write() as connection:
            connection.execute(
                self.database.insert_once(comments).values(
                    connection_id=self.connection_id,
                    ticket_id=self.ticket_id,
                    comment_id=comment_id,
                    seen_at=self.now(),
                )
            )

    def finish(self, connection: Connection, action: Any, *, error: str | None = None, **values: Any) -> None:
        """End an action as done, or as failed with the reason that people will read."""
        state = "failed" if error else "done"
        self.change(connection, action.id, state=state, finished_at=self.now(), error=error, **values)
        audited.acted(connection, action, self.now(), error=error)
        log.info("action.finished", action=action.id, kind=action.kind, state=state, scan=action.scan_id)

    def settle_all(self, connection: Connection, ended: Sequence[Any], *, error: str | None) -> None:
        """End many actions alike, and settle what they were ordered for: a comment can hold thousands of links."""
        if connection.execute(select(tickets.c.id).where(self.lease.held())).first() is None:
            raise LeaseLost
        state = "failed" if error else "done"
        for start in range(0, len(ended), AT_ONCE):
            some = ended[start : start + AT_ONCE]
            about = {name: [getattr(action, name) for action in some] for name in ("id", "decision_id", "scan_id")}
            over = {"state": state, "finished_at": self.now(), "error": error}
            connection.execute(update(actions).where(actions.c.id.in_(about["id"])).values(**over))
            connection.execute(update(decisions).where(decisions.c.id.in_(about["decision_id"])).values(settled=True))
            connection.execute(update(scans).where(scans.c.id.in_(about["scan_id"])).values(reason=error))
        audited.acted_together(connection, ended, self.now(), error=error)
        log.info("actions.finished", actions=len(ended), state=state, ticket=self.ticket_id)

    def settle(self, connection: Connection, action: Any, **scan_values: Any) -> None:
        """Note on decision and scan that what was ordered is done, or will not be."""
        connection.execute(update(decisions).where(decisions.c.id == action.decision_id).values(settled=True))
        connection.execute(update(scans).where(scans.c.id == action.scan_id).values(**scan_values))


class Step(Protocol):
    """One kind of work on a ticket: does what is due of it."""

    def run(self, desk: Desk, due: Sequence[Any]) -> bool:
        """Work on the due actions; return whether anything changed."""


class Actor:
    """Runs the steps over a ticket until nothing is due any more."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        tenant: Callable[[int, str], Any],
        steps: Sequence[Step],
        *,
        next_notice: Callable[[Connection, int, int], float | None],
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._queue = queue
        self._tenant = tenant
        self._steps = steps
        self._next_notice = next_notice
        self._now = now

    def run(self, connection_id: int, ticket_id: int) -> None:
        """Do what is due on this ticket, unless another worker is at it."""
        lease = take(
            self._database,
            tickets,
            (tickets.c.connection_id == connection_id) & (tickets.c.ticket_id == ticket_id),
            until=tickets.c.acting_until,
            by=tickets.c.acting_by,
            now=self._now,
        )
        if lease is None:
            return
        rest = 0.0
        try:
            desk = Desk(
                self._database,
                lease,
                self._tenant(connection_id, "quarantine"),
                connection_id,
                ticket_id,
                self._now,
            )
            while self._round(desk):
                desk.keep()
        except LeaseLost:
            log.warning("ticket.lease_lost", connection=connection_id, ticket=ticket_id)
        except (Temporary, Misconfigured) as error:
            rest = self._postpone_all(connection_id, ticket_id, error.message, code=error.code, least=_asked(error))
        except Exception:
            # A mistake of ours must neither lose the order nor make the workers run in circles over it.
            reason = "An internal error; it is tried again."
            rest = self._postpone_all(connection_id, ticket_id, reason, least=MISTAKE_SECONDS)
            raise
        finally:
            self._leave(lease, connection_id, ticket_id, rest)

    def _round(self, desk: Desk) -> bool:
        """Run every step once; return whether any of them changed something."""
        changed = False
        for step in self._steps:
            changed |= step.run(desk, self._due(desk))
        return changed

    def _due(self, desk: Desk) -> Sequence[Any]:
        """Return the actions to work on: due, and not behind another one."""
        with self._database.read() as connection:
            waiting = runnable(_waiting(connection, desk.connection_id, desk.ticket_id))
        return [action for action in waiting if action.next_at <= desk.now()]

    def _postpone_all(
        self, connection_id: int, ticket_id: int, error: str, *, least: float, code: str = "internal"
    ) -> float:
        """Nothing can be done on the ticket just now: everything due waits; return for how many seconds.

        At least ``least``, and the longer the longer its newest order waits already.
        """
        now = self._now()
        with self._database.write() as connection:
            due = (
                (actions.c.connection_id == connection_id)
                & (actions.c.ticket_id == ticket_id)
                & actions.c.finished_at.is_(None)
                & (actions.c.next_at <= now)
            )
            newest = connection.execute(select(func.max(actions.c.created_at)).where(due)).scalar_one()
            delay = max(least, patience(now - newest)) if newest is not None else least
            connection.execute(update(actions).where(due).values(next_at=now + delay, error=error))
        log.warning("ticket.postponed", connection=connection_id, ticket=ticket_id, code=code, seconds=delay)
        return delay

    def _leave(self, lease: Lease, connection_id: int, ticket_id: int, rest: float) -> None:
        """Give the ticket back and note when it is due again; orders that came meanwhile are not forgotten."""
        now = self._now()
        with self._database.write() as connection:
            # Whoever orders something touches the ticket's row last: with it held, no order is overlooked below.
            connection.execute(select(tickets.c.id).where(lease.held()).with_for_update())
            times = [action.next_at for action in runnable(_waiting(connection, connection_id, ticket_id))]
            notice = self._next_notice(connection, connection_id, ticket_id)
            if notice is not None:
                times.append(notice)
            act_at = None if not times else max(min(times), now + rest if rest else 0.0)
            connection.execute(update(tickets).where(lease.held()).values(act_at=act_at))
            lease.release_in(connection)
        if act_at is not None and act_at <= now:
            with contextlib.suppress(Temporary):
                self._queue.put(Job.ACT, connection_id=connection_id, ticket_id=ticket_id)


def patience(waited: float) -> float:
    """Seconds until the next attempt at what has waited so long: a quarter of that, five minutes at most."""
    return min(waited / 4, LONGEST_WAIT)


def _asked(error: DeskwardenError) -> float:
    """Seconds to wait as the other side asked, five at least."""
    return max(getattr(error, "retry_after", None) or 0.0, 5.0)


def _waiting(connection: Connection, connection_id: int, ticket_id: int) -> Sequence[Any]:
    return connection.execute(
        select(actions)
        .where(actions.c.connection_id == connection_id, actions.c.ticket_id == ticket_id)
        .where(actions.c.finished_at.is_(None))
        .order_by(actions.c.id)
    ).all()
