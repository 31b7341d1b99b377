"""Who we are, and what the client changes in the account: redactions, uploads, notes, webhooks and triggers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from app.adapters.zendesk import Unprocessable, WebhookTest, ZendeskClient
from app.errors import Misconfigured, Rejected, Temporary

# -- who we are


def test_me_is_the_connections_user(httpserver: HTTPServer, client: ZendeskClient) -> None:
    user = {"id": "35436", "role": "admin", "email": "a@acme.example", "custom_role_id": None, "suspended": None}
    httpserver.expect_request("/api/v2/users/me").respond_with_json({"user": user})
    me = client.me()
    assert (me.id, me.role, me.email_present, me.is_suspended) == (35436, "admin", True, False)
    assert "acme" not in repr(me)


def test_an_anonymous_me_is_misconfigured_once_a_renewal_did_not_help(
    httpserver: HTTPServer, client_of: Callable[..., ZendeskClient], fake_tokens: Any
) -> None:
    anonymous = {"user": {"id": None, "name": "Anonymous user", "role": "end-user"}}
    httpserver.expect_request("/api/v2/users/me").respond_with_json(anonymous)
    client = client_of(fake_tokens("Bearer one", "Bearer two"))
    with pytest.raises(Misconfigured) as refusal:
        client.me()
    assert refusal.value.code == "unauthorized"
    assert httpserver.log[-1][0].headers["Authorization"] == "Bearer two"


def test_a_me_that_is_no_agent_is_misconfigured(httpserver: HTTPServer, client: ZendeskClient) -> None:
    httpserver.expect_request("/api/v2/users/me").respond_with_json({"user": {"id": 5, "role": "end-user"}})
    with pytest.raises(Misconfigured, match="agent"):
        client.me()


@pytest.mark.parametrize(("body", "expected"), [({"settings": {"limits": {"x": 1}}}, {"limits": {"x": 1}}), ({}, {})])
def test_account_settings_come_as_they_are(
    httpserver: HTTPServer, client: ZendeskClient, body: dict[str, Any], expected: dict[str, Any]
) -> None:
    httpserver.expect_request("/api/v2/account/settings").respond_with_json(body)
    assert client.account_settings() == expected


# -- redactions


@pytest.mark.parametrize(
    ("act", "path", "body"),
    [
        (
            lambda client: client.redact_attachment(7, 8, 9),
            "/api/v2/tickets/7/comments/8/attachments/9/redact",
            {},
        ),
        (lambda client: client.redact_text(7, 8, "4111"), "/api/v2/tickets/7/comments/8/redact", {"text": "4111"}),
        (
            lambda client: client.redact_comment(8, 7, external_attachment_urls=["https://u"]),
            "/api/v2/comment_redactions/8",
            {"ticket_id": 7, "external_attachment_urls": ["https://u"]},
        ),
        (
            lambda client: client.redact_comment(8, 7, html_body="<redact>x</redact>"),
            "/api/v2/comment_redactions/8",
            {"ticket_id": 7, "html_body": "<redact>x</redact>"},
        ),
    ],
)
def test_a_redaction_is_one_put(httpserver: HTTPServer, client: ZendeskClient, act: Any, path: str, body: Any) -> None:
    httpserver.expect_oneshot_request(path, method="PUT", json=body).respond_with_json({"attachment": {"size": 9}})
    act(client)
    assert client.calls == 1


# -- uploads


def upload_answer(request: Request) -> Response:
    upload = {"token": "tok", "expires_at": "2026-11-24T10:00:00Z", "attachment": {"id": 44, "size": len(request.data)}}
    body = json.dumps({"upload": {**upload, "attachments": [upload["attachment"]]}})
    return Response(body, status=201, content_type="text/plain; charset=utf-8")


@pytest.mark.parametrize("kind", ["path", "function", "iterable"])
def test_an_upload_streams_with_a_stated_length(
    httpserver: HTTPServer, client: ZendeskClient, tmp_path: Path, kind: str
) -> None:
    httpserver.expect_request("/api/v2/uploads", method="POST").respond_with_handler(upload_answer)
    data = b"0123456789" * 1000
    (tmp_path / "f").write_bytes(data)
    pieces = [data[:4000], data[4000:]]
    content: Any = {"path": tmp_path / "f", "function": lambda: iter(pieces), "iterable": iter(pieces)}[kind]
    told: list[int] = []
    found = client.upload("in voice&.pdf", content, "application/pdf", len(data), progress=told.append)
    assert (found.token, found.attachment_id, found.expires_at) == ("tok", 44, 1_795_514_400.0)
    request = httpserver.log[-1][0]
    assert request.data == data
    assert request.args["filename"] == "in voice&.pdf"
    assert request.headers["Content-Length"] == str(len(data))
    assert "Transfer-Encoding" not in request.headers
    assert told[-1] == len(data)
    assert "tok" not in repr(found)


def test_an_empty_file_is_uploaded(httpserver: HTTPServer, client: ZendeskClient) -> None:
    httpserver.expect_request("/api/v2/uploads").respond_with_handler(upload_answer)
    assert client.upload("empty", iter([]), "text/plain", 0).token == "tok"
    assert httpserver.log[-1][0].headers["Content-Length"] == "0"


@pytest.mark.parametrize("content_type", ["text/html\r\nX-Evil: 1", "", "nonsense", "a/b; charset=x"])
def test_a_type_that_is_none_becomes_plain_bytes(
    httpserver: HTTPServer, client: ZendeskClient, content_type: str
) -> None:
    httpserver.expect_request("/api/v2/uploads").respond_with_handler(upload_answer)
    client.upload("f", iter([b"x"]), content_type, 1)
    assert httpserver.log[-1][0].headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("size", [3, 5])
def test_a_body_of_another_length_than_announced_is_rejected(
    raw_server: Any, client_of: Callable[..., ZendeskClient], size: int
) -> None:
    raw_server.reply(b"")
    with pytest.raises(Rejected):
        client_of(at=raw_server.name).upload("f", iter([b"12", b"34"]), "text/plain", size)


def test_an_upload_starts_again_after_a_renewal_where_it_can(
    httpserver: HTTPServer, client_of: Callable[..., ZendeskClient], fake_tokens: Any
) -> None:
    def answer(request: Request) -> Response:
        accepted = request.headers["Authorization"] == "Bearer two"
        return upload_answer(request) if accepted else Response("{}", status=401)

    httpserver.expect_request("/api/v2/uploads").respond_with_handler(answer)
    client = client_of(fake_tokens("Bearer one", "Bearer two"))
    assert client.upload("f", lambda: [b"1234"], "text/plain", 4).token == "tok"
    with pytest.raises(Temporary) as failure:
        client_of(fake_tokens("Bearer one", "Bearer two")).upload("f", iter([b"1234"]), "text/plain", 4)
    assert failure.value.code == "body_used"


def test_an_upload_that_is_gone_already_is_as_good_as_deleted(httpserver: HTTPServer, client: ZendeskClient) -> None:
    httpserver.expect_oneshot_request("/api/v2/uploads/a/b", method="DELETE").respond_with_data("", status=204)
    client.delete_upload("a/b")
    httpserver.expect_request("/api/v2/uploads/c").respond_with_json({"error": "RecordNotFound"}, status=404)
    client.delete_upload("c")


# -- notes


def test_a_note_is_internal_and_tells_its_ids(httpserver: HTTPServer, client: ZendeskClient) -> None:
    expected = {
        "ticket": {
            "comment": {"html_body": "<p>x</p>", "public": False, "uploads": ["tok"]},
            "safe_update": True,
            "updated_stamp": "2026-11-21T10:00:00Z",
        }
    }
    event = {"id": 99, "type": "Comment", "public": False, "attachments": [{"id": 44}]}
    answer = {
        "ticket": {"id": 7, "updated_at": "2026-11-21T10:00:05Z"},
        "audit": {"id": 1, "events": [{"id": 98, "type": "Change"}, event]},
    }
    httpserver.expect_request("/api/v2/tickets/7", method="PUT", json=expected).respond_with_json(answer)
    note = client.add_note(7, "<p>x</p>", uploads=["tok"], updated_stamp="2026-11-21T10:00:00Z")
    assert (note.comment_id, note.attachment_ids, note.public) == (99, (44,), False)
    assert note.updated_stamp == "2026-11-21T10:00:05Z"


def test_a_note_without_a_stamp_does_not_ask_for_safety(httpserver: HTTPServer, client: ZendeskClient) -> None:
    # Zendesk takes even "safe_update": false for true.
    expected = {"ticket": {"comment": {"html_body": "x", "public": False}}}
    httpserver.expect_request("/api/v2/tickets/7", method="PUT", json=expected).respond_with_json({})
    assert client.add_note(7, "x").comment_id is None


def test_a_note_on_a_closed_ticket_is_unprocessable(httpserver: HTTPServer, client: ZendeskClient) -> None:
    details = {"status": [{"description": "Status: closed prevents ticket update"}]}
    body = {"error": "RecordInvalid", "description": "Record validation errors", "details": details}
    httpserver.expect_request("/api/v2/tickets/7").respond_with_json(body, status=422)
    with pytest.raises(Unprocessable) as refusal:
        client.add_note(7, "x")
    assert refusal.value.ticket_is_closed


def test_a_note_that_zendesk_would_cut_off_is_not_sent(httpserver: HTTPServer, client: ZendeskClient) -> None:
    with pytest.raises(Rejected):
        client.add_note(7, "ü" * 33_000)
    assert not httpserver.log


# -- setting up


def test_webhooks_are_listed_created_and_deleted(httpserver: HTTPServer, client: ZendeskClient) -> None:
    entry = {"id": "01H", "name": "Deskwarden", "endpoint": "https://d.example", "status": "active"}
    listed = {"webhooks": [{**entry, "subscriptions": None}, {"id": None}], "meta": {"has_more": False}}
    httpserver.expect_request("/api/v2/webhooks", method="GET").respond_with_json(listed)
    expected = {
        "webhook": {
            "name": "Deskwarden",
            "description": "",
            "endpoint": "https://d.example",
            "http_method": "POST",
            "request_format": "json",
            "status": "active",
            "subscriptions": ["conditional_ticket_events"],
        }
    }
    created = {"webhook": {**entry, "subscriptions": ["conditional_ticket_events"]}}
    httpserver.expect_request("/api/v2/webhooks", method="POST", json=expected).respond_with_json(created, status=201)
    httpserver.expect_request("/api/v2/webhooks/01H", method="DELETE").respond_with_data("", status=204)
    assert [webhook.id for webhook in client.webhooks()] == ["01H"]
    assert client.create_webhook("Deskwarden", "https://d.example").subscriptions == ("conditional_ticket_events",)
    client.delete_webhook("01H")


def test_the_signing_secret_is_read_and_reset(httpserver: HTTPServer, client: ZendeskClient) -> None:
    path = "/api/v2/webhooks/01H/signing_secret"
    for method, secret in (("GET", "old="), ("POST", "new=")):
        body = {"signing_secret": {"secret": secret, "algorithm": "SHA256"}}
        httpserver.expect_request(path, method=method).respond_with_json(body)
    assert (client.signing_secret("01H"), client.reset_signing_secret("01H")) == ("old=", "new=")


def test_a_webhook_test_tells_what_our_side_answered(httpserver: HTTPServer, client: ZendeskClient) -> None:
    httpserver.expect_request(
        "/api/v2/webhooks/test",
        method="POST",
        query_string={"webhook_id": "01H"},
        json={
            "request": {
                "endpoint": "https://d.example",
                "http_method": "POST",
                "request_format": "json",
                "payload": '{"ticket_id":"1"}',
            }
        },
    ).respond_with_json({"response": {"headers": [], "status_code": 202, "payload": "ok"}})
    assert client.test_webhook("01H", "https://d.example", {"ticket_id": "1"}) == WebhookTest(202, "ok")


def test_triggers_are_listed_created_changed_and_deleted(httpserver: HTTPServer, client: ZendeskClient) -> None:
    actions = [{"field": "notification_webhook", "value": ["01H", "{}"]}]
    entry = {"id": 5, "title": "t", "active": True, "conditions": {"all": []}, "actions": actions}
    listed = {"triggers": [entry, {"id": 6, "active": False, "conditions": None, "actions": None}], "next_page": None}
    httpserver.expect_request("/api/v2/triggers", method="GET").respond_with_json(listed)
    expected = {
        "trigger": {"title": "t", "description": "", "active": True, "conditions": {"all": []}, "actions": actions}
    }
    httpserver.expect_request("/api/v2/triggers", method="POST", json=expected).respond_with_json({"trigger": entry})
    change = {"trigger": {"active": False}}
    answer = {"trigger": {**entry, "active": False}}
    httpserver.expect_request("/api/v2/triggers/5", method="PUT", json=change).respond_with_json(answer)
    httpserver.expect_request("/api/v2/triggers/5", method="DELETE").respond_with_json(
        {"error": "RecordNotFound"}, status=404
    )
    found = client.triggers()
    assert [(trigger.id, trigger.active, trigger.calls("01H")) for trigger in found] == [
        (5, True, True),
        (6, False, False),
    ]
    assert client.create_trigger("t", {"all": []}, actions).id == 5
    assert not client.update_trigger(5, {"active": False}).active
    client.delete_trigger(5)
