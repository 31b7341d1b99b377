"""Single sign-on with the company's OpenID Connect provider: the settings, and which account a person gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection, insert, select, update

from app.access.claims import Person, RoleRules, check_domain, may_be_linked, person_of, role_of
from app.access.languages import DEFAULT
from app.access.roles import Role
from app.access.service.users import LONGEST_NAME, User, Users, fitting, fold, insert_user, set_role
from app.access.tables import identities, single_sign_on, users
from app.db import Database
from app.errors import Misconfigured, Rejected
from app.keys import MasterKey

_PURPOSE = "sso-client-secret"
_ROW = 1

_LONGEST = 500
_MOST_ENTRIES = 100

NAME = "Single sign-on"


@dataclass(frozen=True, slots=True)
class Provider:
    """What is needed to ask a provider. ``secret`` is None for a public client; it never shows in a representation."""

    issuer: str
    client_id: str
    secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that has begun: where to send the browser, and what must come back with it."""

    url: str
    state: str
    nonce: str
    verifier: str


class OpenId(Protocol):
    """The provider, as the web asks it: see ``app.adapters.openid``."""

    def begin(self, provider: Provider, redirect_uri: str) -> Begun:
        """Return where to send the browser."""

    def finish(
        self, provider: Provider, redirect_uri: str, *, code: str, nonce: str, verifier: str, wanted: str
    ) -> Mapping[str, Any]:
        """Return the checked claims of whoever has signed in there; the claim ``wanted`` too, wherever it stands."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How single sign-on is set; ``has_secret`` is all that is shown of the client secret."""

    enabled: bool = False
    name: str = NAME
    issuer: str = ""
    client_id: str = ""
    has_secret: bool = False
    rules: RoleRules = field(default_factory=lambda: RoleRules("roles"))

    @property
    def complete(self) -> bool:
        """Whether enough is set to ask the provider."""
        return bool(self.issuer and self.client_id)


