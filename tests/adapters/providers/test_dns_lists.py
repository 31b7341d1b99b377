from __future__ import annotations

import dns.rcode
import pytest

from app.adapters.providers.dns_lists import DnsLists, split_resolver
from app.adapters.providers.model import Access, Answer, NoOpinion
from tests.name_server import NameServer

ALL = ["surbl", "uribl", "spamhaus-dbl", "spamhaus-zen"]


def access(server: NameServer, *lists: str, key: str = "", seconds: float = 2.0) -> Access:
    return Access(key, seconds, {"resolver": server.name, "lists": list(lists)})


def ask(server: NameServer, url: str, *lists: str, key: str = "") -> list[Answer]:
    provider, given = DnsLists(), access(server, *lists, key=key)
    return provider.ask(provider.questions(url, given), given)


def hits(server: NameServer, url: str, *lists: str) -> list[tuple[str, str, str]]:
    listings = [listing for answer in ask(server, url, *lists) for listing in answer.listings]
    return [(hit.feed, hit.category, hit.expression) for hit in DnsLists().hits(url, listings)]


def refusal_of(server: NameServer, url: str, *lists: str) -> NoOpinion:
    with pytest.raises(NoOpinion) as refusal:
        ask(server, url, *lists)
    return refusal.value


@pytest.mark.parametrize(
    ("name", "zone", "address", "hit"),
    [
        ("surbl", "bad.example.com.multi.surbl.org", "127.0.0.8", None),
        ("surbl", "example.com.multi.surbl.org", "127.0.0.8", ("SURBL", "phishing", "example.com/")),
        ("surbl", "example.com.multi.surbl.org", "127.0.0.16", ("SURBL", "malware", "example.com/")),
        ("uribl", "example.com.multi.uribl.com", "127.0.0.2", ("URIBL", "spam", "example.com/")),
        ("spamhaus-dbl", "bad.example.com.dbl.spamhaus.org", "127.0.1.4",
         ("Spamhaus DBL", "phishing", "bad.example.com/")),
        ("spamhaus-dbl", "bad.example.com.dbl.spamhaus.org", "127.0.1.102",
         ("Spamhaus DBL", "abused site", "bad.example.com/")),
    ],
)  # fmt: skip
def test_each_list_is_asked_about_the_name_it_lists(
    name_server: NameServer, name: str, zone: str, address: str, hit: tuple[str, str, str] | None
) -> None:
    name_server.records[zone] = [address]
    assert hits(name_server, "http://bad.example.com/x", name) == ([hit] if hit else [])


def test_bits_of_several_lists_are_told_apart(name_server: NameServer) -> None:
    name_server.records["example.com.multi.surbl.org"] = ["127.0.0.80"]
    found = hits(name_server, "http://example.com/", "surbl")
    assert [category for _, category, _ in found] == ["malware", "spam"]


def test_an_address_is_asked_backwards_and_only_where_addresses_are_listed(name_server: NameServer) -> None:
    name_server.records["4.3.2.8.zen.spamhaus.org"] = ["127.0.0.9", "127.0.0.2"]
    found = hits(name_server, "http://8.2.3.4/x", *ALL)
    assert {each[1] for each in found} == {"spam", "criminal network"}
    assert found[0][2] == "8.2.3.4/"
    assert not any("dbl" in name for name in name_server.asked)


def test_a_private_line_is_no_hit(name_server: NameServer) -> None:
    name_server.records["4.3.2.8.zen.spamhaus.org"] = ["127.0.0.10", "127.0.0.11"]
    assert hits(name_server, "http://8.2.3.4/", "spamhaus-zen") == []


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://127.0.0.1/", "http://intranet/", "http://co.uk/"])
def test_names_of_the_house_are_nobody_elses_business(name_server: NameServer, url: str) -> None:
    assert DnsLists().questions(url, access(name_server, *ALL)) == ()


@pytest.mark.parametrize(
    ("name", "zone", "address"),
    [
        ("spamhaus-dbl", "dbl.spamhaus.org", "127.255.255.252"),
        ("spamhaus-dbl", "dbl.spamhaus.org", "127.255.255.254"),
        ("spamhaus-dbl", "dbl.spamhaus.org", "127.255.255.255"),
        ("spamhaus-dbl", "dbl.spamhaus.org", "127.0.1.255"),
        ("surbl", "multi.surbl.org", "127.0.0.1"),
        ("uribl", "multi.uribl.com", "127.0.0.1"),
        ("uribl", "multi.uribl.com", "127.255.255.255"),
        ("surbl", "multi.surbl.org", "203.0.113.8"),
    ],
)
def test_a_refusal_is_never_a_hit(name_server: NameServer, name: str, zone: str, address: str) -> None:
    name_server.records[f"example.com.{zone}"] = ["127.0.0.8", address] if address.startswith("203") else [address]
    refusal = refusal_of(name_server, "http://example.com/", name)
    assert (refusal.code, refusal.answers) == ("refused", [])


@pytest.mark.parametrize("rcode", [dns.rcode.REFUSED, dns.rcode.SERVFAIL])
def test_a_resolver_that_refuses_is_no_opinion(name_server: NameServer, rcode: dns.rcode.Rcode) -> None:
    name_server.rcode = rcode
    assert refusal_of(name_server, "http://example.com/", "surbl").code == "refused"


def test_a_resolver_that_is_silent_is_no_opinion(name_server: NameServer) -> None:
    name_server.silent = True
    provider, given = DnsLists(), access(name_server, "surbl", seconds=0.1)
    with pytest.raises(NoOpinion) as refusal:
        provider.ask(provider.questions("http://example.com/", given), given)
    assert refusal.value.code == "timeout"


def test_answers_are_kept_for_the_time_of_the_zone(name_server: NameServer) -> None:
    name_server.records["example.com.multi.surbl.org"] = ["127.0.0.8"]
    [listed] = ask(name_server, "http://example.com/", "surbl")
    [clear] = ask(name_server, "http://example.org/", "surbl")
    assert (listed.seconds, clear.seconds) == (180.0, 120.0)


def test_a_key_asks_the_zone_of_the_data_query_service(name_server: NameServer) -> None:
    ask(name_server, "http://example.com/", "spamhaus-dbl", key="k3y")
    assert name_server.asked == ["example.com.k3y.dbl.dq.spamhaus.net"]


@pytest.mark.parametrize("url", [f"http://{'a' * 64}.example.com/", f"http://{'a.' * 130}example.com/"])
def test_names_that_dns_cannot_carry_are_on_no_list(name_server: NameServer, url: str) -> None:
    assert [answer.listings for answer in ask(name_server, url, "spamhaus-dbl")] in ([()], [])
    assert name_server.asked == []


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)), ("192.0.2.53:5353", ("192.0.2.53", 5353)),
        ("2001:db8::53", ("2001:db8::53", 53)), ("[2001:db8::53]:5353", ("2001:db8::53", 5353)),
    ],
)  # fmt: skip
def test_a_resolver_is_named_by_its_address(named: str, found: tuple[str, int]) -> None:
    assert split_resolver(named) == found


@pytest.mark.parametrize("named", ["", "dns.example", "8.8.8.8", "1.1.1.1:53", "2620:fe::fe", "192.0.2.53:0", "[::1"])
def test_a_resolver_that_is_none_or_for_everybody_is_refused(named: str) -> None:
    with pytest.raises(ValueError, match="resolver"):
        split_resolver(named)
