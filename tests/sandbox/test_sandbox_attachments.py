from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import requests

from app.sandbox import samples
from app.sandbox.server import Sandbox


def fetch(address: str, **how: Any) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(address, timeout=10, **how)


def only_file(tenant: Sandbox, ticket_id: int) -> dict[str, Any]:
    file: dict[str, Any] = tenant.comments(ticket_id)[0]["attachments"][0]
    return file


def redact(api: Any, tenant: Sandbox, ticket_id: int, place: int = 0) -> requests.Response:
    comment = tenant.comments(ticket_id)[0]
    number = comment["attachments"][place]["id"]
    answer: requests.Response = api(
        "PUT", f"tickets/{ticket_id}/comments/{comment['id']}/attachments/{number}/redact", json={}
    )
    return answer


# Downloads


def test_a_download_goes_over_the_content_host(tenant: Sandbox) -> None:
    ticket = tenant.add_ticket("File", "x", [("a b.txt", b"hello", "text/plain")])
    first = fetch(only_file(tenant, ticket.id)["content_url"], allow_redirects=False)
    assert first.status_code == 302
    assert first.headers["Location"].startswith(f"{tenant.content_url}/attachment/")
    assert fetch(first.headers["Location"]).content == b"hello"


def test_the_content_host_refuses_credentials(tenant: Sandbox) -> None:
    ticket = tenant.add_ticket("File", "x", [("a.txt", b"hello", "text/plain")])
    second = fetch(only_file(tenant, ticket.id)["content_url"], allow_redirects=False).headers["Location"]
    assert fetch(second, headers=tenant.bearer()).status_code == 403


def test_the_content_host_wants_the_token_of_that_file(tenant: Sandbox) -> None:
    ticket = tenant.add_ticket("File", "x", [("a.txt", b"hello", "text/plain")])
    second = fetch(only_file(tenant, ticket.id)["content_url"], allow_redirects=False).headers["Location"]
    assert fetch(second.partition("?")[0]).status_code == 403
    assert fetch(second + "x").status_code == 403


def test_private_attachments_want_credentials_on_the_first_hop(tenant: Sandbox) -> None:
    tenant.switches.private_attachments = True
    ticket = tenant.add_ticket("File", "x", [("a.txt", b"hello", "text/plain")])
    address = only_file(tenant, ticket.id)["content_url"]
    assert fetch(address).headers["Content-Type"].startswith("text/html")
    with_credentials = fetch(address, headers=tenant.bearer(), allow_redirects=False)
    assert fetch(with_credentials.headers["Location"]).content == b"hello"


def test_what_the_tenants_scanner_holds_ends_at_a_web_page(tenant: Sandbox, api: Any) -> None:
    tenant.switches.malware_scan_result = "malware_found"
    file = only_file(tenant, tenant.add_ticket("File", "x", [("a.txt", b"hello", "text/plain")]).id)
    assert b"harmful" in fetch(file["content_url"]).content
    api("PUT", f"attachments/{file['id']}", json={"attachment": {"malware_access_override": True}})
    assert fetch(file["content_url"]).content == b"hello"


def test_a_picture_has_its_size_and_a_thumbnail(tenant: Sandbox) -> None:
    file = only_file(tenant, tenant.add_ticket("Picture", "x", [("a.png", samples.png(30, 20))]).id)
    assert (file["content_type"], file["width"], file["height"]) == ("image/png", 30, 20)
    assert fetch(file["thumbnails"][0]["content_url"]).status_code == 200


# Redaction


