"""``/api/v1/policies``: policies, versions, simulations, exceptions from rules."""

from __future__ import annotations

import pytest

from app.access.roles import Role
from tests.builders import NOON, a_connection, a_finding, a_scan

DAY = 86_400.0


def put(site, which="default", role=Role.ADMIN, **body):
    return site.call("PUT", f"/policies/{which}", role, json={"policy": {}, **body})


def make(site, role=Role.ADMIN, **body):
    return site.call("POST", "/policies", role, json={"connection": "acme", "policy": {}, **body})


def exempt(site, role=Role.ANALYST, **body):
    whole = {"rule": "yara.eicar", "reason": "Our own test file", "expires_at": NOON + 30 * DAY, **body}
    return site.call("POST", "/policies/exceptions", role, json=whole)


def test_the_default_stands_before_anybody_wrote_it(site):
    [policy] = site.get("/policies").get_json()["results"]
    assert (policy["id"], policy["is_default"], policy["number"]) == (None, True, 0)
    assert policy["policy"]["files"]["malicious"] == "quarantine"
    assert site.get("/policies/default").get_json() == policy
    assert site.get("/policies/default/versions").get_json() == {"results": [], "next": None}


def test_a_save_is_a_new_version_with_its_author_reason_and_difference(site):
    saved = put(site, policy={"files": {"unknown": "hold"}}, reason="After the incident")
    assert saved.status_code == 200
    assert (saved.get_json()["number"], saved.get_json()["author"]) == (1, "the admin")
    put(site, policy={"files": {"unknown": "note"}})
    newest, first = site.get("/policies/default/versions").get_json()["results"]
    assert first["changes"] == [{"at": "files.unknown", "before": "observe", "after": "hold"}]
    assert newest["changes"] == [{"at": "files.unknown", "before": "hold", "after": "note"}]
    assert (first["reason"], first["simulated"]) == ("After the incident", False)
    assert site.get("/policies/default/versions/1").get_json()["policy"]["files"]["unknown"] == "hold"


def test_saving_what_stands_makes_no_version(site):
    put(site, policy={"four_eyes": True})
    assert put(site, policy={"four_eyes": True}).get_json()["number"] == 1


def test_an_older_version_is_restored_as_a_new_one(site):
    put(site, policy={"four_eyes": True})
    put(site, policy={})
    answer = site.call("POST", "/policies/default/versions/1/restore", json={"reason": "Too early"})
    assert (answer.get_json()["number"], answer.get_json()["policy"]["four_eyes"]) == (3, True)
    assert answer.get_json()["reason"] == "Version 1 again. Too early"
    versions = site.get("/policies/default/versions").get_json()["results"]
    assert versions[0]["version"] == versions[2]["version"]


def test_who_read_another_version_loses_nothing_and_saves_nothing(site):
    put(site, policy={"four_eyes": True}, expected=0)
    assert put(site, policy={}, expected=0).status_code == 409
    assert put(site, policy={}, expected=1).get_json()["number"] == 2


def test_a_connection_has_policies_of_its_own(site, database):
    a_connection(database)
    made = make(site, policy={"scope": {"brand_ids": [7]}}, title="Brand 7")
    assert (made.status_code, made.get_json()["connection"]) == (201, "acme")
    assert make(site, policy={"scope": {"brand_ids": [7, 8]}}).status_code == 409
    assert make(site, policy={"scope": {"brand_ids": [9]}}).status_code == 201
    assert make(site).status_code == 201
    assert make(site).status_code == 409
    assert len(site.get("/policies?connection=acme").get_json()["results"]) == 4
    policy_id = made.get_json()["id"]
    assert site.call("DELETE", f"/policies/{policy_id}").status_code == 204
    assert site.get(f"/policies/{policy_id}").status_code == 404
    assert make(site, policy={"scope": {"brand_ids": [7, 8]}}).status_code == 201


