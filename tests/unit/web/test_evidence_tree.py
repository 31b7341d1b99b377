"""The tree of containers: findings at their node, bounded however a file is built."""

from __future__ import annotations

from app.web.console.evidence_tree import DEEPEST, MOST_AT_ONE, MOST_INSIDE, MOST_PARTS, parts, tree
from tests.builders import a_finding


def found(where, severity="suspicious", **more):
    return a_finding(where=where, severity=severity, **more)


def names(part):
    return [inside.names for inside in part.inside]


def test_findings_stand_at_the_part_they_were_found_in():
    root = tree("a.zip", [found("a.zip"), found("a.zip/b.doc"), found("a.zip/c.zip/d.exe", "malicious")])
    assert (root.names, len(root.findings), root.count, root.worst) == (("a.zip",), 1, 3, "malicious")
    assert names(root) == [("c.zip", "d.exe"), ("b.doc",)]


def test_parts_that_hold_nothing_but_the_next_one_are_one_line():
    root = tree("mail.eml", [found("mail.eml/a.zip/b.zip/c.exe")])
    assert root.names == ("mail.eml", "a.zip", "b.zip", "c.exe")
    assert root.inside == []


def test_a_name_with_slashes_is_no_container():
    assert tree("a/b.zip", [found("a/b.zip"), found("a/b.zip/c.doc")]).names == ("a/b.zip",)
    assert names(tree("a/b.zip", [found("a/b.zip"), found("a/b.zip/c.doc")])) == [("c.doc",)]


def test_the_gravest_comes_first_and_the_way_to_it_is_open():
    quiet = [found(f"a.zip/{number}", "info") for number in range(30)]
    root = tree("a.zip", [*quiet, found("a.zip/b.zip/c.exe", "malicious"), found("a.zip/b.zip/d.txt", "info")])
    first, second = root.inside[:2]
    assert (first.names, first.is_open, second.is_open) == (("b.zip",), True, False)
    assert (first.inside[0].names, first.inside[0].is_open) == (("c.exe",), True)


def test_a_small_tree_is_open_as_a_whole():
    root = tree("a.zip", [found("a.zip/b.doc"), found("a.zip/c.doc")])
    assert all(part.is_open for part in root.inside)


def test_ten_thousand_parts_are_bounded_and_the_rest_is_counted():
    root = tree("a.zip", [found(f"a.zip/{number}.doc") for number in range(10_000)])
    assert len(root.inside) == MOST_INSIDE
    assert (root.left_out, root.below, root.count) == (10_000 - MOST_INSIDE, 10_000 - MOST_INSIDE, 10_000)


def test_many_parts_of_many_parts_are_bounded_too():
    root = tree("a", [found(f"a/{outer}/{inner}") for outer in range(100) for inner in range(100)])
    assert len(list(parts(root))) <= MOST_PARTS
    assert sum(part.below for part in parts(root)) + sum(len(part.findings) for part in parts(root)) == 10_000


def test_a_path_of_thousands_of_containers_is_bounded():
    way = "/".join(["a"] * 4000)
    root = tree("a", [found(way), found(f"{way}/b")])
    depth, part = 1, root
    while part.inside:
        depth, part = depth + 1, part.inside[0]
    assert depth <= DEEPEST + 1
    assert len("".join(root.names)) < 4000


def test_many_findings_at_one_part_are_bounded():
    root = tree("a", [found("a", id=f"yara.{number}") for number in range(500)])
    assert (len(root.findings), root.unshown) == (MOST_AT_ONE, 500 - MOST_AT_ONE)


def test_nothing_invisible_is_in_a_name():
    root = tree("a.zip", [found("a.zip"), found("a.zip/b\u202ecod.exe")])
    assert root.inside[0].names == ("b\\u{202e}cod.exe",)
