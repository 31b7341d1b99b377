"""Follow shortened addresses: their redirects alone, hop by hop, without ever reading a page.

The shortener learns that somebody follows the link, and when; so it is asked only where a policy allows it. Each hop
must be http or https on its usual port and resolve to public addresses, which are the very ones that are connected to.
A hop beyond the shortener is not asked any more, unless it is a shortener again: the target itself is never visited.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError

from app.adapters.providers.model import Access, Answer, Kind, Listing, NoOpinion, Question
from app.adapters.zendesk.connect import Resolve, guarded_session, resolve_host
from app.adapters.zendesk.deadline import Deadline
from app.adapters.zendesk.errors import NotAllowed
from app.adapters.zendesk.exchange import send
from app.adapters.zendesk.hosts import HostRule, Origin, parse
from app.engine.links.canonical import canonical, host_of
from app.engine.links.reputation import Hit
from app.engine.links.unwrap import is_shortener, unwrap

#: Redirects followed for one address.
MOST_HOPS = 5
#: Seconds for which a target is kept. Some shorteners let the target be changed, so not for longer.
TARGET_SECONDS, GONE_SECONDS = 3_600.0, 21_600.0

_REDIRECTS = (301, 302, 303, 307, 308)
_PORTS = {"http": 80, "https": 443}
#: Some shorteners answer only what looks like a browser; this says who asks all the same.
_HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; Deskwarden)", "Accept": "text/html", "Accept-Encoding": "identity"}


class _Public(HostRule):
    """Every host on the open internet, on the usual port of its scheme; and those that the operator trusts."""

    def check(self, origin: Origin) -> None:
        """Raise NotAllowed unless this origin may be asked."""
        if not self.trusts(origin) and _PORTS.get(origin.scheme) != origin.port:
            raise NotAllowed("The address names an unusual port.", code="address_port")


class Shorteners:
    """Asks shorteners where an address leads, one a call."""

    batch = 1

    def __init__(
        self,
        *,
        trusted_hosts: frozenset[str] = frozenset(),
        resolve: Resolve = resolve_host,
        ca_file: str | None = None,
    ) -> None:
        self._rule = _Public(frozenset(), trusted_hosts)
        self._session = guarded_session(self._rule, resolve=resolve, ca_file=ca_file)

    def recipient(self, access: Access) -> str:
        """Return to whom the questions go."""
        return "the shortener that the link names"

    def questions(self, url: str, access: Access) -> tuple[Question, ...]:
        """Return the address when it is one of a known shortener."""
        return (Question(Kind.URL, url),) if _is_short(url, access) else ()

    def ask(self, questions: Sequence[Question], access: Access) -> list[Answer]:
        """Return where each address leads. Raises NoOpinion."""
        with Deadline(access.seconds) as deadline:
            return [self._follow(question.value, access, deadline) for question in questions]

    def hits(self, url: str, listings: Sequence[Listing]) -> list[Hit]:
        """Return nothing: where an address leads says nothing by itself."""
        return []

    def _follow(self, url: str, access: Access, deadline: Deadline) -> Answer:
        current = url
        for _ in range(MOST_HOPS):
            following = self._hop(current, deadline)
            if not following:
                break
            current = following
            if not _is_short(current, access):
                return Answer(url, (Listing(url, target=current),), TARGET_SECONDS)
        if current == url:
            return Answer(url, seconds=GONE_SECONDS)
        # A chain of shorteners that does not end within the hops: the last one is as far as can be seen.
        return Answer(url, (Listing(url, target=current),), TARGET_SECONDS)

    def _hop(self, url: str, deadline: Deadline) -> str:
        """Return where one address forwards to, in canonical form and unwrapped; empty when it does not forward."""
        try:
            target = parse(url)
            self._rule.check(target.origin)
            # Not HEAD: many shorteners answer it with an error. The body is never read.
            with send(self._session, requests.Request("GET", target.url, headers=_HEADERS).prepare()) as answer:
                status, headers = answer.status_code, answer.headers
        except NotAllowed as refusal:
            raise NoOpinion("address", refusal.message, is_sent=False) from None
        except (requests.RequestException, HTTPError, OSError, ValueError) as failure:
            if deadline.expired or isinstance(failure, requests.Timeout | TimeoutError):
                raise NoOpinion("timeout", "The shortener did not answer in time.") from None
            raise NoOpinion("connection", "The connection to the shortener failed.") from None
        if status in (401, 403, 429) or status >= 500:
            # No pause: other shorteners have nothing to do with it.
            raise NoOpinion("failed", f"The shortener did not say where the link leads (HTTP {status}).")
        return _target(url, headers.get("Location", "")) if status in _REDIRECTS else ""


def _target(url: str, location: str) -> str:
    # Header bytes come in as Latin-1, addresses are sent as UTF-8.
    location = location.encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        return unwrap(canonical(urljoin(url, location))).url
    except ValueError:
        raise NoOpinion("unreadable", "The shortener forwards to what is no web address.") from None


def _is_short(url: str, access: Access) -> bool:
    """Whether an address belongs to a known shortener, or to one of the hosts that the operator added."""
    return is_shortener(url) or host_of(url) in (access.options.get("hosts") or ())
