"""What letters call a file or a link, by its verdict and by what became of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.engine.model import Verdict
from app.findings.notices import (
    quarantine_mail,
    quarantine_note,
)
from tests.unit.findings.letters import FILE, LINK, NOTICE, REFERENCE, note_of


def test_a_forbidden_type_is_not_called_dangerous() -> None:
    words = note_of(replace(FILE, verdict="restricted", title="password-protected archive")).words
    assert words.startswith(
        "Deskwarden removed 1 file of a forbidden type from this ticket."
        "invoice.pdf.exeVerdict: restrictedWhy: password-protected archive68 bytes"
    )
    assert (
        "What to do"
        "A forbidden type does not tell whether the file is dangerous. "
        "If you need what is in it, ask the customer for another format, such as PDF."
        "If you think"
    ) in words
    subject, _, _ = quarantine_mail(replace(NOTICE, files=(replace(FILE, verdict="restricted"),)))
    assert subject == "[Deskwarden] File of a forbidden type removed from ticket #123"


def test_several_files_of_forbidden_types_are_spoken_of_as_several() -> None:
    words = note_of(replace(FILE, verdict="restricted"), replace(FILE, verdict="restricted")).words
    assert words.startswith("Deskwarden removed 2 files of forbidden types from this ticket.")
    assert "whether the files are dangerous. If you need what is in them, ask" in words


def test_a_suspicious_file_that_is_only_told_of_is_left_with_a_caution() -> None:
    file = replace(FILE, verdict="suspicious", outcome="kept", title="a link to a bad address")
    words = note_of(file).words
    assert words.startswith(
        "Deskwarden found 1 suspicious file in this ticket and left it there."
        "invoice.pdf.exeVerdict: suspiciousWhat was found: a link to a bad address68 bytes"
    )
    assert (
        "What to do"
        "Suspicious does not mean clean: open the file only if you expected it from this customer."
        "If you think"
    ) in words
    _, text, _ = quarantine_mail(replace(NOTICE, files=(file,)))
    assert text.startswith("Deskwarden found 1 suspicious file in ticket #123 and left it there.\n")
    assert "- What was only reported still stands in the ticket, as your policy says" in text
    assert "lies encrypted" not in text


def test_several_files_that_are_only_told_of_are_spoken_of_as_several() -> None:
    files = [replace(FILE, verdict=verdict, outcome="kept") for verdict in ("suspicious", "suspicious", "unknown")]
    words = note_of(*files).words
    assert words.startswith(
        "Deskwarden found 2 suspicious files in this ticket and left them there."
        "Deskwarden could not check 1 file in this ticket and left it there."
    )
    assert "Suspicious or not checked does not mean clean: open such a file only if you expected it" in words


def test_a_file_that_could_not_be_checked_is_never_called_clean() -> None:
    words = note_of(replace(FILE, verdict="unknown", outcome="kept", title="archive with a password")).words
    assert words.startswith(
        "Deskwarden could not check 1 file in this ticket and left it there."
        "invoice.pdf.exeVerdict: unknownWhy it could not be checked: archive with a password68 bytes"
    )
    assert "Not checked does not mean clean: open the file only if you expected it from this customer." in words


@pytest.mark.parametrize("verdict", ["suspicious", "unknown"])
def test_nobody_is_told_to_open_what_was_removed_or_should_have_been(verdict: str) -> None:
    assert "only if you expected" not in note_of(replace(FILE, verdict=verdict)).words
    words = note_of(replace(FILE, verdict=verdict, outcome="kept: Zendesk refused")).words
    assert "Do not open what could not be removed: ask your Zendesk administrator to delete it." in words
    assert "only if you expected" not in words


def test_a_file_without_a_finding_was_judged_by_a_person() -> None:
    words = note_of(replace(FILE, title="", where=""), links=(replace(LINK, title=""),)).words
    assert words.count("Verdict: maliciousWhy: your security team judged it dangerous") == 2


def test_a_link_is_called_by_its_verdict() -> None:
    links = (LINK, replace(LINK, verdict="suspicious"), replace(LINK, verdict="suspicious"))
    words = note_of(links=links).words
    assert words.startswith(
        "Deskwarden found 1 dangerous link and 2 suspicious links in this ticket. Do not open them."
    )
    assert words.count("Verdict: suspicious") == 2
    assert "Do not open the links, not even to try, and do not send them on." in words
    subject, text, _ = quarantine_mail(replace(NOTICE, files=(), links=links[1:]))
    assert subject == "[Deskwarden] 2 suspicious links in ticket #123"
    assert "- The links still stand in the ticket. If one of them is harmless, open the details and judge it" in text


@pytest.mark.parametrize("verdict", Verdict)
def test_each_file_bears_its_verdict_by_the_exact_word(verdict: Verdict) -> None:
    files = (replace(FILE, verdict=verdict.value), replace(FILE, verdict=verdict.value, outcome="kept"))
    links = (replace(LINK, verdict=verdict.value),)
    html = quarantine_note(files, links, reference=REFERENCE)
    _, text, mail = quarantine_mail(replace(NOTICE, files=files, links=links))
    assert [letter.count(f"Verdict: {verdict.value}") for letter in (html, text, mail)] == [3, 3, 3]


def test_every_verdict_has_its_words() -> None:
    for verdict in Verdict:
        for outcome in ("redacted", "kept", "kept: because"):
            file = replace(FILE, verdict=verdict.value, outcome=outcome)
            assert note_of(file).words
            assert quarantine_mail(replace(NOTICE, files=(file,)))[0].endswith(" ticket #123")
