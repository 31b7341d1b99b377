"""What Zendesk's answers mean: every error shape becomes one of the three families, in plain words.

Shapes seen in real traffic: ``{"error": "RecordInvalid", "description": …, "details": …}``, ``{"error": {"title": …,
"message": …}}``, ``{"error": "invalid_client", "error_description": …}``, plain text with a 429, HTML of a proxy with
any status. Messages never quote a body: it may hold what a customer wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.adapters.zendesk.headers import retry_after
from app.adapters.zendesk.json_body import is_page, parse_json
from app.errors import DeskwardenError, Misconfigured, Rejected, Temporary

#: Seconds to wait after a 429 that does not say how long.
PAUSE_UNSAID = 30.0

_WORD = re.compile(r"[A-Za-z0-9_.:\- ]{1,60}\Z")
_SCOPES = re.compile(r"required scopes?:\s*([a-z_:, ]{1,200})\Z")


class Conflict(Temporary):
    """Somebody changed the ticket meanwhile (409): read it again, then decide anew."""


class NotFound(Rejected):
    """It is not there, or no longer: a vanished ticket, attachment or address."""


class Forbidden(Misconfigured):
    """The connection's user or its scopes do not allow this (403)."""


class Unprocessable(Rejected):
    """Zendesk read the request and refuses it (422). ``details`` names fields and the reasons given for each."""

    def __init__(self, message: str, *, code: str, details: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__(message, code=code, status=422)
        self.details = details

    @property
    def ticket_is_closed(self) -> bool:
        """Whether the reason is that a closed ticket takes no more changes."""
        return any("closed" in reason.lower() for reason in self.details.get("status", ()))


class NotAllowed(Rejected):
    """This address may not be fetched, and why."""


class TooLarge(Rejected):
    """Larger than the cap that was set."""


class Withheld(Rejected):
    """Zendesk keeps the file back and serves a page in its place."""


class SignInRequired(Temporary):
    """The tenant wants a newer authorization before it hands out the file."""


def from_response(status: int, headers: Mapping[str, str], body: bytes, what: str) -> DeskwardenError:
    """Return the exception for an answer that is no success.

    ``what`` names the call for a reader, as the object of a sentence: ``the list of comments``.
    """
    document = _document(headers, body)
    code = _code(document)
    if status == 429:
        return _too_many(headers, what, code)
    if status == 409:
        return Conflict(f"Somebody changed the ticket during {what}; it is read again.", code=code, status=409)
    if status >= 500 or status in (408, 423, 425):
        message = f"Zendesk could not answer {what} just now (HTTP {status}); it is tried again."
        return Temporary(message, code=code, status=status, retry_after=retry_after(headers))
    if 300 <= status < 400:
        message = f"The Zendesk address forwards {what} elsewhere (HTTP {status}). Enter the account's own address."
        return Misconfigured(message, code="redirected", status=status)
    return _refusal(status, document, what, code, is_empty=not body.strip())


def error_code(headers: Mapping[str, str], body: bytes) -> str:
    """Return the short stable word of an error answer; empty when it has none."""
    return _code(_document(headers, body))


def _document(headers: Mapping[str, str], body: bytes) -> Mapping[str, Any]:
    answer = None if is_page(headers, body) else parse_json(body)
    return answer if isinstance(answer, dict) else {}


def _too_many(headers: Mapping[str, str], what: str, code: str) -> Temporary:
    wait = retry_after(headers)
    seconds = PAUSE_UNSAID if wait is None else wait
    message = f"Zendesk's rate limit is reached at {what}; it is tried again in {seconds:.0f} seconds."
    return Temporary(message, code=code or "rate_limited", status=429, retry_after=seconds)


def _refusal(status: int, document: Mapping[str, Any], what: str, code: str, *, is_empty: bool) -> DeskwardenError:
    if status == 401:
        return unauthorized(what)
    if status == 402:
        message = "The Zendesk account is suspended or unpaid. Settle that with Zendesk; work resumes by itself."
        return Misconfigured(message, code=code, status=402)
    if status == 403:
        return _forbidden(document, what, code)
    if status in (404, 410):
        return _not_found(status, document, what, code, is_empty=is_empty)
    if status == 422:
        details = _details(document)
        fields = ", ".join(sorted(name for name in details if _WORD.match(name))) or code or "no reason given"
        return Unprocessable(f"Zendesk refuses {what} ({fields}).", code=code, details=details)
    if status == 413:
        return TooLarge(f"Zendesk takes nothing as large as this at {what}.", code=code, status=413)
    reason = f", {code}" if code else ""
    return Rejected(f"Zendesk does not accept {what} (HTTP {status}{reason}).", code=code, status=status)


def unauthorized(what: str) -> Misconfigured:
    """Return the failure of an authorization that stays refused after it was renewed."""
    return Misconfigured(
        f"Zendesk refuses the connection's authorization at {what}. Check in Admin Center that the OAuth client still "
        "exists and its user is active, then run the connect command again.",
        code="unauthorized",
        status=401,
    )


def _forbidden(document: Mapping[str, Any], what: str, code: str) -> Forbidden:
    named = _SCOPES.search(str(document.get("description") or ""))
    if named:
        message = f"The connection lacks the scopes needed for {what}: {named[1].strip()}. Connect again with them."
        return Forbidden(message, code="missing_scope", status=403)
    message = f"The connection's user has no permission for {what}. Give its role that permission in Admin Center."
    return Forbidden(message, code=code or "forbidden", status=403)


def _not_found(status: int, document: Mapping[str, Any], what: str, code: str, *, is_empty: bool) -> DeskwardenError:
    if document or is_empty or status == 410:
        return NotFound(f"Zendesk has nothing (any more) for {what}.", code=code or "not_found", status=status)
    # The API itself always answers JSON; a page or nothing comes from an address where no account lives.
    message = "No Zendesk account answers at this address. Check the subdomain of the connection."
    return Misconfigured(message, code="unknown_account", status=status)


def _code(document: Mapping[str, Any]) -> str:
    """Return the short stable word of an error, wherever this shape keeps it; empty when there is none."""
    error = document.get("error")
    errors = document.get("errors")
    if error is None and isinstance(errors, list) and errors:
        error = errors[0]  # the API of webhooks
    if isinstance(error, dict):
        error = error.get("code") or error.get("title")
    return error if isinstance(error, str) and _WORD.match(error) else ""


def _details(document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    details = document.get("details")
    if not isinstance(details, dict):
        return {}
    return {str(field)[:60]: tuple(_reasons(entries)) for field, entries in list(details.items())[:50]}


def _reasons(entries: Any) -> list[str]:
    reasons = []
    for entry in entries if isinstance(entries, list) else [entries]:
        texts = [entry.get("error"), entry.get("description")] if isinstance(entry, dict) else [entry]
        reasons += [text[:200] for text in texts if isinstance(text, str)]
    return reasons[:20]
