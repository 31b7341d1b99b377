from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from app.adapters.zendesk import Comment, Unprocessable, WebhookTest, ZendeskClient
from app.errors import Misconfigured, Rejected, Temporary

COMMENTS = "/api/v2/tickets/7/comments"


def comment(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": number, "author_id": 1, "created_at": f"2026-11-21T10:00:{number:02}Z", **fields}


def cursor_pages(*pages: list[dict[str, Any]]) -> Callable[[Request], Response]:
    """Serves pages by cursor; the next link stays filled on the last one, as in real traffic."""

    def answer(request: Request) -> Response:
        index = int(request.args.get("page[after]", "0"))
        following = index + 1
        body = {
            "comments": pages[index],
            "meta": {"has_more": following < len(pages), "after_cursor": str(following), "before_cursor": "x"},
            "links": {"prev": None, "next": "https://evil.example/?page%5Bafter%5D=0"},
        }
        return Response(json.dumps(body), content_type="application/json")

    return answer


def ids(comments: Iterable[Comment]) -> list[int]:
    return [item.id for item in comments]


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


# -- comments


def test_the_comments_of_a_normal_ticket_take_one_call(httpserver: HTTPServer, client: ZendeskClient) -> None:
    httpserver.expect_request(
        COMMENTS,
        query_string={
            "include_inline_images": "true",
            "include": "users",
            "sort": "-created_at",
            "page[size]": "100",
        },
    ).respond_with_handler(cursor_pages([comment(3), comment(2), comment(1)]))
    assert ids(client.comments(7)) == [1, 2, 3]
    assert client.calls == 1


def test_pages_are_followed_until_there_is_no_more(httpserver: HTTPServer, client: ZendeskClient) -> None:
    pages = [comment(5), comment(4)], [comment(3), comment(2)], [comment(1)]
    httpserver.expect_request(COMMENTS).respond_with_handler(cursor_pages(*pages))
    assert ids(client.comments(7)) == [1, 2, 3, 4, 5]
    assert client.calls == 3


def test_reading_stops_at_what_was_seen_before(httpserver: HTTPServer, client: ZendeskClient) -> None:
    pages = [comment(5), comment(4)], [comment(3), comment(2)], [comment(1)]
    httpserver.expect_request(COMMENTS).respond_with_handler(cursor_pages(*pages))
    assert ids(client.comments(7, newer_than=3)) == [4, 5]
    assert client.calls == 2


def test_nothing_is_newer_than_the_last_comment(httpserver: HTTPServer, client: ZendeskClient) -> None:
    httpserver.expect_request(COMMENTS).respond_with_handler(cursor_pages([comment(2), comment(1)]))
    assert client.comments(7, newer_than=2) == []


def test_pages_in_rising_order_are_read_to_the_end(httpserver: HTTPServer, client: ZendeskClient) -> None:
    pages = [comment(1)], [comment(2), comment(3)], [comment(4)]
    httpserver.expect_request(COMMENTS).respond_with_handler(cursor_pages(*pages))
    assert 4 in ids(client.comments(7, newer_than=1))
    assert client.calls == 3


def test_offset_pages_are_followed_by_their_number(httpserver: HTTPServer, client: ZendeskClient) -> None:
    def answer(request: Request) -> Response:
        page = int(request.args.get("page", "1"))
        link = "https://evil.example/api?page=2&per_page=2&x=y" if page == 1 else None
        body = {"comments": [comment(2 * page), comment(2 * page - 1)], "next_page": link, "count": 4}
        return Response(json.dumps(body))

    httpserver.expect_request(COMMENTS).respond_with_handler(answer)
    assert ids(client.comments(7)) == [1, 2, 3, 4]
    assert "x" not in httpserver.log[-1][0].args
    assert "page[size]" not in httpserver.log[-1][0].args


def test_a_list_that_goes_on_without_saying_where_is_not_taken_for_whole(
    httpserver: HTTPServer, client: ZendeskClient
) -> None:
    httpserver.expect_request(COMMENTS).respond_with_json({"comments": [comment(1)], "meta": {"has_more": True}})
    with pytest.raises(Temporary) as failure:
        client.comments(7)
    assert failure.value.code == "no_cursor"


def test_a_server_that_repeats_itself_is_left(httpserver: HTTPServer, client: ZendeskClient) -> None:
    body = {"comments": [comment(1)], "meta": {"has_more": True, "after_cursor": "same"}}
    httpserver.expect_request(COMMENTS).respond_with_json(body)
    assert ids(client.comments(7)) == [1]
    assert client.calls == 2


def test_a_comment_is_read_with_its_people_and_files(httpserver: HTTPServer, client: ZendeskClient) -> None:
    file = {
        "id": 498483,
        "file_name": "crash.log",
        "content_url": "https://acme.zendesk.com/attachments/token/x/?name=crash.log",
        "mapped_content_url": "https://help.acme.example/attachments/token/x/?name=crash.log",
        "content_type": "text/plain",
        "size": 2532,
        "inline": True,
        "malware_scan_result": "malware_found",
        "malware_access_override": False,
        "thumbnails": [{"id": 1, "content_url": "https://acme.zendesk.com/thumb"}],
    }
    via = {"channel": "email", "source": {"from": {"address": "c@x.example"}, "to": {"address": "help@acme.example"}}}
    entry = comment(1, author_id="12", body="Hi", html_body="<p>Hi</p>", public=True, via=via, attachments=[file])
    users = [{"id": 12, "email": "c@x.example", "name": "Carla"}]
    httpserver.expect_request(COMMENTS).respond_with_json({"comments": [entry], "users": users})
    (found,) = client.comments(7)
    assert (found.author_id, found.author_email, found.author_name) == (12, "c@x.example", "Carla")
    assert (found.body, found.html_body, found.public, found.channel) == ("Hi", "<p>Hi</p>", True, "email")
    assert (found.from_address, found.to_address) == ("c@x.example", "help@acme.example")
    assert found.created_at == 1_795_255_201.0
    (attachment,) = found.attachments
    assert (attachment.id, attachment.size, attachment.inline, attachment.is_held_back) == (498483, 2532, True, True)
    assert attachment.thumbnail_urls == ("https://acme.zendesk.com/thumb",)
    assert not any(word in repr(found) for word in ("Carla", "example", "<p>", "token"))


def test_null_and_wrong_types_everywhere_leave_empty_fields(httpserver: HTTPServer, client: ZendeskClient) -> None:
    nothing = dict.fromkeys(["author_id", "body", "html_body", "public", "created_at", "via", "attachments"])
    wrong = {"author_id": [], "body": 7, "public": "yes", "created_at": "noon", "via": "x", "attachments": {"id": 1}}
    body = {"comments": [{"id": 1, **nothing}, {"id": 2, **wrong}], "users": {"id": 1}, "next_page": None}
    httpserver.expect_request(COMMENTS).respond_with_json(body)
    for found in client.comments(7):
        assert (found.author_id, found.body, found.public, found.created_at) == (None, "", None, None)
        assert found.attachments == ()


def test_entries_without_an_id_are_skipped_with_a_warning(
    httpserver: HTTPServer, client: ZendeskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [{"id": True}, {"id": "x1"}, None, "file", {"id": 10**30}, {"id": 5, "size": -1}]
    entries = [None, 1, {"body": "secret words"}, {"id": 0}, comment(9, attachments=files)]
    httpserver.expect_request(COMMENTS).respond_with_json({"comments": entries})
    (found,) = client.comments(7)
    assert [(file.id, file.size) for file in found.attachments] == [(5, None)]
    logged = capsys.readouterr().out
    assert logged.count("zendesk.entries_skipped") == 2
    assert "secret" not in logged


@pytest.mark.parametrize("body", [{}, {"comments": None}, {"comments": {}}, {"comments": []}])
def test_a_ticket_without_comments_has_none(httpserver: HTTPServer, client: ZendeskClient, body: Any) -> None:
    httpserver.expect_request(COMMENTS).respond_with_json(body)
    assert client.comments(7) == []


# -- tickets and events


def test_a_ticket_keeps_its_stamp_as_it_was_written(httpserver: HTTPServer, client: ZendeskClient) -> None:
    ticket = {"id": 7, "status": "CLOSED", "updated_at": "2026-11-21T10:00:00Z", "requester_id": None, "tags": "a b"}
    httpserver.expect_request("/api/v2/tickets/7").respond_with_json({"ticket": ticket})
    found = client.ticket(7)
    assert (found.updated_stamp, found.updated_at) == ("2026-11-21T10:00:00Z", 1_795_255_200.0)
    assert found.is_closed
    assert (found.tags, found.requester_id, found.raw) == (("a", "b"), None, ticket)


def test_an_answer_without_the_ticket_is_temporary(httpserver: HTTPServer, client: ZendeskClient) -> None:
    httpserver.expect_request("/api/v2/tickets/7").respond_with_json({"ticket": None})
    with pytest.raises(Temporary):
        client.ticket(7)


def test_ticket_events_show_the_comments_that_were_added(httpserver: HTTPServer, client: ZendeskClient) -> None:
    events = [
        {
            "id": 1,
            "ticket_id": 7,
            "timestamp": 1_600_000_000,
            "updater_id": 5,
            "child_events": [
                {"event_type": "Comment", **comment(11, public=False, attachments=[{"id": 3}])},
                {"id": 2},
            ],
        },
        {"id": 2, "ticket_id": "8", "created_at": "2026-11-21T10:00:00Z", "child_events": [{"comment_present": True}]},
        {"id": 3, "ticket_id": 9, "child_events": None},
        {"id": 4, "ticket_id": None},
    ]
    body = {"ticket_events": events, "end_time": 1_600_000_100, "end_of_stream": True, "next_page": "x"}
    query = {"start_time": "1600000000", "include": "comment_events"}
    httpserver.expect_request("/api/v2/incremental/ticket_events", query_string=query).respond_with_json(body)
    page = client.ticket_events(1_600_000_000.9)
    assert [(event.ticket_id, event.has_comment) for event in page.events] == [(7, True), (8, True), (9, False)]
    assert [file.id for file in page.events[0].comments[0].attachments] == [3]
    assert (page.end_time, page.end_of_stream) == (1_600_000_100.0, True)


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
