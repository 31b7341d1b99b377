"""What tickets get under a policy, from the call to the note; and that a simulation says it beforehand."""

from __future__ import annotations

import pytest

from app.engine.model import Verdict
from app.findings.policies.service import DEFAULT, Change
from app.findings.policy import Policy
from app.sandbox import samples
from app.tickets.lists import EntryKind, Side

EICAR = ("invoice.com", samples.eicar(), "application/octet-stream")
LOCKED = ("secret.zip", samples.locked_archive("never told anywhere 77"), "application/zip")
SCRIPT = ("tool.vbs", b'MsgBox "hello"\r\n', "text/plain")
PLAIN = ("notes.txt", b"nothing special", "text/plain")
WEEK = 7 * 86_400.0


def save(house, which=DEFAULT, **policy):
    return house.services.policies.save(which, Change({**Policy().to_dict(), **policy}, "Ada", "because"))


def make(house, title="Part", **policy):
    return house.services.policies.create("acme", Change({**Policy().to_dict(), **policy}, "Ada", "", title))


def ticket_with(house, *files, text="Please see the file.", requester=None, **fields):
    ticket = house.tenant.add_ticket("Invoice", text, list(files), requester=requester)
    ticket.fields.update(fields)
    house.notice(ticket.id)
    house.run()
    return ticket.id


def scan_of(house, name):
    return [scan for scan in house.scans if scan.name == name][-1]


def last_decision(house, name):
    scan = scan_of(house, name)
    return [decision for decision in house.decisions if decision.scan_id == scan.id][-1]


def shown_names(house, ticket_id):
    return [file["file_name"] for comment in house.tenant.comments(ticket_id) for file in comment["attachments"]]


def test_files_that_policy_only_observes_stay_and_nobody_is_told(house):
    save(house, files={"malicious": "observe"})
    ticket_id = ticket_with(house, EICAR)
    assert shown_names(house, ticket_id) == ["invoice.com"]
    assert house.notes(ticket_id) == house.mails == []
    assert scan_of(house, "invoice.com").verdict == "malicious"


def test_files_that_policy_tells_of_stay_and_a_note_says_so(house):
    save(house, files={"malicious": "note"})
    ticket_id = ticket_with(house, EICAR)
    assert shown_names(house, ticket_id) == ["invoice.com"]
    assert len(house.notes(ticket_id)) == len(house.mails) == 1


def test_what_could_not_be_judged_is_told_of_where_policy_says_so(house):
    save(house, files={"unknown": "note"})
    ticket_id = ticket_with(house, LOCKED)
    assert scan_of(house, "secret.zip").verdict == "unknown"
    assert shown_names(house, ticket_id) == ["secret.zip"]
    assert len(house.notes(ticket_id)) == 1


def test_what_could_not_be_judged_is_held_until_a_person_judges_it(house):
    save(house, files={"unknown": "hold"})
    ticket_id = ticket_with(house, LOCKED)
    scan = scan_of(house, "secret.zip")
    assert (scan.verdict, scan.state) == ("unknown", "quarantined")
    assert last_decision(house, "secret.zip").effect == "hold"
    assert shown_names(house, ticket_id) == ["redacted.txt"]
    [note] = house.notes(ticket_id)
    assert "secret" in note["html_body"]
    assert house.services.verdicts.by_person(scan.id, Verdict.CLEAN, reason="Asked the sender", actor="Ada")
    house.run()
    assert shown_names(house, ticket_id) == ["redacted.txt", "secret.zip"]
    assert scan_of(house, "secret.zip").state == "released"


def test_while_a_policy_only_observes_it_says_what_it_would_have_done_and_writes_nothing(house):
    save(house, observe_until=house.clock() + WEEK)
    house.known.lists()
    ticket_id = ticket_with(house, EICAR)
    assert shown_names(house, ticket_id) == ["invoice.com"]
    assert house.notes(ticket_id) == house.mails == house.actions == []
    decision = last_decision(house, "invoice.com")
    assert (decision.verdict, decision.effect, decision.withheld) == ("malicious", "nothing", "quarantine")
    assert "Only observed until" in decision.reason
    house.clock.skip(WEEK)
    after = ticket_with(house, EICAR)
    assert shown_names(house, after) == ["redacted.txt"]


