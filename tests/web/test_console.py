"""The console: signing in, forms that only our own pages can send, and pages that survive hostile content."""

from __future__ import annotations

import re

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from app.access.roles import Role
from app.findings.tables import audit
from tests.builders import a_connection, a_decision, a_finding, a_mail, a_notice, a_scan, an_action
from tests.web.site import Site

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}\u202egpj.exe\x1b[31m"


@pytest.fixture
def browser(site):
    return site.app.test_client()


def sign_in(site, browser, role=Role.ANALYST):
    assert browser.get(f"/sign-in/{site.services.access.create_sign_in_code(role)}").status_code == 303
    return browser


@pytest.fixture
def analyst(site, browser):
    return sign_in(site, browser)


def page(answer, status=200):
    assert answer.status_code == status
    return LexborHTMLParser(answer.text)


def form_key(browser, path="/scans"):
    return page(browser.get(path)).css_first("input[name=csrf]").attributes["value"]


def text(document):
    return " ".join(document.css_first("main").text().split())


# ── signing in and out ─────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/scans", "/scans/1", "/mail"])
def test_a_stranger_is_asked_to_sign_in(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in?next=")


def test_a_token_signs_in_and_leads_on(site, browser):
    key = form_key(browser, "/sign-in?next=/scans?verdict=malicious")
    form = {"csrf": key, "token": f" {site.tokens[Role.VIEWER]} ", "next": "/scans?verdict=malicious"}
    answer = browser.post("/sign-in", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/scans?verdict=malicious")
    assert "the viewer" in page(browser.get("/scans")).css_first("header").text()


def test_a_wrong_token_signs_nobody_in(browser):
    answer = browser.post("/sign-in", data={"csrf": form_key(browser, "/sign-in"), "token": "dw_wrong"})
    assert "unknown or was revoked" in text(page(answer, 401))
    assert browser.get("/scans").status_code == 302


def test_signing_in_needs_our_own_form(site, browser):
    page(browser.post("/sign-in", data={"token": site.tokens[Role.VIEWER]}), 400)
    assert browser.get("/scans").status_code == 302


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1", "\\\\evil", "/a\nb", ""]
)
def test_signing_in_never_leads_to_another_site(site, browser, onward):
    key = form_key(browser, "/sign-in")
    answer = browser.post("/sign-in", data={"csrf": key, "token": site.tokens[Role.VIEWER], "next": onward})
    assert answer.headers["Location"] == "/overview"


def test_a_sign_in_link_works_once(site, browser):
    path = f"/sign-in/{site.services.access.create_sign_in_code(Role.ANALYST)}"
    assert browser.get(path).status_code == 303
    assert "used before" in text(page(site.app.test_client().get(path), 401))


def test_whoever_is_signed_in_may_open_the_used_link_again(site, browser):
    path = f"/sign-in/{site.services.access.create_sign_in_code(Role.ANALYST)}"
    browser.get(path)
    assert browser.get(path).headers["Location"] == "/overview"


def test_a_preview_does_not_use_a_link_up(site, browser):
    path = f"/sign-in/{site.services.access.create_sign_in_code(Role.ANALYST)}"
    site.app.test_client().head(path)
    assert browser.get(path).status_code == 303


def test_a_session_dies_with_its_token(site, browser):
    key = form_key(browser, "/sign-in")
    browser.post("/sign-in", data={"csrf": key, "token": site.tokens[Role.VIEWER]})
    site.services.access.revoke(site.services.access.identify(site.tokens[Role.VIEWER]).token_id)
    assert browser.get("/scans").status_code == 302


def test_a_session_dies_after_a_working_day(site, analyst):
    site.clock.pass_(12 * 3600)
    assert analyst.get("/scans").status_code == 302


def test_signing_out_ends_the_session(analyst):
    assert analyst.post("/sign-out", data={"csrf": form_key(analyst)}).status_code == 303
    assert analyst.get("/scans").status_code == 302


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site, browser):
    answer = browser.get(f"/sign-in/{site.services.access.create_sign_in_code(Role.VIEWER)}")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_behind_https_the_cookie_never_goes_over_http(tmp_path):
    site = Site(tmp_path, DESKWARDEN_PUBLIC_URL="https://deskwarden.example.com")
    path = f"/sign-in/{site.services.access.create_sign_in_code(Role.VIEWER)}"
    cookie = site.app.test_client().get(path).headers["Set-Cookie"]
    assert cookie.startswith("__Host-deskwarden=")
    assert "Secure" in cookie
    site.close()


def test_a_forged_cookie_signs_nobody_in(site, tmp_path):
    (tmp_path / "other").mkdir()
    other = Site(tmp_path / "other")
    other.app.secret_key = "guessed"
    thief = other.app.test_client()
    thief.get(f"/sign-in/{other.services.access.create_sign_in_code(Role.ADMIN)}")
    stolen = thief.get_cookie("deskwarden")
    assert stolen is not None
    browser = site.app.test_client()
    browser.set_cookie("deskwarden", stolen.value)
    assert browser.get("/scans").status_code == 302
    other.close()


def test_signing_in_is_recorded(site, analyst, database):
    with database.read() as connection:
        assert [row.event for row in connection.execute(select(audit))] == ["console.signed_in"]


# ── the list ───────────────────────────────────────────────────────────────


def test_an_empty_installation_says_what_will_happen(analyst):
    assert "Nothing has come in yet" in text(page(analyst.get("/scans")))


def test_the_list_shows_verdict_name_reason_and_state(analyst, database):
    a_scan(database, verdict="malicious", state="quarantined", name="report.docm", findings=[a_finding()], ticket_id=42)
    row = page(analyst.get("/scans")).css_first("tbody tr").text()
    for part in ("Malicious", "report.docm", "EICAR test file", "#42", "Quarantined"):
        assert part in row


def test_filters_stand_in_the_address_bar(analyst, database):
    a_scan(database, verdict="malicious", name="bad.exe")
    a_scan(database, verdict="clean", name="good.pdf")
    found = text(page(analyst.get("/scans?verdict=malicious&q=bad&kind=attachment&state=done&ticket=1")))
    assert "bad.exe" in found
    assert "good.pdf" not in found


def test_a_verdict_tab_keeps_the_other_filters(analyst):
    tabs = page(analyst.get("/scans?q=invoice&cursor=9")).css("nav.tabs a")
    assert {tab.attributes["href"] for tab in tabs} >= {"/scans?q=invoice", "/scans?q=invoice&verdict=unknown"}


def test_older_scans_are_on_the_next_page(analyst, database):
    for number in range(51):
        a_scan(database, name=f"file-{number}.pdf")
    older = page(analyst.get("/scans")).css_first("a[rel=next]").attributes["href"]
    found = text(page(analyst.get(older)))
    assert "file-0.pdf" in found
    assert "Back to the newest" in found


def test_no_match_offers_the_way_back(analyst, database):
    a_scan(database)
    assert "Nothing fits these filters" in text(page(analyst.get("/scans?q=zzz")))


def test_a_filter_that_does_not_fit_is_named(analyst):
    assert "This filter does not fit: ticket" in text(page(analyst.get("/scans?ticket=abc"), 422))


def test_unknown_looks_different_from_clean(analyst, database):
    a_scan(database, verdict="unknown")
    a_scan(database, verdict="clean")
    badges = [node.attributes["class"] for node in page(analyst.get("/scans")).css("tbody .badge")]
    assert badges == ["badge badge-clean", "badge badge-unknown"]


def test_a_scan_without_an_answer_shows_no_verdict(analyst, database):
    a_scan(database, verdict="unknown", state="scanning", finished_at=None)
    row = page(analyst.get("/scans")).css_first("tbody tr").text()
    assert "In progress" in row
    assert "Unknown" not in row


# ── one scan ───────────────────────────────────────────────────────────────


def test_a_scan_says_first_in_plain_words_what_it_is_and_why(analyst, database):
    scan = a_scan(
        database,
        verdict="malicious",
        state="quarantined",
        findings=[a_finding(where="mail.eml/a.zip/b.doc")],
        ticket_id=7,
    )
    verdict = page(analyst.get(f"/scans/{scan}")).css_first("section.verdict").text()
    assert "This file is malicious." in verdict
    assert "EICAR test file, found in “b.doc” inside “mail.eml”." in verdict
    assert "removed from ticket #7" in verdict


def test_a_finding_names_its_technique_and_that_it_is_weak(analyst, database):
    finding = a_finding(technique="T1566.001", confidence="low")
    text = analyst.get(f"/scans/{a_scan(database, findings=[finding, a_finding(id='yara.other')])}").text
    page = LexborHTMLParser(text)
    [link] = page.css('.finding a[href^="https://attack.mitre.org"]')
    assert (link.attributes["href"], link.text()) == ("https://attack.mitre.org/techniques/T1566/001/", "T1566.001")
    assert sum("weak sign" in each.text() for each in page.css(".finding")) == 1


def test_a_scan_shows_its_evidence_actions_and_history(analyst, database):
    scan = a_scan(database, verdict="malicious", state="quarantined", findings=[a_finding()])
    notice = a_notice(database)
    decision = a_decision(database, scan, notice_id=notice, reason="because")
    an_action(database, scan_id=scan, decision_id=decision)
    an_action(database, notice_id=notice, kind="mail", state="failed", error="The mail server refused.")
    found = text(page(analyst.get(f"/scans/{scan}")))
    for part in ("yara.eicar", "EICAR-STANDARD", "Remove from the ticket", "The mail server refused.", "because"):
        assert part in found


def test_links_are_never_clickable(analyst, database):
    link = {"raw": "x", "url": "https://evil.example/a.exe", "where": "", "verdict": "malicious", "reasons": []}
    scan = a_scan(
        database, kind="url", name="https://evil.example/login", url="https://evil.example/login", urls=[link]
    )
    for path in ("/scans", f"/scans/{scan}"):
        document = page(analyst.get(path))
        assert "evil.example" not in document.html
        assert "hxxps" in text(document)


def test_an_unknown_scan_is_a_page_of_its_own(analyst):
    assert "There is no scan" in text(page(analyst.get("/scans/99"), 404))


def test_the_ticket_is_one_click_away(analyst, database):
    scan = a_scan(database, connection_id=a_connection(database), ticket_id=42)
    [link] = page(analyst.get(f"/scans/{scan}")).css("a[href='https://acme.zendesk.test/agent/tickets/42']")
    assert "noreferrer" in link.attributes["rel"]


def decide(browser, scan, **form):
    key = form_key(browser, f"/scans/{scan}")
    return browser.post(f"/scans/{scan}/verdict", data={"csrf": key, **form}, follow_redirects=True)


def test_an_analyst_gives_a_verdict(site, analyst, database):
    scan = a_scan(database, verdict="malicious", state="quarantined")
    answer = decide(analyst, scan, verdict="clean", reason=" a known vendor ")
    assert "Your verdict is clean" in text(page(answer))
    assert site.services.verdicts.effects == [(scan, "clean", "a known vendor", "sign-in link")]


def test_a_verdict_that_stands_already_says_so(site, analyst, database):
    scan = a_scan(database)
    decide(analyst, scan, verdict="malicious", reason="")
    assert "stood already" in text(page(decide(analyst, scan, verdict="malicious", reason="")))
    assert len(site.services.verdicts.effects) == 1


@pytest.mark.parametrize("form", [{}, {"verdict": "unknown"}, {"verdict": "clean", "reason": "x" * 1001}])
def test_a_verdict_that_does_not_fit_changes_nothing(site, analyst, database, form):
    scan = a_scan(database)
    assert "Choose clean or malicious" in text(page(decide(analyst, scan, **form)))
    assert site.services.verdicts.effects == []


@pytest.mark.parametrize("key", [None, "", "wrong", "\u00e9"])
def test_a_form_that_is_not_ours_changes_nothing(site, analyst, database, key):
    scan = a_scan(database)
    form = {"verdict": "clean", **({"csrf": key} if key is not None else {})}
    page(analyst.post(f"/scans/{scan}/verdict", data=form), 400)
    assert site.services.verdicts.effects == []


def test_a_viewer_sees_no_form_and_cannot_decide(site, browser, database):
    scan = a_scan(database)
    sign_in(site, browser, Role.VIEWER)
    assert page(browser.get(f"/scans/{scan}")).css(".card-decide") == []
    page(browser.post(f"/scans/{scan}/verdict", data={"csrf": form_key(browser), "verdict": "clean"}), 403)
    assert site.services.verdicts.effects == []


def test_an_analyst_takes_the_original(site, analyst, database):
    scan = a_scan(database)
    site.services.files.content[scan] = ("evil.exe", [b"MZ"])
    answer = analyst.post(f"/scans/{scan}/file", data={"csrf": form_key(analyst)})
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")


def test_a_file_that_is_gone_is_a_page(analyst, database):
    scan = a_scan(database)
    page(analyst.post(f"/scans/{scan}/file", data={"csrf": form_key(analyst)}), 410)


# ── mail ───────────────────────────────────────────────────────────────────


def test_mails_that_were_not_sent_are_shown(analyst, database):
    a_mail(database)
    found = text(page(analyst.get("/mail")))
    assert "Malicious file in ticket #1" in found
    assert "kept here" in found


def test_an_empty_outbox_says_so(analyst):
    assert "No mail yet" in text(page(analyst.get("/mail")))


# ── hostile content ────────────────────────────────────────────────────────


@pytest.fixture
def hostile(database):
    link = {"raw": HOSTILE, "url": f"https://x/{HOSTILE}", "where": HOSTILE, "verdict": "clean", "reasons": [HOSTILE]}
    finding = a_finding(title=HOSTILE, where=HOSTILE, evidence=HOSTILE, id=HOSTILE, reference="javascript:alert(1)")
    scan = a_scan(
        database, name=HOSTILE, content_type=HOSTILE, sender=HOSTILE, receiver=HOSTILE, channel=HOSTILE,
        verdict="malicious", findings=[finding], urls=[link], reason=HOSTILE,
    )  # fmt: skip
    a_decision(database, scan, reason=HOSTILE, actor=HOSTILE)
    an_action(database, scan_id=scan, state="failed", error=HOSTILE)
    a_mail(database, subject=HOSTILE, text=HOSTILE, recipients=[HOSTILE])
    return scan


@pytest.mark.parametrize(
    "path", ["/scans", "/scans/{}", "/mail", "/scans?q=%3Cscript%3E", "/scans?verdict=%22%3E%3Cscript%3E"]
)
def test_hostile_content_is_shown_as_text(analyst, hostile, path):
    answer = analyst.get(path.format(hostile))
    document = LexborHTMLParser(answer.text)
    assert all(script.attributes.get("src") for script in document.css("script"))
    assert document.css("img, [onerror], a[href^='javascript:']") == []
    assert "49" not in text(document)


@pytest.mark.parametrize("path", ["/scans", "/scans/{}"])
def test_nothing_reverses_the_direction_of_a_name(analyst, hostile, path):
    answer = analyst.get(path.format(hostile))
    assert "\u202e" not in answer.text
    assert "\\u{202e}" in answer.text


@pytest.mark.parametrize("path", ["/sign-in", "/scans", "/scans/{}", "/mail", "/nothing"])
def test_no_page_needs_anything_inline_or_foreign(site, analyst, hostile, path):
    browser = site.app.test_client() if path == "/sign-in" else analyst
    html = browser.get(path.format(hostile)).text
    document = LexborHTMLParser(html)
    assert document.css("style, [style], [onclick], [onload]") == []
    sources = [node.attributes.get("src") or node.attributes.get("href") for node in document.css("script, link, img")]
    assert all(source and source.startswith("/static/") for source in sources)
    assert not re.search(r"<script(?![^>]*src=)", html)
