"""What each verdict leads to. Policies are data with a version; deciding is a pure look-up in them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from app.engine.model import Verdict
from app.findings.mail_rules import MailRules
from app.findings.policies.exceptions import RuleException
from app.findings.policies.scope import Scope
from app.findings.policies.types import TypeRules


class Effect(StrEnum):
    """What a decision orders."""

    NOTHING = "nothing"  # it stands in the console
    TELL = "tell"  # a note and a mail
    REDACT = "redact"  # take a link out of its comment, note, mail
    HOLD = "hold"  # as quarantine, of what could not be judged: until a person judges it
    QUARANTINE = "quarantine"  # copy, redact, note, mail
    RELEASE = "release"  # give the original back, mail


class Choice(StrEnum):
    """What a policy may say of a verdict, in the words of its readers."""

    OBSERVE = "observe"  # nothing is written to the ticket; it stands in the console
    NOTE = "note"  # an internal note and a mail
    HOLD = "hold"  # out of the ticket, with a note and a mail, until a person judges it
    QUARANTINE = "quarantine"  # out of the ticket, with a note and a mail
    REDACT = "redact"  # the link out of its comment, with a note and a mail

    @property
    def effect(self) -> Effect:
        """What it orders."""
        return _EFFECTS[self]


_EFFECTS = {
    Choice.OBSERVE: Effect.NOTHING,
    Choice.NOTE: Effect.TELL,
    Choice.HOLD: Effect.HOLD,
    Choice.QUARANTINE: Effect.QUARANTINE,
    Choice.REDACT: Effect.REDACT,
}
_CHOICES = {effect: choice for choice, effect in _EFFECTS.items()}

#: What can be chosen for each verdict. Of clean there is nothing to choose, and a link is never forbidden by its type.
_TAKEN_OUT = (Choice.OBSERVE, Choice.NOTE, Choice.QUARANTINE)
_CUT = (Choice.OBSERVE, Choice.NOTE, Choice.REDACT)
FILE_CHOICES: Mapping[Verdict, tuple[Choice, ...]] = {
    Verdict.MALICIOUS: _TAKEN_OUT,
    Verdict.RESTRICTED: _TAKEN_OUT,
    Verdict.SUSPICIOUS: _TAKEN_OUT,
    Verdict.UNKNOWN: (Choice.OBSERVE, Choice.NOTE, Choice.HOLD),
}
LINK_CHOICES: Mapping[Verdict, tuple[Choice, ...]] = {
    Verdict.MALICIOUS: _CUT,
    Verdict.SUSPICIOUS: _CUT,
    Verdict.UNKNOWN: (Choice.OBSERVE, Choice.NOTE),
}

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

    OBSERVE = "observe"  # show it in the console only
    NOTE = "note"  # tell of it
    REDACT = "redact"  # take it out, and tell of that


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for some tickets. The defaults are those of the contract.

    files, links   the effect of each verdict
    types          what is added to the restricted types, and what is lifted
    recipients     who gets its mails; empty: whom the connection names, else the setting DESKWARDEN_NOTIFY
    mail           language, quiet hours and digests of notes and mails
    four_eyes      whether giving back a malicious file takes a second person
    observe_until  until then (unix seconds) nothing that it orders is done, only recorded; None: it acts
    scope          the part of its connection's tickets that it is for
    exceptions     rules that do not count; they are kept beside the policy and are no part of its document
    """

    files: Mapping[Verdict, Effect] = field(default_factory=lambda: dict(_FILES))
    links: Mapping[Verdict, Effect] = field(default_factory=lambda: dict(_LINKS))
    types: TypeRules = field(default_factory=TypeRules)
    recipients: tuple[str, ...] = ()
    mail: MailRules = field(default_factory=MailRules)
    four_eyes: bool = False
    observe_until: float | None = None
    scope: Scope = field(default_factory=Scope)
    exceptions: tuple[RuleException, ...] = ()

    @property
    def version(self) -> str:
        """Short digest of the policy's content, and after a plus that of the exceptions; equal content, equal version.

        The part before the plus is the digest of the policy's stored version.
        """
        if not self.exceptions:
            return self.digest
        held = sorted((each.id, each.rule) for each in self.exceptions)
        return f"{self.digest}+{_digest(held)[:8]}"

    @property
    def digest(self) -> str:
        """The same without the exceptions: what names a stored version."""
        return _digest(self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """Return the policy's document: plain data in a fixed order, in the words of its readers."""
        return {
            "scope": self.scope.to_dict(),
            "files": {verdict.value: _CHOICES[self.files[verdict]].value for verdict in FILE_CHOICES},
            "links": {verdict.value: _CHOICES[self.links[verdict]].value for verdict in LINK_CHOICES},
            "types": {"added": sorted(self.types.added), "lifted": sorted(self.types.lifted)},
            "recipients": list(self.recipients),
            "mail": self.mail.to_dict(),
            "four_eyes": self.four_eyes,
            "observe_until": self.observe_until,
        }

    def for_links(self, chosen: LinkPolicy | str) -> Policy:
        """Return this policy with what a connection chose for malicious links."""
        return replace(self, links={**self.links, Verdict.MALICIOUS: Choice(chosen).effect})

    @property
    def malicious_links(self) -> LinkPolicy:
        """What it does about malicious links."""
        return LinkPolicy(_CHOICES[self.links[Verdict.MALICIOUS]].value)

    def observes(self, now: float) -> bool:
        """Return whether it only observes at ``now``."""
        return self.observe_until is not None and now < self.observe_until

    def effect(self, kind: str, verdict: Verdict) -> Effect:
        """What ``verdict`` on a scan of ``kind`` (attachment, url, upload) leads to.

        What was submitted by others (``upload``) lies in no ticket, so nothing is done about it.
        """
        if kind == "upload":
            return Effect.NOTHING
        return (self.links if kind == "url" else self.files)[verdict]

    def effect_of_person(self, kind: str, verdict: Verdict) -> Effect:
        """The same for a verdict that a person gave: what they call malicious is never left to be found by chance."""
        ordered = self.effect(kind, verdict)
        if verdict is not Verdict.MALICIOUS or kind == "upload":
            return ordered
        if kind == "url":
            return ordered if ordered is not Effect.NOTHING else Effect.TELL
        return Effect.QUARANTINE


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]
