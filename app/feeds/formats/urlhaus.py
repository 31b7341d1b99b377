"""URLhaus (urlhaus.abuse.ch/api): its CSV and JSON exports, its plain list of addresses and its hosts file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from app.feeds.formats import hosts, plain
from app.feeds.formats.rows import rows_of
from app.feeds.listing import Kind, Listed, Options, Tally, day_in, document_of, is_document, lines_of, text_in

TITLES = ("id", "dateadded", "url", "url_status", "last_online", "threat", "tags", "urlhaus_link", "reporter")
_CATEGORIES = {"malware_download": "malware", "phishing": "phishing", "botnet_cc": "c2"}


def parse(file: BinaryIO, options: Options, tally: Tally) -> Iterator[Listed]:
    """Yield what an export lists, whichever it is. Addresses that are offline now are listed too."""
    if is_document(file):
        yield from _document(document_of(file), tally)
        return
    kind = _kind(file)
    if kind == "csv":
        for number, row in rows_of(file, tally, known="dateadded", titles=TITLES):
            yield _listed(row, number)
    else:
        yield from (hosts.parse if kind == "hosts" else plain.urls)(file, options, tally)


def _kind(file: BinaryIO) -> str:
    """Return which export it is by its first line of content, and go back to its beginning."""
    kind = "urls"
    for _, line in lines_of(file, Tally()):
        if line.startswith("#"):
            if "dateadded" in line:
                kind = "csv"
                break
            continue
        kind = "hosts" if line.split()[0] in hosts.NOWHERE else "csv" if line.startswith('"') else "urls"
        break
    file.seek(0)
    return kind


def _document(document: Any, tally: Tally) -> Iterator[Listed]:
    for number, row in records(document):
        if text_in(row, "url"):
            yield _listed({name: text_in(row, name) for name in ("url", "dateadded", "threat")}, number)
        else:
            tally.reject(number, "no address in it")


def _listed(row: Any, number: int) -> Listed:
    category = _CATEGORIES.get(row.get("threat", ""), "malware")
    return Listed(Kind.URL, row.get("url", ""), number, category, day_in(row.get("dateadded", "")))


def records(document: Any) -> Iterator[tuple[int, Any]]:
    """Yield the records of an export of abuse.ch: a list of them, or an object of lists by their number."""
    if isinstance(document, dict):
        groups = document["data"] if isinstance(document.get("data"), list) else list(document.values())
    else:
        groups = document if isinstance(document, list) else []
    number = 0
    for group in groups:
        for record in group if isinstance(group, list) else [group]:
            number += 1
            yield number, record
