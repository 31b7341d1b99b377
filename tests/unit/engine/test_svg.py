from __future__ import annotations

import pytest

from app.engine.model import Severity, Verdict
from app.engine.scan import Engine

from .pages import PASSWORD, PHISH, SINK, b64, codes_of, svg

GO = "window.location.href='https://landing.example.net/x'"


@pytest.mark.parametrize(
    "content",
    [
        svg(f"<script type='text/javascript'><![CDATA[{GO}]]></script>"),
        svg(f"<script>eval(atob('{b64(GO)}'))</script>"),
        svg(f"<script>var f=String.fromCharCode({codes_of(GO)});new Function(f)()</script>"),
        svg(f"<script>window['loc'+'ation']['href']=atob('{b64('https://landing.example.net/x')}')</script>"),
        svg("<script>&#119;indow.location.replace('https://landing.example.net/x')</script>"),
        svg("", f'onload="{GO}"'),
        svg("<script>const u=['ht','tps:','//landing','.example.net'].join('');window.top.location=u</script>"),
        svg(f"<image href='x' onerror=\"{GO}\"/>"),
        svg(f"<foreignObject><form action='{SINK}'>{PASSWORD.replace('>', '/>')}</form></foreignObject>"),
        svg(f'<a href="javascript:{GO}"><text>Open</text></a>'),
        svg("<a id='a'/><animate xlink:href='#a' attributeName='href' values='javascript:alert(document.cookie)'/>"),
        svg("<a><set attributeName='href' to='javascript:eval(document.domain+name)'/></a>"),
        svg("<foreignObject><iframe src='https://landing.example.net/'/></foreignObject>"),
        svg(f"<foreignObject><iframe src='data:text/html;base64,{b64(PHISH)}'/></foreignObject>"),
        b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY go \"window.location='https://landing.example.net/'\">]>"
        + svg("<script>&go;</script>"),
        b"<?xml version='1.0'?><!-- c --><s:svg xmlns:s='http://www.w3.org/2000/svg'><s:script>"
        + GO.encode()
        + b"</s:script></s:svg>",
    ],
)
def test_a_picture_that_leads_away_or_asks_is_malicious(engine: Engine, content: bytes) -> None:
    assert engine.scan(content, name="a.svg").verdict is Verdict.MALICIOUS


@pytest.mark.parametrize(
    "content",
    [
        svg("<foreignObject><embed src='page.html'/></foreignObject>"),
        svg("<script href='https://landing.example.net/a.js'/>"),
        svg("<rect onclick=\"window.open('https://landing.example.net/')\"/>"),
        svg("<use href='data:application/xml;base64,PHN2Zz48L3N2Zz4='/>"),
    ],
)
def test_a_picture_that_shows_something_of_another_kind_is_suspicious(engine: Engine, content: bytes) -> None:
    assert engine.scan(content, name="a.svg").verdict is Verdict.SUSPICIOUS


@pytest.mark.parametrize(
    "content",
    [
        svg("<a href='https://site.example.org/'><text>Our site</text></a>"),
        svg(
            "<foreignObject width='9' height='9'><div xmlns='http://www.w3.org/1999/xhtml'><p>Label</p></div></foreignObject>"
        ),
        svg(f"<image href='data:image/png;base64,{b64(bytes(600))}'/><style>p{{src:url(data:font/woff2,d)}}</style>"),
        svg(f"<image href='data:image/svg+xml;base64,{b64(svg('<circle/>'))}'/>"),
        svg("<set attributeName='fill' to='red'/><animate attributeName='href' values='#a;#b'/>"),
        svg("<rect onclick='zoom(this)' onmouseover='s(this)'/><a href='javascript:void(0)'><text>x</text></a>"),
        svg("<script href='https://cdn.jsdelivr.net/npm/d3@7'/>"),
        b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG' 'x' [<!ENTITY ns 'http://www.w3.org/2000/svg'>]><svg xmlns='&ns;'/>",
    ],
)
def test_an_ordinary_picture_is_clean(engine: Engine, content: bytes) -> None:
    report = engine.scan(content, name="a.svg")

    assert (report.verdict, {f.id for f in report.findings}) == (Verdict.CLEAN, set())


def test_the_script_of_a_chart_is_told_and_clean(engine: Engine) -> None:
    code = (
        "<![CDATA[var q;function init(evt){q=document.getElementById('d').firstChild;var p=get_params();"
        "function get_params(){var s=window.location.search;return s.substr(1).split('&amp;')}"
        "history.replaceState(null,null,parse_params(p));window.addEventListener('click',function(e){zoom(e.target)})}]]>"
    )
    report = engine.scan(svg(f"<script type='text/ecmascript'>{code}</script>", "onload='init(evt)'"), name="a.svg")

    assert report.verdict is Verdict.CLEAN
    assert [(f.id, f.severity) for f in report.findings] == [("svg.plain_script", Severity.INFO)]


def test_entities_that_multiply_cost_nothing_and_are_unknown(engine: Engine) -> None:
    declared = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 900}'>" for n in range(1, 20))
    content = f"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a0 'x'>{declared}]>".encode() + svg("&a19;" * 100)

    assert engine.scan(content, name="a.svg").verdict is Verdict.UNKNOWN


def test_a_picture_under_another_name_is_judged_as_one(engine: Engine) -> None:
    assert engine.scan(svg(f"<script>{GO}</script>"), name="scan.xml").verdict is Verdict.MALICIOUS
