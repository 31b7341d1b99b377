"""Each way in which a file cannot be judged has its clear end, and none of them is clean."""

from __future__ import annotations

import pytest

from app.connections import fetcher
from app.engine.model import Finding, Report, Severity, Verdict
from app.engine.pool import EnginePool
from app.sandbox import samples
from app.tickets.lists import EntryKind, Side
from app.tickets.service import redacting
from app.tickets.service.cache import VerdictCache
from tests.services.crash import Killed, killed_at

EICAR = ("invoice.com", samples.eicar(), "application/octet-stream")
CLEAN = ("list.txt", b"nothing special", "text/plain")
FIRST_HOP, CONTENT = {"path": "/attachments/token/"}, {"host": "content", "path": "/attachment/"}


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(redacting, "VISIBLE_SECONDS", 0.0)


def arrive(house, *files, text="Please see the file."):
    ticket = house.tenant.add_ticket("Invoice", text, files or [EICAR])
    house.notice(ticket.id)
    return ticket.id


def ended(house):
    [scan] = house.scans
    return scan.verdict, scan.state


def forward(house, address):
    house.tenant.fault(status=302, body="", headers={"Location": address}, times=100, **FIRST_HOP)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("https://evil.example/file", "fetch.address_foreign"),
        ("http://127.0.0.1:1/file", "fetch.address_scheme"),
        ("https://169.254.169.254/latest", "fetch.address_foreign"),
        ("file:///etc/passwd", "fetch.address_scheme"),
        ("https://user@p1.zdusercontent.com/x", "fetch.address_userinfo"),
    ],
)
def test_what_may_not_be_fetched_ends_at_once(house, address, code):
    forward(house, address)
    ticket_id = arrive(house)
    started = house.clock()
    house.run()
    assert ended(house) == ("unknown", "failed")
    assert house.scans[0].findings[0]["id"] == code
    assert house.scans[0].reason
    assert house.clock() - started < 5
    assert house.notes(ticket_id) == []


def test_a_file_that_is_gone_ends_within_minutes(house):
    house.tenant.fault(status=404, body="", times=1000, **FIRST_HOP)
    arrive(house)
    house.run()
    assert ended(house) == ("unknown", "failed")
    assert house.scans[0].findings[0]["id"] == "fetch.gone"


def test_a_file_that_is_not_there_yet_is_fetched_a_moment_later(house):
    house.tenant.fault(status=404, body="", times=2, **CONTENT)
    arrive(house)
    house.run()
    assert ended(house) == ("malicious", "quarantined")


def test_a_file_over_the_cap_is_unknown(house, monkeypatch):
    monkeypatch.setattr(fetcher, "LARGEST_FILE", 10)
    arrive(house)
    house.run()
    assert ended(house) == ("unknown", "failed")
    assert house.scans[0].findings[0]["id"] == "fetch.too_large"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "truncate", "size": 10, **CONTENT},
        {"kind": "html", **CONTENT},
        {"kind": "reset_before", **CONTENT},
        {"kind": "reset_after", **CONTENT},
        {"status": 403, "body": "", **CONTENT},
        {"status": 503, "body": "", **FIRST_HOP},
        {"status": 429, "body": "", **CONTENT},
    ],
)
def test_what_goes_wrong_on_the_way_is_tried_again_and_never_judged(house, fault):
    house.tenant.fault(times=2, **fault)
    arrive(house)
    house.run()
    assert ended(house) == ("malicious", "quarantined")


def test_what_cannot_be_fetched_ends_after_an_hour(house):
    fault = house.tenant.fault(status=503, body="", times=1000, **CONTENT)
    ticket_id = arrive(house)
    house.run(patience=3000)
    assert house.scans[0].state == "queued"
    assert house.scans[0].finished_at is None
    house.run(patience=1500)
    assert ended(house) == ("unknown", "failed")
    assert "an hour" in house.scans[0].reason
    assert fault.fired < 60
    assert house.notes(ticket_id) == []