def test_a_redaction_answers_the_old_record(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("File", "x", [("bad.exe", b"MZ", None)])
    before = only_file(tenant, ticket.id)
    answer = redact(api, tenant, ticket.id)
    assert (answer.status_code, answer.json()["attachment"]) == (200, before)


def test_a_redaction_shows_only_after_a_while(api: Any, tenant: Sandbox) -> None:
    tenant.switches.redaction_delay = 3600.0
    ticket = tenant.add_ticket("File", "x", [("bad.exe", b"MZ", None)])
    redact(api, tenant, ticket.id)
    assert only_file(tenant, ticket.id)["file_name"] == "bad.exe"
    start = tenant.state.now()
    tenant.state.now = lambda: start + 3601
    assert only_file(tenant, ticket.id)["file_name"] == "redacted.txt"


def test_the_old_address_and_its_thumbnail_are_dead_at_once(tenant: Sandbox, api: Any) -> None:
    tenant.switches.redaction_delay = 3600.0
    ticket = tenant.add_ticket("Picture", "x", [("a.png", samples.png())])
    file = only_file(tenant, ticket.id)
    content_host = fetch(file["content_url"], allow_redirects=False).headers["Location"]
    redact(api, tenant, ticket.id)
    addresses = [file["content_url"], file["thumbnails"][0]["content_url"], content_host]
    assert [fetch(address).status_code for address in addresses] == [404, 404, 404]


def test_the_redacted_slot_has_an_empty_text_in_it(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("File", "x", [("bad.exe", b"MZ", None)])
    number = only_file(tenant, ticket.id)["id"]
    redact(api, tenant, ticket.id)
    after = only_file(tenant, ticket.id)
    assert (after["id"], after["file_name"], after["size"], after["content_type"]) == (
        number,
        "redacted.txt",
        0,
        "text/plain",
    )
    assert fetch(after["content_url"]).content == b""


def test_a_second_redaction_is_an_error(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("File", "x", [("bad.exe", b"MZ", None)])
    redact(api, tenant, ticket.id)
    assert redact(api, tenant, ticket.id).status_code == 422


def test_a_customers_file_that_is_called_redacted_txt_can_be_redacted_and_its_hash_changes(
    tenant: Sandbox, api: Any
) -> None:
    ticket = tenant.add_ticket("File", "x", [("redacted.txt", b"not at all", "text/plain")])
    assert redact(api, tenant, ticket.id).status_code == 200
    assert only_file(tenant, ticket.id)["size"] == 0


def test_an_inline_image_is_redacted_in_the_text_as_well(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Picture", "x", inline=[("a.png", samples.png(), "image/png")])
    old = only_file(tenant, ticket.id)["content_url"].partition("?")[0]
    redact(api, tenant, ticket.id)
    assert old not in tenant.comments(ticket.id)[0]["html_body"]


def test_a_redaction_is_an_update_with_a_tag_and_an_event(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("File", "x", [("bad.exe", b"MZ", None)])
    number = only_file(tenant, ticket.id)["id"]
    redact(api, tenant, ticket.id)
    assert api.get(f"tickets/{ticket.id}")["ticket"]["tags"] == ["redacted_content"]
    events = api.get(f"tickets/{ticket.id}/audits")["audits"][-1]["events"]
    assert [(e["type"], e.get("attachment_id")) for e in events] == [
        ("AttachmentRedactionEvent", number),
        ("Change", None),
    ]


def test_a_closed_ticket_can_be_redacted_only_through_the_workspace(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("File", "x", [("bad.exe", b"MZ", None), ("good.txt", b"ok", None)])
    tenant.close(ticket.id)
    assert redact(api, tenant, ticket.id).status_code == 422
    comment = tenant.comments(ticket.id)[0]
    wanted = {"ticket_id": ticket.id, "external_attachment_urls": [comment["attachments"][0]["content_url"]]}
    answer = api("PUT", f"comment_redactions/{comment['id']}", json=wanted)
    assert (answer.status_code, answer.json()["comment"]["id"]) == (200, comment["id"])
    assert [file["file_name"] for file in tenant.comments(ticket.id)[0]["attachments"]] == ["redacted.txt", "good.txt"]


def test_an_archived_ticket_too(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("File", "x", [("bad.exe", b"MZ", None)])
    tenant.archive(ticket.id)
    comment = tenant.comments(ticket.id)[0]
    wanted = {"ticket_id": ticket.id, "external_attachment_urls": [comment["attachments"][0]["content_url"]]}
    assert api("PUT", f"comment_redactions/{comment['id']}", json=wanted).status_code == 200
    assert api.get("tickets")["tickets"] == []


def test_without_the_workspace_a_closed_ticket_cannot_be_redacted(tenant: Sandbox, api: Any) -> None:
    tenant.switches.agent_workspace = False
    ticket = tenant.add_ticket("File", "x", [("bad.exe", b"MZ", None)])
    comment = tenant.comments(ticket.id)[0]
    wanted = {"ticket_id": ticket.id, "external_attachment_urls": [comment["attachments"][0]["content_url"]]}
    assert api("PUT", f"comment_redactions/{comment['id']}", json=wanted).status_code == 403


def test_an_address_of_another_comment_is_refused(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("File", "x", [("bad.exe", b"MZ", None)])
    comment = tenant.comments(ticket.id)[0]
    wanted = {"ticket_id": ticket.id, "external_attachment_urls": [f"{tenant.url}/attachments/token/other/?name=x"]}
    assert api("PUT", f"comment_redactions/{comment['id']}", json=wanted).status_code == 422


def test_words_are_painted_over(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Link", "go to http://phish.example/login now")
    comment = tenant.comments(ticket.id)[0]
    wanted = {"text": "http://phish.example/login"}
    api("PUT", f"tickets/{ticket.id}/comments/{comment['id']}/redact", json=wanted)
    after = tenant.comments(ticket.id)[0]
    assert "phish" not in after["html_body"] + after["body"] + after["plain_body"]


def test_the_workspace_paints_over_links(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Link", "x", html='<p>Hi <a href="http://phish.example">there</a></p>')
    comment = tenant.comments(ticket.id)[0]
    link = '<a href="http://phish.example" redact><redact>there</redact></a>'
    html = f'<div class="zd-comment" dir="auto"><p>Hi {link}</p></div>'
    api("PUT", f"comment_redactions/{comment['id']}", json={"ticket_id": ticket.id, "html_body": html})
    assert tenant.comments(ticket.id)[0]["html_body"] == '<div class="zd-comment" dir="auto"><p>Hi ▇▇▇▇▇</p></div>'


def test_words_redacted_in_a_formatted_comment_leave_its_links_alone(tenant: Sandbox, api: Any) -> None:
    html = '<p>http <a href="http://phish.example/a">x</a> number 4111</p>'
    ticket = tenant.add_ticket("Link", "x", html=html)
    comment = tenant.comments(ticket.id)[0]
    for word in ("http://phish.example/a", "4111"):
        api("PUT", f"tickets/{ticket.id}/comments/{comment['id']}/redact", json={"text": word})
    after = tenant.comments(ticket.id)[0]["html_body"]
    assert "http://phish.example/a" in after
    assert "number ▇▇▇▇" in after


def test_the_workspace_refuses_what_is_not_the_comment(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Link", "Hello there")
    comment = tenant.comments(ticket.id)[0]
    wanted = {"ticket_id": ticket.id, "html_body": "<p>Something <redact>else</redact></p>"}
    assert api("PUT", f"comment_redactions/{comment['id']}", json=wanted).status_code == 422


def test_fields_of_the_accounts_own_are_kept_and_stand_in_the_export(tenant: Sandbox, api: Any) -> None:
    tenant.switches.incremental_lag_seconds = 0
    sent = {"subject": "Order", "comment": {"body": "x"}, "custom_fields": [{"id": 360001, "value": "A-17"}]}
    ticket = api("POST", "tickets", json={"ticket": sent}).json()["ticket"]
    api("PUT", f"tickets/{ticket['id']}", json={"ticket": {"custom_fields": [{"id": 360001, "value": "A-18"}]}})
    assert api.get(f"tickets/{ticket['id']}")["ticket"]["custom_fields"] == [{"id": 360001, "value": "A-18"}]
    events = api.get("incremental/ticket_events?start_time=1000")["ticket_events"]
    fields = [child.get("custom_ticket_fields") for event in events for child in event["child_events"]]
    assert [each for each in fields if each] == [{"360001": "A-17"}, {"360001": "A-18"}]


def test_a_role_that_may_not_redact_is_refused(tenant: Sandbox, api: Any) -> None:
    tenant.bot.may_redact = False
    ticket = tenant.add_ticket("File", "x", [("bad.exe", b"MZ", None)])
    assert redact(api, tenant, ticket.id).status_code == 403


def test_an_agent_may_redact_only_where_agents_may_delete(tenant: Sandbox, api: Any) -> None:
    tenant.bot.role, tenant.switches.agent_ticket_deletion = "agent", False
    ticket = tenant.add_ticket("File", "x", [("bad.exe", b"MZ", None)])
    assert redact(api, tenant, ticket.id).status_code == 403
    tenant.switches.agent_ticket_deletion = True
    assert redact(api, tenant, ticket.id).status_code == 200


def test_thirty_updates_of_one_ticket_and_no_more(tenant: Sandbox, api: Any) -> None:
    files = [(f"{number}.exe", b"MZ", None) for number in range(31)]
    ticket = tenant.add_ticket("Files", "x", files)
    answers = [redact(api, tenant, ticket.id, place) for place in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert "total=30; remaining=0" in answers[29].headers["zendesk-ratelimit-per-ticket-updates"]
    assert int(answers[30].headers["Retry-After"]) > 500


# Uploads


def test_an_upload_calls_itself_plain_text(api: Any) -> None:
    answer = api("POST", "uploads?filename=a.pdf", data=b"%PDF", headers={"Content-Type": "application/pdf"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (201, "text/plain; charset=utf-8")
    upload = answer.json()["upload"]
    assert upload["attachment"] == upload["attachments"][0]
    assert answer.headers["Location"] == upload["attachment"]["url"]


@pytest.mark.parametrize("as_list", [True, False])
def test_an_upload_is_attached_by_its_token_once(tenant: Sandbox, api: Any, as_list: bool) -> None:
    ticket = tenant.add_ticket("Hello", "x")
    token = api("POST", "uploads?filename=a.pdf", data=b"%PDF").json()["upload"]["token"]
    api("POST", f"uploads?filename=b.pdf&token={token}", data=b"%PDF")
    change = {"ticket": {"comment": {"body": "here", "uploads": [token] if as_list else token}}}
    assert api("PUT", f"tickets/{ticket.id}", json=change).status_code == 200
    assert [file["file_name"] for file in tenant.comments(ticket.id)[-1]["attachments"]] == ["a.pdf", "b.pdf"]
    again = api("PUT", f"tickets/{ticket.id}", json=change)
    assert (again.status_code, again.json()["error"]) == (422, "AttachmentUnprocessable")


def test_an_upload_token_ends_after_an_hour(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Hello", "x")
    upload = api("POST", "uploads?filename=a.pdf", data=b"%PDF").json()["upload"]
    start = tenant.state.now()
    assert datetime.fromisoformat(upload["expires_at"]).timestamp() == pytest.approx(start + 3600, abs=5)
    tenant.state.now = lambda: start + 3700
    tenant.switches.token_lifetime = 0
    api.session.headers.update(tenant.bearer())
    change = {"ticket": {"comment": {"body": "here", "uploads": [upload["token"]]}}}
    assert api("PUT", f"tickets/{ticket.id}", json=change).status_code == 422


def test_a_deleted_upload_is_gone(api: Any) -> None:
    upload = api("POST", "uploads?filename=a.pdf", data=b"%PDF").json()["upload"]
    assert api("DELETE", f"uploads/{upload['token']}").status_code == 204
    assert fetch(upload["attachment"]["content_url"]).status_code == 404


def test_a_file_over_the_limit_or_without_a_name_is_unprocessable(tenant: Sandbox, api: Any) -> None:
    tenant.switches.attachment_size = 3
    assert api("POST", "uploads?filename=a.pdf", data=b"%PDF").status_code == 422
    assert api("POST", "uploads", data=b"a").json()["error"] == "AttachmentUnprocessable"
