"""The original of a scan as a download that no mail gateway opens and no browser runs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from flask import Response

from app.adapters.password_zip import password_zip
from app.findings.service import Audit
from app.web.auth import identity

if TYPE_CHECKING:
    from app.bootstrap import Services


def zip_of(services: Services, audit: Audit, scan_id: int) -> Response:
    """Return the file as the one member of a zip with the password ``infected``, and record who took it.

    Raises Rejected with code ``not-found`` or ``gone``.
    """
    name, content = services.files.open(scan_id)
    archive = password_zip(name, content)
    # The first piece is fetched before the answer begins: what fails there still becomes a proper error.
    first = next(archive)
    audit.record(identity().name, "file.taken", subject=f"scan:{scan_id}")
    answer = Response(_pieces(first, archive), mimetype="application/zip")
    # The name in the header is ours; the customer's name is inside.
    answer.headers["Content-Disposition"] = f'attachment; filename="scan-{scan_id}.zip"'
    return answer


def _pieces(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    return chain((first,), rest)
