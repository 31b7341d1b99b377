"""Reading: the comments of a ticket over all pages, the ticket itself, and what changed lately."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from app.adapters.zendesk import Comment, ZendeskClient
from app.errors import Temporary

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
