from __future__ import annotations

from hypothesis import given, strategies as st

from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places, unknowns


def member(name: bytes, content: bytes) -> bytes:
    head = name.ljust(16) + b"0".ljust(12) + b"0".ljust(6) * 2 + b"100644".ljust(8) + b"%-10d" % len(content) + b"`\n"
    return head + content + b"\n" * (len(content) % 2)


def ar(*members: bytes) -> bytes:
    return b"!<arch>\n" + b"".join(members)


def deb(content: bytes) -> bytes:
    data = samples.tar_of({"./usr/share/doc/a.txt": content})
    return ar(member(b"debian-binary", b"2.0\n"), member(b"data.tar.gz", data))


def test_a_file_in_a_debian_package_is_found(engine: Engine) -> None:
    report = engine.scan(deb(EICAR), name="a.deb")

    assert report.verdict is Verdict.MALICIOUS
    assert places(report)["yara.eicar"] == "a.deb/data.tar.gz/data.tar/./usr/share/doc/a.txt"


def test_a_harmless_debian_package_is_clean(engine: Engine) -> None:
    report = engine.scan(deb(BENIGN), name="a.deb")

    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())


def test_long_names_of_gnu_and_bsd_are_read(engine: Engine) -> None:
    name = b"a long name of a member.txt"
    gnu = ar(member(b"//", b"x.txt/\n" + name + b"/\n"), member(b"/7", EICAR))
    bsd = ar(member(b"#1/%d" % len(name), name + EICAR))

    assert places(engine.scan(gnu, name="a.a"))["yara.eicar"] == f"a.a/{name.decode()}"
    assert places(engine.scan(bsd, name="a.a"))["yara.eicar"] == f"a.a/{name.decode()}"


def test_an_archive_cut_short_is_unknown_and_its_beginning_is_read(engine: Engine) -> None:
    report = engine.scan(ar(member(b"e.txt/", EICAR + bytes(500)))[:-200], name="a.a")

    assert (report.verdict, unknowns(report)) == (Verdict.MALICIOUS, {"archive.broken"})


@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(rules: RuleSet, data: st.DataObject) -> None:
    content = ar(member(b"//", b"long/\n"), member(b"/0", BENIGN), member(b"#1/2", b"ab" + BENIGN))

    assert judged(rules, data.draw(damaged(content)), "a.a").nodes >= 1
