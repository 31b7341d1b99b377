"""What each verdict leads to. Policies are data with a version; deciding is a pure look-up in them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum

from app.engine.model import Verdict


class Effect(StrEnum):
    """What a decision orders."""

    NOTHING = "nothing"  # it stands in the console
    TELL = "tell"  # a note and a mail
    REDACT = "redact"  # take a link out of its comment, note, mail
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


class LinkPolicy(StrEnum):
    """What a connection does about a malicious link in a comment."""

    NOTE = "note"  # tell of it
    REDACT = "redact"  # take it out, and tell of that


@dataclass(frozen=True, slots=True)
class Policy:
    """The effect of each verdict on files and on links. The defaults are those of the contract."""

    files: Mapping[Verdict, Effect] = field(default_factory=lambda: dict(_FILES))
    links: Mapping[Verdict, Effect] = field(default_factory=lambda: dict(_LINKS))

    @property
    def version(self) -> str:
        """Short digest of the policy's content; equal content has the equal version."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]

    def for_links(self, chosen: LinkPolicy | str) -> Policy:
        """Return this policy with what a connection chose for malicious links."""
        effect = Effect.REDACT if chosen == LinkPolicy.REDACT else Effect.TELL
        return replace(self, links={**self.links, Verdict.MALICIOUS: effect})

    def effect(self, kind: str, verdict: Verdict) -> Effect:
        """What ``verdict`` on a scan of ``kind`` (attachment, url, upload) leads to.

        What was submitted by others (``upload``) lies in no ticket, so nothing is done about it.
        """
        if kind == "upload":
            return Effect.NOTHING
        return (self.links if kind == "url" else self.files)[verdict]
