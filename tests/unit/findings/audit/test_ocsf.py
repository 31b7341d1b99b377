"""Events hold what OCSF 1.8.0 requires of their class; the numbers are those of schema.ocsf.io, written down here."""

from __future__ import annotations

import pytest

from app.findings.audit.ocsf import Source, event_of
from app.web.console import audit_words
from tests.unit.findings.audit.rows import a_row

SOURCE = Source("1.2.3", "deskwarden-abc", "https://desk.example")

#: What the schema requires of each class, besides what it requires of every event.
EVERY = {"activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"}
REQUIRED = {
    2004: {"finding_info"},
    3001: {"user"},
    3002: {"user", "service"},  # one of service and dst_endpoint
    3004: {"entity"},
    6003: {"actor", "api", "src_endpoint"},
}
CATEGORY = {2004: 2, 3001: 3, 3002: 3, 3004: 3, 6003: 6}
ACTIVITIES = {
    2004: {1, 2, 3},
    3001: set(range(1, 13)),
    3002: set(range(1, 8)),
    3004: set(range(1, 14)),
    6003: {1, 2, 3, 4},
}
EVENTS = [
    ("list.added", 3004, 1), ("list.removed", 3004, 4), ("list.imported", 3004, 1), ("connection.changed", 3004, 3),
    ("provider.changed", 3004, 3), ("feed.enabled", 3004, 8), ("feed.disabled", 3004, 9), ("stream.created", 3004, 1),
    ("policy.saved", 3004, 3), ("console.signed_in", 3002, 1), ("console.signed_out", 3002, 2),
    ("console.sign_in_refused", 3002, 1), ("console.code_refused", 3002, 1), ("account.created", 3001, 1),
    ("account.password_set", 3001, 3), ("account.disabled", 3001, 5), ("token.created", 3001, 1),
    ("token.revoked", 3001, 5), ("scan.judged", 2004, 1), ("verdict.given", 2004, 2), ("file.taken", 6003, 2),
    ("file.redacted", 6003, 4), ("file.released", 6003, 3), ("urls.taken", 6003, 1), ("audit.exported", 6003, 2),
    ("something.unheard_of", 6003, 99), ("nodot", 6003, 99),
]  # fmt: skip


@pytest.mark.parametrize(("name", "class_uid", "activity"), EVENTS)
def test_an_event_has_its_class_its_activity_and_what_they_require(name, class_uid, activity):
    event = event_of(a_row(event=name, detail={"verdict": "malicious"}), SOURCE)
    assert (event["class_uid"], event["activity_id"]) == (class_uid, activity)
    assert (EVERY | REQUIRED[class_uid]) <= set(event)
    assert event["category_uid"] == CATEGORY[class_uid]
    assert event["type_uid"] == class_uid * 100 + activity
    assert activity in ACTIVITIES[class_uid] | {99}
    assert 0 <= event["severity_id"] <= 6
    assert isinstance(event["time"], int)


@pytest.mark.parametrize("name", sorted(audit_words._EVENTS))
def test_every_event_of_ours_has_an_activity_of_its_own(name):
    # What fits none of the schema's activities: the trail telling of itself, and an account under another name or role.
    other = {"audit.broken", "audit.chained", "account.renamed", "account.role_changed"}
    assert (event_of(a_row(event=name), SOURCE)["activity_id"] == 99) == (name in other)


def test_the_metadata_names_the_version_the_product_and_a_stable_identifier():
    metadata = event_of(a_row(), SOURCE)["metadata"]
    assert metadata["version"] == "1.8.0"
    assert {"name", "vendor_name", "version"} <= set(metadata["product"])
    assert (metadata["uid"], metadata["sequence"]) == ("deskwarden-abc-17", 17)
    assert event_of(a_row(), SOURCE) == event_of(a_row(), SOURCE)


def test_who_and_from_where_stand_at_their_places():
    event = event_of(a_row(origin={"via": "api", "address": "203.0.113.7", "agent": "curl"}), SOURCE)
    assert event["actor"]["user"] == {"name": "ana", "type_id": 1, "type": "User"}
    assert event["src_endpoint"] == {"ip": "203.0.113.7"}
    assert event["http_request"] == {"user_agent": "curl"}


@pytest.mark.parametrize(
    ("origin", "endpoint"),
    [
        ({"via": "service"}, {"name": "Deskwarden"}),
        ({}, {"name": "Deskwarden"}),
        ({"via": "command", "host": "desk"}, {"hostname": "desk"}),
        (
            {"address": "10.0.0.1", "forwarded": "198.51.100.4, <script>, 2001:db8::1"},
            {"ip": "10.0.0.1", "intermediate_ips": ["198.51.100.4", "2001:db8::1"]},
        ),
    ],
)
def test_an_endpoint_is_never_empty_and_only_addresses_are_called_so(origin, endpoint):
    assert event_of(a_row(event="file.taken", origin=origin), SOURCE)["src_endpoint"] == endpoint


@pytest.mark.parametrize(
    ("verdict", "severity", "alert"), [("malicious", 4, True), ("suspicious", 3, False), ("unknown", 2, False)]
)
def test_a_detection_is_as_severe_as_its_verdict(verdict, severity, alert):
    row = a_row(event="scan.judged", subject="scan:9", actor="Deskwarden", detail={"verdict": verdict})
    event = event_of(row, SOURCE)
    assert (event["severity_id"], event["is_alert"], event["status_id"]) == (severity, alert, 1)
    assert event["finding_info"]["uid"] == "deskwarden-abc-scan:9"
    assert event["finding_info"]["src_url"] == "https://desk.example/scans/9"


def test_a_verdict_of_clean_resolves_the_same_finding():
    row = a_row(event="verdict.given", subject="scan:9", detail={"verdict": "clean"})
    event = event_of(row, SOURCE)
    assert (event["activity_id"], event["status_id"], event["is_alert"]) == (2, 4, False)
    assert event["finding_info"]["uid"] == "deskwarden-abc-scan:9"


def test_a_refused_sign_in_is_a_failed_logon():
    event = event_of(a_row(event="console.sign_in_refused", detail={"reason": "wrong"}), SOURCE)
    assert (event["type_uid"], event["status_id"], event["severity_id"]) == (300201, 2, 2)


def test_the_chain_travels_along():
    row = a_row()
    assert event_of(row, SOURCE)["unmapped"]["hash"] == row.hash
