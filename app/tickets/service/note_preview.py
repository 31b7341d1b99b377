"""The note that a verdict would write, as text: what agents would read, before anybody decides."""

from __future__ import annotations

from typing import Any

from app.engine.links.defang import defang
from app.engine.model import Verdict
from app.engine.preview.texts import html_text
from app.findings import notices
from app.findings.mail_rules import Language
from app.findings.policy import Effect

#: Stands where the note bears the reference by which it is known again.
_REFERENCE = "DW-…"

#: What becomes of the file or link when what is ordered is done.
_OUTCOMES = {
    Effect.QUARANTINE: notices.REDACTED,
    Effect.HOLD: notices.REDACTED,
    Effect.REDACT: notices.REDACTED,
    Effect.TELL: notices.KEPT,
    Effect.RELEASE: notices.RELEASED,
}


def note_text(scan: Any, verdict: Verdict, ordered: Effect, language: Language) -> str:
    """Return the note as text; empty when none is written. ``scan`` is a row of ``scans``.

    Written about this scan alone: a note that is due for its comment anyway would tell of both.
    """
    outcome = _OUTCOMES.get(ordered)
    if outcome is None:
        return ""
    if scan.kind == "url":
        found = scan.urls[0] if scan.urls else {}
        link = notices.LinkNotice(
            defanged=defang(scan.url or scan.name),
            title="",
            verdict=verdict.value,
            outcome=outcome,
            place=found.get("where", ""),
            shown=found.get("text", ""),
        )
        return _plain(notices.quarantine_note([], [link], reference=_REFERENCE, language=language))
    file = notices.FileNotice(
        name=scan.name, sha256=scan.sha256 or "", size=scan.size or 0, verdict=verdict.value, title="", outcome=outcome
    )
    if ordered is Effect.RELEASE:
        return _plain(notices.release_note(file, reference=_REFERENCE, language=language))
    return _plain(notices.quarantine_note([file], reference=_REFERENCE, language=language))


def _plain(html: str) -> str:
    lines = (line.strip() for line in html_text(html).splitlines())
    return "\n".join(line for line in lines if line)
