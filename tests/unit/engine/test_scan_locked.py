from __future__ import annotations

import io
from dataclasses import replace

import py7zr
import pytest
import pyzipper

from app.engine.budget import Limits
from app.engine.model import Report, Verdict
from app.engine.passwords import COMMON, candidates
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples


def ids(report: Report) -> set[str]:
    return {finding.id for finding in report.findings}


def locked_7z(password: str) -> bytes:
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", password=password) as archive:
        archive.writef(io.BytesIO(samples.eicar()), "statement.txt")
    return buffer.getvalue()


def test_a_locked_zip_without_its_password_is_unknown(engine: Engine) -> None:
    report = engine.scan(samples.locked_archive("Tr0ub4dor&3"), name="a.zip", comment="See attached.")

    assert (report.verdict, ids(report)) == (Verdict.UNKNOWN, {"archive.encrypted"})


def test_the_password_in_the_comment_opens_it(engine: Engine) -> None:
    report = engine.scan(
        samples.locked_archive("Tr0ub4dor&3"), name="a.zip", comment="The password is Tr0ub4dor&3. Regards"
    )

    assert report.verdict is Verdict.MALICIOUS
    assert ids(report) == {"archive.opened", "yara.eicar"}


def test_no_report_tells_the_password(engine: Engine) -> None:
    report = engine.scan(samples.locked_archive("Tr0ub4dor&3"), name="a.zip", comment="password: Tr0ub4dor&3")

    assert "Tr0ub4dor" not in str(report.to_dict())


@pytest.mark.parametrize("password", ["infected", "1234"])
def test_common_passwords_are_tried(engine: Engine, password: str) -> None:
    assert engine.scan(samples.locked_archive(password), name="a.zip").verdict is Verdict.MALICIOUS


def test_the_name_of_the_file_is_tried(engine: Engine) -> None:
    report = engine.scan(samples.locked_archive("statement-2026"), name="statement-2026.zip")

    assert report.verdict is Verdict.MALICIOUS


def test_a_locked_7z_opens_only_with_the_password_of_the_comment(rules: RuleSet) -> None:
    # The derivation of a key takes a quarter of a second by design, so both outcomes share one archive.
    content = locked_7z("geheim")
    engine = Engine(rules, replace(Limits(), passwords=1))

    opened = engine.scan(content, name="a.7z", comment="Das Passwort lautet geheim.")
    locked = engine.scan(content, name="a.7z")

    assert (opened.verdict, ids(opened)) == (Verdict.MALICIOUS, {"archive.opened", "yara.eicar"})
    assert (locked.verdict, ids(locked)) == (Verdict.UNKNOWN, {"archive.encrypted"})


def test_a_zip_under_aes_is_unknown(engine: Engine) -> None:
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(buffer, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(b"x")
        archive.writestr("a.txt", b"text")

    assert engine.scan(buffer.getvalue(), name="a.zip").verdict is Verdict.UNKNOWN


def test_open_members_beside_locked_ones_are_looked_at(engine: Engine) -> None:
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(buffer, "w") as archive:
        archive.writestr("open.txt", samples.eicar())
        archive.setpassword(b"x")
        archive.setencryption(pyzipper.WZ_AES)
        archive.writestr("locked.txt", b"text")

    report = engine.scan(buffer.getvalue(), name="a.zip")

    assert ids(report) == {"archive.encrypted", "yara.eicar"}


def test_what_the_comment_says_is_tried_before_anything_else() -> None:
    tried = candidates("password: first", "second.tar.gz")

    assert tried[0] == "first" and tried[1:3] == ("second.tar", "second")
    assert tried[3:] == COMMON


def test_a_long_comment_is_read_in_linear_time() -> None:
    assert len(candidates("password " * 200_000, "a.zip")) < 100
    assert len(candidates("'" * 200_000, "a.zip")) < 100
