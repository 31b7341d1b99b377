"""Allow and block lists: what an entry may say, which one decides, and how the rows are kept."""

from __future__ import annotations

import pytest

from app.errors import Rejected
from app.tickets.lists import Entry, EntryIndex, EntryKind, Side, decide_by_lists, normalised
from app.tickets.service.lists import Lists
from tests.builders import NOON, Clock, a_connection, a_database

SHA = "a" * 64


@pytest.fixture
def database(tmp_path):
    database = a_database(tmp_path)
    yield database
    database.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def lists(database, clock):
    return Lists(database, clock)


def entry(side="block", kind="domain", value="bad.example", **more):
    return Entry(id=more.pop("id", 1), side=Side(side), kind=EntryKind(kind), value=value, **more)


# ── which entry decides ────────────────────────────────────────────────────


def test_no_entry_decides_nothing():
    assert decide_by_lists([], sha256=SHA, url="https://bad.example/", sender="a@b.example", now=NOON) is None


@pytest.mark.parametrize(
    ("kind", "value", "content"),
    [
        ("sha256", SHA, {"sha256": SHA}),
        ("sha256", SHA, {"sha256": SHA.upper()}),
        ("url", "https://bad.example/x", {"url": "https://bad.example/x"}),
        ("domain", "bad.example", {"url": "https://bad.example/x"}),
        ("domain", "bad.example", {"url": "https://a.b.bad.example:8443/x?y"}),
        ("host", "bad.example", {"url": "https://bad.example:8443/x"}),
        ("host", "192.0.2.7", {"url": "http://192.0.2.7/"}),
        ("pattern", "*.bad.example/x*", {"url": "https://a.bad.example/xyz?q"}),
        ("pattern", "*/wp-admin/*", {"url": "https://anything.test/wp-admin/x"}),
        ("domain", "192.0.2.7", {"url": "http://192.0.2.7/"}),
        ("domain", "[2001:db8::1]", {"url": "http://[2001:db8::1]/"}),
        ("sender", "eve@bad.example", {"sender": "Eve@BAD.example"}),
        ("sender", "bad.example", {"sender": "eve@mail.bad.example"}),
    ],
)
def test_an_entry_matches_its_content(kind, value, content):
    hit = decide_by_lists([entry(kind=kind, value=value)], now=NOON, **content)
    assert hit is not None
    assert hit.kind == kind


@pytest.mark.parametrize(
    ("kind", "value", "content"),
    [
        ("host", "bad.example", {"url": "https://a.bad.example/"}),
        ("host", "bad.example", {"sender": "eve@bad.example"}),
        ("pattern", "bad.example/x*", {"url": "https://bad.example/y"}),
        ("domain", "bad.example", {"url": "https://notbad.example/"}),
        ("domain", "bad.example", {"url": "https://bad.example.org/"}),
        ("domain", "bad.example", {"url": "https://good.example/bad.example"}),
        ("domain", "bad.example", {"url": "https://bad.example@good.example/"}),
        ("domain", "0.2.7", {"url": "http://192.0.2.7/"}),
        ("domain", "bad.example", {"sender": "eve@bad.example"}),
        ("sender", "bad.example", {"url": "https://bad.example/"}),
        ("url", "https://bad.example/x", {"url": "https://bad.example/xy"}),
        ("sha256", SHA, {"sha256": "b" * 64}),
        ("sender", "eve@bad.example", {"sender": "steve@bad.example"}),
    ],
)
def test_an_entry_leaves_other_content_alone(kind, value, content):
    assert decide_by_lists([entry(kind=kind, value=value)], now=NOON, **content) is None


def test_block_beats_allow_even_when_allow_is_more_specific():
    entries = [entry("allow", "url", "https://bad.example/x", id=1), entry("block", "domain", "bad.example", id=2)]
    hit = decide_by_lists(entries, url="https://bad.example/x", now=NOON)
    assert hit is not None
    assert hit.side is Side.BLOCK


def test_the_most_specific_entry_of_a_list_is_named():
    entries = [entry(id=1), entry(kind="url", value="https://bad.example/x", id=2, reason="kit")]
    hit = decide_by_lists(entries, url="https://bad.example/x", now=NOON)
    assert hit is not None
    assert (hit.kind, hit.reason) == (EntryKind.URL, "kit")


def test_an_expired_entry_does_not_count():
    assert decide_by_lists([entry(expires_at=NOON)], url="https://bad.example/", now=NOON) is None


def test_an_entry_counts_until_it_expires():
    assert decide_by_lists([entry(expires_at=NOON + 1)], url="https://bad.example/", now=NOON) is not None


