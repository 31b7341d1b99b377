from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.sandbox.delivery import TEST_SECRET, signature
from app.sandbox.server import Sandbox


def bodies(receiver: Any) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body in receiver.calls]


@pytest.mark.parametrize(
    ("timestamp", "body", "expected"),
    [
        (
            "2021-03-25T05:09:27Z",
            b'{"event":"ticket.updated","id":123}',
            "S/RDdU2ERmj7LHDDoWJ2onPYH+t7/f2+LTM4dL7UiLM=",
        ),
    ],
)
def test_a_signature_matches_an_independent_vector(timestamp: str, body: bytes, expected: str) -> None:
    assert signature(TEST_SECRET, timestamp, body) == expected


def test_a_comment_sets_off_one_signed_call(
    tenant: Sandbox, api: Any, receiver: Any, connect: Callable[..., str]
) -> None:
    webhook_id = connect()
    secret = api.get(f"webhooks/{webhook_id}/signing_secret")["signing_secret"]["secret"]
    ticket = tenant.add_ticket("Hello", "x")
    assert tenant.settle()
    headers, body = receiver.calls[0]
    assert json.loads(body) == {"ticket_id": str(ticket.id), "comment_id": str(ticket.comments[0].id)}
    signed = signature(secret, headers["x-zendesk-webhook-signature-timestamp"], body)
    assert headers["x-zendesk-webhook-signature"] == signed
    assert headers["x-zendesk-webhook-id"] == webhook_id
    assert len(headers["x-zendesk-webhook-invocation-id"]) == 26
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["user-agent"] == "Zendesk Webhook"


def test_what_the_bot_does_sets_off_nothing(
    tenant: Sandbox, api: Any, receiver: Any, connect: Callable[..., str]
) -> None:
    ticket = tenant.add_ticket("Hello", "x", [("bad.exe", b"MZ", None)])
    connect()
    api("PUT", f"tickets/{ticket.id}", json={"ticket": {"comment": {"body": "note", "public": False}}})
    comment = tenant.comments(ticket.id)[0]
    path = f"tickets/{ticket.id}/comments/{comment['id']}/attachments/{comment['attachments'][0]['id']}/redact"
    assert api("PUT", path, json={}).status_code == 200
    assert tenant.settle()
    assert receiver.calls == []


def test_without_that_condition_its_redactions_and_notes_do(
    tenant: Sandbox, api: Any, receiver: Any, connect: Callable[..., str]
) -> None:
    ticket = tenant.add_ticket("Hello", "x", [("bad.exe", b"MZ", None)])
    connect(conditions=[{"field": "update_type", "operator": "is", "value": "Change"}])
    comment = tenant.comments(ticket.id)[0]
    path = f"tickets/{ticket.id}/comments/{comment['id']}/attachments/{comment['attachments'][0]['id']}/redact"
    api("PUT", path, json={})
    api("PUT", f"tickets/{ticket.id}", json={"ticket": {"comment": {"body": "note", "public": False}}})
    assert tenant.settle()
    assert len(receiver.calls) == 2


@pytest.mark.parametrize(
    ("condition", "calls"),
    [
        ({"field": "comment_is_public", "operator": "is", "value": "true"}, 1),
        ({"field": "comment_is_public", "operator": "is", "value": "false"}, 0),
        ({"field": "update_type", "operator": "is", "value": "Create"}, 1),
        ({"field": "update_type", "operator": "is", "value": "Change"}, 0),
        ({"field": "current_via_id", "operator": "is_not", "value": "5"}, 1),
        ({"field": "current_via_id", "operator": "is", "value": "4"}, 0),
        ({"field": "role", "operator": "is", "value": "end_user"}, 1),
        ({"field": "role", "operator": "is_not", "value": "end_user"}, 0),
        ({"field": "current_tags", "operator": "includes", "value": "vip"}, 0),
        ({"field": "current_tags", "operator": "not_includes", "value": "vip"}, 1),
        ({"field": "status", "operator": "is", "value": "new"}, 1),
    ],
)
def test_a_condition_decides(
    tenant: Sandbox, receiver: Any, connect: Callable[..., str], condition: dict[str, str], calls: int
) -> None:
    connect(conditions=[condition])
    tenant.add_ticket("Hello", "x")
    assert tenant.settle()
    assert len(receiver.calls) == calls


def test_an_unknown_placeholder_becomes_nothing(tenant: Sandbox, receiver: Any, connect: Callable[..., str]) -> None:
    connect(body='{"a": "{{ticket.latest_comment_id}}", "b": "{{ ticket.title }}", "c": "{{ticket.status}}"}')
    tenant.add_ticket("Hello", "x")
    assert tenant.settle()
    assert bodies(receiver) == [{"a": "", "b": "Hello", "c": "New"}]


