"""What is thought of a link: by feeds, by what it shows, and by the place it leads to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.engine.links.canonical import canonical
from app.engine.links.judge import LinkContext, judge_link
from app.engine.links.reputation import Hit
from app.engine.links.unwrap import unwrap
from app.engine.model import Confidence, Link, Severity, Verdict

PLAIN = Link("https://shop.example/", "https://shop.example/", where="comment")
OPENPHISH = Hit("OpenPhish", "phishing", 70, "shop.example/")
URLHAUS = Hit("URLhaus", "malware", 70, "shop.example/")
OWN_FEED = Hit("Our list", "fraud", 100, "shop.example/")


def test_a_link_of_which_nothing_is_known_is_clean() -> None:
    assert judge_link(PLAIN).verdict is Verdict.CLEAN
    assert judge_link(PLAIN).findings == ()


def test_a_feed_of_full_weight_makes_a_link_malicious() -> None:
    opinion = judge_link(PLAIN, [OWN_FEED])
    assert opinion.verdict is Verdict.MALICIOUS
    assert [finding.id for finding in opinion.findings] == ["link.listed"]
    assert opinion.findings[0].title == "Listed by Our list as fraud"
    assert opinion.findings[0].where == "comment"


def test_one_feed_of_less_weight_makes_it_suspicious() -> None:
    assert judge_link(PLAIN, [OPENPHISH]).verdict is Verdict.SUSPICIOUS


def test_a_feed_that_is_hardly_believed_changes_nothing_by_itself() -> None:
    weak = judge_link(PLAIN, [replace(OPENPHISH, weight=10)])
    assert weak.verdict is Verdict.CLEAN
    assert weak.findings


def test_feeds_that_agree_make_it_malicious_together_with_what_is_seen() -> None:
    link = Link("https://paypal-login.example/", "https://paypal-login.example/")
    assert judge_link(link, [OPENPHISH]).verdict is Verdict.SUSPICIOUS
    assert judge_link(link, [OPENPHISH, URLHAUS]).verdict is Verdict.MALICIOUS


def test_several_hits_of_one_feed_are_one_opinion() -> None:
    hits = [replace(OPENPHISH, expression=f"shop.example/{path}") for path in ("", "a", "b", "c")]
    opinion = judge_link(PLAIN, hits)
    assert opinion.verdict is Verdict.SUSPICIOUS
    assert len(opinion.findings) == 1


def test_a_listing_tells_since_when_where_the_feed_says_so() -> None:
    (finding,) = judge_link(PLAIN, [replace(OWN_FEED, added_at=1_700_000_000.0)]).findings
    assert finding.evidence == "shop[.]example/ (since 2023-11-14)"


@pytest.mark.parametrize("never", [None, 0.0, -1.0, 1e300, float("inf"), float("nan")])
def test_a_listing_without_a_day_tells_none(never: float | None) -> None:
    (finding,) = judge_link(PLAIN, [replace(OWN_FEED, added_at=never)]).findings
    assert finding.evidence == "shop[.]example/"


@pytest.mark.parametrize("category", ["newly registered", "newly-observed", "new domains", "NRD", "young domain"])
def test_a_domain_that_is_only_young_is_a_weak_sign_however_far_the_list_is_believed(category: str) -> None:
    young = Hit("Registrations", category, 100, "shop.example/", added_at=1_700_000_000.0)
    opinion = judge_link(PLAIN, [young])
    assert opinion.verdict is Verdict.CLEAN
    assert [(each.id, each.confidence, each.title) for each in opinion.findings] == [
        ("link.young_domain", Confidence.LOW, "Registered a short while ago, says Registrations")
    ]
    asking = Link("https://secure-login-update.example/", "https://secure-login-update.example/")
    assert judge_link(asking).verdict is Verdict.CLEAN
    assert judge_link(asking, [young]).verdict is Verdict.SUSPICIOUS


def test_a_list_of_new_malware_is_no_list_of_young_domains() -> None:
    assert judge_link(PLAIN, [Hit("Our list", "new malware", 100, "shop.example/")]).verdict is Verdict.MALICIOUS


def test_signs_alone_never_make_a_link_malicious() -> None:
    url = "http://paypal.com.secure-login.evil.duckdns.org:9999/wp-includes/js/paypal/login.exe#a@b.example"
    opinion = judge_link(Link(url, canonical(url)))
    assert len(opinion.findings) >= 3
    assert opinion.verdict is Verdict.SUSPICIOUS


def test_evidence_is_never_clickable() -> None:
    url = "https://paypal.com.evil.example/login"
    for finding in judge_link(Link(url, url), [OPENPHISH, OWN_FEED]).findings:
        assert "https://" not in finding.evidence
        assert "evil.example" not in finding.evidence
        assert finding.technique == "T1566.002"
        assert not finding.title.endswith(".")


def test_the_place_comes_from_the_context_where_the_link_names_none() -> None:
    opinion = judge_link(replace(PLAIN, where=""), [OWN_FEED], LinkContext(where="subject"))
    assert opinion.findings[0].where == "subject"


def shown(text: str, url: str, context: LinkContext | None = None) -> Confidence | None:
    opinion = judge_link(Link(url, canonical(url), text=text), (), context or LinkContext())
    return next((each.confidence for each in opinion.findings if each.id == "link.other_than_shown"), None)


def test_a_list_of_others_has_no_own_link_taken_out() -> None:
    own = LinkContext(own_domains=frozenset({"shop.example"}))

    opinion = judge_link(PLAIN, [OWN_FEED], own)

    assert opinion.verdict is Verdict.SUSPICIOUS
    assert [finding.severity for finding in opinion.findings] == [Severity.SUSPICIOUS]


def test_a_text_that_shows_a_well_known_address_and_leads_elsewhere_is_a_sure_sign() -> None:
    assert shown("https://www.paypal.com/signin", "https://evil.example/") is Confidence.HIGH
    assert shown("www.paypal.com", "https://evil.example/") is Confidence.HIGH
    own = LinkContext(own_domains=frozenset({"nordwind.example"}))
    assert shown("https://nordwind.example/portal", "https://evil.com/", own) is Confidence.HIGH
    assert shown("https://bank.de/", "https://evil.com/") is Confidence.LOW
    assert shown("https://www.paypal.com/", "https://click.mailings-of-shops.com/?qs=1") is Confidence.LOW


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://www.paypal.com/signin", "https://www.paypal.com/webapps/hermes"),
        ("www.shop.de", "https://click.shop.de/?qs=123"),
        ("www.shop.de", "https://shop.us1.list-manage.com/track/click?u=1"),
        ("www.shop.de", "https://u123.ct.sendgrid.net/ls/click?upn=1"),
        ("www.shop.de", "https://www.shop.com/"),
        ("www.shop.de", "https://click.mailings-of-shops.com/?qs=1"),
        ("https://www.youtube.com/watch?v=1", "https://youtu.be/1"),
        ("Click here", "https://evil.com/"),
        ("PayPal.Me is great", "https://evil.com/"),
        ("report.pdf", "https://files.com/1"),
        ("jane@paypal.com", "https://evil.com/"),
        ("paypal", "https://evil.com/"),
        ("", "https://evil.com/"),
    ],
)
def test_texts_of_ordinary_mails_say_nothing(text: str, url: str) -> None:
    assert shown(text, url) is None


def test_a_text_is_held_against_the_target_behind_a_gateway() -> None:
    written = "https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fevil.com%2F&data=05"
    reached = unwrap(written)
    link = Link(written, reached.url, text="https://www.paypal.com/", wrapped=canonical(written), via=reached.via)
    assert "link.other_than_shown" in {finding.id for finding in judge_link(link).findings}


def test_shortened_addresses_and_redirects_of_well_known_sites_are_told() -> None:
    short = judge_link(Link("https://bit.ly/3abc", "https://bit.ly/3abc"))
    assert [(each.id, each.severity) for each in short.findings] == [("link.shortener", Severity.SUSPICIOUS)]
    assert short.verdict is Verdict.CLEAN
    written = "https://www.google.com/url?q=https%3A%2F%2Fevil.com%2F&sa=D"
    reached = unwrap(written)
    opinion = judge_link(Link(written, reached.url, wrapped=canonical(written), via=reached.via))
    assert [each.id for each in opinion.findings] == ["link.redirect"]
    copied = "https://www.google.com/url?q=https%3A%2F%2Fevil.com%2F&sa=D&source=calendar&usg=AOvVaw0"
    again = unwrap(copied)
    assert judge_link(Link(copied, again.url, wrapped=canonical(copied), via=again.via)).findings == ()
    company = judge_link(Link("https://hubs.ly/Q01", "https://hubs.ly/Q01"))
    assert [each.severity for each in company.findings] == [Severity.INFO]
    gateway = Link("x", "https://evil.com/", wrapped="https://slack-redir.net/", via=("Slack",))
    assert judge_link(gateway).findings == ()


def test_a_gateway_that_anybody_can_claim_to_be_is_judged_itself() -> None:
    written = "https://paypal.com.evil.com/fmlurlsvc/?fewReq=:B:JV&url=https%3a%2f%2fwww.google.com%2f"
    reached = unwrap(written)
    assert reached.url == "https://www.google.com/"
    link = Link(written, reached.url, wrapped=canonical(written), via=reached.via)
    assert [each.id for each in judge_link(link).findings] == ["link.lookalike_front"]


def test_whatever_is_no_web_address_is_judged_without_an_error() -> None:
    for url in (
        "",
        "javascript:alert(1)",
        "http://",
        "https://[::1",
        "http://..",
        "http://a",
        "mailto:a@b.example",
        "x" * 9_000,
    ):
        assert judge_link(Link(url, url)).verdict in (Verdict.CLEAN, Verdict.SUSPICIOUS)