# ── what an entry may say ──────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        ("sha256", f" {SHA.upper()} ", SHA),
        ("domain", "Bad.EXAMPLE.", "bad.example"),
        ("domain", "*.bad.example", "bad.example"),
        ("domain", "bücher.example", "xn--bcher-kva.example"),
        ("domain", "zip", "zip"),
        ("sender", "Eve@Bad.Example", "eve@bad.example"),
        ("sender", "@bad.example", "bad.example"),
        ("url", "HTTPS://Bad.Example:443/a/../b", "https://bad.example/b"),
    ],
)
def test_values_are_stored_in_one_form(kind, value, stored):
    assert normalised(EntryKind(kind), value, Side.BLOCK) == stored


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("sha256", "abc"),
        ("sha256", "g" * 64),
        ("domain", "https://bad.example"),
        ("domain", "bad.example/path"),
        ("domain", "a b"),
        ("domain", "bad.example:80"),
        ("domain", "-"),
        ("domain", "   "),
        ("domain", "x" * 3000),
        ("sender", "a@b@c d"),
        ("sender", "a b@c.example"),
        ("url", "javascript:alert(1)"),
        ("url", "ftp://bad.example/"),
        ("url", "http://[::1"),
    ],
)
def test_a_value_that_does_not_fit_its_kind_is_refused(kind, value):
    with pytest.raises(Rejected):
        normalised(EntryKind(kind), value, Side.BLOCK)


@pytest.mark.parametrize("value", ["com", "co.uk"])
@pytest.mark.parametrize("kind", ["domain", "sender"])
def test_a_whole_top_level_domain_is_never_allowed(kind, value):
    with pytest.raises(Rejected):
        normalised(EntryKind(kind), value, Side.ALLOW)


# ── rows ───────────────────────────────────────────────────────────────────


def test_an_added_entry_is_listed(lists):
    added, fresh = lists.add(Side.BLOCK, EntryKind.DOMAIN, "Bad.Example", actor="ana", reason="phishing")
    assert fresh
    assert lists.all(Side.BLOCK) == [added]
    assert (added.value, added.actor, added.created_at) == ("bad.example", "ana", NOON)


def test_adding_a_value_again_renews_the_entry_instead_of_doubling_it(lists):
    first, _ = lists.add(Side.BLOCK, EntryKind.DOMAIN, "bad.example", actor="ana", reason="old")
    second, fresh = lists.add(Side.BLOCK, EntryKind.DOMAIN, "BAD.example", actor="bob", reason="new")
    assert (second.id, fresh) == (first.id, False)
    assert [each.reason for each in lists.all(Side.BLOCK)] == ["new"]


def test_the_same_value_may_stand_for_one_connection_and_for_all(lists, database):
    a_connection(database)
    lists.add(Side.BLOCK, EntryKind.DOMAIN, "bad.example", actor="ana")
    _, fresh = lists.add(Side.BLOCK, EntryKind.DOMAIN, "bad.example", actor="ana", connection="acme")
    assert fresh


def test_an_unknown_connection_is_refused(lists):
    with pytest.raises(Rejected):
        lists.add(Side.BLOCK, EntryKind.DOMAIN, "bad.example", actor="ana", connection="nobody")


def test_a_removed_entry_is_gone(lists):
    added, _ = lists.add(Side.ALLOW, EntryKind.SHA256, SHA, actor="ana")
    assert lists.remove(Side.ALLOW, added.id) == added
    assert lists.all(Side.ALLOW) == []


def test_an_entry_is_not_removed_through_the_other_list(lists):
    added, _ = lists.add(Side.ALLOW, EntryKind.SHA256, SHA, actor="ana")
    assert lists.remove(Side.BLOCK, added.id) is None
    assert lists.all(Side.ALLOW) == [added]


def test_pages_follow_each_other_without_gap_or_repeat(lists):
    for number in range(5):
        lists.add(Side.BLOCK, EntryKind.DOMAIN, f"bad{number}.example", actor="ana")
    first, cursor = lists.page(Side.BLOCK, limit=3)
    second, end = lists.page(Side.BLOCK, cursor, limit=3)
    assert [each.value[3] for each in first + second] == ["4", "3", "2", "1", "0"]
    assert end is None


def test_entries_for_finds_what_may_decide_and_nothing_else(lists, database):
    acme, other = a_connection(database), a_connection(database, name="other")
    for value in ("bad.example", "example", "unrelated.example"):
        lists.add(Side.BLOCK, EntryKind.DOMAIN, value, actor="ana")
    lists.add(Side.ALLOW, EntryKind.URL, "https://a.bad.example/", actor="ana", connection="other")
    urls = {"url": "https://a.bad.example/"}
    assert {each.value for each in lists.entries_for(acme, **urls)} == {"bad.example", "example"}
    assert "https://a.bad.example/" in {each.value for each in lists.entries_for(other, **urls)}


def test_entries_for_asks_the_index(lists, database):
    with database.read() as reading:
        plan = reading.exec_driver_sql("EXPLAIN QUERY PLAN SELECT * FROM list_entries WHERE value IN ('a', 'b')").all()
    assert "ix_list_entries_value" in str(plan)


def test_patterns_are_found_by_their_host_or_by_none(lists, database):
    acme = a_connection(database)
    for value in ("*.bad.example/x*", "other.example/*", "*/wp-admin/*"):
        lists.add(Side.BLOCK, EntryKind.PATTERN, value, actor="ana")
    found = {each.value for each in lists.entries_for(acme, url="https://a.bad.example/y")}
    assert found == {"*.bad.example/x*", "*/wp-admin/*"}


