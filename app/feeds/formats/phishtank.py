"""PhishTank (phishtank.com/developer_info.php): its database of verified phishing pages as CSV or JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from app.feeds.formats.rows import rows_of
from app.feeds.listing import Kind, Listed, Options, Tally, day_in, document_of, is_document, text_in

TITLES = (
    *("phish_id", "url", "phish_detail_url", "submission_time", "verified", "verification_time", "online", "target"),
)


def parse(file: BinaryIO, options: Options, tally: Tally) -> Iterator[Listed]:
    """Yield the addresses that people have verified and that were online when the file was made."""
    del options
    if is_document(file):
        document = document_of(file)
        for number, record in enumerate(document if isinstance(document, list) else [], 1):
            yield from _listed({name: text_in(record, name) for name in TITLES}, number, tally)
    else:
        for number, row in rows_of(file, tally, known="phish_id", titles=TITLES):
            yield from _listed(row, number, tally)


def _listed(row: Mapping[str, str], number: int, tally: Tally) -> Iterator[Listed]:
    if not row.get("url"):
        tally.reject(number, "no address in it")
    elif row.get("verified", "yes").lower() not in ("yes", "y") or row.get("online", "yes").lower() not in ("yes", "y"):
        tally.left_out += 1
    else:
        yield Listed(Kind.URL, row["url"], number, "phishing", day_in(row.get("submission_time", "")))
