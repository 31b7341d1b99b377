"""Patterns of the lists: what they name, what they refuse, and that they are quick."""

from __future__ import annotations

import pytest

from app.tickets.patterns import pattern


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("*.example.com/path/*", "https://www.example.com/path/x"),
        ("*.example.com/path/*", "http://example.com/path/"),
        ("example.com/a*z", "https://example.com/a/middle/z"),
        ("example.com/a*z", "https://example.com/az"),
        ("example.com/a*b*c", "https://example.com/axbxc"),
        ("example.com", "https://example.com/anything?at=all"),
        ("https://example.com/*", "https://example.com/"),
        ("*/wp-admin/phish*", "http://anything.test/wp-admin/phish.php"),
        ("example.com:8443/*", "https://example.com:8443/x"),
        ("example.com/*", "https://example.com:8443/x"),
        ("example.com:443/x", "https://example.com/x"),
        ("EXAMPLE.com/Path", "http://example.com/Path"),
        ("bücher.example/*", "http://xn--bcher-kva.example/x"),
        ("example.com/login?next=*", "https://example.com/login?next=https://x.example/"),
        ("[2001:db8::1]/x*", "http://[2001:db8::1]/xyz"),
    ],
)
def test_a_pattern_names_an_address(value, url):
    assert pattern(value).matches(url)


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("*.example.com/path/*", "https://notexample.com/path/x"),
        ("*.example.com/path/*", "https://www.example.com/other/path/x"),
        ("*.example.com/path/*", "https://www.example.com.evil.test/path/x"),
        ("example.com/*", "https://www.example.com/"),
        ("example.com/a*z", "https://example.com/a/z/more"),
        ("example.com/aa*aa", "https://example.com/aaa"),
        ("example.com/x", "https://example.com/x?y"),
        ("https://example.com/*", "http://example.com/"),
        ("example.com:8443/*", "https://example.com/"),
        ("example.com/Path", "http://example.com/path"),
    ],
)
def test_a_pattern_leaves_another_address_alone(value, url):
    assert not pattern(value).matches(url)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "*",
        "*/",
        "*/*",
        "*/a*",
        "ftp://example.com/",
        "exa*mple.com/x",
        "*.*.example.com/",
        "*.",
        "me@example.com/x",
        "example.com/x#part",
        "example.com:port/x",
        "example.com/" + "*" * 30,
    ],
)
def test_what_is_no_pattern_is_refused_in_words(value):
    with pytest.raises(ValueError, match=r"[.]$"):
        pattern(value)


@pytest.mark.parametrize(
    "value", ["*.example.com/path/*", "https://example.com:8443/a*b", "*/login-verify*", "a.example/"]
)
def test_a_stored_pattern_reads_as_itself(value):
    stored = str(pattern(value))
    assert str(pattern(stored)) == stored
    assert pattern(stored) == pattern(value)


def test_a_hostile_address_comes_to_an_end():
    many = pattern("example.com/" + "*".join(["a" * 40] * 20) + "*b")
    url = "https://example.com/" + "a" * 1_000_000
    assert not many.matches(url)
