from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places
from tests.unit.engine.programs import jar, java_class
from tests.unit.engine.test_program import evidence

PLAIN = java_class("java/lang/Object", "main")
BOTH = java_class("java/lang/Runtime", "exec", "java/net/URL")


def test_an_archive_with_classes_is_a_program(engine: Engine) -> None:
    report = engine.scan(jar({"com/a/Main.class": PLAIN}, starts="com.a.Main"), name="a.jar")

    assert (report.verdict, report.type) == (Verdict.RESTRICTED, "application/java-archive")
    assert evidence(report, "program.kind") == "Java, 1 classes, Main-Class: com.a.Main, not signed"


@pytest.mark.parametrize("name", ["a.zip", "a.dat", "a"])
def test_it_is_one_under_any_name(engine: Engine, name: str) -> None:
    assert engine.scan(jar({"Main.class": PLAIN}), name=name).verdict is Verdict.RESTRICTED


def test_names_of_a_document_beside_the_classes_do_not_hide_them(engine: Engine) -> None:
    disguise = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<a/>"}

    for content in (
        jar({"com/a/Main.class": PLAIN, **disguise}),
        samples.zip_of(
            {
                "mimetype": b"application/vnd.oasis.opendocument.text",
                "META-INF/MANIFEST.MF": b"Main-Class: com.a.Main\r\n",
                "com/a/Main.class": PLAIN,
            }
        ),
    ):
        assert engine.scan(content, name="a.jar").verdict is Verdict.RESTRICTED


def test_an_archive_of_sources_or_documentation_is_clean(engine: Engine) -> None:
    content = jar({"com/a/Main.java": b"class Main {}", "index.html": b"<html>Hello</html>"}, starts="")

    assert engine.scan(content, name="a-sources.jar").findings == ()


def test_a_project_with_compiled_classes_is_clean(engine: Engine) -> None:
    files = {f"project/target/classes/com/a/{name}.class": PLAIN for name in "ABC"}

    report = engine.scan(samples.zip_of({"project/META-INF/MANIFEST.MF": b"", **files}), name="a.zip")

    assert report.findings == ()


def test_what_it_holds_is_looked_into(engine: Engine) -> None:
    report = engine.scan(jar({"Main.class": PLAIN, "e.txt": EICAR}), name="a.jar")

    assert places(report)["yara.eicar"] == "a.jar/e.txt"


def test_a_single_class_is_a_program(engine: Engine) -> None:
    assert engine.scan(PLAIN, name="Main.class").verdict is Verdict.RESTRICTED
    assert engine.scan(samples.zip_of({"Main.class": PLAIN}), name="a.zip").verdict is Verdict.RESTRICTED


def test_downloading_and_starting_in_one_class_are_a_sign(engine: Engine) -> None:
    assert "program.downloads_and_starts" in places(engine.scan(BOTH, name="Main.class"))
    for one in (java_class("java/lang/Runtime"), java_class("java/net/URL"), PLAIN):
        assert "program.downloads_and_starts" not in places(engine.scan(one, name="Main.class"))


def test_classes_of_a_large_program_are_not_told_one_by_one(engine: Engine) -> None:
    files = {f"com/a/C{number}.class": BOTH for number in range(30)}

    report = engine.scan(jar({"com/a/Main.class": BOTH, **files}), name="a.jar")

    assert set(places(report)) == {"type.program", "program.kind"}


def test_classes_that_are_named_like_folders_are_a_sign(engine: Engine) -> None:
    tricked = jar({"Main.class": PLAIN, "a/Main.class/": b""})

    assert "program.hides_classes" in places(engine.scan(tricked, name="a.jar"))
    assert "program.hides_classes" not in places(engine.scan(jar({"Main.class": PLAIN, "a/": b""}), name="a.jar"))


def test_a_signed_archive_says_so(engine: Engine) -> None:
    report = engine.scan(jar({"Main.class": PLAIN, "META-INF/A.SF": BENIGN}), name="a.jar")

    assert "signed, which was not verified" in evidence(report, "program.kind")


@pytest.mark.parametrize("seed", [jar({"Main.class": BOTH}), BOTH])
@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(seed: bytes, rules: RuleSet, data: st.DataObject) -> None:
    assert judged(rules, data.draw(damaged(seed)), "a.jar").nodes >= 1
