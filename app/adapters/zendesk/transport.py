"""The way of every API call: room from the limiter, authorization, one exchange, the meaning of its answer.

Nothing that may have been carried out is repeated here: after an Interrupted write the caller reads back first. A read
is repeated once when its connection failed, and any call once when its authorization was refused, as a refused call
has done nothing.
"""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import orjson
import requests
import structlog

from app.adapters.zendesk.auth import TokenSource
from app.adapters.zendesk.connect import account_session
from app.adapters.zendesk.deadline import Deadline
from app.adapters.zendesk.errors import from_response, unauthorized
from app.adapters.zendesk.exchange import CALL_SECONDS, Answer, Interrupted, Question, exchange
from app.adapters.zendesk.headers import unpermitted_keys
from app.adapters.zendesk.hosts import check_endpoint
from app.adapters.zendesk.rate import Call, Lane, Limiter
from app.errors import Temporary

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A Zendesk account: the connection's name, for logs, and ``https://company.zendesk.com``."""

    name: str
    base_url: str


class OnCall(Protocol):
    """Told of each exchange: method, route template, status (0: no answer), milliseconds."""

    def __call__(self, method: str, route: str, status: int, ms: float) -> None:
        """Take note of it; must not raise."""


@dataclass(frozen=True, slots=True)
class Route:
    """A call to the API: ``path`` is a template, as ``/api/v2/tickets/{ticket_id}``, and ``ids`` fill it.

    what       names the call for a reader, as the object of a sentence
    query      parameters of the address
    document   JSON body; ``content`` is a body of bytes instead, with ``content_type``
    updates    the ticket that this call changes, if it does
    seconds    deadline of the whole call
    """

    method: str
    path: str
    what: str
    ids: Mapping[str, int | str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    document: Mapping[str, Any] | None = None
    content: Callable[[], bytes | Iterable[bytes]] | None = None
    content_type: str = "application/json"
    updates: int | None = None
    seconds: float = CALL_SECONDS

    def url(self, base_url: str) -> str:
        """Return the address of this call."""
        filled = self.path.format(**{name: quote(str(value), safe="") for name, value in self.ids.items()})
        return f"{base_url}{filled}{'?' + urlencode(self.query) if self.query else ''}"

    def body(self) -> bytes | Iterable[bytes] | None:
        """Return the body, made anew for each exchange."""
        if self.content is not None:
            return self.content()
        return None if self.document is None else orjson.dumps(self.document)


class CallCount:
    """Counts exchanges, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.value = 0

    def add(self) -> None:
        """Count one more."""
        with self._lock:
            self.value += 1


class Transport:
    """Makes the calls of one connection in one lane; ``in_lane`` gives a copy that shares everything else."""

    def __init__(
        self,
        endpoint: Endpoint,
        tokens: TokenSource,
        *,
        limiter: Limiter | None = None,
        session: requests.Session | None = None,
        trusted_hosts: frozenset[str] = frozenset(),
        on_call: OnCall | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises Misconfigured when the endpoint's address may not be used."""
        target = check_endpoint(endpoint.base_url, trusted_hosts)
        self.endpoint = endpoint
        self.count = CallCount()
        self.lane = Lane.SCAN
        self._base_url = target.url.rstrip("/")
        self._tokens = tokens
        self._limiter = limiter
        self._session = session or account_session(endpoint.base_url, trusted_hosts)
        self._on_call = on_call
        self._clock = clock

    def in_lane(self, lane: Lane) -> Transport:
        """Return a copy whose calls belong to another lane."""
        other = copy.copy(self)
        other.lane = lane
        return other

    def renew(self) -> None:
        """Get another authorization, as the one in use turned out to be refused; raises Misconfigured."""
        self._tokens.refresh(self._tokens.authorization())

    def call(self, route: Route) -> dict[str, Any]:
        """Make a call and return its JSON object, ``{}`` for an answer without a body.

        Raises what ``errors.from_response`` says, and Interrupted when no answer came. A write that raises anything but
        Interrupted was not carried out.
        """
        try:
            return self._call(route)
        except Interrupted:
            raise
        except Temporary as failure:
            # A gateway that gives up, or a page in place of the answer, says nothing of what happened behind it.
            if route.method != "GET" and failure.status is not None and (failure.status < 300 or failure.status >= 500):
                raise Interrupted(
                    failure.message, code=failure.code, status=failure.status, retry_after=failure.retry_after
                ) from failure
            raise

    def _call(self, route: Route) -> dict[str, Any]:
        # One deadline around it all, a renewal of the authorization and a repeated read included.
        with Deadline(route.seconds):
            authorization = self._tokens.authorization()
            answer = self._ask(route, authorization)
            if answer.status == 401:
                answer = self._ask(route, self._tokens.refresh(authorization))
        if answer.status == 401:
            raise unauthorized(route.what)
        if not answer.ok:
            raise from_response(answer.status, answer.headers, answer.body, route.what)
        self._warn(route, answer)
        return answer.document(route.what)

    def _ask(self, route: Route, authorization: str) -> Answer:
        try:
            return self._exchange(route, authorization)
        except Interrupted as failure:
            # A pooled connection that the other side has closed fails at once; one that took all the time does not.
            if route.method != "GET" or failure.code == "timeout":
                raise
            return self._exchange(route, authorization)

    def _exchange(self, route: Route, authorization: str) -> Answer:
        call = Call(self.lane, route.path, route.updates)
        if self._limiter is not None:
            self._limiter.acquire(call)
        headers = {"Authorization": authorization}
        body = route.body()
        if body is not None:
            headers["Content-Type"] = route.content_type
        question = Question(route.method, route.url(self._base_url), headers, body)
        started, status = self._clock(), 0
        try:
            answer = exchange(self._session, question)
            status = answer.status
        finally:
            self.count.add()
            if self._on_call is not None:
                self._on_call(route.method, route.path, status, (self._clock() - started) * 1000.0)
        if self._limiter is not None:
            self._limiter.observe(call, answer.status, answer.headers)
        return answer

    def _warn(self, route: Route, answer: Answer) -> None:
        """Log what Zendesk silently ignored: it answers 200 all the same."""
        warning = answer.headers.get("X-Zendesk-API-Warn")
        if warning:
            _log.warning(
                "zendesk.parameters_ignored",
                connection=self.endpoint.name,
                method=route.method,
                route=route.path,
                keys=unpermitted_keys(warning),
            )