def test_the_default_is_for_everybody_and_stays(site):
    assert put(site, policy={"scope": {"brand_ids": [1]}}).status_code == 422
    default = put(site, policy={"four_eyes": True}).get_json()["id"]
    assert site.call("DELETE", f"/policies/{default}").status_code == 409


@pytest.mark.parametrize(
    "policy",
    [
        {"files": {"malicious": "redact"}}, {"files": {"clean": "note"}}, {"links": {"unknown": "redact"}},
        {"types": {"added": ["program"]}}, {"types": {"added": ["\u0000"]}}, {"recipients": ["x"]}, {"extra": 1},
        {"mail": {"language": "tlh"}}, {"mail": {"zone": "../../etc"}}, {"mail": {"quiet_start": "22:00"}},
        {"observe_until": "2050-01-01"}, {"observe_until": True}, {"scope": {"requesters": ["listed"]}}, [], None,
        {"scope": {"brand_ids": [2**63]}}, {"scope": {"domains": ["a"] * 201}},
    ],
)  # fmt: skip
def test_a_policy_that_does_not_fit_is_a_422_and_nothing_is_saved(site, policy):
    assert put(site, policy=policy).status_code == 422
    assert site.get("/policies/default").get_json()["number"] == 0


@pytest.mark.parametrize("which", ["0", "nobody", "99", "9" * 40, "default%00", "１"])
def test_an_unknown_policy_is_a_404(site, which):
    assert site.get(f"/policies/{which}").status_code == 404
    assert put(site, which).status_code == 404


def test_the_choice_for_links_of_a_connection_is_a_version_of_its_policy(site, database):
    a_connection(database)
    answer = site.call("PATCH", "/connections/acme", json={"links": "redact"})
    assert answer.get_json()["links"] == "redact"
    [_, policy] = site.get("/policies").get_json()["results"]
    assert (policy["policy"]["links"]["malicious"], policy["author"]) == ("redact", "the admin")
    put(site, policy["id"], policy={"links": {"malicious": "observe"}})
    assert site.get("/connections").get_json()["results"][0]["links"] == "observe"
    site.call("PATCH", "/connections/acme", json={"links": "note"})
    assert site.get(f"/policies/{policy['id']}").get_json()["number"] == 3


def test_a_simulation_counts_what_would_have_come_out_differently(site, database):
    a_connection(database)
    findings = [a_finding(confidence="high", technique="")]
    for _ in range(3):
        a_scan(database, verdict="malicious", engine_verdict="malicious", findings=findings, name="<b>\u202eevil.exe")
    a_scan(database, verdict="clean")
    a_scan(database, verdict="malicious", verdict_by="person")
    a_scan(database, verdict="malicious", created_at=NOON - 31 * DAY)
    draft = {"files": {"malicious": "note"}}
    started = site.call("POST", "/policies/default/simulate", json={"policy": draft})
    assert (started.status_code, started.get_json()["state"]) == (202, "running")
    site.simulations.run()
    path = f"/policies/simulations/{started.get_json()['id']}"
    found = site.get(path).get_json()
    assert (found["state"], found["looked"], found["total"], found["changed"]) == ("done", 4, 4, 3)
    outcome = {"verdict": "malicious", "effect": "quarantine"}
    assert found["counts"] == [{"from": outcome, "to": {**outcome, "effect": "tell"}, "scans": 3}]
    first = site.get(f"{path}/scans?limit=2").get_json()
    rest = site.get(f"{path}/scans?limit=2&cursor={first['next']}").get_json()
    assert [each["from"] for each in first["results"] + rest["results"]] == [outcome] * 3
    assert rest["next"] is None
    assert put(site, policy=draft).get_json()["simulated"] is True


def test_a_new_policy_is_simulated_for_its_connection_alone(site, database):
    a_scan(database, connection_id=a_connection(database), verdict="unknown")
    a_scan(database, connection_id=a_connection(database, name="other"), verdict="unknown")
    body = {"connection": "acme", "policy": {"files": {"unknown": "hold"}}}
    started = site.call("POST", "/policies/simulate", json=body).get_json()
    site.simulations.run()
    found = site.get(f"/policies/simulations/{started['id']}").get_json()
    assert (found["looked"], found["changed"]) == (1, 1)