def test_while_a_policy_only_observes_links_and_standing_verdicts_are_withheld_too(house):
    ticket_with(house, PLAIN)
    house.services.verdicts.by_person(scan_of(house, "notes.txt").id, Verdict.MALICIOUS, reason="", actor="Ada")
    house.run()
    save(house, observe_until=house.clock() + WEEK, links={"malicious": "redact"})
    house.services.lists.add(Side.BLOCK, EntryKind.DOMAIN, "phish.example", actor="Ada")
    ticket_id = ticket_with(house, PLAIN, text="Sign in at http://phish.example/login now")
    assert house.notes(ticket_id) == []
    assert shown_names(house, ticket_id) == ["notes.txt"]
    assert "http://phish.example/login" in house.tenant.comments(ticket_id)[0]["plain_body"]
    assert last_decision(house, "notes.txt").withheld == "quarantine"
    assert last_decision(house, "http://phish.example/login").withheld == "redact"


def test_what_was_only_observed_is_taken_out_when_it_is_judged_again_afterwards(house):
    save(house, observe_until=house.clock() + WEEK)
    ticket_id = ticket_with(house, EICAR)
    house.clock.skip(WEEK)
    house.services.rescans.order(scan_of(house, "invoice.com").id)
    house.run()
    assert shown_names(house, ticket_id) == ["redacted.txt"]
    house.services.rescans.order(scan_of(house, "invoice.com").id)
    house.run()
    assert len(house.notes(ticket_id)) == 1


def test_a_person_may_take_a_file_out_while_the_policy_only_observes(house):
    save(house, observe_until=house.clock() + WEEK)
    ticket_id = ticket_with(house, EICAR)
    house.services.verdicts.by_person(scan_of(house, "invoice.com").id, Verdict.MALICIOUS, reason="", actor="Ada")
    house.run()
    assert shown_names(house, ticket_id) == ["redacted.txt"]


def test_a_lifted_type_stays_in_the_ticket_and_its_finding_in_the_console(house):
    save(house, types={"lifted": [".vbs"]})
    ticket_id = ticket_with(house, SCRIPT)
    scan = scan_of(house, "tool.vbs")
    assert (scan.verdict, scan.engine_verdict) == ("clean", "restricted")
    assert [finding["id"] for finding in scan.findings] == ["type.script"]
    assert shown_names(house, ticket_id) == ["tool.vbs"]


def test_an_added_type_leaves_the_ticket_with_a_finding_that_says_why(house):
    save(house, types={"added": [".txt"]})
    ticket_id = ticket_with(house, PLAIN)
    scan = scan_of(house, "notes.txt")
    assert (scan.verdict, scan.engine_verdict, scan.state) == ("restricted", "clean", "quarantined")
    assert [finding["id"] for finding in scan.findings] == ["policy.type"]
    assert shown_names(house, ticket_id) == ["redacted.txt"]


def test_an_exception_from_a_rule_counts_for_the_scans_to_come_until_it_ends(house):
    ticket_with(house, EICAR)
    [rule] = {each["id"] for each in scan_of(house, "invoice.com").findings if each["severity"] == "malicious"}
    made = house.services.rule_exceptions.make(
        rule, reason="Our own test", author="Ada", expires_at=house.clock() + WEEK, connection="acme"
    )
    ticket_id = ticket_with(house, ("test.com", *EICAR[1:]))
    scan = scan_of(house, "test.com")
    assert (scan.engine_verdict, scan.verdict) == (
        "malicious",
        "restricted" if "type" in str(scan.findings) else "clean",
    )
    assert rule in [finding["id"] for finding in scan.findings]
    assert "Our own test" in last_decision(house, "test.com").reason
    assert shown_names(house, ticket_id) == ["test.com"]
    house.services.rule_exceptions.end(made["id"], author="Ada")
    assert shown_names(house, ticket_with(house, ("again.com", *EICAR[1:]))) == ["redacted.txt"]


def test_the_decision_names_the_version_that_decided(house):
    ticket_with(house, PLAIN)
    assert last_decision(house, "notes.txt").policy_version == Policy().version
    save(house, four_eyes=True)
    ticket_with(house, ("more.txt", b"more", "text/plain"))
    [version], _ = house.services.policies.versions(DEFAULT)
    assert last_decision(house, "more.txt").policy_version == version["version"] != Policy().version


