"""Every language says everything: each kind of letter, whole, with the right numbers and hostile names as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from string import Formatter
from typing import Any

import pytest

from app.engine.model import Verdict
from app.findings.dangers import Danger
from app.findings.digests import Digest, Why, digest_mail, moment
from app.findings.event_mails import connection_mail, investigation_mail
from app.findings.languages import CATALOGUES, Language, catalogue
from app.findings.languages.model import Forms
from app.findings.notice_facts import ConnectionState, FailedCheck, Investigation, Notice
from app.findings.notices import quarantine_mail, quarantine_note, release_mail, release_note
from tests.unit.findings.letters import FILE, LINK, NOTICE, REFERENCE, Reader

OTHERS = [language for language in Language if language is not Language.ENGLISH]

HOSTILE = [
    "<script>alert(1)</script>.pdf",
    '"><img src=x onerror=alert(1)>.png',
    "cod\u202efdp.exe",
    "a\r\nBcc: x@y.example\x00\x1b[2J.pdf",
    "{tenant} {0.__class__} {what} %s.txt",
    "{{ticket.comments}}{% raw %}.pdf",
    "www.evil.example https://evil.example/x.zip",
    "x" * 10_000 + ".exe",
]


def notice(name: str = "invoice.pdf.exe") -> Notice:
    """A ticket with every verdict, done and not done."""
    files = [
        replace(FILE, name=name, verdict=verdict.value, outcome=outcome, title=title, finding="yara.macro_starts")
        for verdict in Verdict
        for outcome in ("redacted", "kept", "kept: Zendesk refused it", "kept: The ticket is closed")
        for title in ("", name)
    ]
    links = [
        replace(LINK, shown=name, outcome=outcome, place=place, changed="Since Monday: x.", title=name)
        for outcome in ("redacted", "kept", "kept: Zendesk refused it")
        for place in ("", "subject", "field 12")
    ]
    return replace(NOTICE, tenant=name, files=tuple(files), links=tuple(links), no_note="The ticket is closed.")


def digest(name: str = "invoice.pdf.exe") -> Digest:
    told = (("quarantine", notice(name)), ("release", replace(NOTICE, files=(replace(FILE, name=name),))))
    return Digest(
        name, Why.OUTBREAK, 20, 0.0, 9e8, "UTC", told, 3, "https://dw.example/scans", 1, 2, "https://dw.example/o"
    )


MAILS: dict[str, Callable[[str, Language], tuple[str, str, str]]] = {
    "quarantine": lambda name, language: quarantine_mail(notice(name), language),
    "release": lambda name, language: release_mail(
        replace(
            NOTICE, files=(replace(FILE, name=name, outcome="released"), replace(FILE, name=name, outcome="kept: x"))
        ),
        language,
    ),
    "investigation": lambda name, language: investigation_mail(
        Investigation(name, name, name, name, name, "https://dw.example/scans/1"), language
    ),
    "broken": lambda name, language: connection_mail(
        ConnectionState(name, (FailedCheck("webhook", name, name), FailedCheck(name, name))), language
    ),
    "mended": lambda name, language: connection_mail(ConnectionState(name), language),
    "digest": lambda name, language: digest_mail(digest(name), language),
}


def texts(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a catalogue with its place in it."""
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, Forms) or is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name), f"{at}.{field.name}")
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from texts(each, f"{at}.{key}")
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from texts(each, f"{at}.{number}")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", Language)
def test_a_language_leaves_nothing_out(language: Language) -> None:
    said = CATALOGUES[language]
    silent = {at for at, text in texts(said) if not text}
    assert silent == ({".facts.detail"} if language is Language.ENGLISH else set())
    assert set(said.dangers) == set(Danger)
    for table in (said.headlines.files, said.headlines.links, said.subjects.files, said.subjects.links):
        assert set(table) == set(Verdict)


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_names_the_same_facts_in_every_language(language: Language) -> None:
    english = dict(texts(catalogue(Language.ENGLISH)))
    own = dict(texts(catalogue(language)))
    assert own.keys() == english.keys()
    # One thing in a subject line needs no number in most languages, and Japanese gives it; a place needs no ticket.
    missing = {
        at: placeholders(text) ^ placeholders(english[at])
        for at, text in own.items()
        if placeholders(text) - {"n"} != placeholders(english[at]) - {"n"}
    }
    assert missing == {}


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_is_not_english(language: Language) -> None:
    english, own = dict(texts(catalogue(Language.ENGLISH))), dict(texts(catalogue(language)))
    alike = {at for at, text in own.items() if text == english[at] and len(text) > 25}
    assert alike == set()


@pytest.mark.parametrize("kind", MAILS)
@pytest.mark.parametrize("language", Language)
def test_every_kind_of_mail_is_whole_in_every_language(language: Language, kind: str) -> None:
    subject, text, html = MAILS[kind]("invoice.pdf.exe", language)
    mail = Reader(html)
    for words in (subject, text, Reader(html.partition("</style>")[2]).words):
        assert not re.search(r"[{}]", words)
    assert subject.startswith("[Deskwarden] ") and len(subject) < 120 and "\n" not in subject
    assert "\n\n\n" not in text and "[。]" not in text
    assert not [line for line in text.splitlines() if line.rstrip().endswith((":", "："))]
    assert ("html", {"lang": catalogue(language).tag}) in mail.elements
    assert max(map(len, text.splitlines())) < 500
    assert len(html.encode()) < 100_000


