"""Expressions and canonical forms as Google publishes them for Safe Browsing (v4 and v5, "URLs and Hashing")."""

from __future__ import annotations

from hashlib import sha256

import pytest

from app.engine.links.canonical import canonical
from app.engine.links.expressions import expressions, safe_browsing

#: The published table of canonical forms, whole; one row has bytes that are no text.
TABLE = [
    ("http://host/%25%32%35", "http://host/%25"),
    ("http://host/%25%32%35%25%32%35", "http://host/%25%25"),
    ("http://host/%2525252525252525", "http://host/%25"),
    ("http://host/asdf%25%32%35asd", "http://host/asdf%25asd"),
    ("http://host/%%%25%32%35asd%%", "http://host/%25%25%25asd%25%25"),
    ("http://www.google.com/", "http://www.google.com/"),
    (
        "http://%31%36%38%2e%31%38%38%2e%39%39%2e%32%36/%2E%73%65%63%75%72%65/%77%77%77%2E%65%62%61%79%2E%63%6F%6D/",
        "http://168.188.99.26/.secure/www.ebay.com/",
    ),
    (
        "http://195.127.0.11/uploads/%20%20%20%20/.verify/.eBaysecure=updateuserdataxplimnbqmn-xplmvalidateinfoswqpcmlx=hgplmcx/",
        "http://195.127.0.11/uploads/%20%20%20%20/.verify/.eBaysecure=updateuserdataxplimnbqmn-xplmvalidateinfoswqpcmlx=hgplmcx/",
    ),
    (
        "http://host%23.com/%257Ea%2521b%2540c%2523d%2524e%25f%255E00%252611%252A22%252833%252944_55%252B",
        "http://host%23.com/~a!b@c%23d$e%25f^00&11*22(33)44_55+",
    ),
    ("http://3279880203/blah", "http://195.127.0.11/blah"),
    ("http://www.google.com/blah/..", "http://www.google.com/"),
    ("www.google.com/", "http://www.google.com/"),
    ("www.google.com", "http://www.google.com/"),
    ("http://www.evil.com/blah#frag", "http://www.evil.com/blah"),
    ("http://www.GOOgle.com/", "http://www.google.com/"),
    ("http://www.google.com.../", "http://www.google.com/"),
    ("http://www.google.com/foo\tbar\rbaz\n2", "http://www.google.com/foobarbaz2"),
    ("http://www.google.com/q?", "http://www.google.com/q?"),
    ("http://www.google.com/q?r?", "http://www.google.com/q?r?"),
    ("http://www.google.com/q?r?s", "http://www.google.com/q?r?s"),
    ("http://evil.com/foo#bar#baz", "http://evil.com/foo"),
    ("http://evil.com/foo;", "http://evil.com/foo;"),
    ("http://evil.com/foo?bar;", "http://evil.com/foo?bar;"),
    (b"http://\x01\x80.com/".decode("utf-8", "surrogateescape"), "http://%01%80.com/"),
    ("http://notrailingslash.com", "http://notrailingslash.com/"),
    ("http://www.gotaport.com:1234/", "http://www.gotaport.com/"),
    ("  http://www.google.com/  ", "http://www.google.com/"),
    ("http:// leadingspace.com/", "http://%20leadingspace.com/"),
    ("http://%20leadingspace.com/", "http://%20leadingspace.com/"),
    ("%20leadingspace.com/", "http://%20leadingspace.com/"),
    ("https://www.securesite.com/", "https://www.securesite.com/"),
    ("http://host.com/ab%23cd", "http://host.com/ab%23cd"),
    ("http://host.com//twoslashes?more//slashes", "http://host.com/twoslashes?more//slashes"),
    ("http://[2001:0db8:0000::1]/", "http://[2001:db8::1]/"),
    ("http://[::ffff:1.2.3.4]/", "http://1.2.3.4/"),
    ("http://[64:ff9b::1.2.3.4]/", "http://1.2.3.4/"),
]
EXPRESSIONS = {
    "http://a.b.c/1/2.html?param=1": (
        "a.b.c/1/2.html?param=1 a.b.c/1/2.html a.b.c/ a.b.c/1/ b.c/1/2.html?param=1 b.c/1/2.html b.c/ b.c/1/"
    ),
    "http://a.b.c/1/2/?param=1": "a.b.c/1/2/?param=1 a.b.c/1/2/ a.b.c/ a.b.c/1/ b.c/1/2/?param=1 b.c/1/2/ b.c/ b.c/1/",
    "http://1.2.3.4/1/2.html?param=1": "1.2.3.4/1/2.html?param=1 1.2.3.4/1/2.html 1.2.3.4/ 1.2.3.4/1/",
    "http://a.b.c/1/2/3/4/5/6/7.html?param=1": (
        "a.b.c/1/2/3/4/5/6/7.html?param=1 a.b.c/1/2/3/4/5/6/7.html a.b.c/ a.b.c/1/ a.b.c/1/2/ a.b.c/1/2/3/ "
        "b.c/1/2/3/4/5/6/7.html?param=1 b.c/1/2/3/4/5/6/7.html b.c/ b.c/1/ b.c/1/2/ b.c/1/2/3/"
    ),
    "http://a.b.c.d.e.f.g/1.html": (
        "a.b.c.d.e.f.g/1.html a.b.c.d.e.f.g/ c.d.e.f.g/1.html c.d.e.f.g/ d.e.f.g/1.html d.e.f.g/ e.f.g/1.html e.f.g/ "
        "f.g/1.html f.g/"
    ),
    "http://a.b/": "a.b/",
    "http://user@a.b:8080/x": "a.b/x a.b/",
    "http://[2001:db8::1]:80/x?y": "[2001:db8::1]/x?y [2001:db8::1]/x [2001:db8::1]/",
}


@pytest.mark.parametrize(("url", "expected"), TABLE)
def test_the_published_table_of_canonical_forms_is_ours(url: str, expected: str) -> None:
    assert safe_browsing(canonical(url)) == expected


def test_our_own_form_keeps_the_port() -> None:
    assert canonical("http://www.gotaport.com:1234/") == "http://www.gotaport.com:1234/"


@pytest.mark.parametrize("url", EXPRESSIONS)
def test_the_published_expressions_are_ours(url: str) -> None:
    assert " ".join(expressions(canonical(url))) == EXPRESSIONS[url]


def test_no_address_has_more_than_thirty_expressions() -> None:
    found = expressions(canonical("http://a.b.c.d.e.f.g.h/1/2/3/4/5/6/7?x"))

    assert len(found) == len(set(found)) == 30


def test_the_published_hash_of_an_expression_is_its_sha256() -> None:
    (expression,) = expressions(canonical("foo.com"))

    assert sha256(expression.encode()).hexdigest() == "af30010e4c011fc77e1ab03ef898ab2f8dec17c0bd178a875ad0cd9b7a6e5973"
