"""Asking for a look, looking, answering: as a program and as a page; and who may do which of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.access.roles import Role
from app.findings.post.tables import letters
from app.investigations.service import MOST_REMARKS
from app.investigations.tables import remarks
from tests.builders import a_scan
from tests.web.test_console import HOSTILE, form_key, page, sign_in, text

BODY = {"expected": "clean", "comment": "It is our own form."}


def ask(site, scan_id, role=Role.VIEWER, **body):
    return site.post(f"/scans/{scan_id}/investigations", role, json={**BODY, **body})


def mailed(site):
    with site.database.read() as connection:
        return connection.execute(select(letters).order_by(letters.c.id)).all()


def test_anybody_asks_about_any_scan(site, database):
    answer = ask(site, a_scan(database, verdict="malicious"))
    assert answer.status_code == 201
    asked = answer.get_json()
    assert (asked["state"], asked["expected"], asked["stood"], asked["asked_by"]) == (
        "open",
        "clean",
        "malicious",
        "the viewer",
    )
    assert asked["question"] == BODY["comment"]
    assert [each["id"] for each in site.get("/investigations?waiting=true").get_json()["results"]] == [asked["id"]]


def test_who_asks_twice_and_waits_gets_the_same_one(site, database):
    scan_id = a_scan(database)
    first, again = ask(site, scan_id), ask(site, scan_id, comment="Please, it is urgent.")
    other = ask(site, scan_id, Role.ANALYST)
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 201)
    assert again.get_json()["id"] == first.get_json()["id"] != other.get_json()["id"]
    assert [each["text"] for each in again.get_json()["remarks"]] == ["Please, it is urgent."]


def test_an_unknown_scan_and_a_body_that_does_not_fit_are_refused(site, database):
    assert ask(site, 999).status_code == 404
    assert ask(site, a_scan(database), expected="fine").status_code == 422
    assert ask(site, a_scan(database), comment="x" * 4_001).status_code == 422


def test_an_analyst_takes_it_and_answers_with_one_mail(site, database):
    asked = ask(site, a_scan(database, verdict="malicious", name="form.pdf")).get_json()
    path = f"/investigations/{asked['id']}"
    taken = site.call("PATCH", path, Role.ANALYST, json={"state": "taken"}).get_json()
    assert (taken["state"], taken["assignee"]) == ("taken", "the analyst")
    answered = site.post(f"{path}/answer", json={"comment": "It is a lure."}).get_json()
    assert (answered["state"], answered["answered_by"], answered["verdict"]) == ("answered", "the analyst", None)
    [letter] = mailed(site)
    assert letter.kind == "investigation"
    assert letter.facts["answer"] == "It is a lure."
    assert letter.facts["question"] == BODY["comment"]
    assert site.post(f"{path}/answer", json={"comment": "Again."}).status_code == 409
    assert len(mailed(site)) == 1


def test_an_answer_may_give_the_verdict_too(site, database):
    scan_id = a_scan(database, verdict="malicious")
    asked = ask(site, scan_id).get_json()
    answer = site.post(f"/investigations/{asked['id']}/answer", json={"comment": "Ours.", "verdict": "clean"})
    assert (answer.get_json()["verdict"], answer.get_json()["stands"]) == ("clean", "clean")
    [(given, verdict, reason, actor)] = site.services.verdicts.effects
    assert (given, verdict, actor) == (scan_id, "clean", "the analyst")
    assert reason == f"Investigation {asked['id']}: Ours."


def test_what_is_answered_can_be_taken_up_again_and_answered_anew(site, database):
    asked = ask(site, a_scan(database)).get_json()
    path = f"/investigations/{asked['id']}"
    site.post(f"{path}/answer", json={"comment": "No."})
    assert site.call("PATCH", path, Role.ANALYST, json={"state": "open"}).get_json()["state"] == "open"
    site.post(f"{path}/answer", json={"comment": "Yes, after all."})
    assert [letter.facts["answer"] for letter in mailed(site)] == ["No.", "Yes, after all."]


def test_only_whoever_asked_withdraws_it(site, database):
    asked = ask(site, a_scan(database)).get_json()
    path = f"/investigations/{asked['id']}"
    assert site.call("PATCH", path, Role.ANALYST, json={"state": "withdrawn"}).status_code == 403
    assert site.call("PATCH", path, Role.VIEWER, json={"state": "withdrawn"}).get_json()["state"] == "withdrawn"
    assert site.post(f"{path}/answer", json={"comment": "No."}).status_code == 409
    assert site.call("PATCH", path, Role.ANALYST, json={"state": "open"}).get_json()["state"] == "open"


@pytest.mark.parametrize("body", [{"state": "taken"}, {"state": "open"}])
def test_a_viewer_only_asks_and_speaks(site, database, body):
    asked = ask(site, a_scan(database)).get_json()
    path = f"/investigations/{asked['id']}"
    assert site.call("PATCH", path, Role.VIEWER, json=body).status_code == 403
    assert site.post(f"{path}/answer", Role.VIEWER, json={"comment": "x"}).status_code == 403
    assert site.post(f"{path}/remarks", Role.VIEWER, json={"text": "x"}).status_code == 201


def test_remarks_end_somewhere(site, database):
    asked = ask(site, a_scan(database)).get_json()
    rows = [{"investigation_id": asked["id"], "author": "a", "text": "x", "created_at": 1.0}] * MOST_REMARKS
    with site.database.write() as connection:
        connection.execute(remarks.insert(), rows)
    assert site.post(f"/investigations/{asked['id']}/remarks", json={"text": "x"}).status_code == 409


def test_the_queue_is_narrowed_and_paged(site, database):
    ids = [ask(site, a_scan(database)).get_json()["id"] for _ in range(5)]
    site.call("PATCH", f"/investigations/{ids[0]}", Role.ANALYST, json={"state": "taken", "assignee": "Ben"})
    first = site.get("/investigations?limit=3").get_json()
    rest = site.get(f"/investigations?limit=3&cursor={first['next']}").get_json()
    assert [each["id"] for each in first["results"] + rest["results"]] == ids[::-1]
    assert rest["next"] is None
    assert [each["id"] for each in site.get("/investigations?assignee=Ben").get_json()["results"]] == [ids[0]]
    assert len(site.get("/investigations?state=open").get_json()["results"]) == 4


# ── pages ───────────────────────────────────────────────────────────────────


@pytest.fixture
def browser(site):
    return site.app.test_client()


def post(browser, path, at, **fields):
    return browser.post(path, data={"csrf": form_key(browser, at), **fields}, follow_redirects=True)


def test_a_viewer_asks_on_the_page_of_the_scan_and_an_analyst_answers(site, database, browser):
    scan_id = a_scan(database, verdict="malicious", name="form.pdf")
    viewer = sign_in(site, browser, Role.VIEWER)
    asked = post(viewer, f"/scans/{scan_id}/investigations", f"/scans/{scan_id}", expected="clean", question="Ours!")
    assert "Your question is in the queue" in text(page(asked))
    analyst = sign_in(site, site.app.test_client())
    queue = page(analyst.get("/investigations?waiting=true"))
    address = queue.css_first("th a.row-link").attributes["href"]
    post(analyst, f"{address}/take", address, assignee="Ben")
    done = post(analyst, f"{address}/answer", address, text="A lure.", verdict="")
    assert "A lure." in text(page(done))
    assert site.get("/investigations").get_json()["results"][0]["state"] == "answered"


def test_an_empty_queue_says_how_a_question_gets_there(site, browser):
    assert "Nobody has asked yet" in text(page(sign_in(site, browser).get("/investigations")))


def test_a_filter_that_does_not_fit_says_so(site, browser):
    assert "does not fit" in text(page(sign_in(site, browser).get("/investigations?state=planet"), 422))


def test_hostile_words_stay_words(site, database, browser):
    asked = ask(site, a_scan(database, name=HOSTILE), comment=HOSTILE).get_json()
    site.post(f"/investigations/{asked['id']}/remarks", json={"text": HOSTILE})
    analyst = sign_in(site, browser)
    for path in ("/investigations", f"/investigations/{asked['id']}", f"/scans/{asked['scan_id']}"):
        shown = page(analyst.get(path))
        assert not shown.css("img, main script")
        assert "49" not in shown.css_first("main blockquote, main .sub").text()


def test_an_unknown_question_is_a_plain_page(site, browser):
    assert "no investigation with this number" in text(page(sign_in(site, browser).get("/investigations/7"), 404))
