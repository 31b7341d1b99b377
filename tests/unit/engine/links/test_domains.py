from __future__ import annotations

import pytest

from app.engine.links.domains import is_suffix, is_top_level, registrable


@pytest.mark.parametrize(
    ("host", "owner"),
    [
        ("www.example.com", "example.com"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("shop.github.io", "shop.github.io"),
        ("a.shop.github.io", "shop.github.io"),
        ("www.ck", "www.ck"),
        ("xn--55qx5d.cn", ""),
        ("a.xn--55qx5d.cn", "a.xn--55qx5d.cn"),
        ("co.uk", ""),
        ("com", ""),
        ("github.io", ""),
        ("site.example", ""),
        ("192.0.2.1", ""),
        ("[2001:db8::1]", ""),
        ("", ""),
        ("localhost", ""),
    ],
)
def test_a_host_belongs_to_whoever_registered_it(host: str, owner: str) -> None:
    assert registrable(host) == owner


def test_suffixes_are_known_without_a_network() -> None:
    assert all(map(is_suffix, ("com", "co.uk", "github.io", "xn--p1ai")))
    assert not any(map(is_suffix, ("example.com", "example", "", "1.2.3.4")))
    assert all(map(is_top_level, ("com", "zip", "xn--p1ai", "рф")))
    assert not any(map(is_top_level, ("co.uk", "example", "html", "")))
