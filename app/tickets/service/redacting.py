"""Take files out of a ticket: a verified copy first, then the redaction, then reading back that it happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import structlog
from sqlalchemy import select

from app.adapters.vault import Vault, VaultRef
from app.adapters.zendesk import Comment, Forbidden, Interrupted, NotFound
from app.errors import DeskwardenError, Misconfigured, Rejected, Temporary
from app.keys import MasterKey
from app.tickets.redaction import MOST_SENDINGS, Presence, Target, presence
from app.tickets.service.acting import Desk, patience
from app.tickets.service.originals import Fetcher
from app.tickets.service.spool import place
from app.tickets.tables import actions, scans

log = structlog.get_logger()

#: Seconds until the first reading back; Zendesk answers before the change is visible.
VISIBLE_SECONDS = 0.4


class Copying:
    """The ``vault`` action: the original lies encrypted and verified in quarantine, or nothing is redacted."""

    def __init__(self, vault: Vault, keys: MasterKey, fetcher: Callable[[int], Fetcher], spool: Path) -> None:
        self._vault = vault
        self._keys = keys
        self._fetcher = fetcher
        self._spool = spool

    def run(self, desk: Desk, due: Sequence[Any]) -> bool:
        """Copy what has no verified copy yet."""
        copies = [action for action in due if action.kind == "vault"]
        for action in copies:
            self._copy(desk, action)
        return bool(copies)

    def _copy(self, desk: Desk, action: Any) -> None:
        with desk.database.read() as connection:
            scan = connection.execute(select(scans).where(scans.c.id == action.scan_id)).one()
        desk.keep()
        desk.mark_sending(action.id)
        try:
            ref = self._existing(scan) or self._fetch(desk, scan)
        except (Temporary, Misconfigured) as error:
            desk.postpone(action, error)
            return
        except Rejected as error:
            self._give_up(desk, action, f"No copy could be made, so nothing was removed: {error.message}")
            return
        with desk.database.write() as connection:
            desk.finish(connection, action)
            # A file that could not be had when it was to be judged is known only now.
            values = {"vault": ref.to_dict(), "sha256": ref.sha256, "size": ref.size}
            connection.execute(scans.update().where(scans.c.id == scan.id).values(**values))

    def _existing(self, scan: Any) -> VaultRef | None:
        if scan.vault is None:
            return None
        ref = VaultRef.from_dict(scan.vault)
        try:
            self._vault.verify(ref)
        except Rejected as error:
            log.error("vault.copy_lost", scan=scan.id, code=error.code)
            return None  # the file may still lie in the ticket, so it is fetched again
        return ref

    def _fetch(self, desk: Desk, scan: Any) -> VaultRef:
        spooled = place(self._spool, f"{desk.lease.token}.copy", desk.now())
        source = orjson.loads(self._keys.unseal("source", scan.source))
        try:
            got = self._fetcher(scan.connection_id).fetch(source, scan.name, spooled, lambda _bytes: desk.keep())
            if scan.sha256 is not None and got.sha256 != scan.sha256:
                raise Rejected("The file in the ticket is no longer the one that was judged.", code="changed")
            ref = self._vault.store(spooled, connection_id=scan.connection_id, sha256=got.sha256, size=got.size)
            self._vault.verify(ref)
        finally:
            spooled.unlink(missing_ok=True)
        return ref

    def _give_up(self, desk: Desk, action: Any, reason: str) -> None:
        """Without a copy the redaction that was to follow is off, and both say why."""
        with desk.database.write() as connection:
            desk.finish(connection, action, error=reason)
            following = connection.execute(
                select(actions)
                .where(actions.c.decision_id == action.decision_id, actions.c.kind == "redact")
                .where(actions.c.finished_at.is_(None))
            ).one_or_none()
            if following is not None:  # else a person has called it off
                desk.finish(connection, following, error=reason)
                desk.settle(connection, action, state="failed", reason=reason)


class Redacting:
    """The ``redact`` action. All that is due on the ticket is sent first and read back in one go."""

    def __init__(
        self, keys: MasterKey, fetcher: Callable[[int], Fetcher], spool: Path, wait: Callable[[float], None]
    ) -> None:
        self._keys = keys
        self._fetcher = fetcher
        self._spool = spool
        self._wait = wait

    def run(self, desk: Desk, due: Sequence[Any]) -> bool:
        """Send, read back, and send again where nothing happened for long."""
        redactions = [(action, self._targets(desk, action)) for action in due if action.kind == "redact"]
        if not redactions:
            return False
        fresh = [entry for entry in redactions if entry[0].state == "planned"]
        # What is found in sending may have happened already: it is read back before anything is sent.
        for action, targets in fresh:
            self._send(desk, action, targets)
        if fresh:
            self._wait(VISIBLE_SECONDS)
        shown = self._shown(desk)
        for action, targets in redactions:
            self._read_back(desk, action, targets, shown)
        return True

    def _targets(self, desk: Desk, action: Any) -> list[Target]:
        """What is to go: the attachment itself, and the copies that were given back, as long as they stand."""
        if action.detail.get("targets"):
            return [Target(**target) for target in action.detail["targets"]]
        with desk.database.read() as connection:
            scan = connection.execute(select(scans).where(scans.c.id == action.scan_id)).one()
            earlier = connection.execute(
                select(actions)
                .where(actions.c.scan_id == action.scan_id, actions.c.id < action.id, actions.c.state == "done")
                .where(actions.c.kind.in_(("redact", "release")))
                .order_by(actions.c.id)
            ).all()
        source = orjson.loads(self._keys.unseal("source", scan.source))
        original = Target(scan.comment_id, scan.attachment_id, scan.name, scan.size, source["content_url"])
        wanted = {original.attachment_id: original}
        for action_before in earlier:
            if action_before.kind == "redact":
                for target in action_before.detail.get("targets", ()):
                    wanted.pop(target["attachment_id"], None)
            else:
                wanted |= {copy["attachment_id"]: Target(**copy) for copy in action_before.detail.get("copies", ())}
        return list(wanted.values())

    def _send(self, desk: Desk, action: Any, targets: list[Target]) -> None:
        for target in targets:
            if not target.over and target.not_before <= desk.now():
                self._send_one(desk, action, targets, target)

    def _send_one(self, desk: Desk, action: Any, targets: list[Target], target: Target, *, way: str = "") -> None:
        """Redact one attachment. The classic way first; closed tickets only have the other one."""
        before = replace(target)
        target.sent, target.sendings, target.way = desk.now(), target.sendings + 1, way or "attachment"
        desk.keep()
        desk.mark_sending(action.id, detail=_detail(action, targets))
        try:
            if target.way == "attachment":
                desk.tenant.redact_attachment(desk.ticket_id, target.comment_id, target.attachment_id)
            else:
                desk.tenant.redact_comment(
                    target.comment_id, desk.ticket_id, external_attachment_urls=(target.content_url,)
                )
        except Interrupted as error:
            target.sendings = before.sendings  # whether it was accepted is not known
            self._put_off(desk, action, targets, target, error)
        except (Rejected, Forbidden) as error:
            self._refused(desk, action, targets, target, error)
        except (Temporary, Misconfigured) as error:
            target.sent, target.sendings = before.sent, before.sendings
            self._put_off(desk, action, targets, target, error)

    def _put_off(
        self, desk: Desk, action: Any, targets: list[Target], target: Target, error: Temporary | Misconfigured
    ) -> None:
        """Zendesk cannot take it now. A malicious file is never given up for that, only asked for ever more rarely."""
        log.warning("redaction.postponed", action=action.id, code=error.code)
        asked = getattr(error, "retry_after", None) or 0.0
        target.not_before = desk.now() + max(asked, patience(desk.now() - action.created_at), 2.0)
        self._remember(desk, action, targets, error=error.message)

    def _remember(self, desk: Desk, action: Any, targets: list[Target], **values: Any) -> None:
        """Keep how far it is. What certainly has not begun is planned again, so that a person can still stop it."""
        state = "sending" if any(target.sent for target in targets) else "planned"
        desk.update(action.id, state=state, detail=_detail(action, targets), **values)

    def _refused(
        self, desk: Desk, action: Any, targets: list[Target], target: Target, error: Rejected | Forbidden
    ) -> None:
        """A refusal may mean: already done (a second redaction is an error), closed, or not allowed."""
        shown = self._shown(desk)
        if (isinstance(error, NotFound) and not shown) or self._presence(desk, action, target, shown) is Presence.GONE:
            target.done = True
        elif target.way == "attachment":
            self._send_one(desk, action, targets, target, way="comment")
            return
        else:
            target.refusal = self._reason(desk, error)
        self._remember(desk, action, targets)

    def _reason(self, desk: Desk, error: Rejected | Forbidden) -> str:
        try:
            closed = desk.tenant.ticket(desk.ticket_id).status in ("closed", "archived")
        except (Rejected, Misconfigured):
            closed = False
        about = "The ticket is closed, and Zendesk refused to redact it there too" if closed else "Zendesk refused"
        return f"{about}: {error.message}"

    def _shown(self, desk: Desk) -> list[Any]:
        try:
            comments: list[Comment] = desk.shown()
        except NotFound:
            return []
        return [attachment for comment in comments for attachment in comment.attachments]

    def _read_back(self, desk: Desk, action: Any, targets: list[Target], shown: list[Any]) -> None:
        for target in targets:
            if not target.over:
                self._judge(desk, action, targets, target, shown)
        if all(target.over for target in targets):
            self._end(desk, action, targets)
            return
        now = desk.now()
        next_look = min(target.next_look(now) for target in targets if not target.over)
        self._remember(desk, action, targets, next_at=max(next_look, now + 1.0))

    def _judge(self, desk: Desk, action: Any, targets: list[Target], target: Target, shown: list[Any]) -> None:
        if self._presence(desk, action, target, shown) is Presence.GONE:
            target.done = True
        elif not target.is_overdue(desk.now()) or desk.now() < target.not_before:
            return
        elif target.sendings >= MOST_SENDINGS:
            target.refusal = "Zendesk accepted the redaction several times and still shows the file"
        else:
            self._send_one(desk, action, targets, target, way="comment" if target.sendings % 2 else "")

    def _presence(self, desk: Desk, action: Any, target: Target, shown: list[Any]) -> Presence:
        """Whether the file is still there: by the listing, and where that proves nothing by the bytes themselves."""
        state = presence(target, shown)
        if state is Presence.UNSURE or (state is Presence.THERE and target.sent and target.is_overdue(desk.now())):
            return self._look_inside(desk, action, target)
        return state

    def _look_inside(self, desk: Desk, action: Any, target: Target) -> Presence:
        """Compare what lies at the old address with what was judged; what cannot be looked at is still there."""
        with desk.database.read() as connection:
            scan = connection.execute(select(scans).where(scans.c.id == action.scan_id)).one()
        source = {**orjson.loads(self._keys.unseal("source", scan.source)), "content_url": target.content_url}
        spooled = place(self._spool, f"{desk.lease.token}.look", desk.now())
        try:
            got = self._fetcher(desk.connection_id).fetch(source, scan.name, spooled, lambda _bytes: desk.keep())
        except NotFound:
            return Presence.GONE
        except DeskwardenError:
            return Presence.THERE
        finally:
            spooled.unlink(missing_ok=True)
        return Presence.THERE if got.sha256 == scan.sha256 else Presence.GONE

    def _end(self, desk: Desk, action: Any, targets: list[Target]) -> None:
        refusals = [target.refusal for target in targets if target.refusal]
        detail = _detail(action, targets)
        with desk.database.write() as connection:
            desk.finish(connection, action, error=refusals[0] if refusals else None, detail=detail)
            if refusals:
                desk.settle(connection, action, state="failed", reason=refusals[0])
            else:
                desk.settle(connection, action, state="quarantined", reason=None)


def _detail(action: Any, targets: list[Target]) -> dict[str, Any]:
    return {**action.detail, "targets": [target.to_dict() for target in targets]}
