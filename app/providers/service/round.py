"""One round of questions to one provider for one connection: as many as its limits, its pauses and the time allow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from app.adapters.providers.model import Access, Answer, Kind, Listing, NoOpinion, Provider, Question
from app.providers.catalogue import ProviderName
from app.providers.service.answers import Answers
from app.providers.service.disclosures import Disclosures
from app.providers.service.policies import ProviderPolicies

log = structlog.get_logger()

#: Failures in a row after which the rest waits for the next round.
MOST_FAILURES = 3


@dataclass(frozen=True, slots=True)
class Office:
    """What a round needs of the house."""

    policies: ProviderPolicies
    disclosures: Disclosures
    answers: Answers
    now: Callable[[], float]


@dataclass(slots=True)
class Round:
    """Asks about the addresses of ``rows`` (of ``provider_waiting``); ``run`` fills in what came of it.

    answered  ids of rows all of whose questions have an answer now
    failed    ids of rows that were asked about in vain
    later     from when on the others may be asked about (UTC seconds); 0: at once
    changed   addresses about which something else is known than before
    targets   where shortened addresses lead, as far as that is new
    """

    office: Office
    connection_id: int
    name: ProviderName
    provider: Provider
    access: Access
    rows: Sequence[Any]
    until: float
    answered: set[int] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)
    later: float = 0.0
    changed: list[str] = field(default_factory=list)
    targets: dict[str, str] = field(default_factory=dict)
    _answers: dict[str, Answer] = field(default_factory=dict)
    _unanswered: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Ask until all is asked, the limits are reached, or the time is over."""
        by_row = {row.id: self.provider.questions(row.url, self.access) for row in self.rows}
        every = [question for questions in by_row.values() for question in questions]
        known = self.office.answers.fresh(self.connection_id, self.name, every)
        before = self.office.answers.believed(self.connection_id, {self.name: every})
        self._ask_all(self._open(by_row, known))
        for row in self.rows:
            values = list(dict.fromkeys(question.value for question in by_row[row.id]))
            if all(value in known or value in self._answers for value in values):
                self.answered.add(row.id)
            elif not self._unanswered.isdisjoint(values):
                self.failed.add(row.id)
            self._compare(row.url, values, {value: before.get((self.name, value), []) for value in values})

    def _compare(self, url: str, values: Sequence[str], before: Mapping[str, Sequence[Listing]]) -> None:
        """Note whether what is known of an address now is something else than what was."""
        old = [listing for value in values for listing in before[value]]
        new = [
            listing
            for value in values
            for listing in (self._answers[value].listings if value in self._answers else before[value])
        ]
        target = next((listing.target for listing in new if listing.target), "")
        if target and target not in {listing.target for listing in old}:
            self.targets[url] = target
        if url in self.targets or set(self.provider.hits(url, old)) != set(self.provider.hits(url, new)):
            self.changed.append(url)

    def _open(self, by_row: dict[int, tuple[Question, ...]], known: set[str]) -> dict[Question, list[Any]]:
        """Return each question that is still to be asked, with the rows that want it."""
        wanted: dict[Question, list[Any]] = {}
        for row in self.rows:
            for question in by_row[row.id]:
                if question.value not in known:
                    wanted.setdefault(question, []).append(row)
        return wanted

    def _ask_all(self, wanted: dict[Question, list[Any]]) -> None:
        questions, failures = list(wanted), 0
        for start in range(0, len(questions), self.provider.batch):
            some = questions[start : start + self.provider.batch]
            # A call that could outlast the lease is left to the next round.
            if failures >= MOST_FAILURES or self.office.now() + self.access.seconds > self.until:
                return
            allowed, ready = self.office.policies.allowance(self.connection_id, self.name, 1)
            if not allowed:
                self.later = ready
                return
            tickets = {row.ticket_id for question in some for row in wanted[question] if row.ticket_id is not None}
            try:
                self._ask(some, sorted(tickets))
                failures = 0
            except NoOpinion as refusal:
                failures += 1
                self._unanswered |= {question.value for question in some} - set(self._answers)
                if refusal.pause:
                    self.later = self.office.now() + refusal.pause
                    return

    def _ask(self, questions: Sequence[Question], tickets: Sequence[int]) -> None:
        """Make one call, between the two entries of the disclosure record. Raises NoOpinion."""
        sent = [question.value for question in questions]
        entry = self.office.disclosures.begin(
            self.connection_id, self.name, self._recipient(questions[0]), questions[0].kind, sent, tickets
        )
        try:
            answers = self.provider.ask(questions, self.access)
        except NoOpinion as refusal:
            self._keep(refusal.answers)
            self._note(entry, refusal)
            raise
        except Exception as bug:
            # A provider that we misread must not stop the others.
            log.exception("provider.failed", provider=self.name.value)
            failure = NoOpinion("failed", "Asking failed inside Deskwarden; the log says how.")
            self._note(entry, failure)
            raise failure from bug
        self._keep(answers)
        listed = sum(len(answer.listings) for answer in answers)
        self.office.disclosures.end(entry, "listed" if listed else "not listed")
        self.office.policies.note(self.connection_id, self.name, "")
        log.info("provider.asked", provider=self.name.value, questions=len(questions), listed=listed)

    def _keep(self, answers: Sequence[Answer]) -> None:
        if answers:
            self.office.answers.keep(self.connection_id, self.name, answers)
            self._answers.update({answer.value: answer for answer in answers})

    def _note(self, entry: int, refusal: NoOpinion) -> None:
        outcome = "no opinion" if refusal.is_sent else "not sent"
        unsent = [question.value for question in refusal.unsent] if refusal.is_sent else []
        self.office.disclosures.end(entry, outcome, refusal.words, unsent=unsent)
        self.office.policies.note(self.connection_id, self.name, refusal.words, pause=refusal.pause)
        log.warning("provider.no_opinion", provider=self.name.value, code=refusal.code)

    def _recipient(self, question: Question) -> str:
        if self.name is ProviderName.SHORTENERS and question.kind is Kind.URL:
            return question.value.partition("://")[2].partition("/")[0]
        return self.provider.recipient(self.access)
