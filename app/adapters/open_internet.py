"""GET from an address that the operator chose: over https from public addresses only, hop by hop.

The address is the operator's; where it forwards to is not, so every hop passes the same rule, and what is secret goes
to the operator's host alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError

from app.adapters.zendesk.connect import Resolve, guarded_session, resolve_host
from app.adapters.zendesk.deadline import Deadline
from app.adapters.zendesk.exchange import USER_AGENT, send
from app.adapters.zendesk.hosts import HostRule, Target, parse
from app.errors import DeskwardenError, Rejected, Temporary

#: Redirects followed for one address.
MOST_HOPS = 5

_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a server said of the version it served, to be told the next time; empty where it said nothing."""

    etag: str = ""
    modified: str = ""

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Stamp:
        """Return the stamp that an answer carries."""
        return cls(headers.get("ETag", "")[:500], headers.get("Last-Modified", "")[:100])

    @property
    def conditions(self) -> dict[str, str]:
        """Headers that ask for a version only if it is another one."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in named.items() if value}


#: Nothing is known of an earlier version.
NO_STAMP = Stamp()


class OpenRule(HostRule):
    """Any host of the open internet over https on port 443; trusted ones may be private or plain http."""

    def knows(self, host: str) -> bool:
        """Return True: which host it is, is the operator's choice; that it is a public one is checked elsewhere."""
        return True


class OpenInternet:
    """Asks addresses of the operator. ``trusted_hosts`` are ``host:port`` names that may be private or plain http."""

    def __init__(self, trusted_hosts: frozenset[str] = frozenset(), *, resolve: Resolve = resolve_host) -> None:
        self._rule = OpenRule(frozenset(), trusted_hosts)
        self._session: Callable[[], requests.Session] = lambda: guarded_session(self._rule, resolve=resolve)

    @contextmanager
    def get(
        self, url: str, *, headers: Mapping[str, str], secret: Mapping[str, str], seconds: float
    ) -> Iterator[requests.Response]:
        """Give the answer to a GET, redirects followed, its body unread and as it was sent.

        ``secret`` headers go to the host of ``url`` alone. All of it, reading the body included, ends after
        ``seconds``. Raises Rejected (may not be asked) or Temporary (does not answer, breaks off).
        """
        # Not compressed on the way: some servers call every .tar.gz a text that was.
        common = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity", **headers}
        with self._session() as session, Deadline(seconds) as deadline:
            try:
                with self._follow(session, url, common, secret) as response:
                    yield response
            except (requests.RequestException, HTTPError, OSError, ValueError) as failure:
                late = deadline.expired or isinstance(failure, requests.Timeout)
                why = "does not answer in time" if late else f"cannot be reached ({type(failure).__name__})"
                raise Temporary(f"The server {why}.", code="timeout" if late else "connection") from None

    @contextmanager
    def _follow(
        self, session: requests.Session, url: str, headers: Mapping[str, str], secret: Mapping[str, str]
    ) -> Iterator[requests.Response]:
        target = self._checked(url)
        own = target.origin
        for _ in range(MOST_HOPS + 1):
            private = secret if target.origin == own else {}
            request = requests.Request("GET", target.url, headers={**headers, **private}).prepare()
            with send(session, request) as response:
                if response.status_code not in _REDIRECTS:
                    yield response
                    return
                location = response.headers.get("Location", "").encode("latin-1", "replace").decode("utf-8", "replace")
                target = self._checked(urljoin(target.url, location))
        raise Rejected("The address is forwarded too often.", code="hops")

    def _checked(self, url: str) -> Target:
        target = parse(url)
        self._rule.check(target.origin)
        return target


def failure_of(status: int) -> DeskwardenError:
    """Return what an answer means that is neither a success nor a redirect."""
    if status in (401, 403):
        return Rejected(f"The server refuses it (HTTP {status}): look at the token.", code="refused", status=status)
    if status in (404, 410):
        return Rejected(f"There is nothing at this address (HTTP {status}).", code="gone", status=status)
    if status in (408, 425, 429) or status >= 500:
        return Temporary(f"The server cannot answer just now (HTTP {status}).", code="not_served", status=status)
    return Rejected(f"The server does not hand it out (HTTP {status}).", code="not_served", status=status)
