"""The list of scans: filters and chips, saved views, verdicts on several, files to take away."""

from __future__ import annotations

import csv
import io
import json

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from app.access.roles import Role
from app.findings.tables import audit
from app.tickets.filters import ScanFilters
from tests.builders import EICAR_SHA256, NOON, a_connection, a_finding, a_scan

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1")


@pytest.fixture
def browser(site):
    return site.app.test_client()


def sign_in(site, browser, role=Role.ANALYST):
    assert browser.get(f"/sign-in/{site.services.access.create_sign_in_code(role)}").status_code == 303
    return browser


@pytest.fixture
def analyst(site, browser):
    return sign_in(site, browser)


@pytest.fixture
def viewer(site):
    return sign_in(site, site.app.test_client(), Role.VIEWER)


def page(answer, status=200):
    assert answer.status_code == status
    return LexborHTMLParser(answer.text)


def rows(browser, query):
    links = page(browser.get(f"/scans?{query}")).css("tbody .row-link")
    return [int(link.attributes["href"].rsplit("/", 1)[1]) for link in links]


def fields(document, form="form"):
    return {
        node.attributes["name"]: node.attributes.get("value") or ""
        for node in document.css(f"{form} input[type=hidden]")
    }


def post(browser, path, **form):
    key = page(browser.get("/scans?verdict=")).css_first("input[name=csrf]").attributes["value"]
    return browser.post(path, data={"csrf": key, **form})


def events(database):
    with database.read() as connection:
        return [(row.event, row.detail) for row in connection.execute(select(audit)) if "." in row.event]


# ── filters ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "query",
    [
        "verdict=malicious&verdict=suspicious", "verdict=malicious,suspicious", "sender=eve%40example.org",
        "receiver=a%40b", "channel=web", f"sha256={EICAR_SHA256}", "rule=yara.eicar", "host=bad.example",
        "decided_by=person",
        "within=24h", "since=2026-11-21+11:00&until=2026-11-21T13:00", "state=quarantined",
        "connection=other", "ticket=77",
    ],
)  # fmt: skip
def test_each_filter_of_the_address_narrows_the_list(analyst, database, query):
    a_scan(database, connection_id=a_connection(database), created_at=NOON - 90_000)
    wanted = a_scan(
        database, connection_id=a_connection(database, name="other"), verdict="malicious", verdict_by="person",
        state="quarantined", sender="eve@example.org", receiver="a@b", channel="web", sha256=EICAR_SHA256, ticket_id=77,
        findings=[a_finding()], urls=[{"url": "https://bad.example/x"}], created_at=NOON - 60,
    )  # fmt: skip
    assert rows(analyst, query) == [wanted]


def test_each_filter_that_is_set_has_a_chip_that_takes_it_away(analyst, database):
    a_scan(database)
    chips = page(analyst.get("/scans?verdict=malicious,clean&q=x&within=7d")).css(".chip")
    assert [chip.attributes["href"] for chip in chips] == [
        "/scans?q=x&within=7d",
        "/scans?verdict=malicious%2Cclean&within=7d",
        "/scans?verdict=malicious%2Cclean&q=x",
    ]
    assert "Malicious or Clean" in chips[0].text()


def test_tabs_count_everything_that_fits_the_other_filters(analyst, database):
    for verdict in ("clean", "malicious", "malicious"):
        a_scan(database, verdict=verdict, kind="url", url="https://x.example/")
    a_scan(database, verdict="malicious")
    counts = [node.text() for node in page(analyst.get("/scans?verdict=clean&kind=url")).css(".tabs .count")]
    assert counts == ["3", "2", "0", "0", "0", "1"]


def test_a_viewer_has_no_boxes_to_choose_by(viewer, database):
    a_scan(database)
    document = page(viewer.get("/scans"))
    assert document.css(".pick, #choose") == []
    assert "Choose it" not in document.text()


# ── views ──────────────────────────────────────────────────────────────────


def test_a_view_is_saved_listed_and_begun_with(analyst, database):
    a_scan(database)
    answer = post(
        analyst, "/scans/views", name="Night shift", query="verdict=malicious&evil=1", shared="on", default="on"
    )
    assert answer.headers["Location"] == "/scans?verdict=malicious"
    assert analyst.get("/scans").headers["Location"] == "/scans?verdict=malicious"
    assert "Night shift" in page(analyst.get("/scans?verdict=")).text()
    assert ("view.shared", {}) in events(database)


