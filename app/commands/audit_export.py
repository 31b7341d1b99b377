"""``deskwarden audit export``: the audit trail on standard output, oldest first, however long it is."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO

from app.commands.audit_options import open_audit, origin_of_command, who
from app.findings.audit.filters import AuditFilters
from app.findings.audit.origin import acting_from

if TYPE_CHECKING:
    from app.findings.audit.service.trail import Audit


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--format", choices=["jsonl", "csv", "ocsf"], default="jsonl", help="(default: %(default)s)")
    parser.add_argument("--since", type=_moment, metavar="WHEN", help="ISO 8601, UTC where it names no offset")
    parser.add_argument("--until", type=_moment, metavar="WHEN", help="not included")
    parser.add_argument("--actor", help="only what this name did")
    parser.add_argument("--event", help="only this event, like list.added")
    parser.add_argument("--subject", help="only about this, like scan:17")


def run(args: Namespace) -> int:
    """Export; return 0. That it was exported is a row of the trail itself."""
    from app.config import Settings

    audit, _ = open_audit()
    return run_with(audit, args, public_url=Settings.from_environment().public_url, out=sys.stdout.buffer)


def run_with(audit: Audit, args: Namespace, *, public_url: str, out: BinaryIO) -> int:
    """Do the same over a given trail."""
    filters = AuditFilters(args.actor, args.event, args.subject, args.since, args.until)
    upto = audit.reader.head().id
    with acting_from(origin_of_command("audit export")):
        audit.record(who(), "audit.exported", subject="audit", format=args.format, upto=upto)
    for line in _lines(audit, filters, upto, args.format, public_url):
        out.write(line)
    out.flush()
    return 0


def _lines(audit: Audit, filters: AuditFilters, upto: int, form: str, public_url: str) -> Iterator[bytes]:
    from importlib.metadata import version

    import orjson

    from app.findings.audit.lines import as_csv, as_jsonl
    from app.findings.audit.ocsf import event_of

    rows = audit.reader.every(filters, upto=upto)
    if form == "ocsf":
        source = audit.source(version("deskwarden"), public_url)
        return (orjson.dumps(event_of(row, source)) + b"\n" for row in rows)
    return as_csv(rows) if form == "csv" else as_jsonl(rows)


def _moment(text: str) -> float:
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ArgumentTypeError("write a time like 2026-11-21 or 2026-11-21T09:30:00+01:00") from None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
