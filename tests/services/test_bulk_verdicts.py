"""One verdict on many scans: exactly once on each, whatever crashes on the way."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.engine.model import Verdict
from app.errors import Rejected
from app.findings.policy import Effect, Policy
from app.jobs import InlineQueue, Job
from app.tickets.filters import ScanFilters
from app.tickets.service.bulk import LEASE_SECONDS, LOST_SECONDS, MOST, STEP, BulkVerdicts
from app.tickets.service.verdicts import Verdicts
from app.tickets.tables import decisions
from tests.builders import Clock, a_connection, a_database, a_decision, a_scan, an_action


class PowerCut(BaseException):
    """Ends a worker in the middle: nothing catches it."""


class Failing:
    """Gives verdicts, and ends the worker right after some of them."""

    def __init__(self, verdicts, after):
        self._verdicts = verdicts
        self._after = after

    def by_person(self, scan_id, verdict, *, reason, actor):
        changed = self._verdicts.by_person(scan_id, verdict, reason=reason, actor=actor)
        self._after -= 1
        if self._after == 0:
            raise PowerCut
        return changed


@pytest.fixture
def database(tmp_path):
    database = a_database(tmp_path)
    yield database
    database.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def queue():
    return InlineQueue()


@pytest.fixture
def verdicts(database, clock):
    return Verdicts(database, InlineQueue(), policy=Policy(), now=clock)


@pytest.fixture
def bulk(database, queue, verdicts, clock):
    return BulkVerdicts(database, queue, verdicts, clock, policy=Policy())


def order(bulk, ids, verdict=Verdict.CLEAN, token="once"):
    return bulk.order(ids, verdict, reason="a false alarm", actor="ana", token=token)


def decided(database):
    with database.read() as connection:
        found = connection.execute(select(decisions.c.scan_id, func.count()).group_by(decisions.c.scan_id))
        return {row[0]: row[1] for row in found}


def test_each_scan_gets_the_verdict_once(bulk, database):
    ids = [a_scan(database, verdict="suspicious") for _ in range(2 * STEP + 5)]
    number = order(bulk, ids)
    bulk.run(number)
    progress = bulk.progress(number)
    assert (progress["given"], progress["stood"], progress["waiting"]) == (len(ids), 0, 0)
    assert progress["finished_at"] is not None
    assert decided(database) == dict.fromkeys(ids, 1)


def test_an_order_wakes_a_worker(bulk, queue, database):
    number = order(bulk, [a_scan(database)])
    assert queue.waiting == [(Job.DECIDE, 0.0, {"bulk_id": number})]


def test_the_same_form_sent_twice_is_one_order(bulk, database):
    ids = [a_scan(database)]
    assert order(bulk, ids) == order(bulk, ids)


@pytest.mark.parametrize("after", [1, STEP, STEP + 1])
def test_a_worker_that_dies_leaves_the_rest_to_the_next(bulk, database, clock, queue, verdicts, after):
    ids = [a_scan(database, verdict="suspicious") for _ in range(STEP + 3)]
    number = order(bulk, ids)
    dying = BulkVerdicts(database, queue, Failing(verdicts, after), clock, policy=Policy())
    with pytest.raises(PowerCut):
        dying.run(number)
    bulk.run(number)
    assert bulk.progress(number)["finished_at"] is None  # the lease of the dead one holds
    clock.pass_(LEASE_SECONDS + 1)
    bulk.run(number)
    progress = bulk.progress(number)
    assert (progress["given"] + progress["stood"], progress["waiting"]) == (len(ids), 0)
    assert decided(database) == dict.fromkeys(ids, 1)


def test_the_sweep_wakes_a_worker_for_what_lies_about(bulk, database, queue, clock):
    number = order(bulk, [a_scan(database)])
    queue.waiting.clear()
    bulk.sweep()
    assert queue.waiting == []
    clock.pass_(LOST_SECONDS + 1)
    bulk.sweep()
    assert queue.waiting == [(Job.DECIDE, 0.0, {"bulk_id": number})]
    bulk.run(number)
    clock.pass_(LOST_SECONDS + 1)
    queue.waiting.clear()
    bulk.sweep()
    assert queue.waiting == []


def test_what_is_refused_is_listed_and_stops_nothing(bulk, database):
    ids = [a_scan(database), a_scan(database, state="scanning", finished_at=None), a_scan(database)]
    number = order(bulk, ids)
    bulk.run(number)
    progress = bulk.progress(number)
    assert progress["given"] == 2
    assert [(each["scan_id"], "not finished" in each["detail"]) for each in progress["refused"]] == [(ids[1], True)]


def test_a_verdict_that_stands_already_is_counted_as_such(bulk, database):
    number = order(bulk, [a_scan(database, verdict="clean", verdict_by="person")])
    bulk.run(number)
    assert (bulk.progress(number)["given"], bulk.progress(number)["stood"]) == (0, 1)


def test_what_fits_a_filter_is_chosen_without_what_is_not_finished(bulk, database):
    wanted = [a_scan(database, verdict="suspicious") for _ in range(2)]
    a_scan(database, verdict="suspicious", state="queued", finished_at=None)
    a_scan(database)
    chosen = bulk.chosen(None, ScanFilters(verdict="suspicious"))
    assert (chosen.ids, chosen.more) == (tuple(wanted[::-1]), False)


def test_ids_that_are_unknown_are_left_out(bulk, database):
    scan = a_scan(database)
    assert bulk.chosen([scan, scan, 99, 2**62], ScanFilters()).ids == (scan,)


@pytest.mark.parametrize("ids", [[], list(range(1, MOST + 2))])
def test_nothing_and_too_many_are_refused(bulk, ids):
    with pytest.raises(Rejected):
        order(bulk, ids)


def test_an_unknown_order_has_no_progress(bulk):
    assert bulk.progress(1) is None


def test_what_would_follow_is_told_before(bulk, database):
    a_connection(database)
    quarantined = a_scan(database, verdict="malicious", state="quarantined")
    decision = a_decision(database, quarantined)
    an_action(database, scan_id=quarantined, decision_id=decision)
    plain, link = a_scan(database), a_scan(database, kind="url", url="https://x.example/")
    standing = a_scan(database, verdict="clean", verdict_by="person")
    ids = [quarantined, plain, link, standing]
    clean, malicious = bulk.expected(ids, Verdict.CLEAN), bulk.expected(ids, Verdict.MALICIOUS)
    assert sorted(clean.orders) == [Effect.NOTHING, Effect.NOTHING, Effect.RELEASE]
    assert clean.standing == 1
    assert sorted(malicious.orders) == [Effect.NOTHING, Effect.QUARANTINE, Effect.QUARANTINE, Effect.TELL]


def test_what_is_told_before_is_what_is_ordered(bulk, database):
    quarantined = a_scan(database, verdict="malicious", state="quarantined")
    an_action(database, scan_id=quarantined, decision_id=a_decision(database, quarantined))
    ids = [
        quarantined,
        a_scan(database),
        a_scan(database, kind="url", url="https://x.example/"),
        a_scan(database, ticket_id=None),
    ]
    expected = bulk.expected(ids, Verdict.MALICIOUS)
    bulk.run(order(bulk, ids, Verdict.MALICIOUS))
    with database.read() as connection:
        given = connection.execute(select(decisions.c.effect).where(decisions.c.verdict_by == "person")).scalars()
        assert sorted(given) == sorted(expected.orders)


def test_progress_tells_who_ordered_what(bulk, database):
    progress = bulk.progress(order(bulk, [a_scan(database)]))
    assert (progress["actor"], progress["verdict"], progress["reason"]) == ("ana", "clean", "a false alarm")
    assert progress["created_at"] == "2026-11-21T12:00:00.000Z"
