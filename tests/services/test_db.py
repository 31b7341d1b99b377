"""The prepared insert: durable and once, like every other write."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import func, select

from app.db import Database
from app.errors import Temporary
from app.tickets.tables import inbox
from tests.builders import a_connection, a_database

CALL = {"invocation": "a", "signature": "b", "ticket_id": 1, "comment_id": None, "received_at": 1.0}


@pytest.fixture
def database(tmp_path):
    database = a_database(tmp_path)
    yield database
    database.close()


@pytest.fixture
def insert(database):
    connection_id = a_connection(database)
    statement = database.insert_once(inbox).values(
        connection_id=connection_id,
        **dict.fromkeys(("invocation", "signature"), ""),
        ticket_id=0,
        comment_id=None,
        received_at=0.0,
        attempts=0,
        next_at=0.0,
    )
    return database.prepared(statement)


def stored(database):
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(inbox)).scalar_one()


def test_a_row_is_stored_and_seen_by_others_at_once(database, insert):
    assert insert.run(CALL)
    assert stored(database) == 1


def test_the_same_row_again_is_not_new_and_not_stored(database, insert):
    insert.run(CALL)
    assert not insert.run(CALL)
    assert stored(database) == 1


def test_what_is_not_given_has_the_value_of_the_statement(database, insert):
    insert.run(CALL)
    with database.read() as connection:
        row = connection.execute(select(inbox)).one()
    assert (row.ticket_id, row.comment_id, row.attempts, row.next_at) == (1, None, 0, 0.0)


def test_it_writes_through_to_the_disk_like_other_writes(database, insert):
    insert.run(CALL)
    [(level,)] = database._own_connection().execute("PRAGMA synchronous")
    assert level == 2  # FULL


def test_a_database_that_does_not_take_it_is_a_temporary_failure(database, insert):
    with sqlite3.connect(database.engine.url.database) as other:
        other.execute("DROP TABLE inbox")
    other.close()
    with pytest.raises(Temporary):
        insert.run(CALL)


def test_a_closed_database_can_be_used_again(database, insert):
    insert.run(CALL)
    database.close()
    assert insert.run({**CALL, "invocation": "c", "signature": "d"})


def test_other_writers_wait_for_their_turn_and_not_in_vain(database, insert):
    with Database(str(database.engine.url)).write() as connection:
        connection.execute(
            inbox.insert().values(connection_id=1, invocation="x", signature="y", ticket_id=2, received_at=0.0)
        )
    assert insert.run(CALL)
    assert stored(database) == 2
