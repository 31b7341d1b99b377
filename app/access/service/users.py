"""Accounts of people: who they are and what they may do. There is always an administrator who can sign in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.access.languages import DEFAULT, LANGUAGES
from app.access.roles import Role
from app.access.service.identity import Identity
from app.access.tables import identities, recovery_codes, sessions, sign_in_links, users
from app.db import Database
from app.errors import Rejected

LONGEST_NAME = 100
LONGEST_LOGIN = 200

_LOGIN = re.compile(r"[\w.+'@-]+")


@dataclass(frozen=True, slots=True)
class User:
    """What may be shown about an account; times in unix seconds."""

    id: int
    name: str
    login: str
    role: Role
    language: str
    has_password: bool
    has_second_factor: bool
    has_single_sign_on: bool
    created_at: float
    created_by: str
    last_sign_in_at: float | None
    disabled_at: float | None

    @property
    def state(self) -> str:
        """``active``, ``invited`` (nobody has signed in with it yet) or ``disabled``."""
        if self.disabled_at is not None:
            return "disabled"
        return "active" if self.has_password or self.has_single_sign_on else "invited"

    @property
    def identity(self) -> Identity:
        """Who acts when this person does."""
        return Identity(None, self.name, self.role, self.id)

    @property
    def subject(self) -> str:
        """What the audit trail calls this account."""
        return f"user:{self.id}"


class Users:
    """Makes, changes and lists accounts."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def create(self, name: str, login: str, role: Role, *, by: str, language: str = DEFAULT) -> User:
        """Make an account without a password. Raises Rejected for what does not fit, code ``conflict`` if taken."""
        with self._database.write() as connection:
            user_id = insert_user(
                connection, name=name, login=login, role=role, by=by, language=language, now=self._now()
            )
        return self.get(user_id)

    def get(self, user_id: int) -> User:
        """Return an account. Raises Rejected (not-found)."""
        found = self._one(users.c.id == user_id)
        if found is None:
            raise Rejected(f"There is no account {user_id}.", code="not-found")
        return found

    def by_login(self, login: str) -> User | None:
        """Return the account that signs in with this name, or None."""
        return self._one(users.c.login == fold(login))

    def mail_of(self, subject: str) -> str | None:
        """Return the mail address of ``user:3``; None for others, and where the account signs in with a plain name."""
        kind, _, number = subject.partition(":")
        found = self._one(users.c.id == int(number)) if kind == "user" and number.isdigit() else None
        return found.login if found is not None and "@" in found.login else None

    def page(self, cursor: int | None, limit: int) -> tuple[list[User], int | None]:
        """Return up to ``limit`` accounts, newest first, and the cursor of the next page."""
        statement = _select().order_by(users.c.id.desc()).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(users.c.id < cursor)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return [_user(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None

    def has_admin(self) -> bool:
        """Return whether there is an administrator who can sign in."""
        with self._database.read() as connection:
            return bool(connection.execute(select(exists().where(_is_working_admin()))).scalar())

    def change_role(self, user_id: int, role: Role) -> bool:
        """Give an account another role; return whether it had another. Raises Rejected for the last administrator."""
        with self._database.write() as connection:
            return set_role(connection, user_id, role)

    def disable(self, user_id: int) -> bool:
        """Shut an account and end its sessions and links; return whether it was open.

        Raises Rejected for the last administrator.
        """
        now = self._now()
        with self._database.write() as connection:
            row = _locked(connection, user_id)
            if row.disabled_at is not None:
                return False
            _keep_an_admin(connection, user_id, "disabled")
            connection.execute(update(users).where(users.c.id == user_id).values(disabled_at=now))
            connection.execute(
                update(sessions)
                .where(sessions.c.user_id == user_id, sessions.c.ended_at.is_(None))
                .values(ended_at=now)
            )
            connection.execute(delete(sign_in_links).where(sign_in_links.c.user_id == user_id))
        return True

    def enable(self, user_id: int) -> bool:
        """Open a disabled account again; return whether it was disabled."""
        with self._database.write() as connection:
            row = _locked(connection, user_id)
            connection.execute(update(users).where(users.c.id == user_id).values(disabled_at=None))
        return row.disabled_at is not None

    def rename(self, user_id: int, name: str) -> None:
        """Change the name that others see. Raises Rejected when it does not fit."""
        self._set(user_id, name=shown_name(name))

    def choose_language(self, user_id: int, language: str) -> None:
        """Choose the language of this person's mails. Raises Rejected for one that there is not."""
        self._set(user_id, language=_known_language(language))

    def reset_second_factor(self, user_id: int) -> bool:
        """Take an account's second factor and recovery codes away; return whether there was one."""
        with self._database.write() as connection:
            row = _locked(connection, user_id)
            connection.execute(
                update(users)
                .where(users.c.id == user_id)
                .values(totp_sealed=None, totp_confirmed_at=None, totp_last_step=None)
            )
            connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
        return row.totp_confirmed_at is not None

    def _set(self, user_id: int, **values: Any) -> None:
        with self._database.write() as connection:
            if not connection.execute(update(users).where(users.c.id == user_id).values(**values)).rowcount:
                raise Rejected(f"There is no account {user_id}.", code="not-found")

    def _one(self, condition: ColumnElement[bool]) -> User | None:
        with self._database.read() as connection:
            row = connection.execute(_select().where(condition)).one_or_none()
        return None if row is None else _user(row)


def fold(login: str) -> str:
    """Return a sign-in name in the form in which it is kept and compared."""
    return unicodedata.normalize("NFKC", login.strip()).casefold()


def fitting(text: str) -> str:
    """Return a sign-in name as near to a text as can be: providers name people ``auth0|1234``."""
    return "".join(each if _LOGIN.fullmatch(each) else "-" for each in fold(text))[:LONGEST_LOGIN] or "-"


def shown_name(name: str) -> str:
    """Return a name that is safe to stand in histories. Raises Rejected when it does not fit."""
    name = " ".join(unicodedata.normalize("NFC", name).split(" ")).strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Rejected(f"The name needs 1 to {LONGEST_NAME} printable characters.", code="name")
    return name


def insert_user(
    connection: Connection, *, name: str, login: str, role: Role, by: str, language: str, now: float, **values: Any
) -> int:
    """Write a new account and return its id. Raises Rejected for what does not fit, code ``conflict`` if taken."""
    login = fold(login)
    if not _LOGIN.fullmatch(login) or len(login) > LONGEST_LOGIN:
        raise Rejected(
            "The sign-in name is a mail address, or a name of letters, digits and . _ - without spaces.", code="login"
        )
    row = {"name": shown_name(name), "login": login, "role": role.value, "language": _known_language(language)}
    try:
        with connection.begin_nested():
            made = connection.execute(insert(users).values(**row, created_at=now, created_by=by, **values))
    except IntegrityError:
        raise Rejected(f"There is an account {login} already.", code="conflict") from None
    key = made.inserted_primary_key
    assert key is not None
    return int(key[0])


def set_role(connection: Connection, user_id: int, role: Role) -> bool:
    """Give an account another role; return whether it had another. Raises Rejected for the last administrator."""
    row = _locked(connection, user_id)
    if row.role == role:
        return False
    if role is not Role.ADMIN:
        _keep_an_admin(connection, user_id, f"made {role}")
    connection.execute(update(users).where(users.c.id == user_id).values(role=role.value))
    return True


def _locked(connection: Connection, user_id: int) -> Any:
    """Return an account's row, locked together with all administrators in one order.

    So two who demote each other at the same moment do not both succeed, and neither waits for the other for ever.
    """
    together = (users.c.id == user_id) | (users.c.role == Role.ADMIN.value)
    rows = connection.execute(select(users).where(together).order_by(users.c.id).with_for_update()).all()
    row = next((each for each in rows if each.id == user_id), None)
    if row is None:
        raise Rejected(f"There is no account {user_id}.", code="not-found")
    return row


def _keep_an_admin(connection: Connection, user_id: int, what: str) -> None:
    working = connection.execute(select(users.c.id).where(_is_working_admin())).scalars().all()
    if user_id in working and len(working) == 1:
        raise Rejected(
            f"This is the last administrator who can sign in, so the account cannot be {what}. "
            "Make somebody else an administrator first.",
            code="last-admin",
        )


def _is_working_admin() -> ColumnElement[bool]:
    signs_in = users.c.password_hash.is_not(None) | users.c.id.in_(select(identities.c.user_id))
    return (users.c.role == Role.ADMIN.value) & users.c.disabled_at.is_(None) & signs_in


def _known_language(language: str) -> str:
    if language not in LANGUAGES:
        raise Rejected(f"The language is one of {', '.join(LANGUAGES)}.", code="language")
    return language


def _select() -> Any:
    linked = exists().where(identities.c.user_id == users.c.id)
    return select(users, linked.label("linked"))


def _user(row: Any) -> User:
    return User(
        id=row.id,
        name=row.name,
        login=row.login,
        role=Role(row.role),
        language=row.language,
        has_password=row.password_hash is not None,
        has_second_factor=row.totp_confirmed_at is not None,
        has_single_sign_on=bool(row.linked),
        created_at=row.created_at,
        created_by=row.created_by,
        last_sign_in_at=row.last_sign_in_at,
        disabled_at=row.disabled_at,
    )
