from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.engine.budget import MIB, Limits
from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples
from tests.fuzz import fuzzed
from tests.unit.engine.apple import PACKERS, dmg, hfs
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places, unknowns
from tests.unit.engine.disks import fat


@pytest.mark.parametrize("kind", PACKERS)
def test_a_file_in_an_image_of_macos_is_found(engine: Engine, kind: int) -> None:
    volume = hfs({"Read me.txt": BENIGN, "e.txt": samples.noise(9_000, seed=3) + EICAR}, folder="Übung")

    report = engine.scan(dmg(bytes(4096), volume, kind=kind), name="a.dmg")

    assert (report.type, unknowns(report)) == ("application/x-apple-diskimage", set())
    assert places(report)["yara.eicar"] == "a.dmg/Übung/e.txt"


def test_a_harmless_image_is_only_of_a_restricted_type(engine: Engine) -> None:
    report = engine.scan(dmg(hfs({"a.txt": BENIGN})), name="a.dmg")

    assert (report.verdict, set(places(report)), report.nodes) == (Verdict.RESTRICTED, {"type.program"}, 2)


def test_a_volume_of_another_system_is_opened_as_what_it_is(engine: Engine) -> None:
    report = engine.scan(dmg(fat(EICAR, sectors=200)), name="a.dmg")

    assert places(report)["yara.eicar"].startswith("a.dmg/partition.img/")


def test_chunks_of_a_kind_that_is_not_read_are_unknown(engine: Engine) -> None:
    assert unknowns(
        engine.scan(dmg(hfs({"a.txt": BENIGN}), bytes(9) + EICAR * 3_000, kind=0x80000007), name="a.dmg")
    ) == {"archive.unsupported"}


def test_a_file_system_that_is_not_read_is_unknown_and_its_bytes_are_matched(engine: Engine) -> None:
    volume = (bytes(32) + b"NXSB").ljust(90_000, b"\0") + EICAR

    report = engine.scan(dmg(volume), name="a.dmg")

    assert unknowns(report) == {"archive.unsupported"}
    assert places(report)["yara.eicar"] == "a.dmg/partition.img"


def test_files_that_the_system_keeps_packed_are_unknown(engine: Engine) -> None:
    assert unknowns(engine.scan(dmg(hfs({"a.txt": BENIGN}, packed=True)), name="a.dmg")) == {"archive.unsupported"}


def test_a_locked_image_is_unknown(engine: Engine) -> None:
    assert unknowns(engine.scan(b"encrcdsa" + bytes(600), name="a.dmg")) == {"archive.encrypted"}


def test_an_image_cut_short_is_unknown(engine: Engine) -> None:
    whole = dmg(hfs({"a.txt": BENIGN}))

    assert unknowns(engine.scan(whole[400:], name="a.dmg")) == {"archive.broken"}
    assert unknowns(engine.scan(bytes(2000) + whole[-512:], name="a.dmg")) == {"archive.broken"}


def test_hfs_on_a_plain_disk_is_read(engine: Engine) -> None:
    table = bytes(446) + b"\0\0\0\0\xaf\0\0\0\1\0\0\0\x40\0\0\0" + bytes(48) + b"\x55\xaa"

    report = engine.scan(table + hfs({"e.txt": EICAR}), name="a.img")

    assert (report.verdict, places(report)["yara.eicar"]) == (Verdict.MALICIOUS, "a.img/e.txt")


def test_a_bomb_ends_at_the_limit(rules: RuleSet) -> None:
    engine = Engine(rules, Limits(node_bytes=MIB, tree_bytes=4 * MIB))

    assert unknowns(engine.scan(dmg(bytes([1]) * 6 * MIB, step=2 * MIB), name="a.dmg")) == {"limit.node_bytes"}


@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(rules: RuleSet, data: st.DataObject) -> None:
    assert judged(rules, data.draw(damaged(dmg(hfs({"a.txt": BENIGN}, folder="b")))), "a.dmg").nodes >= 1


@fuzzed()
@given(data=st.data())
def test_wrong_bytes_of_a_volume_do_no_harm(rules: RuleSet, data: st.DataObject) -> None:
    volume = data.draw(damaged(hfs({"a.txt": BENIGN}, folder="b"), within=(1024, 20_000)))

    assert judged(rules, dmg(volume, kind=1), "a.dmg").nodes >= 1
