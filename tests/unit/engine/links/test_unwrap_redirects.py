"""Sites and mailing services that lead on, and addresses that stand inside others. The pairs are published ones: from
github.com/macieklamberski/urlpurify (its tests), and from the services' own documentation.
"""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.engine.links.canonical import canonical
from app.engine.links.unwrap import is_redirect, is_shortener, nested_targets, unwrap
from tests.fuzz import fuzzed

SITES = [
    (
        "https://www.google.com/url?q=https%3A%2F%2Fexample.com%2Fpost%3Futm_source%3Dnewsletter&sa=D&usg=AOvVaw0",
        "https://example.com/post?utm_source=newsletter",
    ),
    ("https://www.google.co.uk/url?sa=t&url=http%3A%2F%2Fexample.com%2F&usg=AFQj", "http://example.com/"),
    ("https://www.google.com/url?sa=t&q=some+words&url=https%3A%2F%2Fexample.com%2F", "https://example.com/"),
    ("https://www.google.com/amp/s/example.com/article", "https://example.com/article"),
    ("https://www.google.de/amp/example.com/article.php?id=5", "http://example.com/article.php?id=5"),
    (
        "https://www-bbc-com.cdn.ampproject.org/c/s/www.bbc.com/news/amp/business-48879976",
        "https://www.bbc.com/news/amp/business-48879976",
    ),
    ("https://www-example-com.translate.goog/a?_x_tr_sl=auto&_x_tr_tl=en", "https://www.example.com/a"),
    ("https://adclick.g.doubleclick.net/pcs/click?xai=AKA&adurl=https://example.com/a", "https://example.com/a"),
    ("https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.com%2Ffoo&h=abc", "https://example.com/foo"),
    ("https://www.facebook.com/flx/warn/?u=https%3A%2F%2Fexample.com%2F&h=AT0", "https://example.com/"),
    ("https://l.instagram.com/?u=https%3A%2F%2Fexample.com%2F&e=ATN", "https://example.com/"),
    (
        "https://www.linkedin.com/redir/redirect?url=https%3A%2F%2Fexample%2Ecom%2Fa&urlhash=abc",
        "https://example.com/a",
    ),
    ("https://www.linkedin.com/safety/go?url=https%3A%2F%2Fexample.com%2F&trk=x", "https://example.com/"),
    (
        "https://www.youtube.com/redirect?event=video&redir_token=Q&q=https%3A%2F%2Fexample.com%2F",
        "https://example.com/",
    ),
    ("https://www.bing.com/ck/a?!&&p=b5d3&u=a1aHR0cHM6Ly9leGFtcGxlLmNvbS9wYWdl&ntb=1", "https://example.com/page"),
    (
        "https://r.search.yahoo.com/_ylt=AAA/RV=2/RE=1/RO=10/RU=https%3A%2F%2Fexample.com%2Farticle/RK=2/RS=DDD-",
        "https://example.com/article",
    ),
    ("https://duckduckgo.com/l/?uddg=https%3A%2F%2Fexample.com%2F&rut=1", "https://example.com/"),
    ("https://steamcommunity.com/linkfilter/?u=https%3A%2F%2Fexample.com", "https://example.com/"),
    ("https://out.reddit.com/t3_1?url=https%3A%2F%2Fexample.com%2F&token=AQ&app_name=ios", "https://example.com/"),
    ("https://vk.com/away.php?to=https%3A%2F%2Fexample.com%2F&cc_key=", "https://example.com/"),
    ("https://href.li/?https://example.com/a?b=c", "https://example.com/a?b=c"),
    ("https://exit.sc/?url=https%3A%2F%2Fexample.com%2F", "https://example.com/"),
]
MAILING = [
    (
        "https://abcd1234.r.us-east-1.awstrack.me/L0/https:%2F%2Fwww.example.com%2Fnews/1/0100019819a7eb85-8577ee14-000000/c2lnbmF0dXJl_x-y=473",
        "https://www.example.com/news",
    ),
    ("https://click.pstmrk.it/3s/example.com%2Farticle/abc123/def456", "https://example.com/article"),
    (
        "https://mandrillapp.com/track/click/30295795/example.com?p=eyJzIjoiTGYyREg3SmljYjZYVDJxMGZfZ2tuWS1GNmxVIiwidiI6MSwicCI6IntcInVcIjozMDI5NTc5NSxcInZcIjoxLFwidXJsXCI6XCJodHRwczovL2V4YW1wbGUuY29tL1wiLFwiaWRcIjpcImNjNTgxZGNhMGJiMDRlZTBiYTNkOTkwYzg1OWJlMTE0XCIsXCJ1cmxfaWRzXCI6W1wiNWMzYTcyNjNkMDgzODdmNzMxOTE2NTRmNzI1ZTVjMGJjZDRlZjhjY1wiXX0ifQ",
        "https://example.com/",
    ),
    (
        "https://mailtrack.io/trace/link/5f1?url=https%3A%2F%2Fexample.com%2F&userId=1&signature=a",
        "https://example.com/",
    ),
]


