"""The client of one Zendesk account: what the services ask and change, in small typed values.

Every method may raise Temporary (try again), Rejected (it stays so) or Misconfigured (an operator must act). A write
that raises ``Interrupted`` may have been carried out: read back before it is repeated. With any other exception it was
not carried out.
"""

from __future__ import annotations

import copy
import re
import time
from collections.abc import Callable, Iterable
from typing import Any, Self

import requests
import structlog

from app.adapters.zendesk.auth import TokenSource
from app.adapters.zendesk.errors import NotFound, unauthorized
from app.adapters.zendesk.exchange import CALL_SECONDS, Interrupted
from app.adapters.zendesk.fields import identity, mapping, mappings, moment, path, text
from app.adapters.zendesk.paging import collect, walk
from app.adapters.zendesk.places import TicketPlace, read_place
from app.adapters.zendesk.rate import Lane, Limiter
from app.adapters.zendesk.records import (
    Comment,
    Me,
    NoteWritten,
    Ticket,
    TicketEventsPage,
    Upload,
    read_all,
    read_comment,
    read_event,
    read_me,
    read_note,
    read_ticket,
)
from app.adapters.zendesk.setup_calls import SetupCalls
from app.adapters.zendesk.transport import Endpoint, OnCall, Route, Transport
from app.adapters.zendesk.upload_body import Content, UploadBody
from app.errors import Misconfigured, Rejected, Temporary

_log = structlog.get_logger()

#: Comments of one page, the most Zendesk gives.
PAGE_SIZE = 100
#: Bytes of a comment that Zendesk keeps; it cuts off the rest without a word.
LARGEST_NOTE = 65_535
#: Bytes per second below which an upload is given up.
SLOWEST_UPLOAD = 64 << 10

_COMMENTS = "/api/v2/tickets/{ticket_id}/comments"
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,80}/[A-Za-z0-9][A-Za-z0-9.+-]{0,80}\Z")


