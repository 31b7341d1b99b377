"""The original of a scan, for the IR team: from quarantine, or fetched again while it still lies in the ticket."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select

from app.adapters.vault import Vault, VaultRef
from app.db import Database
from app.errors import Rejected
from app.keys import MasterKey
from app.tickets.service.originals import Fetcher
from app.tickets.tables import scans

CHUNK = 1 << 20


class Files:
    """Opens originals."""

    def __init__(
        self, database: Database, keys: MasterKey, vault: Vault, fetcher: Callable[[int], Fetcher], spool: Path
    ) -> None:
        self._database = database
        self._keys = keys
        self._vault = vault
        self._fetcher = fetcher
        self._spool = spool

    def open(self, scan_id: int) -> tuple[str, Iterator[bytes]]:
        """Return the file's name and its bytes.

        Raises Rejected with code ``not-found`` or ``gone``, and Temporary when it cannot be had just now.
        """
        with self._database.read() as connection:
            scan = connection.execute(select(scans).where(scans.c.id == scan_id)).one_or_none()
        if scan is None:
            raise Rejected(f"There is no scan {scan_id}.", code="not-found")
        if scan.vault is not None:
            return scan.name, self._vault.open(VaultRef.from_dict(scan.vault))
        if scan.source is None:
            raise Rejected("This scan is about a link; there is no file.", code="gone")
        return scan.name, self._fetch(scan)

    def _fetch(self, scan: Any) -> Iterator[bytes]:
        spooled = self._spool / f"{secrets.token_hex(8)}.view"
        spooled.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        source = orjson.loads(self._keys.unseal("source", scan.source))
        try:
            got = self._fetcher(scan.connection_id).fetch(source, scan.name, spooled, lambda _bytes: None)
        except Rejected as error:
            raise Rejected("The file is no longer in the ticket, and no copy was kept.", code="gone") from error
        if scan.sha256 and got.sha256 != scan.sha256:
            spooled.unlink(missing_ok=True)
            raise Rejected("What lies in the ticket now is not the file that was judged.", code="gone")
        handle = spooled.open("rb")
        spooled.unlink()  # the open descriptor keeps the bytes for as long as they are read
        return _chunks(handle)


def _chunks(handle: Any) -> Iterator[bytes]:
    with handle:
        while chunk := handle.read(CHUNK):
            yield chunk