def test_a_viewer_keeps_views_but_shares_none(viewer, database):
    a_scan(database)
    assert post(viewer, "/scans/views", name="mine", query="kind=url").status_code == 303
    assert post(viewer, "/scans/views", name="ours", query="kind=url", shared="on").status_code == 403


@pytest.mark.parametrize(("name", "query"), [("", "kind=url"), ("x", "kind=soup"), ("x" * 61, "kind=url")])
def test_a_view_that_does_not_fit_is_refused_in_words(analyst, name, query):
    answer = post(analyst, "/scans/views", name=name, query=query)
    assert answer.status_code == 303
    assert page(analyst.get(answer.headers["Location"])).css(".flash-problem")


def test_a_view_is_removed_and_no_longer_begun_with(analyst):
    post(analyst, "/scans/views", name="mine", query="kind=url", default="on")
    remove = page(analyst.get("/scans?verdict=")).css_first("form[action$='/remove']").attributes["action"]
    assert post(analyst, remove).status_code == 303
    assert analyst.get("/scans").status_code == 200
    assert post(analyst, remove).status_code == 404


# ── verdicts on several ────────────────────────────────────────────────────


def confirm(browser, **form):
    return browser.post("/scans/verdicts/confirm", data={"csrf": key(browser), **form})


def key(browser):
    return page(browser.get("/scans?verdict=")).css_first("input[name=csrf]").attributes["value"]


def test_chosen_scans_are_confirmed_ordered_once_and_worked_off(site, analyst, database):
    ids = [a_scan(database, verdict="suspicious", ticket_id=None) for _ in range(3)]
    document = page(confirm(analyst, verdict="clean", id=[str(each) for each in ids[:2]], query="q=x"))
    assert "2 change nothing in their tickets" in " ".join(document.css_first("main").text().split())
    assert site.services.verdicts.effects == []
    form = {**fields(document, "main form"), "reason": "a false alarm"}
    places = {analyst.post("/scans/verdicts", data=form).headers["Location"] for _ in range(2)}
    [place] = places
    site.services.bulk.run(int(place.rsplit("/", 1)[1]))
    assert sorted(effect[:3] for effect in site.services.verdicts.effects) == [
        (each, "clean", "a false alarm") for each in ids[:2]
    ]
    assert "2 of 2 decided" in page(analyst.get(place)).text()


def test_all_that_fit_the_filters_are_chosen(analyst, database):
    for verdict in ("suspicious", "suspicious", "clean"):
        a_scan(database, verdict=verdict)
    document = page(confirm(analyst, verdict="malicious", all="1", query="verdict=suspicious"))
    assert "to 2 scans" in document.css_first("h1").text()


@pytest.mark.parametrize(
    "change", [{"ids": "3"}, {"verdict": "malicious"}, {"once": "x"}, {"token": ""}, {"token": "é"}]
)
def test_what_was_not_confirmed_is_not_ordered(site, analyst, database, change):
    ids = [a_scan(database) for _ in range(3)]
    document = page(confirm(analyst, verdict="clean", id=str(ids[0])))
    form = {**fields(document, "main form"), "reason": "x", **change}
    page(analyst.post("/scans/verdicts", data=form), 400)


def test_a_reason_is_asked_for(analyst, database):
    document = page(confirm(analyst, verdict="clean", id=str(a_scan(database))))
    answer = analyst.post("/scans/verdicts", data=fields(document, "main form"))
    assert "Give a reason" in page(answer, 422).text()


@pytest.mark.parametrize(
    "form", [{"verdict": "clean"}, {"verdict": "evil", "id": "1"}, {"verdict": "clean", "all": "1"}]
)
def test_nothing_chosen_leads_back_with_words(analyst, database, form):
    a_scan(database)
    answer = confirm(analyst, **form)
    assert answer.status_code == 303
    assert page(analyst.get(answer.headers["Location"])).css(".flash-problem")


@pytest.mark.parametrize("path", ["/scans/verdicts/confirm", "/scans/verdicts"])
def test_a_viewer_decides_nothing(viewer, database, path):
    a_scan(database)
    assert post(viewer, path, verdict="clean", id="1").status_code == 403


def test_an_unknown_order_is_a_404(analyst):
    page(analyst.get("/scans/verdicts/9"), 404)


# ── files to take away ─────────────────────────────────────────────────────


