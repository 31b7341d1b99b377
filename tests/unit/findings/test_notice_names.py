"""Names and addresses in letters: they stay text, become no link, and no crowd of them bursts a comment."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape

import pytest

from app.findings.notices import (
    LinkNotice,
    find_references,
    quarantine_mail,
    quarantine_note,
)
from tests.unit.findings.letters import FILE, LINK, NOTICE, REFERENCE, Reader, note_of


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
    assert ">statement<span>.</span>com</bdi>" in html


def test_a_name_that_may_be_a_domain_is_bracketed_in_the_plain_mail_with_a_hint() -> None:
    _, text, _ = quarantine_mail(replace(NOTICE, files=(replace(FILE, name="a.zip", where="a.zip/b.com"),)))
    assert "1. a[.]zip\n" in text
    assert "   Where inside: b[.]com\n" in text
    assert "- Brackets, as in [.], keep names and addresses from turning into links.\n" in text
    assert "Brackets" not in quarantine_mail(NOTICE)[1]


def test_a_link_that_was_not_defanged_before_is_defanged_everywhere() -> None:
    links = (LinkNotice("https://evil.com/a", "evil.com is blocked", shown="evil.com"),)
    note = quarantine_note((), links, reference=REFERENCE)
    for letter in (note, *quarantine_mail(replace(NOTICE, files=(), links=links))):
        assert "evil.com" not in letter and "https://evil" not in letter
    assert "https[:]//evil[.]com/a" in note and "evil[.]com is blocked" in note


def test_a_link_is_recognised_by_what_the_comment_shows_of_it() -> None:
    shown = replace(LINK, shown="your invoice")
    assert "Text of the link: “your invoice”" in quarantine_note((), (shown,), reference=REFERENCE)
    assert "Text of the link" not in quarantine_note((), (LINK,), reference=REFERENCE)


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
    link = LinkNotice(name, name, "https://dw.example/scans/3", shown=name)
    ours = {"https://dw.example/scans/1", "https://dw.example/scans/3"}

    note = note_of(file, links=(link,))
    assert note.tags == {"p", "strong", "ul", "li", "br", "code", "a"}
    assert set(note.links) == ours

    subject, text, html = quarantine_mail(replace(NOTICE, tenant=name, files=(file,), links=(link,), no_note=name))
    mail = Reader(html)
    assert mail.tags <= {
        *(
            "html",
            "style",
            "bdi",
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
    assert "url(" not in html and "@import" not in html and "<link" not in html
