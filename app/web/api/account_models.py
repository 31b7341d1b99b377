"""The shapes of the API around people: accounts, sessions, tokens."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from app.access.languages import LANGUAGES
from app.access.roles import Role
from app.access.service.users import LONGEST_LOGIN, LONGEST_NAME
from app.web.api.models import In, Moment, Out, Text, Time

_Name = Annotated[Text, Field(min_length=1, max_length=LONGEST_NAME)]
_Language = Annotated[str, Field(pattern=f"^({'|'.join(LANGUAGES)})$")]


class UserBody(In):
    """A new account; the answer holds the link in which its person chooses a password."""

    name: _Name
    login: Annotated[Text, Field(min_length=1, max_length=LONGEST_LOGIN)]
    role: Role
    language: _Language = "en"


class UserChange(In):
    """What is to change; what is left out stays."""

    name: _Name | None = None
    role: Role | None = None
    language: _Language | None = None
    disabled: bool | None = None
    revoke_tokens: bool = Field(True, description="On disabling: whether the tokens that the account made end too.")


class User(Out):
    """An account."""

    id: int
    name: str
    login: str
    role: Role
    state: Literal["active", "invited", "disabled"]
    language: str
    password: bool
    second_factor: bool
    single_sign_on: bool
    created_at: Time
    created_by: str
    last_sign_in_at: Time | None


class NewUser(User):
    """An account just made, with its one-time link; the link is shown only here."""

    link: str


class Users(Out):
    """A page of accounts, newest first."""

    results: list[User]
    next: str | None


class OneTimeLink(Out):
    """A one-time link; it is shown only here."""

    link: str


class TokenBody(In):
    """A new token; its role is at most that of its maker."""

    name: Annotated[Text, Field(min_length=1, max_length=100)]
    role: Role
    expires_at: Moment | None = None


class Token(Out):
    """A token, without itself. `made_by` is empty for the command line."""

    id: int
    name: str
    role: Role
    created_at: Time
    last_used_at: Time | None
    expires_at: Time | None
    revoked_at: Time | None
    made_by: str


class NewToken(Token):
    """A token just made; itself is shown only here."""

    token: str


class Tokens(Out):
    """A page of tokens, newest first."""

    results: list[Token]
    next: str | None


class Session(Out):
    """An open session of the console; where it comes from is shortened to the network."""

    id: int
    name: str
    user_id: int | None
    token_id: int | None
    how: str
    network: str
    browser: str
    created_at: Time
    seen_at: Time


class Sessions(Out):
    """A page of open sessions, newest first."""

    results: list[Session]
    next: str | None
