"""The pages of policies and of exceptions from rules."""

from __future__ import annotations

from typing import Any

import pytest

from app.access.roles import Role
from app.findings.policies.service import DEFAULT, Change
from app.findings.policy import Policy
from tests.builders import NOON, a_connection, a_decision, a_scan
from tests.web.pages import browser_of, page, send, text

HOSTILE = "<img src=x onerror=alert(1)> \u05d0\u05d1\u05d2"


@pytest.fixture
def admin(site):
    return browser_of(site, Role.ADMIN)


def fields_of(document):
    """What a browser would send of the form as it stands."""
    found: dict[str, Any] = {}
    form = document.css_first("form.policy-form")
    for field in form.css("input, textarea, select"):
        name, kind = field.attributes.get("name"), field.attributes.get("type")
        if kind in ("radio", "checkbox"):
            if "checked" in field.attributes:
                found.setdefault(name, []).append(field.attributes.get("value", "on"))
        elif field.tag == "select":
            found[name] = [each.attributes["value"] for each in field.css("option") if "selected" in each.attributes]
        elif field.tag == "textarea":
            found[name] = field.text().removeprefix("\n")
        else:
            found[name] = field.attributes.get("value") or ""
    found.pop("csrf")
    return found


def save(site, **policy):
    return site.services.policies.save(DEFAULT, Change({**Policy().to_dict(), **policy}, "Ada", "because"))


def in_force(site):
    return site.services.policies.get(DEFAULT)


def test_the_list_says_what_each_policy_does_and_for_whom(site, admin):
    a_connection(site.database)
    document = {**Policy().to_dict(), "scope": {"brand_ids": [77]}, "files": {"unknown": "hold"}}
    site.services.policies.create("acme", Change(document, "Ada", "", "Brand 77"))
    found = text(page(admin.get("/policies")))
    for words in ("Default", "Brand 77", "Tickets with brand 77", "Hold", "as delivered"):
        assert words in found


def test_the_form_of_what_stands_changes_nothing_when_it_is_sent_back(site, admin):
    save(
        site,
        files={"malicious": "note", "unknown": "hold"},
        links={"malicious": "redact"},
        types={"added": [".iso", "archive"], "lifted": ["script", ".lnk"]},
        recipients=["a@acme.example", "b@acme.example"],
        mail={"language": "ja", "quiet_start": "22:00", "quiet_end": "06:00", "zone": "Asia/Tokyo", "digest": "daily"},
        four_eyes=True,
        observe_until=NOON + 86_400,
    )
    before = in_force(site)
    fields = fields_of(page(admin.get("/policies/default/edit")))
    page(send(admin, "/policies/default/save", **fields))
    assert in_force(site) == before


def test_a_draft_is_looked_at_and_then_saved_as_it_was_looked_at(site, admin):
    for _ in range(2):
        a_scan(site.database, verdict="unknown", name=HOSTILE)
    fields = fields_of(page(admin.get("/policies/default/edit"))) | {"file_unknown": "hold"}
    looking = page(send(admin, "/policies/default/look", **fields))
    assert "Looking" in text(looking)
    assert looking.css_first("[data-refresh]") is not None
    site.simulations.run()
    found = page(admin.get("/policies/simulations/1"))
    assert "2 of 2 would have come out differently" in text(found)
    assert HOSTILE.split(" ")[0] in text(found)
    assert found.css_first("img") is None
    page(send(admin, "/policies/simulations/1/save", reason="Seen"))
    saved = in_force(site)
    assert (saved["policy"]["files"]["unknown"], saved["reason"], saved["simulated"]) == ("hold", "Seen", True)


def test_a_draft_can_be_changed_after_the_look(site, admin):
    fields = fields_of(page(admin.get("/policies/default/edit"))) | {"add_extensions": "iso *.IMG"}
    send(admin, "/policies/default/look", **fields)
    again = fields_of(page(admin.get("/policies/simulations/1/edit")))
    assert again["add_extensions"] == ".img .iso"


