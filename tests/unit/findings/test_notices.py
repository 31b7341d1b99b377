from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from html.parser import HTMLParser

import pytest

from app.engine.model import Verdict
from app.findings.notices import (
    FileNotice,
    LinkNotice,
    Notice,
    find_references,
    make_reference,
    quarantine_mail,
    quarantine_note,
    release_mail,
    release_note,
)
from app.keys import MasterKey

KEY = MasterKey(b"k" * 32)
HASH = "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"
REFERENCE = "DW-XOKWY44V-HFIWH7BF-4CGKXY4G"
FILE = FileNotice(
    "invoice.pdf.exe", HASH, 68, "malicious", "EICAR test file", "invoice.pdf.exe", link="https://dw.example/scans/1"
)
LINK = LinkNotice("hxxps://bad[.]example/login[.]php", "on your block list", "https://dw.example/scans/3")
NOTICE = Notice(123, "acme", (FILE,), page="https://dw.example/scans?ticket=123")


class Reader(HTMLParser):
    """What a browser makes of it: the words, and every element with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    @property
    def words(self) -> str:
        return "".join(self.pieces)

    @property
    def tags(self) -> set[str]:
        return {tag for tag, _ in self.elements}

    @property
    def links(self) -> list[str | None]:
        return [attributes["href"] for _, attributes in self.elements if "href" in attributes]


def note_of(*files: FileNotice, links: tuple[LinkNotice, ...] = ()) -> Reader:
    return Reader(quarantine_note(files, links, reference=REFERENCE, page="https://dw.example/scans?ticket=123"))


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
    assert "Deskwarden found 10000 dangerous links in this ticket. Do not open them." in html
    assert html.count("<li><strong>") == 20
    assert "… and 9980 more" in html
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


@pytest.mark.parametrize("name", ["eicar.com", "photos.zip", "evil.co.uk", "AT&T <new>.zip", "a" * 200 + ".com"])
def test_a_name_stands_literally_in_the_note_and_without_a_hint(name: str) -> None:
    html = quarantine_note((replace(FILE, name=name, where=f"{name}/word/Module1.bas"),), reference=REFERENCE)
    assert f"<strong>{escape(name)}</strong>" in html
    assert "Where inside: word → Module1.bas<br>" in html
    assert "[.]" not in html


@pytest.mark.parametrize(
    ("name", "broken"),
    [("www.x1.pdf", "www[.]x1.pdf"), ("https://x1", "https[:]//x1"), ("logo@2x.png", "logo[@]2x.png")],
)
def test_a_name_that_zendesk_would_make_a_link_of_is_broken_in_the_note_with_a_hint(name: str, broken: str) -> None:
    words = note_of(replace(FILE, name=name)).words
    assert broken in words
    assert "Brackets, as in [.], keep" in words


@pytest.mark.parametrize("name", ["statement.com", "photos.zip", "evil.co.uk", "invoice.pdf.zip", "<b>.com"])
def test_a_name_in_the_html_mail_reads_literally_and_is_no_address_in_any_piece(name: str) -> None:
    _, _, html = quarantine_mail(
        replace(NOTICE, tenant=name, files=(replace(FILE, name=name, where=f"{name}/b.zip/c.com"),), no_note=name)
    )
    mail = Reader(html)
    assert f"{name}Verdict: malicious" in mail.words
    assert "Where inside: b.zip → c.com" in mail.words
    assert mail.words.count(name) == 3
    assert not [piece for piece in mail.pieces if re.search(r"\w\.(?:com|zip|co|uk)\b", piece)]
    assert [tag for tag, _ in mail.elements].count("a") == len(mail.links) == 1
    assert "[.]" not in mail.words


def test_the_dot_of_a_name_is_split_off_in_the_html_mail() -> None:
    html = quarantine_mail(replace(NOTICE, files=(replace(FILE, name="statement.com"),)))[2]
    assert ">statement<span>.</span>com</strong>" in html


def test_a_name_that_may_be_a_domain_is_bracketed_in_the_plain_mail_with_a_hint() -> None:
    _, text, _ = quarantine_mail(replace(NOTICE, files=(replace(FILE, name="a.zip", where="a.zip/b.com"),)))
    assert "1. a[.]zip\n" in text
    assert "   Where inside: b[.]com\n" in text
    assert "- Brackets, as in [.], keep names and addresses from turning into links.\n" in text
    assert "Brackets" not in quarantine_mail(NOTICE)[1]


def test_a_link_that_was_not_defanged_before_is_defanged_everywhere() -> None:
    links = (LinkNotice("https://evil.com/a", "evil.com is blocked"),)
    note = quarantine_note((), links, reference=REFERENCE)
    for letter in (note, *quarantine_mail(replace(NOTICE, files=(), links=links))):
        assert "evil.com" not in letter and "https://evil" not in letter
    assert "https[:]//evil[.]com/a" in note and "evil[.]com is blocked" in note


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


def test_the_way_to_a_finding_is_shown_below_the_file() -> None:
    inside = replace(FILE, name="mail.eml", where="mail.eml/docs.zip/b.doc")
    assert "Where inside: docs.zip → b.docx" in note_of(replace(inside, where=inside.where + "x")).words
    deep = replace(FILE, name="a.zip", where="a.zip" + "/b.zip" * 500 + "/c.doc")
    assert "Where inside: b.zip → b.zip → … → b.zip → c.doc" in note_of(deep).words


HOSTILE = [
    "<script>alert(1)</script>.pdf",
    '"><img src=x onerror=alert(1)>.png',
    "'; DROP TABLE--.sql",
    "cod\u202efdp.exe",
    "a\r\nBcc: x@y.z\r\n.pdf",
    "=cmd|' /C calc'!A0.xls",
    "**bold** [click](https://evil.com) `code`.md",
    "{{ticket.comments_formatted}}{% raw %}.pdf",
    "a" * 10_000 + ".exe",
    "\u202e" * 10_000,
    "</strong></li></ul><a href='https://evil.com'>x</a>",
    "&lt;b&gt;.txt",
    "\ud800.txt",
    "",
    "   ",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text(name: str) -> None:
    file = replace(FILE, name=name, title=name, where=f"{name}/{name}", outcome=f"kept: Zendesk says {name}")
    link = LinkNotice(name, name, "https://dw.example/scans/3")
    ours = {"https://dw.example/scans/1", "https://dw.example/scans/3"}

    note = note_of(file, links=(link,))
    assert note.tags == {"p", "strong", "ul", "li", "br", "code", "a"}
    assert set(note.links) == ours

    subject, text, html = quarantine_mail(replace(NOTICE, tenant=name, files=(file,), links=(link,), no_note=name))
    mail = Reader(html)
    assert mail.tags <= {
        *(
            "html",
            "head",
            "meta",
            "title",
            "body",
            "div",
            "h1",
            "h2",
            "p",
            "strong",
            "ul",
            "li",
            "br",
            "code",
            "a",
            "span",
        )
    }
    assert set(mail.links) == ours
    assert subject == "[Deskwarden] Malicious file could not be removed from ticket #123"
    for words in (note.words, mail.words, text):
        words = words.replace("https://dw.example/", "")
        assert not re.search(r"https?:/|www\.|\w@|\{\{|\{%|[\x00-\x09\x0b-\x1f\u202a-\u202e\ud800-\udfff]", words)
        words.encode()
    # Zendesk makes no link of a bare host name, mail programs do.
    assert not [piece for piece in (*mail.pieces, text) if "evil.com" in piece]


def test_a_script_is_escaped_as_written() -> None:
    html = quarantine_note((replace(FILE, name="<script>alert(1)</script>.pdf"),), reference=REFERENCE)
    assert "<strong>&lt;script&gt;alert(1)&lt;/script&gt;.pdf</strong>" in html


def test_a_formula_is_never_at_the_beginning_of_a_line() -> None:
    _, text, _ = quarantine_mail(replace(NOTICE, files=(replace(FILE, name="=1+1.xls", title="@x", where="+y"),)))
    assert not [line for line in text.splitlines() if line[:1] in ("=", "+", "@")]


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


@pytest.mark.parametrize("character", ["&", "'", "\u202e", "😀", "a"])
def test_the_worst_note_fits_into_a_comment(character: str) -> None:
    long = character * 10_000
    file = replace(FILE, name=long, title=long, where="/".join([long] * 9), outcome=f"kept: {long}")
    html = quarantine_note((file,) * 30, (LinkNotice(long, long, "https://dw.example/s"),) * 30, reference=REFERENCE)
    assert len(html.encode()) < 60_000
    assert find_references(html) == [REFERENCE]


def test_the_mail_fetches_nothing_and_links_only_to_the_console() -> None:
    html = quarantine_mail(NOTICE)[2]
    mail = Reader(html)
    assert ("html", {"lang": "en"}) in mail.elements
    assert mail.links == ["https://dw.example/scans/1"]
    assert not [attributes for _, attributes in mail.elements if "src" in attributes]
    assert "url(" not in html and "<style" not in html and "@import" not in html


def test_every_verdict_has_its_words() -> None:
    for verdict in Verdict:
        for outcome in ("redacted", "kept", "kept: because"):
            file = replace(FILE, verdict=verdict.value, outcome=outcome)
            assert note_of(file).words
            assert quarantine_mail(replace(NOTICE, files=(file,)))[0].endswith(" ticket #123")


def reference_of(action_key: str) -> str:
    return make_reference(lambda text: KEY.sign("reference", text), action_key)


def test_a_reference_is_keyed_and_stable() -> None:
    assert reference_of("note:notice:1") == REFERENCE
    assert reference_of("note:notice:2") != REFERENCE


def test_a_reference_is_found_again_in_what_zendesk_makes_of_the_note() -> None:
    html = quarantine_note((FILE,), reference=REFERENCE)
    assert find_references(f'<div class="zd-comment" dir="auto">{html}</div>') == [REFERENCE]
    assert find_references(Reader(html).words) == [REFERENCE]
    assert find_references(f"{REFERENCE} and {REFERENCE} and {reference_of('x')}") == [REFERENCE, reference_of("x")]


@pytest.mark.parametrize("text", ["", "DW-1", REFERENCE[:-1], REFERENCE + "A", "X" + REFERENCE, REFERENCE.lower()])
def test_what_only_looks_like_a_reference_is_none(text: str) -> None:
    assert find_references(text) == []


def test_a_file_cannot_bear_a_second_reference_by_its_name() -> None:
    forged = reference_of("note:notice:999")
    html = quarantine_note((replace(FILE, name=f"{forged}.pdf"),), reference=REFERENCE)
    assert find_references(html)[-1] == REFERENCE
