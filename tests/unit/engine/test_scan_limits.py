from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from dataclasses import replace

import pytest

from app.engine.budget import LIMIT_TITLES, MIB, Budget, LimitReached, Limits
from app.engine.model import Report, Severity, Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples

EICAR = samples.eicar()
#: Small enough for tests to take milliseconds.
SMALL = Limits(tree_bytes=6 * MIB, node_bytes=2 * MIB, nodes=50, depth=4, ratio_floor=256 * 1024)


def limits(report: Report) -> set[str]:
    return {finding.id for finding in report.findings if finding.id.startswith("limit.")}


def zeros(count: int) -> bytes:
    """A zip member of ``count`` zero bytes, deflated piece by piece."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = bytes(MIB)
    return b"".join(packer.compress(piece) for _ in range(count // MIB)) + packer.flush()


def raw_zip(name: bytes, packed: bytes, *, declared: int, checksum: int = 0) -> bytes:
    """A zip with one deflated member whose declared size may be anything."""
    sizes = struct.pack("<III", checksum, len(packed), declared)
    local = b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, 8, 0, 33) + sizes + struct.pack("<HH", len(name), 0) + name
    central = b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 33) + sizes
    central += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    body = local + packed
    return body + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(body), 0)


def test_a_bomb_ends_as_unknown_with_its_limit_named(rules: RuleSet) -> None:
    report = Engine(rules, SMALL).scan(samples.zip_of({"zeros.bin": bytes(8 * MIB)}), name="bomb.zip")

    (finding,) = report.findings
    assert (report.verdict, finding.id, finding.severity) == (Verdict.UNKNOWN, "limit.ratio", Severity.UNKNOWN)
    assert (finding.where, finding.title) == ("bomb.zip/zeros.bin", LIMIT_TITLES["ratio"])


def test_a_nested_bomb_of_ten_gigabytes_ends_soon(rules: RuleSet) -> None:
    member = raw_zip(b"z", zeros(64 * MIB), declared=64 * MIB)
    middle = samples.zip_of({f"{number}.zip": member for number in range(16)})
    outer = samples.zip_of({f"{number}.zip": middle for number in range(10)})

    report = Engine(rules, SMALL).scan(outer, name="bomb.zip")

    assert report.verdict is Verdict.UNKNOWN
    assert "limit.tree_bytes" in limits(report) and report.nodes <= SMALL.nodes


def test_what_lies_beside_a_bomb_is_still_judged(rules: RuleSet) -> None:
    content = samples.zip_of({"a.bin": bytes(8 * MIB), "e.txt": EICAR})

    report = Engine(rules, SMALL).scan(content, name="a.zip")

    assert report.verdict is Verdict.MALICIOUS and limits(report) == {"limit.ratio"}


def test_a_padded_program_is_judged_by_its_beginning(rules: RuleSet) -> None:
    content = samples.zip_of({"setup.exe": b"MZ" + samples.noise(1_000, seed=4) + bytes(8 * MIB)})

    report = Engine(rules, SMALL).scan(content, name="a.zip")

    assert report.verdict is Verdict.RESTRICTED and limits(report) == {"limit.ratio"}


@pytest.mark.parametrize("declared", [0, 10, 2**32 - 1])
def test_declared_sizes_are_not_believed(rules: RuleSet, declared: int) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b" " * 5_000 + EICAR) + packer.flush()

    report = Engine(rules, SMALL).scan(raw_zip(b"e.txt", packed, declared=declared), name="a.zip")

    assert report.verdict is Verdict.MALICIOUS


def test_a_member_of_a_gigabyte_stops_at_the_limit_of_a_node(rules: RuleSet) -> None:
    noisy = samples.noise(3 * MIB, seed=5)

    report = Engine(rules, SMALL).scan(gzip.compress(noisy, 1), name="a.gz")

    assert limits(report) == {"limit.node_bytes"} and report.verdict is Verdict.UNKNOWN


def test_many_large_members_stop_at_the_limit_of_the_tree(rules: RuleSet) -> None:
    content = samples.zip_of({f"{number}.bin": samples.noise(900_000, seed=number) for number in range(8)})

    report = Engine(rules, SMALL).scan(content, name="a.zip")

    assert limits(report) == {"limit.tree_bytes"} and report.nodes < 9


def test_too_many_members_stop_at_the_limit_of_nodes(rules: RuleSet) -> None:
    content = samples.zip_of({f"{number}.txt": b"x" for number in range(200)})

    report = Engine(rules, SMALL).scan(content, name="a.zip")

    assert limits(report) == {"limit.nodes"} and report.nodes == SMALL.nodes


def test_too_deep_a_nesting_stops_at_the_limit_of_depth(rules: RuleSet) -> None:
    content = EICAR
    for number in range(8):
        content = gzip.compress(content + b" " * number)

    report = Engine(rules, SMALL).scan(content, name="a.gz")

    assert limits(report) == {"limit.depth"} and report.verdict is Verdict.UNKNOWN


def test_a_file_that_is_too_large_is_judged_by_its_beginning(rules: RuleSet) -> None:
    engine = Engine(rules, replace(SMALL, file_bytes=10_000))

    report = engine.scan(EICAR + bytes(20_000), name="a.bin")

    assert report.verdict is Verdict.MALICIOUS and limits(report) == {"limit.file_bytes"}
    assert report.size == len(EICAR) + 20_000


class _Clock:
    """Every look at it takes a second."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def test_a_scan_that_takes_too_long_keeps_what_it_found(rules: RuleSet) -> None:
    content = samples.zip_of({f"{number}.txt": EICAR if number == 0 else b"x" for number in range(100)})

    report = Engine(rules, Limits(seconds=60), clock=_Clock()).scan(content, name="a.zip")

    assert report.verdict is Verdict.MALICIOUS and limits(report) == {"limit.seconds"}
    assert report.nodes < 100


