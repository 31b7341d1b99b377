"""What the URL standard's own test data says of web addresses (web-platform-tests, url/resources/urltestdata.json).

Scheme, host and port must be the standard's; path and query follow Safe Browsing, and userinfo and fragment are gone.
"""

from __future__ import annotations

import pytest

from app.engine.links.canonical import canonical

#: Input, and scheme, host and port of the standard's answer.
ORIGINS = [
    ("http://@www.example.com", "http://www.example.com"),
    ("http:a:b@www.example.com", "http://www.example.com"),
    ("http:/a:b@www.example.com", "http://www.example.com"),
    ("http://a:b@www.example.com", "http://www.example.com"),
    ("http://@pple.com", "http://pple.com"),
    ("http::b@www.example.com", "http://www.example.com"),
    ("http:/:b@www.example.com", "http://www.example.com"),
    ("http://:b@www.example.com", "http://www.example.com"),
    ("http:a:@www.example.com", "http://www.example.com"),
    ("http:/a:@www.example.com", "http://www.example.com"),
    ("http://a:@www.example.com", "http://www.example.com"),
    ("http://www.@pple.com", "http://pple.com"),
    ("http://:@www.example.com", "http://www.example.com"),
    ("http://ExAmPlE.CoM", "http://example.com"),
    ("http://GOO\u200b\u2060\ufeffgoo.com", "http://googoo.com"),
    ("\x00\x1b\x04\x12 http://example.com/\x1f \r ", "http://example.com"),
    ("http://www.foo。bar.com", "http://www.foo.bar.com"),
    ("https://x/\ufffd?\ufffd#\ufffd", "https://x"),
    ("http://Ｇｏ.com", "http://go.com"),
    ("http://你好你好", "http://xn--6qqa088eba"),
    ("https://faß.ExAmPlE/", "https://xn--fa-hia.example"),
    ("http://%30%78%63%30%2e%30%32%35%30.01", "http://192.168.0.1"),
    ("http://%30%78%63%30%2e%30%32%35%30.01%2e", "http://192.168.0.1"),
    ("http://０Ｘｃ０．０２５０．０１", "http://192.168.0.1"),
    ("http://foo:💩@example.com/bar", "http://example.com"),
    ("https://@test@test@example:800/", "https://example:800"),
    ("https://@@@example", "https://example"),
    ("http://host/?'", "http://host"),
    ("http://example\t.\norg", "http://example.org"),
    ("http:\\\\x:b\\c", None),
    ("http://f:/c", "http://f"),
    ("http://f:0/c", "http://f:0"),
    ("http://f:00000000000000/c", "http://f:0"),
    ("http://f:00000000000000000000080/c", "http://f"),
    ("http://f:b/c", None),
    ("http://f: /c", None),
    ("http://f:fifty-two/c", None),
    ("http://f:65536/c", None),
    ("http://f: 21 / b ? d # e ", None),
    ("http:/example.com/", "http://example.com"),
    ("http:example.com/", "http://example.com"),
    ("https:example.com/", "https://example.com"),
    ("http:\\\\foo.com\\", "http://foo.com"),
    ("http:\\\\a\\b:c\\d@foo.com\\", "http://a"),
    ("http:////////user:@server", "http://server"),
    ("http://[1::2]:3:4", None),
    ("http://2001::1", None),
    ("http://[::127.0.0.1]", "http://[::7f00:1]"),
    ("http://[0:0:0:0:0:0:13.1.68.3]", "http://[::d01:4403]"),
    ("http://[2001::1]", "http://[2001::1]"),
    ("http://[2001::1]:80", "http://[2001::1]"),
    ("http://[www.google.com]/", None),
    ("http://[google.com]", None),
    ("http://[::1.2.3.4x]", None),
    ("http://[::1.2.3.]", None),
    ("http://[::1.2.]", None),
    ("http://[::1.]", None),
    ("http://[]", None),
    ("http://[:]", None),
    ("http://192.168.0.257", None),
    ("http://%3g%78%63%30%2e%30%32%35%30%2E.01", None),
    ("http://256", "http://0.0.1.0"),
    ("http://0xffffffff", "http://255.255.255.255"),
    ("http://4294967296", None),
    ("http://0x100000000", None),
    ("http://256.256.256.256.256", None),
    ("http://1.2.3.08", None),
    ("http://1.2.3.09", None),
    ("http://foo.2.3.4", None),
    ("http://foo.0x4", None),
    ("http://09.2.3.4", None),
    ("http://0x.0x.0", "http://0.0.0.0"),
    ("http://1.2.3.4.", "http://1.2.3.4"),
    ("http://10000000000", None),
    ("http://a:b@/www.example.com", None),
    ("http:/:@/www.example.com", None),
    ("http://user@/www.example.com", None),
    ("http:@/www.example.com", None),
    ("http://@/www.example.com", None),
    ("http::@/www.example.com", None),
    ("http:@:www.example.com", None),
    ("http://@:www.example.com", None),
    ("http://%25", None),
]
#: Input and what the standard says, None where it refuses; and ours, with the reason.
DIFFERENT = {
    "http://example example.com": (None, "http://example%20example.com", "Safe Browsing escapes what is no host name"),
    "https://x x:12": (None, "https://x%20x:12", "Safe Browsing escapes what is no host name"),
    "http://hello%00": (None, "http://hello%00", "Safe Browsing escapes what is no host name"),
    "http://a.b.c.xn--pokxncvks": (None, "http://a.b.c.xn--pokxncvks", "punycode that stands there is not judged"),
    "http://../x": ("http://..", None, "Safe Browsing removes dots at both ends, and nothing is left"),
    "http://0..0x300/": (None, "http://0.0.3.0", "Safe Browsing makes one dot of several"),
    "http://www.foo..com": ("http://www.foo..com", "http://www.foo.com", "Safe Browsing makes one dot of several"),
    "http://[::ffff:1.2.3.4]": ("http://[::ffff:102:304]", "http://1.2.3.4", "Safe Browsing v5 shortens mapped hosts"),
}


def origin(url: str) -> str | None:
    try:
        scheme, _, rest = canonical(url).partition("://")
    except ValueError:
        return None
    return f"{scheme}://{rest.partition('/')[0]}"


@pytest.mark.parametrize(("url", "expected"), ORIGINS)
def test_hosts_are_read_as_the_url_standard_says(url: str, expected: str | None) -> None:
    assert origin(url) == expected


@pytest.mark.parametrize("url", DIFFERENT)
def test_where_we_differ_from_the_standard_there_is_a_reason(url: str) -> None:
    standard, ours, reason = DIFFERENT[url]

    assert origin(url) == ours and ours != standard and reason
