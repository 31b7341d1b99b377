"""Files that programs see differently: members with two names, pages like pictures, zips behind discs, ``../``."""

from __future__ import annotations

import pytest

from app.engine.model import Report, Verdict
from app.engine.scan import Engine
from app.sandbox import samples
from tests.corpus.wrapping import disc

from .containers import EICAR, places

GIF = b"GIF89a"


def renamed(before: str, listed: str, content: bytes = b"@echo off\r\necho hello\r\n") -> bytes:
    """Return a zip whose member is called ``before`` in front of it and ``listed`` in the directory."""
    made = samples.zip_of({before: content})
    at = made.rindex(before.encode())
    assert len(before) == len(listed)
    return made[:at] + listed.encode() + made[at + len(listed) :]


def ids(report: Report) -> set[str]:
    return {finding.id for finding in report.findings}


@pytest.mark.parametrize(("before", "listed"), [("letter.bat", "letter.txt"), ("letter.txt", "letter.bat")])
def test_a_member_that_runs_under_one_of_its_names_is_judged_under_both(
    engine: Engine, before: str, listed: str
) -> None:
    report = engine.scan(renamed(before, listed), name="a.zip")

    assert report.verdict is Verdict.RESTRICTED
    assert "archive.names_differ_program" in ids(report)
    assert places(report)["type.script"] == "a.zip/letter.bat"


def test_two_names_of_one_kind_change_nothing(engine: Engine) -> None:
    report = engine.scan(renamed("first.txt", "other.txt"), name="a.zip")

    assert report.verdict is Verdict.CLEAN and "archive.names_differ" in ids(report)


def test_a_zip_behind_a_disc_is_opened(engine: Engine) -> None:
    image = disc("read me.txt", b"Thank you for your order.")

    assert engine.scan(image, name="a.iso").verdict is Verdict.CLEAN
    assert engine.scan(image + samples.zip_of({"e.bin": EICAR}), name="a.iso").verdict is Verdict.MALICIOUS


def test_a_page_that_begins_like_a_picture_is_read_under_the_name_of_a_page(engine: Engine) -> None:
    go = "window.location=atob('aHR0cHM6Ly9sYW5kaW5nLmV4YW1wbGUubmV0L3g=')"
    page = GIF + f"=1;/*x*/</style><html><body><script>{go}</script></body></html>".encode()

    assert engine.scan(page, name="a.html").verdict is Verdict.MALICIOUS
    assert "archive.page_inside" not in ids(engine.scan(page, name="a.gif"))


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("../../Windows/System32/notes.txt", Verdict.MALICIOUS),
        ("../../../Users/Public/notes.txt", Verdict.MALICIOUS),
        ("../notes.txt", Verdict.SUSPICIOUS),
        ("notes/../notes.txt", Verdict.CLEAN),
        ("etc/notes.txt", Verdict.CLEAN),
    ],
)
def test_a_member_that_leaves_its_folder_is_judged_by_where_to(engine: Engine, name: str, verdict: Verdict) -> None:
    assert engine.scan(samples.zip_of({name: b"Thank you."}), name="a.zip").verdict is verdict
