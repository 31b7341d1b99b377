"""What the console shows of a link: readable at a glance, and never anything to click on."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from app.access.roles import Role
from tests.builders import a_finding, a_scan


@pytest.fixture
def analyst(site):
    browser = site.app.test_client()
    browser.get(f"/sign-in/{site.services.access.create_sign_in_code(Role.ANALYST)}")
    return browser


def page(answer):
    return LexborHTMLParser(answer.text)


def text(document):
    return " ".join(document.css_first("main").text().split())


def a_link(database, url, *, name=None, findings=(), **seen):
    link = {"raw": name or url, "url": url, "where": "", "verdict": "suspicious", "reasons": [], **seen}
    return a_scan(
        database, kind="url", name=name or url, url=url, urls=[link], verdict="suspicious", findings=list(findings)
    )


def test_a_link_shows_where_it_leads_what_was_around_it_and_what_readers_see(analyst, database):
    wrapper = "https://gateway.example/?u=evil.example"
    scan = a_link(database, "https://evil.example/login", name=wrapper, text="Your bank.com", via=["Some Gateway"])
    found = page(analyst.get(f"/scans/{scan}"))
    assert found.css_first("h1").text() == "hxxps://evil[.]example/login"
    card = " ".join(found.css_first(".card-link").text(separator=" ").split())
    assert "Written as hxxps://gateway[.]example/?u=evil[.]example" in card
    assert "Wrapped by Some Gateway Readers see “Your bank[.]com” Found in a comment of ticket #" in card
    assert "evil[.]example/login" in text(page(analyst.get("/scans")))


def test_an_address_as_long_as_a_page_is_folded(analyst, database):
    scan = a_link(database, f"https://evil.example/{'a' * 1500}")
    found = page(analyst.get(f"/scans/{scan}"))
    assert len(found.css_first("h1").text()) <= 120
    assert "Show all" in found.css_first(".whole summary").text()


def test_the_surest_of_equally_severe_findings_comes_first(analyst, database):
    weak, sure = (
        {**a_finding(id=f"link.{title}", severity="suspicious", title=title), "confidence": how}
        for title, how in (("Weak", "low"), ("Sure", "high"))
    )
    scan = a_link(database, "https://evil.example/", findings=[weak, sure])
    found = page(analyst.get(f"/scans/{scan}"))
    assert [each.text() for each in found.css(".finding h3")] == ["Sure", "Weak"]


def test_a_weak_sign_on_a_clean_link_does_not_read_like_an_accusation(analyst, database):
    finding = {**a_finding(id="link.port", severity="suspicious", title="Unusual port"), "confidence": "low"}
    scan = a_scan(database, kind="url", name="https://a.example:81/", verdict="clean", findings=[finding])
    for path in ("/scans", f"/scans/{scan}"):
        assert "A weak sign only: Unusual port" in text(page(analyst.get(path)))
