"""What may be listed, and as what: a feed never calls more bad than it names."""

from __future__ import annotations

import pytest

from app.engine.links.canonical import canonical
from app.engine.links.expressions import expressions
from app.feeds.entry import Entry, entry_of
from app.feeds.listing import Kind, Listed, Unlisted


def entry(kind: Kind, value: str) -> Entry:
    return entry_of(Listed(kind, value, 1))


@pytest.mark.parametrize(
    "url",
    [
        "http://bad.example/a/b?c=d#e",
        "HTTPS://Bad.Example:8443/a/../b",
        "hxxps://bad[.]example/x",
        "bad.example",
        "http://203.0.113.7/x",
        "https://github.com/evil/repo/raw/bad.exe",
    ],
)
def test_an_address_is_listed_as_itself_alone(url: str) -> None:
    found = entry(Kind.URL, url)
    mended = url.replace("hxxps", "https").replace("[.]", ".")
    assert found == Entry(expressions(canonical(mended))[0], exact=True)


@pytest.mark.parametrize(
    ("host", "text"),
    [
        ("Bad.Example", "bad.example/"),
        ("*.bad.example.", "bad.example/"),
        ("bücher.example", "xn--bcher-kva.example/"),
        ("user.github.io", "user.github.io/"),
        ("evil.weebly.com", "evil.weebly.com/"),
    ],
)
def test_a_host_is_listed_with_all_that_lies_below_it(host: str, text: str) -> None:
    assert entry(Kind.HOST, host) == Entry(text)


@pytest.mark.parametrize(
    "host",
    [
        *("com", "co.uk", "github.io", "localhost", "printer", "", ".", "a b.example", "a.example/x", "a.example:80"),
        *("github.com", "www.github.com", "raw.githubusercontent.com", "google.com", "drive.google.com"),
        *("docs.google.com", "t.co", "weebly.com", "duckdns.org", "mediafire.com", "10.0.0.1", "::1", "\x00"),
    ],
)
def test_nobody_may_list_a_place_that_belongs_to_many(host: str) -> None:
    with pytest.raises(Unlisted):
        entry(Kind.HOST, host)


@pytest.mark.parametrize(
    "url", ["https://google.com/", "http://www.google.com", "https://docs.google.com/", "https://github.com/#x"]
)
def test_nobody_may_list_the_front_page_of_such_a_place(url: str) -> None:
    with pytest.raises(Unlisted, match="anybody"):
        entry(Kind.URL, url)


def test_hosts_that_are_addresses_by_number_are_networks() -> None:
    assert entry(Kind.HOST, "203.0.113.7") == Entry("net:203.0.113.7/32", prefix=(4, 32))
    assert entry(Kind.HOST, "[2001:db8::1]") == Entry("net:2001:db8::1/128", prefix=(6, 128))


@pytest.mark.parametrize(
    ("network", "text", "prefix"),
    [
        ("203.0.113.0/24", "net:203.0.113.0/24", (4, 24)),
        ("203.0.113.9/24", "net:203.0.113.0/24", (4, 24)),
        ("203.0.113.9", "net:203.0.113.9/32", (4, 32)),
        ("2001:DB8::/32", "net:2001:db8::/32", (6, 32)),
    ],
)
def test_networks_are_listed_in_one_notation(network: str, text: str, prefix: tuple[int, int]) -> None:
    assert entry(Kind.NETWORK, network) == Entry(text, prefix=prefix)


@pytest.mark.parametrize(
    "network",
    [
        *("0.0.0.0/0", "::/0", "128.0.0.0/1", "10.1.2.3", "192.168.0.0/16", "127.0.0.1", "169.254.1.1", "fe80::1"),
        *("fd00::/16", "224.0.0.1", "::1", "203.0.113.0/33", "no network", "", "203.0.113.0/24/24"),
    ],
)
def test_private_networks_and_half_the_internet_are_never_listed(network: str) -> None:
    with pytest.raises(Unlisted):
        entry(Kind.NETWORK, network)


def test_the_reason_never_repeats_the_line() -> None:
    with pytest.raises(Unlisted) as refusal:
        entry(Kind.URL, "javascript:alert('secret')")
    assert "secret" not in str(refusal.value)
