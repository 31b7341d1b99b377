"""The console's sentences: what we think of a file or link, why, and what happened to it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.engine.model import Severity, Verdict
from app.engine.printable import printable
from app.web.console.evidence_tree import weight

VERDICTS = {
    Verdict.MALICIOUS: "Malicious",
    Verdict.RESTRICTED: "Restricted",
    Verdict.SUSPICIOUS: "Suspicious",
    Verdict.UNKNOWN: "Unknown",
    Verdict.CLEAN: "Clean",
}

_HEADLINES = {
    "malicious": "This {thing} is malicious",
    "restricted": "Your policy does not allow this kind of {thing}",
    "suspicious": "This {thing} looks suspicious",
    "unknown": "Nobody could tell whether this {thing} is safe",
    "clean": "Nothing dangerous was found in this {thing}",
}
_BY_PERSON = {
    "malicious": "A person declared this {thing} malicious",
    "clean": "A person declared this {thing} clean",
}
_ADVICE = {
    "unknown": "Unknown is not clean: treat it with care until somebody has looked.",
    "suspicious": "Nothing was done about it. Look at the evidence and decide.",
}
_STATES = {
    "queued": "Waiting",
    "scanning": "Scanning",
    "done": "In the ticket",
    "quarantined": "Quarantined",
    "released": "Given back",
    "failed": "Not scanned",
}
_DEEDS = {
    "vault": "Copy into quarantine",
    "redact": "Remove from the ticket",
    "redact_link": "Take the link out of its comment",
    "release": "Give the file back",
    "note": "Internal note",
    "mail": "Mail",
}
_DEED_STATES = {"planned": "waiting", "sending": "in progress", "done": "done", "failed": "failed"}
_UNITS = ("bytes", "KB", "MB", "GB", "TB")

Row = Mapping[str, Any]


def is_pending(scan: Row) -> bool:
    """Return whether the scan itself is still to come."""
    return scan["state"] in ("queued", "scanning")


def is_moving(scan: Row) -> bool:
    """Return whether the page of this scan will change by itself soon."""
    return is_pending(scan) or any(action["state"] in ("planned", "sending") for action in scan["actions"])


def shown_verdict(scan: Row) -> str:
    """Return the verdict as a word for a badge; ``pending`` while there is none."""
    return "pending" if is_pending(scan) else str(scan["verdict"])


def thing(scan: Row) -> str:
    """Return what was scanned, as a noun."""
    return "link" if scan["kind"] == "url" else "file"


def headline(scan: Row) -> str:
    """Return the verdict as a sentence, no full stop."""
    if is_pending(scan):
        return f"This {thing(scan)} is being looked at"
    if scan["state"] == "failed" and scan["verdict"] == "unknown":
        return f"This {thing(scan)} could not be scanned"
    words = _BY_PERSON if scan["verdict_by"] == "person" else _HEADLINES
    return words.get(scan["verdict"], _HEADLINES["unknown"]).format(thing=thing(scan))


def explanation(scan: Row) -> list[str]:
    """Return why, in plain sentences, the most important first; may be empty."""
    if is_pending(scan):
        return ["The answer usually takes a few seconds. This page renews itself."]
    sentences = []
    if scan.get("reason"):
        sentences.append(sentence(scan["reason"]))
    if scan["verdict_by"] == "list":
        sentences.append(
            f"An entry of your {'allow' if scan['verdict'] == 'clean' else 'block'} list decides about it."
        )
    leading = weightiest(scan["findings"])
    if leading is not None:
        inside = "" if scan["kind"] == "url" else _inside(leading["where"])
        sentences.append(f"{_only(scan)}{sentence(leading['title'])[:-1]}{inside}.")
    if scan["verdict"] in _ADVICE and scan["verdict_by"] != "person":
        sentences.append(_ADVICE[scan["verdict"]])
    return sentences


def outcome(scan: Row) -> str:
    """Return what happened to the file in the ticket, as a sentence; empty when nothing did or will."""
    failed = [action for action in scan["actions"] if action["state"] == "failed"]
    done = {action["kind"] for action in scan["actions"] if action["state"] == "done"}
    coming = [action["kind"] for action in scan["actions"] if action["state"] in ("planned", "sending")]
    ticket = f"ticket #{scan['ticket_id']}" if scan["ticket_id"] else "the ticket"
    if scan["state"] == "quarantined":
        return f"It was removed from {ticket}. The original lies encrypted in quarantine."
    if scan["state"] == "released":
        return f"The original is back in {ticket}, attached to an internal note."
    if scan["state"] == "failed" and scan["verdict"] in ("malicious", "restricted"):
        return f"It could not be removed: look at {ticket} yourself."
    if "redact_link" in done:
        return f"The link was taken out of its comment in {ticket}, for good."
    if "redact" in coming or "redact_link" in coming:
        return f"It is being removed from {ticket} right now."
    if "release" in coming:
        return f"It is on its way back to {ticket}."
    if any(action["kind"] in ("redact", "redact_link", "release") for action in failed):
        return f"Not everything worked; see what was done below. Check {ticket} by hand."
    if "note" in done:
        return f"An internal note in {ticket} warns about it."
    return ""


def why(scan: Row) -> str:
    """Return the reason in a few words, for one cell of a table; empty when there is none."""
    if is_pending(scan):
        return ""
    if scan["verdict_by"] == "person":
        return "Decided by a person"
    leading = weightiest(scan["findings"])
    if leading is not None:
        return f"{_only(scan)}{leading['title']}"
    return {"list": "On your list", "engine": ""}.get(scan["verdict_by"], "")


def weightiest(findings: Sequence[Row]) -> Row | None:
    """Return the finding that says the most, None when nothing but information was found."""
    telling = [finding for finding in findings if finding["severity"] != Severity.INFO]
    return max(telling, key=weight, default=None)


def by_weight(findings: Sequence[Row]) -> list[Row]:
    """Return the findings, most severe first, of equal ones the surest, otherwise in the order of discovery."""
    return sorted(findings, key=weight, reverse=True)


def short(name: str, most: int = 90, end: int = 28) -> str:
    """Return a name on one line that keeps its end: what a file really is stands there."""
    name = printable(name, 1_000)
    return name if len(name) <= most else f"{name[: most - end - 1]}…{name[-end:]}"


def path(where: str) -> list[str]:
    """Return the containers of a finding, outermost first."""
    return [printable(part, 200) for part in where.split("/") if part]


def state(scan: Row) -> str:
    """Return where the file is now, in a word or two."""
    coming = {action["kind"] for action in scan["actions"] if action["state"] in ("planned", "sending")}
    if coming & {"vault", "redact", "redact_link"}:
        return "Being removed"
    if "release" in coming:
        return "Being given back"
    if _is_cut(scan):
        return "Removed"
    if scan["state"] == "done" and scan["kind"] != "attachment":
        return "Judged"
    if scan["state"] == "failed" and scan["verdict"] in ("malicious", "restricted"):
        return "Not removed"
    return _STATES.get(scan["state"], str(scan["state"]))


def deed(kind: str) -> str:
    """Return the name of an action."""
    return _DEEDS.get(kind, kind)


def deed_state(state: str) -> str:
    """Return the state of an action."""
    return _DEED_STATES.get(state, state)


def step(entry: Row) -> str:
    """Return a step of the history as a phrase."""
    what, before, after = entry["what"], entry["from"], entry["to"]
    if what == "scan":
        return {"queued": "Seen for the first time", "failed": "Scan ended without an answer"}.get(
            after, "Scan finished"
        )
    if what == "verdict":
        if before is None or before == after:
            return f"Verdict: {after}"
        return f"Verdict changed from {before} to {after}"
    verb = {"planned": "Ordered", "sending": "Begun", "done": "Done", "failed": "Failed"}.get(after, after)
    return f"{verb}: {deed(what).lower()}"


def size(count: int | None) -> str:
    """Return a number of bytes in the unit that people read (powers of 1000)."""
    if count is None:
        return ""
    amount = float(count)
    for unit in _UNITS:
        if amount < 1000 or unit == _UNITS[-1]:
            return f"{count} bytes" if unit == "bytes" else f"{amount:.3g} {unit}"
        amount /= 1000
    return ""


def ago(moment: str, now: float) -> str:
    """Return how long a moment (ISO 8601) lies before ``now`` (unix seconds)."""
    seconds = now - datetime.fromisoformat(moment).timestamp()
    if seconds < 45:
        return "just now"
    for length, unit in ((60, "min"), (3600, "h"), (86400, "d")):
        if seconds < {60: 3600, 3600: 86400}.get(length, 30 * 86400):
            return f"{round(seconds / length) or 1} {unit} ago"
    return moment[:10]


def utc(moment: str) -> str:
    """Return a moment (ISO 8601) for reading."""
    return f"{moment[:10]} {moment[11:19]} UTC"


def sentence(text: str) -> str:
    """Return text that begins with a capital and ends with a full stop, printable and on one line."""
    text = printable(text.strip(), 300)
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _only(scan: Row) -> str:
    """Say that what follows did not suffice: one weak sign alone changes nothing."""
    return "A weak sign only: " if scan["verdict"] == "clean" and scan["verdict_by"] == "engine" else ""


def _is_cut(scan: Row) -> bool:
    """Return whether the link was taken out of its comment, which cannot be undone."""
    return any(action["kind"] == "redact_link" and action["state"] == "done" for action in scan["actions"])


def _inside(where: str) -> str:
    parts = path(where)
    if len(parts) < 2:
        return ""
    return f", found in “{parts[-1]}” inside “{parts[0]}”"