def test_the_narrowest_policy_holds_and_the_ticket_is_read_once_for_it(house):
    make(house, "Brand 77", scope={"brand_ids": [77]}, files={"malicious": "observe"})
    before = len(house.tenant.calls())
    theirs = ticket_with(house, EICAR, ("b.com", *EICAR[1:]), brand_id=77)
    read = [call for call in house.tenant.calls()[before:] if call.path == f"/api/v2/tickets/{theirs}"]
    assert len(read) == 1
    assert shown_names(house, theirs) == ["invoice.com", "b.com"]
    assert shown_names(house, ticket_with(house, EICAR, brand_id=78)) == ["redacted.txt"]


def test_without_policies_that_ask_for_it_no_ticket_is_read(house):
    save(house, files={"malicious": "observe"})
    make(house, "All of acme", four_eyes=True)
    before = len(house.tenant.calls())
    ticket_id = ticket_with(house, PLAIN, text="See http://www.example.org/")
    assert [call for call in house.tenant.calls()[before:] if call.path == f"/api/v2/tickets/{ticket_id}"] == []


def test_requesters_are_told_apart_by_domain_and_role(house):
    domain = house.tenant.customers[0].email.rpartition("@")[2]
    scope = {"requesters": ["listed"], "domains": [domain]}
    make(house, "Partners", scope=scope, files={"malicious": "note"})
    ticket_id = ticket_with(house, EICAR, requester=house.tenant.customers[0])
    assert shown_names(house, ticket_id) == ["invoice.com"]
    from app.tickets.tables import tickets

    [row] = [row for row in house.rows(tickets) if row.ticket_id == ticket_id]
    assert (row.requester_domain, row.requester_role) == (domain, "end-user")


@pytest.mark.parametrize("chosen", ["redact", "observe"])
def test_links_do_as_the_policy_of_their_ticket_says(house, chosen):
    house.services.lists.add(Side.BLOCK, EntryKind.DOMAIN, "phish.example", actor="Ada")
    save(house, links={"malicious": chosen})
    ticket_id = ticket_with(house, text="Sign in at http://phish.example/login now")
    there = "phish.example" in house.tenant.comments(ticket_id)[0]["plain_body"]
    assert there is (chosen == "observe")
    assert len(house.notes(ticket_id)) == (0 if chosen == "observe" else 1)


def test_a_simulation_says_what_then_really_happens(house):
    ticket_with(house, EICAR, PLAIN, SCRIPT, LOCKED)
    draft = {
        **Policy().to_dict(),
        "files": {"malicious": "note", "unknown": "hold"},
        "types": {"added": [".txt"], "lifted": ["script"]},
    }
    simulation_id = house.services.simulator.start(draft, author="Ada", which=DEFAULT)
    house.queue.run()
    simulation = house.services.simulator.get(simulation_id)
    assert (simulation["state"], simulation["total"], simulation["looked"]) == ("done", 4, 4)
    foretold = {each["name"]: each["to"] for each in house.services.simulator.scans(simulation_id)[0]}
    assert set(foretold) == {"invoice.com", "notes.txt", "tool.vbs", "secret.zip"}
    assert sum(count["scans"] for count in simulation["counts"]) == simulation["changed"] == 4
    save(house, **{name: draft[name] for name in ("files", "types")})
    ticket_with(house, EICAR, PLAIN, SCRIPT, LOCKED)
    for name, to in foretold.items():
        decision = last_decision(house, name)
        assert {"verdict": decision.verdict, "effect": decision.effect} == to, name


def test_a_simulation_that_lost_its_worker_goes_on_where_it_was(house):
    ticket_with(house, EICAR)
    simulation_id = house.services.simulator.start({"files": {"malicious": "note"}}, author="Ada", which=DEFAULT)
    house.queue.waiting.clear()
    house.services.simulator.sweep()
    house.queue.run()
    assert house.services.simulator.get(simulation_id)["state"] == "done"
    assert house.services.simulator.get(simulation_id)["changed"] == 1
