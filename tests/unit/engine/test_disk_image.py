from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed
from tests.unit.engine import disks
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, unknowns

LONG = bytes(range(256)) * 3
VOLUMES = {
    "fat12": lambda content: disks.fat(content),
    "fat16": lambda content: disks.fat(content, bits=16, sectors=8_000),
    "fat32": lambda content: disks.fat(content, bits=32),
    "ntfs": lambda content: disks.ntfs(content),
    "ntfs resident": lambda content: disks.ntfs(content[-200:], resident=True),
}
DISKS = {
    "plain": lambda volume: volume,
    "mbr": disks.mbr,
    "gpt": disks.gpt,
    "fixed.vhd": lambda volume: disks.vhd(disks.mbr(volume), kind=2),
    "dynamic.vhd": lambda volume: disks.vhd(disks.mbr(volume)),
    "a.vhdx": lambda volume: disks.vhdx(disks.gpt(volume)),
}


@pytest.mark.parametrize("volume", VOLUMES)
def test_a_file_on_a_volume_is_found_by_its_long_name(engine: Engine, volume: str) -> None:
    report = engine.scan(VOLUMES[volume](LONG + EICAR), name="a.img")

    folder = "Sub" if "ntfs" in volume else "SUB"
    assert (report.verdict, report.type) == (Verdict.MALICIOUS, "application/x-raw-disk-image")
    assert {f.where for f in report.findings} >= {f"a.img/{folder}/Rechnung für März.txt"}
    assert (unknowns(report), report.nodes) == (set(), 2)


@pytest.mark.parametrize("disk", DISKS)
def test_a_volume_on_any_disk_is_read(engine: Engine, disk: str) -> None:
    content = DISKS[disk](disks.fat(b"Q" * 400 + EICAR))

    found = {f.where for f in engine.scan(content, name=disk).findings if f.id == "yara.eicar"}

    assert f"{disk}/SUB/Rechnung für März.txt" in found


@pytest.mark.parametrize("disk", DISKS)
@pytest.mark.parametrize("volume", ["fat12", "ntfs"])
def test_a_harmless_disk_is_clean(engine: Engine, disk: str, volume: str) -> None:
    report = engine.scan(DISKS[disk](VOLUMES[volume](BENIGN * 10)), name=disk)

    assert (report.verdict, report.findings, report.nodes) == (Verdict.CLEAN, (), 2)


@pytest.mark.parametrize("content", [disks.fat(BENIGN * 20)[: 5 * 512], disks.ntfs(BENIGN * 20)[: 53 * 512]])
def test_a_volume_cut_short_is_unknown(engine: Engine, content: bytes) -> None:
    report = engine.scan(content, name="a.img")

    assert (report.verdict, unknowns(report)) == (Verdict.UNKNOWN, {"archive.broken"})


@pytest.mark.parametrize("disk", ["dynamic.vhd", "a.vhdx"])
def test_a_disk_cut_short_is_unknown(engine: Engine, disk: str) -> None:
    content = DISKS[disk](disks.fat(BENIGN * 20))

    for length in (len(content) - 31_000, 2_000):
        assert unknowns(engine.scan(content[:length], name=disk)) == {"archive.broken"}


def test_a_file_system_that_is_not_read_is_unknown(engine: Engine) -> None:
    for content in (disks.mbr(b"\xeb\x76\x90EXFAT   ".ljust(4096, b"\0")), disks.ntfs(LONG, traits=0x4000)):
        assert unknowns(engine.scan(content, name="a.img")) == {"archive.unsupported"}


def test_a_disk_that_needs_another_is_unknown(engine: Engine) -> None:
    assert unknowns(engine.scan(disks.vhd(disks.fat(BENIGN), kind=4), name="a.vhd")) == {"archive.unsupported"}


@pytest.mark.parametrize("volume", VOLUMES)
@fuzzed()
@given(data=st.data())
def test_wrong_bytes_on_a_volume_do_no_harm(volume: str, rules: RuleSet, data: st.DataObject) -> None:
    content = VOLUMES[volume](BENIGN * 10)

    assert judged(rules, data.draw(damaged(content, within=(11, 30_000))), "a.img").nodes >= 1


@fuzzed()
@given(data=st.data())
def test_wrong_bytes_in_a_dynamic_disk_do_no_harm(rules: RuleSet, data: st.DataObject) -> None:
    content = disks.vhd(disks.mbr(disks.fat(BENIGN)))

    assert judged(rules, data.draw(damaged(content, within=(0, 2_100))), "a.vhd").nodes >= 1