def test_scans_of_tickets_that_were_never_read_are_counted_as_unplaced(site, database):
    a_scan(database, connection_id=a_connection(database), verdict="unknown")
    body = {"connection": "acme", "policy": {"scope": {"brand_ids": [5]}, "files": {"unknown": "hold"}}}
    started = site.call("POST", "/policies/simulate", json=body).get_json()
    site.simulations.run()
    found = site.get(f"/policies/simulations/{started['id']}").get_json()
    assert (found["changed"], found["unplaced"]) == (0, 1)


def test_an_exception_is_made_listed_and_ended(site, database):
    a_connection(database)
    made = exempt(site, connection="acme")
    assert made.status_code == 201
    assert (made.get_json()["author"], made.get_json()["holds"]) == ("the analyst", True)
    assert site.get("/policies/exceptions?standing=true").get_json()["results"] == [made.get_json()]
    again = exempt(site, connection="acme", reason="Still")
    assert len(site.get("/policies/exceptions?standing=true").get_json()["results"]) == 1
    ended = site.call("DELETE", f"/policies/exceptions/{again.get_json()['id']}", Role.ANALYST)
    assert ended.status_code == 204
    assert site.get("/policies/exceptions?standing=true").get_json()["results"] == []
    assert len(site.get("/policies/exceptions?rule=yara.eicar").get_json()["results"]) == 2


@pytest.mark.parametrize(
    ("role", "expires_at", "status"),
    [
        (Role.ANALYST, NOON + 90 * DAY, 201),
        (Role.ANALYST, NOON + 91 * DAY, 422),
        (Role.ANALYST, None, 422),
        (Role.ADMIN, None, 201),
        (Role.ADMIN, NOON + 900 * DAY, 201),
        (Role.ADMIN, NOON, 422),
        (Role.VIEWER, NOON + DAY, 403),
    ],
)
def test_the_role_says_how_long_an_exception_may_last(site, role, expires_at, status):
    assert exempt(site, role, expires_at=expires_at).status_code == status


@pytest.mark.parametrize(
    "body",
    [
        {"rule": "limit.size"}, {"rule": "list.block.url"}, {"rule": "A"}, {"rule": ""}, {"rule": None},
        {"reason": ""}, {"reason": "  "}, {"reason": "x" * 1001}, {"reason": "\u0000"}, {"expires_at": "soon"},
        {"scope": {"brand_ids": [1]}}, {"scope": {"requesters": ["friend"]}}, {"extra": 1},
    ],
)  # fmt: skip
def test_an_exception_that_does_not_fit_is_a_422(site, body):
    assert exempt(site, **body).status_code == 422


def test_an_exception_for_nobody_is_a_404(site):
    assert exempt(site, connection="nobody").status_code == 404
    assert site.call("DELETE", "/policies/exceptions/7").status_code == 404


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST])
def test_only_an_admin_changes_policies(site, database, role):
    a_connection(database)
    assert put(site, role=role).status_code == 403
    assert make(site, role).status_code == 403
    for path in ("/policies/default/simulate", "/policies/default/versions/1/restore"):
        assert site.call("POST", path, role, json={}).status_code == 403
    assert site.call("DELETE", "/policies/1", role).status_code == 403
    assert site.get("/policies", role).status_code == 200


def test_every_change_stands_in_the_audit_trail_without_addresses(site, database):
    a_connection(database)
    put(site, policy={"recipients": ["secret.person@acme.example"]})
    exempt(site, connection="acme")
    lines = site.get("/audit", Role.ADMIN).get_json()["results"]
    assert [line["event"] for line in lines][:2] == ["exception.added", "policy.changed"]
    assert "secret.person" not in str(lines)