def test_one_file_that_cannot_be_fetched_holds_up_the_note_for_a_minute_only(house):
    ticket_id = arrive(house, EICAR, CLEAN)
    started = house.clock()
    house.tenant.fault(status=503, body="", times=1, **CONTENT)
    house.tenant.fault(status=503, body="", times=1000, path="/attachments/token/.*list|never")
    for file in list(house.tenant.state.data.files.values()):
        if file.file_name == "list.txt":
            house.tenant.fault(status=503, body="", times=1000, path=f"/attachments/token/{file.token}")
    house.run(patience=100)
    assert len(house.notes(ticket_id)) == 1
    assert house.clock() - started >= 60
    assert len(house.mails) == 1


def test_a_file_that_zendesk_withholds_is_unknown(house):
    arrive(house)
    for file in house.tenant.state.data.files.values():
        file.malware_scan_result = "malware_found"
    house.run()
    assert ended(house) == ("unknown", "failed")
    assert house.scans[0].findings[0]["id"] == "fetch.malware_found"


def test_a_file_that_kills_whoever_looks_at_it_is_set_aside_and_the_next_one_is_scanned(house):
    arrive(house)
    for _ in range(5):
        with killed_at(house, EnginePool, "scan", after=False):
            house.run()
    house.run()
    assert ended(house) == ("unknown", "failed")
    assert house.scans[0].findings[0]["id"] == "analysis.crashed"
    arrive(house, CLEAN)
    house.run()
    assert house.scans[-1].verdict == "clean"


def test_a_mistake_of_ours_is_tried_again_when_the_lease_is_over(house, monkeypatch):
    def broken(*_arguments, **_named):
        raise RuntimeError

    arrive(house)
    with monkeypatch.context() as patch:
        patch.setattr(EnginePool, "scan", broken)
        with pytest.raises(RuntimeError):
            house.run()
    assert list(house.settings.spool.iterdir()) == []
    house.clock.skip(31)
    house.run()
    assert ended(house) == ("malicious", "quarantined")


def test_who_lost_the_file_to_another_worker_writes_nothing(house, monkeypatch):
    scan = EnginePool.scan

    def slow(pool, *arguments, **named):
        monkeypatch.setattr(EnginePool, "scan", scan)
        house.clock.skip(31)
        house.services.scanner.run(house.scans[0].id)
        return scan(pool, *arguments, **named)

    monkeypatch.setattr(EnginePool, "scan", slow)
    ticket_id = arrive(house)
    house.run()
    assert ended(house) == ("malicious", "quarantined")
    assert len(house.decisions) == 1
    assert len(house.notes(ticket_id)) == len(house.mails) == 1


# -- who decides: person, block list, allow list, engine


@pytest.mark.parametrize(
    ("said", "verdict", "by"),
    [
        ((), "malicious", "engine"),
        (("allow",), "clean", "list"),
        (("allow", "block"), "malicious", "list"),
        (("allow", "block", "clean"), "clean", "person"),
    ],
)
def test_a_person_comes_before_the_block_list_that_before_the_allow_list_that_before_the_engine(
    house, said, verdict, by
):
    arrive(house)
    house.run()
    sha256 = house.scans[0].sha256
    for side in {"allow", "block"} & set(said):
        house.services.lists.add(Side(side), EntryKind.SHA256, sha256, actor="Ada")
    if "clean" in said:
        house.services.verdicts.by_person(house.scans[0].id, Verdict.CLEAN, reason="", actor="Ada")
    house.run()
    ticket_id = arrive(house, ("other.com", *EICAR[1:]))
    house.run()
    scan = next(scan for scan in house.scans if scan.ticket_id == ticket_id)
    assert (scan.verdict, scan.verdict_by) == (verdict, by)


def test_what_a_person_says_while_the_engine_is_at_work_counts(house, monkeypatch):
    arrive(house)
    house.run()
    scan = EnginePool.scan

    def slow(pool, *arguments, **named):
        report = scan(pool, *arguments, **named)
        house.services.verdicts.by_person(house.scans[0].id, Verdict.CLEAN, reason="", actor="Ada")
        return report

    monkeypatch.setattr(EnginePool, "scan", slow)
    ticket_id = arrive(house, ("other.com", *EICAR[1:]))
    house.run()
    [later] = [scan for scan in house.scans if scan.ticket_id == ticket_id]
    assert (later.verdict, later.verdict_by, later.state) == ("clean", "person", "done")
    assert house.notes(ticket_id) == []


