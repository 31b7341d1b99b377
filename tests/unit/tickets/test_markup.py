"""Marking links for redaction changes nothing but what is marked."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as some

from app.tickets.markup import marked
from tests.fuzz import fuzzed

BAD = "http://bad.example/login"
TARGETS = {BAD}


def unmarked(html):
    return html.replace("<redact>", "").replace("</redact>", "").replace(" redact", "")


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<p>See http://bad.example/login now</p>", "<p>See <redact>http://bad.example/login</redact> now</p>"),
        (
            '<p>See <a href="http://bad.example/login" rel="noopener">your bank</a>.</p>',
            '<p>See <a href="http://bad.example/login" rel="noopener" redact>your bank</a>.</p>',
        ),
        (
            '<a href="http://bad.example/login">http://bad.example/login</a>',
            '<a href="http://bad.example/login" redact><redact>http://bad.example/login</redact></a>',
        ),
        ('<img src="http://bad.example/login"/>', '<img src="http://bad.example/login" redact/>'),
        (
            "<b>http://bad.example/login</b> and http://bad.example/login",
            "<b><redact>http://bad.example/login</redact></b> and <redact>http://bad.example/login</redact>",
        ),
        ("<p>HTTP://BAD.example/./login</p>", "<p><redact>HTTP://BAD.example/./login</redact></p>"),
    ],
)
def test_a_bad_link_is_marked_where_it_stands(html, wanted):
    assert marked(html, TARGETS) == wanted


def test_an_address_with_entities_is_marked_as_it_is_written():
    html = "<p>x http://bad.example/login?a=1&amp;b=2 y</p>"
    wanted = "<p>x <redact>http://bad.example/login?a=1&amp;b=2</redact> y</p>"
    assert marked(html, {"http://bad.example/login?a=1&b=2"}) == wanted


def test_an_address_in_odd_entities_is_painted_over_with_its_words():
    html = "<p>one http&#58;//bad.example/login two</p>"
    assert marked(html, TARGETS) == "<p><redact>one http&#58;//bad.example/login two</redact></p>"


@pytest.mark.parametrize(
    "html",
    [
        "<p>See http://good.example/login</p>",
        '<a href="http://good.example/">http://good.example/</a>',
        "",
        "no markup at all",
        "<p>http://bad.example/login-help</p>",
    ],
)
def test_what_holds_no_bad_link_stays_as_it_is(html):
    assert marked(html, TARGETS) == html


def test_a_bracket_in_quotes_ends_no_tag():
    html = '<a title="1 > 0" href="http://bad.example/login">x</a>'
    assert marked(html, TARGETS) == '<a title="1 > 0" href="http://bad.example/login" redact>x</a>'


_PIECES = some.sampled_from(
    [
        "<",
        ">",
        '"',
        "'",
        "<a href=",
        "<p>",
        "</a>",
        "&amp;",
        "&",
        BAD,
        "http://good.example/",
        " ",
        "x",
        "=",
        "/>",
        "<!--",
    ]
)


@fuzzed(50)
@given(some.lists(_PIECES, max_size=40).map("".join))
def test_without_its_marks_the_markup_is_as_it_was(html):
    assert unmarked(marked(html, TARGETS)) == html


@pytest.mark.parametrize("nasty", ["<", '<a "', "<a '", "<a href=", "&", "&#58;", "http://", "<redact", "[", "://"])
def test_nasty_repetitions_lose_nothing(nasty):
    html = f"<p>{nasty * (300_000 // len(nasty))} {BAD}</p>"
    assert unmarked(marked(html, TARGETS)) == html


def test_ten_thousand_links_are_marked_at_once():
    html = "".join(f'<p><a href="http://bad.example/{n}">x{n}</a></p>' for n in range(10_000))
    out = marked(html, {f"http://bad.example/{n}" for n in range(10_000)})
    assert len(re.findall(r" redact>", out)) == 10_000
