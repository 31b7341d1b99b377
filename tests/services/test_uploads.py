"""Files that others send: taken, kept, judged, told of with every verdict, judged again, and never lost on the way."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace

import orjson
import pytest
import pyzipper
from sqlalchemy import select, update
from werkzeug import Response

from app.access.roles import Role
from app.adapters.signed_post import SignedPost, signature
from app.engine.model import Verdict
from app.errors import Rejected
from app.sandbox import samples
from app.tickets.lists import EntryKind, Side
from app.tickets.service.callbacks import GIVE_UP_SECONDS
from app.tickets.service.uploads import Upload
from app.tickets.tables import scans, uploads

TEST_FILE = samples.eicar()


def told(server):
    return [orjson.loads(request.get_data()) for request, _ in server.log]


@pytest.fixture
def receiver(httpserver):
    httpserver.expect_request("/told", method="POST").respond_with_data("")
    return httpserver


@pytest.fixture
def sender(house, receiver):
    """Sends content through the service, and returns the id of its scan."""
    host = f"{receiver.host}:{receiver.port}"
    house.services.uploads._gate = house.services.callbacks._receiver = SignedPost(frozenset({host}))

    def send(content, name="a.bin", *, tell=True, **more):
        path = house.settings.home / "came"
        path.write_bytes(content)
        upload = Upload(path, hashlib.sha256(content).hexdigest(), len(content), name, **more)
        if tell:
            upload = replace(upload, callback_url=receiver.url_for("/told"))
        return house.services.uploads.take(upload, actor="a tool", token_id=7)

    return send


def shown(house, scan_id):
    found = house.services.queries.detail(scan_id)
    assert found is not None
    return found


def row(house, scan_id):
    with house.services.database.read() as connection:
        return connection.execute(select(uploads).where(uploads.c.scan_id == scan_id)).one()


def test_a_file_is_judged_and_nothing_is_done_about_it(house, sender):
    scan_id = sender(TEST_FILE, "mal.com")
    house.queue.run()
    scan = shown(house, scan_id)
    assert (scan["kind"], scan["verdict"], scan["state"]) == ("upload", "malicious", "done")
    assert (scan["connection"], scan["ticket_id"], scan["sender"]) == ("uploads", None, "a tool")
    assert scan["actions"] == []


def test_its_sender_is_told_once_with_a_signature(house, sender, receiver):
    scan_id = sender(TEST_FILE, "mal.com")
    house.queue.run()
    house.services.callbacks.sweep()
    house.queue.run()
    [(request, _)] = receiver.log
    body = request.get_data()
    key = house.services.callbacks.secret(7)
    stamp = request.headers["X-Deskwarden-Signature-Timestamp"]
    assert request.headers["X-Deskwarden-Signature"] == signature(key, stamp, body)
    message = orjson.loads(body)
    assert (message["event"], message["scan_id"], message["scan"]["verdict"]) == ("scan.judged", scan_id, "malicious")


def test_a_verdict_of_a_person_is_told_too(house, sender, receiver):
    scan_id = sender(TEST_FILE, "mal.com")
    house.queue.run()
    house.services.verdicts.by_person(scan_id, Verdict.CLEAN, reason="a test file", actor="Ann")
    house.services.callbacks.sweep()
    house.queue.run()
    assert [message["scan"]["verdict"] for message in told(receiver)] == ["malicious", "clean"]
    deliveries = [request.headers["X-Deskwarden-Delivery"] for request, _ in receiver.log]
    assert len(set(deliveries)) == 2


def test_a_receiver_that_is_away_is_told_later(house, sender, receiver):
    receiver.clear()
    receiver.expect_ordered_request("/told").respond_with_data("", status=503, headers={"Retry-After": "40"})
    receiver.expect_ordered_request("/told").respond_with_data("")
    scan_id = sender(b"hello", "a.txt")
    house.queue.run()
    assert "HTTP 503" in row(house, scan_id).error
    house.clock.skip(30)
    house.services.callbacks.sweep()
    house.queue.run()
    assert len(receiver.log) == 1
    house.clock.skip(11)
    house.services.callbacks.sweep()
    house.queue.run()
    assert len(receiver.log) == 2
    assert (row(house, scan_id).callback_at, row(house, scan_id).error) == (None, None)


@pytest.mark.parametrize(("status", "says"), [(404, "nothing at the address"), (302, "forwards elsewhere")])
def test_a_receiver_that_will_never_take_it_is_asked_once(house, sender, receiver, status, says):
    receiver.clear()
    receiver.expect_request("/told").respond_with_response(Response("", status, {"Location": receiver.url_for("/x")}))
    scan_id = sender(b"hello", "a.txt")
    house.queue.run()
    house.clock.skip(4_000)
    house.services.callbacks.sweep()
    house.queue.run()
    assert len(receiver.log) == 1
    assert says in row(house, scan_id).error


def test_telling_ends_after_a_day_and_says_why(house, sender, receiver):
    receiver.clear()
    receiver.expect_request("/told").respond_with_data("", status=500)
    scan_id = sender(b"hello", "a.txt")
    house.queue.run()
    house.clock.skip(GIVE_UP_SECONDS + 1)
    house.services.callbacks.sweep()
    house.queue.run()
    assert row(house, scan_id).callback_at is None
    assert "HTTP 500" in row(house, scan_id).error


@pytest.mark.parametrize(
    "url", ["http://example.com/x", "https://user:word@example.com/", "ftp://example.com/", "/x", "https://h:8443/"]
)
def test_an_address_that_may_never_be_told_is_refused_at_once_and_nothing_is_kept(house, sender, url):
    with pytest.raises(Rejected):
        sender(b"hello", tell=False, callback_url=url)
    with house.services.database.read() as connection:
        assert connection.execute(select(scans)).all() == []


def test_a_private_address_is_not_told(house, sender):
    scan_id = sender(b"hello", "a.txt", tell=False, callback_url="https://10.0.0.1/told")
    house.queue.run()
    assert "may not be sent to" in row(house, scan_id).error


@pytest.mark.parametrize("password", ["s3cret", "mit zwei Worten"])
def test_a_password_opens_what_is_locked(house, sender, password):
    content = io.BytesIO()
    with pyzipper.AESZipFile(content, "w", compression=zipfile.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password.encode())
        archive.writestr("mal.com", TEST_FILE)
    scan_id = sender(content.getvalue(), "locked.zip", password=password)
    house.queue.run()
    assert shown(house, scan_id)["verdict"] == "malicious"
    assert password.encode() not in row(house, scan_id).password


def test_the_original_can_be_taken_and_judged_again(house, sender, receiver):
    scan_id = sender(b"hello", "a.txt")
    house.queue.run()
    _, pieces = house.services.files.open(scan_id)
    assert b"".join(pieces) == b"hello"
    house.services.rescans.order(scan_id)
    assert shown(house, scan_id)["state"] == "queued"
    house.queue.run()
    assert (shown(house, scan_id)["state"], shown(house, scan_id)["verdict"]) == ("done", "clean")
    assert len(receiver.log) == 2


def test_a_worker_that_dies_before_it_scans_leaves_the_file_to_another(house, sender):
    scan_id = sender(TEST_FILE, "mal.com")
    house.queue.waiting.clear()
    house.clock.skip(31)
    house.services.relay.due_work()
    house.queue.run()
    assert shown(house, scan_id)["verdict"] == "malicious"


def test_a_copy_that_was_lost_ends_as_unknown_with_the_reason(house, sender):
    scan_id = sender(b"hello", "a.txt")
    for path in (house.settings.home / "vault").rglob("*.sealed"):
        path.unlink()
    house.queue.run()
    scan = shown(house, scan_id)
    assert (scan["verdict"], scan["state"]) == ("unknown", "failed")
    assert "no longer in quarantine" in scan["reason"]


def test_a_name_is_kept_as_far_as_it_can_be(house, sender):
    assert shown(house, sender(b"a", "x" * 5_000))["name"] == "x" * 1_000
    assert shown(house, sender(b"a", ""))["name"] == "file"
    assert shown(house, sender(b"a", "a\0b\ud800"))["name"] == "a\ufffdb?"


def test_over_http_it_is_one_call(house):
    token = house.services.access.create_token("a tool", Role.ANALYST)
    answer = house.web.test_client().post(
        "/api/v1/files",
        data={"file": (io.BytesIO(TEST_FILE), "mal.com")},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 202
    house.queue.run()
    assert shown(house, answer.get_json()["scan_id"])["verdict"] == "malicious"
    assert list(house.settings.spool.iterdir()) == []


def test_a_file_in_quarantine_stays_there_however_often_it_is_judged_again(house):
    ticket = house.tenant.add_ticket("Invoice", "See it.", [("invoice.com", samples.eicar(), "application/x")])
    house.notice(ticket.id)
    house.run()
    [scan] = house.scans
    writes, mails = house.writes(), len(house.mails)
    house.services.rescans.order(scan.id)
    house.run()
    after = shown(house, scan.id)
    assert (after["state"], after["verdict"]) == ("quarantined", "malicious")
    assert (house.writes(), len(house.mails)) == (writes, mails)


def test_a_file_that_todays_lists_block_is_taken_out_when_it_is_judged_again(house):
    ticket = house.tenant.add_ticket("Report", "See it.", [("report.txt", b"All is well.", "text/plain")])
    house.notice(ticket.id)
    house.run()
    [scan] = house.scans
    assert scan.verdict == "clean"
    house.services.lists.add(Side.BLOCK, EntryKind.SHA256, scan.sha256, reason="seen elsewhere", actor="Ann")
    house.services.rescans.order(scan.id)
    house.run()
    assert (shown(house, scan.id)["state"], shown(house, scan.id)["verdict"]) == ("quarantined", "malicious")
    assert len(house.notes(ticket.id)) == 1


def test_a_link_is_judged_again_at_once(house):
    ticket = house.tenant.add_ticket("Link", "See https://late.example.com/x", [])
    house.notice(ticket.id)
    house.run()
    [scan] = house.scans
    house.services.lists.add(Side.BLOCK, EntryKind.HOST, "late.example.com", reason="seen elsewhere", actor="Ann")
    house.services.rescans.order(scan.id)
    house.run()
    assert shown(house, scan.id)["verdict"] == "malicious"


def test_what_is_under_way_is_not_ordered_again(house, sender):
    scan_id = sender(b"hello", "a.txt")
    with pytest.raises(Rejected, match="not finished"):
        house.services.rescans.order(scan_id)
    with pytest.raises(Rejected, match="no scan"):
        house.services.rescans.order(scan_id + 1)


def test_a_token_has_a_secret_of_its_own(house):
    secret = house.services.callbacks.secret
    assert secret(1) == secret(1) != secret(2)
    assert len(secret(1)) >= 26


def test_two_workers_tell_once(house, sender, receiver):
    scan_id = sender(b"hello", "a.txt")
    house.queue.run()
    with house.services.database.write() as connection:
        connection.execute(update(uploads).values(callback_at=1.0, next_at=0.0, leased_until=house.clock() + 20))
    house.services.callbacks.run(scan_id)
    assert len(receiver.log) == 1
