"""Targets of wrappers keep their own escapes, and what is cut says so."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

import pytest

from app.engine.links.canonical import canonical
from app.engine.links.extract import extract_links
from app.engine.scan import Engine

TARGET = (
    "https://shop.example.org/login?next=%2Fa%26b%3D1&x=a%26b&u=https%3A%2F%2Fother.example.net%2F%3Fq%3D1%26r%3D2#f"
)
_ESCAPED = quote(TARGET, safe="")
_DASHED = _ESCAPED.replace("-", "-2D").replace("_", "-5F").replace("%", "-").replace("-2F", "_")
WRAPPED = [
    f"https://nam02.safelinks.protection.outlook.com/?url={_ESCAPED}&data=05%7C01%7C&sdata=abc%3D&reserved=0",
    f"https://www.google.com/url?q={_ESCAPED}&sa=D&source=editors&ust=1&usg=AOv",
    f"https://urldefense.proofpoint.com/v2/url?u={_DASHED}&d=DwMFaQ&c=x&r=y&m=z&s=s&e=",
    f"https://urldefense.proofpoint.com/v1/url?u={_ESCAPED}&k=abc&r=d&s=e",
]


@pytest.mark.parametrize("html", [False, True])
@pytest.mark.parametrize("wrapped", WRAPPED)
def test_a_target_with_a_query_of_its_own_is_exact(wrapped: str, html: bool) -> None:
    text = f'<a href="{escape(wrapped)}">here</a>' if html else f"see {wrapped} please"

    assert [link.url for link in extract_links(text, html=html)] == [canonical(TARGET)]


@pytest.mark.parametrize("inside", ["https://example.com/a?b=1", "https:/example.com/a?b=1"])
def test_the_third_form_of_a_gateway_is_read_in_a_plain_text(inside: str) -> None:
    (link,) = extract_links(f"see <https://urldefense.com/v3/__{inside}__;!!AbC!x$> ok")

    assert link.url == "https://example.com/a?b=1"


@pytest.mark.parametrize(
    "filling",
    [
        "".join(f"http://a.example/#{number} " for number in range(100)),
        "http://a.example/ " * 1_000,
        "a.com " * 1_000,
        "a。com " * 1_000,
    ],
)
def test_a_text_with_more_than_is_looked_at_says_that_it_is_cut(filling: str) -> None:
    assert extract_links(f"{filling} https://evil.example/", limit=8).cut
    assert not extract_links(f"{filling} https://evil.example/").cut


@pytest.mark.parametrize("kind", ["txt", "html"])
def test_a_file_whose_addresses_are_all_one_page_is_not_called_clean_when_it_was_cut(kind: str, engine: Engine) -> None:
    many = "".join(f"http://a.example/#{number}\n" for number in range(9_000))
    page = f"<p>{many}</p>" if kind == "html" else many
    result = engine.scan(page.encode(), name=f"a.{kind}")

    assert "limit.links" in {finding.id for finding in result.findings}
