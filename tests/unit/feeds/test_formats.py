"""The formats of feeds, each with lines as its provider writes them: what is listed, left out, and not usable."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from app.errors import Rejected
from app.feeds.content import unpacked
from app.feeds.formats import FORMATS
from app.feeds.listing import Kind, Listed, Options, Tally
from tests.fuzz import fuzzed
from tests.unit.feeds import samples

URLHAUS = samples.urlhaus(
    ("http://198.51.100.7:41/bin.sh", "2026-11-20"), ('https://bad.example/a,b/file.zip?x="1"', "2026-11-19")
)
THREATFOX = samples.threatfox(
    ("cdn.bad.example", "domain", "payload_delivery", 100, False),
    ("203.0.113.36:5555", "ip:port", "botnet_cc", 75, False),
    ("https://bad.example/?q=a,b", "url", "payload_delivery", 90, False),
    ("unsure.example", "domain", "botnet_cc", 25, False),
    ("brokeninto.example", "domain", "payload_delivery", 100, True),
    ("00" * 16, "md5_hash", "payload", 100, False),
)
PHISHTANK = samples.phishtank(("https://bad.example/login,now", "yes", "yes"), ("https://gone.example/", "yes", "no"))
MISP = {
    "Event": {
        "info": "x",
        "Attribute": [
            {"type": "url", "value": "https://bad.example/a", "to_ids": True, "timestamp": "1795132800"},
            {"type": "hostname", "value": "h.bad.example", "to_ids": True},
            {"type": "ip-dst|port", "value": "203.0.113.5|8080", "to_ids": True},
            {"type": "domain", "value": "context.example", "to_ids": False},
            {"type": "md5", "value": "00" * 16, "to_ids": True},
        ],
        "Object": [{"name": "domain-ip", "Attribute": [{"type": "domain|ip", "value": "d.bad.example|203.0.113.6"}]}],
    }
}


def indicator(pattern: str, **more: Any) -> dict[str, Any]:
    return {"type": "indicator", "spec_version": "2.1", "pattern_type": "stix", "pattern": pattern, **more}


def read(form: str, text: str | bytes, **options: Any) -> tuple[list[Listed], Tally]:
    tally = Tally()
    with unpacked(io.BytesIO(text if isinstance(text, bytes) else text.encode())) as content:
        return list(FORMATS[form].parse(content, Options(**options), tally)), tally


def values(form: str, text: str | bytes, **options: Any) -> list[tuple[Kind, str]]:
    return [(one.kind, one.value) for one in read(form, text, **options)[0]]


def test_urlhaus_csv_lists_addresses_with_their_day() -> None:
    listed, tally = read("urlhaus", URLHAUS)
    assert [(one.value, one.category, one.day, one.line) for one in listed] == [
        ("http://198.51.100.7:41/bin.sh", "malware", 20_777, 6),
        ('https://bad.example/a,b/file.zip?x="1"', "malware", 20_776, 7),
    ]
    assert (tally.rejected, tally.left_out) == (0, 0)


def test_the_other_exports_of_urlhaus_are_read_too() -> None:
    document = {"9": [{"dateadded": "2026-11-20 10:00:00", "url": "http://a.example/x", "threat": "malware_download"}]}
    assert values("urlhaus", json.dumps(document)) == [(Kind.URL, "http://a.example/x")]
    assert values("urlhaus", "# list\nhttp://a.example/x\n") == [(Kind.URL, "http://a.example/x")]
    hosts = "# hostfile\n127.0.0.1\tlocalhost\n127.0.0.1\tbad.example\n"
    assert values("urlhaus", hosts) == [(Kind.HOST, "bad.example")]


def test_columns_are_taken_by_their_title() -> None:
    turned = '# url,id,dateadded,threat\n"http://a.example/","1","2026-11-20 10:00:00","phishing"\n'
    (one,) = read("urlhaus", turned)[0]
    assert (one.value, one.day, one.category) == ("http://a.example/", 20_777, "phishing")


def test_threatfox_lists_by_kind_and_leaves_out_what_it_is_not_sure_of() -> None:
    listed, tally = read("threatfox", THREATFOX)
    assert [(one.kind, one.value, one.category) for one in listed] == [
        (Kind.HOST, "cdn.bad.example", "malware"),
        (Kind.NETWORK, "203.0.113.36", "c2"),
        (Kind.URL, "https://bad.example/?q=a,b", "malware"),
    ]
    assert (tally.rejected, tally.left_out) == (0, 3)
    assert len(read("threatfox", THREATFOX, least_confidence=20)[0]) == 4


def test_threatfox_json_says_the_same() -> None:
    record = {"ioc_value": "[2001:db8::1]:443", "ioc_type": "ip:port", "threat_type": "botnet_cc"}
    export = {"17": [{**record, "confidence_level": 75, "first_seen_utc": "2026-11-20 21:46:30"}], "16": [{}]}
    listed, tally = read("threatfox", json.dumps(export))
    assert listed == [Listed(Kind.NETWORK, "2001:db8::1", 1, "c2", 20_777)]
    assert tally.first == [(2, "no indicator in it")]
    answer = {"query_status": "ok", "data": [{**record, "ioc": "a.example", "ioc_value": None, "ioc_type": "domain"}]}
    assert values("threatfox", json.dumps(answer)) == [(Kind.HOST, "a.example")]


def test_phishtank_lists_what_is_verified_and_online() -> None:
    listed, tally = read("phishtank", PHISHTANK)
    assert [(one.value, one.day) for one in listed] == [("https://bad.example/login,now", 20_777)]
    assert tally.left_out == 1
    record = {"url": "https://bad.example/", "verified": "yes", "online": "yes", "phish_id": 3}
    assert values("phishtank", json.dumps([record, {**record, "verified": "no"}])) == [
        (Kind.URL, "https://bad.example/")
    ]


def test_drop_lists_networks_as_text_and_as_json() -> None:
    expected = [(Kind.NETWORK, "203.0.113.0/24"), (Kind.NETWORK, "2001:db8::/29")]
    assert values("drop", samples.DROP_JSON) == expected
    assert values("drop", "; Spamhaus DROP\n203.0.113.0/24 ; SBL256894\n2001:db8::/29 ; SBL1\n") == expected


def test_plain_lists_know_comments_and_kinds() -> None:
    text = "# comment\nhttps://bad.example/a\nbad.example\n203.0.113.5\n203.0.113.0/24\nbad.example/path\n2001:db8::1\n"
    assert values("list", text) == [
        (Kind.URL, "https://bad.example/a"),
        (Kind.HOST, "bad.example"),
        (Kind.NETWORK, "203.0.113.5"),
        (Kind.NETWORK, "203.0.113.0/24"),
        (Kind.URL, "bad.example/path"),
        (Kind.NETWORK, "2001:db8::1"),
    ]
    assert values("openphish", "https://a.example/#x\n") == [(Kind.URL, "https://a.example/#x")]
    assert values("domains", "a.example # why\n; x\n") == [(Kind.HOST, "a.example")]
    assert values("networks", "203.0.113.0/24 ; why\n") == [(Kind.NETWORK, "203.0.113.0/24")]


def test_hosts_files_list_what_they_send_nowhere() -> None:
    listed, tally = read("hosts", "127.0.0.1 localhost\n0.0.0.0 a.example b.example # why\n10.0.0.1 printer\n")
    assert [one.value for one in listed] == ["a.example", "b.example"]
    assert tally.first == [(3, "no line of a hosts file")]


def test_block_lists_of_content_blockers_list_whole_hosts_only() -> None:
    text = (
        "[Adblock Plus 2.0]\n! title\n||a.example^\n||b.example^$all\n||c.example^$script\n||d.example/x^\n"
        "@@||e.example^\nf.example##.ad\n|https://g.example/page|\nh.example\n*banner*\n"
    )
    listed, tally = read("adblock", text)
    assert [one.value for one in listed] == ["a.example", "b.example", "https://g.example/page", "h.example"]
    assert tally.left_out == 5


def test_any_csv_is_read_by_the_columns_that_were_named() -> None:
    text = "When;Link;Kind\n2026-11-20;https://a.example/x;Phishing\n;;\n2026-11-20;b.example;not a word!\n"
    columns = {"value": "link", "added": "When", "category": "3"}
    listed, tally = read("csv", text, columns=columns, delimiter=";")
    assert listed == [
        Listed(Kind.URL, "https://a.example/x", 2, "phishing", 20_777),
        Listed(Kind.HOST, "b.example", 4, "", 20_777),
    ]
    assert tally.first == [(3, "no address in it")]
    assert values("csv", "x,a.example\n", columns={"host": "2"}) == [(Kind.HOST, "a.example")]


@pytest.mark.parametrize("columns", [{}, {"added": "1"}, {"url": "no such title"}])
def test_a_csv_without_a_column_of_addresses_is_refused(columns: dict[str, str]) -> None:
    with pytest.raises(Rejected):
        read("csv", "a,b\nc,d\n", columns=columns)


def test_misp_lists_what_is_meant_for_detection() -> None:
    listed, tally = read("misp", json.dumps({"response": [MISP]}))
    assert [(one.kind, one.value) for one in listed] == [
        (Kind.HOST, "d.bad.example"),
        (Kind.URL, "https://bad.example/a"),
        (Kind.HOST, "h.bad.example"),
        (Kind.NETWORK, "203.0.113.5"),
    ]
    assert listed[1].day == 20_777
    assert tally.left_out == 2
    attributes = {"response": {"Attribute": MISP["Event"]["Attribute"]}}
    assert len(values("misp", json.dumps(attributes))) == 3


def test_stix_lists_what_an_indicator_names_on_its_own() -> None:
    bundle = {
        "type": "bundle",
        "objects": [
            indicator("[url:value = 'https://bad.example/it\\'s']", valid_from="2026-11-20T10:00:00.000Z"),
            indicator("[domain-name:value IN ('a.example', 'b.example') OR ipv4-addr:value = '203.0.113.0/24']"),
            indicator("[ipv6-addr:value = '2001:db8::1'] OR [url:value = 'http://x.example/ AND more']"),
            indicator("[url:value = 'https://soon.example/']", valid_until="2026-12-01T00:00:00Z"),
            {"type": "malware", "name": "x"},
        ],
    }
    listed, tally = read("stix", json.dumps(bundle))
    assert [one.value for one in listed] == [
        "https://bad.example/it's",
        *("a.example", "b.example", "203.0.113.0/24", "2001:db8::1", "http://x.example/ AND more"),
        "https://soon.example/",
    ]
    assert (listed[0].day, listed[-1].until) == (20_777, 20_788)
    assert (tally.rejected, tally.left_out) == (0, 0)


@pytest.mark.parametrize(
    "pattern",
    [
        "[url:value = 'https://a.example/' AND file:name = 'x']",
        "[url:value = 'https://a.example/'] FOLLOWEDBY [domain-name:value = 'a.example']",
        "[url:value != 'https://a.example/']",
        "[url:value LIKE '%a.example%']",
        "[NOT url:value = 'https://a.example/']",
        "[url:value = 'https://a.example/",
        "no pattern",
    ],
)
def test_patterns_that_say_something_else_are_counted_as_not_usable(pattern: str) -> None:
    listed, tally = read("stix", json.dumps({"objects": [indicator(pattern)]}))
    assert (listed, tally.rejected) == ([], 1)


def test_indicators_that_were_withdrawn_or_are_not_sure_are_left_out() -> None:
    pattern = "[url:value = 'https://a.example/']"
    objects = [
        indicator(pattern, revoked=True),
        indicator(pattern, confidence=10),
        indicator(pattern, indicator_types=["benign"]),
        indicator("[file:hashes.'SHA-256' = '00']"),
    ]
    listed, tally = read("stix", json.dumps({"objects": objects}))
    assert (listed, tally.left_out, tally.rejected) == ([], 4, 0)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("urlhaus", URLHAUS + '"1","x\n"only",\n'),
        ("threatfox", THREATFOX + '"2026"\n'),
        ("phishtank", PHISHTANK + "1\n"),
        ("drop", samples.DROP_JSON + "{broken\n"),
        ("hosts", "0.0.0.0 good.example\nbad line\n"),
    ],
)
def test_lines_that_cannot_be_read_are_counted_and_the_rest_is_taken(form: str, text: str) -> None:
    listed, tally = read(form, text.encode() + b"\xff\xfe\n" + b"a" * 40_000 + b"\n")
    assert listed
    assert tally.rejected >= 3
    assert all(line and reason for line, reason in tally.first)


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_a_web_page_in_place_of_a_feed_is_no_feed(form: str) -> None:
    page = "<!DOCTYPE html>\n<html><a href='https://good.example/'>Sign in</a></html>\n"
    try:
        listed, _ = read(form, page, columns={"url": "1"})
    except Rejected as refusal:
        assert refusal.code in ("page", "json")
    else:
        assert listed == []


@pytest.mark.parametrize("form", ["misp", "stix", "urlhaus", "threatfox", "phishtank"])
@pytest.mark.parametrize("text", ['{"a": [', "[" * 5_000, "{}", "[1, null, [[]], {}]", '{"objects": 3, "data": "x"}'])
def test_odd_documents_are_refused_or_list_nothing(form: str, text: str) -> None:
    try:
        listed, _ = read(form, text)
    except Rejected:
        return
    assert [one for one in listed if one.value] == []


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_packed_feeds_are_unpacked(pack: Callable[[bytes], bytes]) -> None:
    assert len(values("urlhaus", pack(URLHAUS.encode()))) == 2
    with pytest.raises(Rejected, match="damaged"):
        read("urlhaus", pack(URLHAUS.encode() * 50)[:-9])


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_feed_cut_at_any_byte_is_never_taken_for_whole(pack: Callable[[bytes], bytes]) -> None:
    whole = pack(b"one.example\ntwo.example\n")
    for end in range(6, len(whole)):
        with pytest.raises(Rejected, match="damaged"):
            read("domains", whole[:end])


def test_of_an_archive_the_largest_file_is_read() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", "read me")
        archive.writestr("csv.txt", URLHAUS)
    assert len(values("urlhaus", buffer.getvalue())) == 2
    with pytest.raises(Rejected, match="damaged"):
        read("urlhaus", buffer.getvalue()[:-30])


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_feed_that_unpacks_to_too_much_is_refused(pack: Callable[[bytes], bytes]) -> None:
    bomb = io.BytesIO(pack(b"a.example\n" * 100_000))
    with unpacked(bomb, largest=50_000) as content, pytest.raises(Rejected, match="more than is taken"):
        list(FORMATS["domains"].parse(content, Options(), Tally()))


@fuzzed(40)
@given(st.sampled_from(sorted(FORMATS)), st.binary(max_size=400))
def test_no_bytes_make_a_parser_fail(form: str, text: bytes) -> None:
    with contextlib.suppress(Rejected):
        read(form, text, columns={"value": "1"})


@fuzzed(40)
@given(st.sampled_from(["urlhaus", "threatfox", "phishtank", "drop", "adblock", "hosts", "stix", "misp"]), st.data())
def test_no_damage_makes_a_parser_fail(form: str, data: st.DataObject) -> None:
    texts = {
        "urlhaus": URLHAUS,
        "threatfox": THREATFOX,
        "phishtank": PHISHTANK,
        "drop": samples.DROP_JSON,
        "adblock": "||a.example^$all\n",
        "hosts": "0.0.0.0 a.example\n",
        "stix": json.dumps({"objects": [indicator("[url:value = 'https://a.example/']")]}),
        "misp": json.dumps(MISP),
    }
    text = texts[form].encode()
    place = data.draw(st.integers(0, len(text)))
    end = place + data.draw(st.integers(0, 20))
    with contextlib.suppress(Rejected):
        read(form, text[:place] + data.draw(st.binary(max_size=10)) + text[end:])
