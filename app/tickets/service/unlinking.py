"""Take links out of a comment: the workspace's redaction for all of them at once, else word by word; then read back.

Nothing is kept of a link besides its row, so there is no way back and no copy to make. A redaction may be repeated:
what is found in ``sending`` is looked for in the comment, and what still stands there is sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update

from app.adapters.zendesk import Comment, Forbidden, Interrupted, NotFound
from app.engine.model import Verdict
from app.errors import Misconfigured, Rejected, Temporary
from app.tickets.markup import marked
from app.tickets.redaction import MOST_SENDINGS
from app.tickets.service.acting import Desk
from app.tickets.service.seen_links import links_of
from app.tickets.tables import actions, decisions, scans

#: Seconds until the first reading back; Zendesk answers before the change is visible.
VISIBLE_SECONDS = 0.4

#: Words redacted one by one before the comment is read again: a ticket takes 30 updates in ten minutes.
MOST_WORDS = 8

#: Seconds for which a comment that a listing leaves out, although others stand there, may only be late.
INVISIBLE_SECONDS = 120.0

WORKSPACE, WORDS = "workspace", "words"


@dataclass(frozen=True, slots=True)
class _Order:
    """An action with the address it is about, and what is thought of that by now."""

    action: Any
    url: str
    verdict: str

    @property
    def sendings(self) -> int:
        """How often Zendesk accepted a redaction of it."""
        return int(self.action.detail.get("sendings", 0))


class Unlinking:
    """The ``redact_link`` action: all that are due in one comment are sent together."""

    def __init__(self, wait: Callable[[float], None]) -> None:
        self._wait = wait

    def run(self, desk: Desk, due: Sequence[Any]) -> bool:
        """Redact the links that are due, comment by comment."""
        owed = [action for action in due if action.kind == "redact_link"]
        if not owed:
            return False
        comments = _shown(desk)
        for comment_id, orders in _by_comment(desk, owed).items():
            if comment_id is None:
                _end(desk, orders, error="Zendesk cannot redact a ticket's subject or fields: change them by hand")
            elif comments and comment_id not in comments:
                self._await(desk, orders)
            else:
                self._work(desk, comments.get(comment_id), orders)
        return True

    def _await(self, desk: Desk, orders: list[_Order]) -> None:
        """A comment that the ticket does not show may be late, or gone for good."""
        late = [order for order in orders if desk.now() - order.action.created_at < INVISIBLE_SECONDS]
        for order in late:
            desk.update(order.action.id, next_at=desk.now() + 5.0)
        _end(desk, [order for order in orders if order not in late])

    def _work(self, desk: Desk, comment: Comment | None, orders: list[_Order]) -> None:
        left = self._settled(desk, comment, orders)
        if any(order.action.state == "sending" and desk.is_settling(order.action) for order in left):
            # Only when it is certain whether the link is gone can anybody be told, or the order be stopped.
            _align(desk, left)
            return
        left = _wanted(desk, left)
        tired = [order for order in left if order.sendings >= MOST_SENDINGS]
        _end(desk, tired, error="Zendesk accepted the redaction several times and still shows the link")
        left = [order for order in left if order.sendings < MOST_SENDINGS]
        if comment is not None and left and self._send(desk, comment, left):
            self._wait(VISIBLE_SECONDS)
            self._settled(desk, _shown(desk).get(comment.id), _reread(desk, left))

    def _settled(self, desk: Desk, comment: Comment | None, orders: list[_Order]) -> list[_Order]:
        """End what is done, which is whatever the comment does not hold any more; return the rest."""
        there = links_of(comment.html_body, comment.body) if comment is not None else []
        targets = {address for link in there for address in (link.url, link.wrapped)}
        left = [order for order in orders if order.url in targets]
        standing = {id(order) for order in left}
        _end(desk, [order for order in orders if id(order) not in standing])
        return left

    def _send(self, desk: Desk, comment: Comment, orders: list[_Order]) -> bool:
        """Send what is still there; return whether Zendesk took it."""
        html = marked(comment.html_body, {order.url for order in orders}) if comment.html_body else ""
        way = orders[0].action.detail.get("way", WORKSPACE)
        if not html or html == comment.html_body:
            way = WORDS
        try:
            return self._send_by(desk, comment, orders, html, way)
        except Interrupted as error:
            # What may have arrived stays in sending; it is read back before it is sent again. Whether it was accepted
            # is not known, so it does not count.
            accepted = {order.action.id: order.sendings for order in orders}
            again = _reread(desk, orders)
            with desk.database.write() as connection:
                for order in again:
                    detail = {**order.action.detail, "sendings": accepted[order.action.id]}
                    desk.change(connection, order.action.id, detail=detail)
            _postpone(desk, again, error)
        except (Rejected, Forbidden) as error:
            self._refused(desk, comment, orders, way, error)
        except (Temporary, Misconfigured) as error:
            _postpone(desk, orders, error)
        return False

    def _send_by(self, desk: Desk, comment: Comment, orders: list[_Order], html: str, way: str) -> bool:
        if way == WORKSPACE:
            self._mark(desk, orders, way)
            desk.tenant.redact_comment(comment.id, desk.ticket_id, html_body=html)
            return True
        words = _words(comment, orders)
        for raw, about in words[:MOST_WORDS]:
            self._mark(desk, about, way)
            desk.tenant.redact_text(desk.ticket_id, comment.id, raw)
        return bool(words)

    def _mark(self, desk: Desk, orders: list[_Order], way: str) -> None:
        desk.keep()
        sent = {"sent": desk.now(), "way": way}
        desk.mark_all_sending(
            {order.action.id: {**order.action.detail, **sent, "sendings": order.sendings + 1} for order in orders}
        )

    def _refused(
        self, desk: Desk, comment: Comment, orders: list[_Order], way: str, error: Rejected | Forbidden
    ) -> None:
        """Without the workspace, or the right to redact there, the words themselves can be redacted on open tickets."""
        if way == WORKSPACE:
            with desk.database.write() as connection:
                for order in orders:
                    detail = {**order.action.detail, "way": WORDS}
                    desk.change(connection, order.action.id, state="planned", detail=detail)
            return
        reason = f"Zendesk refused: {error.message}"
        if isinstance(error, NotFound):
            reason = "The ticket or the comment is gone"
        _end(desk, orders, error=reason)


def _by_comment(desk: Desk, owed: Sequence[Any]) -> dict[int | None, list[_Order]]:
    with desk.database.read() as connection:
        about: dict[int, Any] = {}
        ids = [action.scan_id for action in owed]
        for start in range(0, len(ids), 500):
            some = select(scans.c.id, scans.c.url, scans.c.verdict).where(scans.c.id.in_(ids[start : start + 500]))
            about |= {row.id: row for row in connection.execute(some)}
    grouped: dict[int | None, list[_Order]] = {}
    for action in owed:
        grouped.setdefault(action.comment_id, []).append(
            _Order(action, about[action.scan_id].url, about[action.scan_id].verdict)
        )
    return grouped


def _wanted(desk: Desk, orders: list[_Order]) -> list[_Order]:
    """Stop what has turned out to be harmless while it was waiting, and tell nobody; return the rest."""
    stopped = [order.action for order in orders if order.verdict == Verdict.CLEAN]
    if stopped:
        with desk.database.write() as connection:
            desk.settle_all(connection, stopped, error="It was judged clean before it was removed.")
            about = decisions.c.id.in_([action.decision_id for action in stopped])
            connection.execute(update(decisions).where(about).values(overruled=True))
    return [order for order in orders if order.verdict != Verdict.CLEAN]


def _reread(desk: Desk, orders: list[_Order]) -> list[_Order]:
    """Return the orders as their rows are now."""
    before = {order.action.id: order for order in orders}
    ids: list[int] = list(before)
    found: list[Any] = []
    with desk.database.read() as connection:
        for start in range(0, len(ids), 500):
            some = select(actions).where(actions.c.id.in_(ids[start : start + 500]), actions.c.finished_at.is_(None))
            found += connection.execute(some).all()
    return [_Order(action, before[action.id].url, before[action.id].verdict) for action in found]


def _postpone(desk: Desk, orders: list[_Order], error: Temporary | Misconfigured) -> None:
    for order in orders:
        desk.postpone(order.action, error)
    _align(desk, orders)


def _align(desk: Desk, orders: list[_Order]) -> None:
    """Have the next look at all of them at the same moment, so that they stay together and end in one note."""
    ids = [order.action.id for order in orders]
    latest = select(func.max(actions.c.next_at)).where(actions.c.id.in_(ids))
    with desk.database.write() as connection:
        moment = connection.execute(latest).scalar_one()
        connection.execute(update(actions).where(actions.c.id.in_(ids)).values(next_at=moment))


def _shown(desk: Desk) -> dict[int, Comment]:
    try:
        return {comment.id: comment for comment in desk.shown()}
    except NotFound:
        return {}


def _words(comment: Comment, orders: list[_Order]) -> list[tuple[str, list[_Order]]]:
    """Return what is to be redacted word by word: the links as they were written, longest first, each with its orders.

    Of two, one of which begins like the other, the longer one goes first, or its end would be left standing.
    """
    found: dict[str, list[_Order]] = {}
    about_url: dict[str, list[_Order]] = {}
    for order in orders:
        about_url.setdefault(order.url, []).append(order)
    for link in links_of(comment.html_body, comment.body):
        about = [order for address in dict.fromkeys((link.url, link.wrapped)) for order in about_url.get(address, ())]
        if about:
            found.setdefault(link.raw, about)
    return sorted(found.items(), key=lambda entry: -len(entry[0]))


def _end(desk: Desk, orders: Sequence[_Order], *, error: str | None = None) -> None:
    if orders:
        with desk.database.write() as connection:
            desk.settle_all(connection, [order.action for order in orders], error=error)
