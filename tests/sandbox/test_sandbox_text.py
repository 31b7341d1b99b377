from __future__ import annotations

import pytest

from app.sandbox import text


def test_an_address_in_plain_text_becomes_clickable() -> None:
    html = text.html_of_text("see http://phish.example/login.")
    assert '<a href="http://phish.example/login" rel="noopener noreferrer">http://phish.example/login</a>.' in html


def test_an_address_without_a_scheme_becomes_clickable_too() -> None:
    assert '<a href="http://www.phish.example"' in text.html_of_text("www.phish.example")


def test_an_address_in_the_text_of_html_becomes_clickable() -> None:
    assert '<a href="http://phish.example/"' in text.safe_html("<p>http://phish.example/</p>")


def test_a_defanged_address_stays_plain_text() -> None:
    assert "<a" not in text.html_of_text("hxxp://phish[.]example/login")
    assert "<a" not in text.safe_html("<code>hxxps://phish[.]example</code>")


def test_a_link_in_html_is_left_as_it_is() -> None:
    html = text.safe_html('<a href="https://a.example/?x=1&amp;y=2">there</a>')
    assert html == '<a href="https://a.example/?x=1&amp;y=2" rel="noopener noreferrer">there</a>'


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="java\tscript:alert(1)">x</a>',
        '<a href=" \x01javascript:alert(1)">x</a>',
        '<a href="data:text/html,alert(1)">x</a>',
        "<svg onload=alert(1)>",
        "<iframe src='javascript:alert(1)'></iframe>",
        "<style>*{background:url(javascript:alert(1))}</style>",
    ],
)
def test_nothing_that_runs_is_left_in_html(hostile: str) -> None:
    assert "alert" not in text.safe_html(hostile)


def test_a_turn_of_the_writing_direction_is_made_visible() -> None:
    assert text.visible("inv\u202egpj.exe") == "inv\\u202egpj.exe"


def test_open_tags_are_closed() -> None:
    assert text.safe_html("<b><i>x") == "<b><i>x</i></b>"
    assert text.safe_html("<b><i>x</b>y</i>") == "<b><i>x</i></b>y"


def test_hostile_words_are_escaped() -> None:
    assert text.html_of_text("<b>&") == '<p dir="auto">&lt;b&gt;&amp;</p>'


def test_runs_of_blanks_and_lines_collapse() -> None:
    assert text.collapsed("a   b\r\n\r\n\r\n\r\nc \t d") == "a b\n\nc d"


def test_html_reads_as_lines_of_words() -> None:
    assert text.plain_text("<p>one <b>two</b></p><script>x</script><p>three<br>four</p>") == "one two\n\nthree\nfour"


def test_what_stands_in_redact_tags_is_painted_over() -> None:
    assert text.paint_over("My number is <redact>8475</redact>!") == "My number is ▇▇▇▇!"


def test_a_link_marked_for_redaction_loses_its_tag_and_its_painted_words() -> None:
    html = text.paint_over('<a href="http://phish.example" redact><redact>link</redact></a> stays')
    assert html == "▇▇▇▇ stays"