def test_patterns_about_every_host_are_few(lists, monkeypatch):
    monkeypatch.setattr("app.tickets.service.lists.MOST_EVERYWHERE", 2)
    for number in range(2):
        lists.add(Side.BLOCK, EntryKind.PATTERN, f"*/login{number}*", actor="ana")
    with pytest.raises(Rejected, match="at most 2"):
        lists.add(Side.BLOCK, EntryKind.PATTERN, "*/login2*", actor="ana")


def test_what_a_link_passes_on_its_way_can_be_blocked_but_not_allowed():
    entries = [
        entry(kind="domain", value="wrapper.example", side="allow"),
        entry(kind="domain", value="bad.example", id=2),
    ]
    index = EntryIndex(entries[:1], now=NOON)
    assert index.decide(url="https://evil.test/", leads_to=["https://wrapper.example/?u=x"]) is None
    hit = EntryIndex(entries, now=NOON).decide(url="https://wrapper.example/", leads_to=["https://bad.example/"])
    assert hit is not None and hit.side is Side.BLOCK


def test_hits_are_counted_and_change_no_version(lists, database, clock):
    acme = a_connection(database)
    made, _ = lists.add(Side.BLOCK, EntryKind.HOST, "bad.example", actor="ana")
    version = lists.version(acme)
    with database.write() as connection:
        lists.count_hits(connection, {made.id: 3}, clock())
        lists.count_hits(connection, {made.id: 2}, clock())
    [again] = lists.all(Side.BLOCK)
    assert (again.hits, again.last_hit_at) == (5, clock())
    assert lists.version(acme) == version


def test_the_version_changes_with_what_the_lists_say(lists, database, clock):
    acme, other = a_connection(database), a_connection(database, name="other")
    versions = [lists.version(acme)]
    made, _ = lists.add(Side.BLOCK, EntryKind.HOST, "bad.example", actor="ana", expires_at=clock() + 60)
    versions.append(lists.version(acme))
    clock.now += 1
    lists.add(Side.BLOCK, EntryKind.HOST, "bad.example", actor="ana", reason="again", expires_at=clock() + 60)
    versions.append(lists.version(acme))
    lists.add(Side.ALLOW, EntryKind.HOST, "good.example", actor="ana", connection="acme")
    versions.append(lists.version(acme))
    assert lists.version(other) == versions[2]
    clock.now += 100  # the first one has expired
    versions.append(lists.version(acme))
    lists.remove(Side.BLOCK, made.id)
    assert len(set(versions)) == len(versions)


# ── CSV ────────────────────────────────────────────────────────────────────


def test_an_export_can_be_imported_again(lists, database, tmp_path, clock):
    a_connection(database)
    lists.add(Side.BLOCK, EntryKind.DOMAIN, "bad.example", actor="ana", reason='said "no", twice', expires_at=NOON + 60)
    lists.add(Side.BLOCK, EntryKind.SENDER, "eve@bad.example", actor="ana", connection="acme")
    text = lists.exported(Side.BLOCK)
    (tmp_path / "other").mkdir()
    copy = a_database(tmp_path / "other")
    a_connection(copy)
    assert Lists(copy, clock).imported(Side.BLOCK, text, actor="bob") == (2, 0, [])
    assert Lists(copy, clock).exported(Side.BLOCK) == text
    copy.close()


@pytest.mark.parametrize("reason", ["=HYPERLINK(1)", "+1", "-1", "@x", "'quoted", "=1+1|cmd"])
def test_no_exported_cell_is_a_formula_and_the_reason_survives(lists, database, reason):
    lists.add(Side.BLOCK, EntryKind.DOMAIN, "bad.example", actor="ana", reason=reason)
    text = lists.exported(Side.BLOCK)
    assert f",'{reason}," in text.replace('"', "")
    lists.imported(Side.BLOCK, text, actor="bob")
    assert [each.reason for each in lists.all(Side.BLOCK)] == [reason]


def test_an_import_with_a_mistake_adds_nothing_and_names_the_line(lists):
    text = "kind,value\ndomain,bad.example\nsha256,short\nsoup,x\n"
    added, updated, mistakes = lists.imported(Side.BLOCK, text, actor="ana")
    assert (added, updated, [each.line for each in mistakes]) == (0, 0, [3, 4])
    assert lists.all(Side.BLOCK) == []


def test_an_import_for_an_unknown_connection_adds_nothing(lists):
    _, _, mistakes = lists.imported(Side.BLOCK, "kind,value,connection\ndomain,bad.example,nobody\n", actor="ana")
    assert len(mistakes) == 1
    assert lists.all(Side.BLOCK) == []


@pytest.mark.parametrize("text", ["", "hello", "value\nx\n", 'kind,value\n"open', "a\0b,c\n"])
def test_what_is_no_list_is_refused(lists, text):
    with pytest.raises(Rejected):
        lists.imported(Side.BLOCK, text, actor="ana")
