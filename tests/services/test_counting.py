"""What happened in each hour is counted once, whoever counts and however often."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from app.db import Database
from app.errors import Rejected
from app.tickets.service.counting import MATURE_SECONDS, Counting
from app.tickets.service.overview import Overview, Span
from app.tickets.tables import comments, hourly_figures
from tests.builders import (
    NOON,
    Clock,
    a_call,
    a_connection,
    a_database,
    a_decision,
    a_finding,
    a_scan,
    an_action,
)

HOUR = 3_600.0


@pytest.fixture
def database(tmp_path):
    database = a_database(tmp_path)
    yield database
    database.close()


@pytest.fixture
def server(postgres):
    """A database on a server; making one takes longer than all that is counted here."""
    with postgres.database(migrated=True) as url:
        database = Database(url)
        yield database
        database.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def counting(database, clock):
    return Counting(database, clock)


@pytest.fixture
def overview(database, clock):
    return Overview(database, clock)


def a_comment(database, comment_id, *, connection_id=None, seen_at=NOON, created_at=NOON - 1):
    owner = connection_id or a_connection(database)
    values = {"connection_id": owner, "ticket_id": 1, "comment_id": comment_id, "seen_at": seen_at}
    with database.write() as connection:
        connection.execute(insert(comments).values(**values, created_at=created_at))
    return owner


def judged(database, verdict, *, at=NOON, findings=(), **scan):
    number = a_scan(database, verdict=verdict, findings=list(findings), **scan)
    owner = {"connection_id": scan["connection_id"]} if "connection_id" in scan else {}
    effect = "quarantine" if verdict == "malicious" else "nothing"
    return number, a_decision(database, scan_id=number, verdict=verdict, effect=effect, decided_at=at, **owner)


def test_files_are_counted_by_their_first_verdict(database, counting, overview):
    number, _ = judged(database, "malicious")
    judged(database, "clean")
    a_decision(database, scan_id=number, verdict="clean", verdict_by="person", effect="release", decided_at=NOON + 5)
    counting.run()
    period = overview.period(Span.DAY)
    assert period["by_verdict"] == {"malicious": 1, "clean": 1}
    assert (period["scanned"], period["caught"], period["released"]) == (2, 1, 1)


def test_counting_again_counts_nothing_twice(database, counting, overview):
    judged(database, "malicious")
    counting.run()
    once = overview.period(Span.DAY)
    counting.run()
    assert overview.period(Span.DAY) == once


def test_what_happens_later_in_an_hour_is_counted_with_it(database, counting, overview, clock):
    judged(database, "clean")
    counting.run()
    judged(database, "clean", at=NOON + 60)
    clock.pass_(120)
    counting.run()
    assert overview.period(Span.DAY)["scanned"] == 2


def test_an_hour_that_is_long_over_is_left_alone(database, counting, clock):
    judged(database, "clean")
    clock.pass_(HOUR + MATURE_SECONDS + 1)
    counting.run()
    clock.pass_(60)
    assert counting.run() == 2


def test_the_hours_of_an_installation_that_never_counted_are_made_up_for(database, counting, overview):
    judged(database, "clean", at=NOON - 8 * 24 * HOUR)
    while counting.run() > 10:
        pass
    assert overview.period(Span.MONTH)["scanned"] == 1
    assert overview.period(Span.WEEK)["scanned"] == 0


def test_from_comment_to_redaction_is_measured_by_zendesks_time(database, counting, overview):
    owner = a_comment(database, 500, created_at=NOON - 8)
    number, decision = judged(database, "malicious", comment_id=500, connection_id=owner)
    an_action(database, scan_id=number, decision_id=decision, comment_id=500, finished_at=NOON + 2)
    counting.run()
    period = overview.period(Span.DAY)
    assert period["redactions"] == 1
    assert period["seconds_to_redaction_p50"] == pytest.approx(10, rel=0.05)


def test_a_redaction_that_a_person_ordered_says_nothing_of_how_fast_we_are(database, counting, overview):
    owner = a_comment(database, 500)
    number = a_scan(database, comment_id=500, connection_id=owner)
    decision = a_decision(database, scan_id=number, verdict_by="person", actor="Ana")
    an_action(database, scan_id=number, decision_id=decision, comment_id=500)
    counting.run()
    assert overview.period(Span.DAY)["redactions"] == 0


def test_a_comment_with_a_file_nobody_has_looked_at_is_not_covered(database, counting, overview):
    owner = a_comment(database, 500)
    a_scan(database, comment_id=500, connection_id=owner)
    a_comment(database, 501, connection_id=owner)
    a_scan(database, comment_id=501, connection_id=owner, state="failed", verdict="unknown")
    a_comment(database, 502, connection_id=owner)
    counting.run()
    period = overview.period(Span.DAY)
    assert (period["comments_seen"], period["comments_scanned"]) == (3, 2)


def test_unknowns_are_counted_by_cause(database, counting, overview):
    locked = a_finding(id="archive.encrypted", severity="unknown")
    judged(database, "unknown", findings=[locked])
    judged(database, "unknown", findings=[locked])
    judged(database, "unknown", state="failed")
    counting.run()
    assert overview.period(Span.DAY)["unknown_by_cause"] == [
        {"cause": "archive.encrypted", "count": 2},
        {"cause": "not-fetched", "count": 1},
    ]


def test_a_rule_that_people_overrule_is_a_false_alarm(database, counting, overview):
    macro = a_finding(id="office.macro")
    number, _ = judged(database, "malicious", findings=[macro])
    judged(database, "malicious", findings=[macro])
    a_decision(database, scan_id=number, verdict="clean", verdict_by="person", effect="release", decided_at=NOON + 9)
    counting.run()
    assert overview.period(Span.DAY)["false_alarms"] == [{"rule": "office.macro", "count": 1, "of": 2}]


def test_each_tenant_sees_its_own_figures(database, counting, overview):
    acme, other = a_connection(database), a_connection(database, name="other")
    judged(database, "malicious", connection_id=acme)
    judged(database, "clean", connection_id=other)
    counting.run()
    assert overview.period(Span.DAY, "other")["by_verdict"] == {"clean": 1}
    assert overview.period(Span.DAY)["scanned"] == 2


def test_a_tenant_that_is_not_there_is_refused(overview):
    with pytest.raises(Rejected):
        overview.period(Span.DAY, "nobody")


@pytest.mark.parametrize(("span", "columns"), [(Span.DAY, 24), (Span.WEEK, 28), (Span.MONTH, 30)])
def test_a_chart_has_a_column_for_every_part_of_its_span(database, counting, overview, span, columns):
    judged(database, "clean")
    counting.run()
    chart = overview.chart(span)
    assert len(chart) == columns
    assert chart[-1].by_verdict == {"clean": 1}
    assert chart[0].by_verdict == {}


def test_what_waits_is_counted_as_it_is_now(database, overview):
    a_call(database)
    a_scan(database, state="queued", finished_at=None)
    number = a_scan(database)
    decision = a_decision(database, scan_id=number)
    an_action(database, scan_id=number, decision_id=decision, state="planned", finished_at=None)
    assert overview.waiting() == {"calls": 1, "scans": 1, "actions": 1}


def test_a_server_counts_the_same(database, server, clock):
    found = []
    for each in (database, server):
        owner = a_comment(each, 500, created_at=NOON - 8)
        locked = a_finding(id="archive.encrypted", severity="unknown")
        judged(each, "unknown", findings=[locked], connection_id=owner)
        number, decision = judged(each, "malicious", findings=[a_finding()], comment_id=500, connection_id=owner)
        an_action(each, scan_id=number, decision_id=decision, comment_id=500, finished_at=NOON + 2)
        a_decision(each, scan_id=number, verdict="clean", verdict_by="person", effect="release", decided_at=NOON + 5)
        Counting(each, clock).run()
        overview = Overview(each, clock)
        found.append((overview.period(Span.DAY), overview.chart(Span.WEEK, "acme"), overview.waiting()))
    assert found[0] == found[1]
    assert found[0][0]["scanned"] == 2


def test_figures_of_more_than_400_days_ago_are_forgotten(database, counting, clock):
    judged(database, "clean")
    counting.run()
    clock.pass_(401 * 24 * HOUR)
    counting.run()
    with database.read() as connection:
        assert connection.execute(select(hourly_figures)).all() == []
