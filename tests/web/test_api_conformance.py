"""The API under calls made up from its own description: nothing breaks, and every answer is one that is described."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.access.roles import Role
from tests.builders import a_decision, a_finding, a_list_entry, a_scan
from tests.web.site import Site

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def described(one_site):
    """The API with a scan and a list entry that calls may meet, as its description tells of it."""
    one_site.reset()
    a_decision(one_site.database, a_scan(one_site.database, id=1, verdict="malicious", findings=[a_finding()]))
    a_list_entry(one_site.database, id=1)
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", one_site.app)


LIMITS = settings(
    max_examples=5,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_no_call_breaks_anything_or_is_answered_otherwise_than_described(described, one_site):
    wrong = {}
    for found in described.get_all_operations():
        operation = found.ok()
        try:
            _try(operation, one_site)
        except (FailureGroup, Failure) as failure:
            wrong[operation.label] = _told(failure)
    assert wrong == {}


def _try(operation: Any, site: Site) -> None:
    """Call one operation with made-up parameters and bodies. What an earlier call did to the token is undone first."""

    @LIMITS
    @given(case=operation.as_strategy())
    def call(case):
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

    token = site.services.access.create_token("made-up calls", Role.ADMIN)
    call()


def _told(failure: Any) -> str:
    group = failure.exceptions if isinstance(failure, FailureGroup) else [failure]
    return "; ".join(f"{each.title}: {each.message[:400]}" for each in group)
