"""The audit trail in words: what an event means, and from where it came. Pure."""

from __future__ import annotations

from app.findings.audit.chain import Row

#: Phrases that follow the name of whoever did it. An event that is not listed is shown as it is written.
_EVENTS = {
    "account.created": "made an account",
    "account.disabled": "switched an account off",
    "account.enabled": "switched an account on",
    "account.password_set": "set a password",
    "account.link_made": "made a sign-in link for an account",
    "account.password_changed": "changed the own password",
    "account.recovery_codes_renewed": "made new recovery codes",
    "account.renamed": "renamed an account",
    "account.role_changed": "changed somebody’s role",
    "account.second_factor_removed": "removed the own second factor",
    "account.second_factor_reset": "took a second factor away",
    "account.second_factor_set": "set up a second factor",
    "audit.broken": "found the chain broken",
    "audit.chained": "began the chain",
    "audit.exported": "exported the audit trail",
    "connection.changed": "changed a connection",
    "connection.made": "connected a tenant",
    "connection.removed": "disconnected a tenant",
    "console.code_refused": "gave a wrong second factor",
    "console.signed_in": "signed in",
    "console.signed_out": "signed out",
    "console.sign_in_refused": "could not sign in",
    "exception.added": "made an exception from a rule",
    "exception.removed": "ended an exception from a rule",
    "feed.added": "added a feed",
    "feed.disabled": "switched a feed off",
    "feed.enabled": "switched a feed on",
    "feed.imported": "imported a feed",
    "feed.removed": "removed a feed",
    "feed.changed": "changed a feed",
    "file.not_redacted": "could not remove a file from a ticket",
    "file.not_released": "could not give a file back",
    "file.previewed": "looked at a picture of a file",
    "file.redacted": "removed a file from a ticket",
    "file.released": "gave a file back",
    "file.taken": "took the original of a file",
    "file.taken_in": "sent a file to be judged",
    "investigation.answered": "answered a question about a scan",
    "investigation.asked": "asked for a look at a scan",
    "investigation.open": "put a question back into the queue",
    "investigation.taken": "took a question",
    "investigation.withdrawn": "withdrew a question",
    "link.not_redacted": "could not remove a link from a comment",
    "link.redacted": "removed a link from a comment",
    "list.added": "put an entry on a list",
    "list.changed": "changed an entry of a list",
    "list.imported": "imported a list",
    "list.removed": "took an entry off a list",
    "mail.again": "had a mail sent again",
    "policy.changed": "changed a policy",
    "policy.removed": "removed a policy",
    "provider.changed": "changed who is asked about links",
    "rules.updated": "updated the rules",
    "scan.ordered_again": "had a scan done again",
    "scans.exported": "exported scans",
    "scan.judged": "judged a scan",
    "session.ended": "ended a session",
    "session.others_ended": "ended the other sessions",
    "single_sign_on.changed": "changed single sign-on",
    "stream.changed": "changed a stream",
    "stream.created": "made a stream",
    "stream.paused": "paused a stream",
    "stream.removed": "removed a stream",
    "stream.resumed": "resumed a stream",
    "token.created": "made an API token",
    "token.revoked": "ended an API token",
    "urls.taken": "sent links to be judged",
    "verdict.agreed": "agreed to a verdict",
    "verdict.given": "gave a verdict",
    "verdict.refused": "refused a verdict",
    "verdict.requested": "asked a second person for a verdict",
    "verdicts.ordered": "ordered a verdict on many scans",
    "view.removed": "removed a shared view",
    "view.shared": "shared a view",
}

_DOORS = {"console": "Console", "api": "API", "web": "Web", "command": "Command line", "service": "The service"}


def event(name: str) -> str:
    """Return an event as a phrase."""
    return _EVENTS.get(name, name)


def sentence(row: Row) -> str:
    """Return what was done, with the one detail that matters most."""
    verdict = row.detail.get("verdict")
    return f"{event(row.event)}: {verdict}" if isinstance(verdict, str) else event(row.event)


def origin(row: Row) -> list[tuple[str, str]]:
    """Return from where it came, as pairs of a word and a value; empty for rows from before this was kept."""
    named = row.origin
    door = _DOORS.get(str(named.get("via", "")), str(named.get("via", "")))
    pairs = [
        ("Through", f"{door}: {named['command']}" if named.get("command") else door),
        ("Address", str(named.get("address", ""))),
        ("On behalf of", str(named.get("forwarded", ""))),
        ("Machine", str(named.get("host", ""))),
        ("Program", str(named.get("agent", ""))),
    ]
    return [(word, value) for word, value in pairs if value]
