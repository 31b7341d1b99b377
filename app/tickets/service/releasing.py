"""Give a file back: upload the original, attach it to one new internal note, read back that it stands there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import select

from app.adapters.vault import Vault, VaultRef
from app.adapters.zendesk import Forbidden, Interrupted, NotFound, Unprocessable
from app.engine.model import Verdict
from app.errors import DeskwardenError, Misconfigured, Rejected, Temporary
from app.findings import notices as words
from app.tickets.redaction import Target
from app.tickets.service.acting import Desk, LeaseLost
from app.tickets.service.notes import NoteFinder, NoteLanguages, Pages
from app.tickets.tables import actions, decisions, scans

log = structlog.get_logger()


class Releasing:
    """The ``release`` action, ordered by a person's clean verdict."""

    def __init__(self, vault: Vault, finder: NoteFinder, pages: Pages, languages: NoteLanguages) -> None:
        self._vault = vault
        self._finder = finder
        self._pages = pages
        self._languages = languages

    def run(self, desk: Desk, due: Sequence[Any]) -> bool:
        """Give back what is due."""
        releases = [action for action in due if action.kind == "release"]
        for action in releases:
            self._release(desk, action)
        return bool(releases)

    def _release(self, desk: Desk, action: Any) -> None:
        with desk.database.read() as connection:
            scan = connection.execute(select(scans).where(scans.c.id == action.scan_id)).one()
            decision = connection.execute(select(decisions).where(decisions.c.id == action.decision_id)).one()
            last = connection.execute(
                select(actions.c.kind)
                .where(actions.c.scan_id == scan.id, actions.c.kind.in_(("redact", "release")))
                .where(actions.c.id < action.id, actions.c.state == "done")
                .order_by(actions.c.id.desc())
                .limit(1)
            ).scalar_one_or_none()
        if last != "redact":
            self._end(desk, action, state="done")  # nothing was taken out, so nothing is to be given back
            return
        try:
            # The ticket's stamp is read before the ticket is searched: who writes in between makes our write fail.
            stamp = desk.tenant.ticket(desk.ticket_id).updated_stamp
            if action.state == "sending" and (self._found(desk, action) or self._is_awaited(desk, action)):
                return
            self._give(desk, action, scan, decision, stamp)
        except (Rejected, Forbidden) as error:
            self._end(desk, action, state="quarantined", error=self._reason(error))
        except (Temporary, Misconfigured) as error:
            desk.postpone(action, error)

    def _is_awaited(self, desk: Desk, action: Any) -> bool:
        """Whether the note does not show yet and must not be written again: it may still come, or is known to."""
        if desk.is_settling(action):
            return True
        if "written" not in action.detail:
            return False
        # Zendesk took the note and named its files; that it hides them now is no reason to write another one.
        self._end(desk, action, state="released", copies=action.detail["files"])
        return True

    def _reason(self, error: Rejected | Forbidden) -> str:
        if error.code.startswith("vault."):
            return error.message
        if isinstance(error, Unprocessable) and error.ticket_is_closed:
            return (
                "The ticket is closed, so nothing can be attached to it. "
                "The file can be downloaded from the scan's page in Deskwarden."
            )
        if isinstance(error, NotFound):
            return "The ticket is gone. The file can be downloaded from the scan's page in Deskwarden."
        return f"Zendesk refused to take the file back: {error.message}"

    def _give(self, desk: Desk, action: Any, scan: Any, decision: Any, stamp: str) -> None:
        ref = VaultRef.from_dict(scan.vault)
        self._vault.verify(ref)
        desk.mark_sending(action.id)
        upload = desk.tenant.upload(
            scan.name,
            lambda: self._vault.open(ref),
            "application/octet-stream",
            scan.size or 0,
            progress=lambda _bytes: desk.keep(),
        )
        note = words.release_note(
            words.FileNotice(
                name=scan.name,
                sha256=scan.sha256,
                size=scan.size or 0,
                verdict=Verdict(decision.verdict),
                title="",
                where="",
                outcome=words.RELEASED,
                link=self._pages.scan(scan.id),
            ),
            reference=self._finder.reference(action.key),
            language=self._languages.of(desk.connection_id, desk.ticket_id),
        )
        detail = {**action.detail, "sent": desk.now()}
        try:
            desk.keep()
            desk.update(action.id, detail=detail)
            written = desk.tenant.add_note(desk.ticket_id, note, uploads=(upload.token,), updated_stamp=stamp or None)
        except Interrupted:
            raise
        except (DeskwardenError, LeaseLost):
            self._take_back(desk, upload.token)
            raise
        files = [
            Target(written.comment_id or 0, file_id, scan.name, scan.size, "").to_dict()
            for file_id in written.attachment_ids
        ]
        desk.update(action.id, detail={**detail, "written": written.comment_id, "files": files})
        if not self._found(desk, action, written.comment_id):
            desk.update(action.id, next_at=desk.now() + 2.0, error="The note is not visible yet.")

    def _found(self, desk: Desk, action: Any, comment_id: int | None = None) -> bool:
        """Read the ticket back; when our note stands there with its file, remember both and end."""
        note = self._finder.find(desk, action, comment_id or action.detail.get("written"))
        if note is None:
            return False
        if not note.attachments:
            self._end(
                desk,
                action,
                state="quarantined",
                error="Zendesk took the note without the file. The file can be downloaded from the scan's page.",
            )
            return True
        copies = [
            Target(note.id, each.id, each.file_name, each.size, each.content_url).to_dict() for each in note.attachments
        ]
        self._end(desk, action, state="released", copies=copies)
        return True

    def _take_back(self, desk: Desk, token: str) -> None:
        """What is not attached lies open to every signed-in user for an hour."""
        try:
            desk.tenant.delete_upload(token)
        except DeskwardenError as error:
            log.warning("upload.left", ticket=desk.ticket_id, code=error.code)

    def _end(
        self,
        desk: Desk,
        action: Any,
        *,
        state: str,
        error: str | None = None,
        copies: Sequence[dict[str, Any]] = (),
    ) -> None:
        with desk.database.write() as connection:
            desk.finish(connection, action, error=error, detail={"copies": list(copies)})
            desk.settle(connection, action, state=state, reason=error)