def test_two_fast_comments_may_both_report_the_last(
    tenant: Sandbox, receiver: Any, connect: Callable[..., str]
) -> None:
    connect()
    tenant.switches.trigger_delay = 0.1
    ticket = tenant.add_ticket("Hello", "x")
    last = tenant.add_comment(ticket.id, "y")
    assert tenant.settle()
    assert [body["comment_id"] for body in bodies(receiver)] == [str(last), str(last)]


def test_a_trigger_with_an_unknown_condition_is_refused(api: Any, connect: Callable[..., str]) -> None:
    webhook_id = connect()
    action = {"field": "notification_webhook", "value": [webhook_id, "{}"]}
    rule = {
        "title": "x",
        "conditions": {"all": [{"field": "has_attachment", "operator": "is", "value": "1"}]},
        "actions": [action],
    }
    assert api("POST", "triggers", json={"trigger": rule}).status_code == 422


def test_an_inactive_trigger_rests(tenant: Sandbox, api: Any, receiver: Any, connect: Callable[..., str]) -> None:
    connect()
    trigger = api.get("triggers")["triggers"][0]
    api("PUT", f"triggers/{trigger['id']}", json={"trigger": {"active": False}})
    tenant.add_ticket("Hello", "x")
    assert tenant.settle()
    assert receiver.calls == []
    assert api.get("triggers/active")["triggers"] == []


def test_a_webhook_in_use_is_deleted_only_after_its_trigger(api: Any, connect: Callable[..., str]) -> None:
    webhook_id = connect()
    assert api("DELETE", f"webhooks/{webhook_id}").status_code == 400
    assert api("DELETE", f"triggers/{api.get('triggers')['triggers'][0]['id']}").status_code == 204
    assert api("DELETE", f"webhooks/{webhook_id}").status_code == 204
    assert api("GET", f"webhooks/{webhook_id}").status_code == 404


def test_a_new_secret_signs_from_now_on(tenant: Sandbox, api: Any, receiver: Any, connect: Callable[..., str]) -> None:
    webhook_id = connect()
    old = api.get(f"webhooks/{webhook_id}/signing_secret")["signing_secret"]["secret"]
    answer = api("POST", f"webhooks/{webhook_id}/signing_secret")
    new = answer.json()["signing_secret"]["secret"]
    tenant.add_ticket("Hello", "x")
    assert tenant.settle()
    headers, body = receiver.calls[0]
    assert answer.status_code == 201 and new != old
    assert headers["x-zendesk-webhook-signature"] == signature(
        new, headers["x-zendesk-webhook-signature-timestamp"], body
    )


def test_credentials_are_sent_but_never_echoed(
    tenant: Sandbox, api: Any, receiver: Any, connect: Callable[..., str]
) -> None:
    webhook_id = connect()
    login = {"type": "basic_auth", "data": {"username": "u", "password": "p"}, "add_position": "header"}
    api("PATCH", f"webhooks/{webhook_id}", json={"webhook": {"authentication": login}})
    tenant.add_ticket("Hello", "x")
    assert tenant.settle()
    assert receiver.calls[0][0]["authorization"] == "Basic dTpw"
    assert "data" not in api.get(f"webhooks/{webhook_id}")["webhook"]["authentication"]


def test_subscriptions_cannot_be_changed_or_mixed(api: Any, connect: Callable[..., str]) -> None:
    webhook_id = connect()
    change = {"webhook": {"subscriptions": ["zen:event-type:ticket.created"]}}
    assert api("PATCH", f"webhooks/{webhook_id}", json=change).status_code == 400
    wanted = {"name": "x", "endpoint": "http://127.0.0.1:1/", "http_method": "POST", "request_format": "json"}
    both = {**wanted, "subscriptions": ["conditional_ticket_events", "zen:event-type:ticket.created"]}
    assert api("POST", "webhooks", json={"webhook": both}).status_code == 400


# Retries


@pytest.mark.parametrize(
    ("answers", "calls", "status"),
    [
        ([(500, {})], 1, "server error"),
        ([(404, {})], 1, "client error"),
        ([(409, {}), (409, {})], 3, "success"),
        ([(409, {})] * 9, 4, "client error"),
        ([(503, {"Retry-After": "0"})], 2, "success"),
        ([(503, {})], 1, "server error"),
        ([(503, {"Retry-After": "60"})], 1, "server error"),
        ([(429, {"Retry-After": "0"})], 2, "success"),
    ],
)
def test_only_some_refusals_are_tried_again(
    tenant: Sandbox,
    api: Any,
    receiver: Any,
    connect: Callable[..., str],
    answers: list[tuple[int, dict[str, str]]],
    calls: int,
    status: str,
) -> None:
    webhook_id = connect()
    receiver.answers = list(answers)
    tenant.add_ticket("Hello", "x")
    assert tenant.settle()
    assert len(receiver.calls) == calls
    assert len({headers["x-zendesk-webhook-invocation-id"] for headers, _ in receiver.calls}) == 1
    invocation = api.get(f"webhooks/{webhook_id}/invocations")["invocations"][0]
    assert invocation["status"] == status
    attempts = api.get(f"webhooks/{webhook_id}/invocations/{invocation['id']}/attempts")["attempts"]
    assert len(attempts) == calls


