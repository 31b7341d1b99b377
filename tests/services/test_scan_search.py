"""Scans are found as if all were read from end to end, on both databases, whatever the way and the bounds."""

from __future__ import annotations

import shutil
from itertools import count

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import delete, func, insert, select, text, update

from app.connections.tables import connections
from app.db import Database
from app.tickets.filters import ScanFilters
from app.tickets.service.scan_counts import ScanCounts
from app.tickets.service.searching import Bounds, ScanSearch
from app.tickets.tables import scan_counts, scan_terms, scans
from tests.builders import NOON, a_connection, a_finding, a_scan
from tests.fuzz import fuzzed
from tests.services.many import filters, fits, rows

#: Bounds so small that every way of walking is taken, and the ordinary ones.
BOUNDS = (Bounds(), Bounds(few=1, some=2, compared=3), Bounds(few=3, some=100, compared=5))

_numbers = count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("migrated"), tmp_path / "scans.sqlite3")
        database = Database(f"sqlite:///{tmp_path}/scans.sqlite3")
        yield database
        database.close()
        return
    with request.getfixturevalue("postgres").database(migrated=True) as url:
        database = Database(url)
        yield database
        database.close()


def store(database, made):
    """Store the rows in place of all others; return their ids."""
    with database.write() as connection:
        connection.execute(delete(scans))
        connection.execute(delete(connections))
    owners = (a_connection(database), a_connection(database, name="other"))
    stored = [{**row, "connection_id": owners[row["owner"]], **_plain(row)} for row in made]
    with database.write() as connection:
        for row in stored:
            del row["owner"]
        return [connection.execute(insert(scans).values(**row).returning(scans.c.id)).scalar_one() for row in stored]


def _plain(row):
    return {"identity": f"{row['kind']}:{next(_numbers)}", "queued_at": row["created_at"], "finished_at": NOON}


def pages(search, wanted, limit):
    """Every id, page by page."""
    found, cursor = [], None
    while True:
        page = search.find(wanted, cursor, limit)
        assert len(page.ids) <= limit
        found += page.ids
        if page.next is None:
            return found
        assert cursor is None or page.next < cursor
        cursor = page.next


def recounted(database):
    cell = [scans.c[name] for name in ("connection_id", "kind", "verdict", "state", "verdict_by")]
    with database.read() as connection:
        return {tuple(row[:5]): row[5] for row in connection.execute(select(*cell, func.count()).group_by(*cell))}


def counted(database):
    cell = [scan_counts.c[name] for name in ("connection_id", "kind", "verdict", "state", "verdict_by")]
    amount = func.sum(scan_counts.c.amount)
    with database.read() as connection:
        found = connection.execute(select(*cell, amount).group_by(*cell))
        return {tuple(row[:5]): int(row[5]) for row in found if row[5]}


@given(
    made=st.lists(rows(), max_size=25),
    wanted=st.lists(filters(), min_size=3, max_size=6),
    bounds=st.sampled_from(BOUNDS),
    limit=st.integers(2, 9),
)
@fuzzed(45)
def test_what_fits_is_found_page_by_page_and_nothing_else(database, made, wanted, bounds, limit):
    ids = store(database, made)
    search = ScanSearch(database, bounds=bounds)
    for each in wanted:
        expected = [scan for scan, row in zip(ids, made, strict=True) if fits(row, each)][::-1]
        assert pages(search, each, limit) == expected, each


@given(made=st.lists(rows(), min_size=1, max_size=20), wanted=filters())
@fuzzed(30)
def test_tabs_count_what_fits_the_other_filters(database, made, wanted):
    store(database, made)
    fitting = [row for row in made if fits(row, ScanFilters(**{**_fields(wanted), "verdict": None}))]
    tally = ScanSearch(database).tally(wanted)
    assert tally is not None
    assert tally.total == len(fitting)
    decided = [row["verdict"] for row in fitting if row["state"] != "queued"]
    assert tally.by_verdict == {verdict: decided.count(verdict) for verdict in decided}


def _fields(wanted):
    return {name: getattr(wanted, name) for name in ScanFilters.__slots__}


@given(
    made=st.lists(rows(), min_size=1, max_size=12),
    changes=st.lists(
        st.tuples(st.integers(0, 11), rows(), st.sampled_from(("move", "describe", "remove"))), max_size=8
    ),
)
@fuzzed(30)
def test_counts_words_and_texts_follow_every_change(database, made, changes):
    ids = store(database, made)
    left = dict(zip(ids, made, strict=True))
    for at, row, how in changes:
        scan = ids[at % len(ids)]
        change(database, left, scan, row, how)
    ScanCounts(database).fold()
    assert counted(database) == recounted(database)
    search = ScanSearch(database, bounds=Bounds(few=1, some=1))
    for wanted in (ScanFilters(q="invoice"), ScanFilters(q="bad.example/"), ScanFilters(rule="yara.eicar"),
                   ScanFilters(host="bad.example"), ScanFilters(sender="ana@example.com")):  # fmt: skip
        assert pages(search, wanted, 3) == sorted(
            (each for each, row in left.items() if fits(row, wanted)), reverse=True
        )


