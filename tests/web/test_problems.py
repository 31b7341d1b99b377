"""Errors, headers, health and metrics: what every answer has, whatever happens."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.access.roles import Role
from app.errors import Misconfigured, Rejected, Temporary
from app.web.auth import public
from tests.builders import a_call, a_scan, an_action
from tests.web.site import Site


def failing(site, error, path="/api/v1/fails"):
    """The answer of a view that raises."""

    @public
    def fails():
        raise error

    site.app.add_url_rule(path, "fails", fails)
    return site.app.test_client().get(path)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Rejected("There is no scan 1.", code="not-found"), 404),
        (Rejected("It is gone.", code="gone"), 410),
        (Rejected("It is not finished.", code="not-finished"), 409),
        (Rejected("It does not fit.", code="whatever"), 422),
        (Temporary("The database did not answer.", code="database"), 503),
        (Misconfigured("No key.", code="key.other"), 503),
        (ValueError("secret inside"), 500),
        (MemoryError(), 500),
    ],
)
def test_each_family_of_errors_has_its_status(new_site, error, status):
    answer = failing(new_site, error)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["status"] == status


def test_what_is_temporary_says_when_to_try_again(new_site):
    answer = failing(new_site, Temporary("Busy.", code="busy", retry_after=7.4))
    assert answer.headers["Retry-After"] == "7"


@pytest.mark.parametrize("path", ["/api/v1/fails", "/fails"])
def test_nothing_of_an_unforeseen_error_gets_out(new_site, path):
    answer = failing(new_site, ValueError("secret inside"), path)
    assert answer.status_code == 500
    assert "secret inside" not in answer.text
    assert "ValueError" not in answer.text


def test_an_unknown_route_of_the_api_is_a_problem_document(site):
    answer = site.get("/nothing")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_a_wrong_method_says_which_are_right(site):
    answer = site.call("PUT", "/scans")
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_an_unknown_page_is_a_page(site):
    answer = site.app.test_client().get("/nothing")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")


@pytest.mark.parametrize(
    "path", ["/sign-in", "/scans", "/nothing", "/api/v1/scans", "/healthz", "/metrics", "/static/console.css", "/fails"]
)
def test_every_answer_carries_the_security_headers(new_site, path):
    answer = failing(new_site, ValueError(), path) if path == "/fails" else new_site.app.test_client().get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    answer.close()


def test_nothing_but_static_files_may_be_kept(site):
    client = site.app.test_client()
    assert client.get("/api/v1/scans").headers["Cache-Control"] == "no-store"
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"
    with client.get("/static/console.css") as answer:
        assert "immutable" in answer.headers["Cache-Control"]


def test_the_service_says_that_it_is_alive(site):
    assert site.app.test_client().get("/healthz").get_json() == {"alive": True}


def test_the_service_is_ready_when_every_part_is(site):
    answer = site.app.test_client().get("/readyz")
    assert (answer.status_code, answer.get_json()["ready"]) == (200, True)


def test_the_service_is_not_ready_when_a_part_is_not(site):
    site.services.health.parts["broker"] = {"ok": False, "detail": "does not answer"}
    answer = site.app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["parts"]["broker"] == {"ok": False, "detail": "does not answer"}


def test_metrics_show_the_stored_state(site, database):
    a_scan(database, verdict="malicious", state="quarantined")
    an_action(database)
    a_call(database)
    families = text_string_to_metric_families(site.app.test_client().get("/metrics").text)
    found = {
        (sample.name, *sorted(sample.labels.items())): sample.value for family in families for sample in family.samples
    }
    assert found["deskwarden_scans", ("state", "quarantined"), ("verdict", "malicious")] == 1
    assert found["deskwarden_actions", ("kind", "redact"), ("state", "done")] == 1
    assert found["deskwarden_inbox_waiting",] == 1


def test_two_applications_in_one_process_have_metrics_of_their_own(site, tmp_path):
    (tmp_path / "other").mkdir()
    other = Site(tmp_path / "other")
    a_scan(site.database)
    assert 'deskwarden_scans{state="done"' not in other.app.test_client().get("/metrics").text
    other.close()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
@pytest.mark.parametrize("body", [b"", b"\x00\xff", b"{}", b"csrf=x", b"[" * 3000])
def test_no_input_makes_a_server_error(site, database, method, body):
    a_scan(database)
    worst = []
    for path in ("/", "/sign-in", "/sign-in/x", "/scans", "/scans/1", "/scans/1/verdict", "/scans/1/file", "/mail",
                 "/api/v1/scans/1/verdict", "/api/v1/lists/block", "/api/v1/lists/block/1", "/api/v1/scans/1/file",
                 "/webhooks/zendesk/x", "/api//v1", "/api/v1/scans/%2e%2e", "/static/../app.py", "/%00"):  # fmt: skip
        for kind in (
            "application/json",
            "multipart/form-data; boundary=x",
            "text/csv",
            "application/x-www-form-urlencoded",
        ):
            headers = {"Authorization": f"Bearer {site.tokens[Role.ADMIN]}"}
            answer = site.app.test_client().open(path, method=method, data=body, content_type=kind, headers=headers)
            if answer.status_code >= 500:
                worst.append((method, path, kind, answer.status_code))
            answer.close()
    assert worst == []
