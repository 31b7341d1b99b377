from __future__ import annotations

import json
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from app.adapters.zendesk.errors import (
    PAUSE_UNSAID,
    Conflict,
    Forbidden,
    NotFound,
    TooLarge,
    Unprocessable,
    from_response,
)
from app.errors import DeskwardenError, Misconfigured, Rejected, Temporary

PAGE = b"<!DOCTYPE html><html><body>secret-words</body></html>"


def failure(status: int, body: Any = b"", **headers: str) -> DeskwardenError:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = CaseInsensitiveDict({name.replace("_", "-"): value for name, value in headers.items()})
    return from_response(status, named, raw, "the list of comments")


def test_429_with_retry_after_waits_that_long() -> None:
    error = failure(429, b"Number of allowed API requests per minute exceeded", Retry_After="17")
    assert isinstance(error, Temporary)
    assert (error.retry_after, error.status) == (17.0, 429)


def test_429_without_retry_after_waits_a_while() -> None:
    error = failure(429, b"Too many requests", Content_Type="text/plain")
    assert isinstance(error, Temporary)
    assert error.retry_after == PAUSE_UNSAID


def test_429_of_the_incremental_export_keeps_its_word() -> None:
    body = {"error": "APIRateLimitExceeded", "description": "Number of allowed incremental export API requests"}
    error = failure(429, body, Retry_After="0")
    assert isinstance(error, Temporary)
    assert (error.code, error.retry_after) == ("APIRateLimitExceeded", 0.0)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "Sat, 21 Nov 2026 10:00:40 GMT", "Date": "Sat, 21 Nov 2026 10:00:00 GMT"}, 40.0),
        ({"ratelimit_reset": "2026-11-21T10:01:00Z", "Date": "Sat, 21 Nov 2026 10:00:00 GMT"}, 60.0),
        ({"ratelimit_reset": "25"}, 25.0),
        ({"Retry_After": "soon"}, PAUSE_UNSAID),
        ({"Retry_After": "99999999"}, 3600.0),
    ],
)
def test_429_understands_every_way_to_say_how_long(headers: dict[str, str], seconds: float) -> None:
    error = failure(429, b"", **headers)
    assert isinstance(error, Temporary)
    assert error.retry_after == seconds


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 408])
def test_server_trouble_is_temporary(status: int) -> None:
    assert isinstance(failure(status, PAGE, Content_Type="text/html"), Temporary)


def test_503_says_when_to_come_back() -> None:
    error = failure(503, b"", Retry_After="5")
    assert isinstance(error, Temporary)
    assert error.retry_after == 5.0


def test_409_is_a_conflict_that_may_be_tried_again() -> None:
    error = failure(409, {"error": "UpdateConflict", "description": "Safe Update prevented the update"})
    assert isinstance(error, Conflict)
    assert isinstance(error, Temporary)
    assert error.code == "UpdateConflict"


@pytest.mark.parametrize(
    "body", [{"error": "RecordNotFound", "description": "Not found"}, {"error": "InvalidEndpoint"}]
)
def test_404_of_the_api_is_not_found(body: dict[str, str]) -> None:
    error = failure(404, body)
    assert isinstance(error, NotFound)
    assert error.code == body["error"]


def test_a_page_with_404_means_that_no_account_lives_there() -> None:
    error = failure(404, PAGE)
    assert isinstance(error, Misconfigured)
    assert error.code == "unknown_account"


def test_404_without_a_body_means_that_the_thing_is_not_there() -> None:
    assert isinstance(failure(404, b""), NotFound)


def test_422_names_the_fields_and_knows_a_closed_ticket() -> None:
    details = {"status": [{"description": "Status: closed prevents ticket update"}]}
    error = failure(422, {"error": "RecordInvalid", "description": "Record validation errors", "details": details})
    assert isinstance(error, Unprocessable)
    assert error.details == {"status": ("Status: closed prevents ticket update",)}
    assert error.ticket_is_closed
    assert "status" in error.message


def test_422_gives_machine_words_beside_descriptions() -> None:
    details = {"user_id": [{"description": " This user is already a member.", "error": "DuplicateValue"}]}
    error = failure(422, {"error": "RecordInvalid", "details": details})
    assert isinstance(error, Unprocessable)
    assert error.details["user_id"][0] == "DuplicateValue"
    assert not error.ticket_is_closed


def test_422_of_an_upload_has_no_details() -> None:
    error = failure(422, {"error": "AttachmentUnprocessable", "description": "Attachment file could not be processed."})
    assert isinstance(error, Unprocessable)
    assert (error.code, dict(error.details)) == ("AttachmentUnprocessable", {})


def test_401_is_misconfigured() -> None:
    assert isinstance(failure(401, {"error": "Couldn't authenticate you"}), Misconfigured)


def test_403_of_a_missing_scope_names_the_scope() -> None:
    body = {"error": "Forbidden", "description": "You are missing the following required scopes: read"}
    error = failure(403, body)
    assert isinstance(error, Forbidden)
    assert error.code == "missing_scope"
    assert "read" in error.message


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"title": "Forbidden", "message": "You do not have access"}},
        {"error": "Forbidden"},
        PAGE,
        b"",
        [1],
        "x",
    ],
)
def test_403_in_any_other_shape_is_forbidden(body: Any) -> None:
    error = failure(403, body)
    assert isinstance(error, Forbidden)
    assert isinstance(error, Misconfigured)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": "TooManyValues", "description": "x", "max_count": 100}, "TooManyValues"),
        ({"error": {"title": "Invalid attribute", "message": "x"}}, "Invalid attribute"),
        ({"error": {"code": "InvalidValue", "title": "x"}}, "InvalidValue"),
        ({"errors": [{"code": "WebhookInUse", "title": "x", "detail": "x"}]}, "WebhookInUse"),
        ({"errors": [7]}, ""),
        ({"error": None}, ""),
        ({"error": ["x"]}, ""),
        (b"[[[", ""),
        (b"[" * 100_000, ""),
        (b"\xff\xfe", ""),
    ],
)
def test_400_in_any_shape_is_rejected(body: Any, code: str) -> None:
    error = failure(400, body)
    assert isinstance(error, Rejected)
    assert error.code == code


def test_413_is_too_large() -> None:
    assert isinstance(failure(413, PAGE), TooLarge)


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_forwarding_address_is_misconfigured(status: int) -> None:
    assert isinstance(failure(status, b"", Location="https://evil.example/?token=secret-words"), Misconfigured)


@pytest.mark.parametrize("status", [301, 400, 401, 402, 403, 404, 409, 413, 418, 422, 429, 500])
def test_no_message_quotes_what_came(status: int) -> None:
    texts = {"description": "secret-words", "details": {"secret-words\n": ["secret-words"]}, "error": "secret\nwords"}
    for body in (texts, PAGE):
        error = failure(status, body)
        assert "secret" not in error.message
        assert "secret" not in error.code
        assert error.message.endswith(".")