def test_a_link_that_a_person_called_malicious_makes_a_file_suspicious(house):
    ticket = house.tenant.add_ticket("Hi", "See http://phish.example/login")
    house.notice(ticket.id)
    house.run()
    house.services.verdicts.by_person(house.scans[0].id, Verdict.MALICIOUS, reason="", actor="Ada")
    house.run()
    ticket_id = arrive(house, ("page.html", b'<a href="http://phish.example/login">in</a>', "text/html"))
    house.run()
    [scan] = [scan for scan in house.scans if scan.ticket_id == ticket_id]
    assert scan.verdict == "suspicious"
    assert house.notes(ticket_id) == []


def test_a_persons_malicious_on_a_file_that_could_not_be_fetched_takes_it_out(house):
    fault = house.tenant.fault(status=404, body="", times=1000, **CONTENT)
    ticket_id = arrive(house)
    house.run()
    assert ended(house) == ("unknown", "failed")
    fault.times = 0
    house.services.verdicts.by_person(house.scans[0].id, Verdict.MALICIOUS, reason="", actor="Ada")
    house.run()
    assert ended(house) == ("malicious", "quarantined")
    assert house.scans[0].sha256
    assert len(house.notes(ticket_id)) == len(house.mails) == 1
    _, content = house.services.files.open(house.scans[0].id)
    assert b"".join(content) == samples.eicar()


def test_a_persons_malicious_on_a_file_without_a_copy_is_told_as_not_done(house):
    house.tenant.fault(status=404, body="", times=1000, **CONTENT)
    ticket_id = arrive(house)
    house.run()
    house.services.verdicts.by_person(house.scans[0].id, Verdict.MALICIOUS, reason="", actor="Ada")
    house.run()
    assert ended(house) == ("malicious", "failed")
    assert "No copy could be made" in house.scans[0].reason
    assert len(house.notes(ticket_id)) == len(house.mails) == 1


def test_a_link_called_clean_before_anyone_was_told_is_not_told(house):
    house.services.lists.add(Side.BLOCK, EntryKind.DOMAIN, "phish.example", actor="Ada")
    ticket_id = arrive(house, CLEAN, text="See http://phish.example/login")
    house.tenant.fault(status=503, body="", times=1, **CONTENT)
    house.run(patience=1)
    [link] = [scan for scan in house.scans if scan.kind == "url"]
    house.services.verdicts.by_person(link.id, Verdict.CLEAN, reason="", actor="Ada")
    house.run()
    assert house.notes(ticket_id) == []
    assert house.mails == []


# -- what is remembered


def report(*findings, verdict=Verdict.SUSPICIOUS):
    return Report("0" * 64, 1, "text/plain", verdict, tuple(findings))


@pytest.mark.parametrize(
    ("finding", "remembered"),
    [
        (Finding("yara.odd", Severity.SUSPICIOUS, "a", "Odd"), True),
        (Finding("office.encrypted", Severity.UNKNOWN, "a", "Locked"), False),
        (Finding("limit.seconds", Severity.UNKNOWN, "a", "Too long"), False),
        (Finding("archive.encrypted", Severity.INFO, "a", "Opened with a password"), False),
    ],
)
def test_only_what_will_be_the_same_next_time_is_remembered(house, finding, remembered):
    cache = VerdictCache(house.services.database)
    cache.put("key", report(finding), 0.0)
    assert (cache.get("key") is not None) == remembered


def test_equal_content_is_scanned_once(house, monkeypatch):
    arrive(house, CLEAN)
    house.run()

    def again(*_arguments, **_named):
        raise Killed

    monkeypatch.setattr(EnginePool, "scan", again)
    arrive(house, CLEAN)
    house.run()
    assert [scan.verdict for scan in house.scans] == ["clean", "clean"]
