"""Rules from outside: fetched over https from public addresses only, or read from a local path.

The address is the operator's; where it forwards to is not, so every hop passes the same rule, and the token goes to
the operator's host alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

from app.adapters.rule_archive import FILE_BYTES, MOST_FILES, RuleText, plain_path, unpack
from app.adapters.zendesk.connect import Resolve, guarded_session, resolve_host
from app.adapters.zendesk.deadline import Deadline
from app.adapters.zendesk.exchange import USER_AGENT, send
from app.adapters.zendesk.hosts import HostRule, Target, parse
from app.errors import DeskwardenError, Rejected, Temporary

#: Bytes of the largest archive that is fetched.
LARGEST = 128 << 20
#: Seconds that one source may take altogether.
SECONDS = 120.0
#: Redirects followed for one source.
MOST_HOPS = 5

_CHUNK = 1 << 16
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a server said of the version it served, to be told the next time; empty where it said nothing."""

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A new version: its bytes and its stamp."""

    content: bytes = field(repr=False)
    stamp: Stamp = Stamp()


class OpenRule(HostRule):
    """Any host of the open internet over https on port 443; trusted ones may be private or plain http."""

    def knows(self, host: str) -> bool:
        """Return True: which host it is, is the operator's choice; that it is a public one is checked elsewhere."""
        return True


class RuleFetcher:
    """Fetches archives of rules. ``trusted_hosts`` are ``host:port`` names that may be private or plain http."""

    def __init__(
        self,
        trusted_hosts: frozenset[str] = frozenset(),
        *,
        resolve: Resolve = resolve_host,
        seconds: float = SECONDS,
        largest: int = LARGEST,
    ) -> None:
        self._rule = OpenRule(frozenset(), trusted_hosts)
        self._session: Callable[[], requests.Session] = lambda: guarded_session(self._rule, resolve=resolve)
        self._seconds = seconds
        self._largest = largest

    def fetch(self, url: str, *, stamp: Stamp = Stamp(), token: str = "") -> Fetched | None:
        """Return what the address serves, None when that is still the version of the stamp.

        Raises Rejected (may not be fetched, too large, not there) or Temporary (cannot be had just now).
        """
        headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
        if stamp.etag:
            headers["If-None-Match"] = stamp.etag
        if stamp.modified:
            headers["If-Modified-Since"] = stamp.modified
        with self._session() as session, Deadline(self._seconds) as deadline:
            try:
                return self._fetch(session, url, headers, token)
            except (requests.RequestException, HTTPError, OSError, ValueError) as failure:
                late = deadline.expired or isinstance(failure, requests.Timeout)
                why = "does not answer in time" if late else f"cannot be reached ({type(failure).__name__})"
                raise Temporary(f"The server {why}.", code="timeout" if late else "connection") from None

    def _fetch(self, session: requests.Session, url: str, headers: dict[str, str], token: str) -> Fetched | None:
        target = self._checked(url)
        own = target.origin
        for _ in range(MOST_HOPS + 1):
            bearer = {"Authorization": f"Bearer {token}"} if token and target.origin == own else {}
            request = requests.Request("GET", target.url, headers={**headers, **bearer}).prepare()
            with send(session, request) as response:
                if response.status_code in _REDIRECTS:
                    location = (
                        response.headers.get("Location", "").encode("latin-1", "replace").decode("utf-8", "replace")
                    )
                    target = self._checked(urljoin(target.url, location))
                    continue
                return self._answer(response)
        raise Rejected("The address is forwarded too often.", code="hops")

    def _checked(self, url: str) -> Target:
        target = parse(url)
        self._rule.check(target.origin)
        return target

    def _answer(self, response: requests.Response) -> Fetched | None:
        if response.status_code == 304:
            return None
        if response.status_code != 200:
            raise _failure(response.status_code)
        content = bytearray()
        # As it was sent: some servers call every .tar.gz a text that is compressed on the way.
        for chunk in response.raw.stream(_CHUNK, decode_content=False):
            content += chunk
            if len(content) > self._largest:
                raise Rejected(f"It is larger than {self._largest >> 20} MiB.", code="too_large")
        length = response.headers.get("Content-Length", "")
        if length.isdigit() and int(length) != len(content):
            raise Temporary("The connection ended before all of it had come.", code="connection")
        stamp = Stamp(response.headers.get("ETag", "")[:500], response.headers.get("Last-Modified", "")[:100])
        return Fetched(bytes(content), stamp)


def _failure(status: int) -> DeskwardenError:
    if status in (401, 403):
        return Rejected(f"The server refuses it (HTTP {status}): look at the token.", code="refused", status=status)
    if status in (404, 410):
        return Rejected(f"There is nothing at this address (HTTP {status}).", code="gone", status=status)
    if status in (408, 425, 429) or status >= 500:
        return Temporary(f"The server cannot answer just now (HTTP {status}).", code="not_served", status=status)
    return Rejected(f"The server does not hand it out (HTTP {status}).", code="not_served", status=status)


def fetched_rules(content: bytes, url: str, folder: str = "") -> list[RuleText]:
    """Return the rule files of what was fetched; raises Rejected (see ``unpack``)."""
    return unpack(content, name=PurePosixPath(urlsplit(url).path).name, folder=folder)


def local_rules(path: Path, folder: str = "") -> list[RuleText]:
    """Return the rule files of a local archive, file or folder. Raises Rejected when it cannot be read."""
    try:
        if not path.is_dir():
            if path.stat().st_size > LARGEST:
                raise Rejected("It is larger than 128 MiB.", code="too_large")
            return unpack(path.read_bytes(), name=path.name, folder=folder)
        return _folder_rules(path / folder)
    except OSError as error:
        raise Rejected(f"It cannot be read ({error.strerror}).", code="not_there") from None


def _folder_rules(top: Path) -> list[RuleText]:
    texts: list[RuleText] = []
    for file in sorted(top.rglob("*")):
        path = plain_path(file.relative_to(top).as_posix())
        if path and file.is_file():
            if file.stat().st_size > FILE_BYTES or len(texts) >= MOST_FILES:
                raise Rejected("The folder holds more rules than are taken.", code="too_large")
            texts.append(RuleText(path, file.read_bytes()))
    if not texts:
        raise Rejected("There are no .yar or .yara files in it.", code="no_rules")
    return texts
