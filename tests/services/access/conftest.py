"""Accounts over each database, with the cheapest hashing and a clock that the test turns."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import Any

import pyotp
import pytest

from app.access.roles import Role
from app.access.service import People, User, build_people
from app.access.service.passwords import CHEAPEST
from app.db import Database
from app.keys import MasterKey
from tests.builders import Clock

GOOD = "seven slow otters knit"
BETTER = "the kettle forgot its hat"

KEYS = MasterKey(b"k" * 32)


@dataclass
class Office:
    """The services of accounts, and what a person at a browser would hold."""

    database: Database
    people: People
    clock: Clock

    def a_person(self, login: str = "rosa@company.example", role: Role = Role.ADMIN, *, name: str = "Rosa") -> User:
        """Return somebody who has chosen the password ``GOOD`` through an invitation."""
        user = self.people.users.create(name, login, role, by="the test")
        return self.people.links.redeem(self.people.links.make(user.id), password=GOOD)

    def sign_in(self, login: str = "rosa@company.example", password: str = GOOD, **where: str) -> User:
        """Try a password, from an address of its own unless given."""
        options = {"address": "203.0.113.7", **where}
        return self.people.sign_in.password(login, password, **options)

    def a_phone(self, user: User) -> pyotp.TOTP:
        """Set a second factor up and return what the phone then holds; time goes on by a step."""
        self.people.factors.begin(user.id)
        phone = self.people.factors.pending(user.id)
        assert phone is not None
        self.people.factors.confirm(user.id, phone.at(int(self.clock())))
        self.clock.pass_(30)
        return phone

    def code(self, phone: pyotp.TOTP, steps: int = 0) -> str:
        """Return the code that the phone shows now, or some steps from now."""
        return str(phone.at(int(self.clock()) + 30 * steps))


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Any) -> Any:
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("migrated"), tmp_path / "test.sqlite3")
        yield from _open(f"sqlite:///{tmp_path}/test.sqlite3")
        return
    with request.getfixturevalue("postgres").database(migrated=True) as url:
        yield from _open(url)


def _open(url: str) -> Any:
    database, clock = Database(url), Clock()
    yield Office(database, build_people(database, KEYS, clock, hasher=CHEAPEST), clock)
    database.close()
