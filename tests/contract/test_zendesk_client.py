"""The client against the sandbox tenant, over real sockets."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.adapters.zendesk import (
    ApiToken,
    ClientCredentials,
    Conflict,
    Downloader,
    Endpoint,
    Forbidden,
    Interrupted,
    LocalLimiter,
    MemoryTokenStore,
    NotFound,
    TokenSource,
    Unprocessable,
    Withheld,
    ZendeskClient,
    account_session,
    token_source,
)
from app.errors import Misconfigured, Temporary
from app.sandbox.server import API_TOKEN, BOT_EMAIL, CLIENT_ID, CLIENT_SECRET, Sandbox
from app.tickets.markup import marked

SCOPE = "read write"
FILE = ("report.pdf", b"%PDF-1.4 nothing", "application/pdf")


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox() as tenant:
        yield tenant


@pytest.fixture
def tenant(running: Sandbox) -> Iterator[Sandbox]:
    running.history.clear()
    yield running
    running.faults.clear()
    running.switches.set(private_attachments=False, malware_scan_result="malware_not_found")


@pytest.fixture
def trusted(tenant: Sandbox) -> frozenset[str]:
    return frozenset(url.removeprefix("http://") for url in (tenant.url, tenant.content_url))


@pytest.fixture
def tokens_of(tenant: Sandbox, trusted: frozenset[str]) -> Callable[..., TokenSource]:
    def make(secret: str = CLIENT_SECRET, scope: str = SCOPE) -> TokenSource:
        credentials = ClientCredentials(CLIENT_ID, secret, scope)
        return token_source(tenant.url, credentials, MemoryTokenStore(), account_session(tenant.url, trusted))

    return make


@pytest.fixture
def client_of(
    tenant: Sandbox, trusted: frozenset[str], tokens_of: Callable[..., TokenSource]
) -> Callable[..., ZendeskClient]:
    def make(tokens: TokenSource | None = None, **options: Any) -> ZendeskClient:
        return ZendeskClient(Endpoint("acme", tenant.url), tokens or tokens_of(), trusted_hosts=trusted, **options)

    return make


@pytest.fixture
def client(client_of: Callable[..., ZendeskClient]) -> ZendeskClient:
    return client_of()


@pytest.fixture
def downloader(tenant: Sandbox, trusted: frozenset[str]) -> Downloader:
    return Downloader(tenant.url, trusted_hosts=trusted)


def test_the_connections_user_is_the_bot_by_either_kind_of_credentials(
    tenant: Sandbox, client: ZendeskClient, client_of: Callable[..., ZendeskClient], trusted: frozenset[str]
) -> None:
    legacy = token_source(
        tenant.url, ApiToken(BOT_EMAIL, API_TOKEN), MemoryTokenStore(), account_session(tenant.url, trusted)
    )
    assert client.me() == client_of(legacy).me()
    assert (client.me().id, client.me().role) == (tenant.bot.id, "admin")


def test_wrong_credentials_are_misconfigured(
    tenant: Sandbox, client_of: Callable[..., ZendeskClient], tokens_of: Callable[..., TokenSource]
) -> None:
    with pytest.raises(Misconfigured) as refusal:
        client_of(tokens_of(secret="wrong")).me()
    assert refusal.value.code == "invalid_client"
    with pytest.raises(Misconfigured) as refusal:
        client_of(tokens_of(scope="read everything")).me()
    assert refusal.value.code == "invalid_scope"
    with pytest.raises(Misconfigured) as refusal:
        client_of(tokens_of(scope="users:read")).ticket(tenant.add_ticket("Hello", "there").id)
    assert refusal.value.code == "missing_scope"


def test_a_token_that_died_is_renewed_unnoticed(tenant: Sandbox, client: ZendeskClient) -> None:
    client.me()
    tenant.state.data.access_tokens.clear()
    assert client.me().id == tenant.bot.id


def test_the_account_settings_name_the_largest_attachment(tenant: Sandbox, client: ZendeskClient) -> None:
    assert client.account_settings()["limits"]["attachment_size"] == tenant.switches.attachment_size


def test_a_clean_ticket_costs_one_call_beside_the_download(
    tenant: Sandbox, client: ZendeskClient, downloader: Downloader, tmp_path: Path
) -> None:
    ticket = tenant.add_ticket("Report", "See attached", [FILE], inline=[("dot.png", b"\x89PNG", "image/png")])
    (comment,) = client.comments(ticket.id)
    assert client.calls == 1
    assert (comment.author_email, comment.public) == (tenant.customers[0].email, True)
    assert [(file.file_name, file.inline) for file in comment.attachments] == [("report.pdf", False), ("dot.png", True)]
    found = downloader.download(
        comment.attachments[0].content_url, tmp_path / "f", cap_bytes=1000, attachment=comment.attachments[0]
    )
    assert found.sha256 == hashlib.sha256(FILE[1]).hexdigest()


def test_only_newer_comments_are_read(tenant: Sandbox, client: ZendeskClient) -> None:
    ticket = tenant.add_ticket("Talk", "one")
    first = client.comments(ticket.id)[0].id
    numbers = [tenant.add_comment(ticket.id, text) for text in ("two", "three")]
    assert [comment.id for comment in client.comments(ticket.id, newer_than=first)] == numbers


def test_a_long_ticket_is_read_over_several_pages(tenant: Sandbox, client: ZendeskClient) -> None:
    ticket = tenant.add_ticket("Long", "0")
    for number in range(1, 130):
        tenant.add_comment(ticket.id, str(number))
    comments = client.comments(ticket.id)
    assert [comment.body for comment in comments] == [str(number) for number in range(130)]
    assert client.calls == 2
    assert len(client.comments(ticket.id, newer_than=comments[-3].id)) == 2
    assert client.calls == 3


def test_a_private_file_is_fetched_with_the_token_that_the_content_host_never_sees(
    tenant: Sandbox,
    client: ZendeskClient,
    downloader: Downloader,
    tokens_of: Callable[..., TokenSource],
    tmp_path: Path,
) -> None:
    tenant.switches.set(private_attachments=True)
    ticket = tenant.add_ticket("Report", "See attached", [FILE])
    (file,) = client.comments(ticket.id)[0].attachments
    with pytest.raises(Temporary) as failure:
        downloader.download(file.content_url, tmp_path / "f", cap_bytes=1000, attachment=file)
    assert failure.value.code == "sign_in"
    authorization = tokens_of().authorization()
    found = downloader.download(
        file.content_url, tmp_path / "f", cap_bytes=1000, authorization=authorization, attachment=file
    )
    assert found.size == len(FILE[1])


def test_a_file_that_zendesk_holds_back_is_withheld(
    tenant: Sandbox, client: ZendeskClient, downloader: Downloader, tmp_path: Path
) -> None:
    tenant.switches.set(malware_scan_result="malware_found")
    (file,) = client.comments(tenant.add_ticket("Report", "See attached", [FILE]).id)[0].attachments
    with pytest.raises(Withheld):
        downloader.download(file.content_url, tmp_path / "f", cap_bytes=1000, attachment=file)


def test_a_truncated_download_is_temporary(
    tenant: Sandbox, client: ZendeskClient, downloader: Downloader, tmp_path: Path
) -> None:
    (file,) = client.comments(tenant.add_ticket("Report", "See attached", [FILE]).id)[0].attachments
    tenant.fault("truncate", host="content", size=3)
    with pytest.raises(Temporary):
        downloader.download(file.content_url, tmp_path / "f", cap_bytes=1000, attachment=file)
    assert not (tmp_path / "f").exists()


def test_a_redacted_file_shows_when_the_comments_are_read_again(
    tenant: Sandbox, client: ZendeskClient, downloader: Downloader, tmp_path: Path
) -> None:
    ticket = tenant.add_ticket("Report", "See attached", [FILE])
    (comment,) = client.comments(ticket.id)
    client.redact_attachment(ticket.id, comment.id, comment.attachments[0].id)
    (after,) = client.comments(ticket.id)
    assert [file.file_name for file in after.attachments] == ["redacted.txt"]
    with pytest.raises(NotFound):
        downloader.download(comment.attachments[0].content_url, tmp_path / "f", cap_bytes=1000)
    with pytest.raises(Unprocessable):
        client.redact_attachment(ticket.id, comment.id, comment.attachments[0].id)


def test_a_closed_ticket_takes_no_note_but_a_redaction_of_its_comment(tenant: Sandbox, client: ZendeskClient) -> None:
    ticket = tenant.add_ticket("Report", "See attached", [FILE])
    tenant.close(ticket.id)
    (comment,) = client.comments(ticket.id)
    assert client.ticket(ticket.id).is_closed
    for refused in (
        lambda: client.add_note(ticket.id, "<p>x</p>"),
        lambda: client.redact_attachment(ticket.id, comment.id, comment.attachments[0].id),
    ):
        with pytest.raises(Unprocessable) as refusal:
            refused()
        assert refusal.value.ticket_is_closed
    client.redact_comment(comment.id, ticket.id, external_attachment_urls=[comment.attachments[0].content_url])
    assert client.comments(ticket.id)[0].attachments[0].file_name == "redacted.txt"


def test_words_are_blacked_out(tenant: Sandbox, client: ZendeskClient) -> None:
    ticket = tenant.add_ticket("Card", "It is 4111 really")
    client.redact_text(ticket.id, client.comments(ticket.id)[0].id, "4111")
    assert "4111" not in client.comments(ticket.id)[0].body


def test_links_are_taken_out_of_a_closed_tickets_comment_and_its_markup_stays(
    tenant: Sandbox, client: ZendeskClient
) -> None:
    html = '<p>Dear <b>you</b>, <a href="http://bad.example/x">sign in</a> at http://bad.example/y now</p>'
    ticket = tenant.add_ticket("Link", "x", html=html)
    (comment,) = client.comments(ticket.id)
    tenant.close(ticket.id)
    wanted = marked(comment.html_body, {"http://bad.example/x", "http://bad.example/y"})
    client.redact_comment(comment.id, ticket.id, html_body=wanted)
    (after,) = client.comments(ticket.id)
    assert "bad.example" not in after.html_body + after.body
    assert "<p>Dear <b>you</b>, sign in at " in after.html_body


def test_a_workspace_that_is_not_there_refuses_for_good(tenant: Sandbox, client: ZendeskClient) -> None:
    ticket = tenant.add_ticket("Link", "See http://bad.example/x")
    (comment,) = client.comments(ticket.id)
    tenant.switches.set(agent_workspace=False)
    try:
        with pytest.raises(Forbidden):
            client.redact_comment(comment.id, ticket.id, html_body=comment.html_body)
    finally:
        tenant.switches.set(agent_workspace=True)


def test_ticket_events_bring_what_was_written_into_subject_and_fields(tenant: Sandbox, client: ZendeskClient) -> None:
    tenant.switches.set(incremental_lag_seconds=0)
    ticket = tenant.add_ticket("Order A-17", "Hello", custom={360001: "at http://site.example/", 360002: 5})
    tenant.state.update_ticket(ticket.id, tenant.customers[0], {"subject": "Order A-18"})
    events = [event for event in client.ticket_events(1.0).events if event.ticket_id == ticket.id]
    texts = [pair for event in events for pair in event.texts]
    assert texts == [("subject", "Order A-17"), ("field 360001", "at http://site.example/"), ("subject", "Order A-18")]


def test_an_uploaded_file_comes_back_on_an_internal_note(tenant: Sandbox, client: ZendeskClient) -> None:
    ticket = tenant.add_ticket("Report", "Hello")
    upload = client.upload("bäck & forth.pdf", iter([FILE[1]]), "application/pdf", len(FILE[1]))
    note = client.add_note(ticket.id, "<p>It is clean.</p>", uploads=[upload.token])
    comment = client.comments(ticket.id)[-1]
    assert (comment.id, comment.public, comment.author_id) == (note.comment_id, False, tenant.bot.id)
    assert [(file.file_name, file.size) for file in comment.attachments] == [("bäck & forth.pdf", len(FILE[1]))]
    assert note.public in (False, None)


def test_an_upload_can_be_taken_back_twice(client: ZendeskClient) -> None:
    upload = client.upload("f.txt", iter([b"x"]), "text/plain", 1)
    client.delete_upload(upload.token)
    client.delete_upload(upload.token)


def test_a_note_on_a_ticket_that_changed_meanwhile_is_a_conflict(tenant: Sandbox, client: ZendeskClient) -> None:
    ticket = tenant.add_ticket("Report", "Hello")
    with pytest.raises(Conflict):
        client.add_note(ticket.id, "x", updated_stamp="2020-01-01T00:00:00Z")
    assert len(client.comments(ticket.id)) == 1
    client.add_note(ticket.id, "x", updated_stamp=client.ticket(ticket.id).updated_stamp)
    assert len(client.comments(ticket.id)) == 2


@pytest.mark.parametrize(("kind", "notes"), [("reset_before", 0), ("reset_after", 1)])
def test_a_note_whose_answer_is_lost_is_not_repeated(
    tenant: Sandbox, client: ZendeskClient, kind: str, notes: int
) -> None:
    ticket = tenant.add_ticket("Report", "Hello")
    client.me()
    tenant.fault(kind, method="PUT", times=5)
    with pytest.raises(Interrupted):
        client.add_note(ticket.id, "x")
    assert len(client.comments(ticket.id)) == 1 + notes


@pytest.mark.parametrize("fault", [{"kind": "html"}, {"status": 503}, {"status": 429, "body": "slow down"}])
def test_trouble_on_the_way_is_temporary(tenant: Sandbox, client: ZendeskClient, fault: dict[str, Any]) -> None:
    ticket = tenant.add_ticket("Report", "Hello")
    tenant.fault(path="comments", **fault)
    with pytest.raises(Temporary):
        client.comments(ticket.id)


def test_a_read_over_a_connection_that_broke_is_repeated(tenant: Sandbox, client: ZendeskClient) -> None:
    ticket = tenant.add_ticket("Report", "Hello")
    tenant.fault("reset_before", path="comments")
    assert len(client.comments(ticket.id)) == 1


def test_a_vanished_ticket_is_not_found(client: ZendeskClient) -> None:
    for ask in (client.ticket, client.comments):
        with pytest.raises(NotFound):
            ask(999_999_999)


def test_the_limiter_paces_the_updates_of_one_ticket(tenant: Sandbox, client_of: Callable[..., ZendeskClient]) -> None:
    client = client_of(limiter=LocalLimiter())
    ticket = tenant.add_ticket("Report", "Hello")
    for number in range(tenant.switches.ticket_updates):
        client.add_note(ticket.id, str(number))
    sent = len(tenant.calls())
    with pytest.raises(Temporary) as full:
        client.add_note(ticket.id, "one too many")
    assert (full.value.code, len(tenant.calls())) == ("no_room", sent)
    assert full.value.retry_after is not None
    client.comments(ticket.id)


def test_a_connection_is_set_up_and_taken_down(tenant: Sandbox, client: ZendeskClient) -> None:
    webhook = client.create_webhook("Deskwarden", "https://deskwarden.example/webhooks/zendesk/acme")
    assert webhook in client.webhooks()
    secret = client.signing_secret(webhook.id)
    assert secret == client.signing_secret(webhook.id) != client.reset_signing_secret(webhook.id)
    trigger = client.create_trigger(
        "Deskwarden",
        {"all": [{"field": "comment_is_public", "operator": "is", "value": "not_relevant"}], "any": []},
        [{"field": "notification_webhook", "value": [webhook.id, '{"ticket_id": "{{ticket.id}}"}']}],
    )
    assert trigger.calls(webhook.id)
    assert trigger.id in [found.id for found in client.triggers()]
    assert not client.update_trigger(trigger.id, {"active": False}).active
    for _ in range(2):
        client.delete_trigger(trigger.id)
        client.delete_webhook(webhook.id)
    assert webhook.id not in [found.id for found in client.webhooks()]


def test_ticket_events_tell_of_comments_and_their_files(tenant: Sandbox, client: ZendeskClient) -> None:
    start = tenant.state.now() - 3600
    ticket = tenant.add_ticket("Report", "See attached", [FILE])
    page = client.ticket_events(start)
    (event,) = [event for event in page.events if event.ticket_id == ticket.id]
    assert event.has_comment
    assert [file.file_name for comment in event.comments for file in comment.attachments] == ["report.pdf"]
    assert page.end_of_stream
    assert page.end_time is not None
