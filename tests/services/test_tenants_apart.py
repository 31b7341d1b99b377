"""Two tenants with the same numbers for everything never meet."""

from __future__ import annotations

import pytest

from app.adapters.zendesk import ClientCredentials
from app.connections.service import Link
from app.connections.setup import SCOPES
from app.engine.model import Verdict
from app.sandbox import samples
from app.sandbox.server import CLIENT_ID, CLIENT_SECRET, Sandbox
from app.tickets.lists import EntryKind, Side
from app.tickets.service import redacting
from app.tickets.tables import inbox
from tests.house import House

EICAR = ("invoice.com", samples.eicar(), "application/octet-stream")


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(redacting, "VISIBLE_SECONDS", 0.0)


@pytest.fixture
def other():
    with Sandbox(kind=True) as tenant:
        yield tenant


@pytest.fixture
def house(tmp_path, tenant, other, engine):
    hosts = [url.removeprefix("http://") for each in (tenant, other) for url in (each.url, each.content_url)]
    house = House(tmp_path / "home", tenant, engine, DESKWARDEN_TRUSTED_HOSTS=",".join(hosts))
    house.connect()
    credentials = ClientCredentials(CLIENT_ID, CLIENT_SECRET, " ".join(SCOPES))
    house.services.connections.connect(Link("globex", other.url, credentials, ("security@globex.example",)))
    yield house
    house.services.database.close()


def arrive(house, *tenants):
    """Write the same ticket into tenants, and call for each."""
    ids = set()
    for number, tenant in enumerate((house.tenant, *tenants), start=1):
        ticket = tenant.add_ticket("Invoice", "See http://phish.example/login", [EICAR])
        ids.add(ticket.id)
        with house.services.database.write() as connection:
            connection.execute(
                inbox.insert().values(
                    connection_id=number,
                    invocation=f"same-{ticket.id}",
                    signature=f"same-{ticket.id}",
                    ticket_id=ticket.id,
                    received_at=house.clock(),
                )
            )
    [ticket_id] = ids
    return ticket_id


def names(tenant, ticket_id):
    return [file["file_name"] for comment in tenant.comments(ticket_id) for file in comment["attachments"]]


def test_each_tenant_has_its_own_quarantine_note_and_mail(house, other):
    ticket_id = arrive(house, other)
    house.run()
    for tenant, name in ((house.tenant, "acme"), (other, "globex")):
        assert names(tenant, ticket_id) == ["redacted.txt"]
        [note] = [comment for comment in tenant.comments(ticket_id) if not comment["public"]]
        assert f"connection={name}" in note["html_body"] or "/scans?" not in note["html_body"]
    files = [scan for scan in house.scans if scan.kind == "attachment"]
    assert {scan.attachment_id for scan in files} == {files[0].attachment_id}
    assert sorted(mail.recipients for mail in house.mails) == [
        ["security@company.example"],
        ["security@globex.example"],
    ]
    assert {scan.vault["connection_id"] for scan in files} == {1, 2}


def test_a_persons_verdict_counts_in_its_own_tenant_only(house, other):
    ticket_id = arrive(house, other)
    house.run()
    mine = next(scan for scan in house.scans if scan.kind == "attachment" and scan.connection_id == 1)
    house.services.verdicts.by_person(mine.id, Verdict.CLEAN, reason="", actor="Ada")
    house.run()
    assert names(house.tenant, ticket_id) == ["redacted.txt", "invoice.com"]
    assert names(other, ticket_id) == ["redacted.txt"]
    later = arrive(house, other)
    house.run()
    assert names(house.tenant, later) == ["invoice.com"]
    assert names(other, later) == ["redacted.txt"]


def test_a_list_of_one_tenant_says_nothing_in_another(house, other):
    house.services.lists.add(Side.BLOCK, EntryKind.DOMAIN, "phish.example", actor="Ada", connection="globex")
    arrive(house, other)
    house.run()
    links = {scan.connection_id: scan.verdict for scan in house.scans if scan.kind == "url"}
    assert links == {1: "clean", 2: "malicious"}


def test_a_tenant_that_is_away_holds_up_no_other(house, other):
    ticket_id = arrive(house, other)
    other.fault(status=503, body="", path="/api/v2/", times=10_000)
    house.run(patience=60)
    assert names(house.tenant, ticket_id) == ["redacted.txt"]
    assert len(house.mails) == 1