@pytest.mark.parametrize("language", Language)
def test_notes_are_whole_in_every_language(language: Language) -> None:
    told = notice()
    words = Reader(
        quarantine_note(told.files, told.links, reference=REFERENCE, page="https://dw.example/t", language=language)
        + release_note(FILE, reference=REFERENCE, language=language)
    ).words
    assert words.count(REFERENCE) == 2
    assert not re.search(r"[{}]", words)


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("kind", MAILS)
@pytest.mark.parametrize("language", Language)
def test_a_hostile_name_stays_text_in_every_mail(language: Language, kind: str, name: str) -> None:
    subject, text, html = MAILS[kind](name, language)
    mail = Reader(html)
    assert not mail.tags & {"script", "img", "iframe", "link", "form"}
    assert all(link is None or link.startswith("https://dw.example/") for link in mail.links)
    assert not [name for _, attributes in mail.elements for name in attributes if name.startswith("on")]
    for words in (subject, text, html):
        assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", words)
    assert "://evil" not in text and "www.evil" not in text
    assert len(html.encode()) < 100_000 and len(text.encode()) < 100_000


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [
        (Language.ENGLISH, "removed 1 dangerous file from", "removed 2 dangerous files from"),
        (Language.GERMAN, "hat 1 gefährliche Datei aus", "hat 2 gefährliche Dateien aus"),
        (Language.FRENCH, "a retiré 1 fichier dangereux du", "a retiré 2 fichiers dangereux du"),
        (Language.SPANISH, "eliminó 1 archivo peligroso del", "eliminó 2 archivos peligrosos del"),
        (Language.PORTUGUESE, "removeu 1 arquivo perigoso do", "removeu 2 arquivos perigosos do"),
        (Language.JAPANESE, "危険なファイル 1 件を削除", "危険なファイル 2 件を削除"),
    ],
)
def test_one_and_several_are_told_apart(language: Language, one: str, many: str) -> None:
    assert one in quarantine_mail(NOTICE, language)[1]
    assert many in quarantine_mail(replace(NOTICE, files=(FILE, FILE)), language)[1]


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [
        (Language.ENGLISH, "Malicious file removed from", "2 malicious files removed from"),
        (Language.GERMAN, "Gefährliche Datei aus", "2 gefährliche Dateien aus"),
        (Language.FRENCH, "Fichier dangereux retiré du", "2 fichiers dangereux retirés du"),
        (Language.SPANISH, "Archivo peligroso eliminado del", "2 archivos peligrosos eliminados del"),
        (Language.PORTUGUESE, "Arquivo perigoso removido do", "2 arquivos perigosos removidos do"),
        (Language.JAPANESE, "チケット #123 から危険なファイル 1 件を", "チケット #123 から危険なファイル 2 件を"),
    ],
)
def test_subject_lines_agree_with_their_number(language: Language, one: str, many: str) -> None:
    assert one in quarantine_mail(NOTICE, language)[0]
    assert many in quarantine_mail(replace(NOTICE, files=(FILE, FILE)), language)[0]


@pytest.mark.parametrize(
    ("language", "number", "size", "day"),
    [
        (Language.ENGLISH, "12,345", "1.2 kB", "5 March 2026, 09:05 (UTC)"),
        (Language.GERMAN, "12.345", "1,2 kB", "5. März 2026, 09:05 Uhr (UTC)"),
        (Language.FRENCH, "12\u202f345", "1,2 ko", "5 mars 2026 à 09:05 (UTC)"),
        (Language.SPANISH, "12.345", "1,2 kB", "5 de marzo de 2026, 09:05 (UTC)"),
        (Language.PORTUGUESE, "12.345", "1,2 kB", "5 de março de 2026, 09:05 (UTC)"),
        (Language.JAPANESE, "12,345", "1.2 kB", "2026年3月5日 09:05 (UTC)"),
    ],
)
def test_numbers_sizes_and_times_have_the_form_of_the_language(
    language: Language, number: str, size: str, day: str
) -> None:
    said = catalogue(language)
    assert (said.number(12345), said.size(1234), moment(said, 1_772_701_500.0, "UTC")) == (number, size, day)


def test_spanish_keeps_four_digits_together() -> None:
    assert catalogue(Language.SPANISH).number(1234) == "1234"


@pytest.mark.parametrize("language", OTHERS)
def test_what_was_found_is_said_in_the_language_with_the_english_title_beside_it(language: Language) -> None:
    file = replace(FILE, title="Macro that injects code", finding="yara.macro_injects_code")
    said = catalogue(language)
    _, text, html = quarantine_mail(replace(NOTICE, files=(file,)), language)
    assert said.dangers[Danger.MACRO] in text
    assert f"{said.facts.detail}" in text and "Macro that injects code" in text
    assert '<span lang="en">Macro that injects code</span>' in html
    assert FILE.sha256 in text and "https://dw.example/scans/1" in text
