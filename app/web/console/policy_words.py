"""The words of the policies' pages: what each choice does to a ticket, and what a difference between versions means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.engine.model import Verdict
from app.findings.mail_rules import Digest, Language
from app.findings.policies.document import flat
from app.findings.policies.scope import Trait
from app.findings.policies.types import ADDABLE, LIFTABLE_TITLES
from app.findings.policy import FILE_CHOICES, LINK_CHOICES, Choice
from app.tickets.filters import iso

#: What a verdict says, as the name of a row.
FILE_VERDICTS = {
    Verdict.MALICIOUS: ("Malicious file", "Known or proven to be harmful."),
    Verdict.RESTRICTED: ("Restricted type", "A kind of file that is not allowed, such as a program."),
    Verdict.SUSPICIOUS: ("Suspicious file", "Signs of danger, but no proof."),
    Verdict.UNKNOWN: (
        "File that could not be judged",
        "Locked with a password, too large, or not to be had.",
    ),
}
LINK_VERDICTS = {
    Verdict.MALICIOUS: ("Malicious link", "Listed by a feed or on your block list."),
    Verdict.SUSPICIOUS: ("Suspicious link", "It imitates somebody, hides where it leads, or the like."),
    Verdict.UNKNOWN: ("Link that could not be judged", "More links in one comment than are looked at."),
}
FILE_WORDS = {
    Choice.OBSERVE: ("Only show it here", "Nothing is written to the ticket."),
    Choice.NOTE: ("Tell", "One internal note and one mail; the file stays in the ticket."),
    Choice.QUARANTINE: ("Quarantine", "Copied, then redacted in the ticket; one internal note and one mail."),
    Choice.HOLD: (
        "Hold",
        "Copied, then redacted in the ticket, with a note and a mail, until somebody judges it: "
        "clean gives it back, malicious keeps it out.",
    ),
}
LINK_WORDS = {
    Choice.OBSERVE: ("Only show it here", "Nothing is written to the ticket."),
    Choice.NOTE: ("Tell", "One internal note and one mail; the link stays in the comment."),
    Choice.REDACT: ("Redact", "Taken out of the comment, for good; one internal note and one mail."),
}
TRAITS = {
    Trait.OWN: "People of your own organisation, by the mail domain of this connection’s recipients",
    Trait.LISTED: "People of the mail domains listed below",
    Trait.STRANGER: "Everybody else: not an agent, not your organisation, not listed",
    Trait.VERIFIED: "Requesters whose address Zendesk has verified",
    Trait.UNVERIFIED: "Requesters whose address is not verified",
    Trait.AGENT: "Agents and administrators",
}
_SHORT = {
    Trait.OWN: "a requester of your organisation",
    Trait.LISTED: "a requester of a listed domain",
    Trait.STRANGER: "an unknown requester",
    Trait.VERIFIED: "a verified requester",
    Trait.UNVERIFIED: "an unverified requester",
    Trait.AGENT: "an agent as requester",
}
DIGESTS = {
    Digest.OFF: "Each mail at once",
    Digest.HOURLY: "One mail an hour lists what came",
    Digest.DAILY: "One mail a day lists what came",
}
EFFECTS = {
    "nothing": "only shown here",
    "tell": "told of",
    "hold": "held",
    "quarantine": "quarantined",
    "redact": "redacted",
    "release": "given back",
}

WOULD = {"tell": "told of", "hold": "held", "quarantine": "quarantined", "redact": "redacted"}

_PLACES = {
    "types.added": "Also forbidden",
    "types.lifted": "Allowed after all",
    "recipients": "Recipients",
    "mail.language": "Language",
    "mail.quiet_start": "Quiet from",
    "mail.quiet_end": "Quiet until",
    "mail.zone": "Time zone",
    "mail.digest": "Digest",
    "mail.digest_hour": "Hour of the digest",
    "mail.most_an_hour": "Single mails an hour",
    "four_eyes": "Second person for releases",
    "observe_until": "Only observe until",
    "scope.brand_ids": "Brands",
    "scope.group_ids": "Groups",
    "scope.requesters": "Requesters",
    "scope.domains": "Listed mail domains",
}


def file_rows() -> list[tuple[str, str, str, list[tuple[str, str, str]]]]:
    """Return the choices about files: field, name, what it means, and (value, words, what it does) of each choice."""
    return [
        (f"file_{verdict.value}", *FILE_VERDICTS[verdict], [(each.value, *FILE_WORDS[each]) for each in choices])
        for verdict, choices in FILE_CHOICES.items()
    ]


def link_rows() -> list[tuple[str, str, str, list[tuple[str, str, str]]]]:
    """Return the same about links."""
    return [
        (f"link_{verdict.value}", *LINK_VERDICTS[verdict], [(each.value, *LINK_WORDS[each]) for each in choices])
        for verdict, choices in LINK_CHOICES.items()
    ]


def types_to_add() -> list[tuple[str, str]]:
    """Return the classes that can be forbidden: value and name."""
    return [(name, entry.title) for name, entry in ADDABLE.items()]


def types_to_lift() -> list[tuple[str, str]]:
    """Return the classes that can be allowed: value and name."""
    return list(LIFTABLE_TITLES.items())


def languages() -> list[tuple[str, str]]:
    """Return the languages of notes and mails: value and name."""
    return [(each.value, each.own_name) for each in Language]


def digests() -> list[tuple[str, str, str]]:
    """Return the ways of sending mails: value, name, and nothing more to say."""
    return [(each.value, words, "") for each, words in DIGESTS.items()]


def lines(document: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return what a policy says, place by place; what names nothing is left out."""
    return [(at, value) for at, value in flat(document).items() if value not in ([], "", None)]


