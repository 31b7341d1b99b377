"""Long attached texts: only what stands around the signs of addresses is searched, and nothing is lost by that."""

from __future__ import annotations

import pytest

from app.engine.rules import RuleSet
from app.engine.scan import Engine

_FILLING = "Nothing to see in this line of an ordinary report that goes on and on.\n" * 2_000


def urls(rules: RuleSet, text: str) -> list[str]:
    return [link.url for link in Engine(rules).scan(text.encode(), name="report.txt").urls]


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("See https://a.example.com/b?c=d for more.", "https://a.example.com/b?c=d"),
        ("See www.example.com/b for more.", "http://www.example.com/b"),
        ("See hxxp://a.example.com/b for more.", "http://a.example.com/b"),
        ("See https://a[.]example[.]com/b for more.", "https://a.example.com/b"),
        ("https://a.example.com/" + "b" * 2_000, "https://a.example.com/" + "b" * 2_000),
    ],
)
def test_an_address_in_the_midst_of_a_long_text_is_found(rules: RuleSet, written: str, url: str) -> None:
    assert urls(rules, f"{_FILLING}{written}\n{_FILLING}") == [url]


def test_addresses_close_together_are_each_found_once(rules: RuleSet) -> None:
    lines = "".join(f"{number} https://www.example.com/{number} and www.example.org/{number}\n" for number in range(50))

    found = urls(rules, _FILLING + lines + _FILLING)

    assert sorted(found) == sorted(
        url for number in range(50) for url in (f"https://www.example.com/{number}", f"http://www.example.org/{number}")
    )


def test_addresses_at_both_ends_are_found(rules: RuleSet) -> None:
    assert urls(rules, f"https://a.example.com/ {_FILLING} https://b.example.com/") == [
        "https://a.example.com/",
        "https://b.example.com/",
    ]


def test_a_place_in_parts_of_a_text_is_not_told(rules: RuleSet) -> None:
    report = Engine(rules).scan(f"{_FILLING}https://a.example.com/\n{_FILLING}".encode(), name="report.txt")

    assert [link.at for link in report.urls] == [-1]