def change(database, left, scan, row, how):
    """Change or remove one stored scan, in the database and in what we know of it."""
    if scan not in left:
        return
    names = ("verdict", "state", "verdict_by") if how == "move" else ("name", "url", "findings", "urls", "sender")
    with database.write() as connection:
        if how == "remove":
            connection.execute(delete(scans).where(scans.c.id == scan))
            del left[scan]
        else:
            values = {name: row[name] for name in names}
            connection.execute(update(scans).where(scans.c.id == scan).values(**values))
            left[scan] = {**left[scan], **values}


def test_a_transaction_that_is_taken_back_counts_nothing(database):
    a_scan(database)
    before = counted(database)

    def fail():
        with database.write() as connection:
            connection.execute(update(scans).values(verdict="malicious"))
            raise RuntimeError("The power went.")

    with pytest.raises(RuntimeError):
        fail()
    assert counted(database) == before == recounted(database)


def test_a_connection_that_goes_takes_its_counts_and_words_along(database):
    stays, goes = a_connection(database), a_connection(database, name="other")
    a_scan(database, connection_id=stays)
    a_scan(database, connection_id=goes, verdict="malicious", findings=[a_finding()])
    with database.write() as connection:
        connection.execute(delete(connections).where(connections.c.id == goes))
    assert counted(database) == recounted(database)
    with database.read() as connection:
        assert connection.execute(select(func.count()).where(scan_terms.c.term == "rule:yara.eicar")).scalar_one() == 0
    assert pages(ScanSearch(database), ScanFilters(q="invoice"), 5) == [1]


def test_a_scan_that_stands_already_is_counted_once(database):
    owner = a_connection(database)
    row = {
        "connection_id": owner,
        "identity": "attachment:1",
        "kind": "attachment",
        "created_at": NOON,
        "queued_at": NOON,
    }
    for _ in range(2):
        with database.write() as connection:
            connection.execute(database.insert_once(scans).values(**row))
    assert sum(counted(database).values()) == 1


def test_a_recount_mends_counts_that_somebody_broke(database):
    a_scan(database)
    with database.write() as connection:
        connection.execute(update(scan_counts).values(amount=7))
    ScanCounts(database).recount()
    assert counted(database) == recounted(database)


def test_folding_changes_no_count_and_leaves_one_row_a_cell(database):
    for verdict in ("clean", "clean", "malicious"):
        a_scan(database, verdict=verdict)
    before = counted(database)
    for _ in range(2):
        ScanCounts(database).fold()
    assert counted(database) == before
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(scan_counts)).scalar_one() == 2


def test_hostile_values_are_stored_and_found(database):
    sender = "'; DROP TABLE scans; --" + "x" * 10_000
    scan = a_scan(database, name="n" * 10_000 + '"*', sender=sender, url=None, findings=[a_finding(id="r" * 9_000)])
    search = ScanSearch(database)
    assert search.find(ScanFilters(sender=sender)).ids == [scan]
    assert search.find(ScanFilters(sender=sender[:-1])).ids == []
    assert search.find(ScanFilters(q="nnnn")).ids == [scan]
    assert search.find(ScanFilters(rule="r" * 9_000)).ids == [scan]


def test_a_search_that_compared_enough_says_so_and_goes_on(database):
    made = [a_scan(database, name="zq" if number == 0 else "other") for number in range(9)]
    search = ScanSearch(database, bounds=Bounds(few=1, some=1, compared=3))
    first = search.find(ScanFilters(q="zq"), limit=2)
    assert (first.ids, first.partial) == ([], True) or not first.partial
    assert pages(search, ScanFilters(q="zq"), 2) == [made[0]]


def test_the_last_day_means_the_day_before_now(database):
    a_scan(database, created_at=NOON - 90_000)
    recent = a_scan(database, created_at=NOON - 80_000)
    assert ScanSearch(database, lambda: NOON).find(ScanFilters(within=86_400.0)).ids == [recent]


def test_every_finding_id_is_known(database):
    for rule in ("yara.eicar", "macro.autoexec", "yara.eicar"):
        a_scan(database, findings=[a_finding(id=rule)])
    assert ScanSearch(database).rules() == ["macro.autoexec", "yara.eicar"]


def test_the_triggers_of_the_steps_are_those_of_the_code(database, tmp_path):
    """Tests of the web make their tables from the code; both must count alike."""
    from app.db import metadata
    from app.tables import load_tables

    load_tables()
    if not database.is_sqlite:
        with database.write() as connection:
            before = triggers_pg(connection)
            metadata.drop_all(connection)
            metadata.create_all(connection)
            assert triggers_pg(connection) == before
        return
    made = Database(f"sqlite:///{tmp_path}/made.sqlite3")
    metadata.create_all(made.engine)
    found = []
    for each in (database, made):
        with each.read() as connection:
            listed = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' OR name = 'scan_text' ORDER BY name"
            found.append(connection.execute(text(listed)).all())
    made.close()
    assert found[0] == found[1]


def triggers_pg(connection):
    listed = "SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'scan%' ORDER BY 1"
    bound = "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname LIKE 'scan%' ORDER BY 1"
    return [connection.execute(text(each)).all() for each in (listed, bound)]
