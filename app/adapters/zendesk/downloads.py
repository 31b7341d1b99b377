"""Fetching the files of comments: only from where they may come, into a spool file, hashed on the way.

The address of a file stands in a ticket, so it is hostile until it has passed the host rule; so is each hop of a
redirect. The authorization goes to the tenant's own hosts and ends with the first hop that leaves them: Zendesk's
content hosts refuse it anyway, and anyone else would be given the account.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError

from app.adapters.zendesk.connect import Resolve, guarded_session, resolve_host
from app.adapters.zendesk.deadline import Deadline
from app.adapters.zendesk.errors import NotAllowed, NotFound, SignInRequired, TooLarge
from app.adapters.zendesk.exchange import CALL_SECONDS, USER_AGENT, interruption, send
from app.adapters.zendesk.headers import retry_after
from app.adapters.zendesk.hosts import HostRule, Origin, Target, check_endpoint, parse
from app.adapters.zendesk.page_instead import is_sign_in, refuse_page
from app.adapters.zendesk.records import Attachment
from app.adapters.zendesk.spool import Pace, Spool
from app.errors import DeskwardenError, Rejected, Temporary

#: Redirects followed for one file.
MOST_HOPS = 5
#: Bytes read at once.
CHUNK = 1 << 18
#: Seconds a whole download may take.
DOWNLOAD_SECONDS = 600.0

_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What lies in the spool file: SHA-256 in hex, bytes, the type the server named, and the host that served it."""

    sha256: str
    size: int
    content_type: str
    final_host: str


class Downloader:
    """Downloads files of one tenant. Thread-safe."""

    def __init__(
        self,
        base_url: str,
        *,
        mapped_hosts: Iterable[str] = (),
        trusted_hosts: frozenset[str] = frozenset(),
        session: requests.Session | None = None,
        resolve: Resolve = resolve_host,
        ca_file: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        seconds: float = DOWNLOAD_SECONDS,
    ) -> None:
        """``mapped_hosts`` are further hosts of the tenant: its brands' subdomains and host-mapped domains.

        Raises Misconfigured when the base URL may not be used.
        """
        own = check_endpoint(base_url, trusted_hosts).origin
        tenant = frozenset({own, *(Origin("https", host.lower().rstrip("."), 443) for host in mapped_hosts)})
        self._rule = HostRule(tenant, trusted_hosts, content=True)
        self._session = session or guarded_session(self._rule, resolve=resolve, ca_file=ca_file)
        self._clock = clock
        self._seconds = seconds

    def download(
        self,
        url: str,
        destination: Path,
        *,
        cap_bytes: int,
        authorization: str | None = None,
        progress: Callable[[int], None] | None = None,
        attachment: Attachment | None = None,
    ) -> Downloaded:
        """Fetch a file into ``destination``, which must not exist; after a failure it does not.

        progress    is told the bytes so far, every few seconds at least while bytes arrive; its exceptions end it all
        attachment  what the ticket says of the file: tells a page served in its place from the file itself

        Raises NotAllowed (must not be fetched), NotFound (gone), TooLarge (over the cap), Withheld (Zendesk keeps it
        back), SignInRequired (renew the authorization, then try again), other Temporary (cannot be fetched now).
        """
        started = self._clock()
        with Deadline(CALL_SECONDS) as deadline:
            try:
                target, response = self._follow(self._checked(url), authorization)
                with response:
                    _check_length(response, cap_bytes)
                    pace = Pace(self._clock, started, self._seconds, progress)
                    with Spool(destination, cap_bytes) as spool:
                        self._stream(response, spool, pace, deadline)
                        content_type = response.headers.get("Content-Type", "")
                        refuse_page(content_type, spool.size, attachment)
                        _check_whole(response, spool.size, attachment)
                        spool.keep()
                return Downloaded(spool.sha256, spool.size, content_type, target.origin.host)
            except (requests.RequestException, HTTPError, ConnectionError, TimeoutError) as failure:
                raise interruption(failure, deadline) from None

    def _checked(self, url: str) -> Target:
        target = parse(url)
        self._rule.check(target.origin)
        return target

    def _follow(self, target: Target, authorization: str | None) -> tuple[Target, requests.Response]:
        """Walk the redirects; return the last address and its answer, its body still to be read."""
        for _ in range(MOST_HOPS + 1):
            if target.origin not in self._rule.tenant:
                # For good: a hop back to the tenant was chosen by somebody else.
                authorization = None
            response = self._get(target, authorization)
            if response.status_code not in _REDIRECTS:
                break
            response.close()
            target = self._checked(urljoin(target.url, _location(response)))
            if target.origin in self._rule.tenant and is_sign_in(target.path):
                raise _sign_in()
        else:
            raise NotAllowed("The file's address is forwarded too often.", code="address_hops")
        if response.status_code != 200:
            response.close()
            raise _failure(response, is_own=target.origin in self._rule.tenant)
        return target, response

    def _get(self, target: Target, authorization: str | None) -> requests.Response:
        headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
        if authorization is not None:
            headers["Authorization"] = authorization
        return send(self._session, requests.Request("GET", target.url, headers=headers).prepare())

    def _stream(self, response: requests.Response, spool: Spool, pace: Pace, deadline: Deadline) -> None:
        # One receive at a time: waiting for a whole chunk would hide a drip from the pace.
        while chunk := response.raw.read1(CHUNK, decode_content=True):
            spool.write(chunk)
            pace.keep_up(spool.size)
            deadline.extend()
        if deadline.expired:
            # A connection that was cut looks like the end of a body without a stated length.
            raise ConnectionError("cut at the deadline")
        pace.finish(spool.size)


def _location(response: requests.Response) -> str:
    location = response.headers.get("Location", "")
    # Header bytes come in as Latin-1, addresses are sent as UTF-8.
    return location.encode("latin-1", "replace").decode("utf-8", "replace")


def _check_length(response: requests.Response, cap_bytes: int) -> None:
    stated = response.headers.get("Content-Length", "").strip()
    if stated.isascii() and stated.isdigit() and int(stated[:20]) > cap_bytes:
        raise TooLarge(f"The file is larger than the cap of {cap_bytes} bytes.", code="too_large")


def _check_whole(response: requests.Response, size: int, attachment: Attachment | None) -> None:
    """Raise where only the end of the connection ended the file, before the length that the ticket states.

    A stated length and chunks are checked while reading; half a file must never be judged as the whole.
    """
    is_framed = "Content-Length" in response.headers or "Transfer-Encoding" in response.headers
    if not is_framed and attachment is not None and attachment.size is not None and size < attachment.size:
        raise ConnectionError("the connection ended before the file")


def _sign_in() -> SignInRequired:
    return SignInRequired(
        "Zendesk wants a sign-in before it hands out the file; the authorization is renewed.",
        code="sign_in",
        status=401,
    )


def _failure(response: requests.Response, *, is_own: bool) -> DeskwardenError:
    status = response.status_code
    if status in (404, 410):
        return NotFound("The file is gone from Zendesk.", code="gone", status=status)
    if status == 401 and is_own:
        return _sign_in()
    if status in (401, 403, 408, 425, 429) or status >= 500:
        # A content address serves for a short time only; the next attempt asks the tenant for a new one.
        message = f"Zendesk does not hand out the file just now (HTTP {status}); it is tried again."
        return Temporary(message, code="not_served", status=status, retry_after=retry_after(response.headers))
    return Rejected(f"Zendesk does not hand out the file (HTTP {status}).", code="not_served", status=status)
