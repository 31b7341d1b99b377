"""Names that pretend to be others, and their twins: names that only resemble them."""

from __future__ import annotations

import pytest

from app.engine.links.canonical import canonical
from app.engine.links.imitated import Brand
from app.engine.links.judge import LinkContext, judge_link
from app.engine.model import Link, Verdict

OWN = LinkContext(brands=(Brand("Nordwind Reisen", ("nordwind-reisen.example", "nordwind.travel"), ("nordwind",)),))


def ids(url: str, context: LinkContext = OWN) -> set[str]:
    return {finding.id for finding in judge_link(Link(url, canonical(url)), (), context).findings}


@pytest.mark.parametrize(
    ("url", "sign"),
    [
        ("https://раураl.com/signin", "link.lookalike_letters"),
        ("https://xn--80ak6aa92e.com/", "link.lookalike_letters"),
        ("https://fäcebook.com/", "link.lookalike_letters"),
        ("https://micr0soft.example/", "link.lookalike_letters"),
        ("https://arnazon.example/", "link.lookalike_letters"),
        ("https://paypa1-secure.example/", "link.lookalike_letters"),
        ("https://paypai-konto.example/", "link.lookalike_spelling"),
        ("https://steamcommmunity.example/", "link.lookalike_spelling"),
        ("https://docusing.example/", "link.lookalike_spelling"),
        ("https://paypal-login.example/", "link.lookalike_words"),
        ("https://secure-dhl-parcel.example/", "link.lookalike_words"),
        ("https://mypaypallogin.example/", "link.lookalike_words"),
        ("https://facebookservice-help.example/", "link.lookalike_words"),
        ("https://mirror-googlepages.example/", "link.lookalike_words"),
        ("https://paypal.support/", "link.lookalike_ending"),
        ("https://paypal.com.evil.example/", "link.lookalike_front"),
        ("https://amazon.co.uk.evil.example/", "link.lookalike_front"),
        ("https://ios.com.evil.example/", "link.domain_inside"),
        ("https://ezpass.com-pay.example/", "link.lookalike_front"),
        ("https://office365.internal-alerts.example/", "link.lookalike_part"),
        ("https://netflix.evil.example/", "link.lookalike_part"),
        ("https://netflix-clone.web.app/", "link.lookalike_words"),
        ("https://anybody.github.io/netflix/", "link.named_in_path"),
        ("https://evil.example/paypal/login.php", "link.named_in_path"),
        ("https://shop.example/out?u=https://paypal.com.evil.example/", "link.lookalike_front"),
    ],
)
def test_an_imitated_name_is_told(url: str, sign: str) -> None:
    assert sign in ids(url)


@pytest.mark.parametrize(
    ("url", "sign"),
    [
        ("https://nordvvind.example/", "link.lookalike_letters"),
        ("https://nordwnd-kundenservice.example/", "link.lookalike_spelling"),
        ("https://nordwind-login.example/", "link.lookalike_words"),
        ("https://nordwind.support/", "link.lookalike_ending"),
        ("https://nordwind.travel.evil.example/", "link.lookalike_front"),
    ],
)
def test_the_names_of_the_tenant_are_guarded_like_the_well_known_ones(url: str, sign: str) -> None:
    assert sign in ids(url)
    assert sign not in ids(url, LinkContext())


@pytest.mark.parametrize(
    "url",
    [
        "https://www.paypal.com/signin",
        "https://login.microsoftonline.com/common/oauth2",
        "https://contoso.sharepoint.com/sites/a",
        "https://amazon.de/",
        "https://www.dhl.de/de/privatkunden.html",
        "https://nordwind-reisen.example/login",
        "https://pineapple.example/",
        "https://applebees.com/menu",
        "https://chaser.example/",
        "https://upstream.example/",
        "https://stripes.example/",
        "https://www.finance.example/",
        "https://capital.example/",
        "https://müller.example/",
        "https://почта.рф/",
        "https://日本語.jp/",
        "https://shop.example/blog/paypal-is-now-accepted",
        "https://google-auth.readthedocs.io/en/latest/",
        "https://ups.com/track",
        "https://kraken.tech/",
        "https://industrial-revolution.example/",
        "https://capitalize.example/",
        "https://sharepoint.company.example/sites/a",
        "https://outlook.company.example/owa/",
        "https://paypal-corp.example/",
        "https://big-apple-tours.example/",
        "https://www.sparkasse-koelnbonn.de/",
        "https://shop.example/login?return=https://www.paypal.com/checkout",
    ],
)
def test_names_that_are_no_imitation_stay_clean(url: str) -> None:
    assert ids(url) == set()


def test_an_own_domain_is_never_called_an_imitation() -> None:
    url = "https://paypal-shop.example/login"
    assert ids(url)
    assert ids(url, LinkContext(own_domains=frozenset({"paypal-shop.example"}))) == set()


def test_own_domains_alone_are_guarded_too() -> None:
    context = LinkContext(own_domains=frozenset({"nordwind.example"}))
    assert "link.lookalike_spelling" in ids("https://nordwimd.example/", context)


def test_sure_imitations_are_suspicious_and_a_name_alone_is_not() -> None:
    sure = judge_link(Link("x", "https://paypal.com.evil.example/"))
    weak = judge_link(Link("x", "https://paypal-friends.example/"))
    assert sure.verdict is Verdict.SUSPICIOUS
    assert weak.findings
    assert weak.verdict is Verdict.CLEAN


@pytest.mark.parametrize(
    "url",
    [
        "https://support.shop.example/",
        "https://helpdesk-support.example/",
        "https://web-design.example/",
        "https://gmail.example/",
        "https://nordwind.atlassian.net/",
        "https://nordwind-group.example/",
        "https://nordwind.de/",
    ],
)
def test_the_tenants_name_sets_off_no_alarm_where_it_is_ordinary(url: str) -> None:
    context = LinkContext(
        brands=(
            Brand("support", ("zendesk.com",), ("support",)),
            Brand("nordwind", ("nordwind.travel",), ("nordwind",)),
        ),
        own_domains=frozenset({"web.de", "gmail.com"}),
    )
    assert ids(url, context) == set()


def test_a_name_of_several_words_is_guarded_with_and_without_its_dashes() -> None:
    context = LinkContext(own_domains=frozenset({"nordwind-reisen.example"}))
    for url in (
        "https://nordwind-reisen-login.com/",
        "https://nordwindreisen-login.com/",
        "https://pay-pal-login.com/",
    ):
        assert "link.lookalike_words" in ids(url, context)
