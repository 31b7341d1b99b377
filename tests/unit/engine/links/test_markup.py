"""Addresses in HTML, wherever they hide."""

from __future__ import annotations

import pytest

from app.engine.links.extract import extract_links

E = "https://evil.com/x"
CASES = [
    (f'<a href="{E}">x</a>', [E]),
    (f"<a href='{E}'>x</a>", [E]),
    (f"<a href={E}>x</a>", [E]),
    (f"<A HREF = \n '{E}' >x</A>", [E]),
    ('<a href=" ht\ntps://evil.com/x\n">x</a>', [E]),
    ('<a href="https:evil.com/x">x</a>', [E]),
    ('<a href="https:\\\\evil.com\\x">x</a>', [E]),
    ('<a href="//evil.com/x">x</a>', [E]),
    ('<a href="\\\\evil.com\\x">x</a>', [E]),
    ('<a href="&#104;&#x74;tps&colon;//evil.com/x">x</a>', [E]),
    ('<a href="https://evil.com/?a=1&amp;b=2&c=3">x</a>', ["https://evil.com/?a=1&b=2&c=3"]),
    ('<a href="hxxps://evil.com/x">x</a>', [E]),
    ('<a href="evil.com/x">x</a>', ["http://evil.com/x"]),
    ('<a href="page.html">x</a><a href="#top">y</a><a href="mailto:a@b.com">z</a>', []),
    (f'<img src="{E}">', [E]),
    ('<img srcset="https://evil.com/x 1x, https://evil.com/y 2x">', [E, "https://evil.com/y"]),
    (f"<img alt=x src={E}/><p>", ["https://evil.com/x/"]),
    (f'<form action="{E}"><input type=submit formaction="https://evil.com/y">', [E, "https://evil.com/y"]),
    (f'<video poster="{E}">', [E]),
    (f'<object data="{E}">', [E]),
    (f'<body background="{E}">', [E]),
    (f'<iframe src="{E}"></iframe>', [E]),
    ("<iframe srcdoc=\"<a href='https://evil.com/x'>y</a>\"></iframe>", [E]),
    (f'<meta http-equiv=refresh content="0;URL={E}">', [E]),
    (f"<meta http-equiv=refresh content=\"5; url='{E}'\">", [E]),
    ('<meta http-equiv=refresh content="0;url=//evil.com/x">', [E]),
    ('<base href="https://evil.com/a/"><a href="b/c">x</a>', ["https://evil.com/a/", "https://evil.com/a/b/c"]),
    ('<base href="https://evil.com/a/"><form action="/login">', ["https://evil.com/a/", "https://evil.com/login"]),
    (f'<p style="background:url({E})">', [E]),
    ("<p style=\"background:url('//evil.com/x')\">", [E]),
    (f'<style>@import "{E}";</style>', [E]),
    ("<style>a{background:url(//evil.com/x)}</style>", [E]),
    (f"<p onclick=\"location='{E}'\">", [E]),
    (f"<a href=\"javascript:location='{E}'\">x</a>", [E]),
    ('<a href="javascript:location=%27https%3A%2F%2Fevil.com%2Fx%27">x</a>', [E]),
    (f'<script>var a = "{E}";</script>', [E]),
    ('<script>var a = "https:\\/\\/evil.com\\/x";</script>', [E]),
    ('<script>var a = "\\x68ttps://evil.com/x";</script>', [E]),
    ('<script src="//evil.com/x"></script>', [E]),
    ("<script>load('//evil.com/x.js')</script>", ["https://evil.com/x.js"]),
    (f'<!--[if mso]><a href="{E}">x</a><![endif]-->', [E]),
    (f"<!-- {E} -->", [E]),
    ("<!-- see example.com -->text", []),
    (f"<p>{E}</p>", [E]),
    ("<p>https://ev<b>il</b>.com/x</p>", [E]),
    ("<p>https://evil<wbr>.com/x</p>", [E]),
    ("<p>https://evil.com/x</p><p>next</p>", [E]),
    ("https://evil.com/x<br>next", [E]),
    ("<td>evil.com/x</td><td>b</td>", ["http://evil.com/x"]),
    ("<p>evil.com&#47;x</p>", ["http://evil.com/x"]),
    ("<p>Please.Read me, see index.py or a.b@example.com</p>", []),
    ('<a href="https://evil.com/x">www.bank.com</a>', [E]),
    ('<a href="https://evil.com/x">evil.com/x</a>', [E]),
    ('<a href="https://evil.com/x">https://bank.com/</a>', [E, "https://bank.com/"]),
    ('<a href="https://evil.com/x/long">https://evil.com/x/lo…</a>', ["https://evil.com/x/long"]),
    ('<a title="https://evil.com/x">x</a>', [E]),
    ('<svg><a xlink:href="https://evil.com/x"><text>x</text></a></svg>', [E]),
    ('<a href="data:text/html;base64,PGEgaHJlZj0iaHR0cHM6Ly9ldmlsLmNvbS94Ij54PC9hPg==">x</a>', [E]),
    ('<div data-url="https://evil.com/x"></div>', [E]),
    ('<a href="https://evil.com/x"<b>y</b>', [E]),
    ('<a href="https://evil.com/a b">y</a>', ["https://evil.com/a%20b"]),
    ("<pre>https://evil.com/x\nnext</pre>", [E]),
    ('<html xmlns="http://www.w3.org/1999/xhtml"><p itemtype="https://schema.org/Thing">', []),
    ("<p>1 < 2 and https://evil.com/x > 3</p>", [E]),
    ('<v:roundrect href="https://evil.com/x">', [E]),
    ('<a href="ms-word:ofe|u|https://evil.com/x">y</a>', [E]),
    ('<link rel="stylesheet" href="https://evil.com/x">', [E]),
    ('<input type="image" src="https://evil.com/x">', [E]),
    ('<a ping="https://evil.com/x" href="#">y</a>', [E]),
]


@pytest.mark.parametrize(("markup", "urls"), CASES)
def test_an_address_in_markup_is_found_wherever_it_hides(markup: str, urls: list[str]) -> None:
    assert [link.url for link in extract_links(markup, html=True)] == urls


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('<a href="https://evil.com/x">Click <b>here</b></a>', "Click here"),
        ('<a href="https://evil.com/x">https://bank.com/</a>', "https://bank.com/"),
        ('<a href="https://evil.com/x">www.bank.com</a>', "www.bank.com"),
        ('<a href="https://evil.com/x">https://evil.com/x</a>', ""),
        ('<a href="https://evil.com/x"><img src="cid:1"></a>', ""),
        ('<a href="https://evil.com/x">' + "a" * 300 + "</a>", "a" * 200),
        ('<a href="https://evil.com/x">first</a><a href="https://evil.com/x">bank.com</a>', "bank.com"),
        ('<base href="https://evil.com/x"><a href="https://evil.com/x">a &amp; b</a>', "a & b"),
    ],
)
def test_what_a_reader_sees_of_a_link_is_kept(markup: str, text: str) -> None:
    assert extract_links(markup, html=True)[0].text == text


def test_a_link_in_markup_knows_its_place() -> None:
    markup = '<p>Hi</p><a href="https://evil.com/x">y</a> and <i>https://b.com/z</i>'

    for link in extract_links(markup, html=True):
        assert markup[link.at : link.at + len(link.raw)] == link.raw
