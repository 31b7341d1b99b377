from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places, unknowns

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "application/octet-stream": bytes,
    "application/x-gzip": zlib.compress,
    "application/x-bzip2": bz2.compress,
    "application/x-xz": lzma.compress,
}


def xar(files: dict[str, bytes], style: str = "application/x-gzip") -> bytes:
    """Return an archive with these files, those with a slash in a folder of their own."""
    heap, table = b"", ""
    for number, (name, content) in enumerate(files.items()):
        packed = PACKERS.get(style, bytes)(content)
        folder, _, base = name.rpartition("/")
        entry = (
            f'<file id="{number}"><data><length>{len(packed)}</length><offset>{len(heap)}</offset>'
            f'<size>{len(content)}</size><encoding style="{style}"/></data><type>file</type><name>{base}</name></file>'
        )
        table += f'<file id="f{number}"><name>{folder}</name>{entry}</file>' if folder else entry
        heap += packed
    packed = zlib.compress(f'<?xml version="1.0"?><xar><toc>{table}</toc></xar>'.encode())
    return struct.pack(">4sHHQQI", b"xar!", 28, 1, len(packed), 999, 0) + packed + heap


@pytest.mark.parametrize("style", PACKERS)
def test_a_file_in_a_xar_is_found(engine: Engine, style: str) -> None:
    report = engine.scan(xar({"a.txt": BENIGN, "sub/e.txt": EICAR}, style), name="a.xar")

    assert (report.type, report.verdict, unknowns(report)) == ("application/x-xar", Verdict.MALICIOUS, set())
    assert places(report)["yara.eicar"] == "a.xar/sub/e.txt"


@pytest.mark.parametrize("style", PACKERS)
def test_harmless_files_in_a_xar_are_clean(engine: Engine, style: str) -> None:
    report = engine.scan(xar({"a.txt": BENIGN, "b&amp;c.txt": BENIGN * 2}, style), name="a.xar")

    assert (report.verdict, report.findings, report.nodes) == (Verdict.CLEAN, (), 3)


def test_an_installer_for_macos_is_opened(engine: Engine) -> None:
    archive = {"Distribution": b"<installer-script/>", "Scripts": gzip.compress(b"#!/bin/sh\n" + EICAR)}
    report = engine.scan(xar(archive, "application/octet-stream"), name="a.pkg")

    assert places(report)["type.program"] == "a.pkg"
    assert places(report)["yara.eicar"].startswith("a.pkg/Scripts/")


def test_a_packer_that_is_not_known_is_unknown(engine: Engine) -> None:
    report = engine.scan(xar({"a.txt": BENIGN, "b.txt": BENIGN}, "application/x-other"), name="a.xar")

    assert (report.verdict, unknowns(report)) == (Verdict.UNKNOWN, {"archive.unsupported"})


def test_a_xar_cut_short_is_unknown(engine: Engine) -> None:
    for content in (xar({"a.txt": BENIGN})[:-9], xar({"a.txt": BENIGN})[:20], xar({"a.txt": BENIGN})[:60]):
        assert engine.scan(content, name="a.xar").verdict is Verdict.UNKNOWN


@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(rules: RuleSet, data: st.DataObject) -> None:
    assert judged(rules, data.draw(damaged(xar({"a.txt": BENIGN}))), "a.xar").nodes >= 1
