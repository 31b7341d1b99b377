"""Files that others send to be judged, through the API: no ticket, so nothing is done about them but the judging.

The original lies in the vault before anybody is told that we have it, and stays there, so that it can be looked at and
judged again.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, insert

from app.adapters.vault import Vault, VaultRef
from app.db import Database
from app.errors import Temporary
from app.jobs import Job, Queue
from app.keys import MasterKey
from app.tickets.filters import Kind
from app.tickets.service.nobody import CHANNEL, connection_of
from app.tickets.service.seen_links import storable
from app.tickets.tables import scans, uploads

#: Characters of a file's name that are kept.
LONGEST_NAME = 1_000
#: What a file is called that came without a name.
UNNAMED = "file"


class Gate(Protocol):
    """Says what may be told to whom."""

    def check(self, url: str) -> None:
        """Raise Rejected when nothing may ever be sent to this address."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came. ``content`` is where it lies; ``sha256`` in hex, ``size`` in bytes."""

    content: Path
    sha256: str
    size: int
    name: str = ""
    password: str = field(default="", repr=False)
    callback_url: str = field(default="", repr=False)
    connection: str | None = None


class Uploads:
    """Takes files and has them judged."""

    def __init__(
        self,
        database: Database,
        keys: MasterKey,
        queue: Queue,
        vault: Vault,
        gate: Gate,
        *,
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._keys = keys
        self._queue = queue
        self._vault = vault
        self._gate = gate
        self._now = now

    def take(self, upload: Upload, *, actor: str, token_id: int) -> int:
        """Keep the file and queue its scan; return the scan's id.

        Raises Rejected with code ``connection`` when there is no such tenant or what ``Gate.check`` says of the address
        for the answer, and Temporary or Misconfigured when the vault cannot take it: then nothing was kept.
        """
        if upload.callback_url:
            self._gate.check(upload.callback_url)
        with self._database.write() as connection:
            connection_id = connection_of(connection, upload.connection, self._now())
        ref = self._vault.store(upload.content, connection_id=connection_id, sha256=upload.sha256, size=upload.size)
        with self._database.write() as connection:
            scan_id = self._insert(connection, upload, ref, actor, token_id)
        with contextlib.suppress(Temporary):
            self._queue.put(Job.SCAN, scan_id=scan_id)
        return scan_id

    def _insert(self, connection: Connection, upload: Upload, ref: VaultRef, actor: str, token_id: int) -> int:
        now = self._now()
        scan_id = connection.execute(
            insert(scans)
            .values(
                connection_id=ref.connection_id,
                identity=f"upload:{secrets.token_hex(16)}",
                kind=Kind.UPLOAD.value,
                name=storable(upload.name)[:LONGEST_NAME] or UNNAMED,
                sha256=ref.sha256,
                size=ref.size,
                vault=ref.to_dict(),
                channel=CHANNEL,
                sender=actor,
                created_at=now,
                queued_at=now,
                woken_at=now,
            )
            .returning(scans.c.id)
        ).scalar_one()
        connection.execute(
            insert(uploads).values(
                connection_id=ref.connection_id,
                scan_id=scan_id,
                password=self._sealed(upload.password),
                callback_url=self._sealed(upload.callback_url),
                token_id=token_id,
            )
        )
        return int(scan_id)

    def _sealed(self, text: str) -> bytes | None:
        return self._keys.seal("upload", text.encode("utf-8", "replace")) if text else None
