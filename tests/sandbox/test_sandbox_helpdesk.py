from __future__ import annotations

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
import requests

from app.sandbox import stories
from app.sandbox.server import Sandbox

HOSTILE = '"><script>alert(1)</script>\u202egpj.exe'


def page(tenant: Sandbox, path: str = "/") -> requests.Response:
    answer = requests.get(tenant.url + path, timeout=10)
    assert answer.status_code == 200
    return answer


def test_a_person_writes_a_ticket_with_a_file(tenant: Sandbox) -> None:
    form = {"person": str(tenant.customers[1].id), "subject": "Hello", "text": "See http://a.example/"}
    files = {"files": ("bad.exe", b"MZ", "application/x-msdownload")}
    answer = requests.post(f"{tenant.url}/helpdesk/tickets", data=form, files=files, timeout=10)
    assert answer.url == f"{tenant.url}/agent/tickets/1"
    comment = tenant.comments(1)[0]
    assert comment["author_id"] == tenant.customers[1].id
    assert [file["file_name"] for file in comment["attachments"]] == ["bad.exe"]


@pytest.mark.parametrize(("voice", "public"), [("customer", True), ("agent", True), ("note", False)])
def test_a_person_replies(tenant: Sandbox, voice: str, public: bool) -> None:
    tenant.add_ticket("Hello", "x")
    requests.post(f"{tenant.url}/agent/tickets/1/comments", data={"voice": voice, "text": "hi"}, timeout=10)
    assert (tenant.comments(1)[-1]["body"], tenant.comments(1)[-1]["public"]) == ("hi", public)


def test_a_closed_ticket_takes_no_reply(tenant: Sandbox) -> None:
    tenant.add_ticket("Hello", "x")
    requests.post(f"{tenant.url}/agent/tickets/1/status", data={"status": "closed"}, timeout=10)
    requests.post(f"{tenant.url}/agent/tickets/1/comments", data={"text": "hi"}, timeout=10)
    assert len(tenant.comments(1)) == 1
    assert "This ticket is closed" in page(tenant, "/agent/tickets/1").text


def test_a_form_of_another_site_is_refused(tenant: Sandbox) -> None:
    headers = {"Origin": "http://evil.example"}
    answer = requests.post(f"{tenant.url}/helpdesk/tickets", data={"subject": "x"}, headers=headers, timeout=10)
    assert (answer.status_code, len(tenant.state.data.tickets)) == (403, 0)


def test_notes_are_labelled_and_redacted_files_are_struck(tenant: Sandbox) -> None:
    ticket = tenant.add_ticket("Hello", "x", [("bad.exe", b"MZ", None)])
    tenant.add_comment(ticket.id, "why", author=tenant.agent, public=False)
    fragment = f"/agent/tickets/{ticket.id}/conversation"
    before = page(tenant, fragment).text
    assert "Internal note" in before and "<s>" not in before
    comment = tenant.comments(ticket.id)[0]
    path = f"tickets/{ticket.id}/comments/{comment['id']}/attachments/{comment['attachments'][0]['id']}/redact"
    requests.put(f"{tenant.url}/api/v2/{path}", json={}, headers=tenant.bearer(), timeout=10)
    after = page(tenant, fragment).text
    assert "<s><bdi>bad.exe</bdi></s>" in after and "redacted.txt" in after


def test_hostile_names_and_words_are_only_shown(tenant: Sandbox) -> None:
    person = tenant.state.add_user(HOSTILE, "evil@customer.example")
    tenant.add_ticket(HOSTILE, HOSTILE, [(HOSTILE, b"x", "text/html")], requester=person)
    for path in ("/", "/agent/tickets/1", "/agent/tickets/1/conversation", "/helpdesk/tickets"):
        shown = page(tenant, path).text
        assert "<script>alert" not in shown and "<s>" not in shown
    assert "\\u202egpj.exe" in page(tenant, "/agent/tickets/1").text


def test_pages_let_nothing_foreign_run(tenant: Sandbox) -> None:
    tenant.add_ticket("Hello", "x")
    policy = page(tenant, "/agent/tickets/1").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy
    assert f"img-src 'self' {tenant.content_url}" in policy


# Stories


def test_every_story_plays_as_one_ticket(tenant: Sandbox) -> None:
    told: list[str] = []
    tickets = stories.play(tenant, told=lambda name, _: told.append(name))
    assert told == list(stories.STORIES) == list(tickets)
    assert len(set(tickets.values())) == len(tickets) >= 8
    assert tenant.state.ticket(tickets["closed"]).status == "closed"


def test_named_stories_play_alone(tenant: Sandbox) -> None:
    assert list(stories.play(tenant, ["link"])) == ["link"]
    assert "http://phish.example/login" in tenant.comments(1)[0]["html_body"]


# Mail


@pytest.fixture
def post() -> Iterator[Sandbox]:
    with Sandbox(smtp_port=0) as running:
        yield running


def test_mail_is_caught_and_shown_in_a_frame_that_can_do_nothing(post: Sandbox) -> None:
    assert post.mail is not None
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@company.example", "b@company.example", "Tëst <b>"
    message["Message-ID"] = "<1@company.example>"
    message.set_content("plain words")
    message.add_alternative("<h1>rich words</h1><script>alert(1)</script>", subtype="html")
    with smtplib.SMTP("127.0.0.1", post.mail.port, timeout=10) as client:
        client.send_message(message)
    mail = requests.get(f"{post.url}/_sandbox/mail.json", timeout=10).json()["mails"][0]
    assert (mail["message_id"], mail["subject"], mail["to"]) == (
        "<1@company.example>",
        "Tëst <b>",
        ["b@company.example"],
    )
    assert (mail["text"].strip(), mail["html"].strip()[:4]) == ("plain words", "<h1>")
    shown = page(post, "/_sandbox/mail").text
    assert 'sandbox src="/_sandbox/mail/1.html"' in shown and "alert(1)" not in shown and "Tëst &lt;b&gt;" in shown
    assert (
        page(post, "/_sandbox/mail/1.html").headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    )


def test_without_a_mail_catcher_the_page_says_so(tenant: Sandbox) -> None:
    assert "not running" in page(tenant, "/_sandbox/mail").text


def test_a_browser_names_our_own_origin_when_it_sends_our_forms(tenant: Sandbox) -> None:
    # Under "no-referrer" it would send "Origin: null", and the form would be refused as another site's.
    assert page(tenant, "/").headers["Referrer-Policy"] == "same-origin"
    headers = {"Origin": tenant.url}
    answer = requests.post(
        f"{tenant.url}/helpdesk/tickets", data={"subject": "x", "text": "y"}, headers=headers, timeout=10
    )
    assert (answer.status_code, len(tenant.state.data.tickets)) == (200, 1)
