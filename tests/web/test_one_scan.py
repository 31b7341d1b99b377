"""The page of one scan: evidence at its node, what follows from a verdict, where else it was seen, rules, pictures."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from app.access.roles import Role
from app.engine.preview.answer import Head, Refusal, Shape
from app.engine.preview.process import End, Preview
from app.findings.tables import audit
from app.tickets.tables import list_entries
from tests.builders import a_connection, a_decision, a_finding, a_notice, a_scan, an_action
from tests.web.site import A_PNG

SHA256 = "5" * 64


def signed_in(site, role):
    browser = site.app.test_client()
    browser.get(f"/sign-in/{site.services.access.create_sign_in_code(role)}")
    return browser


@pytest.fixture
def analyst(site):
    return signed_in(site, Role.ANALYST)


@pytest.fixture
def viewer(site):
    return signed_in(site, Role.VIEWER)


def page(answer, status=200):
    assert answer.status_code == status
    return LexborHTMLParser(answer.text)


def text(node):
    return " ".join(node.text(separator=" ").split())


def post(browser, scan, path, **form):
    key = page(browser.get(f"/scans/{scan}")).css_first("input[name=csrf]").attributes["value"]
    return browser.post(f"/scans/{scan}/{path}", data={"csrf": key, **form})


def events(database, event):
    with database.read() as connection:
        return [row for row in connection.execute(select(audit)) if row.event == event]


# ── evidence ───────────────────────────────────────────────────────────────


def test_findings_stand_at_their_node_and_the_way_to_the_gravest_is_open(analyst, database):
    quiet = [a_finding(where=f"a.zip/{number}.txt", severity="info") for number in range(20)]
    scan = a_scan(database, name="a.zip", findings=[*quiet, a_finding(where="a.zip/b.zip/c.exe")])
    document = page(analyst.get(f"/scans/{scan}"))
    opened = document.css(".part > details[open] > summary .part-name")
    assert [text(node) for node in opened] == ["b.zip › c.exe"]
    assert len(document.css(".part > details")) == 21


def test_thousands_of_findings_come_in_pages_with_the_gravest_first(analyst, database):
    findings = [a_finding(where=f"a.zip/{number}", severity="info", title=f"T{number}") for number in range(500)]
    scan = a_scan(database, name="a.zip", findings=[*findings, a_finding(where="a.zip", title="Worst")])
    document = page(analyst.get(f"/scans/{scan}"))
    assert document.css_first(".finding h3").text() == "Worst"
    assert "1 to 100 of 501" in text(document.css_first(".card-findings .pager"))
    assert document.html is not None
    assert len(document.html) < 400_000
    last = page(analyst.get(f"/scans/{scan}?evidence=6"))
    assert len(last.css(".finding")) == 1


@pytest.mark.parametrize("wrong", ["0", "-1", "x", "9" * 30, "²"])
def test_a_page_of_evidence_that_is_not_there_is_one_that_is(analyst, database, wrong):
    scan = a_scan(database, findings=[a_finding()])
    assert page(analyst.get(f"/scans/{scan}?evidence={wrong}&links={wrong}&before={wrong}")).css(".finding")


def test_links_inside_come_in_pages_with_the_worst_first(analyst, database):
    links = [
        {"raw": "x", "url": f"https://e{n}.test/", "where": "", "verdict": "clean", "reasons": []} for n in range(50)
    ]
    scan = a_scan(database, urls=[*links, {**links[0], "url": "https://bad.test/", "verdict": "malicious"}])
    document = page(analyst.get(f"/scans/{scan}"))
    assert "bad[.]test" in text(document.css(".links li")[0])
    assert len(document.css(".links li")) == 20


def test_the_sum_behind_the_verdict_is_shown(analyst, database):
    weak = [a_finding(id=f"pdf.{n}", severity="suspicious", confidence="low") for n in range(4)]
    scan = a_scan(database, verdict="suspicious", findings=weak)
    shown = text(page(analyst.get(f"/scans/{scan}")).css_first(".sum"))
    assert "How this adds up to suspicious" in shown
    assert "600 points, of which 450 count" in shown
    assert "The verdict above is another one" not in shown


def test_that_a_person_decided_otherwise_is_said_beside_the_sum(analyst, database):
    scan = a_scan(database, verdict="clean", verdict_by="person", findings=[a_finding()])
    assert "because a person decided" in text(page(analyst.get(f"/scans/{scan}")).css_first(".sum"))


# ── what was done ──────────────────────────────────────────────────────────


def test_actions_tell_of_attempts_and_read_backs_and_hide_addresses(analyst, database):
    scan = a_scan(database, verdict="malicious")
    decision = a_decision(database, scan, notice_id=a_notice(database))
    target = {"attachment_id": 7, "comment_id": 1, "sendings": 2, "way": "attachment", "done": True, "refusal": ""}
    detail = {"targets": [{**target, "sent": 1.0, "content_url": "https://secret.test/token"}]}
    an_action(database, scan_id=scan, decision_id=decision, attempts=2, detail=detail)
    document = page(analyst.get(f"/scans/{scan}"))
    shown = text(document.css_first(".card-actions"))
    assert "2 attempts" in shown
    assert "Read back: the ticket shows it as redacted." in shown
    assert "secret.test" not in str(document.html)


# ── what follows from a verdict ────────────────────────────────────────────


def test_each_verdict_says_what_follows_before_it_is_given(analyst, database):
    scan = a_scan(database, verdict="malicious", state="quarantined", ticket_id=7)
    an_action(database, scan_id=scan, kind="redact", decision_id=a_decision(database, scan))
    clean, malicious = (text(node) for node in page(analyst.get(f"/scans/{scan}")).css(".choice-with-effects"))
    assert "Gives the file back to ticket #7" in clean
    assert "The note, as the agent reads it" in clean
    assert "invoice.pdf" in clean
    assert "It is in quarantine already" in malicious


def test_the_api_tells_the_same(site, database):
    scan = a_scan(database, verdict="suspicious", ticket_id=7)
    told = site.get(f"/scans/{scan}/effects?verdict=malicious", Role.ANALYST).json
    assert (told["possible"], told["orders"], told["summary"]) == (
        True,
        "quarantine",
        "Takes the file out of ticket #7",
    )
    assert {line["what"] for line in told["effects"]} >= {"vault", "redact", "note", "mail"}
    assert "invoice.pdf" in told["note"]
    refused = site.get(f"/scans/{scan}/effects?verdict=malicious", Role.VIEWER).json
    assert (refused["possible"], refused["note"]) == (False, "")


def test_asking_for_effects_does_nothing(site, database):
    scan = a_scan(database, verdict="suspicious")
    site.get(f"/scans/{scan}/effects?verdict=malicious", Role.ANALYST)
    assert site.services.verdicts.effects == []
    assert site.get(f"/scans/{scan}").json["verdict"] == "suspicious"


# ── lists ──────────────────────────────────────────────────────────────────


def entries(database):
    with database.read() as connection:
        return [
            (row.side, row.kind, row.value, row.reason, row.connection_id)
            for row in connection.execute(select(list_entries))
        ]


def test_a_content_is_blocked_from_its_scan_for_its_connection(analyst, database):
    acme = a_connection(database)
    scan = a_scan(database, sha256=SHA256, connection_id=acme)
    answer = post(analyst, scan, "list", entry="block-sha256", reason="seen in a campaign")
    assert answer.status_code == 303
    assert entries(database) == [("block", "sha256", SHA256, "seen in a campaign", acme)]
    assert len(events(database, "list.added")) == 1


def test_a_domain_is_blocked_everywhere_where_that_is_asked(analyst, database):
    scan = a_scan(database, kind="url", name="x", url="https://pay.evil-shop.com/x", sha256=None)
    post(analyst, scan, "list", entry="block-domain", reason="phishing", everywhere="on")
    assert entries(database) == [("block", "domain", "evil-shop.com", "phishing", None)]


@pytest.mark.parametrize("form", [{}, {"entry": "block-sha256"}, {"entry": "block-domain", "reason": "x"}])
def test_an_entry_that_does_not_fit_the_scan_is_not_made(analyst, database, form):
    scan = a_scan(database, sha256=SHA256)
    post(analyst, scan, "list", **form)
    assert entries(database) == []
    assert "Nothing was listed" in text(page(analyst.get(f"/scans/{scan}")).css_first("main"))


def test_a_viewer_lists_nothing(viewer, database):
    scan = a_scan(database, sha256=SHA256)
    key = page(viewer.get(f"/scans/{scan}")).css_first("input[name=csrf]").attributes["value"]
    answer = viewer.post(f"/scans/{scan}/list", data={"csrf": key, "entry": "block-sha256", "reason": "x"})
    assert (answer.status_code, entries(database)) == (403, [])


# ── where else ─────────────────────────────────────────────────────────────


def test_other_tickets_with_the_same_content_are_named(analyst, viewer, database):
    scan = a_scan(database, sha256=SHA256, ticket_id=1)
    a_scan(database, sha256=SHA256, ticket_id=4711, connection_id=a_connection(database, name="globex"))
    assert "Ticket #4711" in text(page(analyst.get(f"/scans/{scan}")).css_first(".card-elsewhere"))
    assert "4711" not in text(page(viewer.get(f"/scans/{scan}")).css_first("main"))
    assert "4711" not in text(page(viewer.get(f"/scans/{scan}/elsewhere")).css_first("main"))


def test_many_sightings_are_on_pages_of_their_own(analyst, database):
    scans = [a_scan(database, sha256=SHA256, ticket_id=number) for number in range(1, 62)]
    assert page(analyst.get(f"/scans/{scans[0]}")).css_first(".card-elsewhere a[href$='/elsewhere']")
    first = page(analyst.get(f"/scans/{scans[0]}/elsewhere"))
    older = first.css_first("a[rel=next]").attributes["href"]
    assert "Ticket #2 ," in text(page(analyst.get(older)).css_first("main"))


def test_the_api_gives_sightings_and_actions(site, database):
    first, second = (a_scan(database, sha256=SHA256) for _ in range(2))
    seen = site.get(f"/scans/{first}/sightings?limit=1", Role.ANALYST).json
    assert ([each["id"] for each in seen["results"]], seen["next"], seen["count"]) == ([second], None, 1)
    an_action(database, scan_id=first, decision_id=a_decision(database, first))
    [deed] = site.get(f"/scans/{first}/actions").json["results"]
    assert (deed["kind"], deed["state"]) == ("redact", "done")
    assert "detail" not in deed


@pytest.mark.parametrize("path", ["effects?verdict=clean", "actions", "sightings", "rule?finding=yara.eicar"])
def test_an_unknown_scan_is_not_found(site, path):
    assert site.get(f"/scans/99999/{path}", Role.ANALYST).status_code == 404


# ── rules ──────────────────────────────────────────────────────────────────


def test_the_rule_that_matched_is_shown_with_its_file_and_metadata(site, viewer, database):
    digest = site.services.rule_texts.digest
    scan = a_scan(database, rules_version=digest, findings=[a_finding(id="yara.eicar")])
    [link] = page(viewer.get(f"/scans/{scan}")).css("a[href*='/rule?']")
    shown = page(viewer.get(link.attributes["href"]))
    assert "rule eicar {" in shown.css_first(".rule-source").text()
    assert "test_files/eicar.yar" in text(shown.css_first(".facts"))
    assert "the very rules that decided" in text(shown.css_first("main"))
    assert site.get(f"/scans/{scan}/rule?finding=yara.eicar").json["same_version"] is True


def test_a_rule_of_another_version_says_so(viewer, database):
    scan = a_scan(database, rules_version="0" * 64, findings=[a_finding(id="yara.eicar")])
    shown = text(page(viewer.get(f"/scans/{scan}/rule?finding=yara.eicar")).css_first("main"))
    assert "is no longer in use" in shown
    assert "rule eicar" in shown


def test_a_rule_that_was_removed_says_so(viewer, database):
    scan = a_scan(database, findings=[a_finding(id="yara.gone")])
    shown = text(page(viewer.get(f"/scans/{scan}/rule?finding=yara.gone")).css_first("main"))
    assert "This rule is no longer there" in shown


def test_only_rules_of_the_scan_are_shown(viewer, database):
    scan = a_scan(database, findings=[a_finding(id="office.macro")])
    page(viewer.get(f"/scans/{scan}/rule?finding=yara.eicar"), 404)
    page(viewer.get(f"/scans/{scan}/rule?finding=office.macro"), 404)


# ── pictures ───────────────────────────────────────────────────────────────


@pytest.fixture
def document(site, database):
    scan = a_scan(database, name="a.pdf")
    site.services.files.content[scan] = ("a.pdf", [b"content"])
    return scan


def test_pictures_are_drawn_shown_and_recorded(analyst, database, document):
    answer = post(analyst, document, "preview")
    assert answer.headers["Location"] == f"/scans/{document}/preview"
    shown = page(analyst.get(f"/scans/{document}/preview"))
    first, second = (node.attributes["src"] for node in shown.css("img"))
    picture = analyst.get(first)
    assert (picture.status_code, picture.mimetype, picture.data) == (200, "image/png", A_PNG)
    assert "3 letters have no picture" in text(shown.css_first("main"))
    assert analyst.get(second.replace("/2.png", "/3.png")).status_code == 404
    assert [(row.actor, row.subject) for row in events(database, "file.previewed")] == [
        ("sign-in link", f"scan:{document}")
    ]


def test_a_picture_can_do_nothing(analyst, document):
    post(analyst, document, "preview")
    source = page(analyst.get(f"/scans/{document}/preview")).css_first("img").attributes["src"]
    headers = analyst.get(source).headers
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_no_picture_is_had_past_the_page_that_records_it(site, analyst, document):
    post(analyst, document, "preview")
    source = page(analyst.get(f"/scans/{document}/preview")).css_first("img").attributes["src"]
    assert analyst.get(source.partition("?")[0]).status_code == 404
    assert signed_in(site, Role.ANALYST).get(source).status_code == 404


def test_a_viewer_sees_no_pictures(viewer, site, document):
    key = page(viewer.get(f"/scans/{document}")).css_first("input[name=csrf]").attributes["value"]
    assert viewer.post(f"/scans/{document}/preview", data={"csrf": key}).status_code == 403
    assert viewer.get(f"/scans/{document}/preview").status_code == 403
    assert viewer.get(f"/scans/{document}/preview/1.png").status_code == 403
    assert site.renderer.given == []


def test_a_file_that_is_gone_is_said_on_the_page_of_its_scan(analyst, site, document):
    site.services.files.content.clear()
    post(analyst, document, "preview")
    assert "gone from the ticket" in text(page(analyst.get(f"/scans/{document}")).css_first("main"))


@pytest.mark.parametrize(
    ("preview", "words"),
    [
        (Preview(Head(Shape.NOTHING), (), End.CRASHED), "broke down over this file"),
        (Preview(Head(Shape.NOTHING), (), End.REFUSED), "treat the file as an attack"),
        (Preview(Head(Shape.NOTHING, Refusal.NO_RENDERER), (), End.WHOLE), "Nothing here draws this kind"),
        (Preview(Head(Shape.NOTHING, Refusal.TOO_LARGE, 0, 50_000, 50_000), (), End.WHOLE), "50,000 × 50,000 points"),
    ],
)
def test_where_there_are_no_pictures_it_says_why(analyst, site, database, document, preview, words):
    site.renderer.answer = preview
    post(analyst, document, "preview")
    assert words in text(page(analyst.get(f"/scans/{document}/preview")).css_first("main"))
    assert events(database, "file.previewed") == []


def test_a_link_has_no_pictures(analyst, database):
    scan = a_scan(database, kind="url", url="https://x.test/", name="x", sha256=None)
    assert page(analyst.get(f"/scans/{scan}")).css(".card-take") == []
    assert analyst.get(f"/scans/{scan}/preview").status_code == 404


def test_the_api_draws_and_records_each_page(site, database, document):
    drawn = site.post(f"/scans/{document}/preview").json
    assert (drawn["shows"], drawn["total"], len(drawn["pages"])) == ("pages", 2, 2)
    picture = site.get(f"/scans/{document}/preview/1", Role.ANALYST)
    assert (picture.mimetype, picture.data) == ("image/png", A_PNG)
    assert len(events(database, "file.previewed")) == 1
    assert site.get(f"/scans/{document}/preview/9", Role.ANALYST).status_code == 404
    assert site.get(f"/scans/{document}/preview/1", Role.VIEWER).status_code == 403


# ── live ───────────────────────────────────────────────────────────────────


def test_a_scan_under_way_renews_its_page(analyst, database):
    scan = a_scan(database, verdict="unknown", state="scanning", finished_at=None)
    document = page(analyst.get(f"/scans/{scan}"))
    assert [node.attributes["id"] for node in document.css("[data-live]")] == [
        *("live-verdict", "live-evidence", "live-actions", "live-links", "live-history", "live-hint", "live-facts"),
    ]
    assert document.css_first("[data-refresh]").attributes["data-refresh"] == "2"
    assert document.css(".card-decide") == []
