"""Connecting a tenant can be repeated, interrupted and undone; verifying says what is broken."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from app.adapters.zendesk import ClientCredentials, ZendeskClient
from app.connections.checks import State, verify
from app.connections.service import Link
from app.connections.setup import SCOPES, checked_name
from app.connections.tables import connections
from app.errors import Misconfigured, Rejected
from app.sandbox.server import CLIENT_ID, CLIENT_SECRET, Sandbox


class Cut(BaseException):
    """The end of an interrupted run."""


def row(house):
    with house.services.database.read() as connection:
        return connection.execute(select(connections)).one()


def state_of(house, name):
    checks = verify(house.services.connections, house.services.keys, "acme", house.settings.public_url)
    return next(check.state for check in checks if check.name == name)


def counts(house):
    data = house.tenant.state.data
    return len(data.webhooks), len(data.triggers)


def link(url, name="acme"):
    return Link(name, url, ClientCredentials(CLIENT_ID, CLIENT_SECRET, " ".join(SCOPES)))


def test_connecting_again_changes_nothing(house):
    before = row(house)
    assert house.connect() == before.id
    assert counts(house) == (1, 1)
    assert (row(house).webhook_id, row(house).trigger_id) == (before.webhook_id, before.trigger_id)


@pytest.mark.parametrize("step", ["signing_secret", "triggers", "create_trigger"])
def test_an_interrupted_connect_is_taken_up_without_a_second_webhook_or_trigger(house, monkeypatch, step):
    house.services.connections.disconnect("acme")
    call = getattr(ZendeskClient, step)

    def cut(*arguments, **named):
        monkeypatch.setattr(ZendeskClient, step, call)
        call(*arguments, **named)
        raise Cut

    monkeypatch.setattr(ZendeskClient, step, cut)
    with pytest.raises(Cut):
        house.connect()
    house.connect()
    assert counts(house) == (1, 1)
    assert row(house).trigger_id is not None


def test_a_trigger_that_somebody_changed_is_mended(house):
    [trigger] = house.tenant.state.data.triggers.values()
    trigger.active = False
    assert state_of(house, "trigger") is State.BROKEN
    house.connect()
    assert counts(house) == (1, 1)
    assert state_of(house, "trigger") is State.OK


def test_a_secret_that_was_reset_is_found_and_mended(house):
    with house.services.database.write() as connection:
        sealed = house.services.keys.seal("signing-secret", b"another")
        connection.execute(update(connections).values(signing_secret=sealed))
    assert state_of(house, "signing secret") is State.BROKEN
    house.connect()
    assert state_of(house, "signing secret") is State.OK


def test_a_webhook_that_is_gone_is_made_again(house):
    house.tenant.state.data.webhooks.clear()
    assert state_of(house, "webhook") is State.BROKEN
    house.connect()
    assert state_of(house, "webhook") is State.OK
    assert state_of(house, "trigger") is State.OK


def test_wrong_credentials_store_nothing(house):
    wrong = Link("second", house.tenant.url, ClientCredentials(CLIENT_ID, "wrong", " ".join(SCOPES)))
    with pytest.raises(Misconfigured):
        house.services.connections.connect(wrong)
    assert counts(house) == (1, 1)
    assert row(house).name == "acme"


def test_refused_credentials_are_named_and_nothing_else_is_looked_at(house):
    house.tenant.state.data.clients.clear()
    house.tenant.state.data.access_tokens.clear()
    checks = verify(house.services.connections, house.services.keys, "acme", house.settings.public_url)
    assert [(check.name, check.state) for check in checks] == [("credentials", State.BROKEN)]


def test_a_name_is_not_moved_to_another_account(tmp_path, house, engine):
    with Sandbox(kind=True) as other:
        from tests.house import House

        hosts = ",".join(
            url.removeprefix("http://") for each in (house.tenant, other) for url in (each.url, each.content_url)
        )
        second = House(tmp_path / "second", house.tenant, engine, DESKWARDEN_TRUSTED_HOSTS=hosts)
        second.connect()
        with pytest.raises(Rejected, match="another Zendesk account"):
            second.services.connections.connect(link(other.url))
        assert other.state.data.webhooks == {}
        second.services.database.close()


@pytest.mark.parametrize("name", ["", "Acme", "a b", "a/b", "-a", "a" * 64, "é", "a\n"])
def test_a_name_that_does_not_fit_an_address_is_refused(name):
    with pytest.raises(Rejected):
        checked_name(name)


def test_disconnecting_removes_what_connecting_made_and_connecting_again_takes_it_up(house):
    first = row(house).id
    assert house.services.connections.disconnect("acme") == []
    assert counts(house) == (0, 0)
    with pytest.raises(Rejected):
        house.services.connections.row("acme")
    assert house.connect() == first
    assert counts(house) == (1, 1)


def test_what_could_not_be_removed_is_said(house):
    house.tenant.fault(status=500, body="", method="DELETE", path="/triggers/", times=10)
    left = house.services.connections.disconnect("acme")
    assert any("trigger" in sentence for sentence in left)
    assert row(house).disconnected_at is not None


def test_the_secrets_of_a_connection_lie_sealed(house):
    stored = row(house)
    house.services.connections.client(stored.id, "people").me()
    stored = row(house)
    assert CLIENT_SECRET.encode() not in stored.secret
    for sealed in (stored.secret, stored.token, stored.signing_secret):
        assert sealed is not None
        assert not sealed.isascii()
