"""Policies, their versions and exceptions from rules, on both databases."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

import app.migrations
from app.db import Database
from app.errors import Rejected
from app.findings.policies.exception_service import RuleExceptions
from app.findings.policies.scope import NO_FACTS, TicketFacts
from app.findings.policies.service import DEFAULT, Change, Policies
from app.findings.policies.store import malicious_links, rulebook
from app.findings.policy import LinkPolicy, Policy
from app.migrations import upgrade
from app.tables import load_tables
from tests.builders import Clock, a_connection


@pytest.fixture
def database(empty_database):
    load_tables()
    database = Database(empty_database)
    upgrade(database)
    yield database
    database.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def policies(database, clock):
    return Policies(database, clock)


def change(**policy):
    return Change({**Policy().to_dict(), **policy}, "Ada", "because")


def standing(database, connection_id, facts=NO_FACTS):
    with database.read() as reading:
        return rulebook(reading, connection_id).standing(facts)


def test_the_default_holds_until_a_connection_has_one_of_its_own(database, policies):
    acme, other = a_connection(database), a_connection(database, name="other")
    policies.save(DEFAULT, change(four_eyes=True))
    policies.create("acme", change(files={"unknown": "hold"}))
    policies.create("acme", change(scope={"brand_ids": [7]}, files={"unknown": "note"}))
    brand = TicketFacts(brand_id=7)
    found = [standing(database, each, facts).policy for each in (acme, other) for facts in (NO_FACTS, brand)]
    chosen = [(each.to_dict()["files"]["unknown"], each.four_eyes) for each in found]
    assert chosen == [("hold", False), ("note", False), ("observe", True), ("observe", True)]


def test_a_policy_that_was_ended_holds_no_more_and_its_place_is_free(database, policies):
    acme = a_connection(database)
    first = policies.create("acme", change(four_eyes=True))
    policies.retire(first, author="Ada")
    assert standing(database, acme).id is None
    with pytest.raises(Rejected):
        policies.save(first, change())
    policies.create("acme", change())


def test_a_scope_may_move_to_a_free_place_only(database, policies):
    a_connection(database)
    one = policies.create("acme", change(scope={"brand_ids": [1]}))
    policies.create("acme", change(scope={"brand_ids": [2]}))
    with pytest.raises(Rejected) as refused:
        policies.save(one, change(scope={"brand_ids": [2, 3]}))
    assert refused.value.code == "conflict"
    policies.save(one, change(scope={"brand_ids": [3]}))
    assert policies.get(one)["policy"]["scope"]["brand_ids"] == [3]


def test_of_many_who_save_at_once_one_wins_and_the_others_are_told(database, policies):
    policies.save(DEFAULT, change())
    outcomes = []

    def save(number):
        wanted = Change({**Policy().to_dict(), "recipients": [f"p{number}@acme.example"]}, "Ada", "", None, 1)
        try:
            outcomes.append(policies.save(DEFAULT, wanted))
        except Rejected as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["2", *["conflict"] * 5]
    assert [each["number"] for each in policies.versions(DEFAULT)[0]] == [2, 1]


def test_versions_come_in_pages_newest_first(policies):
    for number in range(5):
        policies.save(DEFAULT, change(recipients=[f"p{number}@acme.example"]))
    first, cursor = policies.versions(DEFAULT, limit=2)
    rest, end = policies.versions(DEFAULT, cursor, limit=3)
    assert [each["number"] for each in (*first, *rest)] == [5, 4, 3, 2, 1]
    assert end is None


def test_what_links_a_connection_chooses_is_said_by_its_policy(database, policies):
    acme = a_connection(database)
    policies.choose_links(acme, "acme", LinkPolicy.NOTE, author="Ada")
    assert len(policies.in_force()) == 1  # that is what holds anyway
    policies.choose_links(acme, "acme", LinkPolicy.REDACT, author="Ada")
    policies.choose_links(acme, "acme", LinkPolicy.OBSERVE, author="Ada")
    with database.read() as reading:
        assert malicious_links(reading, [acme]) == {acme: "observe"}
    [_, own] = policies.in_force()
    assert (own["number"], own["reason"]) == (2, "Malicious links: observe.")


def test_exceptions_hold_for_their_connection_and_their_time(database, clock):
    acme, other = a_connection(database), a_connection(database, name="other")
    exceptions = RuleExceptions(database, clock)
    exceptions.make("yara.a", reason="x", author="Ada", expires_at=clock() + 60, connection="acme")
    exceptions.make("yara.b", reason="x", author="Ada", expires_at=None)

    def held(connection_id):
        with database.read() as reading:
            return [each.rule for each in rulebook(reading, connection_id).policy(NO_FACTS, clock()).exceptions]

    assert (held(acme), held(other)) == (["yara.a", "yara.b"], ["yara.b"])
    clock.pass_(60)
    assert held(acme) == ["yara.b"]
    assert [each["rule"] for each in exceptions.page(standing=True)[0]] == ["yara.b"]


def test_a_policy_goes_with_its_connection(database, policies):
    acme = a_connection(database)
    policies.create("acme", change())
    with database.write() as writing:
        writing.execute(text("DELETE FROM connections WHERE id = :id"), {"id": acme})
    assert len(policies.in_force()) == 1


def test_what_a_connection_had_chosen_before_there_were_policies_is_taken_over(empty_database):
    load_tables()
    database = Database(empty_database)
    config = Config()
    config.set_main_option("script_location", str(Path(app.migrations.__file__).parent))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        for number, (name, links) in enumerate((("acme", "redact"), ("other", "note")), 1):
            connection.execute(
                text(
                    "INSERT INTO connections (id, name, base_url, auth, secret, scope, events_until, reconcile_at,"
                    " recipients, links, created_at) VALUES (:id, :name, '', 'oauth', :secret, '', 0, 0,"
                    " '[]', :links, 0)"
                ),
                {"id": number, "name": name, "links": links, "secret": b""},
            )
        connection.commit()
        command.upgrade(config, "head")
        connection.commit()
    with database.read() as reading:
        assert malicious_links(reading, [1, 2]) == {1: "redact", 2: "note"}
    [_, own] = Policies(database, Clock()).in_force()
    assert (own["connection"], own["policy"]["links"]["malicious"]) == ("acme", "redact")
    database.close()
