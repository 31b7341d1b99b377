"""What pages and the API show of the scans."""

from __future__ import annotations

import re

import pytest

from app.tickets.filters import ScanFilters, moment
from app.tickets.service.figures import Figures
from app.tickets.service.queries import ScanQueries
from tests.builders import (
    EICAR_SHA256,
    NOON,
    a_call,
    a_connection,
    a_database,
    a_decision,
    a_finding,
    a_notice,
    a_scan,
    an_action,
)

KEYS = {
    "id", "connection", "ticket_id", "comment_id", "attachment_id", "kind", "name", "sha256", "size", "content_type",
    "verdict", "verdict_by", "state", "sender", "receiver", "channel", "findings", "actions", "rules_version",
    "created_at", "finished_at",
}  # fmt: skip


@pytest.fixture
def database(tmp_path):
    database = a_database(tmp_path)
    yield database
    database.close()


@pytest.fixture
def queries(database):
    return ScanQueries(database)


def ids(queries, **filters):
    return [scan["id"] for scan in queries.page(ScanFilters(**filters))[0]]


def test_a_scan_has_exactly_the_keys_of_the_contract_and_the_address_of_a_link(queries, database):
    a_scan(database)
    [scan], _ = queries.page(ScanFilters())
    assert set(scan) == {*KEYS, "url"}
    assert scan["connection"] == "acme"


def test_times_are_iso_8601_in_utc(queries, database):
    a_scan(database, created_at=NOON, finished_at=NOON + 1.25)
    [scan], _ = queries.page(ScanFilters())
    assert scan["created_at"] == "2026-11-21T12:00:00.000Z"
    assert scan["finished_at"] == "2026-11-21T12:00:01.250Z"


def test_pages_are_newest_first_without_gap_or_repeat(queries, database):
    made = [a_scan(database) for _ in range(7)]
    seen, cursor = [], None
    for _ in range(3):
        results, cursor = queries.page(ScanFilters(), cursor, 3)
        seen += [scan["id"] for scan in results]
    assert seen == made[::-1]
    assert cursor is None


def test_a_scan_that_arrives_between_two_pages_moves_nothing(queries, database):
    made = [a_scan(database) for _ in range(4)]
    first, cursor = queries.page(ScanFilters(), None, 2)
    a_scan(database)
    second, _ = queries.page(ScanFilters(), cursor, 2)
    assert [scan["id"] for scan in first + second] == made[::-1]


@pytest.mark.parametrize(
    ("column", "value", "filters"),
    [
        ("verdict", "malicious", {"verdict": "malicious"}),
        ("kind", "url", {"kind": "url"}),
        ("ticket_id", 77, {"ticket": 77}),
        ("sha256", EICAR_SHA256, {"sha256": EICAR_SHA256}),
        ("state", "failed", {"state": "failed"}),
        ("sender", "eve@example.org", {"sender": "eve@example.org"}),
        ("receiver", "sales@acme.test", {"receiver": "sales@acme.test"}),
        ("channel", "web", {"channel": "web"}),
        ("created_at", NOON + 50, {"since": NOON + 50}),
        ("created_at", NOON - 50, {"until": NOON}),
        ("name", "Rechnung_Größe.DOCM", {"q": "größe.docm"[2:]}),
        ("name", "100%_sure.pdf", {"q": "0%_s"}),
        ("url", "https://bad.example/login", {"q": "bad.example"}),
        ("sha256", EICAR_SHA256, {"q": "275A021B"}),
        ("ticket_id", 4711, {"q": "4711"}),
        ("findings", [a_finding(id="macro.autoexec")], {"q": "macro.auto"}),
    ],
)
def test_each_filter_finds_its_scan_and_no_other(queries, database, column, value, filters):
    a_scan(database)
    wanted = a_scan(database, **{column: value})
    assert ids(queries, **filters) == [wanted]


@pytest.mark.parametrize("text", ["severity", "evidence", "title", "where", "%", "_", "\\", '"'])
def test_free_text_does_not_find_what_only_the_storage_says(queries, database, text):
    a_scan(database, findings=[a_finding(id="x", title="t", where="w", evidence="e")])
    assert ids(queries, q=text) == []


def test_the_connection_filters_by_name(queries, database):
    a_scan(database, connection_id=a_connection(database))
    other = a_scan(database, connection_id=a_connection(database, name="other"))
    assert ids(queries, connection="other") == [other]


def test_filters_hold_together(queries, database):
    a_scan(database, verdict="malicious", ticket_id=1)
    a_scan(database, verdict="clean", ticket_id=2)
    both = a_scan(database, verdict="malicious", ticket_id=2)
    assert ids(queries, verdict="malicious", ticket=2) == [both]


