"""The description of the API is valid, covers every route, and every answer fits it."""

from __future__ import annotations

import re

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.access.roles import Role
from app.adapters.providers.model import Kind
from app.providers.catalogue import ProviderName
from tests.builders import a_connection, a_decision, a_finding, a_notice, a_scan, an_action


@pytest.fixture
def document(site):
    return site.get("/openapi.json", None).get_json()


def test_the_description_needs_no_token_and_is_valid(site, document):
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


def test_every_route_is_described(site, document):
    routes = set()
    for rule in site.app.url_map.iter_rules():
        if rule.endpoint.startswith("api."):
            path = re.sub(r"<(?:[^:>]+:)?([a-z_]+)>", r"{\1}", rule.rule)
            routes |= {(path, method.lower()) for method in rule.methods - {"HEAD", "OPTIONS"}}
    described = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert described == routes


def test_the_routes_of_the_contract_are_there(document):
    assert {
        "/api/v1/scans", "/api/v1/scans/{scan_id}", "/api/v1/scans/{scan_id}/history",
        "/api/v1/scans/{scan_id}/verdict", "/api/v1/scans/{scan_id}/file", "/api/v1/lists/{side}",
        "/api/v1/lists/{side}/{entry_id}", "/api/v1/connections", "/api/v1/statistics", "/api/v1/audit",
        "/api/v1/openapi.json", "/api/v1/urls",
    } <= set(document["paths"])  # fmt: skip


def test_the_filters_of_the_contract_are_described(document):
    names = {parameter["name"] for parameter in document["paths"]["/api/v1/scans"]["get"]["parameters"]}
    assert names >= {
        "verdict", "kind", "connection", "ticket", "sha256", "state", "q", "since", "until", "cursor", "limit",
        "sender", "receiver", "channel",
    }  # fmt: skip


def whole_scan(database):
    link = {"raw": "x", "url": "https://x.example/", "where": "", "verdict": "clean", "reasons": ["r"]}
    scan = a_scan(database, verdict="malicious", findings=[a_finding()], urls=[link], reason="r")
    notice = a_notice(database)
    a_decision(database, scan, notice_id=notice)
    an_action(database, scan_id=scan)
    an_action(database, notice_id=notice, kind="mail", state="planned", started_at=None, finished_at=None)
    return scan


@pytest.mark.parametrize(
    ("method", "template", "path", "body"),
    [
        ("get", "/scans", "/scans", None),
        ("get", "/scans/{scan_id}", "/scans/1", None),
        ("get", "/scans/{scan_id}/history", "/scans/1/history", None),
        ("post", "/scans/{scan_id}/verdict", "/scans/1/verdict", {"verdict": "clean", "reason": ""}),
        ("get", "/lists/{side}", "/lists/block", None),
        ("post", "/lists/{side}", "/lists/block", {"kind": "domain", "value": "new.example"}),
        ("post", "/lists/{side}", "/lists/block", {"kind": "domain", "value": "old.example"}),
        ("get", "/connections", "/connections", None),
        ("get", "/statistics", "/statistics", None),
        ("get", "/audit", "/audit", None),
        ("post", "/urls", "/urls", {"url": "https://new.example.com/"}),
        ("post", "/urls", "/urls", {"url": 5}),
        ("get", "/connections/{name}/providers", "/connections/acme/providers", None),
        ("get", "/connections/{name}/providers", "/connections/nobody/providers", None),
        ("put", "/connections/{name}/providers", "/connections/acme/providers", {"shorteners": {"enabled": True}}),
        ("get", "/disclosures", "/disclosures", None),
        ("get", "/scans", "/scans?limit=0", None),
        ("get", "/scans/{scan_id}", "/scans/99", None),
    ],
)
def test_every_answer_fits_its_description(site, database, document, method, template, path, body):
    a_connection(database)
    whole_scan(database)
    site.post("/lists/block", json={"kind": "domain", "value": "old.example", "expires_at": "2027-01-01"})
    site.services.disclosures.begin(1, ProviderName.DNS_LISTS, "192.0.2.53", Kind.HOST, ["old.example"], [1])
    answer = site.call(method.upper(), path, Role.ADMIN, **({"json": body} if body else {}))
    described = document["paths"][f"/api/v1{template}"][method]["responses"][str(answer.status_code)]
    schema = described["content"][answer.mimetype]["schema"]
    OAS31Validator({**schema, "components": document["components"]}).validate(answer.get_json())
