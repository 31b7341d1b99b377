"""Forms of addresses that other people's readers of texts are tried on, and things beside them that are none."""

from __future__ import annotations

import pytest

from app.engine.links.extract import extract_links

GLUED = [
    ("https://example.co.jp/loginを確認してください", ["https://example.co.jp/login"]),
    ("https://example.jp/wiki/日本語", ["https://example.jp/wiki/%E6%97%A5%E6%9C%AC%E8%AA%9E"]),
    ("見てexample.com中国語t.co/abcde한국", ["http://example.com/", "http://t.co/abcde"]),
    ("example2.comテストexample3.com/abc", ["http://example2.com/", "http://example3.com/abc"]),
    ("Clickhttps://a.example.com/x", ["https://a.example.com/x"]),
]
BROKEN = [
    ("[http]://example.com/t", ["http://example.com/t"]),
    ("(https)://example.com/t", ["https://example.com/t"]),
    ("https//example.com/t", ["https://example.com/t"]),
    ("https:＼＼example.com/t", ["https://example.com/t"]),
    ("https:⧸⧸example.com/t", ["https://example.com/t"]),
    ("h t t p s : / / spaced.example.com/a", ["https://spaced.example.com/a"]),
]
WRAPPED = [
    (
        f"{'word ' * 10}https://evil.example.net/x\nbit.ly/3abcDEF",
        ["https://evil.example.net/x", "http://bit.ly/3abcDEF"],
    ),
    (
        f"{'word ' * 8}https://a.example.net/session/5f2b/\nverify/id-7 now",
        ["https://a.example.net/session/5f2b/verify/id-7"],
    ),
]
NONE = [
    "at com.example.Main.run(Main.java:42)", "mary[@]example.com", "carlos[at]example.com", "juanita(at)example.com",
    "foo [at] example.com", "Gent.mo Sig. Rossi", "г.Москва, ул.Ленина", "http://%%%", "first.last@example.com",
]  # fmt: skip


@pytest.mark.parametrize(("text", "urls"), [*GLUED, *BROKEN, *WRAPPED])
def test_an_address_is_read_as_people_mean_it(text: str, urls: list[str]) -> None:
    assert [link.url for link in extract_links(text)] == urls


@pytest.mark.parametrize("text", NONE)
def test_what_only_looks_like_an_address_is_none(text: str) -> None:
    assert extract_links(text) == []
