"""Who may call what: every route, with every role and without credentials, held against the table below.

The table is written by hand on purpose. A new route fails here until somebody has said for whom it is meant to be, and
a view that asks for less than the table says fails too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.access.roles import Role, allows
from app.web.auth import need_of
from tests.builders import a_scan
from tests.web.pages import member_of
from tests.web.site import Site

#: Who proves by other means than a role that they may: Zendesk's signature.
OWN_PROOF = {"webhooks.receive"}

EVERYBODY = {
    "api.openapi",
    "console.home", "console.redeem_welcome", "console.second_step", "console.sign_in",
    "console.single_sign_on_back", "console.single_sign_on_begin", "console.take_code",
    "console.take_credentials", "console.take_second_step", "console.welcome", "digest_off.ask",
    "digest_off.turn_off", "health.live", "health.metrics", "health.ready", "htmx", "static",
}  # fmt: skip

LEAST = {
    Role.VIEWER: {
        "api.add_remark", "api.ask_for_investigation", "api.change_investigation", "api.end_session",
        "api.export_audit", "api.export_scans", "api.get_actions", "api.get_audit_chain", "api.get_effects",
        "api.get_history", "api.get_investigation", "api.get_list", "api.get_policy", "api.get_policy_version",
        "api.get_rule", "api.get_scan", "api.get_sightings", "api.get_simulation", "api.get_statistics",
        "api.list_approvals", "api.list_audit", "api.list_connections", "api.list_disclosures",
        "api.list_investigations", "api.list_policies", "api.list_policy_versions", "api.list_rule_exceptions",
        "api.list_scans", "api.list_sessions", "api.list_simulated_scans", "api.list_views", "api.remove_view",
        "api.save_view",
        "console.account", "console.ask", "console.audit_export", "console.audit_line", "console.audit_trail",
        "console.begin_second_factor", "console.change_name", "console.change_password", "console.choose_language",
        "console.confirm_second_factor", "console.connections", "console.default_view", "console.end_other_sessions",
        "console.end_own_session", "console.feeds", "console.investigation", "console.investigations",
        "console.list_entries", "console.list_file", "console.lists", "console.mail", "console.mail_body",
        "console.one_mail", "console.overview", "console.policies", "console.policy", "console.policy_simulation",
        "console.providers", "console.remark", "console.remove_second_factor", "console.remove_view",
        "console.renew_recovery_codes", "console.rule_exceptions", "console.save_view", "console.scan",
        "console.scan_rule", "console.scans", "console.scans_file", "console.second_factor_picture",
        "console.sightings", "console.sign_out", "console.withdraw",
    },
    Role.ANALYST: {
        "api.add_to_list", "api.answer_investigation", "api.decide_approval", "api.draw_preview",
        "api.end_rule_exception", "api.get_callback_secret", "api.get_file", "api.get_preview_page",
        "api.get_verdicts", "api.give_verdict", "api.give_verdicts", "api.make_rule_exception",
        "api.remove_from_list", "api.rescan", "api.scan_file", "api.scan_urls", "api.verify_audit_chain",
        "console.add_list_entry", "console.answer_question", "console.audit_verify", "console.bulk",
        "console.bulk_confirm", "console.bulk_order", "console.decide", "console.draw_preview", "console.file",
        "console.import_list", "console.list_from_scan", "console.preview", "console.preview_page",
        "console.remove_list_entry", "console.reopen", "console.rule_exception", "console.rule_exception_end",
        "console.rule_exception_make", "console.second_person", "console.take",
    },
    Role.ADMIN: {
        "api.add_audit_stream", "api.change_audit_stream", "api.change_connection", "api.change_user",
        "api.create_token", "api.create_user", "api.create_user_link", "api.end_policy", "api.get_providers",
        "api.get_user", "api.list_audit_streams", "api.list_tokens", "api.list_users", "api.make_policy",
        "api.remove_audit_stream", "api.reset_second_factor", "api.restore_policy_version", "api.revoke_token",
        "api.save_policy", "api.set_providers", "api.simulate_new_policy", "api.simulate_policy",
        "console.add_audit_stream", "console.audit_streams", "console.change_audit_stream",
        "console.change_provider", "console.change_role", "console.disable_user", "console.enable_user",
        "console.end_session", "console.invite_user", "console.make_token", "console.make_user_link",
        "console.policy_edit", "console.policy_end", "console.policy_look", "console.policy_new",
        "console.policy_restore", "console.policy_save", "console.policy_simulation_edit",
        "console.policy_simulation_save", "console.remove_audit_stream", "console.reset_user_second_factor",
        "console.revoke_token", "console.save_single_sign_on", "console.send_mail_again", "console.sessions",
        "console.single_sign_on", "console.tokens", "console.try_single_sign_on", "console.users",
    },
}  # fmt: skip

_PARAMETER = re.compile(r"<(?:(?P<converter>\w+)(?:\((?P<items>[^)]*)\))?:)?(?P<name>\w+)>")


@dataclass(frozen=True)
class Call:
    """One method of one route, with an address that fits it."""

    endpoint: str
    method: str
    path: str

    @property
    def is_page(self) -> bool:
        return self.endpoint.startswith("console.")


def calls(site: Site) -> Iterator[Call]:
    for rule in site.app.url_map.iter_rules():
        path = _PARAMETER.sub(_example, rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Call(rule.endpoint, method, path)


def _example(match: re.Match[str]) -> str:
    if match["converter"] == "any":
        return match["items"].partition(",")[0].strip("'\" ")
    return "1" if match["converter"] in ("row", "int") else "x"


def rule_of(endpoint: str) -> Role | None:
    """Return the least role by the table, None for everybody."""
    return next((role for role, endpoints in LEAST.items() if endpoint in endpoints), None)


def test_every_route_stands_in_the_table_once(site):
    tables = [EVERYBODY, OWN_PROOF, *LEAST.values()]
    written = [endpoint for table in tables for endpoint in table]
    there = {rule.endpoint for rule in site.app.url_map.iter_rules()}
    assert sorted(there - set(written)) == [], "new routes: say in the table for whom they are"
    assert sorted(set(written) - there) == [], "routes that are gone"
    assert len(written) == len(set(written))


def test_every_view_asks_for_what_the_table_says(site):
    asked = {name: need_of(view) for name, view in site.app.view_functions.items() if name not in OWN_PROOF}
    assert {name: need for name, need in asked.items() if name != "static" and need != rule_of(name)} == {}


@pytest.mark.parametrize("role", [None, *Role])
def test_every_route_lets_in_whoever_may_and_nobody_else(site, role):
    a_scan(site.database)
    wrong = []
    browser = member_of(site, role)
    for call in calls(site):
        if call.endpoint in OWN_PROOF:
            continue
        answer = ask_page(browser, call) if call.is_page else ask_api(site, call, role)
        if (outcome := outcome_of(call, answer)) != expected(call, role):
            wrong.append((call.method, call.path, outcome, answer.status_code))
        answer.close()
        if call.is_page and call.method == "POST" and answer.status_code != 403:
            browser = member_of(site, role)  # some of them end the session
    assert wrong == []


def test_a_page_that_changes_something_takes_no_form_but_our_own(site):
    a_scan(site.database)
    taken = []
    for call in calls(site):
        if call.is_page and call.method == "POST":
            answer = member_of(site, Role.ADMIN).post(call.path, data={"csrf": "made up"})
            taken += [call.path] if answer.status_code != 400 else []
    assert taken == []


def expected(call: Call, role: Role | None) -> str:
    need = rule_of(call.endpoint)
    if need is None or (role is not None and allows(role, need)):
        return "let in"
    return "asked who it is" if role is None else "refused"


def outcome_of(call: Call, answer: Any) -> str:
    """Return in words what an answer means; one that our own mistake caused is none of them."""
    leads_to_sign_in = answer.status_code in (302, 303) and answer.headers["Location"].startswith("/sign-in?")
    if answer.status_code == 401 or leads_to_sign_in:
        own_door = rule_of(call.endpoint) is None
        return "let in" if own_door else "asked who it is"
    if answer.status_code == 403:
        return "refused"
    return "let in" if answer.status_code < 500 or answer.status_code == 503 else "broke"


def ask_api(site: Site, call: Call, role: Role | None) -> Any:
    headers = {} if role is None else {"Authorization": f"Bearer {site.tokens[role]}"}
    return site.app.test_client().open(call.path, method=call.method, headers=headers)


def ask_page(browser: FlaskClient, call: Call) -> Any:
    if call.method == "GET":
        return browser.get(call.path)
    with browser.session_transaction() as session:
        session["csrf"] = "ours"
    return browser.post(call.path, data={"csrf": "ours"})
