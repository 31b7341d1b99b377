from __future__ import annotations

import pytest

from app.engine.links.judged import judged, known_of, with_links_judged
from app.engine.links.reputation import NOTHING_KNOWN, Hit, KnownHits
from app.engine.model import Confidence, Finding, Link, Report, Severity, Verdict
from app.engine.policy import Policy

BAD, FINE = "https://bad.example.com/login", "https://fine.example.com/help"
LISTED = KnownHits(
    {
        "bad.example.com/login": [Hit("a feed", "phishing", 100, "bad.example.com/login")],
        "192.0.2.7": [Hit("networks", "malware", 60, "192.0.2.0/24")],
    }
)


def report(*urls: str, findings: tuple[Finding, ...] = (), verdict: Verdict = Verdict.CLEAN) -> Report:
    links = tuple(Link(url, url, "letter.pdf") for url in urls)
    return Report("0" * 64, 1, "application/pdf", verdict, findings, links)


@pytest.mark.parametrize(
    "link",
    [
        Link("w", FINE, wrapped=BAD, via=("gateway",)),
        Link("n", f"{FINE}?next={BAD}"),
        Link("n", FINE, wrapped=f"https://gateway.example.com/?u={BAD}", via=("gateway",)),
    ],
)
def test_a_link_is_known_by_its_wrapper_and_by_what_stands_inside_too(link: Link) -> None:
    (found,) = judged([link], LISTED)
    assert (found.verdict, found.reasons) == (Verdict.MALICIOUS, ("Listed by a feed as phishing",))


def test_an_address_that_stands_in_two_places_of_a_link_is_told_once() -> None:
    (found,) = judged([Link("n", BAD, wrapped=f"https://gateway.example.com/?u={BAD}")], LISTED)
    assert found.reasons == ("Listed by a feed as phishing",)


def test_links_keep_their_order_and_get_verdict_and_reasons() -> None:
    found = judged([Link(FINE, FINE), Link(BAD, BAD)], LISTED)
    assert [(link.url, link.verdict) for link in found] == [(FINE, Verdict.CLEAN), (BAD, Verdict.MALICIOUS)]
    assert (found[0].reasons, found[1].reasons) == ((), ("Listed by a feed as phishing",))


@pytest.mark.parametrize("url", ["http://192.0.2.7/", "http://192.0.2.7:8080/a?b"])
def test_an_address_by_number_is_looked_up_in_its_network(url: str) -> None:
    assert [hit.feed for hit in known_of([url], LISTED)[0]] == ["networks"]


@pytest.mark.parametrize("url", ["http://192.0.2.7.example.com/", "http://[2001:db8::1]/", "http://7.example.com/"])
def test_a_name_that_looks_like_one_is_not(url: str) -> None:
    assert known_of([url], LISTED) == [[]]


def test_without_feeds_nothing_is_looked_up() -> None:
    assert known_of([BAD, FINE], NOTHING_KNOWN) == [[], []]


def test_a_malicious_link_makes_a_file_suspicious_and_no_more() -> None:
    found = with_links_judged(report(FINE, *[BAD] * 50), Policy(), LISTED)
    assert (found.verdict, found.urls[1].verdict) == (Verdict.SUSPICIOUS, Verdict.MALICIOUS)


def test_a_harmless_link_leaves_the_file_clean() -> None:
    assert with_links_judged(report(FINE), Policy(), LISTED).verdict is Verdict.CLEAN


def test_what_the_file_was_besides_stays() -> None:
    locked = Finding("archive.encrypted", Severity.UNKNOWN, "letter.pdf", "Locked", confidence=Confidence.HIGH)
    found = with_links_judged(report(FINE, findings=(locked,), verdict=Verdict.UNKNOWN), Policy(), LISTED)
    assert (found.verdict, found.findings) == (Verdict.UNKNOWN, (locked,))


def test_a_file_without_links_is_left_as_it_is() -> None:
    before = report()
    assert with_links_judged(before, Policy(), LISTED) is before


def test_a_file_bears_the_findings_of_its_bad_links_but_is_suspicious_at_most() -> None:
    judged_report = with_links_judged(report(BAD, FINE), Policy(), LISTED)

    [finding] = [finding for finding in judged_report.findings if finding.id == "link.listed"]
    assert (finding.where, finding.severity) == ("letter.pdf", Severity.SUSPICIOUS)
    assert (judged_report.verdict, judged_report.urls[0].verdict) == (Verdict.SUSPICIOUS, Verdict.MALICIOUS)
