"""Addresses and programs in a few words."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.access.origin import browser, network
from tests.fuzz import fuzzed


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2ff::77", "2001:db8:1:200::/56"),
        ("fe80::1%eth0", "fe80::/56"),
        ("127.0.0.1", "this machine"),
        ("::1", "this machine"),
        ("", ""),
        ("nonsense", ""),
        ("<script>", ""),
    ],
)
def test_an_address_is_shown_as_its_network(address, shown):
    assert network(address) == shown


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari on iPhone"),
        ("curl/8.5.0", "curl"),
        ("Werkzeug/3.1", "Werkzeug"),
        ("", ""),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_a_browser_is_named_in_a_few_words(agent, shown):
    assert browser(agent) == shown


@fuzzed()
@given(st.text(max_size=300))
def test_whatever_it_says_little_is_kept(agent):
    assert len(browser(agent)) <= 60
    assert browser(agent).isprintable()
    assert len(network(agent)) <= 60
