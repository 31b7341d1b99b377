"""The sum that makes the verdict: the engine's own, done anew from what is stored."""

from __future__ import annotations

from app.engine.model import Finding
from app.engine.policy import Policy
from app.engine.verdict import score
from app.web.console.arithmetic import MOST_LISTED, arithmetic
from tests.builders import a_finding


def weak(number, room="pdf"):
    return a_finding(id=f"{room}.{number}", severity="suspicious", confidence="low")


def test_the_sum_is_that_of_the_engine():
    findings = [weak(1), weak(2), weak(3), weak(4), weak(1, "office"), a_finding(severity="info", id="x.y")]
    found = arithmetic(findings, [])
    engine = score([Finding.from_dict({"confidence": "high", **each}) for each in findings], Policy())
    assert found is not None
    assert (found.total, found.verdict) == (engine.total, engine.verdict)
    assert [(each.name, each.points, each.counted, each.is_capped) for each in found.classes] == [
        ("pdf", 600, 450, True),
        ("office", 150, 150, False),
    ]


def test_bad_links_weigh_once_whatever_their_number():
    link = {"raw": "x", "url": "https://x.test/", "where": "a", "verdict": "malicious", "reasons": []}
    found = arithmetic([a_finding(id="link.malicious", severity="suspicious", confidence="high")], [link] * 50)
    assert found is not None
    assert [(each.name, each.counted) for each in found.classes] == [("link", 400)]


def test_what_is_not_weighed_sets_a_floor():
    found = arithmetic([a_finding(id="type.program", severity="restricted")], [])
    assert found is not None
    assert (found.total, found.floor, found.verdict) == (0, "restricted", "restricted")


def test_where_nothing_weighs_there_is_no_sum():
    assert arithmetic([a_finding(severity="info")], []) is None


def test_a_class_of_thousands_is_listed_in_part():
    found = arithmetic([weak(number) for number in range(5_000)], [])
    assert found is not None
    assert (len(found.classes[0].findings), found.classes[0].more) == (MOST_LISTED, 5_000 - MOST_LISTED)
