"""Mails that are about no ticket: an investigation was answered, a connection broke or works again. Pure."""

from __future__ import annotations

from app.findings.hostile_text import shown
from app.findings.languages import Catalogue, Language, catalogue
from app.findings.notice_facts import ConnectionState, FailedCheck, Investigation
from app.findings.notice_layout import Item, Letter, Line, Tone, mail_html, mail_text
from app.findings.notices import MOST_OF_A_NAME

#: Characters of a question or an answer; what is longer stands on the scan's page.
MOST_OF_A_TEXT = 2000

#: Characters of what a check saw.
_MOST_OF_A_DETAIL = 500


def investigation_mail(facts: Investigation, language: Language = Language.ENGLISH) -> tuple[str, str, str]:
    """Return subject, text and HTML of the mail with the answer to what somebody asked about a scan."""
    said = catalogue(language)
    words = said.investigation
    lines = [Line(label, shown(text, MOST_OF_A_TEXT)) for label, text in _dialogue(said, facts) if text.strip()]
    letter = Letter(
        said,
        (words.headline,),
        (Item(shown(facts.title, MOST_OF_A_NAME) or said.facts.no_name, tuple(lines), facts.link),),
        (words.advice,),
        words.closing.format(tenant=shown(facts.tenant, 80)),
        hint=True,
        tone=Tone.PLAIN,
    )
    return _mail(letter, words.subject)


def connection_mail(facts: ConnectionState, language: Language = Language.ENGLISH) -> tuple[str, str, str]:
    """Return subject, text and HTML of the mail about a connection: what broke, how it is mended; or all well."""
    said = catalogue(language)
    words, tenant = said.connection, shown(facts.tenant, 80)
    closing = said.frame.mail_closing.format(tenant=tenant)
    if not facts.failed:
        letter = Letter(
            said, (words.mended.format(tenant=tenant),), (), (words.mended_advice,), closing, tone=Tone.GOOD
        )
        return _mail(letter, words.mended_subject.format(tenant=tenant))
    command = f"deskwarden verify {tenant}"
    letter = Letter(
        said,
        (words.broken.format(tenant=tenant), words.meaning),
        tuple(_check_item(said, check, facts.link) for check in facts.failed),
        (words.see_command.format(command=command), words.nothing_lost),
        closing,
        hint=True,
        tone=Tone.WARNING,
    )
    return _mail(letter, words.broken_subject.format(tenant=tenant))


def _dialogue(said: Catalogue, facts: Investigation) -> tuple[tuple[str, str], ...]:
    words = said.investigation
    return (words.asked, facts.question), (words.answer, facts.answer), (words.answered_by, facts.who)


def _check_item(said: Catalogue, check: FailedCheck, link: str) -> Item:
    english = bool(said.facts.detail)
    lines = [
        Line(label, shown(text, _MOST_OF_A_DETAIL), english=english)
        for label, text in ((said.facts.detail or said.facts.found, check.detail), (said.connection.mend, check.mend))
        if text
    ]
    return Item(shown(said.connection.checks.get(check.name, check.name), 80), tuple(lines), link)


def _mail(letter: Letter, subject: str) -> tuple[str, str, str]:
    title = f"[Deskwarden] {subject}"
    return title, mail_text(letter), mail_html(letter, title)
