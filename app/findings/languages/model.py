"""What every language has to say: the sentences of notes, mails and digests, as one typed value a language. Pure.

A language is one ``Catalogue``; leaving a sentence out is a type error, and an error when the module is imported.
Sentences hold the names of facts in braces. Where a number of things decides about the grammar there are two ``Forms``;
none of the languages here has more than two for the numbers that occur (Unicode CLDR, plural rules).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.engine.model import Verdict
from app.findings.dangers import Danger


@dataclass(frozen=True, slots=True)
class Forms:
    """One sentence for one thing and for several. ``n`` is the number as the language writes it."""

    one: str
    many: str

    def of(self, count: int) -> str:
        """Return the form for so many."""
        return self.one if count == 1 else self.many


def same(text: str) -> Forms:
    """Return the forms of a language, or of a sentence, that does not tell one from several."""
    return Forms(text, text)


@dataclass(frozen=True, slots=True)
class Place:
    """The ticket, as it stands in a sentence. ``{ticket}`` is its number."""

    inside: str
    out_of: str
    into: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How numbers, sizes and times are written.

    grouping_from  least number that gets marks between groups of three digits
    units          bytes by name, then the decimal units in order
    moment         with ``{day} {month} {year} {time} {zone}``
    """

    decimal: str
    group: str
    grouping_from: int
    bytes: Forms
    units: tuple[str, str, str]
    months: tuple[str, ...]
    moment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around every letter. ``details`` leads to a page in a plain mail, ``open_details`` in the others."""

    label: str  # {label} {text}
    comma: str
    last_and: str
    quoted: str  # {text}
    what_to_do: str
    details: str
    open_details: str
    more: Forms  # {n}
    all_in_console: str
    see: str  # {link}
    brackets: str
    note_closing: str  # {reference}
    mail_closing: str  # {tenant}
    this_ticket: Place
    ticket: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The labels of what is said about a file or link, and their fixed values.

    reasons  label and words where the engine named no finding, by verdict
    detail   label of a text that is English in every language; empty in English
    """

    verdict: str
    verdicts: Mapping[Verdict, str]
    found: str
    reasons: Mapping[Verdict, tuple[str, str]]
    detail: str
    inside: str
    not_done: str
    size_and_hash: str  # {size}
    link_text: str
    changed: str
    changed_generally: str
    where: str
    subject: str
    field: str  # {field}
    done: str
    removed_for_good: str
    not_removed: str
    no_name: str
    closed: str
    gone: str
    refused: str
    failed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Headlines:
    """What happened. ``{what}`` is a list of counted things, ``{inside}``, ``{out_of}``, ``{into}`` the place."""

    files: Mapping[Verdict, Forms]
    links: Mapping[Verdict, Forms]
    still_there: Forms
    removed: str
    found_links: Forms
    not_removed: str
    found_left: Forms
    unchecked: Forms
    not_given_back: Forms
    given_back: Forms
    note_given_back: str
    note_judged_clean: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """Subject lines. A single thing needs no number there, and stands in capitals where it begins the line."""

    files: Mapping[Verdict, Forms]
    links: Mapping[Verdict, Forms]
    removed: Forms  # {what} {ticket}
    stuck: Forms
    there: Forms
    given_back: Forms
    not_given_back: Forms


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentAdvice:
    """What an agent does now."""

    dangerous_left: Forms
    stuck: Forms
    do_not_ask_again: Forms
    forbidden: Forms
    suspicious: Forms
    unchecked: Forms
    suspicious_or_unchecked: Forms
    links_left: Forms
    links_removed: Forms
    links_opened: Forms
    mistake: str
    mistake_with_details: str
    released: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamAdvice:
    """What the readers of a mail do now."""

    remove_by_hand: Forms
    no_note: str  # {reason}
    back_by_itself: str
    back_by_download: str
    reported: str
    links_by_hand: Forms
    links_left: Forms
    links_gone: Forms
    released: str
    not_released: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigationWords:
    """The mail that answers a question somebody asked about a scan."""

    subject: str
    headline: str
    asked: str
    answer: str
    answered_by: str
    advice: str
    closing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionWords:
    """The mails about a connection that does not work, and works again. ``{tenant}`` is its name."""

    broken_subject: str
    broken: str
    meaning: str
    mend: str
    see_command: str  # {command}
    nothing_lost: str
    mended_subject: str
    mended: str
    mended_advice: str
    checks: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestWords:
    """The mail that lists many things. Each line of it names one thing, in a section that says what became of it."""

    files: Forms
    links: Forms
    letters: Forms
    tickets: Forms
    subject: str  # {what} {tickets}
    headline: str  # {what} {tickets} {since} {until}
    outbreak: str  # {n}
    hourly: str
    daily: str
    quiet: str
    still_there: str
    not_removed: str
    removed: str
    links_left: str
    reported: str
    unchecked: str
    not_given_back: str
    given_back: str
    ticket: str  # {ticket}
    more: Forms  # {n}
    part: str  # {part} {parts}
    advice_urgent: str
    advice: str
    unsubscribe: str
    unsubscribe_link: str
    page_question: str  # {tenant}
    page_button: str
    page_done: str
    page_refused: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything that letters say in one language. ``tag`` is its BCP 47 tag, for the ``lang`` of HTML."""

    tag: str
    figures: Figures
    frame: Frame
    facts: Facts
    headlines: Headlines
    subjects: Subjects
    agent: AgentAdvice
    team: TeamAdvice
    investigation: InvestigationWords
    connection: ConnectionWords
    digest: DigestWords
    dangers: Mapping[Danger, str]

    def number(self, count: int) -> str:
        """Return a whole number as it is written: ``10,000``, ``10.000``."""
        text = f"{count:,}" if count >= self.figures.grouping_from else str(count)
        return text.replace(",", self.figures.group)

    def counted(self, count: int, forms: Forms, **facts: str) -> str:
        """Return the form for so many with its number and the facts put in."""
        return forms.of(count).format(n=self.number(count), **facts)

    def size(self, count: int) -> str:
        """Return a number of bytes for people, in decimal units: ``68 bytes``, ``1.2 kB``, ``5.0 MB``."""
        if count < 1000:
            return self.counted(count, self.figures.bytes)
        for unit, name in zip((1e3, 1e6, 1e9), self.figures.units, strict=True):
            if count < unit * 999.95 or unit == 1e9:
                return f"{count / unit:.1f}".replace(".", self.figures.decimal) + f" {name}"
        raise AssertionError("the last unit always fits")

    def listed(self, parts: Sequence[str]) -> str:
        """Return ``2 dangerous files, 1 link and 1 suspicious file``."""
        if len(parts) < 2:
            return "".join(parts)
        return self.frame.comma.join(parts[:-1]) + self.frame.last_and + parts[-1]
