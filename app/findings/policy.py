"""What each verdict leads to. Policies are data with a version; deciding is a pure look-up in them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from app.engine.model import Verdict


class Effect(StrEnum):
    """What a decision orders."""

    NOTHING = "nothing"  # it stands in the console
    TELL = "tell"  # a note and a mail
    QUARANTINE = "quarantine"  # copy, redact, note, mail
    RELEASE = "release"  # give the original back, mail


_FILES = {
    Verdict.CLEAN: Effect.NOTHING,
    Verdict.UNKNOWN: Effect.NOTHING,
    Verdict.SUSPICIOUS: Effect.NOTHING,
    Verdict.RESTRICTED: Effect.QUARANTINE,
    Verdict.MALICIOUS: Effect.QUARANTINE,
}
_LINKS = {**dict.fromkeys(Verdict, Effect.NOTHING), Verdict.MALICIOUS: Effect.TELL}


@dataclass(frozen=True, slots=True)
class Policy:
    """The effect of each verdict on files and on links. The defaults are those of the contract."""

    files: Mapping[Verdict, Effect] = field(default_factory=lambda: dict(_FILES))
    links: Mapping[Verdict, Effect] = field(default_factory=lambda: dict(_LINKS))

    @property
    def version(self) -> str:
        """Short digest of the policy's content; equal content has the equal version."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]

    def effect(self, kind: str, verdict: Verdict) -> Effect:
        """What ``verdict`` on a scan of ``kind`` (attachment, url, upload) leads to.

        What was submitted by others (``upload``) lies in no ticket, so nothing is done about it.
        """
        if kind == "upload":
            return Effect.NOTHING
        return (self.links if kind == "url" else self.files)[verdict]
