"""Counts of hours: how long things took, and why something stayed unknown."""

from __future__ import annotations

from collections import Counter

import pytest

from app.tickets.hours import cause_of, class_of, hour_of, quantile, rules_of


@pytest.mark.parametrize("seconds", [0.06, 0.9, 4.0, 17.5, 300.0, 86_400.0])
def test_a_length_of_time_is_read_back_within_a_twentieth(seconds):
    assert quantile(Counter([class_of(seconds)]), 0.5) == pytest.approx(seconds, rel=0.05, abs=0.01)


def test_half_and_nineteen_of_twenty_are_told_apart():
    classes = Counter(class_of(seconds) for seconds in [*[2.0] * 90, *[60.0] * 10])
    assert quantile(classes, 0.5) == pytest.approx(2, rel=0.05)
    assert quantile(classes, 0.95) == pytest.approx(60, rel=0.05)


def test_classes_of_different_hours_can_be_added():
    early, late = Counter([class_of(1.0)]), Counter([class_of(1.0), class_of(30.0)])
    assert quantile(early + late, 0.5) == quantile(early, 0.5)


def test_nothing_has_no_quantile():
    assert quantile({}, 0.5) is None


@pytest.mark.parametrize("seconds", [-5.0, 0.0, 0.01])
def test_clocks_that_disagree_a_little_do_no_harm(seconds):
    assert class_of(seconds) == 0


def test_an_hour_begins_on_the_hour():
    assert hour_of(7_199.9) == 1
    assert hour_of(7_200.0) == 2


def test_the_cause_of_an_unknown_is_the_finding_that_says_so():
    findings = [{"id": "yara.note", "severity": "info"}, {"id": "archive.encrypted", "severity": "unknown"}]
    assert cause_of(findings, "done") == "archive.encrypted"


def test_what_could_not_be_fetched_is_a_cause_of_its_own():
    assert cause_of([], "failed") == "not-fetched"


def test_an_unknown_that_nothing_explains_is_counted_too():
    assert cause_of([], "done") == "other"


def test_only_what_spoke_against_something_is_a_rule_of_its_verdict():
    found = [("a", "info"), ("b", "unknown"), ("c", "suspicious"), ("d", "malicious"), ("d", "malicious")]
    assert rules_of([{"id": name, "severity": severity} for name, severity in found]) == {"c", "d"}
