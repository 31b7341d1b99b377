from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs

import pytest
from hypothesis import given, strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from app.adapters.providers.http import Door
from app.adapters.providers.model import Access, NoOpinion
from app.adapters.providers.safe_browsing import SafeBrowsing
from app.adapters.providers.wire import fields
from tests.fuzz import fuzzed

ACCESS = Access("secret-key", 2.0)
BAD = "http://bad.example/login/"
DIGEST = hashlib.sha256(b"bad.example/login/").digest()


def varint(number: int) -> bytes:
    data = b""
    while number > 0x7F:
        data += bytes([number & 0x7F | 0x80])
        number >>= 7
    return data + bytes([number])


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def full_hash(digest: bytes, threat: int, *attributes: int) -> bytes:
    detail = field(1, threat) + (field(2, bytes(attributes)) if attributes else b"")
    return field(1, field(1, digest) + field(2, detail))


def answer(*entries: bytes, seconds: int = 300) -> Response:
    body = b"".join(entries) + field(2, field(1, seconds) + field(2, 5))
    return Response(body, content_type="application/x-protobuf")


def hits(httpserver: HTTPServer, door: Door, response: Response, url: str = BAD) -> list[tuple[str, str]]:
    httpserver.expect_request("/v5/hashes:search").respond_with_response(response)
    provider = SafeBrowsing(door)
    answers = provider.ask(provider.questions(url, ACCESS), ACCESS)
    listings = [listing for each in answers for listing in each.listings]
    return [(hit.category, hit.expression) for hit in provider.hits(url, listings)]


def test_only_four_bytes_of_each_hash_leave_the_house(httpserver: HTTPServer, door: Door) -> None:
    hits(httpserver, door, answer())
    request: Request = httpserver.log[0][0]
    sent = parse_qs(request.query_string.decode())["hashPrefixes"]
    assert {len(base64.b64decode(prefix)) for prefix in sent} == {4}
    assert base64.b64encode(DIGEST[:4]).decode() in sent
    assert "bad.example" not in request.url and "secret-key" not in request.url
    assert request.headers["X-Goog-Api-Key"] == "secret-key"


@pytest.mark.parametrize(
    ("threat", "category"), [(1, "malware"), (2, "phishing"), (3, "unwanted software"), (4, "unwanted software")]
)
def test_a_listed_address_is_a_hit(httpserver: HTTPServer, door: Door, threat: int, category: str) -> None:
    assert hits(httpserver, door, answer(full_hash(DIGEST, threat))) == [(category, "bad.example/login/")]


def test_a_listed_domain_is_a_hit_for_what_lies_below_it(httpserver: HTTPServer, door: Door) -> None:
    parent = hashlib.sha256(b"bad.example/").digest()
    found = hits(httpserver, door, answer(full_hash(parent, 2)), "http://www.bad.example/a/b.html?x=1")
    assert found == [("phishing", "bad.example/")]


def test_a_hash_that_only_shares_the_prefix_is_none(httpserver: HTTPServer, door: Door) -> None:
    other = DIGEST[:4] + bytes(28)
    assert hits(httpserver, door, answer(full_hash(other, 2))) == []


@pytest.mark.parametrize("attribute", [0, 1, 2, 77])
def test_entries_that_are_not_meant_for_links_are_none(httpserver: HTTPServer, door: Door, attribute: int) -> None:
    assert hits(httpserver, door, answer(full_hash(DIGEST, 2, attribute))) == []


def test_a_threat_of_tomorrow_is_left_out(httpserver: HTTPServer, door: Door) -> None:
    assert hits(httpserver, door, answer(full_hash(DIGEST, 77))) == []


def test_what_is_said_of_a_hash_besides_does_not_hide_what_counts(httpserver: HTTPServer, door: Door) -> None:
    details = [field(2, field(1, 2) + field(2, 77)), field(2, field(1, 1))]
    entry = field(1, field(1, DIGEST) + b"".join(details))
    assert hits(httpserver, door, answer(entry)) == [("malware", "bad.example/login/")]


def test_the_answer_is_kept_as_long_as_google_says(httpserver: HTTPServer, door: Door) -> None:
    httpserver.expect_request("/v5/hashes:search").respond_with_response(answer(seconds=593))
    provider = SafeBrowsing(door)
    assert {each.seconds for each in provider.ask(provider.questions(BAD, ACCESS), ACCESS)} == {593.0}


def test_no_answer_is_kept_for_more_than_a_day(httpserver: HTTPServer, door: Door) -> None:
    httpserver.expect_request("/v5/hashes:search").respond_with_response(answer(seconds=10**15))
    provider = SafeBrowsing(door)
    assert {each.seconds for each in provider.ask(provider.questions(BAD, ACCESS), ACCESS)} == {86_400.0}


def test_json_is_read_as_well(httpserver: HTTPServer, door: Door) -> None:
    entry = {
        "fullHash": base64.b64encode(DIGEST).decode(),
        "fullHashDetails": [
            {"threatType": "SOCIAL_ENGINEERING"}, {"threatType": "MALWARE", "attributes": ["CANARY"]},
        ],
    }  # fmt: skip
    httpserver.expect_request("/v5/hashes:search").respond_with_json({"fullHashes": [entry], "cacheDuration": "300.5s"})
    provider = SafeBrowsing(door)
    [found] = [each for each in provider.ask(provider.questions(BAD, ACCESS), ACCESS) if each.listings]
    assert [hit.category for hit in provider.hits(BAD, found.listings)] == ["phishing"]
    assert found.seconds == 300.5


@pytest.mark.parametrize("body", [b"\x0a\xff", b"<html>", b"\xff" * 40, b"{", b"[]", b"\x0a\x02\x08\x01"])
def test_an_answer_that_is_none_is_no_opinion(httpserver: HTTPServer, door: Door, body: bytes) -> None:
    with pytest.raises(NoOpinion) as refusal:
        hits(httpserver, door, Response(body))
    assert refusal.value.code == "unreadable"


@fuzzed(200)
@given(st.binary(max_size=200))
def test_reading_a_message_ends_whatever_it_holds(data: bytes) -> None:
    try:
        for _ in fields(data):
            pass
    except ValueError:
        pass
