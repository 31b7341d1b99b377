"""Where an address stands, and how long it takes to find none."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.engine.answer import Malformed, read_report
from app.engine.links.extract import LIMIT, extract_links
from app.engine.model import Link, Report
from app.engine.policy import Policy
from tests.fuzz import fuzzed

_NASTY = [
    "[", "h", ".", ":", "/", "%", "@", "www.", "a.", "\u200b", "a\u200b", "<div>", "<a href='", '<a href="x',
    "https://", "[.]", "a[.]", "a . ", "a dot ", "。", "日本.", "((", "&#", "data:,", "<!--", "</a>", "='", "a.com ",
    "//a.com", "1.2.3.4/", "http://a@", "http://[", "<http://a.b/c\n", "http://a.b/c=\n", "h t t p ", "a-", "e.com",
    "x.co.uk ", "http://a.com/)", "_", "<a href=x>", "<a", "http://a.com/(", "%3a%2f", "\\", "<style>", "url(",
    "srcset=", "ａ", "\x00", "\ud800", "<script>", "<!--x--", "<style>url(", "a.a:", "http://a.b/'",
]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "see hxxps://evil[.]com/x and example.com, www.example.org/y or 10.0.0.1/z",
        "zero\u200bwidth before http://ev\u200bil.com/x\u200b, and \u2060example.com\u2060 behind",
        "evil dot com, evil [.] co [.] uk, h t t p : / / e v i l . c o m",
        "ｈｔｔｐｓ：／／ｅｖｉｌ．ｃｏｍ／ａ and 𝐞𝐱𝐚𝐦𝐩𝐥𝐞.𝐜𝐨𝐦",
        "> https://mail.example.com/account/verify/session/5f2b9c1e7d/step/conf\n> irm?user=12&next=1\n",
    ],
)
def test_what_is_written_stands_where_it_says(text: str) -> None:
    links = extract_links(text)

    assert links
    for link in links:
        assert text[link.at : link.at + len(link.raw)] == link.raw


def test_addresses_come_in_the_order_of_the_text() -> None:
    text = "b.com then https://a.com then c[.]com then www.d.com then //e.com/x"

    assert [link.at for link in extract_links(text)] == sorted(link.at for link in extract_links(text))
    assert len(extract_links(text)) == 5


@fuzzed(200)
@given(st.text(alphabet="htps:/.w[]()x&=\"'<>a1 \n%\u202e\u200b。ｈ@-_comdot", max_size=80), st.booleans())
def test_every_place_is_in_the_text(text: str, html: bool) -> None:
    for link in extract_links(text, html=html):
        assert -1 <= link.at <= len(text)
        assert html or link.at == -1 or text[link.at : link.at + len(link.raw)] == link.raw


@pytest.mark.parametrize("html", [False, True])
@pytest.mark.parametrize("piece", _NASTY)
def test_whatever_is_repeated_the_search_comes_to_its_end(piece: str, html: bool) -> None:
    """What it costs is no business of a test: the bench measures how cost grows."""
    text = piece * (64_000 // len(piece))

    links = extract_links(text, html=html)

    assert len(links) <= LIMIT
    assert all(-1 <= link.at <= len(text) for link in links)


def test_a_link_crosses_the_wire_whole() -> None:
    link = Link("hxxp://a", "http://a/", "x.eml", text="here", at=7, wrapped="http://w/", via=("gateway",))

    assert Link.from_dict(link.to_dict()) == link
    assert Link.from_dict({"raw": "a", "url": "b", "where": "", "verdict": "clean", "reasons": []}) == Link("a", "b")


_ANSWER = (
    '{"type": "text/plain", "nodes": 1, "findings": [], "urls": [{"raw": "a", "url": "http://a/", "where": "", '
    '"verdict": "clean", "reasons": [], "wrapped": "", "text": "", "at": -1, "via": []}]}'
)


def read(answer: str) -> Report:
    return read_report(answer.encode(), sha256="", size=1, ms=1, rules="", policy=Policy())


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('"at": -1', '"at": "7"'),
        ('"at": -1', '"at": -2'),
        ('"at": -1', '"at": true'),
        ('"via": []', '"via": "gateway"'),
        ('"via": []', '"via": [1]'),
        ('"text": ""', '"text": null'),
    ],
)
def test_a_link_with_anything_else_in_it_is_refused(good: str, bad: str) -> None:
    assert read(_ANSWER).urls[0].at == -1
    with pytest.raises(Malformed):
        read(_ANSWER.replace(good, bad))
