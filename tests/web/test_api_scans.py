"""``/api/v1/scans``: lists, one, history, verdict, file."""

from __future__ import annotations

import io

import pytest
import pyzipper
from sqlalchemy import select

from app.access.roles import Role
from app.findings.tables import audit
from tests.builders import EICAR_SHA256, NOON, a_decision, a_finding, a_scan, an_action


def events(database):
    with database.read() as connection:
        return [(row.actor, row.event, row.subject) for row in connection.execute(select(audit))]


# ── lists ──────────────────────────────────────────────────────────────────


def test_a_list_is_newest_first_with_a_cursor(site, database):
    made = [a_scan(database) for _ in range(3)]
    first = site.get("/scans?limit=2").get_json()
    second = site.get(f"/scans?limit=2&cursor={first['next']}").get_json()
    assert [scan["id"] for scan in first["results"] + second["results"]] == made[::-1]
    assert isinstance(first["next"], str)
    assert second["next"] is None


def test_an_empty_installation_has_an_empty_list(site):
    assert site.get("/scans").get_json() == {"results": [], "next": None}


def test_a_list_holds_fifty_unless_told_otherwise(site, database):
    for _ in range(51):
        a_scan(database)
    assert len(site.get("/scans").get_json()["results"]) == 50


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("verdict=malicious", True), ("verdict=clean", False), ("kind=attachment", True), ("kind=url", False),
        ("connection=acme", True), ("connection=nobody", False), ("ticket=42", True), ("ticket=43", False),
        (f"sha256={EICAR_SHA256.upper()}", True), (f"sha256={'0' * 64}", False), ("state=quarantined", True),
        ("state=done", False), ("q=report", True), ("q=eicar", True), ("q=nothing", False),
        ("since=2026-11-21T12:00:00Z", True), ("since=2026-11-21T12:00:01Z", False),
        ("until=2026-11-21T12:00:01Z", True), ("until=1795262400", False), ("sender=eve%40example.org", True),
        ("sender=other%40example.org", False), ("receiver=support%40acme.test", True), ("channel=email", True),
        ("channel=web", False),
        ("verdict=&kind=&connection=&ticket=&sha256=&state=&q=&since=&until=&cursor=&limit=", True),
    ],
)  # fmt: skip
def test_a_filter_keeps_what_fits(site, database, query, found):
    a_scan(
        database,
        verdict="malicious",
        state="quarantined",
        ticket_id=42,
        name="report.docm",
        sha256=EICAR_SHA256,
        sender="eve@example.org",
        findings=[a_finding()],
    )
    answer = site.get(f"/scans?{query}")
    assert answer.status_code == 200
    assert bool(answer.get_json()["results"]) is found


@pytest.mark.parametrize(
    "query",
    [
        "verdict=evil", "kind=soup", "ticket=abc", "ticket=0", "ticket=-1", "ticket=9223372036854775808",
        f"ticket={'9' * 5000}", "sha256=xyz", "state=gone", "since=soon", "until=nan", "since=-1", "since=1e400",
        "cursor=abc", "cursor=0", "cursor=-5", "cursor=9223372036854775808", "limit=0", "limit=501", "limit=ten",
        "limit=1.5", "q=%00", f"q={'x' * 201}", "sender=a%00b", "verdict=clean&verdict=malicious", "verdcit=clean",
        "connection=%00",
    ],
)  # fmt: skip
def test_a_query_that_does_not_fit_is_a_422_that_says_where(site, database, query):
    a_scan(database)
    answer = site.get(f"/scans?{query}")
    assert answer.status_code == 422
    document = answer.get_json()
    assert document["code"] == "invalid"
    assert document["errors"][0]["at"].startswith("query.")


@pytest.mark.parametrize(
    "query", ["q=%ff%fe", "q=%27;drop", "q=%25", "connection=%F0%9F%92%A9", "q=%E2%80%AE", "&&&==", "%"]
)
def test_strange_queries_are_answered_calmly(site, database, query):
    a_scan(database)
    assert site.get(f"/scans?{query}").status_code in (200, 422)


# ── one scan ───────────────────────────────────────────────────────────────


def test_one_scan_comes_with_evidence_and_actions(site, database):
    scan = a_scan(database, verdict="malicious", findings=[a_finding()])
    an_action(database, scan_id=scan)
    document = site.get(f"/scans/{scan}").get_json()
    assert document["findings"] == [a_finding()]
    assert [(action["kind"], action["state"]) for action in document["actions"]] == [("redact", "done")]


@pytest.mark.parametrize("path", ["", "/history", "/file"])
@pytest.mark.parametrize("number", ["1", "0", "-1", "99999999999999999999999", "abc", "1.5", "%00"])
def test_an_unknown_scan_is_a_404(site, path, number):
    answer = site.get(f"/scans/{number}{path}", Role.ADMIN)
    # The stand-in for files knows no scans at all, so an unknown one is as gone as any other.
    assert answer.status_code in ((404, 410) if path == "/file" else (404,))
    assert answer.mimetype == "application/problem+json"


def test_a_history_is_a_list_of_steps(site, database):
    scan = a_scan(database)
    a_decision(database, scan)
    steps = site.get(f"/scans/{scan}/history").get_json()["results"]
    assert [step["what"] for step in steps] == ["scan", "scan", "verdict"]
    assert set(steps[0]) == {"at", "who", "what", "from", "to", "reason"}