class SingleSignOn:
    """Keeps the settings and finds or makes the account of a person."""

    def __init__(
        self, database: Database, keys: MasterKey, accounts: Users, openid: OpenId, now: Callable[[], float]
    ) -> None:
        self._database = database
        self._keys = keys
        self._users = accounts
        self._openid = openid
        self._now = now

    def settings(self) -> Settings:
        """Return how it is set."""
        row = self._row()
        if row is None:
            return Settings()
        roles = {value: Role(role) for value, role in row.roles.items()}
        default = Role(row.default_role) if row.default_role else None
        rules = RoleRules(row.role_claim, roles, default, tuple(row.domains))
        return Settings(row.enabled, row.name, row.issuer, row.client_id, row.secret_sealed is not None, rules)

    def save(self, wanted: Settings, *, secret: str | None, by: str) -> None:
        """Keep new settings; ``secret`` None keeps the one there is, empty takes it away. Raises Rejected."""
        _check(wanted)
        values: dict[str, Any] = {
            "enabled": wanted.enabled,
            "name": wanted.name.strip() or NAME,
            "issuer": wanted.issuer,
            "client_id": wanted.client_id,
            "role_claim": wanted.rules.claim,
            "roles": {value: role.value for value, role in wanted.rules.roles.items()},
            "default_role": wanted.rules.default.value if wanted.rules.default else None,
            "domains": list(wanted.rules.domains),
            "changed_at": self._now(),
            "changed_by": by,
        }
        if secret is not None:
            values["secret_sealed"] = self._keys.seal(_PURPOSE, secret.encode()) if secret else None
        with self._database.write() as connection:
            if not connection.execute(update(single_sign_on).values(**values)).rowcount:
                connection.execute(insert(single_sign_on).values(id=_ROW, **values))

    def begin(self, redirect_uri: str, *, trying: bool = False) -> Begun:
        """Return where to send a browser. Raises Rejected when it is off, Misconfigured or Temporary by the way."""
        return self._openid.begin(self._provider(trying), redirect_uri)

    def finish(
        self, redirect_uri: str, *, code: str, nonce: str, verifier: str, trying: bool = False
    ) -> Mapping[str, Any]:
        """Return the checked claims of who has come back. Raises Rejected for an answer that is not sound."""
        provider = self._provider(trying)
        claim = self.settings().rules.claim
        return self._openid.finish(provider, redirect_uri, code=code, nonce=nonce, verifier=verifier, wanted=claim)

    def role_for(self, claims: Mapping[str, Any]) -> tuple[Person, Role]:
        """Return who the claims are about and which role they give. Raises Rejected for who may not come in."""
        rules = self.settings().rules
        person = person_of(claims)
        check_domain(person, rules.domains)
        return person, role_of(claims, rules)

    def account_of(self, claims: Mapping[str, Any]) -> User:
        """Return the account of who has signed in at the provider, made now if need be, with the role of now.

        Raises Rejected for who may not come in: no role, another mail domain, disabled, a name that is taken.
        """
        person, role = self.role_for(claims)
        with self._database.write() as connection:
            user_id = self._known(connection, person)
            if user_id is None:
                user_id = self._linked_or_made(connection, person, role)
            row = connection.execute(select(users).where(users.c.id == user_id)).one()
            if row.disabled_at is not None:
                raise Rejected("This account is disabled. Ask an administrator.", code="disabled")
            set_role(connection, user_id, role)
        return self._users.get(user_id)

    def _known(self, connection: Connection, person: Person) -> int | None:
        found = connection.execute(
            select(identities.c.user_id).where(
                identities.c.issuer == person.issuer, identities.c.subject == person.subject
            )
        ).scalar()
        return None if found is None else int(found)

    def _linked_or_made(self, connection: Connection, person: Person, role: Role) -> int:
        login = fitting(person.email or person.subject)
        taken = connection.execute(select(users.c.id).where(users.c.login == fold(login))).scalar()
        if taken is None:
            taken = insert_user(
                connection,
                name=person.name[:LONGEST_NAME],
                login=login,
                role=role,
                by="single sign-on",
                language=DEFAULT,
                now=self._now(),
            )
        elif not may_be_linked(person, self.settings().rules.domains) or self._has_identity(connection, taken):
            raise Rejected(
                "There is an account with your mail address already, and nothing proves that it is yours. Sign in "
                "with its password, or ask an administrator: single sign-on takes it over when the provider has "
                "verified the address and its domain is among the allowed ones.",
                code="sso-taken",
            )
        connection.execute(
            insert(identities).values(
                user_id=taken, issuer=person.issuer, subject=person.subject, created_at=self._now()
            )
        )
        return int(taken)

    def _has_identity(self, connection: Connection, user_id: int) -> bool:
        found = select(identities.c.id).where(identities.c.user_id == user_id).limit(1)
        return connection.execute(found).scalar() is not None

    def _provider(self, trying: bool) -> Provider:
        row = self._row()
        if row is None or not (row.enabled or trying) or not row.issuer or not row.client_id:
            raise Rejected("Single sign-on is switched off.", code="sso-off")
        secret = None if row.secret_sealed is None else self._keys.unseal(_PURPOSE, row.secret_sealed).decode()
        return Provider(row.issuer, row.client_id, secret)

    def _row(self) -> Any:
        with self._database.read() as connection:
            return connection.execute(select(single_sign_on)).one_or_none()


def _check(wanted: Settings) -> None:
    for what, text in (
        ("name of the button", wanted.name),
        ("issuer", wanted.issuer),
        ("client id", wanted.client_id),
        ("role claim", wanted.rules.claim),
    ):
        if len(text) > _LONGEST or not text.isprintable():
            raise Rejected(f"The {what} is too long or holds what cannot be shown.", code="sso-settings")
    if wanted.enabled and not (wanted.complete and wanted.rules.claim):
        raise Rejected("To switch it on, give the issuer, the client id and the role claim.", code="sso-settings")
    if wanted.enabled and not wanted.rules.roles and wanted.rules.default is None:
        raise Rejected(
            "Nobody could sign in: give a role to a value of the claim, or a role to everybody.", code="sso-settings"
        )
    _check_entries(tuple(wanted.rules.roles), "values of the claim")
    _check_entries(wanted.rules.domains, "mail domains")


def _check_entries(entries: Sequence[str], what: str) -> None:
    if len(entries) > _MOST_ENTRIES or any(len(each) > _LONGEST or not each.isprintable() for each in entries):
        raise Rejected(f"There are too many {what}, or one is too long.", code="sso-settings")


class NoOpenId:
    """Stands where no provider can be asked: on the command line."""

    def begin(self, _provider: Provider, _redirect_uri: str) -> Begun:
        """Refuse."""
        raise Misconfigured("No provider can be asked from here.", code="sso-off")

    def finish(
        self, _provider: Provider, _redirect_uri: str, *, code: str, nonce: str, verifier: str, wanted: str
    ) -> Mapping[str, Any]:
        """Refuse."""
        raise Misconfigured("No provider can be asked from here.", code="sso-off")