class ZendeskClient(SetupCalls):
    """One account, one lane. Thread-safe; ``lane`` gives copies that share connections, tokens and counts."""

    def __init__(
        self,
        endpoint: Endpoint,
        tokens: TokenSource,
        limiter: Limiter | None = None,
        session: requests.Session | None = None,
        now: Callable[[], float] = time.time,
        *,
        trusted_hosts: frozenset[str] = frozenset(),
        on_call: OnCall | None = None,
    ) -> None:
        """Raises Misconfigured when the endpoint's address may not be used. Without a limiter nothing is held back."""
        self.endpoint = endpoint
        self._now = now
        self._transport = Transport(
            endpoint, tokens, limiter=limiter, session=session, trusted_hosts=trusted_hosts, on_call=on_call
        )

    def lane(self, lane: Lane | str) -> Self:
        """Return this client for calls of another lane."""
        other = copy.copy(self)
        other._transport = self._transport.in_lane(Lane(lane))
        return other

    @property
    def calls(self) -> int:
        """Number of exchanges with the API so far, of all lanes."""
        return self._transport.count.value

    # -- who and what we are connected to

    def me(self) -> Me:
        """Return the user that the connection acts as.

        Zendesk answers refused credentials here with an anonymous user and status 200; raises Misconfigured then, and
        for a user who is no agent.
        """
        route = Route("GET", "/api/v2/users/me", "the connection's own user")
        me = read_me(mapping(self._transport.call(route).get("user")))
        if me is None:
            self._transport.renew()
            me = read_me(mapping(self._transport.call(route).get("user")))
        if me is None:
            raise unauthorized(route.what)
        if me.role not in ("agent", "admin"):
            raise Misconfigured(
                "The connection's user is no agent. Let an admin's OAuth client act for an agent or admin.", code="role"
            )
        return me

    def account_settings(self) -> dict[str, Any]:
        """Return the account's settings as they come, by section; ``{}`` when the answer has none."""
        route = Route("GET", "/api/v2/account/settings", "the account's settings")
        return dict(mapping(self._transport.call(route).get("settings")))

    # -- reading tickets

    def ticket(self, ticket_id: int) -> Ticket:
        """Return a ticket; raises NotFound when it vanished."""
        route = Route("GET", "/api/v2/tickets/{ticket_id}", "the ticket", {"ticket_id": ticket_id})
        ticket = read_ticket(mapping(self._transport.call(route).get("ticket")))
        if ticket is None:
            raise Temporary("Zendesk answered the question for a ticket without one.", code="no_ticket")
        return ticket

    def place(self, ticket_id: int) -> TicketPlace:
        """Return brand, group and requester of a ticket, by one call; raises NotFound when it vanished."""
        query = {"include": "users"}
        route = Route("GET", "/api/v2/tickets/{ticket_id}", "the ticket", {"ticket_id": ticket_id}, query)
        found = read_place(self._transport.call(route))
        if found is None:
            raise Temporary("Zendesk answered the question for a ticket without one.", code="no_ticket")
        return found

    def comments(self, ticket_id: int, *, newer_than: int | None = None) -> list[Comment]:
        """Return a ticket's comments with inline images among their files, oldest first; one call for up to 100.

        ``newer_than`` is a comment id: only later ones are wanted. Older ones may be among the answer when the pages
        come in an order that proves nothing. Raises NotFound when the ticket vanished.
        """
        query = {"include_inline_images": "true", "include": "users", "sort": "-created_at"}
        query["page[size]"] = str(PAGE_SIZE)
        route = Route("GET", _COMMENTS, "the list of comments", {"ticket_id": ticket_id}, query)
        return collect((_comments_of(document) for document in walk(self._transport.call, route)), newer_than)

    def ticket_events(self, start_time: float) -> TicketEventsPage:
        """Return up to 1,000 changes of tickets since a moment (unix seconds), with the comments they added.

        The last minute is never among them, and a change may come twice.
        """
        query = {"start_time": str(int(start_time)), "include": "comment_events"}
        route = Route("GET", "/api/v2/incremental/ticket_events", "the ticket events", query=query)
        document = self._transport.call(route)
        events = read_all("ticket event", document.get("ticket_events"), read_event)
        end_of_stream = document.get("end_of_stream")
        return TicketEventsPage(
            events=tuple(events),
            end_time=moment(document.get("end_time")),
            # Older answers do not say; a short page is the end then.
            end_of_stream=end_of_stream if isinstance(end_of_stream, bool) else len(events) < 1000,
        )

    # -- taking things out of tickets

    def redact_attachment(self, ticket_id: int, comment_id: int, attachment_id: int) -> None:
        """Have a file replaced by an empty ``redacted.txt``, for ever.

        The answer shows the old file, whatever happened: list the comments again. Repeating it is an error.
        """
        self._transport.call(
            Route(
                "PUT",
                "/api/v2/tickets/{ticket_id}/comments/{comment_id}/attachments/{attachment_id}/redact",
                "the redaction of an attachment",
                {"ticket_id": ticket_id, "comment_id": comment_id, "attachment_id": attachment_id},
                document={},
                updates=ticket_id,
            )
        )

    def redact_comment(
        self,
        comment_id: int,
        ticket_id: int,
        *,
        html_body: str | None = None,
        external_attachment_urls: Iterable[str] = (),
    ) -> None:
        """Redact parts of a comment: what ``<redact>`` encloses in ``html_body``, and files by their content URLs.

        Also works on closed and archived tickets; needs Agent Workspace and the permission to redact.
        """
        document: dict[str, Any] = {"ticket_id": ticket_id}
        if html_body is not None:
            document["html_body"] = html_body
        urls = list(external_attachment_urls)
        if urls:
            document["external_attachment_urls"] = urls
        self._transport.call(
            Route(
                "PUT",
                "/api/v2/comment_redactions/{comment_id}",
                "the redaction of a comment",
                {"comment_id": comment_id},
                document=document,
                updates=ticket_id,
            )
        )

    def redact_text(self, ticket_id: int, comment_id: int, words: str) -> None:
        """Have words of a comment blacked out, for ever; not on closed tickets."""
        self._transport.call(
            Route(
                "PUT",
                "/api/v2/tickets/{ticket_id}/comments/{comment_id}/redact",
                "the redaction of a text",
                {"ticket_id": ticket_id, "comment_id": comment_id},
                document={"text": words},
                updates=ticket_id,
            )
        )

    # -- putting things into tickets

    def upload(
        self,
        file_name: str,
        content: Content,
        content_type: str,
        size: int,
        *,
        progress: Callable[[int], None] | None = None,
    ) -> Upload:
        """Hand over a file of ``size`` bytes to be attached within the hour.

        ``content`` is a path, a function that returns an iterable of bytes, or such an iterable (which cannot be sent
        again when the authorization has to be renewed). ``progress`` is told the bytes sent so far, as it goes.
        Until it is attached, every signed-in user who has the address can read the file.
        """
        body = UploadBody(content, size, progress)
        route = Route(
            "POST",
            "/api/v2/uploads",
            "the upload of a file",
            query={"filename": file_name},
            content=body.chunks,
            content_type=content_type if _MEDIA_TYPE.match(content_type) else "application/octet-stream",
            seconds=CALL_SECONDS + size / SLOWEST_UPLOAD,
        )
        upload = mapping(self._transport.call(route).get("upload"))
        token = text(upload.get("token"))
        if not token:
            raise Interrupted("Zendesk answered an upload without a token.", code="no_token")
        return Upload(token, identity(path(upload, ("attachment", "id"))), moment(upload.get("expires_at")))

    def delete_upload(self, token: str) -> None:
        """Take back a file that was not attached; one that is gone already is as good."""
        route = Route("DELETE", "/api/v2/uploads/{token}", "the removal of an upload", {"token": token})
        try:
            self._transport.call(route)
        except NotFound:
            return

    def add_note(
        self, ticket_id: int, html_body: str, *, uploads: Iterable[str] = (), updated_stamp: str | None = None
    ) -> NoteWritten:
        """Write an internal note, with files if ``uploads`` names their tokens.

        With ``updated_stamp`` (of the ticket as it was read) raises Conflict when the ticket changed since. Raises
        Unprocessable on a closed ticket, Rejected when the note is longer than Zendesk keeps.
        """
        if len(html_body.encode()) > LARGEST_NOTE:
            raise Rejected("The note is longer than the 64 KiB that Zendesk keeps.", code="note_too_long")
        # Without saying so, a note would be as public as the ticket's first comment.
        comment: dict[str, Any] = {"html_body": html_body, "public": False}
        tokens = list(uploads)
        if tokens:
            comment["uploads"] = tokens
        ticket: dict[str, Any] = {"comment": comment}
        if updated_stamp is not None:
            ticket |= {"safe_update": True, "updated_stamp": updated_stamp}
        route = Route(
            "PUT",
            "/api/v2/tickets/{ticket_id}",
            "the internal note",
            {"ticket_id": ticket_id},
            document={"ticket": ticket},
            updates=ticket_id,
        )
        note = read_note(self._transport.call(route))
        if note.public:
            _log.error("zendesk.note_is_public", connection=self.endpoint.name, ticket=ticket_id)
        return note


def _comments_of(document: dict[str, Any]) -> list[Comment]:
    users = {found: user for user in mappings(document.get("users")) if (found := identity(user.get("id")))}
    return read_all("comment", document.get("comments"), lambda entry: read_comment(entry, users))
