from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.engine.links.canonical import canonical
from app.engine.links.extract import extract_links, refang
from app.engine.scan import Engine
from tests.fuzz import fuzzed


def urls(text: str, *, html: bool = False) -> list[str]:
    return [link.url for link in extract_links(text, html=html)]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("See https://site.example/a.", "https://site.example/a"),
        ("(https://site.example/a)", "https://site.example/a"),
        ("<https://site.example/a>", "https://site.example/a"),
        ('"https://site.example/a"', "https://site.example/a"),
        ("[text](https://site.example/wiki/A_(b))", "https://site.example/wiki/A_(b)"),
        ("https://site.example/?q=1!", "https://site.example/?q=1"),
        ("hxxps://site[.]example/a", "https://site.example/a"),
        ("hXXp://site(.)example", "http://site.example/"),
        ("http[:]//site.example", "http://site.example/"),
        ("https[://]site.example", "https://site.example/"),
        ("h**p://site.example", "http://site.example/"),
        ("http://site[dot]example", "http://site.example/"),
        ('"url":"https:\\/\\/site.example\\/a"', "https://site.example/a"),
        ("HTTPS://SITE.EXAMPLE/A", "https://site.example/A"),
        ("www.site.example/a", "http://www.site.example/a"),
        ("见https://site.example/路。谢谢", "https://site.example/%E8%B7%AF"),
        ("https://user:secret@site.example/", "https://site.example/"),
        ("http://127.1:8080/x", "http://127.0.0.1:8080/x"),
    ],
)
def test_an_address_is_found_as_it_is_meant(text: str, url: str) -> None:
    assert urls(text) == [url]


@pytest.mark.parametrize(
    "text",
    ["no link", "mailto:a@site.example", "ftp://site.example/", "a//b", "xhxxp://site.example", "http://", "www."],
)
def test_what_is_no_web_address_is_left_alone(text: str) -> None:
    assert urls(text) == []


def test_addresses_without_a_blank_between_are_two() -> None:
    assert urls("http://a.example,http://b.example") == ["http://a.example/", "http://b.example/"]


def test_the_same_address_is_reported_once_as_first_written() -> None:
    (link,) = extract_links("hxxps://site[.]example/ https://SITE.example", where="note.txt")

    assert (link.raw, link.url, link.where) == ("hxxps://site[.]example/", "https://site.example/", "note.txt")


@pytest.mark.parametrize(
    ("markup", "url"),
    [
        ('<a href="https://site.example/?a=1&amp;b=2">x</a>', "https://site.example/?a=1&b=2"),
        ("<a href='&#104;ttps://site.example/'>", "https://site.example/"),
        ("<a href=https://site.example/a>b", "https://site.example/a"),
        ('<form action="https://site.example/login">', "https://site.example/login"),
        ('<script src="//site.example/x.js">', "https://site.example/x.js"),
        ('<meta http-equiv="refresh" content="0; url=https://site.example/">', "https://site.example/"),
        ('<script>location = "https://site.example/";</script>', "https://site.example/"),
        ("<!-- https://site.example/ -->", "https://site.example/"),
        ('<use xlink:href="https://site.example/#a"/>', "https://site.example/"),
        ('<p onclick="go(&quot;https://site.example/&quot;)">', "https://site.example/"),
        ("<p>https://site.example/</p>", "https://site.example/"),
    ],
)
def test_an_address_in_markup_is_found(markup: str, url: str) -> None:
    assert urls(markup, html=True) == [url]


def test_namespaces_and_document_types_are_no_addresses() -> None:
    markup = (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD" "http://www.w3.org/TR/xhtml1.dtd">'
        "<html xmlns=\"http://www.w3.org/1999/xhtml\" xmlns:v='http://schemas.example/v'>"
    )

    assert urls(markup, html=True) == []


def test_no_more_than_the_limit_are_kept() -> None:
    text = " ".join(f"http://h{number}.example/" for number in range(100))

    assert len(extract_links(text, limit=7)) == 7


@pytest.mark.parametrize("html", [False, True])
@pytest.mark.parametrize(
    "piece",
    ["[", "h", "http://", "://", "hxxp[:]//", "www.", "www.a.b ", "http://a(", "<div>", "href=", "xmlns='", "&#", ")"],
)
def test_a_megabyte_of_anything_takes_no_long_time(piece: str, html: bool) -> None:
    # A part of it here, and growth is measured for more pieces where places are tested.
    extract_links(piece * (65_536 // len(piece)), html=html)


def test_one_address_of_a_megabyte_is_cut() -> None:
    (link,) = extract_links("http://a.example/" + "a" * 1_000_000)

    assert len(link.raw) < 5_000


@fuzzed(200)
@given(st.text(alphabet="htps:/.w[]()x&;=\"'<>a1 \n%\u202e。", max_size=80), st.booleans())
def test_whatever_is_found_is_canonical(text: str, html: bool) -> None:
    for link in extract_links(text, html=html):
        assert canonical(link.url) == link.url
        assert canonical(refang(link.raw)) == link.url


@pytest.mark.parametrize(
    "text",
    [
        "https://a.example/x", "HTTP://A.EXAMPLE/x", "hxxp://a.example/x", "http[:]//a.example/x", "http[://]a.example/x",
        "https:\\/\\/a.example\\/x", "www.a.example/x", "see www.a.example, please", "http:]//a.example/x",
        "hxxp:a.example/x", "HXXP[:]a.example/x", "a[.]example/x", "a[DOT]example/x", "https%3A%2F%2Fa.example%2fx",
    ],
)  # fmt: skip
def test_the_rules_see_a_sign_of_every_address(text: str, engine: Engine) -> None:
    padding = "nothing to see here\n" * 50
    kept = [link.url for link in engine.scan((padding + text).encode(), name="a.txt").urls]

    assert kept == [link.url for link in extract_links(padding + text)]
