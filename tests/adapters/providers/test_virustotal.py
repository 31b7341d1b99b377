from __future__ import annotations

from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from app.adapters.providers.http import Door
from app.adapters.providers.model import Access, Answer, NoOpinion
from app.adapters.providers.virustotal import VirusTotal

LOOKUP = Access("secret-key", 2.0)
SUBMIT = Access("secret-key", 2.0, {"submit": True})
BAD = "http://bad.example/?a=b"
PATH = "/api/v3/urls/aHR0cDovL2JhZC5leGFtcGxlLz9hPWI"


def report(malicious: int, *results: str) -> dict[str, Any]:
    engines = {f"engine {number}": {"result": result} for number, result in enumerate(results)}
    stats = {"malicious": malicious, "suspicious": 9, "harmless": 60, "undetected": 10, "timeout": 0}
    return {"data": {"attributes": {"last_analysis_stats": stats, "last_analysis_results": engines}}}


def ask(door: Door, access: Access = LOOKUP) -> Answer:
    provider = VirusTotal(door)
    [answer] = provider.ask(provider.questions(BAD, access), access)
    return answer


def test_the_report_is_looked_up_by_the_address_in_base64(httpserver: HTTPServer, door: Door) -> None:
    httpserver.expect_request(PATH, headers={"x-apikey": "secret-key"}).respond_with_json(report(7, "phishing"))
    [hit] = VirusTotal(door).hits(BAD, ask(door).listings)
    assert (hit.feed, hit.category, hit.weight, hit.expression) == ("VirusTotal", "phishing", 85, "bad.example/?a=b")


@pytest.mark.parametrize(("engines", "weight"), [(12, 100), (5, 85), (3, 60), (2, 40)])
def test_more_engines_weigh_more(httpserver: HTTPServer, door: Door, engines: int, weight: int) -> None:
    httpserver.expect_request(PATH).respond_with_json(report(engines, "malware", "malware", "phishing"))
    assert [(each.category, each.weight) for each in ask(door).listings] == [("malware", weight)]


@pytest.mark.parametrize("engines", [0, 1])
def test_one_engine_alone_is_not_believed(httpserver: HTTPServer, door: Door, engines: int) -> None:
    httpserver.expect_request(PATH).respond_with_json(report(engines))
    assert ask(door).listings == ()


def test_an_unknown_address_is_only_looked_up(httpserver: HTTPServer, door: Door) -> None:
    httpserver.expect_request(PATH).respond_with_json({"error": {"code": "NotFoundError"}}, status=404)
    assert ask(door).listings == ()
    assert [request.method for request, _ in httpserver.log] == ["GET"]


def test_an_unknown_address_is_handed_in_where_that_is_allowed(httpserver: HTTPServer, door: Door) -> None:
    httpserver.expect_request(PATH).respond_with_json({}, status=404)
    httpserver.expect_request(
        "/api/v3/urls", method="POST", data="url=http%3A%2F%2Fbad.example%2F%3Fa%3Db"
    ).respond_with_json({})
    assert ask(door, SUBMIT).listings == ()
    assert [request.method for request, _ in httpserver.log] == ["GET", "POST"]


@pytest.mark.parametrize(
    ("status", "code", "pause"),
    [(429, "limit", 60.0), (401, "refused", 3_600.0), (403, "refused", 3_600.0), (503, "failed", 30.0)],
)
def test_a_refusal_is_no_opinion_and_a_pause(
    httpserver: HTTPServer, door: Door, status: int, code: str, pause: float
) -> None:
    httpserver.expect_request(PATH).respond_with_json({"error": {}}, status=status)
    with pytest.raises(NoOpinion) as refusal:
        ask(door)
    assert (refusal.value.code, refusal.value.pause) == (code, pause)
    assert "secret-key" not in refusal.value.words


def test_a_pause_lasts_as_long_as_the_answer_says(httpserver: HTTPServer, door: Door) -> None:
    httpserver.expect_request(PATH).respond_with_data("", status=429, headers={"Retry-After": "7"})
    with pytest.raises(NoOpinion) as refusal:
        ask(door)
    assert refusal.value.pause == 7.0


@pytest.mark.parametrize(
    "document", [[], {}, {"data": 1}, {"data": {"attributes": {"last_analysis_stats": {"malicious": "many"}}}}]
)
def test_an_answer_that_is_none_is_no_opinion(httpserver: HTTPServer, door: Door, document: Any) -> None:
    httpserver.expect_request(PATH).respond_with_json(document)
    with pytest.raises(NoOpinion):
        ask(door)
