from __future__ import annotations

import pytest

from app.adapters.zendesk.errors import NotAllowed
from app.adapters.zendesk.hosts import HostRule, Origin, check_endpoint, is_public, parse
from app.errors import Misconfigured

TENANT = Origin("https", "acme.zendesk.com", 443)
RULE = HostRule(frozenset({TENANT}), content=True)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://user:secret@acme.zendesk.com/a", "address_userinfo"),
        ("https://acme.zendesk.com@evil.example/a", "address_userinfo"),
        ("https://[fe80::1%25eth0]/a", "address_form"),
        ("https://2130706433/a", "address_form"),
        ("https://0x7f.1/a", "address_form"),
        ("https://0177.0.0.1/a", "address_form"),
        ("https://127.1/a", "address_form"),
        ("https://acme.zendesk.com\\@evil.example/", "address_form"),
        ("https://acme.zendesk.com /", "address_form"),
        ("https://acme.zendesk.com\r\nX: y/", "address_form"),
        ("https:///path", "address_form"),
        ("https://acme.zendesk.com:99999/", "address_form"),
        ("https://аcme.zendesk.com/", "address_form"),
        ("ftp://acme.zendesk.com/", "address_scheme"),
        ("file:///etc/passwd", "address_scheme"),
        ("//acme.zendesk.com/", "address_scheme"),
        ("", "address_scheme"),
    ],
)
def test_an_address_of_a_dishonest_form_is_refused(url: str, code: str) -> None:
    with pytest.raises(NotAllowed) as refusal:
        parse(url)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://acme.zendesk.com/a", "address_scheme"),
        ("https://acme.zendesk.com:8443/a", "address_port"),
        ("https://other.zendesk.com/a", "address_foreign"),
        ("https://zdusercontent.com.evil.example/a", "address_foreign"),
        ("https://evilzdusercontent.com/a", "address_foreign"),
        ("https://127.0.0.1/a", "address_foreign"),
        ("https://[::ffff:127.0.0.1]/a", "address_foreign"),
        ("https://169.254.169.254/latest", "address_foreign"),
    ],
)
def test_an_address_of_a_foreign_host_is_refused(url: str, code: str) -> None:
    with pytest.raises(NotAllowed) as refusal:
        RULE.check(parse(url).origin)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "url", ["https://acme.zendesk.com/a", "https://ACME.zendesk.com./a", "https://p12.zdusercontent.com/x?token=y"]
)
def test_the_tenant_and_the_content_hosts_may_be_asked(url: str) -> None:
    RULE.check(parse(url).origin)


def test_content_hosts_are_no_place_for_api_calls() -> None:
    with pytest.raises(NotAllowed):
        HostRule(frozenset({TENANT})).check(parse("https://p1.zdusercontent.com/").origin)


def test_a_trusted_host_may_be_plain_and_private_at_its_port_alone() -> None:
    rule = HostRule(frozenset({TENANT}), frozenset({"127.0.0.1:9000", "[::1]:9000"}))
    rule.check(parse("http://127.0.0.1:9000/").origin)
    rule.check(parse("http://[::1]:9000/").origin)
    rule.check_address(parse("http://127.0.0.1:9000/").origin, "127.0.0.1")
    with pytest.raises(NotAllowed):
        rule.check(parse("http://127.0.0.1:9001/").origin)
    with pytest.raises(NotAllowed):
        rule.check(parse("http://localhost:9000/").origin)


def test_the_address_that_is_asked_is_written_anew_from_its_parts() -> None:
    assert parse("https://Acme.Zendesk.com:443/a b".replace(" ", "%20") + "?q=ü#x").url == (
        "https://acme.zendesk.com/a%20b?q=%C3%BC"
    )


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1",
        "::", "::1", "fe80::1", "fc00::1", "fd00::1", "fec0::1", "ff02::1", "2001:db8::1", "3fff::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1",
        "2002:7f00:1::", "2002:a00:1::", "2001::1", "fe80::1%eth0", "nonsense",
    ],
)  # fmt: skip
def test_an_address_off_the_open_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["104.16.51.111", "2606:4700::6810:336f", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_an_address_on_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://acme.zendesk.com",
        "https://acme.zendesk.com:444",
        "https://acme.zendesk.com/api",
        "acme",
        "https://a:b@c",
    ],
)
def test_an_endpoint_that_is_no_account_address_is_misconfigured(url: str) -> None:
    with pytest.raises(Misconfigured):
        check_endpoint(url)


def test_an_endpoint_may_end_with_a_slash_or_be_a_trusted_sandbox() -> None:
    assert check_endpoint("https://acme.zendesk.com/").origin == TENANT
    assert check_endpoint("http://127.0.0.1:9000", frozenset({"127.0.0.1:9000"})).url == "http://127.0.0.1:9000/"
