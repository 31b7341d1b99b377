"""What linkify-it, the linkifier of many Markdown editors, takes for an address and what not.

Facts from its own test data (github.com/markdown-it/linkify-it, test/fixtures), as far as they concern web addresses.
"""

from __future__ import annotations

import pytest

from app.engine.links.extract import extract_links

#: Text and the address in it; one value where the whole text is the address.
LINKS = [
    ("My http://example.com site", "http://example.com"),
    ("My http://example.com/ site", "http://example.com/"),
    "http://example.com/foo_bar/",
    "http://user:pass@example.com:8080",
    "http://user@example.com",
    "http://user@example.com:8080",
    "http://user:pass@example.com",
    ("[https](https://www.ibm.com)[mailto](mailto:someone@ibm.com)", "https://www.ibm.com"),
    "http://example.com:8080",
    "http://example.com/?foo=bar",
    "http://example.com?foo=bar",
    "http://example.com/#foo=bar",
    "http://example.com#foo=bar",
    "http://a.in",
    "HTTP://GOOGLE.COM",
    "http://example.invalid",
    "http://inrgess2",
    "http://999",
    "http://host-name",
    (">>example.com", "example.com"),
    (">>http://example.com", "http://example.com"),
    "http://lyricstranslate.com/en/someone-you-നിന്നെ-പോലൊരാള്‍.html",
    ("http://localhost:8000?", "http://localhost:8000"),
    ("My ssl https://example.com site", "https://example.com"),
    ("My ssl //example.com site", "//example.com"),
    "192.168.1.1/abc",
    ("test.example@http://vk.com", "http://vk.com"),
    ("text:http://example.com/", "http://example.com/"),
    "google.com",
    ("google.com: // no port", "google.com"),
    "s.l.o.w.io",
    "a-b.com",
    ("GOOGLE.COM.", "GOOGLE.COM"),
    "google.xxx",
    ("(Scoped http://example.com/foo_bar)", "http://example.com/foo_bar"),
    "http://example.com/foo_bar_(wiki)",
    "http://foo.com/blah_blah_[other]",
    "http://foo.com/blah_blah_{I'm_king}",
    "http://foo.com/blah_blah_I'm_king",
    "http://www.kmart.com/bestway-10'-x-30inch-steel-pro-frame-pool/p-004W007538417001P",
    ("[Scoped like http://example.com/foo_bar]", "http://example.com/foo_bar"),
    ("{Scoped like http://example.com/foo_bar}", "http://example.com/foo_bar"),
    ('"Quoted like http://example.com/foo_bar"', "http://example.com/foo_bar"),
    ("'Quoted like http://example.com/foo_bar'", "http://example.com/foo_bar"),
    ("[example.com/foo_bar.jpg)]", "example.com/foo_bar.jpg"),
    ("http://example.com/foo_bar.jpg.", "http://example.com/foo_bar.jpg"),
    ("http://example.com/foo_bar/.", "http://example.com/foo_bar/"),
    ("http://example.com/foo_bar,", "http://example.com/foo_bar"),
    "https://github.com/markdown-it/linkify-it/compare/360b13a733f521a8d4903d3a5e1e46c357e9d3ce...f580766349525150a80a32987bb47c2d592efc33",
    ("http://example.com/foo_bar...", "http://example.com/foo_bar"),
    "http://172.26.142.48/viewerjs/#../0529/slides.pdf",
    ("http://example.com/foo_bar..", "http://example.com/foo_bar"),
    ("http://example.com/foo_bar?p=10.", "http://example.com/foo_bar?p=10"),
    "https://www.google.ru/maps/@59.9393895,30.3165389,15z?hl=ru",
    "https://www.google.com/maps/place/New+York,+NY,+USA/@40.702271,-73.9968471,11z/data=!4m2!3m1!1s0x89c24fa5d33f083b:0xc80b8f06e177fe62?hl=en",
    "https://www.google.com/analytics/web/?hl=ru&pli=1#report/visitors-overview/a26895874w20458057p96934174/",
    "http://business.timesonline.co.uk/article/0,,9065-2473189,00.html",
    ("http://example.com/123!", "http://example.com/123"),
    "http://example.com/foo--bar",
    "http://www.bloomberg.com/news/articles/2015-06-26/from-deutsche-bank-to-siemens-what-s-troubling-germany-inc-",
    ("http://example.com/foo-with-trailing-dash-dot-.", "http://example.com/foo-with-trailing-dash-dot-"),
    ("<http://domain.com>.", "http://domain.com"),
    ("<http://domain.com/foo>.", "http://domain.com/foo"),
    ("<domain.com>", "domain.com"),
    ("<domain.com>.", "domain.com"),
    ("<domain.com/foo>", "domain.com/foo"),
    "http://✪df.ws/123",
    "http://xn--df-oiy.ws/123",
    "a.ws",
    "example.com/䨹",
    "президент.рф",
    "http://www.bürgerentscheid-krankenhäuser.de",
    "http://www.xn--brgerentscheid-krankenhuser-xkc78d.de",
    "http://bündnis-für-krankenhäuser.de/wp-content/uploads/2011/11/cropped-logohp.jpg",
    "http://xn--4gbrim.xn----ymcbaaajlc6dj7bxne2c.xn--wgbh1c/",
    "http://example.com/render?target=summarize(deriviative(app.numUsers),%221min%22)&title=New_Users_Per_Minute",
    ("http://example.com/foo-(with-nested-(parens)).", "http://example.com/foo-(with-nested-(parens))"),
    ("http://example.com/(foo) (bar)", "http://example.com/(foo)"),
    ("｜www.google.com/www.google.com/foo｜bar", "www.google.com/www.google.com/foo"),
    ("｜http://google.com｜bar", "http://google.com"),
]
NOT_LINKS = [
    "example.invalid", "example.invalid/", "http://.example.com", "http://-example.com", "hppt://example.com",
    "example.coma", "-example.coma", "foo.123", "localhost", "localhost/", "_//example.com", "_example.com", "http://",
    "http://.", "http://..", "http://#", "http://##", "http://?", "http://??", "show image.jpg", "path:to:file.pm",
    "/path/to/file.pl", "1.2.3.4.5", "1.2.3", "1.2.3.400", "1000.2.3.4", "a1.2.3.4", "1.2.3.4a", "foo@bar",
    "user@domain.com", "<mailto:user@domain.com>", 'test."foo".bar@gmail.co.uk!', ">>name@example.com",
    "mailto:name@example.com", "foo+bar@gmail.com", "192.168.1.1@gmail.com", "(foobar email@example.com)",
    "｜test@google.com｜bar", "google.com:500000 // invalid port",
]  # fmt: skip
#: What linkify-it says and what we say, with the reason.
DIFFERENT = {
    "ftp://example.com": ("ftp://example.com", "", "only the web is judged"),
    "//localhost": ("//localhost", "", "without a scheme a real top-level domain is asked for"),
    "//test.123": ("//test.123", "", "without a scheme a real top-level domain is asked for"),
    "4.4.4.4": ("4.4.4.4", "", "an IP address alone is no link; with a path or a port it is"),
    'http://foo.com/blah_blah_"doublequoted"': (
        'http://foo.com/blah_blah_"doublequoted"',
        "http://foo.com/blah_blah",
        "a double quote ends every address, as in markup and in JSON",
    ),
    "http://foo.com/blah_blah_'singlequoted'": (
        "http://foo.com/blah_blah_'singlequoted'",
        "http://foo.com/blah_blah_'singlequoted",
        "quotes at the end belong to the sentence",
    ),
    "➡.ws/䨹": ("➡.ws/䨹", "", "a name without a scheme begins with a letter or a digit"),
    "http://a.b--c.de/": ("", "http://a.b--c.de/", "browsers follow it"),
    "_http://example.com": ("", "http://example.com", "underscores around an address are Markdown's italics"),
    "http://example.com_": ("", "http://example.com", "underscores around an address are Markdown's italics"),
}


def raw(text: str) -> str:
    return " ".join(link.raw for link in extract_links(text))


@pytest.mark.parametrize("case", LINKS)
def test_an_address_that_linkifiers_see_is_seen(case: str | tuple[str, str]) -> None:
    text, address = case if isinstance(case, tuple) else (case, case)

    assert raw(text) == address


@pytest.mark.parametrize("text", NOT_LINKS)
def test_what_linkifiers_pass_over_is_passed_over(text: str) -> None:
    assert raw(text) == ""


@pytest.mark.parametrize("text", DIFFERENT)
def test_where_we_differ_from_linkifiers_there_is_a_reason(text: str) -> None:
    theirs, ours, reason = DIFFERENT[text]

    assert raw(text) == ours != theirs and reason
