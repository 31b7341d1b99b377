"""The day of an analyst in a real browser: signing in, finding, understanding, deciding, answering, and going home."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from tests.e2e.conftest import a_house
from tests.e2e.desk import EICAR_SHA256, files, is_handled, mails, report_virus
from tests.waiting import eventually

SECONDS = 40.0
PASSWORD = "quiet harbour seven lamps"
LOGIN = "ann@company.example"


@pytest.fixture(scope="module")
def day():
    with a_house() as (tenant, installation):
        ticket_id = report_virus(tenant)
        eventually(lambda: is_handled(tenant, ticket_id), SECONDS, installation.log)
        yield Day(tenant, installation, ticket_id)


class Day:
    """An installation with one malicious file that was taken out of a ticket."""

    def __init__(self, tenant, installation, ticket_id):
        self.tenant = tenant
        self.installation = installation
        self.ticket_id = ticket_id

    def welcome(self):
        [link] = re.findall(r"http\S+/welcome/\S+", "\n".join(self.installation.lines))
        return link

    def scan(self):
        """Return the scan of the file as the customer sent it; what was given back has one of its own."""
        found = self.installation.scans(self.installation.token("viewer"), self.ticket_id)
        return min(found, key=lambda scan: scan["id"])


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(SECONDS * 1000)
    yield context.new_page()
    context.close()


def test_an_analysts_whole_day(day, page, tmp_path):
    secret = make_account(day, page)
    sign_in_with_code(day, page, secret)
    find_and_understand(page)
    release(day, page)
    block_its_hash(page)
    ask_and_answer(day, page)
    change_the_policy_after_a_look(page)
    export(page, tmp_path)
    sign_out(page)


def make_account(day, page):
    """The first account, by the one-time link that ``up`` printed, with a second factor."""
    page.goto(day.welcome())
    page.fill("input[name=name]", "Ann")
    page.fill("input[name=login]", LOGIN)
    page.fill("input[name=password]", PASSWORD)
    page.fill("input[name=again]", PASSWORD)
    page.click("text=Make the account")
    page.goto(f"{day.installation.url}/account")
    page.fill("#factor-present", PASSWORD)
    page.click("text=Set it up")
    secret = page.inner_text("code.secret").replace(" ", "")
    page.fill("input[name=code]", pyotp.TOTP(secret).now())
    page.click("text=Switch it on")
    page.wait_for_selector("text=Your recovery codes")
    assert page.locator(".recovery-codes li").count() == 10
    sign_out(page)
    return secret


def sign_in_with_code(day, page, secret):
    page.goto(f"{day.installation.url}/scans")
    page.fill("input[name=login]", LOGIN)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("input[name=code]")
    # The code that set it up is used; the next one counts already, because clocks differ.
    page.fill("input[name=code]", pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=30)))
    page.keyboard.press("Enter")
    page.wait_for_url("**/scans**")


def find_and_understand(page):
    page.click("nav[aria-label=Verdict] >> text=Malicious")
    page.fill("input[name=q]", "invoice")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=invoice**")
    page.click("td.cell-name a, .row-link")
    page.wait_for_selector("section.verdict-malicious")
    assert EICAR_SHA256 in page.inner_text("#live-facts")
    assert "test file" in page.inner_text(".card-findings").lower()


def release(day, page):
    """A clean verdict, whose effect stands there before it is given, gives the file back on the ticket."""
    page.check("input[name=verdict][value=clean]")
    page.fill(".card-decide textarea[name=reason]", "Our own test file")
    page.click(".card-decide button[type=submit]")
    eventually(lambda: "invoice.com" in files(day.tenant, day.ticket_id), SECONDS, day.installation.log)
    page.goto(f"{day.tenant.url}/agent/tickets/{day.ticket_id}")
    page.wait_for_selector("text=gave 1 file back")


def block_its_hash(page):
    page.go_back()
    page.click("#quick")
    page.check("input[name=entry] >> nth=0")
    page.fill(".card-quick textarea[name=reason]", "Never again")
    page.click(".card-quick button[type=submit]")
    page.goto(page.url.partition("/scans")[0] + "/lists/block")
    page.wait_for_selector(f"text={EICAR_SHA256[:20]}")


def ask_and_answer(day, page):
    page.goto(f"{day.installation.url}/scans/{day.scan()['id']}")
    page.click("text=Ask for a look")
    page.select_option(".card-ask select[name=expected]", "malicious")
    page.fill(".card-ask textarea[name=question]", "Is it really ours?")
    page.click("text=Ask the security team")
    page.wait_for_selector("text=What was asked")
    page.fill("#answer-text", "Yes, from the training of last week.")
    page.click("section >> text='Answer' >> visible=true >> nth=-1")
    page.wait_for_selector("text=The answer")
    eventually(lambda: any(LOGIN in mail.recipients for mail in day.tenant.mail.list()), SECONDS)


def change_the_policy_after_a_look(page):
    page.goto(page.url.partition("/investigations")[0] + "/policies/default/edit")
    page.check("input[name=file_suspicious][value=quarantine]")
    page.fill("textarea[name=reason]", "We had too many")
    page.click("text=See what it would change")
    page.wait_for_selector("#outcome:has-text('come out differently')")
    page.click("text=Save this policy")
    page.wait_for_url("**/policies/default**")


def export(page, folder):
    page.goto(page.url.partition("/policies")[0] + "/scans?q=invoice")
    page.click("button:has-text('Export')")
    page.check("input[name=format][value=jsonl]")
    with page.expect_download() as started:
        page.click("#export button[type=submit]")
    target = folder / "scans.jsonl"
    started.value.save_as(target)
    rows = [json.loads(line) for line in target.read_text().splitlines()]
    assert {row["name"] for row in rows} == {"invoice.com"}


def sign_out(page):
    page.click(".who")
    page.click("text=Sign out")
    page.wait_for_url("**/sign-in**")


def test_mails_tell_of_both(day):
    subjects = [mail.subject for mail in mails(day.tenant, day.ticket_id)]
    assert len(subjects) == 2