def test_members_that_share_their_bytes_are_reported(rules: RuleSet) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b"same bytes " * 100) + packer.flush()
    single = raw_zip(b"a", packed, declared=1100, checksum=zlib.crc32(b"same bytes " * 100))
    start = single.index(b"PK\x01\x02")
    central = single[start : single.index(b"PK\x05\x06")]
    content = single[:start] + central * 5
    content += b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 5, 5, len(central) * 5, start, 0)

    report = Engine(rules, SMALL).scan(content, name="a.zip")

    assert {finding.id for finding in report.findings} == {"archive.overlap"}
    assert report.verdict is Verdict.SUSPICIOUS


def test_addresses_beyond_the_cap_are_a_visible_limit(rules: RuleSet) -> None:
    text = " ".join(f"https://site{number}.example/" for number in range(30)).encode()

    report = Engine(rules, replace(SMALL, links=20)).scan(text, name="a.txt")

    assert len(report.urls) == 20 and limits(report) == {"limit.links"}


def test_an_archive_in_an_archive_without_end_ends_at_the_limit_of_depth(rules: RuleSet) -> None:
    content = b"end"
    for _ in range(SMALL.depth + 3):
        content = samples.zip_of({"again.zip": content})

    assert limits(Engine(rules, SMALL).scan(content, name="a.zip")) == {"limit.depth"}


def test_a_budget_counts_over_the_whole_tree() -> None:
    budget = Budget(Limits(tree_bytes=100, node_bytes=80), clock=lambda: 0.0)
    first, second = budget.sink(), budget.sink()

    first.fill([b"x" * 60])
    second.fill([b"y" * 30, b"z" * 30])

    assert (len(first.data), first.limit) == (60, None)
    assert len(second.data) == 30 and second.limit is not None and second.limit.final


def test_a_sink_cuts_a_node_at_its_limit_and_the_tree_goes_on() -> None:
    budget = Budget(Limits(node_bytes=50), clock=lambda: 0.0)
    sink = budget.sink()

    sink.fill([b"x" * 40, b"y" * 40])

    assert len(sink.data) == 50 and sink.limit is not None
    assert (sink.limit.limit, sink.limit.final) == ("node_bytes", False)


def test_passwords_are_counted() -> None:
    budget = Budget(Limits(passwords=2), clock=lambda: 0.0)
    budget.charge_password()
    budget.charge_password()

    with pytest.raises(LimitReached, match="passwords"):
        budget.charge_password()


def test_every_limit_has_plain_words() -> None:
    named = {"file_bytes", "tree_bytes", "node_bytes", "nodes", "depth", "ratio", "seconds", "passwords", "links"}

    assert set(LIMIT_TITLES) == named


def test_a_zip64_directory_that_lies_is_no_crash(rules: RuleSet) -> None:
    content = bytearray(samples.zip_of({"e.txt": b"text"}))
    content[-6:-2] = b"\xff\xff\xff\xff"

    assert Engine(rules, SMALL).scan(bytes(content), name="a.zip").verdict is Verdict.UNKNOWN


def test_a_stored_member_that_claims_more_than_there_is_ends_with_the_file(rules: RuleSet) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("e.txt", EICAR)
    content = bytearray(buffer.getvalue())
    at = content.index(b"PK\x01\x02")
    content[at + 20 : at + 24] = struct.pack("<I", 10_000_000)

    assert Engine(rules, SMALL).scan(bytes(content), name="a.zip").verdict is Verdict.MALICIOUS
