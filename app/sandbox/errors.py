"""The error vocabulary of the API: which status, which body. Behaviour raises these, the edge prints them."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer that is a refusal: ``status``, JSON-ready ``body`` (or plain text) and extra headers."""

    def __init__(self, status: int, body: dict[str, Any] | str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = headers or {}


def not_authenticated() -> ApiError:
    """Return the answer to missing or wrong credentials."""
    return ApiError(401, {"error": "Couldn't authenticate you"})


def invalid_token() -> ApiError:
    """Return the answer to a bearer token that is unknown or past its end."""
    body = {
        "error": "invalid_token",
        "error_description": "The access token provided is expired, revoked or malformed.",
    }
    return ApiError(401, body)


def missing_scopes(scope: str) -> ApiError:
    """Return the answer to a token whose scopes do not cover the call."""
    body = {"error": "Forbidden", "description": f"You are missing the following required scopes: {scope}"}
    return ApiError(403, body)


def forbidden() -> ApiError:
    """Return the answer to a user whose role does not cover the call."""
    message = (
        "You do not have access to this page. Please contact the account owner of this help desk for further help."
    )
    return ApiError(403, {"error": {"title": "Forbidden", "message": message}})


def not_found() -> ApiError:
    """Return the answer to an unknown record."""
    return ApiError(404, {"error": "RecordNotFound", "description": "Not found"})


def no_endpoint() -> ApiError:
    """Return the answer to an unknown path."""
    return ApiError(404, {"error": "InvalidEndpoint", "description": "Not found"})


def bad_request(error: str, description: str, **more: Any) -> ApiError:
    """Return a 400 with a stable word and a sentence."""
    return ApiError(400, {"error": error, "description": description, **more})


def record_invalid(field: str, description: str, error: str | None = None) -> ApiError:
    """Return the 422 for one wrong property of a record."""
    detail = {"description": description} | ({"error": error} if error else {})
    body = {"error": "RecordInvalid", "description": "Record validation errors", "details": {field: [detail]}}
    return ApiError(422, body)


def closed_ticket() -> ApiError:
    """Return the answer to every change of a closed ticket, as it was recorded."""
    return record_invalid("status", "Status: closed prevents ticket update")


def attachment_unprocessable() -> ApiError:
    """Return the answer to a file or an upload token that cannot be used, as it was recorded."""
    description = "Attachment file could not be processed."
    return ApiError(422, {"error": "AttachmentUnprocessable", "description": description})


def update_conflict() -> ApiError:
    """Return the answer to a safe update with an old stamp."""
    description = "Safe Update prevented: another user has updated this ticket since your last fetch"
    return ApiError(409, {"error": "UpdateConflict", "description": description})


def too_many_requests(retry_after: int) -> ApiError:
    """Return the account-wide 429: plain text, with the seconds to wait."""
    return ApiError(429, "Number of allowed API requests per minute exceeded", {"Retry-After": str(retry_after)})


def too_many_exports(retry_after: int) -> ApiError:
    """Return the 429 of the incremental exports, which is JSON."""
    description = "Number of allowed incremental export API requests per minute exceeded"
    body = {"error": "APIRateLimitExceeded", "description": description}
    return ApiError(429, body, {"Retry-After": str(retry_after)})


def oauth_error(status: int, error: str, description: str) -> ApiError:
    """Return a refusal of the token endpoint (RFC 6749, section 5.2)."""
    return ApiError(status, {"error": error, "error_description": description})