def test_a_new_policy_begins_as_what_holds_and_is_saved_for_its_connection(site, admin):
    a_connection(site.database)
    save(site, four_eyes=True)
    fields = fields_of(page(admin.get("/policies/new"))) | {"title": HOSTILE, "group_ids": "5 6"}
    assert fields["four_eyes"] == ["on"]
    shown = page(send(admin, "/policies/new/save", **fields))
    assert "Tickets with group 5, 6" in text(shown)
    assert shown.css_first("main img") is None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("brand_ids", "seven", "Brands are named by their ids"),
        ("domains", "partner.example", "lists mail domains"),
        ("recipients", "nobody", "recipients must hold mail addresses"),
        ("add_extensions", "../x", "types.added"),
        ("observe_until", "soon", "only observes does not fit"),
        ("file_malicious", "explode", "files.malicious"),
        ("zone", "Mars/Base", "zone must be"),
        ("quiet_start", "25:99", "quiet_start"),
        ("digest_hour", "99999999", "digest_hour"),
        ("title", "x" * 101, "Give the policy a name"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(site, admin, field, value, said):
    a_connection(site.database)
    form = fields_of(page(admin.get("/policies/new"))) | {"reason": "My reason", field: value}
    document = page(send(admin, "/policies/new/save", **form), 422)
    assert said in text(document)
    again = fields_of(document)
    assert again["reason"] == "My reason"
    if field not in ("file_malicious",):
        assert again[field] == value
    assert len(site.services.policies.in_force()) == 1


def test_versions_show_their_differences_and_can_be_restored(site, admin):
    save(site, links={"malicious": "redact"})
    save(site)
    found = text(page(admin.get("/policies/default")))
    for words in ("Version 2", "Version 1", "Malicious link", "Redact", "saved without a look"):
        assert words in found
    page(send(admin, "/policies/default/restore", number="1", reason=""))
    assert in_force(site)["policy"]["links"]["malicious"] == "redact"
    assert "no version 0" in text(page(send(admin, "/policies/default/restore", number="-3")))


def test_a_policy_that_only_observes_says_what_it_would_have_done(site, admin):
    save(site, observe_until=NOON + 86_400)
    scan_id = a_scan(site.database)
    version = in_force(site)["version"]
    for policy_version, withheld in ((version, "quarantine"), (f"{version}+0123", "quarantine"), ("other", "redact")):
        a_decision(site.database, scan_id, policy_version=policy_version, effect="nothing", withheld=withheld)
    found = text(page(admin.get("/policies/default")))
    assert "It only observes until 2026-11-22 12:00 UTC" in found
    assert "quarantined 2 ." in found
    assert "only observes" in text(page(admin.get("/policies")))


def test_what_somebody_else_saved_meanwhile_is_not_written_over(site, admin):
    fields = fields_of(page(admin.get("/policies/default/edit")))
    save(site, four_eyes=True)
    assert "Somebody else has changed" in text(page(send(admin, "/policies/default/save", **fields), 422))
    assert in_force(site)["policy"]["four_eyes"] is True


def test_a_policy_is_ended(site, admin):
    a_connection(site.database)
    policy_id = site.services.policies.create("acme", Change({}, "Ada"))
    page(send(admin, f"/policies/{policy_id}/end"))
    assert len(site.services.policies.in_force()) == 1
    page(admin.get(f"/policies/{policy_id}"), 404)


def test_an_exception_is_made_by_one_click_from_where_the_rule_is_seen(site):
    analyst = browser_of(site, Role.ANALYST)
    a_connection(site.database)
    document = page(analyst.get("/policies/exceptions/new?rule=yara.eicar&connection=acme"))
    chosen = {each: document.css(each)[0].attributes["value"] for each in ("input[name=rule]", "option[selected]")}
    assert chosen == {"input[name=rule]": "yara.eicar", "option[selected]": "acme"}
    assert document.css("input[name=expires_at]")[0].attributes["value"] == "2026-12-21"
    form = {"rule": "yara.eicar", "connection": "acme", "reason": HOSTILE, "expires_at": "2026-12-31"}
    found = page(send(analyst, "/policies/exceptions/new", **form))
    assert "does not count any more" in text(found)
    assert found.css_first("main img") is None
    [made], _ = site.services.rule_exceptions.page()
    assert (made["reason"], made["connection"], made["holds"]) == (HOSTILE, "acme", True)
    assert "counts again" in text(page(send(analyst, f"/policies/exceptions/{made['id']}/end")))
    assert "ended already" in text(page(send(analyst, f"/policies/exceptions/{made['id']}/end")))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reason": ""}, "Say why"),
        ({"rule": "limit.size"}, "No exception can be made"),
        ({"rule": "<b>"}, "Name the rule by its id"),
        ({"expires_at": ""}, "within 90 days"),
        ({"expires_at": "2027-06-01"}, "within 90 days"),
        ({"expires_at": "soon"}, "The last day does not fit"),
        ({"connection": "nobody"}, "no connection"),
    ],
)
def test_an_exception_that_does_not_fit_is_said(site, change, said):
    analyst = browser_of(site, Role.ANALYST)
    form = {"rule": "yara.x", "connection": "", "reason": "Mine", "expires_at": "2026-12-31"} | change
    assert said in text(page(send(analyst, "/policies/exceptions/new", **form), 422))
    assert site.services.rule_exceptions.page()[0] == []


@pytest.mark.parametrize("path", ["/policies", "/policies/default", "/policies/exceptions"])
def test_a_viewer_reads_and_finds_no_button(site, path):
    viewer = browser_of(site, Role.VIEWER)
    document = page(viewer.get(path))
    assert [form.attributes["action"] for form in document.css("main form")] == []
    assert document.css("main a.primary") == []


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.ANALYST, "/policies/default/edit"),
        (Role.ANALYST, "/policies/new"),
        (Role.VIEWER, "/policies/exceptions/new"),
    ],
)
def test_a_form_is_only_for_who_may_send_it(site, role, path):
    page(browser_of(site, role).get(path), 403)
