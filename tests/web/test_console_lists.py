"""The pages of the allow and block lists."""

from __future__ import annotations

import io

import pytest

from app.access.roles import Role
from app.tickets.lists import Side
from tests.builders import NOON, a_connection, a_list_entry
from tests.web.pages import browser_of, page, send, text


@pytest.fixture
def analyst(site):
    return browser_of(site, Role.ANALYST)


def values(site, side=Side.BLOCK):
    return [entry.value for entry in site.services.lists.all(side)]


def test_a_list_shows_what_stands_on_it_and_how_often_it_decided(site, analyst):
    a_list_entry(site.database, value="bad.example", reason="case 118", hits=1_204, last_hit_at=NOON - 60)
    found = text(page(analyst.get("/lists/block")))
    for words in ("bad.example", "case 118", "1,204", "for good"):
        assert words in found


def test_an_empty_list_says_what_it_is_for(analyst):
    assert "This list is empty" in text(page(analyst.get("/lists/allow")))


def test_an_entry_is_added_with_its_reason_and_its_last_day(site, analyst):
    form = {"kind": "domain", "value": "Bad.Example.", "reason": "phishing", "expires_at": "2026-12-31"}
    assert "stands on the block list" in text(page(send(analyst, "/lists/block", **form)))
    [entry] = site.services.lists.all(Side.BLOCK)
    assert (entry.value, entry.reason, entry.actor) == ("bad.example", "phishing", "sign-in link")
    assert entry.expires_at == pytest.approx(NOON + 40.5 * 86_400)


def test_the_last_day_counts_until_its_end(site, analyst):
    send(analyst, "/lists/block", kind="domain", value="bad.example", expires_at="2026-11-21")
    assert not site.services.lists.is_over(site.services.lists.all(Side.BLOCK)[0])


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"kind": "domain", "value": "no domain"}, "no domain name"),
        ({"kind": "", "value": "bad.example"}, "Choose what the entry is about"),
        ({"kind": "domain", "value": "bad.example", "expires_at": "soon"}, "The last day does not fit"),
        ({"kind": "domain", "value": "bad.example", "connection": "nobody"}, "no connection"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(site, analyst, form, said):
    document = page(send(analyst, "/lists/block", reason="my reason", **form), 422)
    assert said in text(document)
    [reason] = document.css("input[name=reason]")
    assert reason.attributes["value"] == "my reason"
    assert values(site) == []


def test_an_entry_is_removed(site, analyst):
    number = a_list_entry(site.database)
    assert "off the block list" in text(page(send(analyst, f"/lists/block/{number}/remove")))
    assert values(site) == []


def test_an_entry_that_somebody_else_removed_is_gone(analyst):
    page(send(analyst, "/lists/block/7/remove"), 404)


def test_a_list_is_searched_by_value_reason_and_person(site, analyst):
    a_list_entry(site.database, value="one.example", reason="alpha")
    a_list_entry(site.database, value="two.example", reason="beta", actor="Bo")
    for query, there, not_there in (
        ("ONE", "one.ex", "two.ex"),
        ("beta", "two.ex", "one.ex"),
        ("bo", "two.ex", "one.ex"),
    ):
        found = text(page(analyst.get(f"/lists/block?q={query}")))
        assert there in found
        assert not_there not in found
    assert "Nothing fits" in text(page(analyst.get("/lists/block?q=%25")))


def test_a_list_is_narrowed_to_one_kind(site, analyst):
    a_list_entry(site.database, value="one.example")
    a_list_entry(site.database, kind="sha256", value="a" * 64)
    found = text(page(analyst.get("/lists/block?kind=sha256")))
    assert "aaaa" in found
    assert "one.example" not in found


def test_a_long_list_has_pages_that_keep_the_search(site, analyst):
    for number in range(51):
        a_list_entry(site.database, value=f"n{number}.example")
    document = page(analyst.get("/lists/block?q=example"))
    [link] = document.css("a[rel=next]")
    older = str(link.attributes["href"])
    assert "q=example" in older
    assert "n0.example" in text(page(analyst.get(older)))


def test_an_exported_list_can_be_imported_again(site, analyst):
    a_list_entry(site.database, value="bad.example", reason="=cmd|' /C calc'!A0")
    exported = analyst.get("/lists/block.csv")
    assert exported.headers["Content-Disposition"].startswith("attachment")
    assert ",=cmd" not in exported.text
    file = (io.BytesIO(exported.data), "block.csv")
    assert "0 added, 1 changed" in text(page(send(analyst, "/lists/block/import", file=file)))


def test_of_a_file_with_mistakes_nothing_is_imported_and_each_is_named(site, analyst):
    file = (io.BytesIO(b"kind,value\ndomain,good.example\ndomain,no domain\n"), "block.csv")
    found = text(page(send(analyst, "/lists/block/import", file=file), 422))
    assert "Nothing was imported" in found
    assert "Line 3:" in found
    assert values(site) == []


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"who,are,you\n1,2,3\n"])
def test_a_file_that_is_no_list_is_refused_in_plain_words(analyst, content):
    page(send(analyst, "/lists/block/import", file=(io.BytesIO(content), "x.csv")), 422)


def test_a_viewer_sees_a_list_and_can_change_nothing(site):
    a_list_entry(site.database)
    viewer = browser_of(site, Role.VIEWER)
    assert page(viewer.get("/lists/block")).css("main form[method=post]") == []


def test_an_entry_of_one_connection_says_so(site, analyst):
    a_list_entry(site.database, connection_id=a_connection(site.database, name="nordic"))
    assert "only nordic" in text(page(analyst.get("/lists/block")))


def test_a_hostile_value_is_shown_as_text(site, analyst):
    hostile = "<script>alert(1)</script>\u202egpj.exe"
    a_list_entry(site.database, value=hostile, reason=hostile, actor=hostile)
    answer = analyst.get("/lists/block")
    assert "<script>alert" not in answer.text
    assert "\u202e" not in answer.text