def test_a_csv_runs_nothing_in_a_spreadsheet(viewer, database):
    for name in FORMULAS:
        a_scan(database, name=name, sender=name, findings=[a_finding(id=name)])
    exported = list(csv.DictReader(io.StringIO(viewer.get("/scans/export?format=csv").text)))
    assert len(exported) == len(FORMULAS)
    for row in exported:
        for cell in row.values():
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")), cell


def test_a_file_holds_what_fits_the_filters_and_is_recorded(viewer, database):
    wanted = a_scan(database, verdict="malicious", sender="eve@example.org")
    a_scan(database)
    answer = viewer.get("/scans/export?format=jsonl&verdict=malicious&sender=eve%40example.org")
    assert [json.loads(line)["id"] for line in answer.text.splitlines()] == [wanted]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="scans.jsonl"'
    [(_, detail)] = [each for each in events(database) if each[0] == "scans.exported"]
    assert detail == {"format": "jsonl", "filters": ["sender", "verdict"]}


def test_a_csv_begins_with_the_mark_only_when_asked(viewer, database):
    assert viewer.get("/scans/export?bom=1").data.startswith(b"\xef\xbb\xbfid,")
    assert viewer.get("/scans/export").data.startswith(b"id,")


def test_a_filter_that_does_not_fit_exports_nothing(viewer):
    assert viewer.get("/scans/export?kind=soup").status_code == 422


def test_a_large_file_comes_in_pieces_and_is_complete(site, database):
    first = a_scan(database)
    with database.write() as connection:
        names = [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(scans)")]
        numbers = "WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 9999) "
        connection.exec_driver_sql(
            f"INSERT INTO scans ({', '.join(names[1:])}) {numbers}"
            f"SELECT connection_id, identity || n.value, {', '.join(names[3:])} FROM scans, n WHERE scans.id = ?",
            (first,),
        )
    answer = site.get("/scans/export?format=jsonl", buffered=False)
    pieces = list(answer.response)
    assert len(pieces) >= 40
    assert max(map(len, pieces)) < 1_000_000
    ids = [json.loads(line)["id"] for line in b"".join(pieces).splitlines()]
    assert ids == sorted(set(ids), reverse=True)
    assert len(ids) == 10_000


def test_what_arrives_during_an_export_is_not_in_it(site, database):
    made = [a_scan(database) for _ in range(3)]
    pages = site.services.queries.every(ScanFilters())
    a_scan(database)
    first = [scan["id"] for scan in next(pages)]
    a_scan(database)
    assert [*first, *(scan["id"] for each in pages for scan in each)][-3:] == made[::-1]


# ── the same by the API ────────────────────────────────────────────────────


def test_the_api_takes_one_verdict_for_many(site, database):
    ids = [a_scan(database, verdict="suspicious") for _ in range(2)]
    answer = site.post("/scans/verdicts", json={"ids": ids, "verdict": "clean", "reason": "fine"})
    assert (answer.status_code, answer.get_json()["waiting"]) == (202, 2)
    number = answer.get_json()["id"]
    site.services.bulk.run(number)
    assert site.get(f"/scans/verdicts/{number}", Role.ANALYST).get_json()["given"] == 2


def test_the_api_takes_a_filter(site, database):
    a_scan(database, verdict="suspicious")
    a_scan(database)
    body = {"filter": {"verdict": "suspicious,unknown"}, "verdict": "malicious"}
    assert site.post("/scans/verdicts", json=body).get_json()["total"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {"verdict": "clean"}, {"ids": [], "verdict": "clean"}, {"ids": [1], "filter": {"q": "x"}, "verdict": "clean"},
        {"filter": {}, "verdict": "clean"}, {"ids": [1], "verdict": "unknown"}, {"ids": [99], "verdict": "clean"},
        {"ids": list(range(1, 1002)), "verdict": "clean"}, {"filter": {"q": "nothing"}, "verdict": "clean"},
    ],
)  # fmt: skip
def test_an_order_that_does_not_fit_is_a_422(site, database, body):
    a_scan(database)
    assert site.post("/scans/verdicts", json=body).status_code == 422


def test_only_an_analyst_decides_many(site):
    assert site.post("/scans/verdicts", Role.VIEWER, json={"ids": [1], "verdict": "clean"}).status_code == 403
    assert site.get("/scans/verdicts/1", Role.VIEWER).status_code == 403
    assert site.get("/scans/verdicts/1", Role.ANALYST).status_code == 404
