"""The console's mail pages, and turning digests off from a digest."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.access.roles import Role
from app.findings.notices import FileNotice, Notice, quarantine_mail
from app.findings.post.tables import digest_stops, mails
from app.jobs import Job
from tests.builders import a_mail
from tests.web.pages import browser_of, page as parsed, send, text as words_of


def page(answer, status=200):
    """The markup of a page with this status."""
    parsed(answer, status)
    return answer.text


def text(answer, status=200):
    return words_of(parsed(answer, status))


@pytest.fixture
def analyst(site):
    return browser_of(site, Role.ANALYST)


@pytest.fixture
def admin(site):
    return browser_of(site, Role.ADMIN)


def a_whole_mail(database, **overrides):
    name = overrides.pop("name", "invoice.pdf.exe")
    subject, plain, html = quarantine_mail(Notice(17, "acme", (FileNotice(name, "a" * 64, 1, "malicious", "x"),)))
    return a_mail(database, **{"subject": subject, "text": plain, "html": html, "ticket_id": 17, **overrides})


def test_the_list_is_narrowed_by_state_kind_and_connection(analyst, database):
    a_mail(database, subject="One that went", state="sent")
    a_mail(database, subject="One that failed", state="failed", kind="digest")
    found = text(analyst.get("/mail?state=failed&kind=digest"))
    assert "One that failed" in found and "One that went" not in found
    assert "No mail fits these filters" in text(analyst.get("/mail?kind=release"))
    assert "One that" not in text(analyst.get("/mail?connection=nobody"))


def test_a_filter_that_is_none_is_refused_and_says_so(analyst, database):
    a_mail(database)
    assert "This filter does not fit" in text(analyst.get("/mail?state=lost"), 422)


def test_more_than_a_page_of_mails_is_walked_with_the_filters(analyst, database):
    for number in range(60):
        a_mail(database, subject=f"Mail {number}", state="sent")
    first = page(analyst.get("/mail?state=sent"))
    older = re.search(r'href="(/mail\?cursor=\d+&amp;state=sent)"', first)
    assert older and "Mail 10" in first and "Mail 9<" not in first
    assert "Mail 9<" in page(analyst.get(older[1].replace("&amp;", "&")))


def test_one_mail_is_shown_as_it_goes_out_in_a_frame_that_reaches_nothing(analyst, database):
    mail = a_whole_mail(database)
    answer = analyst.get(f"/mail/{mail}")
    assert f'sandbox src="/mail/{mail}/html"' in page(answer)
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-src 'self'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
    body = analyst.get(f"/mail/{mail}/html")
    assert b"invoice.pdf.exe" in body.data and b"<!doctype html>" in body.data
    policy = body.headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy and "sandbox" in policy and "frame-ancestors 'self'" in policy
    assert not [rule for rule in policy if rule.startswith("script-src")]
    assert body.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_mail_with_hostile_words_stays_text_on_its_page(analyst, database):
    mail = a_whole_mail(
        database, subject="<script>alert(1)</script>", text="<b>x</b>", recipients=["<i>@x"], error="<u>"
    )
    shown = page(analyst.get(f"/mail/{mail}"))
    assert "&lt;script&gt;alert(1)" in shown
    assert not re.search(r"<script>alert|<b>x|<i>@x|<u>", shown)


@pytest.mark.parametrize("path", ["/mail/99", "/mail/99/html", "/mail/0"])
def test_a_mail_that_is_not_there_is_a_page(analyst, path):
    page(analyst.get(path), 404)


def test_an_administrator_sends_a_kept_mail(admin, site, database):
    mail = a_whole_mail(database, state="kept")
    assert "Send it" in page(admin.get(f"/mail/{mail}"))
    assert "on its way again" in text(send(admin, f"/mail/{mail}/again"))
    with database.read() as connection:
        assert connection.execute(select(mails.c.state).where(mails.c.id == mail)).scalar_one() == "waiting"
    assert [job for job, _, _ in site.services.post._queue.waiting] == [Job.POST]


def test_a_mail_that_was_sent_is_not_sent_again(admin, database):
    mail = a_whole_mail(database, state="sent")
    assert "Send again" not in page(admin.get(f"/mail/{mail}"))
    assert "Only a mail that is kept here" in text(send(admin, f"/mail/{mail}/again"))
    with database.read() as connection:
        assert connection.execute(select(mails.c.state).where(mails.c.id == mail)).scalar_one() == "sent"


def test_an_analyst_cannot_send_a_mail_again(analyst, database):
    mail = a_whole_mail(database, state="kept")
    assert "Send it" not in page(analyst.get(f"/mail/{mail}"))
    assert send(analyst, f"/mail/{mail}/again").status_code == 403


# ── turning digests off ────────────────────────────────────────────────────


@pytest.fixture
def digest(site, database):
    a_mail(database, kind="digest", leave="abcdefghijklmnop", recipients=["Ben@acme.test"], language="de")
    return site.services.leaving.address("abcdefghijklmnop").removeprefix(site.services.settings.public_url)


def stopped(database):
    with database.read() as connection:
        return list(connection.execute(select(digest_stops.c.address)).scalars())


def test_opening_the_address_changes_nothing_and_asks_in_the_recipients_language(site, database, digest):
    shown = page(site.app.test_client().get(digest))
    assert '<html lang="de">' in shown and "Keine Sammelmails" in shown
    assert stopped(database) == []


def test_one_click_without_signing_in_turns_digests_off(site, database, digest):
    client = site.app.test_client()
    for _ in range(2):
        answer = client.post(digest, data={"List-Unsubscribe": "One-Click"})
        assert "gehen keine Sammelmails" in page(answer)
    assert stopped(database) == ["ben@acme.test"]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "forged", ["abcdefghijklmnop", "abcdefghijklmnop.AAAA", "x", "abcdefghijklmnop.%00", "a" * 3000]
)
def test_a_forged_address_is_refused(site, database, digest, method, forged):
    answer = getattr(site.app.test_client(), method)(f"/digests/off/{forged}")
    assert "not complete or not from us" in page(answer, 404)
    assert stopped(database) == []
