from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from app.sandbox.faults import Faults
from app.sandbox.server import Sandbox


def test_a_scripted_answer_comes_so_many_times(tenant: Sandbox, api: Any) -> None:
    tenant.fault(status=503, body="busy", headers={"Retry-After": "1"}, path=r"/tickets$", method="GET", times=2)
    answers = [api("GET", "tickets") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert (answers[0].text, answers[0].headers["Retry-After"]) == ("busy", "1")
    assert api("GET", "users/me").status_code == 200


def test_a_reset_before_has_no_effect_and_one_after_has(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Hello", "x")
    for kind in ("reset_before", "reset_after"):
        tenant.fault(kind, method="PUT")
        with pytest.raises(requests.ConnectionError):
            api("PUT", f"tickets/{ticket.id}", json={"ticket": {"comment": {"body": kind}}})
    assert [comment["body"] for comment in tenant.comments(ticket.id)] == ["x", "reset_after"]


def test_a_truncated_download_ends_early(tenant: Sandbox) -> None:
    ticket = tenant.add_ticket("File", "x", [("a.bin", b"0123456789" * 100, None)])
    tenant.fault("truncate", host="content", size=100)
    address = tenant.comments(ticket.id)[0]["attachments"][0]["content_url"]
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        requests.get(address, timeout=10)
    assert len(requests.get(address, timeout=10).content) == 1000


def test_a_slow_answer_drips(tenant: Sandbox, api: Any) -> None:
    tenant.fault("slow", seconds=0.2)
    start = time.monotonic()
    assert api("GET", "tickets").json()["count"] == 0
    assert time.monotonic() - start >= 0.2


def test_a_web_page_comes_instead_of_a_file(tenant: Sandbox) -> None:
    ticket = tenant.add_ticket("File", "x", [("a.bin", b"MZ", None)])
    tenant.fault("html", host="content")
    answer = requests.get(tenant.comments(ticket.id)[0]["attachments"][0]["content_url"], timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_a_stale_read_shows_the_past(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Hello", "x")
    tenant.fault("stale", path="/comments")
    tenant.add_comment(ticket.id, "new")
    path = f"tickets/{ticket.id}/comments"
    assert [len(api.get(path)["comments"]) for _ in range(2)] == [1, 2]


def test_the_history_tells_every_call(tenant: Sandbox, api: Any) -> None:
    api("GET", "tickets.json?page[size]=3")
    call = tenant.calls()[-1]
    assert (call.host, call.method, call.path, call.status, call.auth) == (
        "tenant",
        "GET",
        "/api/v2/tickets.json",
        200,
        "bearer",
    )
    assert call.query == "page%5Bsize%5D=3"


def test_random_trouble_repeats_from_its_seed() -> None:
    def fates(seed: int) -> list[str]:
        faults = Faults(seed, share=0.3)
        return [fault.kind if (fault := faults.next("tenant", "GET", "/api/v2/x")) else "" for _ in range(50)]

    assert fates(1) == fates(1)
    assert fates(1) != fates(2)
    assert set(fates(1)) > {""}


def test_the_account_has_so_many_calls_a_minute(tenant: Sandbox, api: Any) -> None:
    tenant.switches.calls_per_minute = 2
    answers = [api("GET", "tickets") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["X-Rate-Limit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[2].headers["Content-Type"].startswith("text/plain")
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    start = tenant.state.now()
    tenant.state.now = lambda: start + 61
    assert api("GET", "tickets").status_code == 200


def test_the_exports_have_a_limit_of_their_own(tenant: Sandbox, api: Any) -> None:
    tenant.switches.exports_per_minute = 1
    answers = [api("GET", "incremental/ticket_events?start_time=1") for _ in range(2)]
    assert answers[1].status_code == 429
    assert answers[1].json()["error"] == "APIRateLimitExceeded"


# The exports


def test_the_export_lists_updates_with_their_comments(tenant: Sandbox, api: Any) -> None:
    ticket = tenant.add_ticket("Hello", "x", [("a.txt", b"a", "text/plain")])
    page = api.get("incremental/ticket_events.json?start_time=1&include=comment_events")
    assert page["end_of_stream"] is True
    event = page["ticket_events"][0]
    comment = next(child for child in event["child_events"] if child["event_type"] == "Comment")
    assert (event["ticket_id"], comment["id"]) == (ticket.id, ticket.comments[0].id)
    assert comment["attachments"][0]["file_name"] == "a.txt"
    assert api.session.get(page["next_page"], timeout=10).json()["count"] == 1


def test_without_the_sideload_a_comment_is_only_mentioned(tenant: Sandbox, api: Any) -> None:
    tenant.add_ticket("Hello", "secret words")
    event = api.get("incremental/ticket_events?start_time=1")["ticket_events"][0]
    comment = next(child for child in event["child_events"] if child["event_type"] == "Comment")
    assert (comment["comment_present"], comment["comment_public"]) == (True, True)
    assert "body" not in comment


def test_the_last_minute_is_never_exported(tenant: Sandbox, api: Any) -> None:
    tenant.switches.incremental_lag_seconds = 60.0
    tenant.add_ticket("Hello", "x")
    assert api.get("incremental/ticket_events?start_time=1")["ticket_events"] == []
    assert api.get("incremental/tickets/cursor?start_time=1")["tickets"] == []
    start = tenant.state.now()
    tenant.state.now = lambda: start + 61
    assert api.get("incremental/ticket_events?start_time=1")["count"] == 1


def test_the_ticket_export_goes_on_from_its_cursor(tenant: Sandbox, api: Any) -> None:
    for number in range(3):
        tenant.add_ticket(str(number), "x")
    first = api.get("incremental/tickets/cursor.json?start_time=1&per_page=2")
    assert first["end_of_stream"] is False
    rest = api.session.get(first["after_url"], timeout=10).json()
    assert ([ticket["subject"] for ticket in rest["tickets"]], rest["end_of_stream"]) == (["2"], True)


# The other door


def door(tenant: Sandbox, method: str, path: str, **how: Any) -> requests.Response:
    return requests.request(method, f"{tenant.url}/_sandbox/{path}", timeout=10, **how)


def test_the_door_writes_tickets_with_files(tenant: Sandbox) -> None:
    files = [
        {"name": "a.txt", "content_base64": "aGVsbG8="},
        {"name": "b.png", "content_base64": "eA==", "inline": True},
    ]
    wanted = {"subject": "Hi", "text": "x", "requester": "new@customer.example", "attachments": files}
    number = door(tenant, "POST", "tickets", json=wanted).json()["ticket"]["id"]
    door(tenant, "POST", f"tickets/{number}/comments", json={"text": "more"})
    assert [len(comment["attachments"]) for comment in tenant.comments(number)] == [2, 0]
    assert door(tenant, "PUT", f"tickets/{number}", json={"status": "closed"}).json()["ticket"]["status"] == "closed"


def test_the_door_scripts_faults_and_tells_of_them(tenant: Sandbox, api: Any) -> None:
    assert door(tenant, "POST", "faults", json={"kind": "answer", "status": 500, "path": "tickets"}).status_code == 201
    assert api("GET", "tickets").status_code == 500
    assert door(tenant, "GET", "faults").json()["faults"][0]["fired"] == 1
    assert door(tenant, "DELETE", "faults").json()["faults"] == []


@pytest.mark.parametrize(
    ("path", "method", "sent"),
    [
        ("faults", "POST", {"kind": "nonsense"}),
        ("faults", "POST", {"no": 1}),
        ("delivery_faults", "POST", {"kind": "nonsense"}),
        ("switches", "PATCH", {"nonsense": 1}),
        ("switches", "PATCH", {"page_size": "many"}),
        ("tickets", "POST", {"attachments": [{"name": "x"}]}),
        ("stories", "POST", {"names": ["nonsense"]}),
    ],
)
def test_the_door_refuses_what_it_does_not_know(tenant: Sandbox, path: str, method: str, sent: dict[str, Any]) -> None:
    assert door(tenant, method, path, json=sent).status_code == 400


def test_the_door_sets_switches(tenant: Sandbox) -> None:
    assert door(tenant, "PATCH", "switches", json={"redaction_delay": 2, "placeholder": "gone"}).status_code == 200
    assert (tenant.switches.redaction_delay, tenant.switches.placeholder) == (2.0, b"gone")


def test_the_door_tells_and_forgets_calls(tenant: Sandbox, api: Any) -> None:
    api("GET", "tickets")
    assert [call["path"] for call in door(tenant, "GET", "calls").json()["calls"]] == ["/api/v2/tickets"]
    assert door(tenant, "DELETE", "calls").json()["calls"] == []


def test_a_switch_takes_only_its_own_type(tenant: Sandbox) -> None:
    with pytest.raises(ValueError, match="takes a bool"):
        tenant.switches.set(agent_workspace=1)
