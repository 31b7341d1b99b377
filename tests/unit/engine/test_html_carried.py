"""Pictures that pages carry in addresses, and documents whose abbreviations grow without end."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.engine.analyzers.html import entities, pictures as html_pictures
from app.engine.budget import Budget, Limits
from app.engine.identify import TEXT
from app.engine.model import Report, Verdict
from app.engine.node import Child, Node
from app.engine.scan import Engine
from tests.fuzz import fuzzed

from .pages import b64, svg
from .pictures import code, saved

LINK = "https://landing.example.net/x"
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


def picture(link: str = LINK) -> str:
    """Return the address of a picture with a code."""
    return f"data:image/png;base64,{b64(saved(code(link)))}"


def node(text: str) -> Node:
    return Node("a.html", "a.html", memoryview(text.encode()), TEXT)


def links(report: Report) -> set[str]:
    return {link.url for link in report.urls}


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("a.html", "<html><body><img src='{}'></body></html>"),
        ("a.html", '<html><style>p {{ background: url("{}") }}</style></html>'),
        ("a.html", "<html><div style='background-image:url({})'></div></html>"),
        ("a.html", "<html><script>document.images[0].src = `{}`</script></html>"),
        ("a.svg", "<svg xmlns='http://www.w3.org/2000/svg'><image href='{}'/></svg>"),
    ],
)
def test_a_code_in_a_picture_within_an_address_leads_to_its_link(engine: Engine, name: str, page: str) -> None:
    assert LINK in links(engine.scan(page.format(picture()).encode(), name=name))


@pytest.mark.parametrize("between", ["", "\r\n ", "&#10;", "\\n", "%0A"])
def test_a_body_is_read_however_its_lines_are_broken(engine: Engine, between: str) -> None:
    body = picture()

    report = engine.scan(f"<html><img src='{body[:90]}{between}{body[90:]}'></html>".encode(), name="a.html")

    assert LINK in links(report)


def test_a_picture_without_a_code_changes_nothing(engine: Engine) -> None:
    plain = f"<html><img src='data:image/png;base64,{b64(saved(code('Lunch at noon')))}'></html>"

    assert engine.scan(plain.encode(), name="a.html").verdict is Verdict.CLEAN


def test_a_drawing_in_a_frame_runs_its_scripts(engine: Engine) -> None:
    drawing = svg(f"<script>window.location.href='{LINK}'</script>").decode()
    page = f"<html><embed src='data:image/svg+xml;base64,{b64(drawing)}'></html>"

    assert engine.scan(page.encode(), name="a.html").verdict is Verdict.MALICIOUS


def test_the_same_picture_is_a_child_once() -> None:
    found = list(html_pictures.children(node(""), f"<img src='{picture()}'>" * 3, Budget(Limits())))

    assert len(found) == 1 and isinstance(found[0], Child)


def test_more_pictures_than_are_read_are_unknown() -> None:
    page = "".join(f"<img src='data:image/png;base64,{number:0160}'>" for number in range(500))
    last = list(html_pictures.children(node(""), page, Budget(Limits())))[-1]

    assert not isinstance(last, Child) and getattr(last, "id", "") == "limit.page_pictures"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.svg", f'<!DOCTYPE svg [<!ENTITY a0 "haha">{LAUGHS}]><svg xmlns="http://www.w3.org/2000/svg">&a9;</svg>'),
        ("a.xml", f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "haha">{LAUGHS}]><a>&a9;</a>'),
        ("a.xml", f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "{"x" * 20_000}">]><a>{"&b;" * 2_000}</a>'),
        ("a.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "&c;"><!ENTITY c "&b;">]><a>&b;</a>'),
    ],
)
def test_a_bomb_of_entities_is_unknown_and_says_so(engine: Engine, name: str, text: str) -> None:
    report = engine.scan(text.encode(), name=name)

    assert report.verdict is Verdict.UNKNOWN
    assert "limit.entities" in {finding.id for finding in report.findings}


@pytest.mark.parametrize(
    "text",
    [
        f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "haha">{LAUGHS}]><a>never used</a>',
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY ns "http://www.w3.org/2000/svg">]><a>&ns;&ns;&other;</a>',
    ],
)
def test_abbreviations_that_stay_small_change_nothing(engine: Engine, text: str) -> None:
    assert engine.scan(text.encode(), name="a.xml").verdict is Verdict.CLEAN


@fuzzed(60)
@given(text=st.text("<!ENTITY abc&;%\"'[]>data:image/png;base64,", max_size=300))
def test_no_text_makes_either_fail(text: str) -> None:
    list(entities.findings(node(text), text))
    list(html_pictures.children(node(text), text, Budget(Limits())))
