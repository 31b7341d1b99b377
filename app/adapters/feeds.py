"""Downloads of feeds: into a file, under a cap, going on where an earlier attempt broke off."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import requests

from app.adapters.open_internet import NO_STAMP, OpenInternet, Stamp, failure_of
from app.adapters.zendesk.connect import Resolve, resolve_host
from app.errors import Rejected, Temporary

#: Bytes of the largest download.
LARGEST = 512 << 20
#: Seconds of one attempt, and attempts of one download; each goes on where the one before broke off.
SECONDS = 300.0
ATTEMPTS = 3

_CHUNK = 1 << 16
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)\Z")


class FeedFetcher:
    """Fetches feeds. ``trusted_hosts`` are ``host:port`` names that may be private or plain http."""

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

    def fetch(self, url: str, place: Path, *, stamp: Stamp, secret: Mapping[str, str]) -> Stamp | None:
        """Bring what the address serves to the file ``place`` and return its stamp.

        None: it is still the version of ``stamp``, and nothing was written. ``secret`` headers go to the host of the
        address alone. Raises Rejected (may not be fetched, too large, not there) or Temporary (cannot be had just now;
        what has come is kept beside ``place`` for the next time).
        """
        part = _Part.of(place, url)
        for attempt in range(ATTEMPTS):
            before = part.size
            try:
                return self._attempt(url, part, place, stamp, secret)
            except Temporary:
                part = _Part.of(place, url)
                # Nothing more came: the next attempt is for another hour. Nothing is left: begin anew.
                if attempt == ATTEMPTS - 1 or part.size == before:
                    raise
        raise AssertionError("unreachable")

    def _attempt(self, url: str, part: _Part, place: Path, stamp: Stamp, secret: Mapping[str, str]) -> Stamp | None:
        headers = part.conditions or stamp.conditions
        with self._internet.get(url, headers=headers, secret=secret, seconds=self._seconds) as response:
            if response.status_code == 304 and not part.conditions:
                return None
            if response.status_code == 416 or (response.status_code == 304 and part.conditions):
                part.drop()
                raise Temporary("The server no longer has what was being fetched.", code="changed")
            if response.status_code not in (200, 206):
                raise failure_of(response.status_code)
            part = self._begun(part, response)
            self._take(part, response)
        part.finish(place)
        return part.stamp

    def _begun(self, part: _Part, response: requests.Response) -> _Part:
        """Return what the body is appended to: what has come already, or nothing. Says where it will end."""
        if response.status_code == 206:
            match = _RANGE.match(response.headers.get("Content-Range", ""))
            if not match or int(match.group(1)) != part.size:
                part.drop()
                raise Temporary("The server sent another piece than it was asked for.", code="range")
            return part
        fresh = _Part(part.path, part.key, Stamp.of(response.headers))
        fresh.begin()
        return fresh

    def _take(self, part: _Part, response: requests.Response) -> None:
        length = response.headers.get("Content-Length", "")
        whole = part.size + int(length) if length.isdigit() and len(length) < 16 else None
        size = part.size
        with part.path.open("ab") as file:
            for chunk in response.raw.stream(_CHUNK, decode_content=False):
                size += len(chunk)
                if size > self._largest:
                    part.drop()
                    raise Rejected(f"It is larger than {self._largest >> 20} MiB.", code="too_large")
                file.write(chunk)
        if whole is not None and size != whole:
            raise Temporary("The connection ended before all of it had come.", code="connection")


@dataclass(frozen=True, slots=True)
class _Part:
    """A download that is under way, in a file of its own, with a note of what it is a part of.

    key  of the address, so that one that was changed begins anew; the address itself may hold a key
    """

    path: Path
    key: str
    stamp: Stamp = NO_STAMP

    @classmethod
    def of(cls, place: Path, url: str) -> _Part:
        """Return what an earlier attempt left, or an empty one."""
        path = place.with_name(f"{place.name}.part")
        key = hashlib.sha256(url.encode()).hexdigest()
        try:
            note = json.loads(path.with_suffix(".note").read_text("utf-8"))
            if note["key"] == key:
                return cls(path, key, Stamp(str(note["stamp"]["etag"]), str(note["stamp"]["modified"])))
        except (OSError, ValueError, KeyError, TypeError):
            pass
        empty = cls(path, key)
        empty.drop()
        return empty

    @property
    def size(self) -> int:
        """Bytes that have come."""
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def conditions(self) -> dict[str, str]:
        """Headers that ask for the rest; none when the server gave nothing to recognise the version by (RFC 9110)."""
        strong = self.stamp.etag if not self.stamp.etag.startswith("W/") else ""
        validator = strong or self.stamp.modified
        return {"Range": f"bytes={self.size}-", "If-Range": validator} if validator and self.size else {}

    def begin(self) -> None:
        """Start with nothing."""
        self.path.unlink(missing_ok=True)
        self.path.with_suffix(".note").write_text(json.dumps({"key": self.key, "stamp": asdict(self.stamp)}), "utf-8")

    def drop(self) -> None:
        """Forget what has come."""
        self.path.unlink(missing_ok=True)
        self.path.with_suffix(".note").unlink(missing_ok=True)

    def finish(self, place: Path) -> None:
        """Make it the whole."""
        self.path.replace(place)
        self.path.with_suffix(".note").unlink(missing_ok=True)