# ── verdict ────────────────────────────────────────────────────────────────


def give(site, scan, body, **options):
    return site.post(f"/scans/{scan}/verdict", json=body, **options)


def test_a_verdict_changes_the_scan_and_answers_with_it(site, database):
    scan = a_scan(database, verdict="malicious", state="quarantined")
    answer = give(site, scan, {"verdict": "clean", "reason": "a known vendor"})
    assert answer.status_code == 200
    assert (answer.get_json()["verdict"], answer.get_json()["verdict_by"]) == ("clean", "person")
    assert site.services.verdicts.effects == [(scan, "clean", "a known vendor", "the analyst")]


def test_a_verdict_that_stands_already_is_a_200_without_a_second_effect(site, database):
    scan = a_scan(database, verdict="malicious")
    body = {"verdict": "clean", "reason": ""}
    assert [give(site, scan, body).status_code for _ in range(2)] == [200, 200]
    assert len(site.services.verdicts.effects) == 1
    assert len(events(database)) == 1


def test_a_verdict_is_recorded(site, database):
    scan = a_scan(database)
    give(site, scan, {"verdict": "malicious", "reason": "seen before"})
    assert events(database) == [("the analyst", "verdict.given", f"scan:{scan}")]


def test_a_verdict_on_a_scan_that_is_not_finished_is_a_409(site, database):
    scan = a_scan(database, state="scanning", finished_at=None)
    assert give(site, scan, {"verdict": "clean", "reason": ""}).status_code == 409
    assert site.services.verdicts.effects == []


def test_a_verdict_on_an_unknown_scan_is_a_404(site):
    assert give(site, 77, {"verdict": "clean", "reason": ""}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"[]", b'"clean"', b"{}", b'{"reason": "x"}', b'{"verdict": "unknown", "reason": ""}',
        b'{"verdict": "suspicious", "reason": ""}', b'{"verdict": "CLEAN", "reason": ""}', b'{"verdict": null}',
        b'{"verdict": ["clean"], "reason": ""}', b'{"verdict": 1, "reason": ""}',
        b'{"verdict": "clean", "reason": 5}', b'{"verdict": "clean", "reason": null}',
        b'{"verdict": "clean", "reason": {}}', b'{"verdict": "clean", "reason": "\\u0000"}',
        b'{"verdict": "clean", "reason": "\\ud800"}', b'{"verdict": "clean", "reason": "", "actor": "root"}',
        b"\xff\xfe", b"verdict=clean", b"[" * 50_000, b'{"a":' * 10_000,
        b'{"verdict": "clean", "reason": "' + b"x" * 2000 + b'"}',
        b'{"verdict": NaN}', b"\x00", b'{"verdict": "clean", "reason": ""} trailing',
    ],
)  # fmt: skip
def test_a_verdict_that_does_not_fit_is_a_422_and_changes_nothing(site, database, body):
    scan = a_scan(database, verdict="malicious")
    answer = site.post(f"/scans/{scan}/verdict", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert site.services.verdicts.effects == []


def test_a_body_over_the_limit_is_a_413(site, database):
    scan = a_scan(database)
    answer = site.post(f"/scans/{scan}/verdict", data=b" " * 70_000, content_type="application/json")
    assert answer.status_code == 413
    assert answer.mimetype == "application/problem+json"


def test_a_problem_repeats_nothing_of_what_was_sent(site, database):
    scan = a_scan(database)
    answer = give(site, scan, {"verdict": "s3cret-value", "reason": 5})
    assert "s3cret-value" not in answer.text


# ── file ───────────────────────────────────────────────────────────────────


def test_a_file_comes_as_a_zip_with_the_known_password(site, database):
    scan = a_scan(database, name="evil\u202efdp.exe")
    site.services.files.content[scan] = ("evil.exe", [b"MZ", b" the bytes"])
    answer = site.get(f"/scans/{scan}/file", Role.ANALYST)
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="scan-{scan}.zip"'
    with pyzipper.ZipFile(io.BytesIO(answer.data)) as archive:
        [member] = archive.namelist()
        assert archive.read(member, pwd=b"infected") == b"MZ the bytes"


def test_taking_a_file_is_recorded(site, database):
    scan = a_scan(database)
    site.services.files.content[scan] = ("evil.exe", [b"MZ"])
    site.get(f"/scans/{scan}/file", Role.ANALYST)
    assert events(database) == [("the analyst", "file.taken", f"scan:{scan}")]


def test_a_file_that_is_gone_is_a_410(site, database):
    answer = site.get(f"/scans/{a_scan(database)}/file", Role.ANALYST)
    assert answer.status_code == 410
    assert events(database) == []


def test_a_viewer_takes_no_files(site, database):
    scan = a_scan(database)
    site.services.files.content[scan] = ("evil.exe", [b"MZ"])
    assert site.get(f"/scans/{scan}/file", Role.VIEWER).status_code == 403


def test_times_of_a_scan_that_runs_are_empty_where_nothing_happened_yet(site, database):
    scan = a_scan(database, state="queued", finished_at=None, sha256=None, created_at=NOON)
    assert site.get(f"/scans/{scan}").get_json()["finished_at"] is None
