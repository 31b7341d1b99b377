"""The metadata that turns a match into a finding: what ours must carry, and what stands in for it in other people's.

Rules of a folder with a file ``source.json`` at its top come from elsewhere (``deskwarden rules update`` writes it):
they need no metadata of ours, and none of theirs makes a finding weigh more than that file allows.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from app.engine.model import Confidence, Severity
from app.engine.printable import printable

#: Metadata that every rule must carry, all of it text.
REQUIRED = ("id", "title", "severity", "reference", "date", "author")
#: What a rule may ask for, the mildest first. That we could not tell is for the engine to say, not for a rule.
SEVERITIES = tuple(severity for severity in Severity if severity is not Severity.UNKNOWN)
#: Name of the file that marks a folder of other people's rules.
SOURCE_FILE = "source.json"
#: Most characters of a source's name, which begins the ids of its rules.
SOURCE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,23}\Z")

_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_TECHNIQUE = re.compile(r"T[0-9]{4}(?:\.[0-9]{3})?\Z")
_ADDRESS = re.compile(r"https?://[!-~]{1,500}\Z")
_TITLE_CHARACTERS = 150
_CONFIDENCES = tuple(Confidence)
_Level = TypeVar("_Level", Severity, Confidence)


@dataclass(frozen=True, slots=True)
class Source:
    """Where other people's rules come from, and the most that a match of theirs may say.

    name        begins the ids of its rules
    severity    what a rule of it says; less where the rule itself says less
    confidence  the same for how sure it is
    """

    name: str
    severity: Severity = Severity.SUSPICIOUS
    confidence: Confidence = Confidence.LOW

    def to_json(self) -> str:
        """Return the text of ``source.json``."""
        fields = {"name": self.name, "severity": self.severity.value, "confidence": self.confidence.value}
        return json.dumps(fields, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Source:
        """Return the source that the text describes. Raises ValueError when it describes none."""
        fields = json.loads(text)
        if not isinstance(fields, dict) or not SOURCE_NAME.match(str(fields.get("name", ""))):
            raise ValueError("a source needs a name of small letters, digits and '-', at most 24")
        severity = Severity(fields.get("severity", Severity.SUSPICIOUS))
        if severity not in SEVERITIES:
            raise ValueError(f"the severity must be one of {', '.join(SEVERITIES)}")
        return cls(str(fields["name"]), severity, Confidence(fields.get("confidence", Confidence.LOW)))


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a rule says about its matches, checked or filled in."""

    id: str
    title: str
    severity: Severity
    reference: str
    confidence: Confidence
    technique: str


def metadata_problem(meta: Mapping[str, Any]) -> str:
    """Return what is wrong with the metadata of a rule of our own kind; empty when nothing is."""
    missing = [key for key in REQUIRED if not isinstance(meta.get(key), str) or not meta[key].strip()]
    if missing:
        return f"metadata is missing or is no text: {', '.join(missing)}"
    if not _ID.match(meta["id"]):
        return "the id may hold small letters, digits, '.', '_' and '-' (at most 64)"
    if meta["severity"] not in SEVERITIES:
        return f"the severity must be one of {', '.join(SEVERITIES)}"
    if not _DATE.match(meta["date"]):
        return "the date must look like 2026-01-31"
    if meta.get("confidence", Confidence.HIGH) not in _CONFIDENCES:
        return f"the confidence must be one of {', '.join(Confidence)}"
    if "technique" in meta and not _TECHNIQUE.match(str(meta["technique"])):
        return "the technique must look like T1566 or T1566.001"
    return ""


def own_metadata(meta: Mapping[str, Any]) -> Metadata:
    """Return the metadata of a rule in which ``metadata_problem`` found nothing wrong."""
    return Metadata(
        id=meta["id"],
        title=printable(meta["title"]),
        severity=Severity(meta["severity"]),
        reference=meta["reference"],
        confidence=Confidence(meta.get("confidence", Confidence.HIGH)),
        technique=str(meta.get("technique", "")),
    )


def foreign_metadata(rule: str, meta: Mapping[str, Any], source: Source) -> Metadata:
    """Return what stands for the metadata of a rule from elsewhere: never worse than its source allows."""
    described = str(meta.get("title") or meta.get("description") or "").strip().rstrip(".")
    title = printable(described or f"Matches the rule {rule} of {source.name}", _TITLE_CHARACTERS)
    return Metadata(
        id=_foreign_id(rule, source),
        title=title,
        severity=_at_most(meta.get("severity"), source.severity, SEVERITIES),
        reference=_first(meta, ("reference", "url", "ref"), _ADDRESS),
        confidence=_at_most(meta.get("confidence"), source.confidence, _CONFIDENCES),
        technique=_first(meta, ("technique", "mitre_att", "mitre"), _TECHNIQUE),
    )


def _foreign_id(rule: str, source: Source) -> str:
    plain = f"{source.name}.{rule.lower()}"
    if _ID.match(plain):
        return plain
    return f"{plain[:55]}-{hashlib.sha256(plain.encode()).hexdigest()[:8]}"


def _at_most(said: Any, most: _Level, order: tuple[_Level, ...]) -> _Level:
    """Return what a rule says of itself where that is milder than the most that it may say."""
    spoken = str(said).lower()
    return next((level for level in order[: order.index(most)] if level == spoken), most)


def _first(meta: Mapping[str, Any], keys: tuple[str, ...], form: re.Pattern[str]) -> str:
    return next((value for key in keys if form.match(value := str(meta.get(key, "")))), "")