def test_a_receiver_that_is_away_loses_the_call(tenant: Sandbox, api: Any, connect: Callable[..., str]) -> None:
    webhook_id = connect()
    api("PATCH", f"webhooks/{webhook_id}", json={"webhook": {"endpoint": "http://127.0.0.1:9/"}})
    tenant.add_ticket("Hello", "x")
    assert tenant.settle()
    assert api.get(f"webhooks/{webhook_id}/invocations")["invocations"][0]["status"] == "failed"


@pytest.mark.parametrize(
    ("kind", "calls", "ids"), [("duplicate", 2, 1), ("repeat", 2, 2), ("drop", 0, 0), ("delay", 1, 1)]
)
def test_deliveries_go_wrong_as_scripted(
    tenant: Sandbox, receiver: Any, connect: Callable[..., str], kind: str, calls: int, ids: int
) -> None:
    connect()
    tenant.deliverer.script(kind)
    tenant.add_ticket("Hello", "x")
    assert tenant.settle()
    assert len(receiver.calls) == calls
    assert len({headers["x-zendesk-webhook-invocation-id"] for headers, _ in receiver.calls}) == ids


# Events


def test_event_webhooks_get_the_envelope(tenant: Sandbox, receiver: Any, connect: Callable[..., str]) -> None:
    connect("zen:event-type:ticket.comment_added", "zen:event-type:ticket.attachment_linked_to_comment")
    ticket = tenant.add_ticket("Hello", "words", [("a.txt", b"a", "text/plain")])
    assert tenant.settle()
    seen = {body["type"].rpartition(".")[2]: body for body in bodies(receiver)}
    assert set(seen) == {"comment_added", "attachment_linked_to_comment"}
    added = seen["comment_added"]
    author = {"id": str(ticket.requester_id), "is_staff": False, "name": "Ada Moreau"}
    comment = {"id": str(ticket.comments[0].id), "body": "words", "is_public": True, "author": author}
    assert added["event"]["comment"] == comment
    assert (added["subject"], added["detail"]["id"]) == (f"zen:ticket:{ticket.id}", str(ticket.id))
    assert added["detail"]["status"] == "NEW"
    linked = seen["attachment_linked_to_comment"]["event"]["comment"]["attachment"]
    assert (linked["filename"], linked["id"]) == ("a.txt", str(ticket.comments[0].attachments[0].id))


def test_events_tell_of_redactions(tenant: Sandbox, api: Any, receiver: Any, connect: Callable[..., str]) -> None:
    ticket = tenant.add_ticket("Hello", "x", [("bad.exe", b"MZ", None)])
    connect("zen:event-type:ticket.attachment_redacted_from_comment")
    comment = tenant.comments(ticket.id)[0]
    path = f"tickets/{ticket.id}/comments/{comment['id']}/attachments/{comment['attachments'][0]['id']}/redact"
    api("PUT", path, json={})
    assert tenant.settle()
    assert bodies(receiver)[0]["event"]["comment"]["attachment"]["id"] == str(comment["attachments"][0]["id"])


# Test calls


def test_the_test_button_shows_what_came_back(tenant: Sandbox, api: Any, receiver: Any) -> None:
    wanted = {"request": {"endpoint": receiver.url, "payload": '{"hello": 1}'}}
    response = api("POST", "webhooks/test", json=wanted).json()["response"]
    assert (response["status_code"], response["payload"]) == (200, "ok")
    assert {"key": "Content-Length", "value": "2"} in response["headers"]
    headers, body = receiver.calls[0]
    expected = signature(TEST_SECRET, headers["x-zendesk-webhook-signature-timestamp"], body)
    assert headers["x-zendesk-webhook-signature"] == expected


def test_the_test_of_a_saved_webhook_signs_with_its_own_secret(
    api: Any, receiver: Any, connect: Callable[..., str]
) -> None:
    webhook_id = connect()
    secret = api.get(f"webhooks/{webhook_id}/signing_secret")["signing_secret"]["secret"]
    api("POST", f"webhooks/test?webhook_id={webhook_id}", json={"request": {"payload": "{}"}})
    headers, body = receiver.calls[0]
    assert headers["x-zendesk-webhook-signature"] == signature(
        secret, headers["x-zendesk-webhook-signature-timestamp"], body
    )