@pytest.mark.parametrize(("written", "target"), SITES + MAILING)
def test_a_site_that_leads_on_gives_its_target(written: str, target: str) -> None:
    assert unwrap(written).url == target
    assert unwrap(canonical(written)).url == target


@pytest.mark.parametrize(
    "written",
    [
        "https://www.google.com/search?q=https%3A%2F%2Fexample.com%2F",
        "https://google.evil.example/url?q=https%3A%2F%2Fexample.com%2F",
        "https://www.google.com.evil.example/amp/s/example.com/",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://www.bing.com/ck/a?u=a1bm90LWEtdXJs",
        "https://shop.example/away?to=https%3A%2F%2Fexample.com%2F",
        "https://u1234.ct.sendgrid.net/ls/click?upn=u001.HIVfGxvP6wopKkylY",
        "https://company.us1.list-manage.com/track/click?u=1&id=2&e=3",
    ],
)
def test_other_pages_of_these_sites_stay_as_they_are(written: str) -> None:
    assert unwrap(written) == unwrap(canonical(written))
    assert unwrap(written).url == canonical(written)


def test_an_address_in_the_query_of_an_unknown_host_is_told_but_not_followed() -> None:
    written = "https://shop.example/out?x=1&redirect=https%3A%2F%2Fevil.example%2Flogin%3Fa%3D1&y=2"
    assert unwrap(written).url == canonical(written)
    assert nested_targets(written) == ("https://evil.example/login?a=1",)


@pytest.mark.parametrize(
    ("written", "targets"),
    [
        ("https://shop.example/r/https%3A%2F%2Fevil.example%2Fa", ("https://evil.example/a",)),
        ("https://shop.example/r/https:/evil.example/a", ("https://evil.example/a",)),
        ("https://shop.example/?u=aHR0cHM6Ly9ldmlsLmV4YW1wbGUvYQ", ("https://evil.example/a",)),
        ("https://shop.example/?next=https://shop.example/a", ()),
        ("https://shop.example/?next=/a", ()),
        ("https://protect-us.mimecast.com/s/abc123?domain=evil.example", ("http://evil.example/",)),
        ("https://shop.example/#https://evil.example/", ("https://evil.example/",)),
    ],
)
def test_addresses_inside_addresses_are_found(written: str, targets: tuple[str, ...]) -> None:
    assert nested_targets(written) == targets


def test_shorteners_are_known() -> None:
    assert is_shortener("https://bit.ly/3abc")
    assert is_shortener("https://www.tinyurl.com/3abc")
    assert is_shortener("https://aw24.short.gy/6Kwecu")
    assert not is_shortener("https://bit.ly.evil.example/3abc")
    assert not is_shortener("https://example.com/bit.ly")


def test_redirecting_sites_and_gateways_are_told_apart() -> None:
    assert is_redirect(unwrap(SITES[0][0]).via[0])
    assert not is_redirect("Microsoft Safe Links")


@pytest.mark.parametrize(
    "unit", ["https://", "%", "%25", "&url=", "/__", "*", "**A", "aHR0cHM6Ly", "___", "?", "@", "."]
)
def test_nasty_repetition_ends_soon_and_well(unit: str) -> None:
    for beginning in (
        "https://urldefense.com/v3/__http://",
        "https://l.facebook.com/l.php?u=http://a/?",
        "https://a.b/",
    ):
        text = beginning + unit * (2_000_000 // len(unit))
        assert unwrap(text).via == ()
        assert len(nested_targets(text)) <= 8


@fuzzed(60)
@given(
    st.sampled_from([written for written, _ in SITES + MAILING]),
    st.text(max_size=40),
    st.integers(0, 300),
    st.integers(0, 9),
)
def test_broken_wrappers_never_raise(written: str, noise: str, at: int, drop: int) -> None:
    broken = written[:at] + noise + written[at + drop :]
    assert isinstance(unwrap(broken).url, str)
    assert all(target.startswith("http") for target in nested_targets(broken))
