"""Get the original of a scan into the spool: from the ticket it hangs on, or from the vault where we keep it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import orjson
import structlog

from app.adapters.vault import Vault, VaultRef
from app.adapters.zendesk import Downloaded
from app.adapters.zendesk.spool import Spool
from app.errors import Rejected
from app.keys import MasterKey

log = structlog.get_logger()


class Fetcher(Protocol):
    """Gets an attachment into the spool; raises NotFound, Rejected, Misconfigured or Temporary."""

    def fetch(
        self, source: dict[str, Any], name: str, destination: Path, progress: Callable[[int], None]
    ) -> Downloaded:
        """Download, hashing on the way, under the rules for hosts and sizes."""


class Originals:
    """Knows where the file of a scan is to be had."""

    def __init__(self, keys: MasterKey, vault: Vault, fetcher: Callable[[int], Fetcher]) -> None:
        self._keys = keys
        self._vault = vault
        self._fetcher = fetcher

    def fetch(self, scan: Any, destination: Path, progress: Callable[[int], None]) -> Downloaded:
        """Write the original of a row of ``scans`` to ``destination``, a path without a file.

        What lies in the vault is taken from there, unless it was lost and still hangs on the ticket. Raises what
        ``Fetcher.fetch`` does, and Rejected when it is nowhere.
        """
        if scan.vault is not None:
            try:
                return self._from_vault(VaultRef.from_dict(scan.vault), destination, progress)
            except Rejected as error:
                if scan.source is None:
                    raise Rejected(error.message, code="gone") from error
                log.error("vault.copy_lost", scan=scan.id, code=error.code)
        if scan.source is None:
            raise Rejected("There is no file to this scan.", code="gone")
        source = orjson.loads(self._keys.unseal("source", scan.source))
        return self._fetcher(scan.connection_id).fetch(source, scan.name, destination, progress)

    def _from_vault(self, ref: VaultRef, destination: Path, progress: Callable[[int], None]) -> Downloaded:
        with Spool(destination, ref.size) as spool:
            for piece in self._vault.open(ref):
                spool.write(piece)
                progress(spool.size)
            spool.keep()
        # Every piece was unsealed under what the reference says: it is the file, or it would have been refused.
        return Downloaded(sha256=ref.sha256, size=ref.size, content_type="", final_host="")
