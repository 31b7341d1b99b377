"""From a signed webhook call to the redacted file, the note and the mail; and a person's verdicts over the API."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from app.sandbox import samples
from tests.e2e.desk import EICAR_SHA256, end_of, files, is_handled, mails, notes, redactions, report_virus
from tests.e2e.installation import RECIPIENT
from tests.waiting import eventually

SECONDS = 30.0


def handled(house, name="invoice.com"):
    """Report a virus, wait until it is dealt with, and return the ticket's number and its scan."""
    ticket_id = report_virus(house.tenant, name)
    eventually(lambda: is_handled(house.tenant, ticket_id), SECONDS, house.installation.log)
    [scan] = house.installation.scans(house.analyst, ticket_id)
    return ticket_id, scan


def judge(house, scan, verdict):
    answer = house.installation.api(
        "POST", f"scans/{scan['id']}/verdict", house.analyst, json={"verdict": verdict, "reason": "Looked at it"}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def state_of(house, scan):
    return house.installation.api("GET", f"scans/{scan['id']}", house.analyst).json()["state"]


def test_a_malicious_file_leaves_the_ticket_with_one_note_and_one_mail(house):
    ticket_id, scan = handled(house)
    assert files(house.tenant, ticket_id) == ["redacted.txt"]
    [note] = notes(house.tenant, ticket_id)
    [mail] = mails(house.tenant, ticket_id)
    assert EICAR_SHA256 in note["html_body"]
    assert f"{house.installation.url}/scans/{scan['id']}" in note["html_body"]
    assert EICAR_SHA256 in mail.text and EICAR_SHA256 in mail.html
    assert mail.recipients == (RECIPIENT,)
    assert (scan["verdict"], scan["state"], scan["sha256"]) == ("malicious", "quarantined", EICAR_SHA256)
    assert set(redactions(house.tenant, ticket_id).values()) == {1}


def test_clean_then_malicious_again_gives_the_file_back_and_takes_it_away(house):
    ticket_id, scan = handled(house)
    tenant = house.tenant

    assert judge(house, scan, "clean")["verdict"] == "clean"
    eventually(lambda: end_of(tenant, ticket_id).mails == 2, SECONDS, house.installation.log)
    assert files(tenant, ticket_id) == ["redacted.txt", "invoice.com"]
    assert state_of(house, scan) == "released"
    [_, note] = notes(tenant, ticket_id)
    address = note["attachments"][0]["content_url"]
    assert house.installation.http.get(address, timeout=10).content == samples.eicar()

    judge(house, scan, "clean")  # it stands already
    judge(house, scan, "malicious")
    eventually(lambda: end_of(tenant, ticket_id).mails == 3, SECONDS, house.installation.log)
    assert files(tenant, ticket_id) == ["redacted.txt", "redacted.txt"]
    assert end_of(tenant, ticket_id).notes == 3
    assert state_of(house, scan) == "quarantined"
    # The clean verdict must not stand for the content any longer, or it would pass in the next ticket.
    assert handled(house, "again.com")[1]["verdict"] == "malicious"


def test_the_original_comes_as_a_zip_with_a_password(house):
    _, scan = handled(house)
    answer = house.installation.api("GET", f"scans/{scan['id']}/file", house.analyst)
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        [member] = archive.infolist()
        assert archive.read(member, pwd=b"infected") == samples.eicar()


def test_a_clean_file_leaves_no_trace_in_the_ticket(house):
    pdf = ("report.pdf", samples.pdf("All is well"), "application/pdf")
    ticket_id = house.tenant.add_ticket("Report", "Here it is", [pdf]).id
    eventually(
        lambda: [scan["state"] for scan in house.installation.scans(house.analyst, ticket_id)] == ["done"], SECONDS
    )
    end = end_of(house.tenant, ticket_id)
    assert (end.files, end.notes, end.mails) == (("report.pdf",), 0, 0)


def test_a_call_that_never_came_is_found_in_the_ticket_events(house):
    house.tenant.deliverer.script("drop", times=1)
    ticket_id = report_virus(house.tenant)
    eventually(lambda: is_handled(house.tenant, ticket_id), 45.0, house.installation.log)
    assert set(redactions(house.tenant, ticket_id).values()) == {1}


@pytest.mark.parametrize("kind", ["duplicate", "repeat"])
def test_a_call_that_comes_twice_does_one_thing(house, kind):
    house.tenant.deliverer.script(kind, times=1)
    ticket_id, _ = handled(house)
    assert house.tenant.settle()
    end = end_of(house.tenant, ticket_id)
    assert (end.redactions, end.notes, end.mails) == ((1,), 1, 1)


def test_a_wait_that_zendesk_asks_for_is_kept(house):
    tenant = house.tenant
    ticket_id = len(tenant.state.data.tickets) + 1
    path = rf"/tickets/{ticket_id}/comments(\.json)?$"
    tenant.fault(status=429, headers={"Retry-After": "4"}, path=path)
    assert report_virus(tenant) == ticket_id
    eventually(lambda: is_handled(tenant, ticket_id), SECONDS, house.installation.log)
    refused, *later = [call.at for call in tenant.calls() if re.search(path, call.path)]
    assert min(later) - refused >= 4.0
