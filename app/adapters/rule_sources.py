"""Rules from outside: fetched over https from public addresses only, or read from a local path."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import requests

from app.adapters.open_internet import NO_STAMP, OpenInternet, Stamp, failure_of
from app.adapters.rule_archive import FILE_BYTES, MOST_FILES, RuleText, plain_path, unpack
from app.adapters.zendesk.connect import Resolve, resolve_host
from app.errors import Rejected, Temporary

#: Bytes of the largest archive that is fetched.
LARGEST = 128 << 20
#: Seconds that one source may take altogether.
SECONDS = 120.0

_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Fetched:
    """A new version: its bytes and its stamp."""

    content: bytes = field(repr=False)
    stamp: Stamp = NO_STAMP


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
        self._internet = OpenInternet(trusted_hosts, resolve=resolve)
        self._seconds = seconds
        self._largest = largest

    def fetch(self, url: str, *, stamp: Stamp = NO_STAMP, token: str = "") -> Fetched | None:
        """Return what the address serves, None when that is still the version of the stamp.

        Raises Rejected (may not be fetched, too large, not there) or Temporary (cannot be had just now).
        """
        secret = {"Authorization": f"Bearer {token}"} if token else {}
        with self._internet.get(url, headers=stamp.conditions, secret=secret, seconds=self._seconds) as response:
            return self._answer(response)

    def _answer(self, response: requests.Response) -> Fetched | None:
        if response.status_code == 304:
            return None
        if response.status_code != 200:
            raise failure_of(response.status_code)
        content = bytearray()
        for chunk in response.raw.stream(_CHUNK, decode_content=False):
            content += chunk
            if len(content) > self._largest:
                raise Rejected(f"It is larger than {self._largest >> 20} MiB.", code="too_large")
        length = response.headers.get("Content-Length", "")
        if length.isdigit() and int(length) != len(content):
            raise Temporary("The connection ended before all of it had come.", code="connection")
        return Fetched(bytes(content), Stamp.of(response.headers))


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
