from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs

import pytest
from pytest_httpserver import HTTPServer

from app.adapters.providers.http import Door
from app.adapters.providers.model import Access, NoOpinion
from app.adapters.providers.web_risk import WebRisk
from tests.builders import NOON, Clock

BY_HASH = Access("secret-key", 2.0)
BY_URL = Access("secret-key", 2.0, {"send_urls": True})
BAD = "http://bad.example/"
DIGEST = base64.b64encode(hashlib.sha256(b"bad.example/").digest()).decode()


def ask(httpserver: HTTPServer, door: Door, document: Any, access: Access = BY_HASH) -> tuple[list[str], float]:
    method = "uris" if access is BY_URL else "hashes"
    httpserver.expect_request(f"/v1/{method}:search").respond_with_json(document)
    provider = WebRisk(door, Clock())
    answers = provider.ask(provider.questions(BAD, access), access)
    hits = provider.hits(BAD, [listing for each in answers for listing in each.listings])
    return [f"{hit.category} {hit.weight} {hit.expression}" for hit in hits], answers[0].seconds


def threat(*names: str) -> dict[str, Any]:
    return {"threatTypes": list(names), "hash": DIGEST, "expireTime": "2026-11-21T12:05:00.123456789Z"}


def test_a_listed_hash_is_a_hit_for_as_long_as_it_says(httpserver: HTTPServer, door: Door) -> None:
    assert NOON == 1_795_262_400.0
    assert ask(httpserver, door, {"threats": [threat("MALWARE")]}) == (["malware 100 bad.example/"], 300.0)


def test_the_extended_list_is_believed_less(httpserver: HTTPServer, door: Door) -> None:
    hits, _ = ask(httpserver, door, {"threats": [threat("SOCIAL_ENGINEERING_EXTENDED_COVERAGE")]})
    assert hits == ["phishing 60 bad.example/"]


def test_what_is_not_listed_is_kept_until_the_time_it_names(httpserver: HTTPServer, door: Door) -> None:
    assert ask(httpserver, door, {"negativeExpireTime": "2026-11-21T12:10:00Z"}) == ([], 600.0)


def test_a_time_that_has_passed_keeps_an_answer_for_a_minute(httpserver: HTTPServer, door: Door) -> None:
    assert ask(httpserver, door, {"negativeExpireTime": "2020-01-01T00:00:00Z"}) == ([], 60.0)


def test_only_prefixes_leave_the_house_unless_addresses_are_allowed(httpserver: HTTPServer, door: Door) -> None:
    ask(httpserver, door, {})
    sent = parse_qs(httpserver.log[0][0].query_string.decode())
    assert len(base64.urlsafe_b64decode(sent["hashPrefix"][0])) == 4
    assert all("bad.example" not in request.url for request, _ in httpserver.log)


def test_addresses_are_asked_where_that_is_allowed(httpserver: HTTPServer, door: Door) -> None:
    found, _ = ask(httpserver, door, {"threat": {"threatTypes": ["MALWARE"]}}, BY_URL)
    assert found == ["malware 100 bad.example/"]
    assert parse_qs(httpserver.log[0][0].query_string.decode())["uri"] == [BAD]


def test_an_address_that_is_not_listed_is_no_hit(httpserver: HTTPServer, door: Door) -> None:
    assert ask(httpserver, door, {}, BY_URL)[0] == []


@pytest.mark.parametrize(
    "document",
    [[], "x", {"threats": {}}, {"threats": [5]}, {"threats": [{"hash": "!", "threatTypes": []}]}, {"threats": [{}]},
     {"negativeExpireTime": "soon"}],
)  # fmt: skip
def test_an_answer_that_is_none_is_no_opinion(httpserver: HTTPServer, door: Door, document: Any) -> None:
    with pytest.raises(NoOpinion):
        ask(httpserver, door, document)