def test_actions_come_through_the_scan_and_through_its_notice(queries, database):
    scan = a_scan(database, verdict="malicious")
    notice = a_notice(database)
    decision = a_decision(database, scan, notice_id=notice)
    an_action(database, scan_id=scan, decision_id=decision, kind="redact", created_at=NOON + 2)
    an_action(database, notice_id=notice, kind="note", created_at=NOON + 3)
    an_action(database, notice_id=notice, kind="mail", created_at=NOON + 3, state="failed", error="refused")
    detail = queries.detail(scan)
    assert [action["kind"] for action in detail["actions"]] == ["redact", "note", "mail"]
    assert set(detail["actions"][0]) == {
        "kind", "state", "attempts", "created_at", "started_at", "finished_at", "error",
    }  # fmt: skip
    assert detail["actions"][2]["error"] == "refused"


def test_one_notice_about_two_files_shows_on_both(queries, database):
    notice = a_notice(database)
    two = [a_scan(database), a_scan(database)]
    for scan in two:
        a_decision(database, scan, notice_id=notice)
    an_action(database, notice_id=notice, kind="note")
    results, _ = queries.page(ScanFilters())
    assert [[action["kind"] for action in scan["actions"]] for scan in results] == [["note"], ["note"]]


def test_actions_of_other_scans_do_not_show(queries, database):
    other = a_scan(database)
    an_action(database, scan_id=other)
    scan = a_scan(database)
    assert queries.detail(scan)["actions"] == []


def test_a_detail_adds_links_address_and_reason(queries, database):
    link = {"raw": "x", "url": "https://x.example/", "where": "", "verdict": "clean", "reasons": []}
    scan = a_scan(database, urls=[link], reason="too large", url=None)
    detail = queries.detail(scan)
    assert set(detail) == KEYS | {"url", "urls", "reason"}
    assert (detail["urls"], detail["reason"]) == ([link], "too large")


def test_an_unknown_scan_has_no_detail_and_no_history(queries):
    assert queries.detail(1) is None
    assert queries.history(1) is None


def test_a_history_tells_every_step_and_who_took_it(queries, database):
    scan = a_scan(database, state="released", verdict="clean", finished_at=NOON + 2)
    first = a_decision(database, scan, decided_at=NOON + 2)
    an_action(database, scan_id=scan, decision_id=first, kind="redact")
    second = a_decision(
        database, scan, decided_at=NOON + 60, verdict="clean", verdict_by="person", actor="ana", reason="a known vendor"
    )
    an_action(
        database, scan_id=scan, decision_id=second, kind="release", created_at=NOON + 60, started_at=NOON + 61,
        finished_at=NOON + 62,
    )  # fmt: skip
    steps = queries.history(scan)
    assert [(step["who"], step["what"], step["from"], step["to"]) for step in steps] == [
        ("Deskwarden", "scan", None, "queued"),
        ("Deskwarden", "scan", "queued", "done"),
        ("Deskwarden", "verdict", None, "malicious"),
        ("Deskwarden", "redact", None, "planned"),
        ("Deskwarden", "redact", "planned", "sending"),
        ("Deskwarden", "redact", "sending", "done"),
        ("ana", "verdict", "malicious", "clean"),
        ("ana", "release", None, "planned"),
        ("Deskwarden", "release", "planned", "sending"),
        ("Deskwarden", "release", "sending", "done"),
    ]
    assert steps[6]["reason"] == "a known vendor"
    assert [step["at"] for step in steps] == sorted(step["at"] for step in steps)


def test_a_scan_that_could_not_be_done_says_so_in_its_history(queries, database):
    scan = a_scan(database, state="failed", verdict="unknown", reason="a private address")
    assert (queries.history(scan)[-1]["to"], queries.history(scan)[-1]["reason"]) == ("failed", "a private address")


def test_a_redaction_that_failed_does_not_make_the_scan_a_failed_one(queries, database):
    scan = a_scan(database, state="failed", verdict="malicious", reason="the ticket is archived")
    an_action(database, scan_id=scan, state="failed", error="the ticket is archived")
    steps = [step for step in queries.history(scan) if step["what"] == "scan"]
    assert steps[-1]["to"] == "done"


def test_statistics_count_no_verdict_before_there_is_one(database):
    a_scan(database, verdict="unknown", state="queued", finished_at=None)
    a_scan(database, verdict="malicious", state="quarantined")
    a_call(database)
    counted = Figures(database).statistics()
    assert counted["scans"]["total"] == 2
    assert counted["scans"]["by_verdict"]["unknown"] == 0
    assert counted["scans"]["by_verdict"]["malicious"] == 1
    assert counted["scans"]["by_state"]["queued"] == 1
    assert counted["webhook_calls_waiting"] == 1


@pytest.mark.parametrize(
    "text", ["2026-11-21T12:00:00Z", "2026-11-21T13:00:00+01:00", "2026-11-21T12:00", "1795262400"]
)
def test_a_moment_is_read_in_every_notation(text):
    assert moment(text) == NOON


@pytest.mark.parametrize("text", ["", "soon", "nan", "inf", "-1", "1e300", "2026-13-01", "99999-01-01"])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValueError, match=re.compile(".")):
        moment(text)
