"""Counts over the stored state: for the statistics of the API, the console's tabs and the metrics."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.connections.tables import connections
from app.db import Database
from app.engine.model import Verdict
from app.findings.policies.store import malicious_links
from app.findings.post.tables import mails
from app.tickets.filters import State, iso
from app.tickets.tables import actions, inbox, scan_counts


class Figures:
    """Counts, computed when asked, so that they are right whichever process did the work."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def scans(self) -> list[tuple[str, str, int]]:
        """Return (verdict, state, number of scans) for every pair there is."""
        pair = (scan_counts.c.verdict, scan_counts.c.state)
        amount = func.sum(scan_counts.c.amount)
        # Kept by triggers: counting a million scans takes longer than anybody waits for a page.
        return [
            (row[0], row[1], int(row[2]))
            for row in self._rows(select(*pair, amount).group_by(*pair).having(amount > 0))
        ]

    def actions(self) -> list[tuple[str, str, int]]:
        """Return (kind, state, number of actions) for every pair there is."""
        return self._rows(
            select(actions.c.kind, actions.c.state, func.count()).group_by(actions.c.kind, actions.c.state)
        )

    def waiting_calls(self) -> tuple[int, float | None]:
        """Return how many stored webhook calls nobody has read yet, and when the oldest came (unix seconds)."""
        statement = select(func.count(), func.min(inbox.c.received_at)).where(inbox.c.done_at.is_(None))
        [(count, oldest)] = self._rows(statement)
        return count, oldest

    def unsent_mails(self) -> int:
        """Return how many mails have not left yet; without a mail server, all of them."""
        [(count,)] = self._rows(select(func.count()).select_from(mails).where(mails.c.sent_at.is_(None)))
        return int(count)

    def statistics(self) -> dict[str, Any]:
        """Return the counts of the API: scans by verdict and by state, actions by state, what waits.

        A scan without an answer yet counts under its state only: its verdict is nobody's.
        """
        by_verdict = dict.fromkeys((verdict.value for verdict in Verdict), 0)
        by_state = dict.fromkeys((state.value for state in State), 0)
        for verdict, state, count in self.scans():
            by_state[state] = by_state.get(state, 0) + count
            if state not in (State.QUEUED, State.SCANNING):
                by_verdict[verdict] = by_verdict.get(verdict, 0) + count
        by_action: dict[str, int] = {}
        for _, state, count in self.actions():
            by_action[state] = by_action.get(state, 0) + count
        return {
            "scans": {"total": sum(by_state.values()), "by_verdict": by_verdict, "by_state": by_state},
            "actions": {"by_state": by_action},
            "webhook_calls_waiting": self.waiting_calls()[0],
            "mails_unsent": self.unsent_mails(),
        }

    def connections(self) -> list[dict[str, Any]]:
        """Return the connections without their secrets, by name."""
        columns = [connections.c[name] for name in ("id", "name", "base_url", "auth", "created_at")]
        # What is sent through the API without a tenant has a row of its own, to which nobody is connected.
        tenants = select(*columns).where(connections.c.auth != "none").order_by(connections.c.name)
        with self._database.read() as connection:
            rows = connection.execute(tenants).all()
            links = malicious_links(connection, [row.id for row in rows])
        plain = ("name", "base_url", "auth")
        return [
            {**{name: getattr(row, name) for name in plain}, "links": links[row.id], "created_at": iso(row.created_at)}
            for row in rows
        ]

    def _rows(self, statement: Any) -> list[Any]:
        with self._database.read() as connection:
            return list(connection.execute(statement).all())
