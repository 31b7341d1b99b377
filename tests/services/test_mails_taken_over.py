"""Mails of before digests existed: the step that brings them over loses none and sends none a second time."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

import app.migrations
from app.db import Database


@pytest.fixture
def database(empty_database):
    database = Database(empty_database)
    yield database
    database.close()


def move(database, revision, *, down=False):
    config = Config()
    config.set_main_option("script_location", str(Path(app.migrations.__file__).parent))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, revision)
        connection.commit()


def fill(database):
    """One mail that went out, one under way, one that was kept."""
    with database.write() as connection:
        connection.execute(
            text(
                "INSERT INTO connections (id, name, base_url, auth, secret, scope, events_until, reconcile_at, "
                "recipients, created_at) VALUES (1, 'acme', 'https://a', 'oauth', :secret, '', 0, 0, '[]', 0)"
            ),
            {"secret": b""},
        )
        for number, (state, finished, sent) in enumerate(
            (("done", 5, 5), ("sending", None, None), ("done", 6, None)), 1
        ):
            values = {"n": number, "state": state, "finished": finished, "sent": sent}
            for statement in (
                "INSERT INTO notices (id, connection_id, ticket_id, kind, created_at) VALUES (:n, 1, 17, 'release', 1)",
                "INSERT INTO actions (id, connection_id, key, kind, ticket_id, notice_id, state, attempts, next_at,"
                " created_at, finished_at, detail)"
                " VALUES (:n, 1, 'mail:notice:' || :n, 'mail', 17, :n, :state, 0, 0, 1, :finished, '{}')",
                "INSERT INTO outbox (id, action_id, connection_id, message_id, recipients, subject, text, html, "
                "created_at, sent_at) VALUES (:n, :n, 1, '<' || :n || '@x>', '[\"a@b.example\"]', 's', 't', 'h', 2, "
                ":sent)",
            ):
                used = {name: value for name, value in values.items() if f":{name}" in statement}
                cast = statement.replace("|| :n", "|| CAST(:n AS TEXT)")
                connection.execute(text(cast), used)


def test_mails_of_before_are_taken_over_with_their_message_ids(database):
    move(database, "0005")
    fill(database)
    move(database, "0006")
    with database.read() as connection:
        mails = connection.execute(
            text("SELECT kind, ticket_id, message_id, state, sent_at, language FROM mails ORDER BY id")
        ).all()
        letters = connection.execute(text("SELECT key, mailed_at FROM letters ORDER BY id")).all()
    assert [tuple(mail) for mail in mails] == [
        ("release", 17, "<1@x>", "sent", 5.0, "en"),
        ("release", 17, "<2@x>", "waiting", None, "en"),
        ("release", 17, "<3@x>", "kept", None, "en"),
    ]
    assert [tuple(letter) for letter in letters] == [(f"mail:notice:{n}", 2.0) for n in (1, 2, 3)]


def test_the_step_can_be_taken_back(database):
    move(database, "0005")
    fill(database)
    move(database, "0006")
    move(database, "0005", down=True)
    with database.read() as connection:
        assert connection.execute(text("SELECT message_id FROM outbox ORDER BY id")).scalars().all() == [
            "<1@x>",
            "<2@x>",
            "<3@x>",
        ]
