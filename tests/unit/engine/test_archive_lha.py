from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.engine.analyzers.archive import libarchive
from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places, unknowns
from tests.unit.engine.packers import arj, lha

METHODS = ["lh0", "lh5", "lh6", "lh7"]


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("method", METHODS)
def test_a_member_of_lha_is_found(engine: Engine, method: str, level: int) -> None:
    report = engine.scan(lha({"a.txt": BENIGN, "sub/e.txt": EICAR}, method, level=level), name="a.lzh")

    assert (report.type, report.verdict, unknowns(report)) == (
        "application/x-lzh-compressed",
        Verdict.MALICIOUS,
        set(),
    )
    assert places(report)["yara.eicar"] == "a.lzh/sub/e.txt"


@pytest.mark.parametrize("method", METHODS)
def test_harmless_members_of_lha_are_clean(engine: Engine, method: str) -> None:
    report = engine.scan(lha({"a.txt": BENIGN, "b.txt": BENIGN * 2}, method), name="a.lzh")

    assert (report.verdict, report.findings, report.nodes) == (Verdict.CLEAN, (), 3)


def test_a_method_of_lha_that_is_not_read_is_unknown_and_its_names_are_judged(engine: Engine) -> None:
    report = engine.scan(lha({"Scan.pdf.exe": b"noise", "e.txt": EICAR}, "lh1"), name="a.lzh")

    assert (report.verdict, unknowns(report)) == (Verdict.MALICIOUS, {"archive.unsupported"})
    assert "name.double_extension" in places(report)


def test_names_from_japan_are_read(engine: Engine) -> None:
    content = lha({"??.txt": EICAR}, "lh5", level=0).replace(b"??.txt", "表.txt".encode("cp932"))

    assert places(engine.scan(content, name="a.lzh"))["yara.eicar"] == "a.lzh/表.txt"


@pytest.mark.parametrize("method", [0, 1, 2, 3])
def test_a_member_of_arj_is_found(engine: Engine, method: int) -> None:
    report = engine.scan(arj({"a.txt": BENIGN, "sub/e.txt": EICAR}, method), name="a.arj")

    assert (report.type, report.verdict, unknowns(report)) == ("application/x-arj", Verdict.MALICIOUS, set())
    assert places(report)["yara.eicar"] == "a.arj/sub/e.txt"


@pytest.mark.parametrize("method", [0, 1])
def test_harmless_members_of_arj_are_clean(engine: Engine, method: int) -> None:
    report = engine.scan(arj({"a.txt": BENIGN, "b.txt": BENIGN * 2}, method), name="a.arj")

    assert (report.verdict, report.findings, report.nodes) == (Verdict.CLEAN, (), 3)


def test_the_fastest_method_of_arj_is_unknown(engine: Engine) -> None:
    report = engine.scan(arj({"a.txt": b"noise"}, 4), name="a.arj")

    assert (report.verdict, unknowns(report)) == (Verdict.UNKNOWN, {"archive.unsupported"})


def test_a_locked_arj_is_unknown_and_its_names_are_judged(engine: Engine) -> None:
    report = engine.scan(arj({"Scan.pdf.exe": b"noise"}, flags=1), name="a.arj")

    assert unknowns(report) == {"archive.encrypted"}
    assert places(report)["name.double_extension"] == "a.arj/Scan.pdf.exe"


def test_one_volume_of_an_arj_is_unknown(engine: Engine) -> None:
    assert unknowns(engine.scan(arj({"a.txt": BENIGN}, flags=4), name="a.arj")) == {"archive.volume"}


@pytest.mark.parametrize("content", [lha({"e.txt": EICAR + bytes(300)}, "lh0"), arj({"e.txt": EICAR + bytes(300)}, 0)])
def test_an_archive_cut_short_is_unknown_and_its_beginning_is_read(engine: Engine, content: bytes) -> None:
    report = engine.scan(content[:-200], name="a.bin")

    assert (report.verdict, unknowns(report)) == (Verdict.MALICIOUS, {"archive.broken"})


@pytest.mark.parametrize("content", [lha({"a.txt": BENIGN}), arj({"a.txt": BENIGN})])
def test_where_the_library_is_missing_packed_members_are_unknown(
    engine: Engine, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libarchive, "_LIBRARY", None)

    assert unknowns(engine.scan(content, name="a.bin")) == {"archive.unsupported"}


@pytest.mark.parametrize(
    "content", [lha({"a.txt": BENIGN}, "lh5", level=level) for level in (0, 1, 2)] + [arj({"a.txt": BENIGN})]
)
@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(content: bytes, rules: RuleSet, data: st.DataObject) -> None:
    assert judged(rules, data.draw(damaged(content)), "a.lzh").nodes >= 1
