"""One bounded call to the API of a provider: no redirect, no proxy, no cookie, a hard end, a small answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
import requests
from urllib3.exceptions import HTTPError

from app.adapters.providers.model import NoOpinion
from app.adapters.zendesk.connect import Resolve, guarded_session, resolve_host
from app.adapters.zendesk.deadline import Deadline
from app.adapters.zendesk.errors import NotAllowed
from app.adapters.zendesk.exchange import USER_AGENT, send
from app.adapters.zendesk.headers import retry_after
from app.adapters.zendesk.hosts import HostRule, Origin, parse

#: Bytes of the largest answer that is read: VirusTotal's report on one address has about 30 KiB.
LARGEST_ANSWER = 4 << 20
#: Seconds without a question after a refusal that names no time, and after one that only an operator can mend.
PAUSE_LIMITED, PAUSE_REFUSED, PAUSE_BROKEN = 60.0, 3_600.0, 30.0
#: Seconds that an answer may make us wait at most: a day's quota is there again after a day.
LONGEST_PAUSE = 86_400.0

_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whatever its status."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Door:
    """The way to one provider's host, and to no other. Thread-safe."""

    def __init__(
        self,
        base_url: str,
        *,
        trusted_hosts: frozenset[str] = frozenset(),
        resolve: Resolve = resolve_host,
        ca_file: str | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        origin: Origin = parse(base_url).origin
        self.host = origin.host
        self._session = guarded_session(HostRule(frozenset({origin}), trusted_hosts), resolve=resolve, ca_file=ca_file)

    def call(
        self,
        method: str,
        path: str,
        *,
        seconds: float,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        """Send one request and read the whole answer within ``seconds``. Raises NoOpinion."""
        asked = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", **(headers or {})}
        request = requests.Request(method, self.base_url + path, headers=asked, data=body).prepare()
        with Deadline(seconds) as deadline:
            try:
                with send(self._session, request) as response:
                    return Reply(response.status_code, response.headers, _read(response, deadline))
            except NotAllowed as refusal:
                raise NoOpinion("address", refusal.message, pause=PAUSE_REFUSED, is_sent=False) from None
            except (requests.RequestException, HTTPError, OSError, ValueError) as failure:
                raise _no_answer(failure, deadline) from None


def _read(response: requests.Response, deadline: Deadline) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise NoOpinion("unreadable", "The answer was larger than any should be.", pause=PAUSE_BROKEN)
    if deadline.expired:
        raise OSError("cut at the deadline")
    return bytes(body)


def _no_answer(failure: Exception, deadline: Deadline) -> NoOpinion:
    if deadline.expired or isinstance(failure, requests.Timeout | TimeoutError):
        return NoOpinion("timeout", "No answer came in time.")
    return NoOpinion("connection", "The connection failed.", pause=PAUSE_BROKEN)


def document(reply: Reply) -> dict[str, object]:
    """Return the JSON object of an answer. Raises NoOpinion when it is none."""
    try:
        found = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise NoOpinion("unreadable", "What came back is no answer of the provider's.", pause=PAUSE_BROKEN)
    return found


def check(reply: Reply) -> None:
    """Raise NoOpinion with what it means, unless the status says success."""
    status = reply.status
    if 200 <= status < 300:
        return
    if status == 429:
        wait = retry_after(reply.headers)
        pause = PAUSE_LIMITED if wait is None else min(max(wait, 1.0), LONGEST_PAUSE)
        raise NoOpinion("limit", "The provider's rate limit or quota is used up.", pause=pause)
    if status in (400, 401, 403):
        words = f"The provider refuses the request (HTTP {status}): check the key and what it may be used for."
        raise NoOpinion("refused", words, pause=PAUSE_REFUSED)
    raise NoOpinion("failed", f"The provider could not answer (HTTP {status}).", pause=PAUSE_BROKEN)
