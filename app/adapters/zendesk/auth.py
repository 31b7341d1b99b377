"""Authorization of a connection: OAuth client credentials renewed early and once, or a legacy API token.

Renewal is single-flight across threads and processes: whoever renews holds the store's lock, and whoever waited for
it takes the token that was made meanwhile.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import orjson
import requests
import structlog

from app.adapters.zendesk.errors import error_code, from_response, unauthorized
from app.adapters.zendesk.exchange import Answer, Question, exchange
from app.errors import DeskwardenError, Misconfigured, Temporary

_log = structlog.get_logger()

#: Share of a token's life after which it is renewed: 60 s before the end of the shortest life Zendesk grants (300 s).
RENEW_AT = 0.8
#: Seconds that a refused set of credentials is not tried again by the same process.
REFUSAL_HOLDS = 30.0

_MENDS = {
    "invalid_client": "Zendesk does not know the OAuth client, or its secret is wrong. Connect again with the "
    "identifier and secret shown in Admin Center under OAuth clients.",
    "unauthorized_client": "The OAuth client may not use client credentials. Make it a confidential client in Admin "
    "Center, then connect again.",
    "unsupported_grant_type": "The OAuth client may not use client credentials. Make it a confidential client in "
    "Admin Center, then connect again.",
    "invalid_scope": "The OAuth client does not allow the scopes asked for. Allow them in Admin Center, or connect "
    "again with fewer.",
}


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """An OAuth client of the account. ``scope`` is space-separated; ``expires_in`` asks for a token life in seconds."""

    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    expires_in: int | None = None


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A legacy API token and the user it acts as. Zendesk ends these on 30 April 2027."""

    email: str = field(repr=False)
    token: str = field(repr=False)


Credentials = ClientCredentials | ApiToken


@dataclass(frozen=True, slots=True)
class StoredToken:
    """An access token with the unix times it was obtained and ends at; None: no end was named."""

    access_token: str = field(repr=False)
    obtained_at: float
    expires_at: float | None = None

    @property
    def authorization(self) -> str:
        """The value of the Authorization header."""
        return f"Bearer {self.access_token}"

    def is_over(self, now: float) -> bool:
        """Whether the token certainly serves no more."""
        return self.expires_at is not None and now >= self.expires_at

    def is_due(self, now: float) -> bool:
        """Whether it is time to renew."""
        if self.expires_at is None:
            return False
        return now >= self.obtained_at + RENEW_AT * (self.expires_at - self.obtained_at)


class TokenStore(Protocol):
    """Where all processes of the service keep one connection's token."""

    def load(self) -> StoredToken | None:
        """Return the token in use, or None."""

    def lock(self) -> AbstractContextManager[None]:
        """Hold the right to renew, alone among all processes; may raise Temporary when it cannot be had."""

    def save(self, token: StoredToken) -> None:
        """Keep a token durably; called while ``lock`` is held."""


class TokenSource(Protocol):
    """Gives the value of the Authorization header."""

    def authorization(self) -> str:
        """Return a value that should serve now."""

    def refresh(self, rejected: str) -> str:
        """Return another value than the rejected one; raises Misconfigured when there is none."""


