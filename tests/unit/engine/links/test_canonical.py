from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.engine.links.canonical import canonical, host_of
from app.engine.links.defang import defang
from tests.fuzz import fuzzed


#: The cases that Google publishes for Safe Browsing (v4, "URLs and Hashing"), as far as they concern text; the port
#: stays here, and characters beyond ASCII are read as UTF-8.
@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://host/%25%32%35", "http://host/%25"),
        ("http://host/%25%32%35%25%32%35", "http://host/%25%25"),
        ("http://host/%2525252525252525", "http://host/%25"),
        ("http://host/asdf%25%32%35asd", "http://host/asdf%25asd"),
        ("http://host/%%%25%32%35asd%%", "http://host/%25%25%25asd%25%25"),
        ("http://www.google.com/", "http://www.google.com/"),
        ("http://%31%36%38%2e%31%38%38%2e%39%39%2e%32%36/%2E%73%65/", "http://168.188.99.26/.se/"),
        ("http://195.127.0.11/uploads/%20%20/.verify/.eBay=x/", "http://195.127.0.11/uploads/%20%20/.verify/.eBay=x/"),
        ("http://host%23.com/%257Ea%2521b%2540c%2523d", "http://host%23.com/~a!b@c%23d"),
        ("http://3279880203/blah", "http://195.127.0.11/blah"),
        ("http://www.google.com/blah/..", "http://www.google.com/"),
        ("www.google.com/", "http://www.google.com/"),
        ("www.google.com", "http://www.google.com/"),
        ("http://www.evil.com/blah#frag", "http://www.evil.com/blah"),
        ("http://www.GOOgle.com/", "http://www.google.com/"),
        ("http://www.google.com.../", "http://www.google.com/"),
        ("http://www.google.com/foo\tbar\rbaz\n2", "http://www.google.com/foobarbaz2"),
        ("http://www.google.com/q?", "http://www.google.com/q?"),
        ("http://www.google.com/q?r?s", "http://www.google.com/q?r?s"),
        ("http://evil.com/foo#bar#baz", "http://evil.com/foo"),
        ("http://evil.com/foo;", "http://evil.com/foo;"),
        ("http://notrailingslash.com", "http://notrailingslash.com/"),
        ("  http://www.google.com/  ", "http://www.google.com/"),
        ("http:// leadingspace.com/", "http://%20leadingspace.com/"),
        ("%20leadingspace.com/", "http://%20leadingspace.com/"),
        ("https://www.securesite.com/", "https://www.securesite.com/"),
        ("http://host.com/ab%23cd", "http://host.com/ab%23cd"),
        ("http://host.com//twoslashes?more//slashes", "http://host.com/twoslashes?more//slashes"),
    ],
)
def test_the_published_cases_hold(url: str, expected: str) -> None:
    assert canonical(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://site.example:443/", "https://site.example/"),
        ("http://site.example:443/", "http://site.example:443/"),
        ("https://site.example:/", "https://site.example/"),
        ("https://user:secret@site.example/", "https://site.example/"),
        ("https://good.example@evil.example/", "https://evil.example/"),
        ("https:\\\\site.example\\a", "https://site.example/a"),
        ("https:/site.example/a", "https://site.example/a"),
        ("http://münchen.example/ü", "http://xn--mnchen-3ya.example/%C3%BC"),
        ("http://site。example/", "http://site.example/"),
        ("http://😀.example/", "http://xn--e28h.example/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://[2001:0db8:0000::1]/", "http://[2001:db8::1]/"),
        ("http://[::ffff:1.2.3.4]/", "http://1.2.3.4/"),
        ("http://[64:ff9b::1.2.3.4]/", "http://1.2.3.4/"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
        ("http://site.example/a/./b/../c/", "http://site.example/a/c/"),
        ("http://site.example/../../a", "http://site.example/a"),
        ("site.example:8080/x", "http://site.example:8080/x"),
    ],
)
def test_every_spelling_of_an_address_has_one_form(url: str, expected: str) -> None:
    assert canonical(url) == expected


@pytest.mark.parametrize(
    "url",
    ["", "javascript:alert(1)", "mailto:a@site.example", "ftp://site.example/", "http://", "http://.../", "word",
     "http://site.example:99999/", "http://site.example:x/", "http://[::g]/", "https://" + "a" * 9_000],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        canonical(url)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://SITE.example:8443/a", "site.example"),
        ("http://[::1]:80/", "[::1]"),
        ("http://user@münchen.example/", "xn--mnchen-3ya.example"),
    ],
)
def test_the_host_stands_alone(url: str, host: str) -> None:
    assert host_of(url) == host


@fuzzed(300)
@given(st.text(alphabet="htps:/.\\@?#%25[]0x1a-ü。 \t", max_size=40).map(lambda rest: "http://" + rest))
def test_the_canonical_form_is_stable(url: str) -> None:
    try:
        once = canonical(url)
    except ValueError:
        return
    assert canonical(once) == once


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://bad.example/a.exe", "hxxps://bad[.]example/a[.]exe"),
        ("HTTP://bad.example/", "hxxp://bad[.]example/"),
        ("http://user@bad.example/", "hxxp://user[@]bad[.]example/"),
        ("https://bad.example/?u=https://b.example", "hxxps://bad[.]example/?u=hxxps[:]//b[.]example"),
        ("www.bad.example", "www[.]bad[.]example"),
        ("javascript:alert(1)", "javascript[:]alert(1)"),
        ("hxxps://bad[.]example/", "hxxps://bad[.]example/"),
        ("https://bad.example/\u202e", "hxxps://bad[.]example/\\u{202e}"),
        ("https://bad.example/\nhttps://b.example", "hxxps://bad[.]example/\\u{a}hxxps[:]//b[.]example"),
    ],
)
def test_a_defanged_address_can_be_read_and_not_followed(url: str, shown: str) -> None:
    assert defang(url) == shown


@fuzzed(300)
@given(st.text(alphabet="htpsHTTP:/.w@a[]\n ", max_size=60))
def test_nothing_defanged_is_an_address(text: str) -> None:
    shown = defang(text).replace("[.]", "").replace("[@]", "")

    assert "." not in shown and "@" not in shown and "http://" not in shown.lower() and "https://" not in shown.lower()
