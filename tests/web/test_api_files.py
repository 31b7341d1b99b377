"""``POST /files`` as programs call it: what fits, what is refused and loses nothing, what comes twice, and often."""

from __future__ import annotations

import io

import pytest

from app.access.roles import Role
from app.idempotency.tables import idempotency_keys
from app.web import build_web
from app.web.api import received
from app.web.api.rates import Rates
from tests.builders import Clock


def send(site, content=b"hello", name="a.txt", role=Role.ANALYST, headers=None, **fields):
    data = {"file": (io.BytesIO(content), name), **fields}
    return site.post("/files", role, data=data, headers=headers or {})


def test_a_file_is_taken_with_a_202_and_its_scan(site):
    answer = send(site, b"hello", "Ünïcode.txt")
    assert answer.status_code == 202
    scan = site.get(f"/scans/{answer.get_json()['scan_id']}").get_json()
    assert (scan["kind"], scan["name"], scan["size"]) == ("upload", "Ünïcode.txt", 5)
    assert (scan["state"], scan["connection"], scan["sender"]) == ("queued", "uploads", "the analyst")


def test_it_is_recorded_without_its_name(site):
    scan_id = send(site).get_json()["scan_id"]
    [line] = [each for each in site.get("/audit", Role.ADMIN).get_json()["results"] if each["event"] == "file.taken_in"]
    assert line["subject"] == f"scan:{scan_id}"
    assert "a.txt" not in str(line)


def test_nothing_of_it_stays_in_the_spool(site):
    send(site, b"x" * 100_000)
    assert list(site.services.settings.spool.iterdir()) == []


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"file": "a word and no file"},
        {"other": (io.BytesIO(b"x"), "a")},
        {"file": [(io.BytesIO(b"x"), "a"), (io.BytesIO(b"y"), "b")]},
    ],
)
def test_a_body_without_one_file_is_refused(site, data):
    answer = site.post("/files", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert list(site.services.settings.spool.iterdir()) == []


@pytest.mark.parametrize("fields", [{"pasword": "x"}, {"password": "x" * 201}, {"connection": "nobody"}])
def test_fields_that_do_not_fit_are_refused(site, fields):
    assert send(site, **fields).status_code == 422
    assert site.get("/scans").get_json()["results"] == []


def test_another_kind_of_body_is_refused(site):
    assert site.post("/files", json={"file": "x"}).status_code == 415


@pytest.mark.parametrize("body", [b"", b"--x", b"--x\r\n\r\n", b"no boundary at all"])
def test_a_form_that_cannot_be_read_is_refused(site, body):
    answer = site.post("/files", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 422


def test_a_file_that_is_too_large_is_refused_and_nothing_is_kept(site, monkeypatch):
    monkeypatch.setattr(received, "LARGEST_FILE", 1_000)
    assert send(site, b"x" * 1_001).status_code == 413
    assert send(site, b"x" * 1_000).status_code == 202
    assert len(site.get("/scans").get_json()["results"]) == 1


def test_a_disk_without_room_says_to_come_again(site, monkeypatch):
    monkeypatch.setattr(received, "_LEAST_FREE", 2**62)
    answer = send(site)
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)


def test_the_secret_of_callbacks_is_the_tokens_own(site):
    first = site.get("/callbacks/secret", Role.ANALYST).get_json()["secret"]
    assert first == site.get("/callbacks/secret", Role.ANALYST).get_json()["secret"]
    assert first != site.get("/callbacks/secret", Role.ADMIN).get_json()["secret"]
    assert site.get("/callbacks/secret", Role.VIEWER).status_code == 403


def test_an_unfinished_scan_is_not_judged_again(site):
    scan_id = send(site).get_json()["scan_id"]
    assert site.post(f"/scans/{scan_id}/rescan").status_code == 409
    assert site.post(f"/scans/{scan_id + 1}/rescan").status_code == 404


# ── the same request again ──────────────────────────────────────────────────

KEY = {"Idempotency-Key": "my-job-17"}


def test_a_file_that_is_sent_again_under_its_key_is_one_scan(site):
    first, again = send(site, headers=KEY), send(site, headers=KEY)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.get_json() == again.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(site.get("/scans").get_json()["results"]) == 1


def test_a_key_is_for_one_request_of_one_token(site):
    entry = {"kind": "domain", "value": "example.com", "reason": "x"}
    first = site.post("/lists/block", json=entry, headers=KEY)
    other = site.post("/lists/block", json={**entry, "value": "example.org"}, headers=KEY)
    admins = site.post("/lists/block", Role.ADMIN, json={**entry, "value": "example.net"}, headers=KEY)
    assert (first.status_code, other.status_code, admins.status_code) == (201, 422, 201)
    assert "another request" in other.get_json()["detail"]


def test_an_error_leaves_the_key_free(site):
    entry = {"kind": "domain", "value": "example.com", "reason": "x"}
    assert site.post("/lists/block", json={**entry, "kind": "planet"}, headers=KEY).status_code == 422
    assert site.post("/lists/block", json=entry, headers=KEY).status_code == 201


def test_a_key_is_forgotten_after_a_day(site):
    first = send(site, headers=KEY).get_json()["scan_id"]
    site.clock.now += 86_401
    assert send(site, headers=KEY).get_json()["scan_id"] != first


@pytest.mark.parametrize("key", ["", "x" * 256, "\x01", "ä"])
def test_a_key_that_does_not_fit_is_refused(site, key):
    answer = send(site, headers={"Idempotency-Key": key.encode().decode("latin-1")})
    assert answer.status_code == 400


def test_a_request_that_is_being_done_is_not_done_beside(site):
    entry = {"kind": "domain", "value": "example.com", "reason": "x"}
    first = site.post("/lists/block", json=entry, headers=KEY)
    _forget_the_answer(site)
    busy = site.post("/lists/block", json=entry, headers=KEY)
    assert (first.status_code, busy.status_code, busy.get_json()["code"]) == (201, 409, "in-progress")
    site.clock.now += 121  # its process died
    assert site.post("/lists/block", json=entry, headers=KEY).status_code in (200, 201)


def _forget_the_answer(site):
    with site.database.write() as connection:
        connection.execute(idempotency_keys.update().values(status=None, body=None, media_type=None))


# ── often ───────────────────────────────────────────────────────────────────


def test_a_token_that_calls_too_often_is_told_when_to_come_again(site):
    clock = Clock()
    client = build_web(site.services, rates=Rates(clock, per_minute=30)).test_client()

    def call(role):
        return client.get("/api/v1/scans/1", headers={"Authorization": f"Bearer {site.tokens[role]}"})

    assert {call(Role.VIEWER).status_code for _ in range(30)} == {404}
    late = call(Role.VIEWER)
    assert (late.status_code, late.headers["Retry-After"]) == (429, "2")
    assert call(Role.ANALYST).status_code == 404
    clock.now += 2
    assert [call(Role.VIEWER).status_code for _ in range(2)] == [404, 429]
