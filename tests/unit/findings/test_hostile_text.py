from __future__ import annotations

import pytest
from publicsuffixlist import PublicSuffixList

from app.findings.hostile_text import _PLAIN_EXTENSIONS, has_brackets, shown, split, unlinked, unlinked_in_note


@pytest.mark.parametrize(
    "name",
    [
        "invoice.pdf",
        "invoice.pdf.exe",
        "Q3 report v1.2 (final).xlsx",
        "a.tar.gz",
        ".htaccess",
        "Mr. Smith.pdf",
        "scan_2026.11.21.jpg",
    ],
)
def test_an_everyday_name_stays_as_it_is(name: str) -> None:
    assert shown(name) == unlinked_in_note(name) == unlinked(name) == name
    assert split(name) == [name]


@pytest.mark.parametrize(
    ("name", "in_note", "in_mail"),
    [
        ("evil.com", "evil.com", "evil[.]com"),
        ("invoice.pdf.zip", "invoice.pdf.zip", "invoice.pdf[.]zip"),
        ("evil.com.pdf", "evil.com.pdf", "evil[.]com.pdf"),
        ("see evil.co.uk/x now.docx", "see evil.co.uk/x now.docx", "see evil[.]co[.]uk/x now.docx"),
        ("WWW.x1.pdf", "WWW[.]x1.pdf", "WWW[.]x1.pdf"),
        ("_www.evil.com", "_www[.]evil.com", "_www[.]evil[.]com"),
        ("10.0.0.1.pdf", "10.0.0.1.pdf", "10.0.0.1.pdf"),
        ("10.0.0.1", "10.0.0.1", "10[.]0[.]0[.]1"),
        ("münchen.xn--p1ai", "münchen.xn--p1ai", "münchen[.]xn--p1ai"),
        ("почта.рф", "почта.рф", "почта[.]рф"),
        ("evil。com", "evil。com", "evil[。]com"),
        ("https://evil.com/a.exe", "https[:]//evil.com/a.exe", "https[:]//evil[.]com/a.exe"),
        ("hxxps://evil.com/a.exe", "hxxps://evil.com/a.exe", "hxxps://evil[.]com/a.exe"),
        ("hxxp://https://x1", "hxxp://https[:]//x1", "hxxp://https[:]//x1"),
        ("javascript:alert(1)", "javascript:alert(1)", "javascript[:]alert(1)"),
        ("boss@evil.com", "boss[@]evil.com", "boss[@]evil[.]com"),
        ("\\\\server\\share", "\\\\server\\share", "[\\\\]server\\share"),
        ("{{ticket.requester}}.pdf", "{ {ticket.requester} }.pdf", "{ {ticket[.]requester} }.pdf"),
        ("{% if 1 %}", "{ % if 1 % }", "{ % if 1 % }"),
    ],
)
def test_each_program_finds_nothing_to_make_a_link_of(name: str, in_note: str, in_mail: str) -> None:
    assert unlinked_in_note(shown(name)) == in_note
    assert unlinked(shown(name)) == in_mail


@pytest.mark.parametrize(
    "name", ["evil.com", "a.co.uk", "x javascript:alert(1)", "10.0.0.1", "\\\\srv\\x", "evil。com"]
)
def test_a_name_in_pieces_reads_as_it_is_and_no_piece_is_an_address(name: str) -> None:
    pieces = split(name)
    assert "".join(pieces) == name
    assert [piece for piece in pieces if unlinked(piece) != piece] == []
    assert all(mark in {".", ":", "。", "\\\\"} for mark in pieces[1::2])


def test_breaking_twice_changes_nothing_more() -> None:
    text = "https://a.com/b.zip?c=d@e.org hxxp://a.com \\\\srv\\y www.x1.pdf 10.0.0.1 。com"
    once, note = unlinked(text), unlinked_in_note(text)
    assert unlinked(once) == unlinked(note) == once
    assert unlinked_in_note(note) == note
    assert split(once) == [once]


def test_brackets_are_known_again() -> None:
    assert all(map(has_brackets, map(unlinked, ("a.com", "x:y", "a@b", "\\\\srv", "a。com"))))
    assert not any(map(has_brackets, ("a.com", "file[1].pdf", "[draft] a.pdf", "a[]")))


def test_no_listed_extension_is_a_top_level_domain() -> None:
    suffixes = PublicSuffixList(accept_unknown=False)
    assert [word for word in _PLAIN_EXTENSIONS if suffixes.publicsuffix(word) == word] == []


def test_overrides_and_controls_are_visible() -> None:
    assert shown("cod\u202efdp.exe\r\n\0") == "cod\\u{202e}fdp.exe\\u{d}\\u{a}\\u{0}"


def test_a_long_name_keeps_its_extension() -> None:
    name = shown("a" * 10_000 + ".pdf.exe")
    assert name.endswith("a.pdf.exe")
    assert "…" in name
    assert len(name) == 120


def test_a_name_of_overrides_alone_stays_short() -> None:
    assert len(shown("\u202e" * 10_000 + ".exe")) <= 240
    assert shown("\u202e" * 10_000 + ".exe").endswith(".exe")


def test_blanks_do_not_push_the_extension_out_of_sight() -> None:
    assert shown("invoice.pdf" + " " * 90 + ".exe") == "invoice.pdf .exe"
