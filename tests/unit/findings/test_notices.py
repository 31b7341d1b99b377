"""Whole notes and mails, word for word, and in which order they tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.findings.notices import (
    FileNotice,
    LinkNotice,
    Notice,
    quarantine_mail,
    quarantine_note,
    release_mail,
    release_note,
)
from tests.unit.findings.letters import FILE, HASH, LINK, NOTICE, REFERENCE, Reader, note_of


def test_the_note_about_a_dangerous_file() -> None:
    assert quarantine_note((FILE,), reference=REFERENCE) == (
        "<p><strong>Deskwarden removed 1 dangerous file from this ticket.</strong></p>"
        "<ul><li><strong>invoice.pdf.exe</strong><br>Verdict: malicious<br>What was found: EICAR test file<br>"
        f"68 bytes, SHA-256: <code>{HASH}</code><br>"
        '<a href="https://dw.example/scans/1">Open the details</a></li></ul>'
        "<p><strong>What to do</strong></p>"
        "<ul><li>Do not ask the customer to send the dangerous file again by other means.</li>"
        "<li>If you think this is a mistake, ask your security team to look again: "
        "send them the link to the details.</li></ul>"
        "<p>Written by Deskwarden; only agents see this note. Reference DW-XOKWY44V-HFIWH7BF-4CGKXY4G</p>"
    )


def test_the_note_about_a_dangerous_link() -> None:
    assert quarantine_note((), (LINK,), reference=REFERENCE) == (
        "<p><strong>Deskwarden found 1 dangerous link in this ticket. Do not open it.</strong></p>"
        "<ul><li><strong>hxxps://bad[.]example/login[.]php</strong><br>"
        "Verdict: malicious<br>What was found: on your block list<br>"
        '<a href="https://dw.example/scans/3">Open the details</a></li></ul>'
        "<p><strong>What to do</strong></p>"
        "<ul><li>Do not open the link, not even to try, and do not send it on.</li>"
        "<li>If anybody opened it already, or typed a password there, tell your security team now.</li>"
        "<li>If you think this is a mistake, ask your security team to look again: "
        "send them the link to the details.</li>"
        "<li>Brackets, as in [.], keep names and addresses from turning into links.</li></ul>"
        "<p>Written by Deskwarden; only agents see this note. Reference DW-XOKWY44V-HFIWH7BF-4CGKXY4G</p>"
    )


def test_a_link_that_was_taken_out_and_one_that_stands_are_told_apart() -> None:
    gone, new = (
        replace(LINK, outcome="redacted"),
        replace(LINK, changed="On Monday nothing was known. Since Tuesday: x."),
    )
    html = quarantine_note((), (gone, new), reference=REFERENCE)
    assert html.startswith(
        "<p><strong>Deskwarden found 1 dangerous link in this ticket. Do not open it.</strong><br>"
        "<strong>Deskwarden removed 1 dangerous link from this ticket.</strong></p>"
    )
    assert html.index("What changed: On Monday nothing was known.") < html.index("Done: removed from the comment")
    title, text, _ = quarantine_mail(Notice(17, "acme", (), (gone,), ""))
    assert title == "[Deskwarden] Malicious link removed from ticket #17"
    assert "The link that was removed is gone from the ticket for good." in text
    assert "still stands" not in text


def test_a_link_that_could_not_be_taken_out_says_why_and_where_it_stands() -> None:
    stuck = replace(LINK, outcome="kept: Zendesk refused", place="subject")
    html = quarantine_note((), (stuck,), reference=REFERENCE)
    assert "Deskwarden found 1 dangerous link in this ticket. Do not open it." in html
    assert "Where: the ticket&#x27;s subject<br>Not removed, because: Zendesk refused<br>" in html
    _, text, _ = quarantine_mail(Notice(17, "acme", (), (stuck,), ""))
    assert "Remove the link by hand: a Zendesk administrator can redact it." in text


def test_ten_thousand_links_are_counted_and_the_first_are_named() -> None:
    links = tuple(replace(LINK, defanged=f"hxxps://bad[.]example/{number}") for number in range(10_000))
    html = quarantine_note((), links, reference=REFERENCE, page="https://dw.example/t")
    assert "Deskwarden found 10,000 dangerous links in this ticket. Do not open them." in html
    assert html.count("<li><strong>") == 20
    assert "… and 9,980 more" in html
    assert len(html.encode()) < 20_000


def test_the_note_to_which_a_file_given_back_is_attached() -> None:
    file = replace(FILE, verdict="clean", title="", where="", outcome="released")
    assert release_note(file, reference=REFERENCE) == (
        "<p><strong>Deskwarden gave 1 file back: it is attached to this note.</strong><br>"
        "<strong>Your security team looked at it and judged it clean.</strong></p>"
        "<ul><li><strong>invoice.pdf.exe</strong><br>Verdict: clean<br>"
        f"68 bytes, SHA-256: <code>{HASH}</code><br>"
        '<a href="https://dw.example/scans/1">Open the details</a></li></ul>'
        "<p><strong>What to do</strong></p>"
        "<ul><li>You can open the file and work with it as usual.</li>"
        "<li>It is not removed again, unless your security team decides so.</li></ul>"
        "<p>Written by Deskwarden; only agents see this note. Reference DW-XOKWY44V-HFIWH7BF-4CGKXY4G</p>"
    )


def test_the_mail_about_a_dangerous_file() -> None:
    subject, text, html = quarantine_mail(NOTICE)
    assert subject == "[Deskwarden] Malicious file removed from ticket #123"
    assert text == (
        "Deskwarden removed 1 dangerous file from ticket #123.\n"
        "\n"
        "1. invoice.pdf.exe\n"
        "   Verdict: malicious\n"
        "   What was found: EICAR test file\n"
        f"   68 bytes, SHA-256: {HASH}\n"
        "   Details: https://dw.example/scans/1\n"
        "\n"
        "What to do\n"
        "- What was removed lies encrypted in quarantine. If that was a mistake, open the details and judge the file "
        "clean: it goes back into the ticket by itself.\n"
        "\n"
        "Zendesk account: acme. Sent by Deskwarden to the recipients that the connection, or the setting "
        "DESKWARDEN_NOTIFY, names.\n"
    )
    words = Reader(html).words
    assert "invoice.pdf.exeVerdict: maliciousWhat was found: EICAR test file68 bytes, SHA-256: " + HASH in words
    assert "it goes back into the ticket by itself" in words


def test_the_mail_about_a_dangerous_link() -> None:
    subject, text, html = quarantine_mail(replace(NOTICE, files=(), links=(LINK,)))
    assert subject == "[Deskwarden] Malicious link in ticket #123"
    assert text == (
        "Deskwarden found 1 dangerous link in ticket #123. Do not open it.\n"
        "\n"
        "1. hxxps://bad[.]example/login[.]php\n"
        "   Verdict: malicious\n"
        "   What was found: on your block list\n"
        "   Details: https://dw.example/scans/3\n"
        "\n"
        "What to do\n"
        "- The link still stands in the ticket. If it is harmless, open the details and judge it clean.\n"
        "- Brackets, as in [.], keep names and addresses from turning into links.\n"
        "\n"
        "Zendesk account: acme. Sent by Deskwarden to the recipients that the connection, or the setting "
        "DESKWARDEN_NOTIFY, names.\n"
    )
    assert "hxxps://bad[.]example/login[.]phpVerdict: maliciousWhat was found: on your block list" in Reader(html).words


def test_the_mail_about_a_closed_ticket_says_it_all() -> None:
    subject, text, _ = quarantine_mail(replace(NOTICE, no_note="The ticket is closed, so no note is possible there."))
    assert subject == "[Deskwarden] Malicious file removed from ticket #123"
    assert (
        "- The ticket bears no note about this, so tell its agent yourself. "
        "The ticket is closed, so no note is possible there.\n"
    ) in text
    assert "judge the file clean: download it there." in text


def test_the_mail_about_a_file_that_could_not_be_removed_says_why_and_what_to_do() -> None:
    stuck = replace(FILE, outcome="kept: The ticket is closed, and Zendesk refused to redact it there too")
    subject, text, _ = quarantine_mail(replace(NOTICE, files=(stuck,)))
    assert subject == "[Deskwarden] Malicious file could not be removed from ticket #123"
    assert text.startswith("Warning: 1 dangerous file is still in ticket #123. Do not open it.\n")
    assert "   Not done, because: The ticket is closed, and Zendesk refused to redact it there too\n" in text
    assert "- Remove by hand what could not be removed: a Zendesk administrator can redact the file" in text
    assert "lies encrypted" not in text


def test_the_mail_about_a_file_given_back() -> None:
    subject, text, _ = release_mail(replace(NOTICE, files=(replace(FILE, verdict="clean", outcome="released"),)))
    assert subject == "[Deskwarden] File given back to ticket #123"
    assert text.startswith("Deskwarden gave 1 file back to ticket #123, because it was judged clean.\n")
    assert "   Verdict: clean\n" in text
    assert "EICAR" not in text


def test_the_mail_about_a_file_that_could_not_be_given_back() -> None:
    stuck = replace(FILE, outcome="kept: The ticket is closed, so nothing can be attached to it.")
    subject, text, _ = release_mail(replace(NOTICE, files=(stuck,)))
    assert subject == "[Deskwarden] File could not be given back to ticket #123"
    assert text.startswith("Deskwarden could not give 1 file back to ticket #123.\n")
    assert "Not done, because: The ticket is closed, so nothing can be attached to it." in text
    assert "download there what could not be given back" in text


def test_what_is_still_there_is_said_first_and_listed_first() -> None:
    files = (
        replace(FILE, name="1st.bin", verdict="restricted"),
        replace(FILE, name="2nd.bin"),
        replace(FILE, name="3rd.bin", outcome="kept: Zendesk refused"),
        replace(FILE, name="4th.bin"),
    )
    words = note_of(*files, links=(LINK, LINK)).words
    assert words.startswith(
        "Warning: 1 dangerous file is still in this ticket. Do not open it."
        "Deskwarden removed 2 dangerous files and 1 file of a forbidden type from this ticket."
        "Deskwarden found 2 dangerous links in this ticket. Do not open them."
    )
    assert "download the dangerous file still in the ticket. Ask your Zendesk administrator to delete it, and" in words
    assert words.index("3rd.bin") < words.index("2nd.bin") < words.index("4th.bin") < words.index("1st.bin")


def test_several_files_are_counted_in_the_subject() -> None:
    subject, text, _ = quarantine_mail(replace(NOTICE, files=(FILE, FILE)))
    assert subject == "[Deskwarden] 2 malicious files removed from ticket #123"
    assert text.startswith("Deskwarden removed 2 dangerous files from ticket #123.")


@pytest.mark.parametrize(
    ("files", "links", "subject"),
    [
        ((), (LINK,), "Malicious link in ticket #123"),
        ((replace(FILE, verdict="restricted"),), (LINK, LINK), "2 malicious links in ticket #123"),
        ((FILE,), (LINK,), "Malicious file removed from ticket #123"),
        ((replace(FILE, outcome="kept"),), (), "Malicious file in ticket #123"),
        ((replace(FILE, verdict="suspicious", outcome="kept"),), (), "Suspicious file in ticket #123"),
        ((replace(FILE, verdict="unknown", outcome="kept"),), (), "Unchecked file in ticket #123"),
    ],
)
def test_the_subject_names_the_most_pressing_thing(
    files: tuple[FileNotice, ...], links: tuple[LinkNotice, ...], subject: str
) -> None:
    assert quarantine_mail(replace(NOTICE, files=files, links=links))[0] == f"[Deskwarden] {subject}"


def test_a_crowd_is_counted_and_the_end_is_never_lost() -> None:
    files = tuple(replace(FILE, name=f"file-{number}.exe") for number in range(32))
    note = note_of(*files)
    assert "removed 32 dangerous files" in note.words
    assert "file-19.exe" in note.words and "file-20.exe" not in note.words
    assert "… and 12 more, see all of them in Deskwarden" in note.words
    assert "https://dw.example/scans?ticket=123" in note.links
    assert note.words.endswith(f"Reference {REFERENCE}")
    _, text, _ = quarantine_mail(replace(NOTICE, files=files))
    assert "… and 12 more: https://dw.example/scans?ticket=123\n" in text
