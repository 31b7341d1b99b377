"""What a person's verdict would do, told before it is given. Pure: the scan, the policy and the role in, words out.

The console shows it beside its buttons and the API gives it out, so that nobody learns from the ticket what a button
does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.access.roles import Role, allows
from app.engine.model import Verdict
from app.findings.policy import Effect, Policy

_SECOND = "Your policy wants a second person to agree first; until then nothing of the following happens."
#: Verdicts of files that are not let out by one person alone, where a policy says so.
_GRAVE = (Verdict.MALICIOUS.value, Verdict.RESTRICTED.value)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a scan stands now, as far as it decides about what follows.

    out         the file was taken out of its ticket, or just is, and was not given back since
    cut         the link was taken out of its comment, which is for good
    kept        a copy of the file lies in quarantine
    planned     something was ordered that has not begun
    closed      Zendesk said before that the ticket is closed
    recipients  how many people get mails about it
    sends_mail  whether a mail server is set
    """

    kind: str
    verdict: str
    verdict_by: str
    finished: bool
    connection: str
    ticket_id: int | None
    out: bool = False
    cut: bool = False
    kept: bool = False
    planned: bool = False
    closed: bool = False
    recipients: int = 0
    sends_mail: bool = True

    @property
    def thing(self) -> str:
        """What it is about, as a noun."""
        return "link" if self.kind == "url" else "file"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that follows: a stable word for programs, and a sentence for people."""

    what: str
    text: str


@dataclass(frozen=True, slots=True)
class Effects:
    """What follows from a verdict.

    possible  whether the caller may give it now
    summary   all of it in a few words, no full stop
    orders    what the verdict orders about the ticket (see ``findings.policy.Effect``)
    """

    verdict: Verdict
    possible: bool
    summary: str
    orders: Effect
    lines: tuple[Line, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return {
            "verdict": self.verdict.value,
            "possible": self.possible,
            "summary": self.summary,
            "orders": self.orders.value,
            "effects": [{"what": line.what, "text": line.text} for line in self.lines],
        }


def effects(standing: Standing, policy: Policy, role: Role, verdict: Verdict) -> Effects:
    """Return what ``verdict`` (clean or malicious) would do to a scan that stands so, given by somebody of ``role``."""
    refusal = _refusal(standing, role, verdict)
    if refusal is not None:
        return Effects(verdict, False, refusal.text.rstrip("."), Effect.NOTHING, (refusal,))
    ordered = orders(standing, policy, verdict)
    second = [Line("second", _SECOND)] if policy.four_eyes and _lets_out(standing, verdict) else []
    stopped = [Line("stopped", "What was ordered before and has not begun is called off.")] if standing.planned else []
    lines = [
        *second,
        *stopped,
        *_on_ticket(standing, ordered, verdict),
        *_told(standing, ordered),
        *_from_now_on(standing, verdict),
    ]
    return Effects(verdict, True, _summary(standing, ordered, verdict), ordered, tuple(lines))


def orders(standing: Standing, policy: Policy, verdict: Verdict) -> Effect:
    """Return what the verdict orders, given where the file is now: what is out already is not taken out again."""
    if standing.ticket_id is None:
        return Effect.NOTHING
    ordered = policy.effect_of_person(standing.kind, verdict)
    if standing.kind != "attachment":
        return Effect.NOTHING if verdict.value == standing.verdict or standing.cut else ordered
    if verdict is Verdict.CLEAN:
        return Effect.RELEASE if standing.out else Effect.NOTHING
    return Effect.NOTHING if standing.out else ordered


def _lets_out(standing: Standing, verdict: Verdict) -> bool:
    return verdict is Verdict.CLEAN and standing.kind == "attachment" and standing.verdict in _GRAVE


def _refusal(standing: Standing, role: Role, verdict: Verdict) -> Line | None:
    if not allows(role, Role.ANALYST):
        return Line("refused", "This needs the role analyst; ask for an investigation instead.")
    if not standing.finished:
        return Line("refused", "The scan is not finished yet; decide when it is.")
    if standing.verdict == verdict.value and standing.verdict_by == "person":
        return Line("stands", f"A person judged this {standing.thing} {verdict.value} already; nothing more happens.")
    return None


def _summary(standing: Standing, ordered: Effect, verdict: Verdict) -> str:
    ticket = f"ticket #{standing.ticket_id}"
    if ordered is Effect.RELEASE:
        return f"Gives the file back to {ticket}"
    if ordered in (Effect.QUARANTINE, Effect.HOLD):
        return f"Takes the file out of {ticket}"
    if ordered is Effect.REDACT:
        return f"Takes the link out of its comment in {ticket}"
    if ordered is Effect.TELL:
        return f"Warns about the {standing.thing} in {ticket}"
    if standing.out and verdict is Verdict.MALICIOUS:
        return "It is in quarantine already"
    return "Changes nothing in the ticket" if standing.ticket_id else "Changes nothing but the verdict"


def _on_ticket(standing: Standing, ordered: Effect, verdict: Verdict) -> list[Line]:
    """What happens to the file or link itself."""
    ticket = f"ticket #{standing.ticket_id}"
    if ordered is Effect.RELEASE:
        text = f"The original is given back to {ticket}, attached to one new internal note; customers do not see it."
        return [Line("release", text), _if_closed(standing, "release")]
    if ordered in (Effect.QUARANTINE, Effect.HOLD):
        copy = "The copy in quarantine is checked" if standing.kept else "A copy is put into quarantine and checked"
        text = f"The file is redacted in {ticket}, copies that were given back too; agents and customers lose it."
        return [
            Line("vault", f"{copy}, before anything is removed."),
            Line("redact", text),
            _if_closed(standing, "redact"),
        ]
    if ordered is Effect.REDACT:
        text = f"The address is taken out of its comment in {ticket}. That cannot be undone."
        return [Line("redact_link", text)]
    if ordered is Effect.TELL:
        where = "stays where it is" if standing.kind == "url" else "stays in the ticket, as your policy says"
        return [Line("stays", f"The {standing.thing} {where}.")]
    return [_untouched(standing, verdict)]


def _untouched(standing: Standing, verdict: Verdict) -> Line:
    if standing.ticket_id is None:
        return Line("nothing", "It lies in no ticket, so nothing is written anywhere.")
    if standing.cut:
        return Line("nothing", "The address was taken out of its comment for good and does not come back.")
    if standing.out and verdict is Verdict.MALICIOUS:
        return Line("nothing", "The file was removed from the ticket already; it stays in quarantine.")
    return Line("nothing", f"The {standing.thing} stays where it is, and nothing is written to the ticket.")


def _if_closed(standing: Standing, deed: str) -> Line:
    """How it goes in a ticket that is closed; whether it is shows when it is tried."""
    begin = "The ticket is closed, so" if standing.closed else "If the ticket is closed,"
    if deed == "release":
        return Line("closed", f"{begin} Zendesk takes no file there: the mail says so, and you download it here.")
    return Line("closed", f"{begin} the redaction goes another way and no note is possible: the mail says it all.")


def _told(standing: Standing, ordered: Effect) -> list[Line]:
    """Who reads of it."""
    if ordered is Effect.NOTHING:
        return []
    lines = []
    if ordered is not Effect.RELEASE and not standing.closed:
        lines.append(
            Line("note", "One internal note tells the agents, together with what else is found in that comment.")
        )
    if not standing.recipients:
        return [*lines, Line("mail", f"No mail goes out: nobody is named to get mails about {standing.connection}.")]
    people = "1 recipient" if standing.recipients == 1 else f"{standing.recipients} recipients"
    if standing.sends_mail:
        return [*lines, Line("mail", f"One mail tells the {people} of {standing.connection}.")]
    return [*lines, Line("mail", "One mail is written and kept in the outbox, as no mail server is set.")]


def _from_now_on(standing: Standing, verdict: Verdict) -> list[Line]:
    content = "address" if standing.kind == "url" else "content"
    text = (
        f"Your verdict stands for the same {content} in {standing.connection} whenever it comes again, "
        "until a person changes it."
    )
    earlier = f"Earlier sightings of the same {content} keep their own verdicts."
    return [Line("stands", text), Line("earlier", earlier)]
