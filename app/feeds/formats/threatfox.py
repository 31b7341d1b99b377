"""ThreatFox (threatfox.abuse.ch/export): indicators as CSV or JSON, each with its kind and a confidence in percent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from app.feeds.formats.rows import rows_of
from app.feeds.formats.urlhaus import records
from app.feeds.listing import Kind, Listed, Options, Tally, day_in, document_of, is_document, text_in

TITLES = (
    *("first_seen_utc", "ioc_id", "ioc_value", "ioc_type", "threat_type", "fk_malware", "malware_alias"),
    *("malware_printable", "last_seen_utc", "confidence_level", "is_compromised", "reference", "tags"),
    *("anonymous", "reporter"),
)
_KINDS = {"url": Kind.URL, "domain": Kind.HOST, "ip:port": Kind.NETWORK}
_CATEGORIES = {
    "botnet_cc": "c2",
    "payload": "malware",
    "payload_delivery": "malware",
    "phishing": "phishing",
    "cc_skimming": "phishing",
}
_NAMES = ("ioc_type", "threat_type", "confidence_level", "is_compromised")


def parse(file: BinaryIO, options: Options, tally: Tally) -> Iterator[Listed]:
    """Yield addresses, domains and IP addresses of an export; hashes and what it is not sure of are left out.

    A domain of a site that was broken into is left out as well: it is somebody's, and only the addresses on it are bad.
    """
    if is_document(file):
        for number, record in records(document_of(file)):
            row = {name: text_in(record, name) for name in _NAMES}
            row["ioc_value"] = text_in(record, "ioc_value") or text_in(record, "ioc")
            row["first_seen_utc"] = text_in(record, "first_seen_utc") or text_in(record, "first_seen")
            yield from _listed(row, number, options, tally)
    else:
        for number, found in rows_of(file, tally, known="ioc_value", titles=TITLES):
            yield from _listed(found, number, options, tally)


def _listed(row: Mapping[str, str], number: int, options: Options, tally: Tally) -> Iterator[Listed]:
    kind, value = _KINDS.get(row.get("ioc_type", "")), row.get("ioc_value", "")
    if not row.get("ioc_type") or not value:
        tally.reject(number, "no indicator in it")
        return
    confidence = row.get("confidence_level", "")
    sure = int(confidence[:3]) if confidence.isascii() and confidence.isdigit() else 100
    stolen = kind is Kind.HOST and row.get("is_compromised", "").lower() in ("true", "1")
    if kind is None or sure < options.least_confidence or stolen:
        tally.left_out += 1
        return
    if kind is Kind.NETWORK:
        value = value.rpartition(":")[0].strip("[]") if ":" in value else value
    yield Listed(
        kind,
        value,
        number,
        _CATEGORIES.get(row.get("threat_type", ""), "malware"),
        day_in(row.get("first_seen_utc", "")),
    )