class MemoryTokenStore:
    """A TokenStore of one process."""

    def __init__(self) -> None:
        self._token: StoredToken | None = None
        self._lock = threading.Lock()

    def load(self) -> StoredToken | None:
        """Return the token in use, or None."""
        return self._token

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the right to renew, alone among the threads of this process."""
        with self._lock:
            yield

    def save(self, token: StoredToken) -> None:
        """Keep a token."""
        self._token = token


class BasicTokens:
    """The TokenSource of a legacy API token: nothing to renew."""

    def __init__(self, credentials: ApiToken) -> None:
        pair = f"{credentials.email}/token:{credentials.token}".encode()
        self._authorization = "Basic " + base64.b64encode(pair).decode("ascii")

    def authorization(self) -> str:
        """Return the value of the Authorization header."""
        return self._authorization

    def refresh(self, rejected: str) -> str:
        """Raise Misconfigured: a refused API token stays refused."""
        raise Misconfigured(
            "Zendesk refuses the API token. Zendesk deactivates tokens that were idle for 30 days and lets nobody make "
            "new ones: create a confidential OAuth client in Admin Center and connect with it.",
            code="unauthorized",
            status=401,
        )


class OAuthTokens:
    """The TokenSource of OAuth client credentials.

    ``session`` may only talk to the account's own host. Raises Misconfigured with the mend when Zendesk refuses the
    client, Temporary when no token can be had just now.
    """

    def __init__(
        self,
        base_url: str,
        credentials: ClientCredentials,
        store: TokenStore,
        session: requests.Session,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._url = f"{base_url.rstrip('/')}/oauth/tokens"
        self._credentials = credentials
        self._store = store
        self._session = session
        self._now = now
        self._thread = threading.Lock()
        self._token: StoredToken | None = None
        self._refused_at = float("-inf")
        self._refusal = ("", "")

    def authorization(self) -> str:
        """Return the token in use, renewed when most of its life is over."""
        token = self._token or self._store.load()
        if token is not None and not token.is_due(self._now()):
            self._token = token
            return token.authorization
        try:
            return self._renew(lambda stored: stored.is_due(self._now())).authorization
        except Temporary as failure:
            if token is None or token.is_over(self._now()):
                raise
            # Renewal is early so that a failure like this costs nothing.
            _log.warning("zendesk.renewal_postponed", code=failure.code)
            return token.authorization

    def refresh(self, rejected: str) -> str:
        """Return the token somebody else made meanwhile, else a new one."""
        return self._renew(lambda stored: stored.authorization == rejected).authorization

    def _renew(self, is_stale: Callable[[StoredToken], bool]) -> StoredToken:
        with self._thread:
            # A thread that waited here finds what the one before it brought, without a look at the store.
            if self._token is not None and not is_stale(self._token):
                return self._token
            with self._store.lock():
                token = self._store.load()
                if token is None or is_stale(token):
                    token = self._fetch()
                    self._store.save(token)
            self._token = token
            return token

    def _fetch(self) -> StoredToken:
        now = self._now()
        if now - self._refused_at < REFUSAL_HOLDS:
            # Many jobs may ask at once; a refused client stays refused until someone acts.
            raise Misconfigured(self._refusal[0], code=self._refusal[1])
        try:
            token = self._ask()
        except Misconfigured as refusal:
            self._refused_at, self._refusal = now, (refusal.message, refusal.code)
            raise
        _log.info("zendesk.token_obtained", lifetime=None if token.expires_at is None else token.expires_at - now)
        return token

    def _ask(self) -> StoredToken:
        client = self._credentials
        body: dict[str, object] = {
            "grant_type": "client_credentials",
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "scope": client.scope,
        }
        if client.expires_in is not None:
            body["expires_in"] = client.expires_in
        question = Question("POST", self._url, {"Content-Type": "application/json"}, orjson.dumps(body))
        asked = self._now()
        answer = exchange(self._session, question)
        if not answer.ok:
            raise token_failure(answer)
        return _token(answer, asked)


def _token(answer: Answer, asked: float) -> StoredToken:
    document = answer.document("the request for a token")
    access_token = document.get("access_token")
    if not isinstance(access_token, str) or not access_token.isascii() or not access_token.isprintable():
        raise Temporary("Zendesk answered the request for a token without one.", code="no_token")
    life = document.get("expires_in")
    # Older OAuth clients name no life: such a token serves until it is refused.
    lasts = isinstance(life, int | float) and not isinstance(life, bool) and life > 0
    # Counted from before the request, so that the token never lives longer here than there.
    return StoredToken(access_token, asked, asked + float(life) if lasts else None)  # type: ignore[arg-type]


def token_failure(answer: Answer) -> DeskwardenError:
    """Return what a refused request for a token means (RFC 6749, section 5.2)."""
    code = error_code(answer.headers, answer.body)
    if code in _MENDS:
        return Misconfigured(_MENDS[code], code=code, status=answer.status)
    failure = from_response(answer.status, answer.headers, answer.body, "the request for a token")
    if isinstance(failure, Temporary | Misconfigured) and answer.status != 401:
        return failure
    return unauthorized("the request for a token")


def token_source(
    base_url: str,
    credentials: Credentials,
    store: TokenStore,
    session: requests.Session,
    *,
    now: Callable[[], float] = time.time,
) -> TokenSource:
    """Return the TokenSource that fits the kind of credentials."""
    if isinstance(credentials, ApiToken):
        return BasicTokens(credentials)
    return OAuthTokens(base_url, credentials, store, session, now=now)
