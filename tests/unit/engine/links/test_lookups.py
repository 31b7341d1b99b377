from __future__ import annotations

from app.engine.links.lookups import lookups
from app.engine.model import Link


def test_a_link_is_looked_up_by_its_target_alone_where_there_is_nothing_else() -> None:
    assert lookups(Link("x", "https://shop.example/")) == ("https://shop.example/",)


def test_a_link_is_looked_up_by_its_wrapper_and_by_what_stands_inside_too() -> None:
    link = Link("x", "https://evil.example/?u=https://worse.example/", wrapped="https://www.google.com/url?q=x")
    assert lookups(link) == (
        "https://evil.example/?u=https://worse.example/",
        "https://www.google.com/url?q=x",
        "https://worse.example/",
    )


def test_a_link_full_of_addresses_is_looked_up_a_few_times_only() -> None:
    many = "&u=".join(f"https://a{number}.example/" for number in range(100))
    assert len(lookups(Link("x", f"https://evil.example/?u={many}"))) == 8
