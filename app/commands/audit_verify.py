"""``deskwarden audit verify``: read the whole audit trail and say whether anybody touched it."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, TextIO

from app.commands.audit_options import open_audit
from app.findings.audit.chain import Head, Problem, Verified

if TYPE_CHECKING:
    from app.findings.audit.service.trail import Audit
    from app.findings.audit.service.watching import AuditWatch


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="one JSON object for programs")
    parser.add_argument(
        "--head",
        type=_head,
        metavar="ROW:HASH",
        help="a row that was noted elsewhere, as this command prints it: it must still be the same",
    )


def run(args: Namespace) -> int:
    """Verify; return 0 when the chain holds, 1 when it is broken (2: it could not be read at all)."""
    audit, watch = open_audit()
    return run_with(audit, watch, args, out=sys.stdout)


def run_with(audit: Audit, watch: AuditWatch, args: Namespace, *, out: TextIO) -> int:
    """Do the same over a given trail."""
    found = watch.whole()
    if found.whole and args.head is not None:
        found = _compared(audit, found, args.head)
    if args.json:
        print(json.dumps({"whole": found.whole, **asdict(found)}), file=out)
    else:
        print("\n".join(_lines(found)), file=out)
    return 0 if found.whole else 1


def _lines(found: Verified) -> list[str]:
    if found.problem is not None:
        return [
            f"BROKEN at row {found.problem.row_id}: {found.problem.what}",
            f"  {found.problem.meaning}",
            f"  The {found.rows} rows before it hold.",
            "  Compare what follows with a backup, an export or what a SIEM has taken over; see docs/audit.md.",
        ]
    signed = found.signed
    covered = "no row is signed by this master key yet" if signed is None else f"signed up to row {signed.row_id}"
    return [
        f"The chain holds: {found.rows} rows, {covered}.",
        f"Head: {found.head.id}:{found.head.hash}",
    ]


def _compared(audit: Audit, found: Verified, noted: Head) -> Verified:
    """Hold the trail against a row that somebody noted outside of it."""
    row = audit.reader.one(noted.id)
    if row is not None and row.hash == noted.hash:
        return found
    what = f"Row {noted.id} is not the row that was noted." if row else f"Row {noted.id} was noted, but is not there."
    return replace(
        found,
        problem=Problem(noted.id, "noted", what, "The chain was cut off or written anew since the note was made."),
    )


def _head(text: str) -> Head:
    number, _, digest = text.strip().partition(":")
    if not number.isdecimal() or len(digest) != 64:
        raise ArgumentTypeError("write it like 812:5f0c…, with all 64 digits, as 'audit verify' prints it")
    return Head(int(number), digest.lower())
