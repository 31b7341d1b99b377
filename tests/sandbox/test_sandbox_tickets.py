from __future__ import annotations

from typing import Any

import pytest

from app.sandbox.server import API_TOKEN, BOT_EMAIL, Sandbox


def test_both_spellings_of_a_path_answer_the_same(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Hello", "World")
    assert api.get(f"tickets/{ticket.id}") == api.get(f"tickets/{ticket.id}.json")


def test_links_are_absolute_and_the_tenants_own(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Hello", "World", [("a.txt", b"a", "text/plain")])
    assert api.get(f"tickets/{ticket.id}")["ticket"]["url"] == f"{tenant.url}/api/v2/tickets/{ticket.id}.json"
    shown = api.get(f"tickets/{ticket.id}/comments")["comments"][0]["attachments"][0]
    assert shown["content_url"].startswith(f"{tenant.url}/attachments/token/")


def test_an_unknown_record_is_a_404_in_the_recorded_shape(api: Any) -> None:
    answer = api("GET", "tickets/99")
    assert (answer.status_code, answer.json()) == (404, {"error": "RecordNotFound", "description": "Not found"})


def test_an_unknown_path_is_an_invalid_endpoint(api: Any) -> None:
    assert api("GET", "no/such/thing").json()["error"] == "InvalidEndpoint"


def test_a_call_without_credentials_is_refused_in_the_recorded_shape(tenant: Sandbox, api: Any) -> None:
    del api.session.headers["Authorization"]
    answer = api("GET", "tickets")
    assert (answer.status_code, answer.json()) == (401, {"error": "Couldn't authenticate you"})


def test_an_api_token_still_serves(api: Any) -> None:
    del api.session.headers["Authorization"]
    assert api("GET", "tickets", auth=(f"{BOT_EMAIL}/token", API_TOKEN)).status_code == 200
    assert api("GET", "tickets", auth=(f"{BOT_EMAIL}/token", "wrong")).status_code == 401
    assert api("GET", "tickets", auth=(BOT_EMAIL, API_TOKEN)).status_code == 401


def test_wrong_credentials_make_an_anonymous_me_and_no_error(api: Any) -> None:
    api.session.headers["Authorization"] = "Bearer wrong"
    assert api.get("users/me")["user"]["id"] is None
    assert api.get("users/me.json")["user"]["name"] == "Anonymous user"


# Pages


def test_cursor_pages_follow_each_other_and_next_is_there_to_the_end(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Long", "0")
    for number in range(1, 7):
        tenant.add_comment(ticket.id, str(number))
    address, bodies, pages = f"{tenant.url}/api/v2/tickets/{ticket.id}/comments.json?page%5Bsize%5D=3", [], 0
    more = True
    while more:
        page = api.session.get(address, timeout=10).json()
        bodies += [comment["body"] for comment in page["comments"]]
        more, address, pages = page["meta"]["has_more"], page["links"]["next"], pages + 1
    assert bodies == [str(number) for number in range(7)]
    assert pages == 3
    assert address is not None


def test_a_cursor_page_goes_backwards_too(tenant: Sandbox, api: Any) -> None:
    for number in range(5):
        tenant.add_ticket(str(number), "x")
    second = api.get(
        "tickets", params={"page[size]": 2, "page[after]": api.get("tickets?page[size]=2")["meta"]["after_cursor"]}
    )
    first = api.session.get(second["links"]["prev"], timeout=10).json()
    assert [ticket["subject"] for ticket in first["tickets"]] == ["0", "1"]


@pytest.mark.parametrize("query", ["page[size]=101", "page[size]=x", "page[size]=2&page[after]=zzz"])
def test_a_wrong_page_is_refused(api: Any, query: str) -> None:
    assert api("GET", f"tickets?{query}").json()["error"] == "InvalidPaginationParameter"


def test_without_a_size_pages_are_by_offset_and_small(tenant: Sandbox, api: Any) -> None:
    tenant.switches.page_size = 2
    for number in range(3):
        tenant.add_ticket(str(number), "x")
    page = api.get("tickets.json")
    assert (len(page["tickets"]), page["count"], page["previous_page"]) == (2, 3, None)
    rest = api.session.get(page["next_page"], timeout=10).json()
    assert (len(rest["tickets"]), rest["next_page"]) == (1, None)


def test_offset_pages_end_at_ten_thousand(api: Any) -> None:
    assert api("GET", "tickets?page=101").status_code == 400


# Comments


def test_newest_comments_come_first_when_asked(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Hello", "one")
    tenant.add_comment(ticket.id, "two")
    rows = api.get(f"tickets/{ticket.id}/comments", params={"sort": "-created_at", "page[size]": 100})["comments"]
    assert [row["body"] for row in rows] == ["two", "one"]


def test_inline_images_are_listed_only_when_asked_for(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Picture", "see", inline=[("a.png", b"x", "image/png")])
    path = f"tickets/{ticket.id}/comments"
    assert api.get(path)["comments"][0]["attachments"] == []
    shown = api.get(path, params={"include_inline_images": "true"})["comments"][0]
    assert shown["attachments"][0]["inline"] is True
    assert shown["attachments"][0]["content_url"].split("?")[0] in shown["html_body"]


def test_the_authors_come_along_when_asked_for(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Hello", "x")
    users = api.get(f"tickets/{ticket.id}/comments?include=users")["users"]
    assert [(user["name"], user["role"]) for user in users] == [("Ada Moreau", "end-user")]


def test_mail_shows_its_sender(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Hello", "x", channel="email")
    via = api.get(f"tickets/{ticket.id}/comments")["comments"][0]["via"]
    assert via["source"]["from"] == {"address": "ada@customer.example", "name": "Ada Moreau"}


def test_a_note_is_internal_only_when_said_so(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Hello", "x")
    api("PUT", f"tickets/{ticket.id}", json={"ticket": {"comment": {"body": "default"}}})
    api("PUT", f"tickets/{ticket.id}", json={"ticket": {"comment": {"body": "note", "public": False}}})
    assert [comment["public"] for comment in tenant.comments(ticket.id)] == [True, True, False]


def test_an_update_answers_with_the_number_of_its_comment(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Hello", "x")
    answer = api(
        "PUT", f"tickets/{ticket.id}", json={"ticket": {"comment": {"html_body": "<p>note</p>", "public": False}}}
    )
    events = [event for event in answer.json()["audit"]["events"] if event["type"] == "Comment"]
    assert [event["id"] for event in events] == [tenant.comments(ticket.id)[-1]["id"]]
    assert events[0]["public"] is False


def test_the_named_author_shows_but_the_update_is_the_callers(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Hello", "x")
    comment = {"body": "hi", "author_id": tenant.agent.id}
    audit = api("PUT", f"tickets/{ticket.id}", json={"ticket": {"comment": comment}}).json()["audit"]
    assert audit["author_id"] == tenant.bot.id
    assert tenant.comments(ticket.id)[-1]["author_id"] == tenant.agent.id


def test_unknown_properties_are_ignored_and_only_a_header_says_so(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Hello", "x")
    answer = api("PUT", f"tickets/{ticket.id}", json={"ticket": {"additional_tags": ["a"], "subject": "New"}})
    assert answer.status_code == 200
    assert ':unpermitted_keys=>["additional_tags"]' in answer.headers["X-Zendesk-API-Warn"]
    assert answer.json()["ticket"]["subject"] == "New"


def test_a_closed_ticket_refuses_as_recorded(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Hello", "x")
    tenant.close(ticket.id)
    answer = api("PUT", f"tickets/{ticket.id}", json={"ticket": {"comment": {"body": "hi"}}})
    details = {"status": [{"description": "Status: closed prevents ticket update"}]}
    expected = {"error": "RecordInvalid", "description": "Record validation errors", "details": details}
    assert (answer.status_code, answer.json()) == (422, expected)


def test_a_safe_update_with_an_old_stamp_conflicts(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Hello", "x")
    old = {"safe_update": False, "updated_stamp": "2020-01-01T00:00:00Z", "subject": "New"}
    answer = api("PUT", f"tickets/{ticket.id}", json={"ticket": old})
    assert (answer.status_code, answer.json()["error"]) == (409, "UpdateConflict")
    fresh = {**old, "updated_stamp": api.get(f"tickets/{ticket.id}")["ticket"]["updated_at"]}
    assert api("PUT", f"tickets/{ticket.id}", json={"ticket": fresh}).status_code == 200


def test_a_ticket_can_be_made_through_the_api(api: Any) -> None:
    wanted = {"subject": "New", "comment": {"body": "x"}, "requester": {"name": "Zoë", "email": "zoe@customer.example"}}
    answer = api("POST", "tickets", json={"ticket": wanted})
    assert answer.status_code == 201
    user = api.get(f"users/{answer.json()['ticket']['requester_id']}")["user"]
    assert (user["name"], user["role"]) == ("Zoë", "end-user")


def test_tags_are_added_set_and_removed(tenant: Sandbox, api: Any) -> None:
    path = f"tickets/{tenant.add_ticket('Hello', 'x').id}/tags"
    assert api("PUT", path, json={"tags": ["a", "b"]}).json() == {"tags": ["a", "b"]}
    assert api("DELETE", path, json={"tags": ["a"]}).json() == {"tags": ["b"]}
    assert api("POST", path, json={"tags": ["c"]}).json() == {"tags": ["c"]}


def test_too_many_numbers_are_refused(api: Any) -> None:
    ids = ",".join(str(number) for number in range(101))
    assert api("GET", f"tickets/show_many?ids={ids}").json()["error"] == "TooManyValues"


def test_a_body_that_is_no_object_is_a_400(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Hello", "x")
    assert api("PUT", f"tickets/{ticket.id}", data="[1]").status_code == 400
    assert api("PUT", f"tickets/{ticket.id}", json={"ticket": {"comment": "hi"}}).status_code == 400


def test_settings_show_the_switches(tenant: Sandbox, api: Any) -> None:
    tenant.switches.private_attachments = True
    settings = api.get("account/settings")["settings"]
    assert settings["tickets"]["private_attachments"] is True
    assert settings["limits"]["attachment_size"] == 50 * 1024 * 1024
