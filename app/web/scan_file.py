"""Scans as a file to take away: streamed, however many there are, and recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import chain

from flask import Response

from app.findings.service import Audit
from app.tickets.export import MEDIA_TYPES, Format, lines
from app.tickets.filters import ScanFilters
from app.tickets.service.queries import ScanQueries
from app.web.auth import identity


def scan_file(queries: ScanQueries, audit: Audit, filters: ScanFilters, form: Format, *, mark: bool) -> Response:
    """Return all scans that fit as a download, and record who took them, by which filters and in which form.

    mark  whether a CSV begins with the mark by which Excel knows UTF-8
    """
    pieces = lines(queries.every(filters), form, mark=mark)
    # The first piece is read before the answer begins: what fails there still becomes a proper error.
    first = next(pieces, "")
    # Names of filters only: what they are set to may be a customer's address.
    given = sorted(each.name for each in fields(filters) if getattr(filters, each.name) is not None)
    audit.record(identity().name, "scans.exported", subject="scans", format=form.value, filters=given)
    answer = Response(_encoded(chain((first,), pieces)), mimetype=MEDIA_TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="scans.{form.value}"'
    return answer


def _encoded(pieces: Iterator[str]) -> Iterator[bytes]:
    for piece in pieces:
        yield piece.encode("utf-8", "replace")