def place(at: str) -> str:
    """Return the name of what differs between two versions."""
    part, _, name = at.partition(".")
    if part in ("files", "links"):
        verdicts = FILE_VERDICTS if part == "files" else LINK_VERDICTS
        return next((words for verdict, (words, _) in verdicts.items() if verdict.value == name), at)
    return _PLACES.get(at, at)


def value(at: str, given: Any) -> str:
    """Return a value of a version in words."""
    if at == "observe_until":
        return (iso(given) or "")[:16].replace("T", " ") + " UTC" if given else "not set: it acts"
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, list):
        return ", ".join(map(str, given)) or "none"
    if at.startswith(("files.", "links.")):
        words = FILE_WORDS if at.startswith("files.") else LINK_WORDS
        return words[Choice(given)][0] if given in list(Choice) else str(given)
    if at == "mail.language":
        return dict(languages()).get(str(given), str(given))
    return "none" if given in (None, "") else str(given)


def who(policy: Mapping[str, Any]) -> str:
    """Return for whose tickets a shown policy is, as a phrase."""
    if policy["is_default"]:
        return "All tickets of every connection that has no policy of its own"
    scope, parts = policy["policy"]["scope"], []
    if scope["brand_ids"]:
        parts.append(f"brand {_listed(scope['brand_ids'])}")
    if scope["group_ids"]:
        parts.append(f"group {_listed(scope['group_ids'])}")
    if scope["requesters"]:
        parts.append(" or ".join(_SHORT[Trait(each)] for each in scope["requesters"]))
    if not parts:
        return "All tickets of this connection that no narrower policy is for"
    return "Tickets with " + ", ".join(parts)


def deeds(policy: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a shown policy does, in the order of severity: the verdict and the chosen word."""
    document = policy["policy"]
    found = [(FILE_VERDICTS[each][0], FILE_WORDS[Choice(document["files"][each])][0]) for each in FILE_VERDICTS]
    links = [(LINK_VERDICTS[each][0], LINK_WORDS[Choice(document["links"][each])][0]) for each in LINK_VERDICTS]
    return found + links[:2]


def _listed(items: list[Any]) -> str:
    shown = ", ".join(map(str, items[:5]))
    return f"{shown} and {len(items) - 5} more" if len(items) > 5 else shown
